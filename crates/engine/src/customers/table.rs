//! Our customers as a file: everything that a filter finds, part by part, so that none must fit into memory at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::ConnectionId;
use domain::customer::CustomerField as Field;
use rules::cell::harmless;
use rules::customers::table::{Column, columns, number_text, text_of};
use serde_json::{Map, Value, json};
use store::customers::{self, CustomerFilter, CustomerHit};
use store::{StoreError, connections};

use crate::Engine;

/// Customers that are read at a time.
const PART: u32 = 500;

/// How customers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Cells, for spreadsheets.
    Csv,
    /// A list of objects.
    Json,
}

/// Customers that are being written.
#[derive(Debug)]
pub struct CustomerTable {
    engine: Engine,
    filter: CustomerFilter,
    format: TableFormat,
    columns: Vec<Column>,
    connections: BTreeMap<ConnectionId, String>,
    begun: bool,
    done: bool,
}

/// What stands behind the columns that are read again: how a customer stands to Ion. An import does not read them.
const BEHIND: [&str; 3] = ["sync_state", "ion_ids", "id"];

impl Engine {
    /// What a filter finds, as a file. Its place and limit do not count.
    pub async fn customer_table(
        &self,
        filter: CustomerFilter,
        format: TableFormat,
    ) -> Result<CustomerTable, StoreError> {
        let mut filter = CustomerFilter {
            after: None,
            limit: PART,
            ..filter
        };
        let mut systems = BTreeSet::new();
        if format == TableFormat::Csv {
            // Which other systems there are must be known before the first row.
            loop {
                let page = customers::search(self.store().read(), &filter).await?;
                for hit in &page.customers {
                    systems.extend(hit.row.customer.external_ids.keys().cloned());
                }
                if page.next.is_none() {
                    break;
                }
                filter.after = page.next;
            }
            filter.after = None;
        }
        let all = connections::list_all(self.store().read()).await?;
        Ok(CustomerTable {
            engine: self.clone(),
            filter,
            format,
            columns: columns(&systems),
            connections: all.into_iter().map(|row| (row.id, row.name)).collect(),
            begun: false,
            done: false,
        })
    }
}

impl CustomerTable {
    /// The next part of the file; nothing at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let page = customers::search(self.engine.store().read(), &self.filter).await?;
        let mut text = Vec::new();
        match self.format {
            TableFormat::Csv => self.write_cells(&mut text, &page.customers),
            TableFormat::Json => self.write_objects(&mut text, &page.customers),
        }
        self.begun = true;
        self.done = page.next.is_none();
        self.filter.after = page.next;
        if self.done && self.format == TableFormat::Json {
            text.extend_from_slice(b"\n]\n");
        }
        Ok(Some(text))
    }

    fn write_cells(&self, text: &mut Vec<u8>, hits: &[CustomerHit]) {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(text);
        let mut write = |cells: Vec<String>| {
            let cells = cells.iter().map(|cell| harmless(cell));
            writer
                .write_record(cells)
                .expect("memory takes every write");
        };
        if !self.begun {
            let behind = BEHIND.iter().map(|name| (*name).to_owned());
            write(
                self.columns
                    .iter()
                    .map(Column::header)
                    .chain(behind)
                    .collect(),
            );
        }
        for hit in hits {
            let customer = &hit.row.customer;
            let mut cells: Vec<String> = self
                .columns
                .iter()
                .map(|column| match column {
                    Column::Number => number_text(hit.row.number),
                    other => text_of(other, customer),
                })
                .collect();
            let links = hit.links.iter().map(|(connection, ion_id)| {
                let name = self.connections.get(connection).map_or("", String::as_str);
                format!("{name}: {ion_id}")
            });
            cells.extend([
                hit.row.link_state.to_string(),
                links.collect::<Vec<_>>().join("; "),
                hit.row.id.to_string(),
            ]);
            write(cells);
        }
    }

    fn write_objects(&self, text: &mut Vec<u8>, hits: &[CustomerHit]) {
        let mut first = !self.begun;
        if first {
            text.extend_from_slice(b"[\n");
        }
        for hit in hits {
            if !first {
                text.extend_from_slice(b",\n");
            }
            first = false;
            text.extend_from_slice(customer_json(hit).to_string().as_bytes());
        }
    }
}

/// A customer as JSON: what an import reads again by the same names, and how it stands to Ion.
pub fn customer_json(hit: &CustomerHit) -> Value {
    let (row, customer) = (&hit.row, &hit.row.customer);
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
    put("id", json!(row.id));
    put("number", json!(number_text(row.number)));
    for field in Field::ALL {
        put(field.as_str(), json!(customer.fields.get(*field)));
    }
    put("registration_number", json!(customer.registration_number));
    put("vat_number", json!(customer.vat_number));
    put("domains", json!(customer.domains));
    put("contacts", json!(customer.contacts));
    put("notes", json!(customer.notes));
    put("tags", json!(customer.tags));
    put("external_ids", json!(customer.external_ids));
    put("archived", json!(customer.archived));
    put("sync_state", json!(row.link_state));
    let links = hit
        .links
        .iter()
        .map(|(connection, ion_id)| json!({"connection_id": connection, "ion_id": ion_id}));
    put("links", links.collect());
    put("version", json!(row.version));
    put("edited_at", json!(row.edited_at.to_string()));
    put("created_at", json!(row.created_at.to_string()));
    put("created_by", json!(row.created_by));
    Value::Object(all)
}
