//! ComfyUI: `GET /queue`, `/system_stats` and `/history`. It names no models; what it holds is one thing.

use serde_json::Value;

use super::fields::{entries, has_list, mib, text};
use super::model_server::{Holdings, ModelServer, activity_of, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, Obstacle, ReleaseOffer};
use crate::domain::time::Timestamp;

pub(super) struct ComfyUi;

const STATS: &str = "/system_stats";
const QUEUE: &str = "/queue";
/// Whose last entry is another one after every prompt.
const HISTORY: &str = "/history?max_items=1";

/// What all that it holds is called here.
const ALL_MODELS: &str = "all models";

impl ModelServer for ComfyUi {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let stats = client.json(STATS)?;
        if !has_list(&stats, "/devices") {
            return Err(client.foreign(STATS, "it lists no devices".to_owned()));
        }
        let queue = client.json(QUEUE)?;
        let waiting = ["/queue_running", "/queue_pending"]
            .map(|place| entries(&queue, place).len())
            .iter()
            .sum::<usize>();
        let is_known = has_list(&queue, "/queue_running");
        let parts: Vec<Option<f64>> =
            entries(&stats, "/devices").iter().map(|device| mib(device, "/torch_vram_total")).collect();
        let memory_mib = if parts.is_empty() { None } else { parts.into_iter().sum::<Option<f64>>() };
        let plain = plain_model(ALL_MODELS.to_owned());
        let held = HeldModel {
            memory_mib,
            activity: activity_of(is_known.then_some(waiting as f64)),
            use_mark: client.json(HISTORY).ok().and_then(|history| last_prompt(&history)),
            offer: match memory_mib {
                Some(0.0) => ReleaseOffer::Impossible(Obstacle::NotOnGpu),
                _ => plain.offer,
            },
            ..plain
        };
        let version = text(&stats, "/system/comfyui_version");
        Ok(Holdings { version, models: vec![held], refusal: None })
    }
}

/// The id of the last prompt; a text of its own where there was none yet, which differs from every id.
fn last_prompt(history: &Value) -> Option<String> {
    let prompts = history.as_object()?;
    Some(prompts.keys().next_back().cloned().unwrap_or_else(|| "no prompt".to_owned()))
}
