//! Holds the arrows between the layers: who may import whom, who may speak SQL, print, or touch the world.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A line of a source file that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Violation {
    file: String,
    line: usize,
    rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// A source file without its tests: path below the root, and its lines of code with strings and comments blanked.
struct Source {
    path: String,
    code: Vec<String>,
    text: String,
}

/// What a layer may import of ours, besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    // Moments at which tests kill the process: nothing in release builds, so that whoever changes files may name some.
    ("fail_point", &[]),
    ("store", &["domain", "fail_point"]),
    ("ingest", &["domain"]),
    ("export", &["domain"]),
    ("devices", &["domain"]),
    ("schedulers", &["domain", "fail_point"]),
    ("compute", &["domain"]),
    ("output", &["domain"]),
    ("cli", &["domain"]),
    (
        "commands",
        &[
            "domain",
            "store",
            "ingest",
            "export",
            "devices",
            "schedulers",
            "compute",
            "output",
            "cli",
            "config",
        ],
    ),
    ("config", &["domain", "cli"]),
];

/// What the domain may not touch: the world, and the languages of its surroundings.
const WORLDLY: &[&str] = &[
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "std::net",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io",
    "Utc::now",
    "Local::now",
    "serde_json",
    "rusqlite",
    "refinery",
    "clap",
    "anyhow",
    "figment",
    "indicatif",
    "comfy_table",
    "sysinfo",
    "nvml_wrapper",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
];

#[test]
fn layers_import_only_what_lies_below_them() {
    assert_none(sources().iter().flat_map(arrows_broken));
}

#[test]
fn the_domain_touches_nothing_of_the_world() {
    let domain = sources().into_iter().filter(|source| source.path.starts_with("src/domain"));
    assert_none(domain.flat_map(|source| uses(&source, WORLDLY)));
}

#[test]
fn only_the_store_speaks_sql() {
    // A foreign database is a file format, and the classifier names the error type of the driver.
    let exceptions = [
        "src/ingest/banana_bun.rs",
        "src/ingest/database_value.rs",
        "src/ingest/foreign_database.rs",
        "src/failure.rs",
    ];
    let others = sources().into_iter().filter(|source| {
        !source.path.starts_with("src/store") && !exceptions.contains(&source.path.as_str())
    });
    assert_none(others.flat_map(|source| uses(&source, &["rusqlite", "refinery"])));
}

#[test]
fn only_the_root_prints() {
    let others = sources().into_iter().filter(|source| source.path != "src/app.rs");
    let printing = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "dbg!",
        "io::stdout",
        "io::stderr",
        "io::Stdout",
        "io::Stderr",
    ];
    assert_none(others.flat_map(|source| uses(&source, &printing)));
}

#[test]
fn every_subcommand_has_one_name_in_all_four_places() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Their files are not subcommands: what the layer's other files share.
    let shared: [(&str, &[&str]); 4] = [
        ("src/cli", &["complete", "duration", "global", "values"]),
        ("src/commands", &["complete", "context", "error", "outcome"]),
        ("src/output", &["envelope", "format", "pattern", "report", "schedule", "style"]),
        ("tests/cli", &["main", "sandbox", "stand_in"]),
    ];
    let declared = subcommands(&read(&root.join("src/cli/mod.rs")));
    assert!(declared.len() > 10, "the subcommands are read from src/cli/mod.rs: {declared:?}");
    for (folder, shared) in shared {
        let names = module_names(&root.join(folder));
        let missing: Vec<&String> = declared.difference(&names).collect();
        assert!(missing.is_empty(), "{folder} lacks the files of {missing:?}");
        for name in shared {
            assert!(
                !declared.contains(*name),
                "{folder}/{name}.rs is shared, and so no name for a subcommand"
            );
        }
    }
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for source in sources().into_iter().chain(files_below("tests")) {
        assert!(source.text.starts_with("//! "), "{} does not open with //!", source.path);
    }
}

