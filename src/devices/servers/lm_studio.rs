//! LM Studio: `GET /api/v1/models`.

use super::fields::{entries, has_list, text};
use super::model_server::{Holdings, ModelServer, plain_model};
use super::{Client, ServerError};
use crate::domain::device::HeldModel;
use crate::domain::time::Timestamp;

pub(super) struct LmStudio;

const MODELS: &str = "/api/v1/models";

impl ModelServer for LmStudio {
    fn holdings(&self, client: &Client, _now: Timestamp) -> Result<Holdings, ServerError> {
        let list = client.json(MODELS)?;
        if !has_list(&list, "/models") {
            return Err(client.foreign(MODELS, "it lists no models".to_owned()));
        }
        let models = entries(&list, "/models").iter().flat_map(|model| {
            let key = text(model, "/key");
            entries(model, "/loaded_instances").iter().filter_map(move |instance| {
                let id = text(instance, "/id")?;
                let title = key.clone().filter(|key| *key != id);
                Some(HeldModel { title, ..plain_model(id) })
            })
        });
        Ok(Holdings { models: models.collect(), ..Holdings::default() })
    }
}
