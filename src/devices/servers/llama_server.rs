//! llama.cpp's server: `GET /models`, which leaves its idle timer alone (`/slots` does not).

use serde_json::Value;

use super::fields::{entries, has_list, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, ModelActivity, Obstacle, ReleaseOffer};
use crate::domain::time::Timestamp;

pub(super) struct LlamaServer;

const MODELS: &str = "/models";

impl ModelServer for LlamaServer {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let list = client.json(MODELS)?;
        let is_ours = |entry: &Value| {
            text(entry, "/status/value").is_some() || text(entry, "/owned_by").as_deref() == Some("llamacpp")
        };
        if !has_list(&list, "/data") || !entries(&list, "/data").iter().all(is_ours) {
            return Err(client.foreign(MODELS, "its models are not llama.cpp's".to_owned()));
        }
        let models = entries(&list, "/data").iter().filter_map(held).collect();
        Ok(Holdings { models, ..Holdings::default() })
    }
}

/// A model that a router holds, or the one model of a server that is none.
fn held(entry: &Value) -> Option<HeldModel> {
    let plain = plain_model(text(entry, "/id")?);
    match text(entry, "/status/value").as_deref() {
        None => Some(HeldModel { offer: ReleaseOffer::Impossible(Obstacle::NoSuchCall), ..plain }),
        Some("loading") => Some(HeldModel { activity: ModelActivity::Busy, ..plain }),
        Some("sleeping") => Some(HeldModel { offer: ReleaseOffer::Impossible(Obstacle::NotOnGpu), ..plain }),
        Some("loaded") => Some(plain),
        Some(_) => None,
    }
}
