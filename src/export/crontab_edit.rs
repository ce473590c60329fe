//! What carrying rules to a crontab changes in it: the times of entries that are there, and a marked block for rules
//! that are not.

use super::CrontabForm;
use super::block::{Block, BrokenBlock, rule_comment};
use super::crontab::crontab_lines;
use super::expression::{cron_lines, one_line};
use super::line_edit::{fields_of, line_range, retimed};
use super::scrontab::scrontab_lines;
use crate::domain::applied::{BlockPart, ScheduleForm, block_part};
use crate::domain::calendar::{CalendarSchedule, Schedule, Zone, parse_zone};
use crate::domain::rules::{Rule, RuleId, RuleSource, StoredRule};
use crate::domain::time::Timestamp;

/// An entry of a crontab, as the importer reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct CrontabEntry {
    /// 1-based line.
    pub line: u64,
    /// The five fields or nickname as they stand, one blank between.
    pub expression: String,
    /// What they mean.
    pub calendar: CalendarSchedule,
    /// `CRON_TZ`, where set.
    pub zone: Option<Zone>,
    /// Who it runs as, where the crontab tells.
    pub user: Option<String>,
    /// What it runs.
    pub command: String,
}

/// What there is to know of the crontab besides its text.
#[derive(Clone, Copy, Debug)]
pub struct CrontabSetting {
    /// Whether lines to add name a user; `None` for Slurm's, whose lines have `#SCRON` options above them.
    pub form: Option<CrontabForm>,
    /// The zone that its times are in where no `CRON_TZ` says otherwise.
    pub zone: Zone,
    /// Where the year begins over which split times are compared.
    pub now: Timestamp,
}

/// A rule that is to be in the crontab as it stands in the store.
#[derive(Clone, Debug)]
pub struct WantedRule<'a> {
    /// The rule.
    pub stored: &'a StoredRule,
    /// The forms it ever had: one of them is what the crontab has.
    pub forms: Vec<ScheduleForm>,
    /// Whether the crontab is the one that declared it.
    pub is_declared_here: bool,
    /// Whether somebody named it, so that a rule that something else starts already may be added all the same.
    pub is_named: bool,
    /// Another place that it was written to and still stands in.
    pub elsewhere: Option<String>,
}

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleEdit {
    /// The crontab has it as it is.
    Unchanged,
    /// The times of its entry change.
    Retimed {
        /// 1-based line.
        line: u64,
        /// The fields as they stand.
        from: String,
        /// The fields afterwards.
        to: String,
        /// The form that the crontab had.
        before: ScheduleForm,
    },
    /// Its lines are written into the block.
    Written {
        /// Whether it was there before, with other lines.
        replaces: bool,
    },
    /// Its lines are taken out of the block: it is no longer enabled.
    TakenOut,
    /// Nothing is done, and why.
    Refused {
        /// Why.
        reason: String,
    },
}

/// A crontab under a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct CrontabEdit {
    /// Its text afterwards.
    pub text: Vec<u8>,
    /// What becomes of each rule, in the order given; then rules that leave the block.
    pub edits: Vec<(RuleId, RuleEdit)>,
}

