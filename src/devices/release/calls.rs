//! Which calls make which kind of server do what.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::devices::servers::{Call, Method, Repeat};
use crate::domain::device::{ReleaseAction, ServerKind};

/// What may stand in one part of a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a server is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Let a model's memory go.
    Release {
        /// How.
        action: ReleaseAction,
        /// Which.
        model: &'a str,
    },
    /// Bring a model into memory.
    Load {
        /// Which.
        model: &'a str,
        /// Keep it there for so long without use, where the server can be told.
        keep: Option<Duration>,
    },
    /// Keep a model that is in memory for so long from now on without use.
    Keep {
        /// Which.
        model: &'a str,
        /// How long.
        span: Duration,
    },
    /// Wake up what sleeps.
    WakeUp,
}

/// Why a server cannot be told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadRefusal {
    /// It loads a model when somebody uses it, and has no call for that.
    #[error("{0} loads a model with the first request for it, and has no call for that")]
    OnlyByUse(ServerKind),
    /// It has no such state.
    #[error("{0} has no call for that")]
    NoSuchCall(ServerKind),
}

/// The calls, in their order. What a server does twice is like once for all but loading.
pub fn calls_for(kind: ServerKind, change: Change<'_>) -> Result<Vec<Call>, LoadRefusal> {
    match change {
        Change::Release { action, model } => release(kind, action, model),
        Change::Load { model, keep } => load(kind, model, keep),
        // The call that loads a model resets the time of one that is there; made twice it is like once.
        Change::Keep { model, span } if kind == ServerKind::Ollama => Ok(load(kind, model, Some(span))?
            .into_iter()
            .map(|call| Call { repeat: Repeat::Safe, ..call })
            .collect()),
        Change::Keep { .. } => Err(LoadRefusal::NoSuchCall(kind)),
        Change::WakeUp => match kind {
            ServerKind::Vllm => Ok(vec![Call::post("/wake_up", None)]),
            ServerKind::SgLang => {
                Ok(vec![Call::post("/resume_memory_occupation", Some(&json!({ "tags": SGLANG_TAGS })))])
            }
            _ => Err(LoadRefusal::NoSuchCall(kind)),
        },
    }
}

/// What SGLang can put aside.
const SGLANG_TAGS: [&str; 2] = ["kv_cache", "weights"];

fn release(kind: ServerKind, action: ReleaseAction, model: &str) -> Result<Vec<Call>, LoadRefusal> {
    let part = utf8_percent_encode(model, PLAIN).to_string();
    let call = match (action, kind) {
        (ReleaseAction::Unload, ServerKind::Ollama) => {
            // Without a prompt nothing is generated.
            Call::post("/api/generate", Some(&json!({ "model": model, "keep_alive": 0, "stream": false })))
        }
        (ReleaseAction::Unload, ServerKind::ComfyUi) => {
            Call::post("/free", Some(&json!({ "unload_models": true, "free_memory": true })))
        }
        (ReleaseAction::Unload, ServerKind::LlamaServer) => {
            Call::post("/models/unload", Some(&json!({ "model": model })))
        }
        (ReleaseAction::Unload, ServerKind::LlamaSwap) => {
            Call::post(&format!("/api/models/unload/{part}"), None)
        }
        (ReleaseAction::Unload, ServerKind::LmStudio) => {
            Call::post("/api/v1/models/unload", Some(&json!({ "instance_id": model })))
        }
        (ReleaseAction::Unload, ServerKind::Triton) => Call::post(
            &format!("/v2/repository/models/{part}/unload"),
            Some(&json!({ "parameters": { "unload_dependents": true } })),
        ),
        (ReleaseAction::Unload, ServerKind::TabbyApi) => Call::post("/v1/model/unload", None),
        (ReleaseAction::Sleep, ServerKind::Vllm) => Call::post("/sleep?level=1", None),
        (ReleaseAction::Sleep, ServerKind::SgLang) => {
            Call::post("/release_memory_occupation", Some(&json!({ "tags": SGLANG_TAGS })))
        }
        (ReleaseAction::EndKernel, ServerKind::Jupyter) => Call {
            method: Method::Delete,
            path: format!("/api/kernels/{part}"),
            body: None,
            repeat: Repeat::Safe,
        },
        _ => return Err(LoadRefusal::NoSuchCall(kind)),
    };
    Ok(vec![call])
}

