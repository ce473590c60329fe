//! Jupyter: `GET /api`, `/api/kernels` and `/api/sessions`, which tells of what notebook a kernel is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{entries, instant, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, ModelActivity, ReleaseAction, ReleaseOffer};
use crate::domain::time::Timestamp;

pub(super) struct Jupyter;

const SELF: &str = "/api";
const KERNELS: &str = "/api/kernels";

impl ModelServer for Jupyter {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let about = client.json(SELF)?;
        let Some(version) = text(&about, "/version") else {
            return Err(client.foreign(SELF, "it tells no version".to_owned()));
        };
        let kernels = match client.json(KERNELS) {
            Err(error) if error.is_about_key() => return Ok(Holdings::locked(Some(version))),
            other => other?,
        };
        if !kernels.is_array() {
            return Err(client.foreign(KERNELS, "it lists no kernels".to_owned()));
        }
        let sessions = client.json("/api/sessions").unwrap_or_default();
        let notebooks: BTreeMap<String, String> = entries(&sessions, "")
            .iter()
            .filter_map(|session| {
                let path = text(session, "/path").or_else(|| text(session, "/notebook/path"))?;
                Some((text(session, "/kernel/id")?, path))
            })
            .collect();
        let models = entries(&kernels, "").iter().filter_map(|kernel| held(kernel, &notebooks)).collect();
        Ok(Holdings { version: Some(version), models, refusal: None })
    }
}

fn held(kernel: &Value, notebooks: &BTreeMap<String, String>) -> Option<HeldModel> {
    let id = text(kernel, "/id")?;
    Some(HeldModel {
        title: notebooks.get(&id).cloned(),
        activity: match text(kernel, "/execution_state").as_deref() {
            Some("idle") => ModelActivity::Idle,
            Some("dead") => return None,
            Some(_) => ModelActivity::Busy,
            None => ModelActivity::Unknown,
        },
        last_used: instant(kernel, "/last_activity"),
        offer: ReleaseOffer::Possible(ReleaseAction::EndKernel),
        ..plain_model(id)
    })
}
