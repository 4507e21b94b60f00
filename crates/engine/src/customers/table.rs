//! Our customers as a file: everything that a filter finds, part by part, so that none must fit into memory at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::ConnectionId;
use domain::customer::CustomerField as Field;
use rules::customers::table::{Column, columns, number_text, text_of};
use serde_json::{Map, Value, json};
use store::customers::{self, CustomerFilter, CustomerHit};
use store::{StoreError, connections};

use crate::Engine;
use crate::table::{Table, TableFormat, TableWriter};

/// Customers that are read at a time.
const PART: u32 = 500;

/// Customers that are being written.
#[derive(Debug)]
pub struct CustomerTable {
    engine: Engine,
    filter: CustomerFilter,
    writer: TableWriter,
    columns: Vec<Column>,
    connections: BTreeMap<ConnectionId, String>,
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
            writer: TableWriter::new(format),
            columns: columns(&systems),
            connections: all.into_iter().map(|row| (row.id, row.name)).collect(),
        })
    }
}

impl Table for CustomerTable {
    fn format(&self) -> TableFormat {
        self.writer.format()
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.writer.is_done() {
            return Ok(None);
        }
        let page = customers::search(self.engine.store().read(), &self.filter).await?;
        let (hits, last) = (&page.customers, page.next.is_none());
        let text = match self.format() {
            TableFormat::Csv => {
                let rows: Vec<_> = hits.iter().map(|hit| self.cells(hit)).collect();
                self.writer.cells(self.head(), rows, last)
            }
            TableFormat::Json => {
                let objects = hits.iter().map(|hit| customer_json(hit).to_string());
                self.writer.objects(objects, last)
            }
        };
        self.filter.after = page.next;
        Ok(Some(text))
    }
}

impl CustomerTable {
    fn head(&self) -> Vec<String> {
        let behind = BEHIND.iter().map(|name| (*name).to_owned());
        self.columns
            .iter()
            .map(Column::header)
            .chain(behind)
            .collect()
    }

    fn cells(&self, hit: &CustomerHit) -> Vec<String> {
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
        cells
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
