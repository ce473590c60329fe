//! Processes that `gpu clear` leaves alone, and why.

use std::fmt;

use super::{GpuProcess, ProcessKind, ProcessState};

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

/// Whether the process serves the screen or the driver.
pub(super) fn is_protected(process: &GpuProcess) -> bool {
    let short = |name: &str| name.chars().take(SHORT_NAME).collect::<String>();
    process.facts.as_ref().is_some_and(|facts| {
        PROTECTED_NAMES.iter().any(|name| short(name) == short(&facts.name))
            || facts.name.starts_with("systemd")
    })
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

fn container(program: &str, id: &str) -> (String, String) {
    let short: String = id.chars().take(12).collect();
    (format!("{program} container {short}"), format!("{program} stop {short}"))
}

/// Why no signal would help, if so.
pub(super) fn beyond_signals(process: &GpuProcess) -> Option<SpareReason> {
    let facts = process.facts.as_ref()?;
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
