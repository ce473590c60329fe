//! How things look on this terminal: width, colour, zone.

use chrono::Datelike;
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};

use crate::domain::calendar::{Zone, local_time};
use crate::domain::time::Timestamp;

/// Which characters drawings are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Blocks of eighths.
    Unicode,
    /// Punctuation only.
    Ascii,
}

/// How to write for people.
#[derive(Clone, Debug)]
pub struct Style {
    /// Whether to use colour and bold.
    pub color: bool,
    /// Columns of the terminal; `None` when there is none (then nothing is folded).
    pub width: Option<u16>,
    /// What drawings are made of.
    pub glyphs: Glyphs,
    /// The zone times are shown in.
    pub zone: Zone,
    /// The current instant, for leaving out what goes without saying (this year).
    pub now: Timestamp,
}

impl Style {
    /// An empty table with these column names.
    pub fn new_table(&self, headers: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(match self.width {
            Some(_) => ContentArrangement::Dynamic,
            None => ContentArrangement::Disabled,
        });
        if let Some(width) = self.width {
            table.set_width(width);
        }
        table.set_header(headers.iter().map(|header| {
            let cell = Cell::new(header);
            if self.color { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
        if self.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table
    }

    /// The rows of a table, columns two blanks apart, without blanks at the end of a line.
    pub fn finish_table(&self, mut table: Table) -> String {
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// A local time to the minute, with the weekday.
    pub fn time(&self, instant: Timestamp) -> String {
        let local = local_time(self.zone, instant);
        let this_year = local_time(self.zone, self.now).year();
        if local.year() == this_year {
            local.format("%a %m-%d %H:%M").to_string()
        } else {
            local.format("%a %Y-%m-%d %H:%M").to_string()
        }
    }

    /// A local date.
    pub fn date(&self, instant: Timestamp) -> String {
        local_time(self.zone, instant).format("%Y-%m-%d").to_string()
    }

    /// Bold, where colour is on.
    pub fn bold(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Dimmed, where colour is on.
    pub fn dim(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
