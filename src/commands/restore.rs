//! `restore`: a copy in the place of the store.

use std::path::Path;

use super::backup_folder::{folder, host_name, naming_a_good_one};
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::restore::RestoreArgs;
use crate::output::restore::{RestoreReport, ShownPresent, ShownSafetyCopy};
use crate::store::SCHEMA_VERSION;
use crate::store::backup::{
    BackupError, BackupFolder, Manifest, PresentStore, ProofKind, RestoreRequest, SafetyCopy, resolve_target,
    settle_restore,
};

/// Plans a restore; carries it out with `--yes`.
pub fn run(context: &Context, args: &RestoreArgs) -> anyhow::Result<Outcome> {
    if args.id.is_none() && !args.undo {
        return Err(which_one().into());
    }
    let folder = folder(context, args.backup_dir.as_deref());
    let target = resolve_target(args.target.as_deref().unwrap_or(&context.store_path))?;
    settle_restore(&target, &context.writer_options())?;
    let catalog = folder.catalog()?;
    let manifest = match &args.id {
        Some(id) => catalog.find(id, &folder)?,
        None => catalog.newest_before_restore(&target).ok_or_else(|| nothing_to_undo(&target, &folder))?,
    };
    let present = PresentStore::at(&target)?;
    let mut report = plan(manifest, &target, &present);
    let mut warnings = Vec::new();
    match (context.mode, args.yes) {
        (Mode::DryRun, _) => {
            prove(&folder, manifest).map_err(|error| naming_a_good_one(error, &folder, &catalog))?;
        }
        (Mode::Act, false) => return Err(unconfirmed(&report, args).into()),
        (Mode::Act, true) => {
            let restored = folder
                .restore(&RestoreRequest {
                    manifest,
                    target: &target,
                    host: host_name().as_deref(),
                    now: context.now,
                    writer: &context.writer_options(),
                })
                .map_err(|error| naming_a_good_one(error, &folder, &catalog))?;
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
    }
}

/// A dry run promises that the real one would work.
fn prove(folder: &BackupFolder, manifest: &Manifest) -> Result<(), BackupError> {
    if manifest.schema_version > SCHEMA_VERSION {
        return Err(BackupError::NewerSchema {
            id: manifest.id.clone(),
            found: manifest.schema_version,
            known: SCHEMA_VERSION,
        });
    }
    folder.verify(manifest)?.map_err(|damage| BackupError::Damaged { id: manifest.id.clone(), damage })
}

fn unconfirmed(report: &RestoreReport, args: &RestoreArgs) -> CommandError {
    let runs = |counts: &std::collections::BTreeMap<String, u64>| counts.get("runs").copied().unwrap_or(0);
    let before = match &report.before {
        ShownPresent::Absent => "nothing is there yet".to_owned(),
        ShownPresent::Store { counts, .. } => format!("{} runs are there now", runs(counts)),
        ShownPresent::Damaged { .. } => "what is there is damaged".to_owned(),
    };
    let what = args.id.as_deref().unwrap_or("--undo");
    CommandError::Refused {
        message: format!(
            "nothing was restored: this would put backup {} with {} runs in the place of {} ({before})",
            report.id,
            runs(&report.counts),
            report.target
        ),
        hint: format!(
            "`tidetable restore {what} --dry-run` shows the plan, `tidetable restore {what} --yes` carries it out"
        ),
    }
}

fn which_one() -> CommandError {
    CommandError::Usage {
        message: "restore needs to know which copy".to_owned(),
        hint: "name its id, which `tidetable backup list` shows, or `latest`; `tidetable restore --undo` brings back what \
               the last restore replaced"
            .to_owned(),
    }
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
