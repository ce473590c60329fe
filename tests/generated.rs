//! Files that are made from the program and checked in; `UPDATE_GENERATED=1 cargo test` writes them anew.

#[path = "../examples/generate_sample/sample/mod.rs"]
mod sample;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use tidetable::cli::completions::ShellName;
use tidetable::commands::{completions, man};

#[test]
fn completions_are_those_that_the_program_prints() {
    let files = ShellName::ALL
        .map(|shell| (completions::file_name(shell).to_owned(), completions::script(shell).into()));
    check_folder("completions", &files.into());
}

#[test]
fn manual_pages_are_those_that_the_program_prints() {
    let pages = man::pages().expect("pages rendered");
    check_folder("man", &pages.into_iter().map(|page| (page.file_name, page.text.into())).collect());
}

#[test]
fn the_sample_is_what_its_generator_writes() {
    check_folder(
        "data",
        &sample::files().into_iter().map(|file| (file.name.to_owned(), file.bytes)).collect(),
    );
}

#[test]
fn a_folder_that_differs_is_told_from_one_that_agrees() {
    let folder = tempfile::tempdir().expect("temporary folder");
    fs::write(folder.path().join("same"), "text").expect("file written");
    fs::write(folder.path().join("other"), "text").expect("file written");
    fs::write(folder.path().join("old"), "text").expect("file written");
    let wanted = ["same", "other", "new"]
        .map(|name| (name.to_owned(), if name == "same" { b"text".to_vec() } else { b"else".to_vec() }));
    let stale = stale_files(folder.path(), &wanted.into());
    assert_eq!(stale, ["old belongs to nothing", "new is missing", "other differs"]);
}

/// Holds that `folder` has exactly `files`; makes it so when asked to.
fn check_folder(folder: &str, files: &BTreeMap<String, Vec<u8>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let stale = stale_files(&path, files);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        if !stale.is_empty() {
            // Gone first, so that no file of a former name stays.
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).expect("folder made");
            for (name, bytes) in files {
                fs::write(path.join(name), bytes).expect("file written");
            }
        }
        return;
    }
    assert!(
        stale.is_empty(),
        "{folder}/ is not what the program makes now; UPDATE_GENERATED=1 cargo test --test generated mends it:\n  {}",
        stale.join("\n  ")
    );
}

/// What is wrong with the files in `folder`, by name.
fn stale_files(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut present: Vec<String> = fs::read_dir(folder)
        .map(|entries| {
            entries
                .map(|entry| entry.expect("entry read").file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    present.sort();
    let mut stale: Vec<String> = present
        .iter()
        .filter(|name| !files.contains_key(*name))
        .map(|name| format!("{name} belongs to nothing"))
        .collect();
    for (name, bytes) in files {
        match fs::read(folder.join(name)) {
            Ok(found) if content(name, &found) == content(name, bytes) => {}
            Ok(_) => stale.push(format!("{name} differs")),
            Err(_) => stale.push(format!("{name} is missing")),
        }
    }
    stale
}

/// What a file says: another version of the compressor may write other bytes for the same text, and a checkout
/// on another system other line ends.
fn content(name: &str, bytes: &[u8]) -> String {
    let mut plain = Vec::new();
    if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).expect("compressed file read");
    } else {
        plain.extend_from_slice(bytes);
    }
    String::from_utf8_lossy(&plain).replace("\r\n", "\n")
}
