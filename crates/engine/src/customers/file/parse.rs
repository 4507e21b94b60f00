//! The rows of a file: CSV by whatever sign, or JSON as a list or line by line.

use rules::customers::table::{Column, Row, columns_of};

use super::FileError;
use super::json;

/// Most rows of a file.
pub(super) const MOST_ROWS: usize = 20_000;

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Parsed {
    /// `csv` or `json`.
    pub(super) format: &'static str,
    /// Columns, and what each is read as.
    pub(super) columns: Vec<(String, Option<Column>)>,
    pub(super) rows: Vec<Read>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Read {
    /// Line of the file, or place in the list; counted from 1.
    pub(super) line: u64,
    /// What it says; what is wrong, in words for people, where it cannot be read.
    pub(super) row: Result<Row, String>,
}

/// Reads a file.
pub(super) fn parse(name: &str, text: &str) -> Result<Parsed, FileError> {
    let is_json = text.trim_start().starts_with(['[', '{'])
        || [".json", ".jsonl", ".ndjson"]
            .iter()
            .any(|ending| name.to_ascii_lowercase().ends_with(ending));
    let parsed = if is_json {
        json::parse(text)?
    } else {
        table(text)?
    };
    if parsed.rows.is_empty() {
        return Err(FileError::Empty);
    }
    let known = |column: &Column| {
        parsed
            .columns
            .iter()
            .any(|(_, read)| read.as_ref() == Some(column))
    };
    let names = [
        Column::Number,
        Column::Field(domain::customer::CustomerField::Organisation),
        Column::Field(domain::customer::CustomerField::Email),
    ];
    let by_id = parsed
        .columns
        .iter()
        .any(|(_, read)| matches!(read, Some(Column::External(_))));
    if !by_id && !names.iter().any(known) {
        let found: Vec<&str> = parsed
            .columns
            .iter()
            .take(8)
            .map(|(header, _)| header.as_str())
            .collect();
        return Err(FileError::NoColumns(found.join(", ")));
    }
    Ok(parsed)
}

fn table(text: &str) -> Result<Parsed, FileError> {
    // Spreadsheets may say in a first line which sign parts the cells.
    let (said, text, skipped) = match text.split_once('\n') {
        Some((first, rest)) if first.trim_end().len() == 5 && first.starts_with("sep=") => {
            (first.as_bytes().get(4).copied(), rest, 1)
        }
        _ => (None, text, 0),
    };
    let delimiter = said.unwrap_or_else(|| delimiter(text));
    let mut reader = reader(text, delimiter);
    let (mut record, mut headers, mut rows) = (csv::StringRecord::new(), None, Vec::new());
    let mut columns = Vec::new();
    while reader.read_record(&mut record).map_err(FileError::Csv)? {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(0, |place| begins(text, place)) + skipped;
        let Some(headers) = &headers else {
            let found: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
            columns = columns_of(&found);
            headers = Some(found);
            continue;
        };
        if rows.len() == MOST_ROWS {
            return Err(FileError::TooManyRows);
        }
        rows.push(Read {
            line,
            row: row(&columns, headers, &record),
        });
    }
    Ok(Parsed {
        format: "csv",
        columns: headers
            .unwrap_or_default()
            .into_iter()
            .zip(columns)
            .collect(),
        rows,
    })
}

/// The line on which a record begins: its place is told before the empty lines in front of it.
fn begins(text: &str, place: &csv::Position) -> u64 {
    let start = usize::try_from(place.byte()).unwrap_or(usize::MAX);
    let empty = text
        .bytes()
        .skip(start)
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|byte| *byte == b'\n');
    place.line() + u64::try_from(empty.count()).unwrap_or(0)
}

