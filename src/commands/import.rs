//! `import`: from foreign files to runs in the store, one transaction per file.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context as _;

use super::automatic_backup::ImportGuard;
use super::import_rules::declared_rule;
use super::{CommandError, Completion, Context, Mode, Outcome};
use crate::cli::import::{FormatArg, ImportArgs, TimeUnitArg};
use crate::domain::time::Timestamp;
use crate::ingest::{
    self, BadColumnMap, ColumnMap, Entry, Format, ImportOptions, IngestError, OpenedImport, Reject, Session,
    Source, TimeUnit,
};
use crate::output::import::{ImportReport, ImportedFile, RejectShape};
use crate::store::{CronSession, ImportRecord, RunWriter, Store, StoreError, Transaction, WriteOutcome};

/// Rejects that a report names; `--reject-file` has all.
const REPORTED_REJECTS: usize = 20;

/// Notices kept of one file: a reader that finds the same oddity in every line must not fill the screen.
const REPORTED_NOTICES: usize = 20;

/// Reads every file; what one file says is kept as a whole or not at all.
pub fn run(context: &Context, args: &ImportArgs) -> anyhow::Result<Outcome> {
    run_named(context, args, &|path| path.display().to_string())
}

/// Like [`run`], with the names that files bear in the store and in the answer.
pub(super) fn run_named(
    context: &Context,
    args: &ImportArgs,
    name_of: &dyn Fn(&Path) -> String,
) -> anyhow::Result<Outcome> {
    let options = import_options(context, args)?;
    let rejects = RejectFile::create(context, args)?;
    let mut store = context.open_writer()?;
    let mut aside = Aside { rejects, guard: ImportGuard::new(store.highest_run_id()?) };
    let mut files = Vec::new();
    let mut warnings = Vec::new();
    let mut failed = None;
    for path in &args.paths {
        match import_file(context, args, &options, &mut store, &mut aside, path, name_of(path)) {
            Ok(file) => {
                warnings.extend(file.notices.iter().map(|notice| format!("{}: {notice}", file.path)));
                files.push(file);
            }
            Err(error) if error.chain().any(is_of_this_file) && args.paths.len() > 1 => {
                files.push(ImportedFile {
                    path: path.display().to_string(),
                    error: Some(error.to_string()),
                    ..ImportedFile::default()
                });
                warnings.push(error.to_string());
                failed = failed.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    aside.rejects.finish()?;
    let good = files.iter().filter(|file| file.error.is_none()).count();
    match failed {
        Some(error) if good == 0 => return Err(error),
        _ => {}
    }
    warn_of_nothing(&files, &mut warnings);
    let completion = if good == files.len() { Completion::Done } else { Completion::Partial };
    let safety_copy = aside.guard.copy();
    let report = ImportReport { files, store: name_of(&context.store_path), safety_copy };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// Whether an error is about one file, so that the others can still be read.
fn is_of_this_file(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<IngestError>() || matches!(cause.downcast_ref(), Some(CommandError::Refused { .. }))
}

fn warn_of_nothing(files: &[ImportedFile], warnings: &mut Vec<String>) {
    for file in files {
        if file.error.is_none() && file.rejected > 0 {
            warnings.push(format!(
                "{}: {} of {} records could not be read; the report says why",
                file.path, file.rejected, file.read
            ));
        }
        if file.error.is_none() && file.read == 0 && file.sessions == 0 {
            warnings.push(format!("{}: no record found in it", file.path));
        } else if file.sessions > 0 && file.sessions_waiting > 0 {
            warnings.push(format!(
                "{}: {} cron sessions belong to no command line known yet and wait for the log that holds it",
                file.path, file.sessions_waiting
            ));
        }
    }
}

fn import_options(context: &Context, args: &ImportArgs) -> Result<ImportOptions, CommandError> {
    let map: Result<Vec<ColumnMap>, BadColumnMap> = args.map.iter().map(|text| text.parse()).collect();
    let map = map.map_err(|error| CommandError::Usage {
        message: format!("--map: {error}"),
        hint: "write --map their_column=task_type; ours are the fields of the activity record".to_owned(),
    })?;
    Ok(ImportOptions {
        format: format_of(args.format),
        map,
        time_unit: match args.time_unit {
            TimeUnitArg::S => TimeUnit::Seconds,
            TimeUnitArg::Ms => TimeUnit::Milliseconds,
            TimeUnitArg::Us => TimeUnit::Microseconds,
            TimeUnitArg::Ns => TimeUnit::Nanoseconds,
            TimeUnitArg::Min => TimeUnit::Minutes,
        },
        zone: context.zone,
        start_time: args.start_time,
        year: args.year,
        fields: (!args.fields.is_empty()).then(|| args.fields.clone()),
        crontab_user: args.crontab_user.clone(),
        latest: context.now,
    })
}

fn format_of(format: FormatArg) -> Option<Format> {
    match format {
        FormatArg::Auto => None,
        FormatArg::Csv => Some(Format::Csv),
        FormatArg::Jsonl => Some(Format::Jsonl),
        FormatArg::Swf => Some(Format::Swf),
        FormatArg::Sacct => Some(Format::Sacct),
        FormatArg::Cron => Some(Format::Cron),
        FormatArg::Journal => Some(Format::Journal),
        FormatArg::Crontab => Some(Format::Crontab),
        FormatArg::BananaBun => Some(Format::BananaBun),
    }
}

fn import_file(
    context: &Context,
    args: &ImportArgs,
    options: &ImportOptions,
    store: &mut Store,
    aside: &mut Aside,
    path: &Path,
    name: String,
) -> anyhow::Result<ImportedFile> {
    let source = if path == Path::new("-") { Source::from_stdin()? } else { Source::from_path(path)? };
    let mut options = options.clone();
    // A log is not younger than its file, and its file not younger than now.
    options.latest = source.modified().map_or(context.now, |modified| modified.min(context.now));
    let bytes_read = source.bytes_read();
    let progress =
        context.progress(source.size_bytes(), "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    progress.set_message(name.clone());
    let opened = ingest::open(source, &options)?;
    let format = opened.format;
    let file = ImportedFile { path: name, format: Some(format.as_str()), ..ImportedFile::default() };
    let tick = || progress.set_position(bytes_read.load(Ordering::Relaxed));
    let imported = store.in_transaction(|transaction| -> anyhow::Result<ImportedFile> {
        let id =
            Store::begin_import(transaction, &file.path, format.as_str(), context.zone.name(), context.now)?;
        let mut intake = Intake::new(context, args, transaction, id, file, &mut aside.rejects)?;
        intake.read_all(opened, &tick)?;
        let mut file = intake.finish()?;
        file.notices.extend(aside.guard.before_commit(context, file.added));
        // Perhaps while the store was copied.
        if context.interrupt.is_triggered() {
            return Err(CommandError::Interrupted("nothing of this file was kept").into());
        }
        Store::finish_import(transaction, id, &record(&file, format))?;
        Ok(file)
    });
    progress.finish_and_clear();
    imported
}

/// What is kept beside the store while files are read.
struct Aside {
    rejects: RejectFile,
    guard: ImportGuard,
}

fn record(file: &ImportedFile, format: Format) -> ImportRecord {
    ImportRecord {
        source: file.path.clone(),
        format: format.as_str().to_owned(),
        records_read: file.read,
        added: file.added,
        updated: file.updated,
        already_known: file.already_known,
        rejected: file.rejected,
        first_start: file.first_start,
        last_start: file.last_start,
    }
}

/// One file on its way into the store.
struct Intake<'a> {
    context: &'a Context,
    strict: bool,
    transaction: &'a Transaction<'a>,
    import_id: i64,
    writer: RunWriter<'a>,
    rules: Vec<crate::domain::rules::Rule>,
    task_types: HashSet<String>,
    rejects: &'a mut RejectFile,
    file: ImportedFile,
}

/// Between two looks at the interrupt flag and the progress bar.
const RECORDS_BETWEEN_LOOKS: u64 = 4096;

/// Distinct task types that are counted exactly; beyond it memory would grow with a hostile file.
const COUNTED_TASK_TYPES: usize = 1_000_000;

impl<'a> Intake<'a> {
    fn new(
        context: &'a Context,
        args: &ImportArgs,
        transaction: &'a Transaction<'a>,
        import_id: i64,
        file: ImportedFile,
        rejects: &'a mut RejectFile,
    ) -> Result<Intake<'a>, StoreError> {
        Ok(Intake {
            context,
            strict: args.strict,
            transaction,
            import_id,
            writer: RunWriter::new(transaction, import_id)?,
            rules: Vec::new(),
            task_types: HashSet::new(),
            rejects,
            file,
        })
    }

    fn read_all(&mut self, opened: OpenedImport, tick: &dyn Fn()) -> anyhow::Result<()> {
        for (position, entry) in opened.entries.enumerate() {
            if (position as u64).is_multiple_of(RECORDS_BETWEEN_LOOKS) {
                if self.context.interrupt.is_triggered() {
                    return Err(CommandError::Interrupted("nothing of this file was kept").into());
                }
                tick();
            }
            self.take(entry?)?;
        }
        Ok(())
    }

    fn take(&mut self, entry: Entry) -> anyhow::Result<()> {
        match entry {
            Entry::Run(run) => {
                self.file.read += 1;
                self.note_start(run.started_at);
                if !self.task_types.contains(&run.task_type) && self.task_types.len() < COUNTED_TASK_TYPES {
                    self.task_types.insert(run.task_type.clone());
                }
                match self.writer.write(&run)? {
                    WriteOutcome::Added => self.file.added += 1,
                    WriteOutcome::Updated => self.file.updated += 1,
                    WriteOutcome::AlreadyKnown => self.file.already_known += 1,
                }
            }
            Entry::Session(session) => self.take_session(&session)?,
            Entry::Declared(declared) => {
                self.file.read += 1;
                match declared_rule(&declared, &self.file.path, self.context) {
                    Ok(rule) => self.rules.push(rule),
                    Err(reason) => self.take_reject(Reject {
                        line: declared.line,
                        field: None,
                        reason,
                        text: format!("{} {}", declared.expression, declared.command),
                    })?,
                }
            }
            Entry::Reject(reject) => {
                self.file.read += 1;
                self.take_reject(reject)?;
            }
            Entry::Notice(notice) => {
                if self.file.notices.len() < REPORTED_NOTICES {
                    self.file.notices.push(notice);
                }
            }
        }
        Ok(())
    }

    fn note_start(&mut self, start: Timestamp) {
        self.file.first_start = Some(self.file.first_start.map_or(start, |first| first.min(start)));
        self.file.last_start = Some(self.file.last_start.map_or(start, |last| last.max(start)));
    }

    fn take_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.file.sessions += 1;
        let session = CronSession {
            host: &session.host,
            user: &session.user,
            process_id: session.process_id,
            opened_at: session.opened_at,
            closed_at: session.closed_at,
        };
        Store::remember_session(self.transaction, self.import_id, &session)?;
        Ok(())
    }

    fn take_reject(&mut self, reject: Reject) -> anyhow::Result<()> {
        if self.strict {
            let field = reject.field.map(|field| format!(", {field}")).unwrap_or_default();
            return Err(CommandError::Refused {
                message: format!("{}, line {}{field}: {}", self.file.path, reject.line, reject.reason),
                hint: "nothing of this file was kept; without --strict the other records are".to_owned(),
            }
            .into());
        }
        self.rejects.write(&self.file.path, &reject)?;
        self.file.rejected += 1;
        if self.file.rejects.len() < REPORTED_REJECTS {
            self.file.rejects.push(RejectShape {
                line: reject.line,
                field: reject.field,
                reason: reject.reason,
            });
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<ImportedFile> {
        self.file.task_types = self.task_types.len() as u64;
        if self.file.rejected > 0 && self.file.rejected == self.file.read && self.file.sessions == 0 {
            let first = self.file.rejects.first();
            return Err(CommandError::Refused {
                message: format!(
                    "{}: none of its {} records can be read as {}; line {}: {}",
                    self.file.path,
                    self.file.read,
                    self.file.format.unwrap_or("any format"),
                    first.map_or(0, |reject| reject.line),
                    first.map_or("", |reject| reject.reason.as_str()),
                ),
                hint: "name its format with --format, and foreign columns with --map".to_owned(),
            }
            .into());
        }
        let joined = Store::join_sessions(self.transaction)?;
        self.file.runs_ended_by_sessions = joined.runs_ended;
        self.file.sessions_waiting = joined.waiting;
        super::import_rules::save(self.transaction, &self.rules, self.context, &mut self.file)?;
        Ok(self.file)
    }
}

/// Where rejected records go: gathered aside, then added to the end of the file, which may be there already.
struct RejectFile {
    target: Option<(PathBuf, BufWriter<File>)>,
}

impl RejectFile {
    /// Errors: the path names the store or a file to be imported.
    fn create(context: &Context, args: &ImportArgs) -> anyhow::Result<RejectFile> {
        let Some(path) = args.reject_file.as_deref().filter(|_| context.mode == Mode::Act) else {
            return Ok(RejectFile { target: None });
        };
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut taken: Vec<PathBuf> = args.paths.iter().map(|path| real(path)).collect();
        for suffix in ["", "-wal", "-shm", ".lock"] {
            let mut name = context.store_path.as_os_str().to_owned();
            name.push(suffix);
            taken.push(real(Path::new(&name)));
        }
        if taken.contains(&real(path)) {
            return Err(CommandError::Usage {
                message: format!("--reject-file {} is the store or a file to be read", path.display()),
                hint: "name a file of its own for the rejects".to_owned(),
            }
            .into());
        }
        let aside = tempfile::tempfile().context("cannot keep rejects aside")?;
        Ok(RejectFile { target: Some((path.to_owned(), BufWriter::new(aside))) })
    }

    fn write(&mut self, source: &str, reject: &Reject) -> std::io::Result<()> {
        let Some((_, file)) = &mut self.target else { return Ok(()) };
        let field = reject.field.as_ref().map(|field| format!(", {field}")).unwrap_or_default();
        writeln!(file, "# {source}, line {}{field}: {}", reject.line, reject.reason)?;
        writeln!(file, "{}", reject.text)
    }

    /// Adds what was gathered to the end of the file; without a reject the file is not touched.
    fn finish(self) -> anyhow::Result<()> {
        let Some((path, file)) = self.target else { return Ok(()) };
        let mut aside = file.into_inner().map_err(|error| error.into_error())?;
        if aside.stream_position()? == 0 {
            return Ok(());
        }
        aside.rewind()?;
        let cannot = || format!("cannot write --reject-file {}", path.display());
        let mut target = OpenOptions::new().create(true).append(true).open(&path).with_context(cannot)?;
        std::io::copy(&mut aside, &mut target).with_context(cannot)?;
        Ok(())
    }
}
