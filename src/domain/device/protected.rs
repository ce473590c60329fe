//! Processes that `gpu clear` leaves alone, and why.

use std::fmt;

use super::idle::asked;
use super::{GpuProcess, IdleEvidence, ProcessFacts, ProcessKind, ProcessState};

/// Display servers, session managers and the driver's own services, by short name. The kernel cuts short names
/// to 15 characters, so that only those are compared.
const PROTECTED_NAMES: [&str; 30] = [
    "X",
    "Xorg",
    "Xwayland",
    "gnome-shell",
    "gnome-session-binary",
    "mutter",
    "kwin_wayland",
    "kwin_x11",
    "plasmashell",
    "sway",
    "Hyprland",
    "weston",
    "wayfire",
    "labwc",
    "cosmic-comp",
    "river",
    "niri",
    "cinnamon",
    "xfwm4",
    "picom",
    "gdm",
    "gdm3",
    "gdm-x-session",
    "sddm",
    "lightdm",
    "nvidia-persistenced",
    "nv-hostengine",
    "nvidia-cuda-mps-control",
    "nvidia-cuda-mps-server",
    "dcgm-exporter",
];

/// Length of a short name in Linux.
const SHORT_NAME: usize = 15;

/// Units that start work and do not start it again: work under them has no supervisor.
const PLAIN_PARENTS: [&str; 8] = ["cron", "crond", "cronie", "atd", "ssh", "sshd", "slurmd", "slurmstepd"];

/// Why a process is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpareReason {
    /// It is on none of the GPUs asked for.
    OtherGpu,
    /// It is none of the processes asked for.
    NotAskedFor,
    /// No such process can be seen from here.
    NotVisible,
    /// It is process 1, ourselves, or one we descend from.
    OurOwn,
    /// It draws the screen or serves the driver.
    Protected,
    /// It draws.
    Graphics,
    /// It belongs to another user.
    OtherUser {
        /// Whose it is.
        user: String,
    },
    /// It began too recently, or it is unknown when.
    TooYoung,
    /// It is not known to be idle for as long as was asked.
    NotIdle {
        /// What is known instead.
        known: IdleEvidence,
        /// How long was asked for, milliseconds.
        asked_ms: i64,
    },
    /// Nobody has watched it, so that nobody knows whether it is idle.
    IdleUnknown,
    /// It belongs to none of the users asked for.
    UserNotAskedFor,
    /// It matches none of the patterns asked for.
    NotIncluded,
    /// It was asked to leave this alone.
    Excluded {
        /// The pattern.
        pattern: String,
    },
    /// The configuration protects it.
    Configured {
        /// The pattern.
        pattern: String,
    },
    /// The driver does not list it; that it has the device open may mean no more than that it watches.
    NotListed,
    /// Left behind, not listed by the driver, and younger than idleness is asked for.
    UnlistedYoung,
    /// Left behind, not listed by the driver, and it serves a port: a daemon looks like this.
    Listens,
    /// Left behind, not listed by the driver, and no memory is missing that it could hold.
    NothingMissing,
    /// Its server says that what it holds is at work, or was just now.
    KeptByServer {
        /// What it holds.
        model: String,
        /// Why the server is not asked for it.
        why: String,
    },
    /// Ending it would end another one, which is left alone.
    Entangled {
        /// The other one.
        pid: u32,
    },
    /// Only model servers were to be asked.
    ServersOnly,
    /// Enough is free without it.
    NotNeeded,
    /// The driver's process ids are not those of this container.
    OtherNamespace,
    /// Something would start it again at once.
    Supervised {
        /// The unit or container.
        unit: String,
        /// What ends it for good.
        command: String,
    },
    /// It waits inside the kernel.
    Uninterruptible,
    /// It has ended already.
    Zombie {
        /// Who must take notice.
        parent: Option<u32>,
    },
}

impl fmt::Display for SpareReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpareReason::OtherGpu => f.write_str("on another GPU"),
            SpareReason::NotAskedFor => f.write_str("not among the process ids asked for"),
            SpareReason::NotVisible => {
                f.write_str("not visible from here: in another container, or ended just now")
            }
            SpareReason::OurOwn => f.write_str("tidetable itself, or a process it was started from"),
            SpareReason::Protected => f.write_str("protected: it draws the screen or serves the driver"),
            SpareReason::Graphics => f.write_str("it draws"),
            SpareReason::OtherUser { user } => {
                write!(f, "belongs to {user}; --allow-user {user} includes it")
            }
            SpareReason::TooYoung => f.write_str("younger than --min-age, or of unknown age"),
            SpareReason::NotIdle { known, asked_ms } => {
                write!(f, "{known}; --idle-for asks for {}", asked(*asked_ms))
            }
            SpareReason::IdleUnknown => f.write_str(
                "not known to be idle: `tidetable gpu watch` has to see it so; --idle-for 0 does not ask",
            ),
            SpareReason::UserNotAskedFor => f.write_str("belongs to none of the users asked for"),
            SpareReason::NotIncluded => f.write_str("matches no --include"),
            SpareReason::Excluded { pattern } => write!(f, "matches --exclude {pattern}"),
            SpareReason::Configured { pattern } => {
                write!(f, "protected: matches \"{pattern}\" of gpu.protected in the configuration")
            }
            SpareReason::NotListed => f.write_str(
                "has the device open, but the driver does not list it: it may only watch; --pid names it",
            ),
            SpareReason::UnlistedYoung => f.write_str(
                "the driver does not list it, and it is younger than --idle-for or of unknown age; --pid names it",
            ),
            SpareReason::Listens => {
                f.write_str("the driver does not list it, and it serves a port, as daemons do; --pid names it")
            }
            SpareReason::NothingMissing => f.write_str(
                "the driver does not list it, and no memory is missing that it could hold; --pid names it",
            ),
            SpareReason::KeptByServer { model, why } => {
                write!(f, "holds {model}, which its server keeps: {why}; --idle-for 0 --force ends it all the same")
            }
            SpareReason::Entangled { pid } => {
                write!(f, "one tree with {pid}, which is left alone; --pid names it")
            }
            SpareReason::ServersOnly => f.write_str("only model servers were to be asked"),
            SpareReason::NotNeeded => f.write_str("enough is free without it"),
            SpareReason::OtherNamespace => f.write_str(
                "the driver's process ids are not those of this container; start it with --pid=host",
            ),
            SpareReason::Supervised { unit, command } => {
                write!(f, "{unit} would start it again; `{command}` ends it")
            }
            SpareReason::Uninterruptible => {
                f.write_str("waits inside the kernel, where no signal reaches it")
            }
            SpareReason::Zombie { parent: Some(parent) } => {
                write!(f, "has ended already; its parent {parent} has not taken notice")
            }
            SpareReason::Zombie { parent: None } => f.write_str("has ended already"),
        }
    }
}

