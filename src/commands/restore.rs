//! `restore`: a copy in the place of the store.

use std::path::Path;

use super::backup_folder::{folder, host_name};
use super::context::shell_word;
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::restore::RestoreArgs;
use crate::output::restore::{RestoreReport, ShownPresent, ShownSafetyCopy};
use crate::store::SCHEMA_VERSION;
use crate::store::backup::{
    BackupError, BackupFolder, Catalog, LastRestore, Manifest, PresentStore, ProofKind, Replaced,
    RestoreRequest, SafetyCopy, last_restore, resolve_target, settle_restore,
};

/// Plans a restore; carries it out with `--yes`.
pub fn run(context: &Context, args: &RestoreArgs) -> anyhow::Result<Outcome> {
    let folder = folder(context, args.backup_dir.as_deref());
    let target = resolve_target(args.target.as_deref().unwrap_or(&context.store_path))?;
    settle_restore(&target, &context.writer_options())?;
    let catalog = folder.catalog()?;
    let manifest = match &args.id {
        Some(id) => catalog.find(id, &folder)?,
        None => replaced_by_last(&catalog, &target, &folder)?,
    };
    let present = PresentStore::at(&target)?;
    let mut report = plan(manifest, &target, &present);
    report.undo = undo_command(context, args);
    let mut warnings = Vec::new();
    let is_others = args.id.is_some() && !folder.owns(manifest);
    if is_others {
        warnings.push(format!("backup {} is a copy of another store, {}", manifest.id, manifest.store));
    }
    match (context.mode, args.yes) {
        (Mode::DryRun, _) => prove(&folder, manifest)?,
        (Mode::Act, false) => {
            return Err(unconfirmed(&report, context, is_others.then_some(&manifest.store)).into());
        }
        (Mode::Act, true) => {
            let restored = folder.restore(&RestoreRequest {
                manifest,
                target: &target,
                host: host_name().as_deref(),
                now: context.now,
                writer: &context.writer_options(),
            })?;
            report.is_done = true;
            // A copy that came back has proven itself, also where that cannot be written down.
            if let Err(error) = folder.record_proof(manifest, ProofKind::Drilled, context.now) {
                warnings.push(format!("that backup {} came back was not written down: {error}", manifest.id));
            }
            report.counts = restored.contents.counts;
            report.safety_copy = match restored.safety_copy {
                SafetyCopy::Nothing => ShownSafetyCopy::None,
                SafetyCopy::Backup(id) => ShownSafetyCopy::Backup { id: Some(id) },
                SafetyCopy::MovedAside(path) => {
                    ShownSafetyCopy::MovedAside { path: Some(path.to_string_lossy().into_owned()) }
                }
            };
        }
    }
    Ok(Outcome::done(report, warnings))
}

fn plan(manifest: &Manifest, target: &Path, present: &PresentStore) -> RestoreReport {
    let (before, safety_copy) = match present {
        PresentStore::Absent => (ShownPresent::Absent, ShownSafetyCopy::None),
        PresentStore::Intact { schema_version, counts } => (
            ShownPresent::Store { schema: *schema_version, counts: counts.clone() },
            ShownSafetyCopy::Backup { id: None },
        ),
        PresentStore::Damaged { reason } => {
            (ShownPresent::Damaged { reason: reason.clone() }, ShownSafetyCopy::MovedAside { path: None })
        }
    };
    RestoreReport {
        id: manifest.id.clone(),
        created_at: manifest.created_at,
        reason: manifest.reason.clone(),
        target: target.to_string_lossy().into_owned(),
        is_done: false,
        before,
        counts: manifest.counts.clone(),
        schema_from: manifest.schema_version,
        schema_to: SCHEMA_VERSION,
        safety_copy,
        undo: String::new(),
    }
}