fn row(
    columns: &[Option<Column>],
    headers: &[String],
    record: &csv::StringRecord,
) -> Result<Row, String> {
    let beyond = record
        .iter()
        .skip(headers.len())
        .any(|cell| !cell.trim().is_empty());
    if beyond {
        return Err(format!(
            "It has {} cells, and the first row has {}: a cell with a separator in it needs quotes around it.",
            record.len(),
            headers.len()
        ));
    }
    Ok(Row::of_cells(columns, record.iter()))
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// The sign that parts the cells: the one by which most columns are known.
fn delimiter(text: &str) -> u8 {
    let known = |delimiter: u8| {
        let first = reader(text, delimiter)
            .into_records()
            .filter_map(Result::ok)
            .find(|record| record.iter().any(|cell| !cell.trim().is_empty()));
        let headers: Vec<String> = first
            .iter()
            .flat_map(|record| record.iter().map(str::to_owned))
            .collect();
        let read = columns_of(&headers)
            .iter()
            .filter(|column| column.is_some())
            .count();
        (read, headers.len())
    };
    // Of equals, `max_by_key` takes the last.
    *[b'\t', b';', b',']
        .iter()
        .max_by_key(|delimiter| known(**delimiter))
        .unwrap_or(&b',')
}

#[cfg(test)]
mod tests {
    use domain::customer::{Customer, CustomerField as Field};

    use super::*;

    fn of(name: &str, text: &str) -> Vec<(u64, Result<Customer, String>)> {
        let parsed = parse(name, text).unwrap();
        parsed
            .rows
            .into_iter()
            .map(|read| {
                let customer = read.row.map(|row| {
                    let (customer, problems) = row.applied_to(&Customer::default());
                    assert_eq!(problems, []);
                    customer
                });
                (read.line, customer)
            })
            .collect()
    }

    #[test]
    fn cells_are_parted_by_comma_semicolon_or_tab() {
        for text in [
            "Company,City\nKettle,Berlin\n",
            "Company;City\r\n\r\nKettle;Berlin",
            "Company\tCity\nKettle\tBerlin\n",
            "sep=;\nCompany;City\nKettle;Berlin\n",
            "\n\"Company\";\"City\"\n\"Kettle\";\"Berlin\"\n",
            "Company;City;\"A, B, C, D\"\nKettle;Berlin;x\n",
        ] {
            let rows = of("a.csv", text);
            assert_eq!(rows.len(), 1, "{text}");
            let customer = rows[0].1.as_ref().unwrap();
            assert_eq!(customer.fields.get(Field::Organisation), "Kettle", "{text}");
            assert_eq!(customer.fields.get(Field::City), "Berlin", "{text}");
        }
    }

    #[test]
    fn rows_know_their_line_and_a_broken_one_stops_nothing() {
        let rows = of(
            "a.csv",
            "Company,Notes\nKettle,\"two\nlines\"\n\nTea,a,b,c\nCup\n",
        );
        let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5, 6]);
        assert_eq!(rows[0].1.as_ref().unwrap().notes, "two\nlines");
        assert!(rows[1].1.as_ref().unwrap_err().contains("4 cells"));
        assert!(rows[2].1.is_ok());
    }

    #[test]
    fn a_file_that_says_nothing_of_customers_is_refused_with_what_was_found() {
        assert!(matches!(parse("a.csv", ""), Err(FileError::Empty)));
        assert!(matches!(parse("a.csv", "Company\n"), Err(FileError::Empty)));
        let Err(FileError::NoColumns(found)) = parse("a.csv", "Foo,Bar\n1,2\n") else {
            panic!("it was read")
        };
        assert_eq!(found, "Foo, Bar");
        let many = format!("Company\n{}", "x\n".repeat(MOST_ROWS + 1));
        assert!(matches!(parse("a.csv", &many), Err(FileError::TooManyRows)));
    }

    #[test]
    fn json_is_read_as_a_list_in_an_object_or_line_by_line() {
        let one = r#"{"organisation": "Kettle", "customerAddress": {"city": "Berlin"}, "tags": ["a;b", "c"], "external_ids": {"crm": 42}, "contacts": [{"name": "Ann", "email": "ann@kettle.example"}, "bob@kettle.example"], "phone": null, "id": "x"}"#;
        for text in [
            format!("[{one}]"),
            format!(" {{\"customers\": [{one}]}}"),
            format!("{one}\n\n{one}\n"),
        ] {
            let rows = of("a.json", &text);
            let customer = rows[0].1.as_ref().unwrap();
            assert_eq!(customer.fields.get(Field::City), "Berlin", "{text}");
            assert_eq!(customer.tags, ["a;b", "c"]);
            assert_eq!(customer.external_ids["crm"], "42");
            assert_eq!(customer.contacts[1].email, "bob@kettle.example");
        }
        let rows = of("a.json", &format!("{one}\n{{broken\n[1]\n{one}\n"));
        let good: Vec<bool> = rows.iter().map(|(_, row)| row.is_ok()).collect();
        assert_eq!(good, [true, false, false, true]);
        let odd = of(
            "a.json",
            "[{\"organisation\": [\"x\"]}, {\"organisation\": \"a\\u0000\"}, 5]",
        );
        assert!(odd.iter().all(|(_, row)| row.is_err()), "{odd:?}");
        assert!(matches!(
            parse("a.json", "[{]"),
            Err(FileError::Json { .. })
        ));
    }
}
