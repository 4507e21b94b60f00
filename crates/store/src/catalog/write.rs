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

/// The rows of one product, made ready beside the database: inside the write transaction nothing is left but to run statements.
#[derive(Debug)]
pub struct ReadyProduct {
    /// It was not there before.
    fresh: bool,
    /// Number of its search document; `None` until a new product is given one.
    doc_id: Option<i64>,
    product: Vec<Value>,
    raw: Vec<Value>,
    variants: Vec<Value>,
    gone: Vec<(VariantId, i64)>,
    ledger: Vec<Value>,
    changes: Vec<Value>,
    /// What a search looks into, where it differs from what is stored.
    document: Option<String>,
    rows: usize,
}

impl ReadyProduct {
    /// Makes the rows of a product that a run writes. Prices of it hold from `now` on.
    pub fn new(connection: ConnectionId, run: RunId, now: Timestamp, write: ProductWrite) -> Self {
        let rows = write.rows();
        let stored = write.before.as_ref().map(document);
        let document = Some(document(&write.product)).filter(|now| stored.as_ref() != Some(now));
        let product = product_values(connection, &write);
        let details = details(&write.product);
        let ProductWrite {
            id,
            doc_id,
            before,
            raw,
            raw_size,
            variants,
            gone,
            ledger,
            changes,
            ..
        } = write;
        let dirty = variants.into_iter().filter(|variant| variant.dirty);
        Self {
            fresh: before.is_none(),
            doc_id: before.is_some().then_some(doc_id),
            product,
            raw: values![id.0, details, raw, signed(raw_size as u64)],
            variants: dirty
                .flat_map(|variant| variant_values(id, variant))
                .collect(),
            gone: gone
                .into_iter()
                .map(|variant| (variant, micros(now)))
                .collect(),
            ledger: ledger
                .into_iter()
                .flat_map(|entry| ledger_values(id, run, now, entry))
                .collect(),
            changes: changes
                .into_iter()
                .flat_map(|(change, variant)| change_values(id, run, &change, variant))
                .collect(),
            document,
            rows,
        }
    }

