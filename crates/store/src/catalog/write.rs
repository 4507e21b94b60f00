//! What an import writes to the catalog, in bulk.

use domain::catalog::{PriceSource, Product, Variant};
use domain::{Amount, ConnectionId, Currency, ProductId, RunId, Scale, VariantId};
use jiff::Timestamp;
use rules::catalog::{Change, listing, main_price};
use sea_orm::{ConnectionTrait, DbBackend, Value};

use super::document::document;
use crate::connections::signed;
use crate::sql::{count, exec, json_text, micros, placeholders, values};
use crate::{StoreError, Tx};

/// Rows of one statement, the largest first. Few shapes, so that each is prepared once; far below the bind limits.
const CHUNKS: [usize; 4] = [256, 32, 4, 1];

/// Longest text of a change report's cell, in characters.
const CELL: usize = 500;

/// A product to write, with everything that hangs on it.
#[derive(Debug, Clone)]
pub struct ProductWrite {
    /// Our id.
    pub id: ProductId,
    /// Number of its search document; 0 for a new product, which is given one.
    pub doc_id: i64,
    /// What it is now.
    pub product: Product,
    /// What it was; none for a new product.
    pub before: Option<Product>,
    /// Hash of what it was read from.
    pub raw_hash: Vec<u8>,
    /// What it was read from, compressed, without payload secrets.
    pub raw: Vec<u8>,
    /// Its size before compression.
    pub raw_size: usize,
    /// When an import first saw it.
    pub first_seen_at: Timestamp,
    /// When an import last found it different.
    pub changed_at: Timestamp,
    /// Its variants, in their order.
    pub variants: Vec<VariantWrite>,
    /// Variants that are gone.
    pub gone: Vec<VariantId>,
    /// Prices that began to hold.
    pub ledger: Vec<LedgerEntry>,
    /// What changed, for the report.
    pub changes: Vec<(Change, Option<VariantId>)>,
}

impl ProductWrite {
    /// Rows that it writes, about.
    pub fn rows(&self) -> usize {
        let variants = self.variants.iter().filter(|variant| variant.dirty).count();
        3 + variants + self.gone.len() + self.ledger.len() + self.changes.len()
    }
}

/// A variant to write.
#[derive(Debug, Clone)]
pub struct VariantWrite {
    /// Our id.
    pub id: VariantId,
    /// Place in its product.
    pub position: u64,
    /// What it is.
    pub variant: Variant,
    /// Since when its price holds.
    pub since: Timestamp,
    /// Units of the price before.
    pub previous_units: Option<i64>,
    /// The row differs from the stored one.
    pub dirty: bool,
}

/// A price that began to hold.
#[derive(Debug, Clone)]
pub struct LedgerEntry {
    /// The variant.
    pub variant: VariantId,
    /// Currency.
    pub currency: Currency,
    /// Meter of a usage rate, else empty.
    pub meter: String,
    /// Cost.
    pub cost: Amount,
    /// List price.
    pub list: Option<Amount>,
    /// Where it was read from.
    pub source: PriceSource,
}

/// Writes products with everything that hangs on them.
pub async fn write_products(
    tx: &Tx,
    connection: ConnectionId,
    run: RunId,
    now: Timestamp,
    products: &[ProductWrite],
) -> Result<(), StoreError> {
    let documents = number_documents(tx, products).await?;
    let rows = products
        .iter()
        .zip(&documents)
        .map(|(product, doc_id)| product_values(connection, product, *doc_id));
    bulk(tx, PRODUCT, PRODUCT_UPDATE, Box::new(rows)).await?;
    let rows = products.iter().map(raw_values);
    bulk(tx, RAW, RAW_UPDATE, Box::new(rows)).await?;
    let rows = products.iter().flat_map(|product| {
        let dirty = product.variants.iter().filter(|variant| variant.dirty);
        dirty.map(|variant| variant_values(product.id, variant))
    });
    bulk(tx, VARIANT, VARIANT_UPDATE, Box::new(rows)).await?;
    for gone in products.iter().flat_map(|product| &product.gone) {
        let sql = "UPDATE variant SET gone_at = $2 WHERE id = $1";
        exec(tx, sql, values![gone.0, micros(now)]).await?;
    }
    let rows = products.iter().flat_map(|product| {
        let entries = product.ledger.iter();
        entries.map(|entry| ledger_values(product.id, run, now, entry))
    });
    bulk(tx, LEDGER, "", Box::new(rows)).await?;
    write_documents(tx, products, &documents).await?;
    write_changes(tx, run, products).await
}

