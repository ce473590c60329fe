//! Writes the history of a machine whose nightly jobs all start at once, and its configuration.
//!
//! `cargo run --example generate_stampede -- FOLDER [SEED] [DAYS]`; `benches/stampede.sh` measures with it.

mod history;

use std::path::PathBuf;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("no folder given")?);
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let days: i64 = arguments.next().map_or(Ok(70), |text| text.parse())?;
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    std::fs::write(folder.join("runs.csv"), history::history(seed, days))?;
    std::fs::write(folder.join("tidetable.toml"), history::CAPACITY)?;
    Ok(())
}
