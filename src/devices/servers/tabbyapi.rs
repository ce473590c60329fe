//! TabbyAPI: `GET /v1/model`.

use super::fields::{has_list, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Client, ServerError};
use crate::domain::time::Timestamp;

pub(super) struct TabbyApi;

const MODEL: &str = "/v1/model";
const HEALTH: &str = "/health";

impl ModelServer for TabbyApi {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        // Many programs listen on its port, and its other answers look like theirs.
        let health = client.json(HEALTH)?;
        if text(&health, "/status").is_none() || !has_list(&health, "/issues") {
            return Err(client.foreign(HEALTH, "it tells no status with issues".to_owned()));
        }
        match client.json(MODEL) {
            Ok(model) => match text(&model, "/id") {
                Some(name) => Ok(Holdings { models: vec![plain_model(name)], ..Holdings::default() }),
                None => Err(client.foreign(MODEL, "it tells no id".to_owned())),
            },
            Err(error) if error.is_about_key() => Ok(Holdings::locked(None)),
            // So it says that no model is loaded.
            Err(error) if matches!(error.status(), Some(400 | 503)) => Ok(Holdings::default()),
            Err(error) => Err(error),
        }
    }
}