/// The number of each product's search document; new ones are taken here.
async fn number_documents(tx: &Tx, products: &[ProductWrite]) -> Result<Vec<i64>, StoreError> {
    let fresh = products.iter().any(|product| product.before.is_none());
    let mut next = 0;
    if fresh {
        if tx.get_database_backend() == DbBackend::Postgres {
            // Imports of two connections must not take the same number.
            exec(tx, "SELECT pg_advisory_xact_lock(4713)", vec![]).await?;
        }
        let sql = "SELECT COALESCE(MAX(doc_id), 0) FROM product";
        next = count(tx, sql, vec![]).await?;
    }
    let number = |product: &ProductWrite| {
        if product.before.is_some() {
            return product.doc_id;
        }
        next += 1;
        next
    };
    Ok(products.iter().map(number).collect())
}

async fn write_documents(
    tx: &Tx,
    products: &[ProductWrite],
    numbers: &[i64],
) -> Result<(), StoreError> {
    let sqlite = tx.get_database_backend() == DbBackend::Sqlite;
    let column = if sqlite { "rowid" } else { "doc_id" };
    let mut fresh = Vec::new();
    for (product, number) in products.iter().zip(numbers) {
        let doc = document(&product.product);
        match &product.before {
            None => fresh.push(values![*number, doc]),
            Some(before) if document(before) != doc => {
                let sql = format!("UPDATE product_search SET doc = $2 WHERE {column} = $1");
                exec(tx, sql, values![*number, doc]).await?;
            }
            Some(_) => {}
        }
    }
    let insert = format!("INSERT INTO product_search ({column}, doc)");
    bulk(tx, &insert, "", Box::new(fresh.into_iter())).await
}

async fn write_changes(tx: &Tx, run: RunId, products: &[ProductWrite]) -> Result<(), StoreError> {
    if products.iter().all(|product| product.changes.is_empty()) {
        return Ok(());
    }
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM catalog_change WHERE run_id = $1";
    let mut seq = count(tx, sql, values![run.0]).await?;
    let mut rows = Vec::new();
    for product in products {
        for (change, variant) in &product.changes {
            seq += 1;
            rows.push(values![
                run.0,
                product.id.0,
                variant.map(|id| id.0),
                seq,
                change.kind.as_str(),
                cell(&change.label),
                cell(&change.before),
                cell(&change.after),
                change.currency.map(|currency| currency.to_string()),
                change.delta,
                change.base
            ]);
        }
    }
    bulk(tx, CHANGE, "", Box::new(rows.into_iter())).await
}

fn cell(text: &str) -> String {
    text.chars().take(CELL).collect()
}

/// Runs one insert for many rows, in chunks of few sizes.
async fn bulk(
    tx: &Tx,
    insert: &str,
    update: &str,
    // Named as a trait object, so that a future that waits in here can be sent between threads.
    rows: Box<dyn Iterator<Item = Vec<Value>> + Send + '_>,
) -> Result<(), StoreError> {
    let backend = tx.get_database_backend();
    let mut rows = rows.fuse();
    loop {
        let taken: Vec<Vec<Value>> = rows.by_ref().take(CHUNKS[0]).collect();
        let Some(columns) = taken.first().map(Vec::len) else {
            return Ok(());
        };
        let mut left = taken.len();
        let mut taken = taken.into_iter();
        while left > 0 {
            let size = CHUNKS.into_iter().find(|size| *size <= left).unwrap_or(1);
            let mut values = Vec::with_capacity(size * columns);
            values.extend(taken.by_ref().take(size).flatten());
            let sql = format!("{insert} VALUES {}{update}", marks(backend, size, columns));
            exec(tx, sql, values).await?;
            left -= size;
        }
    }
}

/// The values of a statement. SQLite takes `$1` for a name, and looks each name up among all others: quadratic with this many.
fn marks(backend: DbBackend, rows: usize, columns: usize) -> String {
    if backend == DbBackend::Postgres {
        return placeholders(rows, columns);
    }
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row; rows].join(",")
}

const PRODUCT: &str = "INSERT INTO product (id, connection_id, ion_id, doc_id, name, name_key, vendor, kind, category, caption, state,
 raw_hash, part_number, terms, billings, currencies, variants, by_use, cost_units, cost_text, cost_currency, cost_previous,
 cost_since, first_seen_at, changed_at)";
const PRODUCT_UPDATE: &str = " ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, vendor = excluded.vendor, kind = excluded.kind,
 category = excluded.category, caption = excluded.caption, state = excluded.state,
 raw_hash = excluded.raw_hash, part_number = excluded.part_number, terms = excluded.terms, billings = excluded.billings,
 currencies = excluded.currencies, variants = excluded.variants, by_use = excluded.by_use, cost_units = excluded.cost_units,
 cost_text = excluded.cost_text, cost_currency = excluded.cost_currency, cost_previous = excluded.cost_previous,
 cost_since = excluded.cost_since, changed_at = excluded.changed_at, missed_scans = 0, withdrawn_at = NULL";
