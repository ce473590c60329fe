//! Which column of an `sacct` export holds what: its header, `--fields`, or a field order that is well known.

use super::{ImportOptions, IngestError};
use std::path::Path;

/// The two delimiters of exports: `--parsable2`'s own, and the one used where names may hold a bar.
const DELIMITERS: [char; 2] = ['|', '\u{1f}'];

/// Fields of `sacct` that are read, or that tell a header from a job.
const KNOWN_FIELDS: [&str; 41] = [
    "JobID",
    "JobIDRaw",
    "JobName",
    "User",
    "Account",
    "Cluster",
    "Partition",
    "QOS",
    "Group",
    "GID",
    "UID",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "Elapsed",
    "ElapsedRaw",
    "ExitCode",
    "State",
    "NNodes",
    "NCPUS",
    "AllocCPUS",
    "ReqCPUS",
    "ReqNodes",
    "AllocNodes",
    "ReqMem",
    "MaxRSS",
    "ReqTRES",
    "AllocTRES",
    "TRESUsageInTot",
    "TRESUsageInMax",
    "Timelimit",
    "TimelimitRaw",
    "NodeList",
    "Priority",
    "CPUTimeRAW",
    "ConsumedEnergyRaw",
    "ResvCPURAW",
    "Comment",
    "WorkDir",
    "NTasks",
];

/// The order in which Open XDMoD asks `sacct` for its fields, without a header.
const XDMOD_FIELDS: [&str; 26] = [
    "JobID",
    "JobIDRaw",
    "Cluster",
    "Partition",
    "QOS",
    "Account",
    "Group",
    "GID",
    "User",
    "UID",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "Elapsed",
    "ExitCode",
    "State",
    "NNodes",
    "NCPUS",
    "ReqCPUS",
    "ReqMem",
    "ReqTRES",
    "AllocTRES",
    "Timelimit",
    "NodeList",
    "JobName",
];

/// The delimiter of a line, the more frequent of the two; `None` if neither occurs.
pub(super) fn delimiter_of(line: &str) -> Option<char> {
    let count = |wanted: char| line.chars().filter(|&found| found == wanted).count();
    DELIMITERS.into_iter().filter(|&wanted| count(wanted) > 0).max_by_key(|&wanted| count(wanted))
}

/// The columns of an export.
#[derive(Clone, Debug)]
pub(super) struct SacctColumns {
    pub(super) delimiter: char,
    /// Lower-case names in the order of the columns.
    names: Vec<String>,
    /// Whether the first line names the columns, and so is no job.
    pub(super) has_header: bool,
}

impl SacctColumns {
    /// Decides by the first line. A header wins over `--fields`, which only says what it would.
    pub(super) fn resolve(
        first_line: &str,
        line: u64,
        label: &Path,
        options: &ImportOptions,
    ) -> Result<SacctColumns, IngestError> {
        // A header of one column has no delimiter.
        let delimiter = delimiter_of(first_line).unwrap_or('|');
        let columns: Vec<&str> = first_line.split(delimiter).map(str::trim).collect();
        let lower = |names: &[&str]| names.iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>();
        let (names, has_header) = if is_header(&columns) {
            (lower(&columns), true)
        } else if let Some(fields) = &options.fields {
            let count = without_trailing_empty(&columns).len();
            if fields.len() < count {
                return Err(IngestError::Option {
                    option: "--fields",
                    reason: format!("names {} columns, line {line} has {count}", fields.len()),
                    hint: "name every column, in the order of sacct's --format".to_owned(),
                });
            }
            (fields.iter().map(|name| name.trim().to_ascii_lowercase()).collect(), false)
        } else if looks_like_xdmod(&columns) {
            (lower(&XDMOD_FIELDS), false)
        } else {
            return Err(IngestError::Header {
                path: label.to_owned(),
                line,
                reason: format!("there is no header, and {} columns of unknown meaning", columns.len()),
                hint: "name them with --fields, in the order of sacct's --format, e.g. \
                       --fields JobID,JobName,User,Start,End,State"
                    .to_owned(),
            });
        };
        let columns = SacctColumns { delimiter, names, has_header };
        if columns.position("start").is_none() && columns.position("submit").is_none() {
            return Err(IngestError::Header {
                path: label.to_owned(),
                line,
                reason: "there is no Start and no Submit column".to_owned(),
                hint: "export with sacct --parsable2 --format JobID,JobIDRaw,JobName,User,Partition,Submit,Start,\
                       End,State,ExitCode,AllocCPUS,ReqMem,MaxRSS,AllocTRES"
                    .to_owned(),
            });
        }
        Ok(columns)
    }

    /// Index of the column with this lower-case name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own == name)
    }

    /// How many columns a line has.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// Whether at least two columns and half of all bear names of `sacct`'s fields.
pub(super) fn is_header(columns: &[&str]) -> bool {
    let columns = without_trailing_empty(columns);
    let known = |column: &&&str| KNOWN_FIELDS.iter().any(|field| field.eq_ignore_ascii_case(column));
    let count = columns.iter().filter(known).count();
    count >= 2 && 2 * count >= columns.len()
}

/// Whether a line has the fields of Open XDMoD's export: 26, four times and a state among them.
pub(super) fn looks_like_xdmod(columns: &[&str]) -> bool {
    let is_time = |text: &&str| text.get(10..11) == Some("T") || matches!(*text, "Unknown" | "None");
    let in_place = |index: usize| columns.get(index).is_some_and(is_time);
    without_trailing_empty(columns).len() == XDMOD_FIELDS.len() && (10..14).all(in_place)
}

/// `--parsable` ends every line with a delimiter, `--parsable2` does not.
fn without_trailing_empty<'a, 'b>(columns: &'a [&'b str]) -> &'a [&'b str] {
    match columns {
        [rest @ .., ""] => rest,
        all => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::options;

    fn resolve(line: &str, options: &ImportOptions) -> Result<SacctColumns, IngestError> {
        SacctColumns::resolve(line, 1, Path::new("test"), options)
    }

    #[test]
    fn a_header_is_known_by_its_names_with_either_delimiter() {
        for line in
            ["JobID|JobName|Start|State", "JobID\u{1f}JobName\u{1f}Start\u{1f}State", "jobid|x|start|State|"]
        {
            let columns = resolve(line, &options()).unwrap();
            assert!(columns.has_header);
            assert_eq!(columns.position("start"), Some(2));
        }
    }

    #[test]
    fn without_a_header_fields_are_needed_and_must_name_every_column() {
        let line = "1|train|2024-01-01T00:00:00|COMPLETED";
        assert!(matches!(resolve(line, &options()), Err(IngestError::Header { .. })));
        let named = |fields: &str| {
            let fields = Some(fields.split(',').map(str::to_owned).collect());
            resolve(line, &ImportOptions { fields, ..options() })
        };
        assert!(matches!(named("JobID,Start"), Err(IngestError::Option { .. })));
        assert_eq!(named("JobID,JobName,Start,State").unwrap().position("start"), Some(2));
        assert!(matches!(named("JobID,JobName,Begin,State"), Err(IngestError::Header { .. })));
    }
}
