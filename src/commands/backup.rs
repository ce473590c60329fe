//! `backup`: copies of the store.

use std::collections::BTreeSet;
use std::path::Path;

use super::automatic_backup::{Occasion, copy_before, is_reserved};
use super::backup_folder::{folder, host_name};
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::backup::{
    ArchiveFormatArg, BackupAction, BackupArgs, CreateArgs, DrillArgs, PruneArgs, VerifyArgs,
};
use crate::domain::retention::{Bucket, HeldCopy, KeepReason, RetentionPolicy, Verdict, decide};
use crate::output::backup::{BackupReport, ShownBackup, ShownDebris};
use crate::store::backup::{
    ArchiveFormat, BackupError, BackupFolder, BackupRequest, Catalog, Contents, Debris, LastRestore,
    Manifest, PRE_RESTORE, PresentStore, ProofKind, Replaced, last_restore,
};

/// Makes, lists, proves or prunes copies.
pub fn run(context: &Context, args: &BackupArgs) -> anyhow::Result<Outcome> {
    let folder = folder(context, args.backup_dir.as_deref());
    match &args.action {
        None => create(context, &folder, &args.create),
        Some(BackupAction::Create(create_args)) => {
            // `backup --reason X create` and `backup create --reason X` mean the same.
            let reason = create_args.reason.clone().or_else(|| args.create.reason.clone());
            let archive_format = create_args.archive_format.or(args.create.archive_format);
            create(context, &folder, &CreateArgs { reason, archive_format })
        }
        Some(_) if args.create.reason.is_some() || args.create.archive_format.is_some() => {
            Err(CommandError::Usage {
                message: "--reason and --archive-format belong to `backup create`".to_owned(),
                hint: "leave them out".to_owned(),
            }
            .into())
        }
        Some(BackupAction::List) => list(&folder),
        Some(BackupAction::Verify(verify_args)) => verify(context, &folder, verify_args),
        Some(BackupAction::Drill(drill_args)) => drill(context, &folder, drill_args),
        Some(BackupAction::Prune(prune_args)) => prune(context, &folder, prune_args),
    }
}

fn create(context: &Context, folder: &BackupFolder, args: &CreateArgs) -> anyhow::Result<Outcome> {
    let reason = args.reason.as_deref().unwrap_or("manual");
    if is_reserved(reason) {
        return Err(CommandError::Usage {
            message: format!("the reason {reason} is for copies that the program makes by itself"),
            hint: "give another --reason".to_owned(),
        }
        .into());
    }
    let host = host_name();
    let writer = context.writer_options();
    let request = BackupRequest {
        store: &context.store_path,
        reason,
        format: match args.archive_format {
            None | Some(ArchiveFormatArg::Zst) => ArchiveFormat::Zst,
            Some(ArchiveFormatArg::TarGz) => ArchiveFormat::TarGz,
        },
        host: host.as_deref(),
        now: context.now,
        writer: &writer,
    };
    let report = match context.mode {
        Mode::Act => BackupReport::Created(shown(folder, &folder.create(&request)?)),
        Mode::DryRun => {
            let plan = folder.plan(&request)?;
            BackupReport::Planned {
                id: plan.id,
                path: plan.archive.to_string_lossy().into_owned(),
                runs: plan.runs,
                store_bytes: plan.store_bytes,
            }
        }
    };
    Ok(Outcome::done(report, Vec::new()))
}

fn list(folder: &BackupFolder) -> anyhow::Result<Outcome> {
    let catalog = folder.catalog()?;
    let warnings = warnings(folder, &catalog);
    let report = BackupReport::Listed {
        folder: folder.path().to_string_lossy().into_owned(),
        backups: catalog.backups.iter().map(|manifest| shown(folder, manifest)).collect(),
        debris: shown_debris(&catalog.debris),
    };
    Ok(Outcome::done(report, warnings))
}