/// Plans to carry `wanted` to the crontab `text`, whose entries outside of our block are `entries`. `is_gone` tells
/// rules whose lines are to leave the block.
pub fn plan_crontab(
    text: &[u8],
    entries: &[CrontabEntry],
    wanted: &[WantedRule<'_>],
    is_gone: &dyn Fn(RuleId) -> bool,
    setting: CrontabSetting,
) -> Result<CrontabEdit, BrokenBlock> {
    let mut block = Block::find(text)?;
    let zone_of_block = zone_before_block(text, &block, setting.zone);
    let mut edits = Vec::new();
    // Lines with their new text; written at the end, so that no line moves meanwhile.
    let mut lines: Vec<(std::ops::Range<usize>, Vec<u8>)> = Vec::new();
    for rule in wanted {
        let id = rule.stored.id;
        let edit = match find_entries(entries, rule, setting.zone) {
            Found::Entries { found, before } => retime(text, &found, rule, &before, setting.now, &mut lines),
            Found::Refused(reason) => RuleEdit::Refused { reason },
            Found::Nothing => match addition(rule, zone_of_block, setting) {
                Err(reason) => RuleEdit::Refused { reason },
                Ok(added) => match block.lines.insert(id, added.clone()) {
                    Some(known) if known == added => RuleEdit::Unchanged,
                    known => RuleEdit::Written { replaces: known.is_some() },
                },
            },
        };
        edits.push((id, edit));
    }
    let gone: Vec<RuleId> = block.lines.keys().copied().filter(|id| is_gone(*id)).collect();
    for id in gone {
        block.lines.remove(&id);
        edits.push((id, RuleEdit::TakenOut));
    }
    let written = block.written_into(text);
    Ok(CrontabEdit { text: with_lines(text, &written, lines), edits })
}

/// `written` is `text` with another block. Lines outside of it are found by their distance from its nearer end.
fn with_lines(text: &[u8], written: &[u8], mut lines: Vec<(std::ops::Range<usize>, Vec<u8>)>) -> Vec<u8> {
    lines.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let common = text.iter().zip(written).take_while(|(one, other)| one == other).count();
    let mut edited = written.to_vec();
    for (range, line) in lines {
        let place = if range.end <= common {
            range
        } else {
            // Behind the block: as far from the end as before.
            let from_end = text.len() - range.end;
            let end = written.len() - from_end;
            end - range.len()..end
        };
        edited.splice(place, line);
    }
    edited
}

enum Found {
    Nothing,
    Entries { found: Vec<CrontabEntry>, before: ScheduleForm },
    Refused(String),
}

/// The entries that are the rule: the same command of the same user in the same zone, at times that the rule has or
/// once had. Equal entries are one rule, and move together.
fn find_entries(entries: &[CrontabEntry], wanted: &WantedRule<'_>, cron_zone: Zone) -> Found {
    let rule = &wanted.stored.rule;
    let Some(command) = rule.command.as_deref() else { return Found::Nothing };
    let is_its_user = |entry: &CrontabEntry| match (&entry.user, &rule.user) {
        (Some(entry), Some(rule)) => entry == rule,
        _ => true,
    };
    let same: Vec<&CrontabEntry> =
        entries.iter().filter(|entry| entry.command == command && is_its_user(entry)).collect();
    let here = if wanted.is_declared_here { "the crontab" } else { "a crontab" };
    if same.is_empty() {
        return if wanted.is_declared_here {
            Found::Refused("its entry is no longer in the crontab; import the crontab again".to_owned())
        } else {
            Found::Nothing
        };
    }
    let in_zone: Vec<&CrontabEntry> =
        same.iter().copied().filter(|entry| entry.zone.unwrap_or(cron_zone) == rule.zone).collect();
    if in_zone.is_empty() {
        return Found::Refused(format!(
            "its times are those of {}, and its entry's in {here} those of {}; --timezone names cron's zone",
            rule.zone.name(),
            same[0].zone.unwrap_or(cron_zone).name()
        ));
    }
    for form in &wanted.forms {
        let found: Vec<CrontabEntry> = in_zone
            .iter()
            .filter(|entry| fires_alike(&entry.calendar, &form.schedule))
            .map(|entry| (*entry).clone())
            .collect();
        if !found.is_empty() {
            return Found::Entries { found, before: form.clone() };
        }
    }
    Found::Refused(format!(
        "its entry (line {}) has other times now: \"{}\"; import the crontab again",
        in_zone[0].line, in_zone[0].expression
    ))
}

fn fires_alike(calendar: &CalendarSchedule, schedule: &Schedule) -> bool {
    let entry = Schedule::Calendar(calendar.clone());
    entry == *schedule || entry.cron().is_some_and(|text| schedule.cron() == Some(text))
}

fn retime(
    text: &[u8],
    found: &[CrontabEntry],
    wanted: &WantedRule<'_>,
    before: &ScheduleForm,
    now: Timestamp,
    lines: &mut Vec<(std::ops::Range<usize>, Vec<u8>)>,
) -> RuleEdit {
    let refused = |reason: String| RuleEdit::Refused { reason };
    let rule = &wanted.stored.rule;
    if fires_alike(&found[0].calendar, &rule.schedule) {
        return RuleEdit::Unchanged;
    }
    let to = match cron_lines(rule, "a crontab", now) {
        Ok(lines) => match <[String; 1]>::try_from(lines) {
            Ok([line]) => line,
            Err(lines) => {
                return refused(format!("its new times need {} lines, and its entry is one", lines.len()));
            }
        },
        Err(error) => return refused(error.to_string()),
    };
    let mut edited = Vec::new();
    for entry in found {
        let line = line_range(text, entry.line);
        let new = line.clone().and_then(|range| retimed(&text[range], &entry.expression, &to));
        match (line, new) {
            (Some(range), Some(new)) => edited.push((range, new)),
            _ => return refused(format!("the fields of line {} were not found again", entry.line)),
        }
    }
    let to = edited.first().map_or(to, |(_, line)| fields_of(line));
    lines.extend(edited);
    RuleEdit::Retimed { line: found[0].line, from: found[0].expression.clone(), to, before: before.clone() }
}

/// The lines of a rule in the block, or why there may be none.
fn addition(wanted: &WantedRule<'_>, zone: Zone, setting: CrontabSetting) -> Result<Vec<u8>, String> {
    let StoredRule { id, rule } = wanted.stored;
    match &rule.source {
        RuleSource::Declared { origin } => {
            return Err(format!("{origin} starts it already, so that here it would run twice"));
        }
        RuleSource::Mined { .. } if !wanted.is_named => {
            return Err(
                "it was found in the history, so that something starts it already; name its id to add it \
                        all the same"
                    .to_owned(),
            );
        }
        RuleSource::Mined { .. } | RuleSource::Manual => {}
    }
    if let Some(elsewhere) = &wanted.elsewhere {
        return Err(format!("{elsewhere} has it already, so that here it would run twice"));
    }
    let lines = block_lines(rule, zone, setting).map_err(|error| error.to_string())?;
    Ok(format!("{}{lines}", rule_comment(*id, &one_line(&rule.name))).into_bytes())
}

fn block_lines(rule: &Rule, zone: Zone, setting: CrontabSetting) -> Result<String, super::Inexpressible> {
    match setting.form {
        Some(form) => crontab_lines(rule, form, zone, setting.now).map(|(_, lines)| lines),
        None => scrontab_lines(rule, zone, setting.now),
    }
}

/// The zone that holds where the block is, or would be written.
fn zone_before_block(text: &[u8], block: &Block, cron_zone: Zone) -> Zone {
    let head = block.place.as_ref().map_or(text, |place| &text[..place.start]);
    let mut zone = cron_zone;
    for line in head.split(|byte| *byte == b'\n') {
        if block_part(line) != BlockPart::Other {
            continue;
        }
        let text = String::from_utf8_lossy(line);
        if let Some((name, value)) = text.split_once('=')
            && name.trim() == "CRON_TZ"
        {
            let value = value.trim().trim_matches(['"', '\'']).trim_start_matches(':');
            zone = parse_zone(value).unwrap_or(cron_zone);
        }
    }
    zone
}

#[cfg(test)]
#[path = "crontab_edit_test.rs"]
mod tests;
