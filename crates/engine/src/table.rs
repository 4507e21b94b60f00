//! A list as a file: everything that a filter finds, written part by part, so that none must fit into memory at once.

use rules::cell::harmless;
use store::StoreError;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Cells, for spreadsheets.
    Csv,
    /// A list of objects.
    Json,
}

impl TableFormat {
    /// How the name of a file ends, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// What it is called in HTTP.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// A table that is read part by part.
pub trait Table: Send + 'static {
    /// How it is written.
    fn format(&self) -> TableFormat;

    /// The next part of the file; nothing at its end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;
}

/// Writes the parts of one table: one head before all rows, or one list around all objects.
#[derive(Debug)]
pub struct TableWriter {
    format: TableFormat,
    begun: bool,
    done: bool,
}

impl TableWriter {
    /// Nothing is written yet.
    pub fn new(format: TableFormat) -> Self {
        Self {
            format,
            begun: false,
            done: false,
        }
    }

    /// How it is written.
    pub fn format(&self) -> TableFormat {
        self.format
    }

    /// Whether the last part was written.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// A part as cells. What a spreadsheet would take for a formula is made harmless.
    pub fn cells(
        &mut self,
        head: Vec<String>,
        rows: impl IntoIterator<Item = Vec<String>>,
        last: bool,
    ) -> Vec<u8> {
        let mut text = Vec::new();
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut text);
        let head = (!self.begun).then_some(head);
        for cells in head.into_iter().chain(rows) {
            let cells = cells.iter().map(|cell| harmless(cell));
            writer
                .write_record(cells)
                .expect("memory takes every write");
        }
        writer.flush().expect("memory takes every write");
        drop(writer);
        (self.begun, self.done) = (true, last);
        text
    }

    /// A part as objects, each as its JSON text.
    pub fn objects(&mut self, objects: impl IntoIterator<Item = String>, last: bool) -> Vec<u8> {
        let mut text = Vec::new();
        if !self.begun {
            text.extend_from_slice(b"[\n");
        }
        let mut first = !self.begun;
        for object in objects {
            if !first {
                text.extend_from_slice(b",\n");
            }
            first = false;
            text.extend_from_slice(object.as_bytes());
        }
        if last {
            text.extend_from_slice(b"\n]\n");
        }
        (self.begun, self.done) = (true, last);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn cells_have_one_head_and_no_formula() {
        let mut writer = TableWriter::new(TableFormat::Csv);
        let first = writer.cells(row(&["a", "b"]), [row(&["1", "=2"])], false);
        assert_eq!(String::from_utf8(first).unwrap(), "a,b\r\n1,'=2\r\n");
        assert!(!writer.is_done());
        let last = writer.cells(row(&["a", "b"]), [row(&["3", "4"])], true);
        assert_eq!(String::from_utf8(last).unwrap(), "3,4\r\n");
        assert!(writer.is_done());
    }

    #[test]
    fn objects_are_one_list_even_of_none() {
        let mut writer = TableWriter::new(TableFormat::Json);
        let mut text = writer.objects(["1".to_owned(), "2".to_owned()], false);
        text.extend(writer.objects(["3".to_owned()], true));
        assert_eq!(String::from_utf8(text).unwrap(), "[\n1,\n2,\n3\n]\n");
        let none = TableWriter::new(TableFormat::Json).objects([], true);
        assert_eq!(String::from_utf8(none).unwrap(), "[\n\n]\n");
    }
}
