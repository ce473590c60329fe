//! Model servers over HTTP: what they hold. Nothing here loads a model, wakes one or makes one stay longer.

mod client;
mod comfyui;
mod discover;
mod error;
mod fields;
mod jupyter;
mod llama_server;
mod llama_swap;
mod lm_studio;
mod metrics;
mod model_server;
mod ollama;
mod place;
mod sglang;
mod tabbyapi;
mod triton;
mod vllm;

pub use client::{Call, Client, Repeat, ServerLimits};
pub use discover::{Found, ServerConfig, Trouble, default_servers, look_at, read_again};
pub use error::ServerError;
pub use model_server::load_obstacle;

pub use super::http::Method;
