//! `doctor`: what is wrong with the store, its copies and what lies beside them, and how to mend it.

use std::path::Path;

use super::backup_folder::{folder, stop};
use super::doctor_repair::Repair;
use super::{Completion, Context, Mode, Outcome};
use crate::cli::doctor::DoctorArgs;
use crate::domain::time::{DAY_MS, Timestamp};
use crate::output::doctor::{DoctorReport, Finding, Severity, ShownCopies, ShownStore};
use crate::output::quantity;
use crate::store::backup::{BackupFolder, Catalog, LeftoverKind, Manifest, StoreHealth, leftovers};
use crate::store::{SCHEMA_VERSION, Store, writer_of};

/// A newest copy older than this is told of.
const OLD_COPY_DAYS: i64 = 7;
/// So is a last restore, or drill, longer ago than this.
const OLD_DRILL_DAYS: i64 = 30;

/// What to do about a copy that we cannot read; it may be good, so that no repair moves it.
const UNREADABLE: &str = "see who owns it, and whether the disk is well; no other copy is touched by this";

/// Looks at everything; mends what needs no decision with `--repair --yes`.
pub fn run(context: &Context, args: &DoctorArgs) -> anyhow::Result<Outcome> {
    let folder = folder(context, args.backup_dir.as_deref());
    let catalog = folder.catalog()?;
    let latest = catalog.find("latest", &folder).ok().map(|manifest| manifest.id.clone());
    let mut visit = Visit { context, folder: &folder, latest, findings: Vec::new(), repairs: Vec::new() };
    let store = visit.store()?;
    let is_settled = visit.leftovers()?;
    // Opening a store settles an interrupted restore; without --repair this only looks.
    if store.schema == Some(SCHEMA_VERSION) && store.state == "intact" && is_settled {
        visit.schedulers()?;
    }
    // What the migrations write about themselves is nothing to lose.
    let is_of_use = |(table, rows): (&String, &u64)| table != "refinery_schema_history" && *rows > 0;
    let has_rows = store.counts.as_ref().is_some_and(|counts| counts.iter().any(is_of_use));
    let backups = visit.backups(args, &catalog, has_rows)?;
    let Visit { mut findings, mut repairs, .. } = visit;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    repairs.sort();
    repairs.dedup();
    let act = args.yes && context.mode == Mode::Act;
    let repairs = match args.repair {
        false => Vec::new(),
        true if act => repairs.iter().map(|repair| repair.carried_out(context, &folder)).collect(),
        true => repairs.iter().map(|repair| repair.planned(context, &folder)).collect(),
    };
    let mut warnings = Vec::new();
    if repairs.iter().any(|repair| repair.status == "planned") {
        warnings
            .push("nothing was repaired; `tidetable doctor --repair --yes` carries the plan out".to_owned());
    }
    let report = DoctorReport { store, backups, findings, repairs };
    let completion = if report.is_unwell() { Completion::Partial } else { Completion::Done };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// What has been found so far.
struct Visit<'a> {
    context: &'a Context,
    folder: &'a BackupFolder,
    /// The copy that `restore latest` would bring back.
    latest: Option<String>,
    findings: Vec<Finding>,
    repairs: Vec<Repair>,
}

