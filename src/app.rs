//! The root: parse, read the world once, dispatch, write. The one place that prints and sets the exit code.

use std::ffi::OsString;
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, ValueEnum};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::cli::complete::{CompletionKind, Suggestion};
use crate::cli::{self, Cli, ColorChoice, Command, GlobalArgs, OutputFormat, parse_duration};
use crate::commands::{self, Answer, Completion, Context, Interrupt, Mode, Outcome, shell_word};
use crate::config::{self, Config, ConfigError, ConfigFiles};
use crate::domain::calendar::{UnknownZone, Zone, parse_zone};
use crate::domain::time::Timestamp;
use crate::failure::{EXIT_PARTIAL, Failure, FailureKind, classify};
use crate::output::{Envelope, Form, Glyphs, Ink, Style, printable, render};

/// Runs the program on the process's arguments and returns its exit code.
pub fn run() -> ExitCode {
    cli::complete::suggest_with(suggest);
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments),
    };
    // Looked up only once something has failed: a run that works reads the configuration once.
    let form = || cli.global.output_format.or_else(|| configured_format(&cli.global));
    // Only the message of a panic may reach a person, and only through `fail`.
    std::panic::set_hook(Box::new(|_| {}));
    match catch_unwind(AssertUnwindSafe(|| dispatch(&cli, &arguments))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => fail(&classify(&error), form(), cli.command.name()),
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_else(|| "unknown".to_owned());
            let failure = Failure {
                kind: FailureKind::Defect,
                message: format!("internal error: {message}"),
                hint: Some("this is a defect of tidetable; please report it".to_owned()),
            };
            fail(&failure, form(), cli.command.name())
        }
    }
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&Cli::command().try_get_matches_from(arguments)?)
}

/// Help and version go to standard output, with 0; anything else is a usage error, as JSON when that was asked for.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        // A reader that has seen enough closes the pipe; that is no failure.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let wants_json = arguments
        .windows(2)
        .any(|pair| pair[0] == "--output-format" && (pair[1] == "json" || pair[1] == "jsonl"))
        || arguments
            .iter()
            .any(|argument| argument == "--output-format=json" || argument == "--output-format=jsonl");
    if wants_json {
        let text = error.render().to_string();
        // Everything before the usage line: what is missing or wrong, and what is possible.
        let said: Vec<&str> = text
            .lines()
            .take_while(|line| !line.starts_with("Usage:"))
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let failure = Failure {
            kind: FailureKind::Usage,
            message: said.join(" ").trim_start_matches("error: ").to_owned(),
            hint: Some("`tidetable help` lists commands and options".to_owned()),
        };
        return fail(&failure, Some(OutputFormat::Json), "tidetable");
    }
    // Nothing can be done when standard error is closed.
    let _ = error.print();
    ExitCode::from(FailureKind::Usage.exit_code())
}

/// The form that the configuration names, so that failures take it too; a broken configuration names none.
fn configured_format(global: &GlobalArgs) -> Option<OutputFormat> {
    let figment = config::layers(&ConfigFiles::locate(), global.config.as_deref()).ok()?;
    let config = config::read(&figment).ok()?;
    OutputFormat::from_str(&config.output_format?, true).ok()
}

fn dispatch(cli: &Cli, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let config = match configuration(cli.global.config.as_deref()) {
        // What mends a broken configuration must work under one, and what needs none need not mind it.
        Err(_) if matches!(cli.command, Command::Config(_) | Command::Completions(_) | Command::Man(_)) => {
            Config::default()
        }
        read => read?,
    };
    let form = form(&cli.global, &config)?;
    let interrupt = Interrupt::default();
    listen_for_signals(&interrupt);
    let context = context(cli, command_line(arguments), config, interrupt)?;
    let settled = match cli.command {
        // These need no store, and what mends a machine must work on a broken one; the doctor tells instead.
        Command::Config(_) | Command::Completions(_) | Command::Man(_) | Command::Doctor(_) => None,
        _ => context.settle_interrupted_restore()?,
    };
    let mut outcome = run_command(&context, &cli.command)?;
    outcome.warnings.splice(0..0, settled);
    write_outcome(cli, &context, form, &outcome)
}

fn configuration(named: Option<&Path>) -> Result<Config, ConfigError> {
    config::read(&config::layers(&ConfigFiles::locate(), named)?)
}