    /// Rows that it writes, about.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// Writes products with everything that hangs on them. What is only known inside the transaction is filled in here.
pub async fn write_ready(
    tx: &Tx,
    run: RunId,
    mut products: Vec<ReadyProduct>,
) -> Result<(), StoreError> {
    number_documents(tx, &mut products).await?;
    number_changes(tx, run, &mut products).await?;
    let mut all = |column: fn(&mut ReadyProduct) -> &mut Vec<Value>| -> Vec<Value> {
        products
            .iter_mut()
            .flat_map(|product| std::mem::take(column(product)))
            .collect()
    };
    let rows = all(|product| &mut product.product);
    let raw = all(|product| &mut product.raw);
    let variants = all(|product| &mut product.variants);
    let ledger = all(|product| &mut product.ledger);
    let changes = all(|product| &mut product.changes);
    bulk(tx, &PRODUCT, rows).await?;
    bulk(tx, &RAW, raw).await?;
    bulk(tx, &VARIANT, variants).await?;
    for (variant, at) in products.iter().flat_map(|product| &product.gone) {
        let sql = "UPDATE variant SET gone_at = $2 WHERE id = $1";
        exec(tx, sql, values![variant.0, *at]).await?;
    }
    bulk(tx, &LEDGER, ledger).await?;
    write_documents(tx, products).await?;
    bulk(tx, &CHANGE, changes).await
}

/// Makes products ready and writes them, where no time is to be saved.
pub async fn write_products(
    tx: &Tx,
    connection: ConnectionId,
    run: RunId,
    now: Timestamp,
    products: &[ProductWrite],
) -> Result<(), StoreError> {
    let ready = products
        .iter()
        .map(|product| ReadyProduct::new(connection, run, now, product.clone()));
    write_ready(tx, run, ready.collect()).await
}

/// Gives new products the numbers of their search documents.
async fn number_documents(tx: &Tx, products: &mut [ReadyProduct]) -> Result<(), StoreError> {
    if products.iter().all(|product| product.doc_id.is_some()) {
        return Ok(());
    }
    if tx.get_database_backend() == DbBackend::Postgres {
        // Imports of two connections must not take the same number.
        exec(tx, "SELECT pg_advisory_xact_lock(4713)", vec![]).await?;
    }
    let mut last = count(tx, "SELECT COALESCE(MAX(doc_id), 0) FROM product", vec![]).await?;
    for product in products
        .iter_mut()
        .filter(|product| product.doc_id.is_none())
    {
        last += 1;
        product.doc_id = Some(last);
        product.product[DOC_ID] = last.into();
    }
    Ok(())
}

async fn write_documents(tx: &Tx, products: Vec<ReadyProduct>) -> Result<(), StoreError> {
    let column = match tx.get_database_backend() {
        DbBackend::Sqlite => "rowid",
        _ => "doc_id",
    };
    let mut fresh = Vec::new();
    for product in products {
        let (Some(number), Some(document)) = (product.doc_id, product.document) else {
            continue;
        };
        if product.fresh {
            fresh.extend(values![number, document]);
        } else {
            let sql = format!("UPDATE product_search SET doc = $2 WHERE {column} = $1");
            exec(tx, sql, values![number, document]).await?;
        }
    }
    let table = Table {
        insert: &format!("INSERT INTO product_search ({column}, doc)"),
        update: "",
        columns: 2,
    };
    bulk(tx, &table, fresh).await
}

/// Numbers the lines of the report of changes.
async fn number_changes(
    tx: &Tx,
    run: RunId,
    products: &mut [ReadyProduct],
) -> Result<(), StoreError> {
    if products.iter().all(|product| product.changes.is_empty()) {
        return Ok(());
    }
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM catalog_change WHERE run_id = $1";
    let mut seq = count(tx, sql, values![run.0]).await?;
    for line in products
        .iter_mut()
        .flat_map(|product| product.changes.chunks_mut(CHANGE.columns))
    {
        seq += 1;
        line[SEQ] = seq.into();
    }
    Ok(())
}

fn change_values(
    product: ProductId,
    run: RunId,
    change: &Change,
    variant: Option<VariantId>,
) -> Vec<Value> {
    values![
        run.0,
        product.0,
        variant.map(|id| id.0),
        0_i64,
        change.kind.as_str(),
        cell(&change.label),
        cell(&change.before),
        cell(&change.after),
        change.currency.map(|currency| currency.to_string()),
        change.delta,
        change.base
    ]
}

fn cell(text: &str) -> String {
    text.chars().take(CELL).collect()
}

/// Inserts rows, whose values stand one after the other, in chunks of few sizes.
async fn bulk(tx: &Tx, table: &Table<'_>, values: Vec<Value>) -> Result<(), StoreError> {
    let backend = tx.get_database_backend();
    let mut left = values.len() / table.columns;
    let mut values = values.into_iter();
    while left > 0 {
        let size = CHUNKS.into_iter().find(|size| *size <= left).unwrap_or(1);
        let sql = format!(
            "{} VALUES {}{}",
            table.insert,
            marks(backend, size, table.columns),
            table.update
        );
        exec(
            tx,
            sql,
            values.by_ref().take(size * table.columns).collect(),
        )
        .await?;
        left -= size;
    }
    Ok(())
}

/// The values of a statement. SQLite takes `$1` for a name, and looks each name up among all others: quadratic with this many.
fn marks(backend: DbBackend, rows: usize, columns: usize) -> String {
    if backend == DbBackend::Postgres {
        return placeholders(rows, columns);
    }
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row; rows].join(",")
}

/// How rows are written into a table.
struct Table<'a> {
    insert: &'a str,
    /// What is done with a row that is there.
    update: &'a str,
    columns: usize,
}

/// Place of the search document's number among the values of a product.
const DOC_ID: usize = 3;
/// Place of the line's number among the values of a change.
const SEQ: usize = 3;

