//! What `man` answers.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Report, Style, quantity};

/// A page of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualPage {
    /// Its file name, such as `tidetable-import.1`.
    pub file_name: String,
    /// Its text in roff.
    pub text: String,
}

/// What `man` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManReport {
    /// The page of the program itself.
    Page(ManualPage),
    /// Pages written into a folder.
    Written {
        /// The folder.
        folder: PathBuf,
        /// The pages, by file name.
        pages: Vec<ManualPage>,
        /// Whether they are there now; not after a dry run.
        written: bool,
    },
}

impl Report for ManReport {
    fn data(&self) -> Value {
        match self {
            ManReport::Page(page) => json!({ "page": page.file_name, "text": page.text }),
            ManReport::Written { folder, pages, written } => {
                let names: Vec<&str> = pages.iter().map(|page| page.file_name.as_str()).collect();
                json!({ "dir": folder, "pages": names, "written": written })
            }
        }
    }

    fn table(&self, _style: &Style) -> String {
        match self {
            ManReport::Page(page) => page.text.clone(),
            ManReport::Written { folder, pages, written } => {
                let verb = if *written { "Wrote" } else { "Would write" };
                format!("{verb} {} to {}\n", quantity(pages.len() as u64, "page"), folder.display())
            }
        }
    }
}