/// What a shell offers for an id or a task type: read from the store that the command line being typed would use.
/// Silent on any failure, because whatever is printed here lands between two key strokes.
fn suggest(kind: CompletionKind) -> Vec<Suggestion> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let store = commands::complete::store_named_in(&words)
        .or_else(|| std::env::var_os("TIDETABLE_DB").map(PathBuf::from))
        .or_else(|| configuration(None).ok().and_then(|config| config.db))
        .or_else(|| config::default_store().ok());
    store.map_or_else(Vec::new, |store| commands::complete::suggestions(&store, kind))
}

fn run_command(context: &Context, command: &Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Demo(args) => commands::demo::run(context, args),
        Command::Import(args) => commands::import::run(context, args),
        Command::Analyze(args) => commands::analyze::run(context, args),
        Command::View(args) => commands::view::run(context, args),
        Command::Generate(args) => commands::generate::run(context, args),
        Command::Rules(args) => commands::rules::run(context, args),
        Command::Predict(args) => commands::predict::run(context, args),
        Command::Backtest(args) => commands::backtest::run(context, args),
        Command::Optimize(args) => commands::optimize::run(context, args),
        Command::Search(args) => commands::search::run(context, args),
        Command::Gpu(args) => commands::gpu::run(context, args),
        Command::Backup(args) => commands::backup::run(context, args),
        Command::Restore(args) => commands::restore::run(context, args),
        Command::Doctor(args) => commands::doctor::run(context, args),
        Command::Config(args) => commands::config::run(context, args),
        Command::Completions(args) => commands::completions::run(context, args),
        Command::Man(args) => commands::man::run(context, args),
    }
}

/// The first signal asks for a clean stop, the second ends the process at once: committed data is safe either way.
fn listen_for_signals(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    // Fails only when a handler exists already; then there is nothing to add.
    let _ = ctrlc::set_handler(move || {
        if interrupt.is_triggered() {
            std::process::exit(i32::from(FailureKind::Interrupted.exit_code()));
        }
        interrupt.trigger();
    });
}

fn form(global: &GlobalArgs, config: &Config) -> Result<Form, ConfigError> {
    let chosen = match (&global.output_format, &config.output_format) {
        (Some(format), _) => *format,
        (None, Some(text)) => OutputFormat::from_str(text, true)
            .map_err(|reason| ConfigError::Value { field: "output_format", reason })?,
        (None, None) => OutputFormat::Table,
    };
    Ok(match chosen {
        OutputFormat::Table => Form::Table,
        OutputFormat::Detailed => Form::Detailed,
        OutputFormat::Json => Form::Json,
        OutputFormat::Jsonl => Form::Jsonl,
    })
}

/// The arguments as a person would type them: what a shell would take apart is quoted.
fn command_line(arguments: &[OsString]) -> String {
    let words = arguments.iter().skip(1).map(|argument| shell_word(&argument.to_string_lossy()));
    std::iter::once("tidetable".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn context(cli: &Cli, command_line: String, config: Config, interrupt: Interrupt) -> anyhow::Result<Context> {
    let global = &cli.global;
    let lock_timeout = match (&global.lock_timeout, &config.lock_timeout) {
        (Some(timeout), _) => timeout.0,
        (None, Some(text)) => {
            parse_duration(text).map_err(|reason| ConfigError::Value { field: "lock_timeout", reason })?
        }
        (None, None) => Duration::from_secs(10),
    };
    let store_path = match global.db.clone().or_else(|| config.db.clone()) {
        Some(path) => path,
        None => config::default_store()?,
    };
    // One file, one lock, under whatever name it is reached.
    let store_path = std::fs::canonicalize(&store_path).unwrap_or(store_path);
    Ok(Context {
        command: cli.command.name(),
        command_line,
        now: global.now.unwrap_or_else(|| Timestamp::from(chrono::Utc::now())),
        zone: zone(global, &config)?,
        seed: global.seed.or(config.seed).unwrap_or(0),
        mode: if global.dry_run { Mode::DryRun } else { Mode::Act },
        show_progress: !global.no_progress && !global.quiet && std::io::stderr().is_terminal(),
        config,
        config_file: global.config.clone(),
        store_path,
        is_store_named: global.db.is_some(),
        lock_timeout,
        interrupt,
        ask: (std::io::stdin().is_terminal() && std::io::stderr().is_terminal()).then_some(ask),
    })
}

/// How often a prompt looks whether somebody asked to stop.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Tells a plan on standard error and takes `y` or `yes` for a yes. A read starts again after a signal, so that it begins
/// only once there is a line to read: until then the first Ctrl-C ends the wait.
fn ask(plan: &str, interrupt: &Interrupt) -> Answer {
    write_error_line(plan.trim_end_matches('\n'));
    let mut stderr = std::io::stderr().lock();
    // When standard error is closed nobody has read the plan.
    if write!(stderr, "Do it? [y/N] ").and_then(|()| stderr.flush()).is_err() {
        return Answer::No;
    }
    let stdin = std::io::stdin();
    loop {
        if interrupt.is_triggered() {
            // The prompt's line ends, so that the message has one of its own.
            let _ = writeln!(stderr);
            return Answer::Interrupted;
        }
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&LOOK)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => break,
            Err(_) => return Answer::No,
        }
    }
    let mut answer = String::new();
    let read = stdin.read_line(&mut answer);
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" if read.is_ok() => Answer::Yes,
        _ => Answer::No,
    }
}