const PRODUCT: Table<'_> = Table {
    insert: "INSERT INTO product (id, connection_id, ion_id, doc_id, name, name_key, vendor, kind, category, caption, state,
 raw_hash, part_number, terms, billings, currencies, variants, by_use, cost_units, cost_text, cost_currency, cost_previous,
 cost_since, first_seen_at, changed_at)",
    update: " ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, vendor = excluded.vendor, kind = excluded.kind,
 category = excluded.category, caption = excluded.caption, state = excluded.state,
 raw_hash = excluded.raw_hash, part_number = excluded.part_number, terms = excluded.terms, billings = excluded.billings,
 currencies = excluded.currencies, variants = excluded.variants, by_use = excluded.by_use, cost_units = excluded.cost_units,
 cost_text = excluded.cost_text, cost_currency = excluded.cost_currency, cost_previous = excluded.cost_previous,
 cost_since = excluded.cost_since, changed_at = excluded.changed_at, missed_scans = 0, withdrawn_at = NULL",
    columns: 25,
};
const RAW: Table<'_> = Table {
    insert: "INSERT INTO product_raw (product_id, details, raw, size)",
    update: " ON CONFLICT (product_id) DO UPDATE SET details = excluded.details, raw = excluded.raw, size = excluded.size",
    columns: 4,
};
const VARIANT: Table<'_> = Table {
    insert: "INSERT INTO variant (id, product_id, position, sku_id, plan_id, add_on, sku_name, plan_name, part_number,
 external_id, term, billing, by_use, in_price_book, disabled, prices, since, previous_units)",
    update: " ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku_name = excluded.sku_name,
 plan_name = excluded.plan_name, part_number = excluded.part_number, external_id = excluded.external_id, term = excluded.term,
 billing = excluded.billing, by_use = excluded.by_use, in_price_book = excluded.in_price_book, disabled = excluded.disabled,
 prices = excluded.prices, since = excluded.since, previous_units = excluded.previous_units, gone_at = NULL",
    columns: 18,
};
const LEDGER: Table<'_> = Table {
    insert: "INSERT INTO price_entry (variant_id, product_id, run_id, from_at, currency, meter, scale, cost_units, cost_text,
 list_units, list_text, source)",
    update: "",
    columns: 12,
};
const CHANGE: Table<'_> = Table {
    insert: "INSERT INTO catalog_change (run_id, product_id, variant_id, seq, kind, label, before, after, currency,
 delta_units, base_units)",
    update: "",
    columns: 11,
};

fn product_values(connection: ConnectionId, write: &ProductWrite) -> Vec<Value> {
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
        write.doc_id,
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

/// A product without its variants, which have rows of their own, as JSON.
fn details(product: &Product) -> String {
    let Product {
        ion_id,
        name,
        vendor,
        provider_ids,
        kind,
        caption,
        description,
        categories,
        billing_mode,
        disabled,
        etag,
        ion_created_at,
        ion_updated_at,
        variants: _,
    } = product;
    #[derive(serde::Serialize)]
    struct Details<'a> {
        ion_id: &'a str,
        name: &'a str,
        vendor: &'a str,
        provider_ids: &'a [String],
        kind: &'a str,
        caption: &'a str,
        description: &'a str,
        categories: &'a [String],
        billing_mode: &'a str,
        disabled: bool,
        etag: Option<&'a str>,
        ion_created_at: Option<Timestamp>,
        ion_updated_at: Option<Timestamp>,
        variants: [(); 0],
    }
    json_text(&Details {
        ion_id,
        name,
        vendor,
        provider_ids,
        kind,
        caption,
        description,
        categories,
        billing_mode,
        disabled: *disabled,
        etag: etag.as_deref(),
        ion_created_at: *ion_created_at,
        ion_updated_at: *ion_updated_at,
        variants: [],
    })
}

/// `|P1M|P1Y|`: words that a filter finds by `%|P1M|%`.
fn set(words: &[&str]) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!("|{}|", words.join("|"))
    }
}

fn variant_values(product: ProductId, write: VariantWrite) -> Vec<Value> {
    let variant = write.variant;
    values![
        write.id.0,
        product.0,
        signed(write.position),
        variant.key.sku_id,
        variant.key.plan_id,
        variant.key.add_on,
        variant.sku_name,
        variant.plan_name,
        variant.part_number,
        variant.external_id,
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

fn ledger_values(product: ProductId, run: RunId, now: Timestamp, entry: LedgerEntry) -> Vec<Value> {
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
        entry.meter,
        scale,
        entry.cost.units(),
        entry.cost.text().to_owned(),
        entry.list.as_ref().map(Amount::units),
        entry.list.as_ref().map(|list| list.text().to_owned()),
        entry.source.as_str()
    ]
}
