//! The task type of a cron command: the same name whether the line is read from a crontab or from a log.

/// `user: command` with every run of white space made one space; the command alone where no user is known.
pub(super) fn cron_task_type(user: Option<&str>, command: &str) -> String {
    let mut name = String::with_capacity(command.len() + 16);
    if let Some(user) = user {
        name.push_str(user.trim());
        name.push(':');
    }
    for word in command.split_whitespace() {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_that_cron_keeps_in_front_of_a_logged_command_do_not_matter() {
        assert_eq!(
            cron_task_type(Some("root"), "   cd / && run-parts\t--report  /etc/cron.hourly"),
            cron_task_type(Some("root"), "cd / && run-parts --report /etc/cron.hourly")
        );
    }

    #[test]
    fn a_command_without_a_known_user_names_itself() {
        assert_eq!(cron_task_type(None, " backup  --all "), "backup --all");
    }
}
