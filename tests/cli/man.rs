//! `man` from the outside.

use crate::sandbox::Sandbox;

#[test]
fn the_page_of_the_program_is_printed_as_roff() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("man").assert_code(0);
    assert!(answer.stdout.contains(".TH tidetable 1"), "{answer}");
    assert_eq!(answer.stderr, "");
}

#[test]
fn all_pages_go_into_a_folder_that_is_made_for_them() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("share/man1");
    let answer = sandbox.run("man --dir share/man1 --output-format json").assert_code(0);
    let data = &answer.json()["data"];
    assert_eq!(data["written"], true);
    for name in data["pages"].as_array().expect("a list") {
        assert!(folder.join(name.as_str().expect("a name")).is_file(), "{name}");
    }
}

#[test]
fn a_dry_run_writes_no_page() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("man --dir pages --dry-run").assert_code(0);
    assert!(answer.stdout.starts_with("Would write "), "{answer}");
    assert!(!sandbox.path("pages").exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("taken", "a file");
    insta::assert_snapshot!(sandbox.run("man --dir taken/man1").assert_code(1));
}
