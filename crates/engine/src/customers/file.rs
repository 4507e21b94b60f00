//! Files of customers that somebody brings: read and compared first, which writes nothing but the comparison; then applied, row by
//! row, as a person would have typed it.

mod compare;
mod decode;
mod json;
mod parse;

use domain::FileId;
use store::audit::{self, Actor};
use store::customers::{self, FileLine, FileOutcome, FileRow, FileState};
use store::{StoreError, Tx};

use super::error::EditError;
use crate::Engine;

/// Largest file.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// Rows that are applied before the next are read.
const PART: u32 = 200;

/// Why a file was not read or applied.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is too large.
    #[error("the file is larger than 20 MB; bring it in parts")]
    TooLarge,
    /// It has too many rows.
    #[error("the file has more than 20 000 rows; bring it in parts")]
    TooManyRows,
    /// It has no rows.
    #[error("the file has no rows of customers")]
    Empty,
    /// It is a spreadsheet's own format.
    #[error("this is a file of a spreadsheet program; save it as CSV there, and bring that one")]
    Spreadsheet,
    /// It is no text.
    #[error("this is no text; bring CSV or JSON")]
    NotText,
    /// None of its columns tells who a customer is.
    #[error(
        "no column tells who the customers are: the first row needs organisation, email, number or external:NAME; found were {0}"
    )]
    NoColumns(String),
    /// It is no table.
    #[error("the table cannot be read")]
    Csv(#[source] csv::Error),
    /// It is no JSON.
    #[error("this is no JSON that can be read: look at line {line}, column {column}")]
    Json {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// There is no such file.
    #[error("there is no such file")]
    NoFile,
    /// It was applied or let go.
    #[error("this file was applied or let go already")]
    Settled,
    /// The store failed.
    #[error("the file could not be stored")]
    Store(#[from] StoreError),
}

/// What came of a file that was applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Customers made.
    pub new: u64,
    /// Customers changed.
    pub changed: u64,
    /// Rows that failed; each says why.
    pub failed: u64,
}

/// Rows of a file that somebody chooses, or leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChosenLines {
    /// These, by their lines.
    Lines(Vec<u64>),
    /// All of one outcome.
    Outcome(FileOutcome),
}

impl Engine {
    /// Reads a file and compares it with our customers. Nothing else is written: what it says of each row waits for
    /// [`Engine::apply_file`].
    pub async fn read_file(
        &self,
        name: &str,
        bytes: &[u8],
        actor: &Actor,
    ) -> Result<FileId, FileError> {
        if bytes.len() > LARGEST_FILE {
            return Err(FileError::TooLarge);
        }
        let text = decode::decode(bytes)?;
        let parsed = parse::parse(name, &text)?;
        let row = FileRow {
            id: FileId::new(self.ids()),
            name: name_of(name),
            format: parsed.format.to_owned(),
            columns: parsed
                .columns
                .into_iter()
                .map(|(header, read)| (header, read.map(|column| column.header())))
                .collect(),
            state: FileState::Read,
            brought_at: self.clock().now(),
            brought_by: actor.name.clone(),
            applied_at: None,
        };
        let lines = compare::compare(self, parsed.rows).await?;
        let tx = self.store().begin().await?;
        customers::insert_file(&tx, &row, &lines).await?;
        tx.commit().await?;
        Ok(row.id)
    }

    /// Chooses rows of a file that waits, or leaves them out. A row that cannot be read stays out.
    pub async fn choose_lines(
        &self,
        file: FileId,
        which: &ChosenLines,
        on: bool,
    ) -> Result<(), FileError> {
        let tx = self.store().begin().await?;
        waiting(&tx, file).await?;
        match which {
            ChosenLines::Lines(lines) => {
                customers::set_line_chosen(&tx, file, Some(lines), None, on).await?
            }
            ChosenLines::Outcome(outcome) => {
                customers::set_line_chosen(&tx, file, None, Some(*outcome), on).await?
            }
        }
        Ok(tx.commit().await?)
    }

