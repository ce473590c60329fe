//! Holds GPU memory until it is ended: `hold_gpu_memory [GIBIBYTES]` prints `ready` once it has it. What the tests of
//! `gpu processes` and `gpu clear` watch on a machine with an NVIDIA GPU.

#![allow(clippy::print_stdout, reason = "a program that says when it is ready")]

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use cudarc::driver::CudaContext;

fn main() -> anyhow::Result<()> {
    let gibibytes: usize = match std::env::args().nth(1) {
        Some(text) => text.parse().with_context(|| format!("{text} is no number of gibibytes"))?,
        None => 8,
    };
    let context = CudaContext::new(0)?;
    let stream = context.default_stream();
    let held = stream.alloc_zeros::<u8>(gibibytes << 30)?;
    stream.synchronize()?;
    println!("ready");
    std::io::stdout().flush()?;
    // Ends with the test at the latest: nobody should find it hours later.
    std::thread::sleep(Duration::from_secs(600));
    drop(held);
    Ok(())
}
