//! SGLang: `GET /get_model_info`, `/get_server_info` and `/metrics`.

use serde_json::Value;

use super::fields::{number, text};
use super::metrics::sum_of;
use super::model_server::{Holdings, ModelServer, activity_of, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, Obstacle, ReleaseAction, ReleaseOffer};
use crate::domain::time::Timestamp;

pub(super) struct SgLang;

const MODEL: &str = "/get_model_info";
const MIB_PER_GIB: f64 = 1_024.0;

impl ModelServer for SgLang {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let model = client.json(MODEL)?;
        let Some(name) = text(&model, "/model_path") else {
            return Err(client.foreign(MODEL, "it does not tell model_path".to_owned()));
        };
        let info = client.json("/get_server_info").unwrap_or_default();
        let has_saver = info.pointer("/enable_memory_saver").and_then(Value::as_bool);
        // Figures are there only when it was started with --enable-metrics.
        let metrics = client.text("/metrics").unwrap_or_default();
        let sum = |name: &str| sum_of(&metrics, name);
        let running = sum("sglang:num_running_reqs").zip(sum("sglang:num_queue_reqs"));
        let held = HeldModel {
            memory_mib: memory(&info),
            activity: activity_of(running.map(|(running, waiting)| running + waiting)),
            use_mark: sum("sglang:prompt_tokens_total").map(|tokens| format!("{tokens} tokens")),
            offer: match has_saver {
                Some(false) => ReleaseOffer::Impossible(Obstacle::NeedsMemorySaver),
                _ => ReleaseOffer::Possible(ReleaseAction::Sleep),
            },
            ..plain_model(name)
        };
        Ok(Holdings { version: text(&info, "/version"), models: vec![held], refusal: None })
    }
}

/// Weights and cache of all its parts, MiB: what a release gives back. It counts in GiB.
fn memory(info: &Value) -> Option<f64> {
    let parts = info.pointer("/internal_states")?.as_array()?;
    let sizes = parts
        .iter()
        .map(|part| Some(number(part, "/memory_usage/weight")? + number(part, "/memory_usage/kvcache")?));
    let total = sizes.sum::<Option<f64>>()? * MIB_PER_GIB;
    (!parts.is_empty()).then_some(total)
}