const RAW: &str = "INSERT INTO product_raw (product_id, details, raw, size)";
const RAW_UPDATE: &str = " ON CONFLICT (product_id) DO UPDATE SET details = excluded.details, raw = excluded.raw, size = excluded.size";
const VARIANT: &str = "INSERT INTO variant (id, product_id, position, sku_id, plan_id, add_on, sku_name, plan_name, part_number,
 external_id, term, billing, by_use, in_price_book, disabled, prices, since, previous_units)";
const VARIANT_UPDATE: &str = " ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku_name = excluded.sku_name,
 plan_name = excluded.plan_name, part_number = excluded.part_number, external_id = excluded.external_id, term = excluded.term,
 billing = excluded.billing, by_use = excluded.by_use, in_price_book = excluded.in_price_book, disabled = excluded.disabled,
 prices = excluded.prices, since = excluded.since, previous_units = excluded.previous_units, gone_at = NULL";
const LEDGER: &str = "INSERT INTO price_entry (variant_id, product_id, run_id, from_at, currency, meter, scale, cost_units, cost_text,
 list_units, list_text, source)";
const CHANGE: &str = "INSERT INTO catalog_change (run_id, product_id, variant_id, seq, kind, label, before, after, currency,
 delta_units, base_units)";

fn product_values(connection: ConnectionId, write: &ProductWrite, doc_id: i64) -> Vec<Value> {
    let product = &write.product;
    let listing = listing(product);
    let shown = listing
        .shown
        .and_then(|variant| Some((variant, main_price(variant)?)));
    let row = shown.and_then(|(shown, _)| {
        let mut rows = write.variants.iter();
        rows.find(|row| row.variant.key == shown.key)
    });
    values![
        write.id.0,
        connection.0,
        product.ion_id.clone(),
        doc_id,
        product.name.clone(),
        product.name.to_lowercase(),
        product.vendor.clone(),
        product.kind.clone(),
        product.categories.first().cloned().unwrap_or_default(),
        product.caption.clone(),
        listing.state.as_str(),
        write.raw_hash.clone(),
        listing.part_number,
        set(&listing.terms),
        set(&listing.billings),
        set(&listing.currencies),
        signed(product.variants.len() as u64),
        listing.by_use,
        shown.map(|(_, price)| price.cost.units()),
        shown.map(|(_, price)| price.cost.text().to_owned()),
        shown.map(|(_, price)| price.currency.to_string()),
        row.and_then(|row| row.previous_units),
        row.map(|row| micros(row.since)),
        micros(write.first_seen_at),
        micros(write.changed_at)
    ]
}

fn raw_values(write: &ProductWrite) -> Vec<Value> {
    // The variants have rows of their own.
    let details = Product {
        variants: Vec::new(),
        ..write.product.clone()
    };
    values![
        write.id.0,
        json_text(&details),
        write.raw.clone(),
        signed(write.raw_size as u64)
    ]
}

/// `|P1M|P1Y|`: words that a filter finds by `%|P1M|%`.
fn set(words: &[&str]) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!("|{}|", words.join("|"))
    }
}

fn variant_values(product: ProductId, write: &VariantWrite) -> Vec<Value> {
    let variant = &write.variant;
    values![
        write.id.0,
        product.0,
        signed(write.position),
        variant.key.sku_id.clone(),
        variant.key.plan_id.clone(),
        variant.key.add_on,
        variant.sku_name.clone(),
        variant.plan_name.clone(),
        variant.part_number.clone(),
        variant.external_id.clone(),
        variant.term.as_str(),
        variant.billing.as_str(),
        variant.by_use,
        variant.in_price_book,
        variant.disabled,
        json_text(&variant.prices),
        micros(write.since),
        write.previous_units
    ]
}

fn ledger_values(
    product: ProductId,
    run: RunId,
    now: Timestamp,
    entry: &LedgerEntry,
) -> Vec<Value> {
    let scale = match entry.cost.scale() {
        Scale::Price => "price",
        Scale::Rate => "rate",
    };
    values![
        entry.variant.0,
        product.0,
        run.0,
        micros(now),
        entry.currency.to_string(),
        entry.meter.clone(),
        scale,
        entry.cost.units(),
        entry.cost.text().to_owned(),
        entry.list.as_ref().map(Amount::units),
        entry.list.as_ref().map(|list| list.text().to_owned()),
        entry.source.as_str()
    ]
}
