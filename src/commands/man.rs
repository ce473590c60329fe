//! `man`: the manual, made from the command line's own types.

use std::fs;

use anyhow::Context as _;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff};

use super::{Context, Mode, Outcome};
use crate::cli::Cli;
use crate::cli::man::ManArgs;
use crate::output::man::{ManReport, ManualPage};

/// Prints the page of the program, or writes the pages of all commands.
pub fn run(context: &Context, args: &ManArgs) -> anyhow::Result<Outcome> {
    let mut pages = pages()?;
    let Some(folder) = &args.dir else {
        return Ok(Outcome::done(ManReport::Page(pages.remove(0)), Vec::new()));
    };
    let written = context.mode == Mode::Act;
    if written {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        for page in &pages {
            let path = folder.join(&page.file_name);
            fs::write(&path, &page.text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(Outcome::done(ManReport::Written { folder: folder.clone(), pages, written }, Vec::new()))
}

/// The pages of the program and of every command, the program's first: the same bytes on every machine.
pub fn pages() -> Result<Vec<ManualPage>, std::io::Error> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    collect(&root, true, &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, is_root: bool, pages: &mut Vec<ManualPage>) -> Result<(), std::io::Error> {
    pages.push(page(command, is_root)?);
    for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
        collect(child, false, pages)?;
    }
    Ok(())
}

fn page(command: &Command, is_root: bool) -> Result<ManualPage, std::io::Error> {
    let mut command = command.clone();
    if !is_root {
        // What every command takes stands once, in the program's own page.
        command = command.mut_args(|argument| {
            let is_common =
                argument.is_global_set() || ["help", "version"].contains(&argument.get_id().as_str());
            let hide = is_common || argument.is_hide_set();
            argument.hide(hide)
        });
    }
    let after = command.get_after_help().map(ToString::to_string);
    let has_options = command.get_arguments().any(|argument| !argument.is_hide_set());
    let has_children = command.get_subcommands().any(|child| !child.is_hide_set());
    // No date: a page changes when the program does, not when it is built.
    let source = concat!("tidetable ", env!("CARGO_PKG_VERSION"));
    let manual = Man::new(command).source(source).manual("tidetable manual");
    let mut text = Vec::new();
    manual.render_title(&mut text)?;
    manual.render_name_section(&mut text)?;
    manual.render_synopsis_section(&mut text)?;
    manual.render_description_section(&mut text)?;
    if has_options {
        manual.render_options_section(&mut text)?;
    }
    if has_children {
        manual.render_subcommands_section(&mut text)?;
    }
    if let Some(after) = after {
        after_help(&after).to_writer(&mut text)?;
    }
    if !is_root {
        let mut see_also = Roff::new();
        see_also.control("SH", ["SEE ALSO"]);
        see_also.text([
            Inline::Bold("tidetable".to_owned()),
            "(1) for the options that every command takes".into(),
        ]);
        see_also.to_writer(&mut text)?;
    }
    Ok(ManualPage { file_name: manual.get_filename(), text: String::from_utf8_lossy(&text).into_owned() })
}

/// What follows the options in the help: examples keep their line breaks, prose is filled.
fn after_help(text: &str) -> Roff {
    let mut roff = Roff::new();
    let (heading, body) = match text.strip_prefix("Examples:\n") {
        Some(body) => ("EXAMPLES", body),
        None => ("NOTES", text),
    };
    roff.control("SH", [heading]);
    let mut verbatim = false;
    for line in body.lines() {
        let is_example = line.starts_with("  ");
        if is_example != verbatim {
            roff.control(if is_example { "nf" } else { "fi" }, []);
            verbatim = is_example;
        }
        if line.trim().is_empty() {
            roff.control("PP", []);
        } else {
            roff.text([line.into()]);
        }
    }
    if verbatim {
        roff.control("fi", []);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_and_the_program_comes_first() {
        let pages = pages().unwrap();
        let names: Vec<&str> = pages.iter().map(|page| page.file_name.as_str()).collect();
        assert_eq!(names[0], "tidetable.1");
        for command in Cli::command().get_subcommands() {
            assert!(names.contains(&format!("tidetable-{}.1", command.get_name()).as_str()));
        }
    }

    #[test]
    fn options_that_every_command_takes_stand_once() {
        let pages = pages().unwrap();
        assert!(pages[0].text.contains("lock\\-timeout"));
        assert!(pages[1..].iter().all(|page| !page.text.contains("lock\\-timeout")));
    }

    #[test]
    fn examples_keep_their_lines() {
        let text = after_help("Examples:\n  tidetable one\n  tidetable two\n\nThat was all.").to_roff();
        let expected = ".SH EXAMPLES\n.nf\n  tidetable one\n  tidetable two\n.fi\n.PP\nThat was all.\n";
        assert!(text.ends_with(expected), "{text}");
    }
}
