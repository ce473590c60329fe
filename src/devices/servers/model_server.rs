//! The one thing that every kind of server can do: tell what it holds.

use super::comfyui::ComfyUi;
use super::jupyter::Jupyter;
use super::llama_server::LlamaServer;
use super::llama_swap::LlamaSwap;
use super::lm_studio::LmStudio;
use super::ollama::{self, Ollama};
use super::sglang::SgLang;
use super::tabbyapi::TabbyApi;
use super::triton::Triton;
use super::vllm::Vllm;
use super::{Client, ServerError};
use crate::domain::device::{HeldModel, ModelActivity, Obstacle, ReleaseAction, ReleaseOffer, ServerKind};
use crate::domain::time::Timestamp;

/// What a server tells of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Holdings {
    /// Its version, where it tells.
    pub version: Option<String>,
    /// What it holds.
    pub models: Vec<HeldModel>,
    /// Why it does not tell what it holds, if so.
    pub refusal: Option<Obstacle>,
}

/// A kind of server.
pub(super) trait ModelServer {
    /// What the server holds at `now`, asked in a way that neither loads a model nor resets an idle timer. An
    /// answer that is none of this kind is [`ServerError::Foreign`] or a status.
    fn holdings(&self, client: &Client, now: Timestamp) -> Result<Holdings, ServerError>;
}

/// Why a server should not be asked to load `model`, as far as it tells without loading it.
pub fn load_obstacle(client: &Client, model: &str) -> Result<Option<Obstacle>, ServerError> {
    match client.server().kind {
        ServerKind::Ollama => ollama::load_obstacle(client, model),
        _ => Ok(None),
    }
}

/// How to read a kind of server.
pub(super) fn model_server(kind: ServerKind) -> &'static dyn ModelServer {
    match kind {
        ServerKind::Ollama => &Ollama,
        ServerKind::ComfyUi => &ComfyUi,
        ServerKind::Vllm => &Vllm,
        ServerKind::SgLang => &SgLang,
        ServerKind::LlamaServer => &LlamaServer,
        ServerKind::LlamaSwap => &LlamaSwap,
        ServerKind::LmStudio => &LmStudio,
        ServerKind::Triton => &Triton,
        ServerKind::TabbyApi => &TabbyApi,
        ServerKind::Jupyter => &Jupyter,
    }
}

impl Holdings {
    /// A server that is what it was taken for and does not tell more without a key.
    pub fn locked(version: Option<String>) -> Holdings {
        Holdings { version, models: Vec::new(), refusal: Some(Obstacle::NeedsKey) }
    }
}

/// A model of which nothing but its name is known, and that its server can be asked to unload.
pub(super) fn plain_model(name: String) -> HeldModel {
    HeldModel {
        model: name,
        title: None,
        memory_mib: None,
        activity: ModelActivity::Unknown,
        last_used: None,
        expires: None,
        use_mark: None,
        offer: ReleaseOffer::Possible(ReleaseAction::Unload),
    }
}

/// Idle or busy by the number of requests that run or wait.
pub(super) fn activity_of(requests: Option<f64>) -> ModelActivity {
    match requests {
        None => ModelActivity::Unknown,
        Some(count) if count > 0.0 => ModelActivity::Busy,
        Some(_) => ModelActivity::Idle,
    }
}
