//! Which crontab a text is, told by its path: that decides whether its lines name a user.

use std::path::Path;

/// Where a crontab, or a part of a collection of crontabs, comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// `/etc/crontab` or a file in `/etc/cron.d`: every line names its user.
    System,
    /// A user's own, in a spool folder: no line names a user.
    User(String),
    /// The path does not tell.
    Unknown,
}

impl Origin {
    /// What a path tells. Copies elsewhere keep the ends of their paths: `backup/etc/cron.d/php` is a system
    /// crontab.
    pub(super) fn of(path: &Path) -> Origin {
        let text = path.to_string_lossy();
        let mut parts = text.rsplit('/').filter(|part| !part.is_empty());
        let name = parts.next().unwrap_or_default();
        let folder = parts.next().unwrap_or_default();
        let above = parts.next().unwrap_or_default();
        match (above, folder, name) {
            (_, "cron.d", _) | (_, "etc", "crontab") => Origin::System,
            ("cron", "crontabs" | "tabs", user) | ("spool", "cron", user) | ("etc", "crontabs", user)
                if !user.is_empty() =>
            {
                Origin::User(user.to_owned())
            }
            _ => Origin::Unknown,
        }
    }
}

/// The crontab that a comment announces: `# /etc/cron.d/php`, `##### /var/spool/cron/crontabs/root at ...`,
/// `# /etc/crontab: system-wide crontab`.
pub(super) fn announced(comment: &str) -> Option<Origin> {
    let path = comment.trim_start_matches(['#', ' ', '\t', '-', '=']).split_whitespace().next()?;
    let path = path.trim_end_matches([':', ',', '#', '=']);
    if !path.starts_with('/') {
        return None;
    }
    match Origin::of(Path::new(path)) {
        Origin::Unknown => None,
        known => Some(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_form_and_the_user() {
        for system in ["/etc/crontab", "/etc/cron.d/php", "backup/etc/cron.d/php"] {
            assert_eq!(Origin::of(Path::new(system)), Origin::System, "{system}");
        }
        for spool in ["/var/spool/cron/crontabs/root", "/var/spool/cron/root", "/etc/crontabs/root"] {
            assert_eq!(Origin::of(Path::new(spool)), Origin::User("root".into()), "{spool}");
        }
        for unknown in ["-", "crontab", "my/crontab.txt", ""] {
            assert_eq!(Origin::of(Path::new(unknown)), Origin::Unknown, "{unknown}");
        }
    }

    #[test]
    fn only_comments_that_begin_with_the_path_of_a_crontab_announce_one() {
        assert_eq!(announced("##### /etc/cron.d/mdadm"), Some(Origin::System));
        assert_eq!(announced("# /etc/crontab: system-wide crontab"), Some(Origin::System));
        assert_eq!(
            announced("##### /var/spool/cron/crontabs/root at oldest commit, 2016-10-30"),
            Some(Origin::User("root".into()))
        );
        for comment in ["# see /etc/crontab", "# /usr/share/mdadm/checkarray runs weekly", "#", "# m h dom"] {
            assert_eq!(announced(comment), None, "{comment}");
        }
    }
}
