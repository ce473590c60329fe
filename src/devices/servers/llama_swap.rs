//! llama-swap: `GET /running`.

use serde_json::Value;

use super::fields::{entries, has_list, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, ModelActivity};
use crate::domain::time::Timestamp;

pub(super) struct LlamaSwap;

const RUNNING: &str = "/running";

impl ModelServer for LlamaSwap {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let list = client.json(RUNNING)?;
        if !has_list(&list, "/running") {
            return Err(client.foreign(RUNNING, "it lists nothing that runs".to_owned()));
        }
        let models = entries(&list, "/running").iter().filter_map(held).collect();
        Ok(Holdings { models, ..Holdings::default() })
    }
}

fn held(entry: &Value) -> Option<HeldModel> {
    let plain = plain_model(text(entry, "/model")?);
    match text(entry, "/state").as_deref() {
        Some("stopped" | "shutdown") => None,
        Some("starting" | "stopping") => Some(HeldModel { activity: ModelActivity::Busy, ..plain }),
        _ => Some(plain),
    }
}