/// Whether a process of that short name serves the screen or the driver.
pub(super) fn is_protected(name: &str) -> bool {
    let short = |name: &str| name.chars().take(SHORT_NAME).collect::<String>();
    PROTECTED_NAMES.iter().any(|known| short(known) == short(name)) || name.starts_with("systemd")
}

/// Programs that start work on behalf of others: a job's tree ends below them.
const BOUNDARIES: [&str; 22] = [
    "tidetable",
    "pueued",
    "tsp",
    "ts",
    "gflowd",
    "hq",
    "slurmd",
    "slurmstepd",
    "celery",
    "cron",
    "crond",
    "atd",
    "anacron",
    "sshd",
    "tmux: server",
    "screen",
    "make",
    "xargs",
    "parallel",
    "jupyter-lab",
    "jupyter-noteboo",
    "supervisord",
];

/// Whether a process of that short name starts work on behalf of others.
pub(super) fn is_boundary(name: &str) -> bool {
    BOUNDARIES.contains(&name)
}

/// What would start a process again, read off its control group: the unit or container, and what ends it.
pub fn supervising_unit(control_group: &str) -> Option<(String, String)> {
    let last = control_group.rsplit('/').find(|part| !part.is_empty())?;
    if let Some(id) = last.strip_prefix("docker-").and_then(|rest| rest.strip_suffix(".scope")) {
        return Some(container("docker", id));
    }
    if control_group.contains("/docker/") {
        return Some(container("docker", last));
    }
    if let Some(id) = last.strip_prefix("libpod-").and_then(|rest| rest.strip_suffix(".scope")) {
        return Some(container("podman", id));
    }
    if control_group.contains("kubepods") {
        return Some(("Kubernetes".to_owned(), "kubectl delete pod".to_owned()));
    }
    let unit =
        control_group.split('/').find(|part| part.ends_with(".service") && !part.starts_with("user@"))?;
    if PLAIN_PARENTS.contains(&unit.trim_end_matches(".service")) {
        return None;
    }
    let scope = if control_group.contains("/user@") { "systemctl --user stop" } else { "systemctl stop" };
    Some((unit.to_owned(), format!("{scope} {unit}")))
}

/// The unit, container or session that a process belongs to, read off its control group.
pub fn unit_of(control_group: &str) -> Option<String> {
    let last = || control_group.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned);
    supervising_unit(control_group).map(|(unit, _)| unit).or_else(last)
}

fn container(program: &str, id: &str) -> (String, String) {
    let short: String = id.chars().take(12).collect();
    (format!("{program} container {short}"), format!("{program} stop {short}"))
}

/// Why no signal would help, if so.
pub(super) fn beyond_signals(facts: &ProcessFacts) -> Option<SpareReason> {
    match facts.state {
        ProcessState::Alive => None,
        ProcessState::Uninterruptible => Some(SpareReason::Uninterruptible),
        ProcessState::Zombie => Some(SpareReason::Zombie { parent: facts.ancestors.first().copied() }),
    }
}

/// Whether it draws on any of the GPUs it uses.
pub(super) fn draws(parts: &[&GpuProcess]) -> bool {
    parts.iter().any(|part| part.kind == ProcessKind::Graphics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_services_supervisor_is_read_off_its_control_group() {
        let unit = |group| supervising_unit(group).map(|(_, command)| command);
        assert_eq!(unit("/system.slice/ollama.service"), Some("systemctl stop ollama.service".to_owned()));
        assert_eq!(
            unit("/user.slice/user-1000.slice/user@1000.service/app.slice/comfy.service"),
            Some("systemctl --user stop comfy.service".to_owned())
        );
        assert_eq!(
            unit("/system.slice/docker-0123456789abcdef.scope"),
            Some("docker stop 0123456789ab".to_owned())
        );
    }

    #[test]
    fn work_of_a_login_or_of_cron_has_no_supervisor() {
        assert_eq!(supervising_unit("/user.slice/user-1000.slice/session-3.scope"), None);
        assert_eq!(supervising_unit("/system.slice/cron.service"), None);
        assert_eq!(supervising_unit("/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope"), None);
        assert_eq!(supervising_unit("/"), None);
    }
}
