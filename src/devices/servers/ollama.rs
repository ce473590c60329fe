//! Ollama: `GET /api/ps`.

use serde_json::Value;

use super::fields::{entries, has_list, instant, mib, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, ModelActivity, Obstacle, ReleaseOffer};
use crate::domain::time::Timestamp;

pub(super) struct Ollama;

const LIST: &str = "/api/ps";

impl ModelServer for Ollama {
    fn holdings(&self, client: &Client, now: Timestamp) -> Result<Holdings, ServerError> {
        let list = client.json(LIST)?;
        if !has_list(&list, "/models") {
            return Err(client.foreign(LIST, "it lists no models".to_owned()));
        }
        let models = entries(&list, "/models").iter().filter_map(|entry| held(entry, now)).collect();
        Ok(Holdings { models, ..Holdings::default() })
    }
}

fn held(entry: &Value, now: Timestamp) -> Option<HeldModel> {
    let name = text(entry, "/model").or_else(|| text(entry, "/name"))?;
    let memory_mib = mib(entry, "/size_vram");
    let expires = instant(entry, "/expires_at");
    let offer = if is_remote(&name, entry) {
        Some(ReleaseOffer::Impossible(Obstacle::RemoteModel))
    } else if memory_mib == Some(0.0) {
        Some(ReleaseOffer::Impossible(Obstacle::NotOnGpu))
    } else {
        None
    };
    let plain = plain_model(name);
    Some(HeldModel {
        memory_mib,
        // An idle model is gone by the time it expires. One that is still there works longer than that.
        activity: match expires {
            Some(expires) if expires <= now => ModelActivity::Busy,
            _ => ModelActivity::Unknown,
        },
        // Every request moves it.
        use_mark: text(entry, "/expires_at"),
        expires,
        offer: offer.unwrap_or(plain.offer),
        ..plain
    })
}

/// Whether a model that is not loaded is one of another machine: the list of all models tells.
pub(super) fn load_obstacle(client: &Client, model: &str) -> Result<Option<Obstacle>, ServerError> {
    let list = client.json("/api/tags")?;
    let is_meant = |entry: &&Value| {
        text(entry, "/model")
            .or_else(|| text(entry, "/name"))
            .is_some_and(|name| name == model || name.strip_suffix(":latest") == Some(model))
    };
    let entry = entries(&list, "/models").iter().find(is_meant);
    Ok(is_remote(model, entry.unwrap_or(&Value::Null)).then_some(Obstacle::RemoteModel))
}

/// Whether the server only passes requests for this model on to another machine.
fn is_remote(name: &str, entry: &Value) -> bool {
    let tag = name.rsplit_once(':').map(|(_, tag)| tag).unwrap_or_default();
    tag == "cloud"
        || tag.ends_with("-cloud")
        || text(entry, "/remote_host").is_some()
        || text(entry, "/remote_model").is_some()
}