fn verify(context: &Context, folder: &BackupFolder, args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let catalog = folder.catalog()?;
    let chosen: Vec<&Manifest> = if args.ids.is_empty() {
        catalog.backups.iter().collect()
    } else {
        args.ids.iter().map(|id| catalog.find(id, folder)).collect::<Result<_, _>>()?
    };
    let mut damaged = Vec::new();
    let mut warnings = warnings(folder, &catalog);
    for manifest in &chosen {
        match folder.verify(manifest)? {
            Err(damage) => damaged.push(format!("{}: {damage}", manifest.id)),
            Ok(()) => warnings.extend(record(context, folder, manifest, ProofKind::Verified)),
        }
    }
    if args.ids.is_empty() {
        // A copy that can no longer be listed is worse than one that can.
        damaged.extend(catalog.debris.iter().filter(|debris| debris.is_damaged_copy).map(|debris| {
            format!("{}: {}", debris.path.file_name().unwrap_or_default().to_string_lossy(), debris.reason)
        }));
    }
    if !damaged.is_empty() {
        return Err(CommandError::Refused {
            message: format!("{} damaged, {} checked: {}", damaged.len(), chosen.len(), damaged.join("; ")),
            hint: "make a new one with `tidetable backup`; the damaged files are left for you to look at"
                .to_owned(),
        }
        .into());
    }
    let report = BackupReport::Verified {
        backups: chosen.into_iter().map(|manifest| shown(folder, manifest)).collect(),
        debris: shown_debris(&catalog.debris),
    };
    Ok(Outcome::done(report, warnings))
}

/// Writes down that a copy was proven. That it could not, as on a disk that may only be read, makes it no worse.
fn record(context: &Context, folder: &BackupFolder, manifest: &Manifest, kind: ProofKind) -> Option<String> {
    if context.mode == Mode::DryRun {
        return None;
    }
    let error = folder.record_proof(manifest, kind, context.now).err()?;
    Some(format!("that backup {} is good was not written down: {error}", manifest.id))
}

fn drill(context: &Context, folder: &BackupFolder, args: &DrillArgs) -> anyhow::Result<Outcome> {
    let catalog = folder.catalog()?;
    let manifest = catalog.find(args.id.as_deref().unwrap_or("latest"), folder)?;
    let drilled = folder.drill(manifest, context.now, &context.writer_options())?;
    let warnings = record(context, folder, manifest, ProofKind::Drilled);
    let report = BackupReport::Drilled {
        backup: shown(folder, manifest),
        runs: drilled.runs,
        schema_to: drilled.schema_version,
    };
    Ok(Outcome::done(report, warnings.into_iter().collect()))
}