#[test]
fn module_roots_declare_and_decide_nothing() {
    let roots = sources().into_iter().filter(|source| source.path.ends_with("/mod.rs"));
    // The command line's root holds the types of all subcommands and their spelling.
    let others = roots.filter(|source| source.path != "src/cli/mod.rs");
    assert_none(others.flat_map(|source| uses(&source, &["fn"])));
}

#[test]
fn main_only_starts_the_library() {
    assert!(read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).lines().count() < 10);
}

#[test]
fn nothing_is_named_for_what_it_is_not() {
    for source in sources() {
        for name in ["util", "utils", "helper", "helpers", "common", "misc", "manager"] {
            let stem = Path::new(&source.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            assert_ne!(stem, name, "{}", source.path);
        }
    }
}

fn assert_none(violations: impl Iterator<Item = Violation>) {
    let lines: Vec<String> = violations.map(|violation| violation.to_string()).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

/// Imports of ours that the file's layer may not have.
fn arrows_broken(source: &Source) -> Vec<Violation> {
    let Some(layer) = layer_of(&source.path) else { return Vec::new() };
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == layer) else {
        return vec![violation(
            source,
            0,
            format!("src/{layer} is no known layer: add its arrows to this test"),
        )];
    };
    imports(source)
        .into_iter()
        .filter(|(_, imported)| imported != layer && !allowed.contains(&imported.as_str()))
        .map(|(line, imported)| violation(source, line, format!("{layer} may not import {imported}")))
        .collect()
}

/// The layer of a file below `src/`; `None` for the root's own files.
fn layer_of(path: &str) -> Option<&str> {
    let below = path.strip_prefix("src/")?;
    match below.split_once('/') {
        Some((layer, _)) => Some(layer),
        None if below == "config.rs" => Some("config"),
        None if below == "fail_point.rs" => Some("fail_point"),
        None => None,
    }
}

/// The first segments of all paths that begin at the crate, with their 1-based lines; of grouped imports too.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let code = source.code.join("\n");
    for (start, _) in code.match_indices("crate::") {
        if code[..start].ends_with(is_name) {
            continue;
        }
        let line = code[..start].matches('\n').count() + 1;
        let rest = &code[start + "crate::".len()..];
        let segments: Vec<String> = match rest.strip_prefix('{') {
            Some(group) => first_segments(group),
            None => vec![rest.chars().take_while(|character| is_name(*character)).collect()],
        };
        found.extend(segments.into_iter().filter(|name| !name.is_empty()).map(|name| (line, name)));
    }
    found
}

/// The first segments within a group `{a::B, c::{D, E}}` whose opening brace is behind us.
fn first_segments(group: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut at_start = true;
    let mut segments: Vec<String> = Vec::new();
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            _ if depth > 0 || character.is_whitespace() => {}
            _ if at_start && is_name(character) => {
                segments.push(character.to_string());
                at_start = false;
            }
            _ if is_name(character) && segments.last().is_some_and(|last| !last.ends_with(':')) => {
                if let Some(last) = segments.last_mut() {
                    last.push(character);
                }
            }
            _ => {
                if let Some(last) = segments.last_mut().filter(|last| !last.ends_with(':')) {
                    last.push(':');
                }
            }
        }
    }
    segments.into_iter().map(|segment| segment.trim_end_matches(':').to_owned()).collect()
}

/// Every line on which one of `names` stands as a whole name.
fn uses(source: &Source, names: &[&str]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (position, line) in source.code.iter().enumerate() {
        for name in names {
            let stands = line.match_indices(name).any(|(start, _)| {
                !line[..start].ends_with(is_name) && !line[start + name.len()..].starts_with(is_name)
            });
            if stands {
                found.push(violation(source, position + 1, format!("`{name}` does not belong here")));
            }
        }
    }
    found
}

