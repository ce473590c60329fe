//! `backup`: copies of the store.

use super::backup_folder::{folder, host_name, writer_options};
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::backup::{BackupAction, BackupArgs, CreateArgs, PruneArgs, VerifyArgs};
use crate::domain::retention::{Bucket, HeldCopy, RetentionPolicy, decide};
use crate::output::backup::{BackupReport, ShownBackup, ShownDebris};
use crate::store::backup::{BackupFolder, BackupRequest, Catalog, Debris, Manifest, PRE_RESTORE};

/// Makes, lists, proves or prunes copies.
pub fn run(context: &Context, args: &BackupArgs) -> anyhow::Result<Outcome> {
    let folder = folder(context, args.backup_dir.as_deref());
    match &args.action {
        None => create(context, &folder, &args.create),
        Some(BackupAction::Create(create_args)) => {
            // `backup --reason X create` and `backup create --reason X` mean the same.
            let reason = create_args.reason.clone().or_else(|| args.create.reason.clone());
            create(context, &folder, &CreateArgs { reason })
        }
        Some(_) if args.create.reason.is_some() => Err(CommandError::Usage {
            message: "--reason belongs to `backup create`".to_owned(),
            hint: "leave it out".to_owned(),
        }
        .into()),
        Some(BackupAction::List) => list(&folder),
        Some(BackupAction::Verify(verify_args)) => verify(&folder, verify_args),
        Some(BackupAction::Prune(prune_args)) => prune(context, &folder, prune_args),
    }
}

fn create(context: &Context, folder: &BackupFolder, args: &CreateArgs) -> anyhow::Result<Outcome> {
    let reason = args.reason.as_deref().unwrap_or("manual");
    if reason == PRE_RESTORE {
        return Err(CommandError::Usage {
            message: format!("the reason {PRE_RESTORE} is for copies that a restore makes"),
            hint: "give another --reason".to_owned(),
        }
        .into());
    }
    let host = host_name();
    let writer = writer_options(context);
    let request = BackupRequest {
        store: &context.store_path,
        reason,
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

fn verify(folder: &BackupFolder, args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let catalog = folder.catalog()?;
    let chosen: Vec<&Manifest> = if args.ids.is_empty() {
        catalog.backups.iter().collect()
    } else {
        args.ids.iter().map(|id| catalog.find(id, folder)).collect::<Result<_, _>>()?
    };
    let mut damaged = Vec::new();
    for manifest in &chosen {
        if let Err(damage) = folder.verify(manifest)? {
            damaged.push(format!("{}: {damage}", manifest.id));
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
    let warnings = warnings(folder, &catalog);
    let report = BackupReport::Verified {
        backups: chosen.into_iter().map(|manifest| shown(folder, manifest)).collect(),
        debris: shown_debris(&catalog.debris),
    };
    Ok(Outcome::done(report, warnings))
}

fn prune(context: &Context, folder: &BackupFolder, args: &PruneArgs) -> anyhow::Result<Outcome> {
    let policy = policy(context, args)?;
    if folder.catalog()?.backups.is_empty() {
        let catalog = folder.catalog()?;
        let warnings = warnings(folder, &catalog);
        return Ok(Outcome::done(BackupReport::Pruned { decided: Vec::new() }, warnings));
    }
    let lock = match context.mode {
        Mode::Act => Some(folder.lock(&writer_options(context))?),
        Mode::DryRun => None,
    };
    let catalog = folder.catalog()?;
    let mut copies = Vec::new();
    let mut warnings = Vec::new();
    for manifest in &catalog.backups {
        let is_good = folder.archive_is_intact(manifest)?;
        if !is_good {
            warnings.push(format!("backup {} is damaged and takes no other's place", manifest.id));
        }
        copies.push(HeldCopy {
            id: manifest.id.clone(),
            created_at: manifest.created_at,
            is_good,
            is_safety_copy: manifest.reason == PRE_RESTORE,
        });
    }
    let verdicts = decide(&copies, &policy, context.zone, context.now);
    if context.mode == Mode::Act {
        for verdict in verdicts.iter().filter(|verdict| !verdict.is_kept()) {
            folder.remove(&verdict.id)?;
        }
    }
    drop(lock);
    let decided = catalog.backups.iter().map(|manifest| shown(folder, manifest)).zip(verdicts).collect();
    Ok(Outcome::done(BackupReport::Pruned { decided }, warnings))
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
    let days = match args.keep_days {
        Some(days) => days,
        None if is_named => 0,
        None => context.config.backup.keep_days,
    };
    let buckets = buckets.map(|(bucket, count)| (bucket, count.unwrap_or(0)));
    RetentionPolicy::new(days, args.keep_last.unwrap_or(0), &buckets).map_err(|error| CommandError::Usage {
        message: error.to_string(),
        hint: "give at least one rule a number above 0, such as --keep-last 1".to_owned(),
    })
}

fn shown(folder: &BackupFolder, manifest: &Manifest) -> ShownBackup {
    ShownBackup {
        id: manifest.id.clone(),
        path: folder.archive(&manifest.id).to_string_lossy().into_owned(),
        created_at: manifest.created_at,
        bytes: manifest.archive.bytes,
        database_bytes: manifest.database.bytes,
        reason: manifest.reason.clone(),
        host: manifest.host.clone(),
        store: manifest.store.clone(),
        schema: manifest.schema_version,
        tool_version: manifest.tool_version.clone(),
        // Nothing is published unproven.
        verified_at: manifest.created_at,
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