fn prune(context: &Context, folder: &BackupFolder, args: &PruneArgs) -> anyhow::Result<Outcome> {
    let policy = policy(context, args)?;
    let catalog = folder.catalog()?;
    if catalog.backups.is_empty() {
        let warnings = warnings(folder, &catalog);
        return Ok(Outcome::done(
            BackupReport::Pruned { decided: Vec::new(), copies_first: false, safety_copy: None },
            warnings,
        ));
    }
    // Looked at twice: a copy is made first only where others are to go, and without the lock that it needs itself.
    let (mut decided, mut warnings) = verdicts(context, folder, &policy, None)?;
    let removes = |decided: &[Decided]| decided.iter().any(|(_, verdict)| !verdict.is_kept());
    let copies_first =
        removes(&decided) && context.config.backup.automatic && !is_held(&context.store_path, &decided)?;
    let mut safety_copy = None;
    let mut no_room = None;
    if context.mode == Mode::Act && removes(&decided) {
        if copies_first {
            match copy_before(context, Occasion::Prune, folder) {
                Ok(copy) => safety_copy = copy,
                // Pruning is what makes room.
                Err(error) if error.is_no_room() => {
                    no_room = Some(format!("the store was not copied before pruning: {error}"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let _lock = folder.lock(&context.writer_options())?;
        (decided, warnings) = verdicts(context, folder, &policy, safety_copy.as_deref())?;
        for (_, verdict) in decided.iter().filter(|(_, verdict)| !verdict.is_kept()) {
            folder.remove(&verdict.id)?;
        }
    }
    warnings.extend(no_room);
    let decided =
        decided.into_iter().map(|(manifest, verdict)| (shown(folder, &manifest), verdict)).collect();
    Ok(Outcome::done(BackupReport::Pruned { decided, copies_first, safety_copy }, warnings))
}

/// A copy, and what becomes of it.
type Decided = (Manifest, Verdict);

/// Whether a copy that stays holds what the store holds now; also where there is no store.
fn is_held(store: &Path, decided: &[Decided]) -> Result<bool, BackupError> {
    if PresentStore::at(store)? == PresentStore::Absent {
        return Ok(true);
    }
    let now = Contents::of_store(store)?.content_sha256;
    let stays = |verdict: &Verdict| verdict.is_kept() && !verdict.keep_because.contains(&KeepReason::Damaged);
    Ok(decided.iter().any(|(manifest, verdict)| stays(verdict) && manifest.content_sha256 == now))
}

/// What the policy says of every copy but the one that was made before pruning, and what to warn of.
fn verdicts(
    context: &Context,
    folder: &BackupFolder,
    policy: &RetentionPolicy,
    safety_copy: Option<&str>,
) -> Result<(Vec<Decided>, Vec<String>), BackupError> {
    let (mut manifests, others): (Vec<Manifest>, Vec<Manifest>) =
        folder.catalog()?.backups.into_iter().partition(|manifest| folder.owns(manifest));
    manifests.retain(|manifest| Some(manifest.id.as_str()) != safety_copy);
    // What the last restore replaced is what its undoing needs; where that was not written down, the newest such copy.
    let replaced = match last_restore(&context.store_path)? {
        LastRestore::Done(Replaced::Backup { id, .. }) => Some(id),
        _ => None,
    };
    let mut copies = Vec::new();
    let mut warnings = Vec::new();
    let stores: BTreeSet<&str> = others.iter().map(|manifest| manifest.store.as_str()).collect();
    for store in stores {
        let count = others.iter().filter(|manifest| manifest.store == store).count();
        let copies = if count == 1 { "1 backup".to_owned() } else { format!("{count} backups") };
        warnings
            .push(format!("{copies} of another store, {store}, left alone; `--db {store}` prunes its own"));
    }
    for manifest in &manifests {
        let is_good = folder.archive_is_intact(manifest)?;
        if !is_good {
            warnings.push(format!(
                "backup {} is damaged: it is left alone and takes no other's place",
                manifest.id
            ));
        }
        copies.push(HeldCopy {
            id: manifest.id.clone(),
            created_at: manifest.created_at,
            is_good,
            is_safety_copy: manifest.reason == PRE_RESTORE
                && replaced.as_ref().is_none_or(|id| *id == manifest.id),
            occasion: is_reserved(&manifest.reason).then(|| manifest.reason.clone()),
        });
    }
    let policy = policy.clone().with_automatic(context.config.backup.keep_automatic);
    let verdicts = decide(&copies, &policy, context.zone, context.now);
    Ok((manifests.into_iter().zip(verdicts).collect(), warnings))
}

/// The rules named; the configured days when none is.
fn policy(context: &Context, args: &PruneArgs) -> Result<RetentionPolicy, CommandError> {
    let buckets = [
        (Bucket::Hour, args.keep_hourly),
        (Bucket::Day, args.keep_daily),
        (Bucket::Week, args.keep_weekly),
        (Bucket::Month, args.keep_monthly),
        (Bucket::Year, args.keep_yearly),
    ];
    let is_named = args.keep_last.is_some() || buckets.iter().any(|(_, count)| count.is_some());
    let hours = match (args.keep_within, args.keep_days) {
        (Some(hours), _) => hours,
        (None, Some(days)) => days.saturating_mul(24),
        (None, None) if is_named => 0,
        (None, None) => context.config.backup.keep_days.saturating_mul(24),
    };
    let buckets = buckets.map(|(bucket, count)| (bucket, count.unwrap_or(0)));
    RetentionPolicy::new(hours, args.keep_last.unwrap_or(0), &buckets).map_err(|error| CommandError::Usage {
        message: error.to_string(),
        hint: "give at least one rule a number above 0, such as --keep-last 1".to_owned(),
    })
}

fn shown(folder: &BackupFolder, manifest: &Manifest) -> ShownBackup {
    let proof = folder.proof(manifest);
    ShownBackup {
        id: manifest.id.clone(),
        path: folder.archive_of(manifest).to_string_lossy().into_owned(),
        created_at: manifest.created_at,
        bytes: manifest.archive.bytes,
        database_bytes: manifest.database.bytes,
        reason: manifest.reason.clone(),
        host: manifest.host.clone(),
        store: manifest.store.clone(),
        schema: manifest.schema_version,
        tool_version: manifest.tool_version.clone(),
        archive_format: manifest.archive_format.as_str(),
        verified_at: proof.verified_at,
        drilled_at: proof.drilled_at,
        counts: manifest.counts.clone(),
        sha256: manifest.archive.sha256.clone(),
    }
}

fn shown_debris(debris: &[Debris]) -> Vec<ShownDebris> {
    debris
        .iter()
        .map(|debris| ShownDebris {
            path: debris.path.to_string_lossy().into_owned(),
            reason: debris.reason.clone(),
        })
        .collect()
}

fn warnings(folder: &BackupFolder, catalog: &Catalog) -> Vec<String> {
    let mut warnings: Vec<String> = catalog
        .debris
        .iter()
        .map(|debris| format!("not a backup: {}: {}", debris.path.display(), debris.reason))
        .collect();
    if catalog.backups.is_empty() {
        warnings
            .push(format!("there is no backup in {}; `tidetable backup` makes one", folder.path().display()));
    }
    warnings
}
