//! A list as a file, to the standard output.

use std::io::Write as _;

use engine::table::{Table, TableFormat};

use super::on::On;
use crate::output::Exit;

/// How a list is written: cells, or with `--json` objects.
pub(super) fn table_format(at: &On<'_>) -> TableFormat {
    if at.out.json {
        TableFormat::Json
    } else {
        TableFormat::Csv
    }
}

/// Writes all parts.
pub(super) async fn write_table(mut table: impl Table) -> anyhow::Result<Exit> {
    let mut to = std::io::stdout();
    while let Some(part) = table.next().await? {
        to.write_all(&part)?;
    }
    to.flush()?;
    Ok(Exit::Done)
}
