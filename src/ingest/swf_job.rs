//! One line of a Standard Workload Format file.

use crate::domain::activity::RunStatus;

/// The standard's names of the columns, for messages.
const COLUMNS: [&str; 18] = [
    "job",
    "submit",
    "wait",
    "run_time",
    "processors",
    "average_cpu_time",
    "used_memory",
    "requested_processors",
    "requested_time",
    "requested_memory",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding_job",
    "think_time",
];

/// One line. Numbers below zero are unknown.
pub(super) struct Job<'a> {
    pub(super) number: Option<i64>,
    pub(super) submit: Option<f64>,
    pub(super) wait: Option<f64>,
    pub(super) run_time: Option<f64>,
    allocated: Option<f64>,
    pub(super) used_memory: Option<f64>,
    requested: Option<f64>,
    requested_time: Option<f64>,
    pub(super) requested_memory: Option<f64>,
    status_code: Option<i64>,
    pub(super) user: Option<i64>,
    executable: Option<i64>,
    queue_number: Option<i64>,
    /// Logs for the simulator Alea append a node list in braces, a queue name and the request's text.
    extension: Option<Extension<'a>>,
}

struct Extension<'a> {
    queue: Option<&'a str>,
}

impl Job<'_> {
    /// Reads the eighteen columns; what follows them is passed over unless it is known.
    ///
    /// Errors: the column at fault and what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Job<'_>, (&'static str, String)> {
        let mut columns = text.split_ascii_whitespace();
        let mut numbers = [None; COLUMNS.len()];
        for (number, name) in numbers.iter_mut().zip(COLUMNS) {
            let Some(column) = columns.next() else {
                return Err((name, "is missing: a line has 18 columns".to_owned()));
            };
            let value: f64 = column
                .parse()
                .ok()
                .filter(|value: &f64| value.is_finite())
                .ok_or_else(|| (name, format!("\"{column}\" is no number")))?;
            *number = (value >= 0.0).then_some(value);
        }
        let extension = columns
            .next()
            .filter(|nodes| nodes.starts_with('{'))
            .map(|_| Extension { queue: columns.next() });
        let positive = |index: usize| numbers[index].filter(|&value: &f64| value > 0.0);
        let whole = |index: usize| numbers[index].map(|value: f64| value as i64);
        Ok(Job {
            number: whole(0),
            submit: numbers[1],
            wait: numbers[2],
            run_time: numbers[3],
            allocated: positive(4),
            used_memory: positive(6),
            requested: positive(7),
            requested_time: positive(8),
            requested_memory: positive(9),
            status_code: whole(10),
            user: whole(11),
            executable: whole(13).filter(|_| extension.is_none()),
            queue_number: whole(14),
            extension,
        })
    }

    /// Whether the line has what follows the standard's columns in logs for Alea.
    pub(super) fn has_node_list(&self) -> bool {
        self.extension.is_some()
    }

    /// Those that it got, else those that it asked for.
    pub(super) fn processors(&self) -> Option<f64> {
        self.allocated.or(self.requested)
    }

    /// Whether this is one of several stretches of a job that was checkpointed or swapped out.
    pub(super) fn is_partial(&self) -> bool {
        matches!(self.status_code, Some(2..=4))
    }

    /// How it ended, where the code says so: 0, 1 and 5.
    pub(super) fn status(&self) -> Option<RunStatus> {
        match self.status_code? {
            0 => Some(RunStatus::Failed),
            1 => Some(RunStatus::Completed),
            5 => Some(RunStatus::Cancelled),
            _ => None,
        }
    }

    /// The queue's name, else its number.
    pub(super) fn queue(&self) -> Option<String> {
        match &self.extension {
            Some(Extension { queue: Some(name) }) => Some((*name).to_owned()),
            _ => self.queue_number.map(|number| number.to_string()),
        }
    }

    /// User and executable where both are known; else what the user asked for.
    pub(super) fn task_type(&self) -> String {
        let mut parts: Vec<String> = Vec::with_capacity(6);
        parts.extend(self.user.map(|user| format!("user {user}")));
        if let Some(executable) = self.executable {
            parts.push(format!("exe {executable}"));
            return parts.join(" ");
        }
        parts.extend(self.requested.or(self.allocated).map(|processors| format!("procs {processors}")));
        parts.extend(self.requested_time.map(|seconds| format!("time {seconds}")));
        parts.extend(self.requested_memory.map(|memory| format!("mem {memory}")));
        parts.extend(self.queue().map(|queue| format!("queue {queue}")));
        if parts.is_empty() { "job".to_owned() } else { parts.join(" ") }
    }
}