fn violation(source: &Source, line: usize, rule: String) -> Violation {
    Violation { file: source.path.clone(), line, rule }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The modules of the subcommands: `analyze` in `Analyze(analyze::AnalyzeArgs)`.
fn subcommands(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| {
            let (variant, rest) = line.trim().split_once('(')?;
            let (module, arguments) = rest.split_once("::")?;
            let is_variant = variant.starts_with(char::is_uppercase) && variant.chars().all(is_name);
            (is_variant && arguments.ends_with("Args),")).then(|| module.to_owned())
        })
        .collect()
}

fn module_names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("folder read");
    entries
        .map(|entry| entry.expect("entry read").path())
        .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect()
}

/// The files of the program; those that only tests compile are left out.
fn sources() -> Vec<Source> {
    let mut files = files_below("src");
    let tests: BTreeSet<String> =
        files.iter().flat_map(|source| test_modules(&source.path, &source.text)).collect();
    files.retain(|source| !tests.contains(&source.path));
    files
}

/// The files of the modules that `text` declares for tests only.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let folder = path.strip_suffix("/mod.rs").or(path.strip_suffix(".rs")).unwrap_or(path);
    let lines: Vec<&str> = text.lines().collect();
    lines
        .windows(2)
        .filter(|pair| pair[0] == "#[cfg(test)]")
        .filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';'))
        .map(|name| format!("{folder}/{name}.rs"))
        .collect()
}

fn files_below(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting = vec![root.join(folder)];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("folder read") {
            let path = entry.expect("entry read").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            source(&below, &read(&path))
        })
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file as the rules see it: what only tests compile is cut off, what is no code is blanked.
fn source(path: &str, text: &str) -> Source {
    let code = blanked(text);
    let mut lines: Vec<String> = code.lines().map(str::to_owned).collect();
    for start in 0..lines.len() {
        let gate = lines[start].trim_end();
        if gate == "#[cfg(test)]" || gate.starts_with("#[cfg(all(test,") {
            let end = lines[start..].iter().position(|line| line == "}").map_or_else(
                // A module in its own file, or an item on one line.
                || (start + 2).min(lines.len()),
                |length| if lines[start + 1].ends_with(';') { start + 2 } else { start + length + 1 },
            );
            lines[start..end].iter_mut().for_each(String::clear);
        }
    }
    Source { path: path.to_owned(), code: lines, text: text.to_owned() }
}

/// The code with comments, texts and characters blanked, line by line as it was.
fn blanked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut position = 0;
    let starts = |position: usize, word: &str| {
        word.chars().enumerate().all(|(offset, wanted)| characters.get(position + offset) == Some(&wanted))
    };
    while position < characters.len() {
        let end = if starts(position, "//") {
            (position..characters.len()).find(|at| characters[*at] == '\n').unwrap_or(characters.len())
        } else if starts(position, "/*") {
            (position + 2..characters.len())
                .find(|at| starts(*at, "*/"))
                .map_or(characters.len(), |at| at + 2)
        } else if let Some(hashes) = raw_text(&characters, position) {
            let close: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let open = position + 1 + hashes + 1;
            (open..characters.len())
                .find(|at| starts(*at, &close))
                .map_or(characters.len(), |at| at + close.len())
        } else if characters[position] == '"' {
            end_of_text(&characters, position + 1, '"')
        } else if starts(position, "'\\") || (characters[position] == '\'' && starts(position + 2, "'")) {
            end_of_text(&characters, position + 1, '\'')
        } else {
            code.push(characters[position]);
            position += 1;
            continue;
        };
        code.extend(
            characters[position..end].iter().map(|character| if *character == '\n' { '\n' } else { ' ' }),
        );
        position = end;
    }
    code
}

/// How many `#` a raw text has that begins here.
fn raw_text(characters: &[char], position: usize) -> Option<usize> {
    let begins_name = position == 0 || !is_name(characters[position - 1]);
    if characters[position] != 'r' || !begins_name {
        return None;
    }
    let hashes = characters[position + 1..].iter().take_while(|character| **character == '#').count();
    (characters.get(position + 1 + hashes) == Some(&'"')).then_some(hashes)
}

