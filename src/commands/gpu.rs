//! `gpu`.

use super::{Context, Outcome};
use crate::cli::gpu::GpuArgs;

/// Runs `gpu`.
pub fn run(context: &Context, args: &GpuArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("gpu is not built yet")
}