/// `--timezone`, the configuration, `TZ`, the system's zone; UTC when none of them names one.
fn zone(global: &GlobalArgs, config: &Config) -> Result<Zone, UnknownZone> {
    if let Some(name) = global.timezone.as_ref().or(config.timezone.as_ref()) {
        return parse_zone(name);
    }
    let from_environment =
        std::env::var("TZ").ok().and_then(|name| parse_zone(name.trim_start_matches(':')).ok());
    let from_system = || iana_time_zone::get_timezone().ok().and_then(|name| parse_zone(&name).ok());
    Ok(from_environment.or_else(from_system).unwrap_or(Zone::UTC))
}

fn write_outcome(cli: &Cli, context: &Context, form: Form, outcome: &Outcome) -> anyhow::Result<ExitCode> {
    let envelope = Envelope {
        command: context.command.to_owned(),
        generated_at: context.now,
        dry_run: context.mode == Mode::DryRun,
        warnings: outcome.warnings.clone(),
    };
    let mut stdout = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let for_people = matches!(form, Form::Table | Form::Detailed);
    // Who has just read the plan at a terminal and said no need not read it there again.
    let is_told = outcome.completion == Completion::Declined && for_people && std::io::stdout().is_terminal();
    let written = if is_told {
        Ok(())
    } else {
        render(outcome.report.as_ref(), &envelope, form, &style(cli, context), &mut stdout)
    };
    match written.and_then(|()| stdout.flush()) {
        Ok(()) => {}
        // Whoever read us has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => return Err(anyhow::Error::new(error).context("cannot write the answer")),
    }
    if for_people && !cli.global.quiet {
        for warning in &outcome.warnings {
            write_error_line(&format!("warning: {warning}"));
        }
        if envelope.dry_run {
            write_error_line("dry run: nothing was changed");
        }
    }
    Ok(match outcome.completion {
        Completion::Done | Completion::Declined => ExitCode::SUCCESS,
        Completion::Partial => ExitCode::from(EXIT_PARTIAL),
        Completion::Failed => ExitCode::from(FailureKind::Data.exit_code()),
        Completion::Interrupted => ExitCode::from(FailureKind::Interrupted.exit_code()),
    })
}

fn style(cli: &Cli, context: &Context) -> Style {
    let is_terminal = std::io::stdout().is_terminal();
    let unset = |name: &str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let choice = cli
        .global
        .color
        .or_else(|| context.config.color.as_ref().and_then(|text| ColorChoice::from_str(text, true).ok()));
    let color = match choice.unwrap_or(ColorChoice::Auto) {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && unset("NO_COLOR") && !dumb,
    };
    // A terminal that tells no width of its own is one of which nothing is known.
    let width = is_terminal.then(|| comfy_table::Table::new().width()).flatten().filter(|width| *width >= 20);
    Style { color, width, glyphs: glyphs(), zone: context.zone, now: context.now }
}

/// What the locale says of characters; where it says nothing (as in cron), blocks are as safe as elsewhere.
fn glyphs() -> Glyphs {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let is_unicode = said.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    if is_unicode { Glyphs::Unicode } else { Glyphs::Ascii }
}

/// Writes the failure to standard error, as the last line and as JSON when that was asked for.
fn fail(failure: &Failure, form: Option<OutputFormat>, command: &str) -> ExitCode {
    let code = failure.kind.exit_code();
    if matches!(form, Some(OutputFormat::Json | OutputFormat::Jsonl)) {
        let document = serde_json::json!({
            "message_type": "error",
            "command": command,
            "code": code,
            "kind": failure.kind,
            "message": failure.message,
            "hint": failure.hint,
        });
        write_error_line(&document.to_string());
    } else {
        write_error_line(&format!("error: {}", failure.message));
        if let Some(hint) = &failure.hint {
            write_error_line(&format!("hint: {hint}"));
        }
    }
    ExitCode::from(code)
}

fn write_error_line(line: &str) {
    let line = printable(line, Ink::Plain);
    // When standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