/// Behind the closing quote of a text whose opening one is behind us.
fn end_of_text(characters: &[char], mut position: usize, quote: char) -> usize {
    while position < characters.len() && characters[position] != quote {
        position += if characters[position] == '\\' { 2 } else { 1 };
    }
    (position + 1).min(characters.len())
}

/// The scanner itself: that it can fail.
mod scanner {
    use super::*;

    fn rules_broken(path: &str, text: &str) -> Vec<(usize, String)> {
        arrows_broken(&source(path, text)).into_iter().map(|found| (found.line, found.rule)).collect()
    }

    #[test]
    fn an_import_against_the_arrows_is_found_in_every_form() {
        for text in [
            "use crate::store::Store;",
            "use crate::{domain::time::Timestamp, store::Store};",
            "pub(crate) use crate::{\n    domain::{time, rules},\n    store,\n};",
            "fn f() { crate::store::open() }",
        ] {
            let found = rules_broken("src/output/view.rs", text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].1, "output may not import store");
        }
    }

    #[test]
    fn an_import_along_the_arrows_is_none_to_mind() {
        assert_eq!(rules_broken("src/output/view.rs", "use crate::domain::time::Timestamp;\n"), []);
        assert_eq!(rules_broken("src/output/view.rs", "use crate::output::Style;\nuse super::Report;\n"), []);
        assert_eq!(rules_broken("src/app.rs", "use crate::store::Store;\n"), []);
    }

    #[test]
    fn a_layer_without_arrows_is_found() {
        assert_eq!(rules_broken("src/plugins/mod.rs", "").len(), 1);
    }

    #[test]
    fn the_line_of_a_violation_is_named() {
        let text = "//! File.\n\nuse std::fmt;\nuse crate::ingest::Entry;\n";
        assert_eq!(rules_broken("src/store/runs.rs", text)[0].0, 4);
    }

    #[test]
    fn what_stands_in_comments_texts_and_tests_is_not_code() {
        let text = "// use crate::store::Store;\n/* crate::store */\nconst A: &str = \"crate::store \\\" x\";\n\
                    const B: &str = r#\"crate::store\"#;\nconst C: char = '\"';\nconst D: &str = \"crate::store\";\n\
                    #[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}\n";
        assert_eq!(rules_broken("src/domain/time.rs", text), []);
        let behind = format!("{text}use crate::cli::Cli;\n");
        assert_eq!(rules_broken("src/domain/time.rs", &behind).len(), 1);
        let declared = "#[cfg(test)]\nmod laws;\n\npub use crate::store::Store;\n\npub struct Held {\n}\n";
        assert_eq!(rules_broken("src/domain/time.rs", declared).len(), 1);
    }

    #[test]
    fn a_module_declared_for_tests_only_is_no_part_of_the_program() {
        let text = "mod cron;\n#[cfg(test)]\nmod laws;\n";
        assert_eq!(test_modules("src/domain/calendar/mod.rs", text), ["src/domain/calendar/laws.rs"]);
        assert_eq!(test_modules("src/config.rs", text), ["src/config/laws.rs"]);
    }

    #[test]
    fn a_name_is_found_only_as_a_whole() {
        let found = |text: &str, name| uses(&source("src/x.rs", text), &[name]).len();
        assert_eq!(found("let now = std::time::Instant::now();", "std::time::Instant"), 1);
        assert_eq!(found("reprint!(1); sprintln!(2)", "print!"), 0);
        assert_eq!(found("print!(\"println!\")", "print!"), 1);
        assert_eq!(found("pub fn f() {}", "fn"), 1);
        assert_eq!(found("my_serde_json::x", "serde_json"), 0);
    }

    #[test]
    fn subcommands_are_read_from_the_types_that_declare_them() {
        let text = "pub enum Command {\n    /// Help\n    View(view::ViewArgs),\n    Man(man::ManArgs),\n}\nfoo(bar::baz)";
        assert_eq!(subcommands(text), BTreeSet::from(["man".to_owned(), "view".to_owned()]));
    }
}