    /// Applies the chosen rows of a file, each as the edit of a person and in a transaction of its own, in which the row is marked too:
    /// killed in the middle and asked again, it goes on where it was. A row that fails says why and stops nothing.
    pub async fn apply_file(&self, file: FileId, actor: &Actor) -> Result<Applied, FileError> {
        let row = customers::find_file(self.store().read(), file)
            .await?
            .ok_or(FileError::NoFile)?;
        if row.state != FileState::Read {
            return Err(FileError::Settled);
        }
        let (mut applied, mut after) = (Applied::default(), None);
        loop {
            let (lines, _) =
                customers::list_lines(self.store().read(), file, None, after, PART).await?;
            let Some(last) = lines.last() else { break };
            after = Some(last.line);
            for line in lines {
                self.apply_line(file, line, actor, &mut applied).await?;
            }
        }
        let tx = self.store().begin().await?;
        waiting(&tx, file).await?;
        let now = self.clock().now();
        customers::settle_file(&tx, file, FileState::Applied, now).await?;
        let detail = format!(
            "{} new, {} changed, {} failed",
            applied.new, applied.changed, applied.failed
        );
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customers.file_apply",
            &row.name,
            &detail,
        )
        .await?;
        tx.commit().await?;
        Ok(applied)
    }

    async fn apply_line(
        &self,
        file: FileId,
        line: FileLine,
        actor: &Actor,
        applied: &mut Applied,
    ) -> Result<(), FileError> {
        let Some(content) = line
            .content
            .filter(|_| line.chosen && line.outcome != FileOutcome::NotReadable)
        else {
            return Ok(());
        };
        // What was applied before a stop counts too.
        if line.applied_at.is_some() {
            match (&line.result, line.customer) {
                (Some(_), _) => applied.failed += 1,
                (None, Some(_)) => applied.changed += 1,
                (None, None) => applied.new += 1,
            }
            return Ok(());
        }
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        // Marked first: who applies the same file at the same time waits here, and then finds it done.
        if !customers::mark_line(&tx, file, line.line, None, now).await? {
            return Ok(());
        }
        let done = match line.customer {
            Some(id) => {
                let version = line.version.unwrap_or_default();
                let edited = self
                    .edit_customer_in(&tx, id, version, content, actor)
                    .await;
                edited.map(|_| &mut applied.changed)
            }
            None => {
                let made = self.create_customer_in(&tx, content, None, actor).await;
                made.map(|_| &mut applied.new)
            }
        };
        let message = match done {
            Ok(count) => {
                tx.commit().await?;
                *count += 1;
                return Ok(());
            }
            Err(EditError::Store(error)) => return Err(error.into()),
            Err(EditError::Moved { .. }) => {
                "This customer was changed here since the file was read. Bring the file again to compare anew.".to_owned()
            }
            Err(error) => error.to_string(),
        };
        drop(tx);
        let tx = self.store().begin().await?;
        if customers::mark_line(&tx, file, line.line, Some(&message), now).await? {
            applied.failed += 1;
        }
        Ok(tx.commit().await?)
    }

    /// Lets a file go. What was applied of it stays.
    pub async fn discard_file(&self, file: FileId, actor: &Actor) -> Result<(), FileError> {
        let tx = self.store().begin().await?;
        let row = waiting(&tx, file).await?;
        let now = self.clock().now();
        customers::settle_file(&tx, file, FileState::Discarded, now).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customers.file_discard",
            &row.name,
            "",
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

async fn waiting(tx: &Tx, file: FileId) -> Result<FileRow, FileError> {
    let row = customers::find_file(tx, file)
        .await?
        .ok_or(FileError::NoFile)?;
    if row.state == FileState::Read {
        Ok(row)
    } else {
        Err(FileError::Settled)
    }
}

/// The name alone, without the folders of whoever brought it.
fn name_of(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let shown: String = name
        .chars()
        .filter(|sign| !sign.is_control())
        .take(200)
        .collect();
    if shown.is_empty() {
        "customers".to_owned()
    } else {
        shown
    }
}
