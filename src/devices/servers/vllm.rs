//! vLLM: `GET /v1/models`, `/is_sleeping` (developer mode only) and `/metrics`.

use super::fields::{entries, text};
use super::metrics::sum_of;
use super::model_server::{Holdings, ModelServer, activity_of, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, Obstacle, ReleaseAction, ReleaseOffer};
use crate::domain::time::Timestamp;

pub(super) struct Vllm;

const MODELS: &str = "/v1/models";
const SLEEPING: &str = "/is_sleeping";

impl ModelServer for Vllm {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let version = client.json("/version").ok().and_then(|answer| text(&answer, "/version"));
        let list = match client.json(MODELS) {
            Err(error) if error.is_about_key() && version.is_some() => return Ok(Holdings::locked(version)),
            other => other?,
        };
        let ours = |owner: Option<String>| owner.as_deref() == Some("vllm");
        let first = entries(&list, "/data").iter().find(|entry| ours(text(entry, "/owned_by")));
        let Some(name) = first.and_then(|entry| text(entry, "/id")) else {
            return Err(client.foreign(MODELS, "no model there is owned by vllm".to_owned()));
        };
        let offer = match client.json(SLEEPING) {
            Ok(answer) => match answer.pointer("/is_sleeping").and_then(serde_json::Value::as_bool) {
                Some(true) => ReleaseOffer::Impossible(Obstacle::NotOnGpu),
                Some(false) => ReleaseOffer::Possible(ReleaseAction::Sleep),
                None => return Err(client.foreign(SLEEPING, "it does not tell is_sleeping".to_owned())),
            },
            Err(error) if error.status() == Some(404) => ReleaseOffer::Impossible(Obstacle::NeedsDevMode),
            Err(error) if error.is_about_key() => ReleaseOffer::Impossible(Obstacle::NeedsKey),
            Err(error) => return Err(error),
        };
        // It may be switched off; then nobody tells whether requests run.
        let metrics = client.text("/metrics").unwrap_or_default();
        let sum = |name: &str| sum_of(&metrics, name);
        let running = sum("vllm:num_requests_running").zip(sum("vllm:num_requests_waiting"));
        let held = HeldModel {
            activity: activity_of(running.map(|(running, waiting)| running + waiting)),
            use_mark: sum("vllm:prompt_tokens_total").map(|tokens| format!("{tokens} tokens")),
            offer,
            ..plain_model(name)
        };
        Ok(Holdings { version, models: vec![held], refusal: None })
    }
}
