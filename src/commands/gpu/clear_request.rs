//! What `gpu clear` is asked for, from its options.

use std::collections::BTreeSet;
use std::time::Duration;

use super::choice;
use super::matching::Patterns;
use crate::cli::gpu::ClearArgs;
use crate::commands::{CommandError, Context};
use crate::devices::{GpuReading, ancestors, own_user_id, user_id_of};
use crate::domain::device::{ClearRequest, SignalChoice};

/// The request; pushes a warning for each pattern that matches nothing.
pub(super) fn request(
    context: &Context,
    reading: &GpuReading,
    args: &ClearArgs,
    warnings: &mut Vec<String>,
) -> Result<ClearRequest, CommandError> {
    let processes = &reading.processes;
    let only_user_ids = if args.user.is_empty() { None } else { Some(user_ids(&args.user)?) };
    let mut allowed = user_ids(&args.allow_user)?;
    allowed.insert(own_user_id());
    allowed.extend(only_user_ids.iter().flatten());
    let include = Patterns::new("--include", &args.include)?;
    let exclude = Patterns::new("--exclude", &args.exclude)?;
    let configured = Patterns::new("gpu.protected", &context.config.gpu.protected)?;
    for (option, patterns) in [("--include", &include), ("--exclude", &exclude)] {
        let idle = patterns.idle(processes);
        warnings.extend(idle.into_iter().map(|text| format!("{option} {text} matches no process on a GPU")));
    }
    let own = std::process::id();
    Ok(ClearRequest {
        gpus: choice(&reading.gpus, &args.device)?,
        need_mib: args.need,
        pids: pids(reading, args)?,
        user_ids: allowed,
        only_user_ids,
        own_pids: ancestors(own).into_iter().chain([own]).collect(),
        included: include.chosen(processes),
        excluded: exclude.matches(processes),
        configured: configured.matches(processes),
        min_age_ms: millis(args.min_age.0),
        min_idle_ms: millis(args.idle_for.0),
        signals: match (args.servers_only, args.force) {
            (true, _) => SignalChoice::None,
            (false, true) => SignalChoice::TerminateThenKill,
            (false, false) => SignalChoice::Terminate,
        },
        now: context.now,
    })
}

fn pids(reading: &GpuReading, args: &ClearArgs) -> Result<BTreeSet<u32>, CommandError> {
    let missing = args.pid.iter().find(|pid| !reading.processes.iter().any(|process| process.pid == **pid));
    match missing {
        Some(pid) => Err(CommandError::Refused {
            message: format!("process {pid} is not known to hold GPU memory"),
            hint: "`tidetable gpu processes` lists those that do".to_owned(),
        }),
        None => Ok(args.pid.iter().copied().collect()),
    }
}

fn user_ids(names: &[String]) -> Result<BTreeSet<u32>, CommandError> {
    let found = names.iter().map(|name| {
        user_id_of(name).ok_or_else(|| CommandError::Refused {
            message: format!("there is no user {name} on this machine"),
            hint: "name the user, or give the number, as `tidetable gpu processes` shows it".to_owned(),
        })
    });
    found.collect()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
