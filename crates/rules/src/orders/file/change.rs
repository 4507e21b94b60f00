//! A change of a draft as JSON: the members of an order file that are given, and no others, replace what the draft says.

use serde_json::Value;

use super::{CustomerRef, FileLine, LONGEST_ID, Reader};
use crate::orders::check::{LONGEST_NOTE, Problem};

/// What a program changes of a draft; names are not looked up yet. What is left out, or null, stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChange {
    /// For whom.
    pub customer: Option<CustomerRef>,
    /// Words of ours; an empty text empties them.
    pub note: Option<String>,
    /// What is asked for: all of it, in place of the lines that are there.
    pub lines: Option<Vec<FileLine>>,
}

/// Reads a change; all that is wrong with it is told at once, as by [`super::read`].
pub fn read_change(value: &Value) -> Result<FileChange, Vec<Problem>> {
    let mut reader = Reader::default();
    let change = reader.change(value);
    match change {
        Some(change) if reader.problems.is_empty() => Ok(change),
        _ => Err(reader.problems),
    }
}

impl Reader {
    fn change(&mut self, value: &Value) -> Option<FileChange> {
        let members = self.object(value, "", "A change")?;
        let given = |name: &str| members.get(name).filter(|value| !value.is_null());
        if members.contains_key("connection") {
            self.wrong(
                "/connection",
                "an order keeps the connection that it was begun with; make another order there.",
            );
        }
        self.known(members, "", &["customer", "connection", "note", "lines"]);
        let customer = given("customer")
            .and_then(|value| self.text(value, "/customer", LONGEST_ID))
            .and_then(|text| self.customer(&text));
        let note = given("note").and_then(|value| self.text(value, "/note", LONGEST_NOTE));
        let lines = given("lines").and_then(|value| self.lines(value));
        Some(FileChange {
            customer,
            note,
            lines,
        })
    }
}
