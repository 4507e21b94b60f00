//! A plan as a file, every entry of it.

use axum::extract::{Path, State};
use axum::response::Response;
use engine::table::{Table, TableFormat, TableWriter};
use store::StoreError;
use store::customers::{self, EntryFilter, PlanEntryRow, PlanRow};
use uuid::Uuid;

use super::plan_rows::{Sides, action_of};
use super::plans::find;
use crate::app::App;
use crate::fault::Fault;
use crate::table::answer;

/// Entries that are read at a time.
const PART: u32 = 500;

const HEAD: [&str; 10] = [
    "place",
    "action",
    "chosen",
    "customer",
    "ion_customer",
    "ion_id",
    "rule",
    "why",
    "fields",
    "outcome",
];

/// As CSV, for spreadsheets.
pub(crate) async fn csv(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    let table = PlanTable {
        plan: find(&app, id.into()).await?,
        app: app.clone(),
        after: None,
        writer: TableWriter::new(TableFormat::Csv),
    };
    answer(&app, "sync-plan", table).await
}

/// A plan that is being written.
struct PlanTable {
    app: App,
    plan: PlanRow,
    after: Option<u64>,
    writer: TableWriter,
}

impl Table for PlanTable {
    fn format(&self) -> TableFormat {
        self.writer.format()
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.writer.is_done() {
            return Ok(None);
        }
        let store = self.app.store();
        let all = EntryFilter::default();
        let (entries, _) =
            customers::list_entries(store.read(), self.plan.id, &all, self.after, PART).await?;
        let sides = Sides::load(store, self.plan.connection, entries.iter()).await?;
        let rows: Vec<_> = entries.iter().map(|entry| cells(&sides, entry)).collect();
        let last = entries.len() < PART as usize;
        self.after = entries.last().map(|entry| entry.seq).or(self.after);
        let head = HEAD.map(str::to_owned).to_vec();
        Ok(Some(self.writer.cells(head, rows, last)))
    }
}

fn cells(sides: &Sides, entry: &PlanEntryRow) -> Vec<String> {
    let shown = sides.row(entry);
    let fields = shown
        .fields
        .iter()
        .map(|field| {
            format!(
                "{} {}: {} -> {}",
                field.label, field.way.2, field.before, field.after
            )
        })
        .collect::<Vec<_>>()
        .join("; ");
    vec![
        entry.seq.to_string(),
        action_of(&entry.entry.action).to_owned(),
        if entry.chosen { "yes" } else { "no" }.to_owned(),
        shown.name,
        shown.remote,
        shown.ion_id,
        shown.rule.id.to_owned(),
        shown.why,
        fields,
        entry.outcome.clone().unwrap_or_default(),
    ]
}
