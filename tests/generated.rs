//! Files that are made from the program and checked in; `UPDATE_GENERATED=1 cargo test` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tidetable::cli::completions::ShellName;
use tidetable::commands::{completions, man};

#[test]
fn completions_are_those_that_the_program_prints() {
    let files =
        ShellName::ALL.map(|shell| (completions::file_name(shell).to_owned(), completions::script(shell)));
    check_folder("completions", files.into());
}

#[test]
fn manual_pages_are_those_that_the_program_prints() {
    let pages = man::pages().expect("pages rendered");
    check_folder("man", pages.into_iter().map(|page| (page.file_name, page.text)).collect());
}

/// Holds that `folder` has exactly `files`; makes it so when asked to.
fn check_folder(folder: &str, files: BTreeMap<String, String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        if path.exists() {
            fs::remove_dir_all(&path).expect("old files removed");
        }
        fs::create_dir_all(&path).expect("folder made");
        for (name, text) in &files {
            fs::write(path.join(name), text).expect("file written");
        }
        return;
    }
    let mut stale: Vec<String> = Vec::new();
    let present: Vec<String> = fs::read_dir(&path)
        .map(|entries| {
            entries
                .map(|entry| entry.expect("entry read").file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    for name in &present {
        if !files.contains_key(name) {
            stale.push(format!("{folder}/{name} belongs to nothing"));
        }
    }
    for (name, text) in &files {
        match fs::read_to_string(path.join(name)) {
            Ok(found) if found == *text => {}
            Ok(_) => stale.push(format!("{folder}/{name} differs")),
            Err(_) => stale.push(format!("{folder}/{name} is missing")),
        }
    }
    assert!(
        stale.is_empty(),
        "not what the program makes now; run UPDATE_GENERATED=1 cargo test --test generated:\n  {}",
        stale.join("\n  ")
    );
}