impl Visit<'_> {
    fn find(&mut self, check: &'static str, severity: Severity, subject: &Path, message: &str, advice: &str) {
        self.findings.push(Finding {
            check,
            severity,
            subject: subject.to_string_lossy().into_owned(),
            message: message.to_owned(),
            advice: advice.to_owned(),
            repairable: false,
        });
    }

    /// The last finding, if it is worth a repair, can be mended like this.
    fn mend(&mut self, repair: Repair) {
        if let Some(finding) = self.findings.last_mut() {
            finding.repairable = true;
            self.repairs.push(repair);
        }
    }

    fn store(&mut self) -> anyhow::Result<ShownStore> {
        let path = &self.context.store_path;
        let written_by = writer_of(path).map(|holder| holder.to_string());
        if let Some(holder) = &written_by {
            let message = format!("the store is being written by {holder}");
            self.find("locks", Severity::Note, path, &message, "");
        }
        let shown = |state, schema, counts| ShownStore {
            path: path.to_string_lossy().into_owned(),
            state,
            schema,
            counts,
            written_by: written_by.clone(),
        };
        Ok(match StoreHealth::examine(path, &stop(self.context))? {
            StoreHealth::Absent if self.latest.is_some() => {
                let how = if path.exists() { "the store is empty" } else { "the store is gone" };
                let message = format!("{how}, although there are copies of it");
                self.find("store", Severity::Error, path, &message, &self.way_back());
                shown("absent", None, None)
            }
            StoreHealth::Absent => {
                let advice = "`tidetable import` makes it";
                self.find("store", Severity::Note, path, "there is no store yet", advice);
                shown("absent", None, None)
            }
            StoreHealth::Foreign { reason } => {
                let message = format!("this is no store of tidetable ({reason})");
                let mut advice = "name the store with --db or TIDETABLE_DB".to_owned();
                if self.latest.is_some() {
                    let way_back = self.way_back();
                    advice.push_str(&format!("; if this was the store, move the file away, and {way_back}"));
                }
                self.find("store", Severity::Error, path, &message, &advice);
                shown("foreign", None, None)
            }
            StoreHealth::Damaged { problems } => {
                let message = format!("the store is damaged: {}", problems.join("; "));
                let advice = "`tidetable restore latest --dry-run` shows what a copy would bring back; the damaged \
                              store is kept";
                self.find("store", Severity::Error, path, &message, advice);
                shown("damaged", None, None)
            }
            StoreHealth::Intact { schema_version, counts } => {
                if schema_version > SCHEMA_VERSION {
                    let message = format!(
                        "the store has schema {schema_version}; this tidetable knows up to {SCHEMA_VERSION}"
                    );
                    self.find("store", Severity::Error, path, &message, "install a newer tidetable");
                } else if schema_version < SCHEMA_VERSION {
                    let message = format!("the store has schema {schema_version}, not {SCHEMA_VERSION} yet");
                    let advice = "the next command copies it and brings it up to date";
                    self.find("store", Severity::Note, path, &message, advice);
                }
                shown("intact", Some(schema_version), Some(counts))
            }
        })
    }

    fn way_back(&self) -> String {
        let id = self.latest.as_deref().unwrap_or("latest");
        format!("`tidetable restore latest --dry-run` shows what backup {id} would bring back")
    }

    /// Whether no restore is unfinished.
    fn leftovers(&mut self) -> anyhow::Result<bool> {
        let target = &self.context.store_path;
        let is_busy = writer_of(target).is_some();
        let found = leftovers(target)?;
        let is_journal = |kind| matches!(kind, LeftoverKind::Journal | LeftoverKind::BrokenJournal);
        let has_journal = found.iter().any(|leftover| is_journal(leftover.kind));
        for leftover in found {
            let (severity, message, advice, repair) = match leftover.kind {
                LeftoverKind::Journal | LeftoverKind::BrokenJournal | LeftoverKind::Stage if is_busy => {
                    (Severity::Note, "a restore of the store is under way", "", None)
                }
                LeftoverKind::Journal => (
                    Severity::Warning,
                    "a restore was interrupted",
                    "the next command finishes it or rolls it back; so does --repair",
                    Some(Repair::SettleRestore),
                ),
                LeftoverKind::BrokenJournal => (
                    Severity::Error,
                    "a restore was interrupted, and what it wrote down about itself cannot be read: every command stops \
                     at it",
                    "look whether the store is as you want it; --repair moves this file aside and leaves the store as it is",
                    Some(Repair::MoveAside(leftover.path.clone())),
                ),
                // Its journal takes it along.
                LeftoverKind::Stage if has_journal => continue,
                LeftoverKind::Stage => (
                    Severity::Warning,
                    "an interrupted restore left what it was unpacking",
                    "it is of no use; --repair removes it",
                    Some(Repair::RemoveStages),
                ),
                LeftoverKind::LoneLog => (
                    Severity::Warning,
                    "a log of SQLite without its database",
                    "it may hold the last changes of a store that was moved or removed; --repair moves it aside",
                    Some(Repair::MoveAside(leftover.path.clone())),
                ),
                LeftoverKind::KeptAside => (
                    Severity::Note,
                    "a store that a restore found damaged and kept",
                    "remove it once you do not need it",
                    None,
                ),
                LeftoverKind::SchemaCopy => (
                    Severity::Note,
                    "the store as it was before a migration",
                    "remove it once you do not need it",
                    None,
                ),
            };
            self.find("leftovers", severity, &leftover.path, message, advice);
            repair.into_iter().for_each(|repair| self.mend(repair));
        }
        Ok(!has_journal)
    }

    fn schedulers(&mut self) -> anyhow::Result<()> {
        let path = &self.context.store_path;
        let Some(store) = Store::open_reader(path, &self.context.writer_options())? else { return Ok(()) };
        let pending = store.pending_changes()?;
        if pending > 0 {
            let message = format!("{} of schedulers had been interrupted", quantity(pending, "change"));
            let advice =
                "`tidetable rules apply` or `tidetable rules undo` settles them by what stands there";
            self.find("schedulers", Severity::Warning, path, &message, advice);
        }
        Ok(())
    }

    fn backups(
        &mut self,
        args: &DoctorArgs,
        catalog: &Catalog,
        has_rows: bool,
    ) -> anyhow::Result<ShownCopies> {
        let folder = self.folder;
        let holder = writer_of(&folder.lock_subject());
        if let Some(holder) = &holder {
            let message = format!("the copies are in use by {holder}");
            self.find("locks", Severity::Note, folder.path(), &message, "");
        }
        self.debris(catalog, holder.is_some());
        if !args.quick {
            for manifest in &catalog.backups {
                let archive = folder.archive_of(manifest);
                let is_intact = match folder.archive_is_intact(manifest) {
                    Err(error) if error.is_unreadable() => {
                        let message = format!("backup {} was not judged: {error}", manifest.id);
                        self.find("backups", Severity::Error, &archive, &message, UNREADABLE);
                        continue;
                    }
                    is_intact => is_intact?,
                };
                if !is_intact {
                    let message = format!("backup {} is damaged: its checksum does not match", manifest.id);
                    let advice = "make a new one with `tidetable backup`; --repair moves it aside";
                    self.find("backups", Severity::Error, &archive, &message, advice);
                    self.mend(Repair::MoveCopy(folder.manifest(&manifest.id)));
                }
            }
        }
        // Copies of other stores in the same folder are no help to this one.
        let own: Vec<&Manifest> = catalog.backups.iter().filter(|manifest| folder.owns(manifest)).collect();
        let newest = own.last().copied();
        let proofs: Vec<_> = own.iter().map(|manifest| folder.proof(manifest)).collect();
        let drilled_at = proofs.iter().filter_map(|proof| proof.drilled_at).max();
        self.ages(newest.map(|manifest| manifest.created_at), drilled_at, has_rows);
        Ok(ShownCopies {
            folder: folder.path().to_string_lossy().into_owned(),
            count: own.len() as u64,
            bytes: own.iter().map(|manifest| manifest.archive.bytes).sum(),
            newest_id: newest.map(|manifest| manifest.id.clone()),
            newest_at: newest.map(|manifest| manifest.created_at),
            verified_at: proofs.iter().map(|proof| proof.verified_at).max(),
            drilled_at,
            written_by: holder.map(|holder| holder.to_string()),
        })
    }

    fn debris(&mut self, catalog: &Catalog, is_busy: bool) {
        for debris in &catalog.debris {
            let is_unfinished =
                debris.path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if is_unfinished && is_busy {
                continue;
            }
            if debris.is_unreadable {
                let message = format!("this copy was not judged: {}", debris.reason);
                self.find("backups", Severity::Error, &debris.path, &message, UNREADABLE);
                continue;
            }
            let message = format!("this is no copy: {}", debris.reason);
            let (severity, advice) = match (is_unfinished, debris.is_damaged_copy) {
                (true, _) => (Severity::Warning, "the next backup removes it; so does --repair"),
                (_, true) => {
                    (Severity::Error, "make a new one with `tidetable backup`; --repair moves it aside")
                }
                _ => (Severity::Warning, "nothing can restore it; --repair moves it aside"),
            };
            self.find("backups", severity, &debris.path, &message, advice);
            self.mend(match is_unfinished {
                true => Repair::RemoveUnfinished,
                false => Repair::MoveCopy(debris.path.clone()),
            });
        }
    }

    fn ages(&mut self, newest: Option<Timestamp>, drilled: Option<Timestamp>, has_rows: bool) {
        let folder = self.folder.path();
        let days = |since: Timestamp| self.context.now.since(since) / DAY_MS;
        match newest.map(days) {
            None if has_rows => {
                let message = "there is no copy of the store";
                self.find("backups", Severity::Warning, folder, message, "`tidetable backup` makes one");
            }
            Some(age) if age >= OLD_COPY_DAYS && has_rows => {
                let message = format!("the newest copy is {age} days old");
                let advice = "`tidetable backup` makes one; a line in cron makes one every night";
                self.find("backups", Severity::Warning, folder, &message, advice);
            }
            _ => {}
        }
        if newest.is_none() {
            return;
        }
        let advice =
            "`tidetable backup drill` restores one into a place of its own and notes that it came back";
        match drilled.map(days) {
            None => {
                let message = "no copy was ever restored or drilled";
                self.find("drills", Severity::Note, folder, message, advice);
            }
            Some(age) if age >= OLD_DRILL_DAYS => {
                let message = format!("a copy last came back {age} days ago");
                self.find("drills", Severity::Note, folder, &message, advice);
            }
            Some(_) => {}
        }
    }
}
