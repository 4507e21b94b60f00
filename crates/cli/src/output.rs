//! How commands answer: tables for eyes, JSON for programs.

use std::io::{IsTerminal as _, Write as _};

use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Done, with records set aside or something awaiting a person.
    Awaiting = 3,
}

/// Where a command writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Writes a line to standard output; a reader that went away ends it quietly.
    #[expect(clippy::unused_self, reason = "only who may write has an output")]
    pub(crate) fn line(self, text: &str) {
        drop(writeln!(std::io::stdout(), "{text}"));
    }

    /// A value for programs, or whatever `people` writes.
    pub(crate) fn answer(self, value: &Value, people: impl FnOnce(Self)) {
        if self.json {
            self.line(&value.to_string())
        } else {
            people(self)
        }
    }

    /// A table for eyes.
    pub(crate) fn table(self, head: &[&str], rows: Vec<Vec<String>>) {
        let mut table = Table::new();
        table
            .load_style(comfy_table::presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(
                head.iter()
                    .map(|text| text.to_uppercase())
                    .collect::<Vec<_>>(),
            );
        for row in rows {
            table.add_row(row);
        }
        self.line(&table.to_string());
    }

    /// Whether progress can be drawn.
    pub(crate) fn draws(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }
}