fn load(kind: ServerKind, model: &str, keep: Option<Duration>) -> Result<Vec<Call>, LoadRefusal> {
    let part = utf8_percent_encode(model, PLAIN).to_string();
    let call = match kind {
        ServerKind::Ollama => {
            let mut body = json!({ "model": model, "stream": false });
            if let Some(keep) = keep {
                body["keep_alive"] = json!(format!("{}s", keep.as_secs()));
            }
            Call::post("/api/generate", Some(&body))
        }
        ServerKind::LlamaServer => Call::post("/models/load", Some(&json!({ "model": model }))),
        ServerKind::LmStudio => Call::post("/api/v1/models/load", Some(&json!({ "model": model }))),
        ServerKind::Triton => Call::post(&format!("/v2/repository/models/{part}/load"), Some(&json!({}))),
        ServerKind::TabbyApi => Call::post("/v1/model/load", Some(&json!({ "model_name": model }))),
        ServerKind::LlamaSwap | ServerKind::ComfyUi => return Err(LoadRefusal::OnlyByUse(kind)),
        ServerKind::Vllm | ServerKind::SgLang => return calls_for(kind, Change::WakeUp),
        ServerKind::Jupyter => return Err(LoadRefusal::NoSuchCall(kind)),
    };
    // Where it is unknown whether the first call arrived, a second could load the model twice.
    Ok(vec![Call { repeat: Repeat::Never, ..call }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::{Keeping, Undo};

    #[test]
    fn every_kind_has_a_call_for_what_its_models_offer() {
        for kind in ServerKind::ALL {
            let action = match kind {
                ServerKind::Vllm | ServerKind::SgLang => ReleaseAction::Sleep,
                ServerKind::Jupyter => ReleaseAction::EndKernel,
                _ => ReleaseAction::Unload,
            };
            assert!(calls_for(kind, Change::Release { action, model: "m" }).is_ok(), "{kind}");
            match Undo::of(kind, action) {
                Undo::Load => assert!(load(kind, "m", None).is_ok(), "{kind}"),
                Undo::WakeUp => assert!(calls_for(kind, Change::WakeUp).is_ok(), "{kind}"),
                Undo::NextRequest | Undo::Lost => {}
            }
        }
    }

    #[test]
    fn a_name_cannot_leave_its_part_of_the_path() {
        let change = Change::Release { action: ReleaseAction::Unload, model: "../x?y/z" };
        let calls = calls_for(ServerKind::Triton, change).unwrap();
        assert_eq!(calls[0].path, "/v2/repository/models/..%2Fx%3Fy%2Fz/unload");
    }

    #[test]
    fn loading_is_asked_for_once_and_kept_as_long_as_was_said() {
        let keep = Some(Duration::from_secs(900));
        let calls = calls_for(ServerKind::Ollama, Change::Load { model: "a:1b", keep }).unwrap();
        assert_eq!(calls[0].repeat, Repeat::Never);
        assert_eq!(calls[0].body.as_deref(), Some(r#"{"model":"a:1b","stream":false,"keep_alive":"900s"}"#));
    }

    #[test]
    fn only_a_server_that_takes_a_time_is_told_one() {
        let keep = Change::Keep { model: "a:1b", span: Duration::from_secs(60) };
        for kind in ServerKind::ALL {
            assert_eq!(calls_for(kind, keep).is_ok(), kind.keeping() == Keeping::AsTold, "{kind}");
        }
        assert_eq!(calls_for(ServerKind::Ollama, keep).unwrap()[0].repeat, Repeat::Safe);
    }
}
