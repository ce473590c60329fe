//! Writes the bundled sample history: `cargo run --example generate_sample -- --out data`.

mod sample;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = match arguments.as_slice() {
        [] => PathBuf::from("data"),
        [option, folder] if option == "--out" => PathBuf::from(folder),
        _ => return complain("usage: generate_sample [--out FOLDER]"),
    };
    if let Err(error) = std::fs::create_dir_all(&folder) {
        return complain(&format!("cannot create {}: {error}", folder.display()));
    }
    for file in sample::files() {
        let path = folder.join(file.name);
        if let Err(error) = std::fs::write(&path, file.bytes) {
            return complain(&format!("cannot write {}: {error}", path.display()));
        }
    }
    ExitCode::SUCCESS
}

#[allow(clippy::print_stderr)]
fn complain(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
