//! `rules undo --to`: the rules in the store as they were after an earlier revision.

use crate::commands::confirm::{Consent, confirmed};
use crate::commands::{CommandError, Completion, Context, Outcome};
use crate::domain::rules::{RevisionId, RuleId, RuleReturn, RuleStep, plan_return};
use crate::output::Report as _;
use crate::output::rules::ReturnReport;
use crate::store::{RuleFilter, RuleWriter, Store, StoreError};

/// Plans the way back, shows it, and goes it when that is confirmed.
pub(super) fn run(context: &Context, revision: RevisionId, yes: bool) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let mut store = context.open_existing_writer(&mut warnings)?;
    check(&store, revision)?;
    let later: Vec<RuleStep> =
        store.revisions_after(revision)?.into_iter().flat_map(|revision| revision.steps).collect();
    let returns = plan_return(&store.rules(&RuleFilter::default())?, &later);
    let mut report = ReturnReport { revision, returns, is_done: false, made: None };
    let mut consent = Consent::NotAsked;
    if report.returns.is_empty() {
        warnings.push("the rules are as they were then".to_owned());
    } else {
        consent = confirmed(context, yes, &|style| report.table(style), &mut warnings)?;
    }
    if consent.is_given() {
        report.made = go_back(context, &mut store, revision, &report.returns)?;
        report.is_done = true;
        warn_of_schedulers(&store, &report.returns, &mut warnings)?;
    }
    Ok(Outcome { report: Box::new(report), warnings, completion: consent.completion(Completion::Done) })
}

fn check(store: &Store, revision: RevisionId) -> anyhow::Result<()> {
    let last = store.last_revision()?.unwrap_or(RevisionId(0));
    if revision <= last {
        return Ok(());
    }
    Err(CommandError::Refused {
        message: format!("there is no revision {}; the last one is {}", revision.0, last.0),
        hint: "`tidetable rules history` lists them".to_owned(),
    }
    .into())
}

fn go_back(
    context: &Context,
    store: &mut Store,
    revision: RevisionId,
    returns: &[RuleReturn],
) -> Result<Option<RevisionId>, StoreError> {
    let author = context.author();
    store.in_transaction(|transaction| {
        let mut writer = RuleWriter::returning_to(transaction, &author, revision);
        for planned in returns {
            match (&planned.now, &planned.then) {
                (_, None) => writer.remove(planned.rule_id)?,
                (None, Some(rule)) => writer.bring_back(planned.rule_id, rule)?,
                (Some(_), Some(rule)) => writer.replace(planned.rule_id, rule).map(|_| ())?,
            }
        }
        Ok(writer.revision())
    })
}

/// The store's rules alone go back; what a scheduler was told stands there until it is told otherwise.
fn warn_of_schedulers(
    store: &Store,
    returns: &[RuleReturn],
    warnings: &mut Vec<String>,
) -> Result<(), StoreError> {
    let ids: Vec<RuleId> = returns.iter().map(|planned| planned.rule_id).collect();
    for target in store.schedulers_with(&ids)? {
        warnings.push(format!(
            "{target} still has what was applied; `tidetable rules apply --target {target}` carries these rules there"
        ));
    }
    Ok(())
}
