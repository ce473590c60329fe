//! The files of the sample.

use std::io::Write;

use flate2::{Compression, GzBuilder};

use super::history::history;
use super::row::{HEADER, Row};
use super::truth::{crontab, truth};

/// A file of the sample.
pub struct SampleFile {
    /// Its name within the folder.
    pub name: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// All files of the sample.
pub fn files() -> Vec<SampleFile> {
    let rows = history();
    let mut table = format!("{HEADER}\n");
    for row in &rows {
        table.push_str(&Row::line(row));
        table.push('\n');
    }
    vec![
        SampleFile { name: "sample.csv.gz", bytes: compressed(&table) },
        SampleFile { name: "sample.truth.json", bytes: truth(&rows).into_bytes() },
        SampleFile { name: "sample.crontab", bytes: crontab().into_bytes() },
    ]
}

fn compressed(text: &str) -> Vec<u8> {
    // No time of writing in the header: the same bytes tomorrow.
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}
