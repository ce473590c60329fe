//! What model servers hold on GPUs, and what each of them can be asked to give back.

use std::fmt;

use serde::Serialize;

use crate::domain::time::Timestamp;

/// A program that keeps models in GPU memory and can be asked over HTTP to let them go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerKind {
    /// Ollama.
    Ollama,
    /// ComfyUI.
    ComfyUi,
    /// vLLM.
    Vllm,
    /// SGLang.
    SgLang,
    /// llama.cpp's server, alone or as a router of several models.
    LlamaServer,
    /// llama-swap.
    LlamaSwap,
    /// LM Studio.
    LmStudio,
    /// NVIDIA's Triton.
    Triton,
    /// TabbyAPI.
    TabbyApi,
    /// Jupyter: its kernels hold what their notebooks loaded.
    Jupyter,
}

impl ServerKind {
    /// All of them.
    pub const ALL: [ServerKind; 10] = [
        ServerKind::Ollama,
        ServerKind::ComfyUi,
        ServerKind::Vllm,
        ServerKind::SgLang,
        ServerKind::LlamaServer,
        ServerKind::LlamaSwap,
        ServerKind::LmStudio,
        ServerKind::Triton,
        ServerKind::TabbyApi,
        ServerKind::Jupyter,
    ];

    /// The word used in configuration and output.
    pub fn as_str(self) -> &'static str {
        match self {
            ServerKind::Ollama => "ollama",
            ServerKind::ComfyUi => "comfyui",
            ServerKind::Vllm => "vllm",
            ServerKind::SgLang => "sglang",
            ServerKind::LlamaServer => "llama-server",
            ServerKind::LlamaSwap => "llama-swap",
            ServerKind::LmStudio => "lm-studio",
            ServerKind::Triton => "triton",
            ServerKind::TabbyApi => "tabbyapi",
            ServerKind::Jupyter => "jupyter",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<ServerKind> {
        ServerKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The port it listens on unless told otherwise. Some share one and are told apart by what they answer.
    pub fn default_port(self) -> u16 {
        match self {
            ServerKind::Ollama => 11434,
            ServerKind::ComfyUi => 8188,
            ServerKind::Vllm | ServerKind::Triton => 8000,
            ServerKind::SgLang => 30000,
            ServerKind::LlamaServer | ServerKind::LlamaSwap => 8080,
            ServerKind::LmStudio => 1234,
            ServerKind::TabbyApi => 5000,
            ServerKind::Jupyter => 8888,
        }
    }

    /// What decides how long it keeps a model that nobody uses.
    pub fn keeping(self) -> Keeping {
        match self {
            ServerKind::Ollama => Keeping::AsTold,
            ServerKind::LlamaServer => Keeping::OwnTimer("the --sleep-idle-seconds that it was started with"),
            ServerKind::LlamaSwap => Keeping::OwnTimer("the ttl in its own configuration"),
            ServerKind::LmStudio => Keeping::OwnTimer("the idle TTL in its own settings"),
            ServerKind::ComfyUi
            | ServerKind::Vllm
            | ServerKind::SgLang
            | ServerKind::Triton
            | ServerKind::TabbyApi
            | ServerKind::Jupyter => Keeping::UntilUnloaded,
        }
    }

    /// What it does with requests that are running when it is asked to let a model go.
    pub fn when_busy(self) -> WhenBusy {
        match self {
            // Ollama and ComfyUI finish what runs and free the memory afterwards.
            ServerKind::Ollama | ServerKind::ComfyUi | ServerKind::Triton => WhenBusy::FinishesFirst,
            ServerKind::SgLang => WhenBusy::Refuses,
            ServerKind::Vllm
            | ServerKind::LlamaServer
            | ServerKind::LlamaSwap
            | ServerKind::LmStudio
            | ServerKind::TabbyApi
            | ServerKind::Jupyter => WhenBusy::CutsOff,
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ServerKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a server does with running requests when it is asked to let a model go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenBusy {
    /// It ends them first and frees the memory afterwards.
    FinishesFirst,
    /// It does not free anything.
    Refuses,
    /// They are lost.
    CutsOff,
}

/// What decides how long a server keeps a model that nobody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// The last request for it.
    AsTold,
    /// Nothing: it stays until somebody unloads it, or its place is needed.
    UntilUnloaded,
    /// This setting of the server, which no call changes.
    OwnTimer(&'static str),
}

/// One server on one address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ServerAddress {
    /// What it is.
    #[serde(rename = "server")]
    pub kind: ServerKind,
    /// Where it is, such as `http://127.0.0.1:11434`, without a slash at its end.
    pub address: String,
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind, self.address)
    }
}

/// Whether a model is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelActivity {
    /// It has nothing to do.
    Idle,
    /// It answers a request, loads, or has requests waiting.
    Busy,
    /// The server does not tell.
    Unknown,
}

/// A way to get memory back from a server, cheapest to undo first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseAction {
    /// The model leaves the GPU.
    Unload,
    /// The server keeps its process and puts the weights aside (vLLM: sleep level 1, to main memory).
    Sleep,
    /// The kernel ends; what it computed is lost.
    EndKernel,
}

