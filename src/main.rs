//! The `tidetable` executable.
fn main() -> std::process::ExitCode {
    tidetable::run()
}
