//! NVIDIA's Triton: `GET /v2`, `POST /v2/repository/index` (which only lists) and `GET /v2/models/stats`.

use serde_json::{Value, json};

use super::fields::{entries, number, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Call, Client, ServerError};
use crate::domain::device::HeldModel;
use crate::domain::time::Timestamp;

pub(super) struct Triton;

const SELF: &str = "/v2";
const INDEX: &str = "/v2/repository/index";
const STATISTICS: &str = "/v2/models/stats";

impl ModelServer for Triton {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let about = client.json(SELF)?;
        if text(&about, "/name").as_deref() != Some("triton") {
            return Err(client.foreign(SELF, "it is not named triton".to_owned()));
        }
        let index = client.json_of(&Call::post(INDEX, Some(&json!({ "ready": true }))))?;
        if !index.is_array() {
            return Err(client.foreign(INDEX, "it lists no models".to_owned()));
        }
        let statistics = client.json(STATISTICS).unwrap_or_default();
        let mut models: Vec<HeldModel> =
            entries(&index, "").iter().filter_map(|entry| held(entry, &statistics)).collect();
        // One entry for each version of a model; it is unloaded as a whole.
        models.sort_by(|one, other| one.model.cmp(&other.model));
        models.dedup_by(|one, other| one.model == other.model);
        Ok(Holdings { version: text(&about, "/version"), models, refusal: None })
    }
}

fn held(entry: &Value, statistics: &Value) -> Option<HeldModel> {
    let plain = plain_model(text(entry, "/name")?);
    let versions: Vec<&Value> = entries(statistics, "/model_stats")
        .iter()
        .filter(|version| text(version, "/name").as_ref() == Some(&plain.model))
        .collect();
    let last_ms =
        versions.iter().filter_map(|version| number(version, "/last_inference")).fold(0.0, f64::max);
    let asked: Option<f64> = versions.iter().map(|version| number(version, "/inference_count")).sum();
    Some(HeldModel {
        // 0 stands for never.
        last_used: (last_ms > 0.0).then(|| Timestamp::from_millis(last_ms as i64)).flatten(),
        use_mark: asked.filter(|_| !versions.is_empty()).map(|count| format!("{count} inferences")),
        ..plain
    })
}
