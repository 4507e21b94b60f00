//! Orders as a file: everything that a filter finds, part by part, so that none must fit into memory at once.

use std::collections::BTreeMap;

use domain::ConnectionId;
use rust_decimal::Decimal;
use store::orders::{self, OrderFilter, OrderHit};
use store::{StoreError, connections};

use super::happen::number_text;
use super::json::order_json;
use crate::Engine;
use crate::table::{Table, TableFormat, TableWriter};

/// Orders that are read at a time.
const PART: u32 = 200;

/// Orders that are being written.
#[derive(Debug)]
pub struct OrderTable {
    engine: Engine,
    filter: OrderFilter,
    writer: TableWriter,
    with_cost: bool,
    connections: BTreeMap<ConnectionId, String>,
}

/// Columns that everybody sees.
const COLUMNS: [&str; 17] = [
    "number",
    "state",
    "state_since",
    "action",
    "customer",
    "vendor",
    "title",
    "lines",
    "placed",
    "connection",
    "reference",
    "ion_id",
    "created_at",
    "submitted_at",
    "scheduled_for",
    "price_moved",
    "id",
];
/// Columns of those who see what the reseller pays.
const COST: [&str; 3] = ["currency", "monthly_cost", "commitment"];

impl Engine {
    /// What a filter finds, as a file. Its place and limit do not count. `with_cost`: with what the reseller pays.
    pub async fn order_table(
        &self,
        filter: OrderFilter,
        format: TableFormat,
        with_cost: bool,
    ) -> Result<OrderTable, StoreError> {
        let all = connections::list_all(self.store().read()).await?;
        Ok(OrderTable {
            engine: self.clone(),
            filter: OrderFilter {
                after: None,
                limit: PART,
                ..filter
            },
            writer: TableWriter::new(format),
            with_cost,
            connections: all.into_iter().map(|row| (row.id, row.name)).collect(),
        })
    }
}

impl Table for OrderTable {
    fn format(&self) -> TableFormat {
        self.writer.format()
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.writer.is_done() {
            return Ok(None);
        }
        let page = orders::search(self.engine.store().read(), &self.filter).await?;
        let (hits, last) = (&page.orders, page.next.is_none());
        let text = match self.format() {
            TableFormat::Csv => {
                let rows: Vec<_> = hits.iter().map(|hit| self.cells(hit)).collect();
                self.writer.cells(self.head(), rows, last)
            }
            TableFormat::Json => {
                let objects = self.objects(hits).await?;
                self.writer.objects(objects, last)
            }
        };
        self.filter.after = page.next;
        Ok(Some(text))
    }
}

impl OrderTable {
    fn head(&self) -> Vec<String> {
        let cost: &[&str] = if self.with_cost { &COST } else { &[] };
        COLUMNS
            .iter()
            .chain(cost)
            .map(|name| (*name).to_owned())
            .collect()
    }

    fn cells(&self, hit: &OrderHit) -> Vec<String> {
        let time = |at: Option<jiff::Timestamp>| at.map_or_else(String::new, |at| at.to_string());
        let mut cells = vec![
            number_text(hit.number),
            hit.state.to_string(),
            hit.state_since.to_string(),
            hit.action.to_string(),
            hit.customer_name.clone(),
            hit.vendor.clone(),
            hit.title.clone(),
            hit.lines.to_string(),
            hit.origin.to_string(),
            self.connections
                .get(&hit.connection)
                .cloned()
                .unwrap_or_default(),
            hit.reference.clone(),
            hit.ion_id.clone().unwrap_or_default(),
            hit.created_at.to_string(),
            time(hit.submitted_at),
            time(hit.scheduled_for),
            hit.price_moved.to_string(),
            hit.id.to_string(),
        ];
        if self.with_cost {
            let amount = |units: Option<i64>| {
                units.map_or_else(String::new, |units| {
                    Decimal::new(units, 6).normalize().to_string()
                })
            };
            cells.extend([
                hit.currency
                    .map_or_else(String::new, |currency| currency.to_string()),
                amount(hit.monthly_units),
                amount(hit.bound_units),
            ]);
        }
        cells
    }

    async fn objects(&self, hits: &[OrderHit]) -> Result<Vec<String>, StoreError> {
        let mut objects = Vec::with_capacity(hits.len());
        for hit in hits {
            let row = orders::find(self.engine.store().read(), hit.id).await?;
            objects.extend(row.map(|row| order_json(&row, self.with_cost).to_string()));
        }
        Ok(objects)
    }
}