impl ReleaseAction {
    /// All of them, cheapest to undo first.
    pub const ALL: [ReleaseAction; 3] =
        [ReleaseAction::Unload, ReleaseAction::Sleep, ReleaseAction::EndKernel];

    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            ReleaseAction::Unload => "unload",
            ReleaseAction::Sleep => "sleep",
            ReleaseAction::EndKernel => "end_kernel",
        }
    }

    /// Place in the order of what it costs to undo, from 1. Ending processes comes after all of these.
    pub fn undo_rank(self) -> u8 {
        match self {
            ReleaseAction::Unload => 1,
            ReleaseAction::Sleep => 2,
            ReleaseAction::EndKernel => 3,
        }
    }
}

/// How what was released comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// By itself, when somebody asks the server for it.
    NextRequest,
    /// The server has to be told to load it.
    Load,
    /// The server has to be told to wake up; until then it answers nobody.
    WakeUp,
    /// Not at all.
    Lost,
}

impl Undo {
    /// How `action` is undone at such a server.
    pub fn of(kind: ServerKind, action: ReleaseAction) -> Undo {
        match (action, kind) {
            (ReleaseAction::EndKernel, _) => Undo::Lost,
            (ReleaseAction::Sleep, _) => Undo::WakeUp,
            (ReleaseAction::Unload, ServerKind::Triton | ServerKind::TabbyApi) => Undo::Load,
            (ReleaseAction::Unload, _) => Undo::NextRequest,
        }
    }
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Undo::NextRequest => "the next request loads it again",
            Undo::Load => "`tidetable gpu models --undo` loads it again",
            Undo::WakeUp => "asleep until `tidetable gpu models --undo` wakes it",
            Undo::Lost => "cannot be undone",
        })
    }
}

/// Why a server cannot be asked for a model's memory, whatever the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// It runs on another machine; the server only passes requests on, and would take this one for a request, too.
    RemoteModel,
    /// The server has that call only in its developer mode.
    NeedsDevMode,
    /// The server can only do it when it was started for it (SGLang's memory saver).
    NeedsMemorySaver,
    /// The server wants a key, or another one.
    NeedsKey,
    /// It holds no memory of a GPU: asleep already, or in main memory.
    NotOnGpu,
    /// The server has no such call: it holds one model for as long as it runs.
    NoSuchCall,
}

/// What a server offers for a model it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseOffer {
    /// It can be asked to do this.
    Possible(ReleaseAction),
    /// It cannot be asked.
    Impossible(Obstacle),
}

/// A model, or a kernel, in the memory of a server.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldModel {
    /// What the server calls it. Servers that hold one thing and do not name it: `all models`.
    pub model: String,
    /// What people call it, where that differs: a kernel's notebook.
    pub title: Option<String>,
    /// What it holds on GPUs, MiB, as the server tells; `None` where it does not.
    pub memory_mib: Option<f64>,
    /// Whether it is at work.
    pub activity: ModelActivity,
    /// When it was last used: as the server tells, or as our own sightings do.
    pub last_used: Option<Timestamp>,
    /// When the server lets it go by itself; `None` for never or unknown.
    pub expires: Option<Timestamp>,
    /// Differs from an earlier one when the model was used in between; `None` where the server shows no such trace.
    pub use_mark: Option<String>,
    /// What the server can be asked to do about it.
    pub offer: ReleaseOffer,
}

/// What one server answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerReading {
    /// Which one.
    pub server: ServerAddress,
    /// Its version, where it tells.
    pub version: Option<String>,
    /// What it holds, by name.
    pub models: Vec<HeldModel>,
    /// Why it does not tell what it holds, if so.
    pub refusal: Option<Obstacle>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word() {
        for kind in ServerKind::ALL {
            assert_eq!(ServerKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(ServerKind::parse("Ollama"), None);
    }

    #[test]
    fn the_order_of_actions_is_that_of_what_undoing_costs() {
        let ranks = ReleaseAction::ALL.map(ReleaseAction::undo_rank);
        assert!(ranks.is_sorted() && ReleaseAction::ALL.is_sorted());
        assert_eq!(Undo::of(ServerKind::Jupyter, ReleaseAction::EndKernel), Undo::Lost);
    }
}