/// A dry run promises that the real one would work.
fn prove(folder: &BackupFolder, manifest: &Manifest) -> anyhow::Result<()> {
    if manifest.schema_version > SCHEMA_VERSION {
        return Err(BackupError::NewerSchema {
            id: manifest.id.clone(),
            found: manifest.schema_version,
            known: SCHEMA_VERSION,
        }
        .into());
    }
    folder.verify(manifest)?.map_err(|damage| BackupError::Damaged { id: manifest.id.clone(), damage })?;
    Ok(())
}

fn unconfirmed(report: &RestoreReport, context: &Context, of_other_store: Option<&String>) -> CommandError {
    let runs = |counts: &std::collections::BTreeMap<String, u64>| counts.get("runs").copied().unwrap_or(0);
    let before = match &report.before {
        ShownPresent::Absent => "nothing is there yet".to_owned(),
        ShownPresent::Store { counts, .. } => format!("{} runs are there now", runs(counts)),
        ShownPresent::Damaged { .. } => "what is there is damaged".to_owned(),
    };
    let whose =
        of_other_store.map(|store| format!(", a copy of another store ({store}),")).unwrap_or_default();
    // As it was typed: without its --target or --db it would mean another file.
    let command = &context.command_line;
    CommandError::Refused {
        message: format!(
            "nothing was restored: this would put backup {}{whose} with {} runs in the place of {} ({before})",
            report.id,
            runs(&report.counts),
            report.target
        ),
        hint: format!("`{command} --dry-run` shows the plan, `{command} --yes` carries it out"),
    }
}

/// The command that takes this one back: of the same file, from the same folder.
fn undo_command(context: &Context, args: &RestoreArgs) -> String {
    let mut words = vec!["tidetable".to_owned(), "restore".to_owned(), "--undo".to_owned()];
    let mut name =
        |option: &str, path: &Path| words.extend([option.to_owned(), shell_word(&path.to_string_lossy())]);
    if context.is_store_named {
        name("--db", &context.store_path);
    }
    if let Some(target) = &args.target {
        name("--target", target);
    }
    if let Some(folder) = &args.backup_dir {
        name("--backup-dir", folder);
    }
    words.join(" ")
}

/// The copy of what the last restore of `target` replaced.
fn replaced_by_last<'a>(
    catalog: &'a Catalog,
    target: &Path,
    folder: &BackupFolder,
) -> anyhow::Result<&'a Manifest> {
    let refused = |what: String, hint: String| {
        let message = format!("the last restore of {} cannot be undone: {what}", target.display());
        CommandError::Refused { message, hint }
    };
    let list =
        || "`tidetable backup list` shows the copies; `tidetable restore ID` brings one back".to_owned();
    let error = match last_restore(target)? {
        LastRestore::Unrecorded => {
            let newest = catalog.newest_before_restore(target);
            return Ok(newest.ok_or_else(|| nothing_to_undo(target, folder))?);
        }
        LastRestore::Failed | LastRestore::Done(Replaced::Unknown) => {
            refused("it did not come to its end and replaced nothing".to_owned(), list())
        }
        LastRestore::Done(Replaced::Nothing) => refused("no store was there before it".to_owned(), list()),
        LastRestore::Done(Replaced::MovedAside { name }) => refused(
            format!("what it replaced was damaged and lies in {}", target.with_file_name(name).display()),
            "no copy could be made of it; move it to the store's place by hand if you need it".to_owned(),
        ),
        LastRestore::Done(Replaced::Backup { id, folder: made_in }) => {
            if let Some(manifest) = catalog.backups.iter().find(|manifest| manifest.id == id) {
                return Ok(manifest);
            }
            refused(
                format!("its copy {id} of what it replaced is not in {}", folder.path().display()),
                format!("the copy was made in {made_in}; --backup-dir names that folder"),
            )
        }
    };
    Err(error.into())
}

fn nothing_to_undo(target: &Path, folder: &BackupFolder) -> CommandError {
    CommandError::Refused {
        message: format!(
            "no restore of {} can be undone: {} holds no copy made before one",
            target.display(),
            folder.path().display()
        ),
        hint: "`tidetable backup list` shows what there is".to_owned(),
    }
}
