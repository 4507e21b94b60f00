//! What an import reads of the catalog and writes to it, in bulk.

use std::collections::HashMap;

use domain::catalog::{PriceSource, Product, Variant, VariantKey};
use domain::{Amount, ConnectionId, Currency, ProductId, RunId, Scale, SetAsideId, VariantId};
use jiff::Timestamp;
use rules::catalog::{Change, main_price};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use crate::connections::signed;
use crate::sql::{count, exec, json_text, micros, placeholders, row, rows, values};
use crate::{StoreError, Tx};

/// Rows of one statement: far below the bind limits, where both databases are fastest.
const CHUNK: usize = 400;

/// What an import needs to know of a product before it decides whether to look closer.
#[derive(Debug, Clone)]
pub struct KnownProduct {
    /// Our id.
    pub id: ProductId,
    /// Hash of what it was read from.
    pub raw_hash: Vec<u8>,
    /// Marked as withdrawn.
    pub withdrawn: bool,
    /// Complete scans in a row that did not show it.
    pub missed_scans: u64,
    /// Its last reply could not be read.
    pub set_aside: bool,
}

/// A product as stored, with what a writer needs to keep.
#[derive(Debug, Clone)]
pub struct StoredProduct {
    /// The product.
    pub product: Product,
    /// Number of its search document.
    pub doc_id: i64,
    /// Its variants' ids, since when their price holds, and the price before it.
    pub variants: HashMap<VariantKey, (VariantId, Timestamp, Option<i64>)>,
}

/// A product to write, with everything that hangs on it.
#[derive(Debug, Clone)]
pub struct ProductWrite {
    /// Our id.
    pub id: ProductId,
    /// Number of its search document.
    pub doc_id: i64,
    /// Not there before.
    pub is_new: bool,
    /// What it is now.
    pub product: Product,
    /// What it was.
    pub before: Option<Product>,
    /// Hash of what it was read from.
    pub raw_hash: Vec<u8>,
    /// What it was read from, compressed, without payload secrets.
    pub raw: Vec<u8>,
    /// Its size before compression.
    pub raw_size: usize,
    /// Variants to write, in their order.
    pub variants: Vec<VariantWrite>,
    /// Variants that are gone.
    pub gone: Vec<VariantId>,
    /// Prices that began to hold.
    pub ledger: Vec<LedgerEntry>,
    /// What changed, for the report.
    pub changes: Vec<(Change, Option<VariantId>)>,
}

/// A variant to write.
#[derive(Debug, Clone)]
pub struct VariantWrite {
    /// Our id.
    pub id: VariantId,
    /// Place in its product.
    pub position: usize,
    /// What it is; `None` where the row need not be written.
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

/// Products of a connection by Ion's id.
pub async fn load_known(conn: &impl ConnectionTrait, connection: ConnectionId, ion_ids: &[String]) -> Result<HashMap<String, KnownProduct>, StoreError> {
    let mut known = HashMap::with_capacity(ion_ids.len());
    for part in ion_ids.chunks(CHUNK) {
        let marks = (0..part.len()).map(|n| format!("${}", n + 2)).collect::<Vec<_>>().join(",");
        let sql = format!("SELECT id, ion_id, raw_hash, state, missed_scans FROM product WHERE connection_id = $1 AND ion_id IN ({marks})");
        let mut values = values![connection.0];
        values.extend(part.iter().map(|id| Value::from(id.clone())));
        for row in rows(conn, sql, values).await? {
            let state: String = row.get("state")?;
            let product = KnownProduct { id: row.get::<Uuid>("id")?.into(), raw_hash: row.get("raw_hash")?, withdrawn: state == "withdrawn", set_aside: state == "set_aside", missed_scans: row.count("missed_scans")? };
            known.insert(row.get("ion_id")?, product);
        }
    }
    Ok(known)
}

/// Whole products by our id.
pub async fn load_products(conn: &impl ConnectionTrait, ids: &[ProductId]) -> Result<HashMap<ProductId, StoredProduct>, StoreError> {
    let mut products = HashMap::with_capacity(ids.len());
    for part in ids.chunks(CHUNK) {
        let marks = (0..part.len()).map(|n| format!("${}", n + 1)).collect::<Vec<_>>().join(",");
        let values = || part.iter().map(|id| Value::from(id.0)).collect::<Vec<_>>();
        for row in rows(conn, format!("SELECT id, doc_id, details FROM product WHERE id IN ({marks})"), values()).await? {
            let product: Product = row.json("product", "details")?;
            products.insert(ProductId(row.get::<Uuid>("id")?), StoredProduct { product, doc_id: row.get("doc_id")?, variants: HashMap::new() });
        }
        for row in rows(conn, format!("SELECT * FROM variant WHERE gone_at IS NULL AND product_id IN ({marks}) ORDER BY product_id, position"), values()).await? {
            let Some(stored) = products.get_mut(&ProductId(row.get::<Uuid>("product_id")?)) else { continue };
            let variant = super::read::read_variant(&row)?;
            stored.variants.insert(variant.variant.key.clone(), (variant.id, variant.since, variant.previous_units));
            stored.product.variants.push(variant.variant);
        }
    }
    Ok(products)
}

/// The first number for new search documents. Numbers up to this one plus the rows written are taken by the caller's transaction.
pub async fn next_doc_id(conn: &impl ConnectionTrait) -> Result<i64, StoreError> {
    count(conn, "SELECT COALESCE(MAX(doc_id), 0) + 1 FROM product", vec![]).await
}

/// Products of a connection that are not withdrawn.
pub async fn count_products(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<u64, StoreError> {
    Ok(u64::try_from(count(conn, "SELECT COUNT(*) FROM product WHERE connection_id = $1 AND state <> 'withdrawn'", values![connection.0]).await?).unwrap_or(0))
}

/// Writes products with everything that hangs on them.
pub async fn write_products(tx: &Tx, connection: ConnectionId, run: RunId, now: Timestamp, products: &[ProductWrite]) -> Result<(), StoreError> {
    bulk(tx, PRODUCT, PRODUCT_UPDATE, products.iter().map(|product| product_values(connection, now, product))).await?;
    bulk(tx, RAW, RAW_UPDATE, products.iter().map(|product| values![product.id.0, product.raw.clone(), signed(product.raw_size as u64)])).await?;
    let variants = products.iter().flat_map(|product| product.variants.iter().filter(|variant| variant.dirty).map(|variant| variant_values(product.id, variant)));
    bulk(tx, VARIANT, VARIANT_UPDATE, variants).await?;
    for gone in products.iter().flat_map(|product| &product.gone) {
        exec(tx, "UPDATE variant SET gone_at = $2 WHERE id = $1", values![gone.0, micros(now)]).await?;
    }
    bulk(tx, LEDGER, "", products.iter().flat_map(|product| product.ledger.iter().map(|entry| ledger_values(product.id, run, now, entry)))).await?;
    write_documents(tx, products).await?;
    write_changes(tx, run, products).await
}

async fn write_documents(tx: &Tx, products: &[ProductWrite]) -> Result<(), StoreError> {
    let sqlite = tx.get_database_backend() == sea_orm::DbBackend::Sqlite;
    let column = if sqlite { "rowid" } else { "doc_id" };
    let mut fresh = Vec::new();
    for product in products {
        let doc = document(&product.product);
        match &product.before {
            None => fresh.push(values![product.doc_id, doc]),
            Some(before) if document(before) != doc => {
                exec(tx, format!("UPDATE product_search SET doc = $2 WHERE {column} = $1"), values![product.doc_id, doc]).await?;
            }
            Some(_) => {}
        }
    }
    bulk(tx, &format!("INSERT INTO product_search ({column}, doc)"), "", fresh.into_iter()).await
}

async fn write_changes(tx: &Tx, run: RunId, products: &[ProductWrite]) -> Result<(), StoreError> {
    if products.iter().all(|product| product.changes.is_empty()) {
        return Ok(());
    }
    let mut seq = count(tx, "SELECT COALESCE(MAX(seq), 0) FROM catalog_change WHERE run_id = $1", values![run.0]).await?;
    let changes = products.iter().flat_map(|product| product.changes.iter().map(move |(change, variant)| (product.id, change, variant))).map(|(product, change, variant)| {
        seq += 1;
        values![
            run.0,
            product.0,
            variant.map(|id| id.0),
            seq,
            change.kind.as_str(),
            change.label.clone(),
            change.before.chars().take(500).collect::<String>(),
            change.after.chars().take(500).collect::<String>(),
            change.currency.map(|currency| currency.to_string()),
            change.delta,
            change.base
        ]
    });
    let changes: Vec<_> = changes.collect();
    bulk(tx, "INSERT INTO catalog_change (run_id, product_id, variant_id, seq, kind, label, before, after, currency, delta_units, base_units)", "", changes.into_iter()).await
}

/// Runs one insert for many rows, in chunks.
async fn bulk(tx: &Tx, insert: &str, update: &str, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), StoreError> {
    let mut rows = rows.peekable();
    while let Some(first) = rows.next() {
        let columns = first.len();
        let mut values = first;
        let mut taken = 1;
        while taken < CHUNK && let Some(row) = rows.next() {
            values.extend(row);
            taken += 1;
        }
        exec(tx, format!("{insert} VALUES {}{update}", placeholders(taken, columns)), values).await?;
    }
    Ok(())
}

const PRODUCT: &str = "INSERT INTO product (id, connection_id, ion_id, doc_id, name, vendor, kind, category, caption, state, details, raw_hash, part_number, terms, billings, currencies, variants, by_use, cost_units, cost_text, cost_currency, cost_previous, cost_since, first_seen_at, changed_at)";
const PRODUCT_UPDATE: &str = " ON CONFLICT (id) DO UPDATE SET name = excluded.name, vendor = excluded.vendor, kind = excluded.kind, category = excluded.category, caption = excluded.caption, state = excluded.state,
 details = excluded.details, raw_hash = excluded.raw_hash, part_number = excluded.part_number, terms = excluded.terms, billings = excluded.billings, currencies = excluded.currencies, variants = excluded.variants,
 by_use = excluded.by_use, cost_units = excluded.cost_units, cost_text = excluded.cost_text, cost_currency = excluded.cost_currency, cost_previous = excluded.cost_previous, cost_since = excluded.cost_since,
 changed_at = excluded.changed_at, missed_scans = 0, withdrawn_at = NULL";
const RAW: &str = "INSERT INTO product_raw (product_id, raw, size)";
const RAW_UPDATE: &str = " ON CONFLICT (product_id) DO UPDATE SET raw = excluded.raw, size = excluded.size";
const VARIANT: &str = "INSERT INTO variant (id, product_id, position, sku_id, plan_id, add_on, sku_name, plan_name, part_number, external_id, term, billing, by_use, in_price_book, disabled, prices, since, previous_units)";
const VARIANT_UPDATE: &str = " ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku_name = excluded.sku_name, plan_name = excluded.plan_name, part_number = excluded.part_number,
 external_id = excluded.external_id, term = excluded.term, billing = excluded.billing, by_use = excluded.by_use, in_price_book = excluded.in_price_book, disabled = excluded.disabled,
 prices = excluded.prices, since = excluded.since, previous_units = excluded.previous_units, gone_at = NULL";
const LEDGER: &str = "INSERT INTO price_entry (variant_id, product_id, run_id, from_at, currency, meter, scale, cost_units, cost_text, list_units, list_text, source)";

fn product_values(connection: ConnectionId, now: Timestamp, write: &ProductWrite) -> Vec<Value> {
    let product = &write.product;
    let sold = || product.variants.iter().filter(|variant| !variant.disabled && !variant.key.add_on);
    // What a list shows as "the" price: the cheapest that can be bought and is not billed by use.
    let shown = sold().filter(|variant| variant.in_price_book && !variant.by_use).filter_map(|variant| Some((variant, main_price(variant)?))).filter(|(_, price)| price.cost.units() > 0).min_by_key(|(_, price)| price.cost.units());
    let shown_row = shown.and_then(|(variant, _)| write.variants.iter().find(|row| row.variant.key == variant.key));
    let by_use = !product.variants.is_empty() && sold().all(|variant| variant.by_use);
    let state = if product.disabled || sold().next().is_none() && !product.variants.is_empty() || !product.variants.is_empty() && product.variants.iter().all(|variant| !variant.in_price_book) {
        "not_in_price_book"
    } else {
        "available"
    };
    let set = |texts: Vec<&str>| {
        let mut seen: Vec<&str> = Vec::new();
        for text in texts {
            if !seen.contains(&text) {
                seen.push(text);
            }
        }
        if seen.is_empty() { String::new() } else { format!("|{}|", seen.join("|")) }
    };
    let details = Product { variants: Vec::new(), ..product.clone() };
    let part_number = product.variants.iter().find_map(|variant| variant.part_number.clone().or_else(|| variant.external_id.clone())).unwrap_or_default();
    values![
        write.id.0,
        connection.0,
        product.ion_id.clone(),
        write.doc_id,
        product.name.clone(),
        product.vendor.clone(),
        product.kind.clone(),
        product.categories.first().cloned().unwrap_or_default(),
        product.caption.clone(),
        state,
        json_text(&details),
        write.raw_hash.clone(),
        part_number.split(':').take(2).collect::<Vec<_>>().join(":"),
        set(sold().map(|variant| variant.term.as_str()).collect()),
        set(sold().map(|variant| variant.billing.as_str()).collect()),
        set(product.variants.iter().flat_map(|variant| variant.prices.iter().map(|price| price.currency.as_str())).collect()),
        signed(product.variants.len() as u64),
        by_use,
        shown.map(|(_, price)| price.cost.units()),
        shown.map(|(_, price)| price.cost.text().to_owned()),
        shown.map(|(_, price)| price.currency.to_string()),
        shown_row.and_then(|row| row.previous_units),
        shown_row.map(|row| micros(row.since)),
        micros(now),
        micros(now)
    ]
}

fn variant_values(product: ProductId, write: &VariantWrite) -> Vec<Value> {
    let variant = &write.variant;
    values![
        write.id.0,
        product.0,
        signed(write.position as u64),
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

fn ledger_values(product: ProductId, run: RunId, now: Timestamp, entry: &LedgerEntry) -> Vec<Value> {
    values![
        entry.variant.0,
        product.0,
        run.0,
        micros(now),
        entry.currency.to_string(),
        entry.meter.clone(),
        if entry.cost.scale() == Scale::Rate { "rate" } else { "price" },
        entry.cost.units(),
        entry.cost.text().to_owned(),
        entry.list.as_ref().map(Amount::units),
        entry.list.as_ref().map(|list| list.text().to_owned()),
        entry.source.as_str()
    ]
}

/// Everything a search may find the product by, in lower case, the name first.
fn document(product: &Product) -> String {
    let mut words: Vec<&str> = vec![&product.name, &product.ion_id, &product.vendor];
    for variant in &product.variants {
        for word in [Some(&variant.sku_name), Some(&variant.key.sku_id), variant.part_number.as_ref(), variant.external_id.as_ref()].into_iter().flatten() {
            if !words.contains(&word.as_str()) {
                words.push(word);
            }
        }
    }
    words.join("\n").to_lowercase()
}

/// Marks products as shown again by a scan, after one that did not show them.
pub async fn mark_seen_again(tx: &Tx, ids: &[ProductId]) -> Result<(), StoreError> {
    for id in ids {
        exec(tx, "UPDATE product SET missed_scans = 0 WHERE id = $1", values![id.0]).await?;
    }
    Ok(())
}

/// Notes that a complete scan did not show a product; withdraws it where `now_gone`.
pub async fn withdraw(tx: &Tx, run: RunId, id: ProductId, now_gone: bool, report: bool, now: Timestamp) -> Result<(), StoreError> {
    if !now_gone {
        return exec(tx, "UPDATE product SET missed_scans = missed_scans + 1 WHERE id = $1", values![id.0]).await.map(drop);
    }
    exec(tx, "UPDATE product SET state = 'withdrawn', withdrawn_at = $2, changed_at = $2, missed_scans = missed_scans + 1 WHERE id = $1", values![id.0, micros(now)]).await?;
    if report {
        let sql = "INSERT INTO catalog_change (run_id, product_id, seq, kind, label, before, after)
             SELECT $1, $2, COALESCE(MAX(seq), 0) + 1, 'withdrawn', 'product', 'available', 'withdrawn' FROM catalog_change WHERE run_id = $1";
        exec(tx, sql, values![run.0, id.0]).await?;
    }
    Ok(())
}

/// A catalog entry that could not be read.
#[derive(Debug, Clone)]
pub struct SetAside {
    /// Our id.
    pub id: SetAsideId,
    /// Ion's id, or what stands for it.
    pub ion_id: String,
    /// Its name, as far as it could be read.
    pub name: String,
    /// Where the reading failed.
    pub json_path: String,
    /// Why.
    pub message: String,
    /// What was received, compressed, without payload secrets.
    pub raw: Vec<u8>,
}

/// Sets an entry aside, or notes that it still is. What was known of the product is kept.
pub async fn set_aside(tx: &Tx, connection: ConnectionId, run: RunId, entry: &SetAside, now: Timestamp) -> Result<(), StoreError> {
    exec(
        tx,
        "INSERT INTO set_aside (id, connection_id, ion_id, name, json_path, message, raw, first_seen_at, last_run_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (connection_id, ion_id) WHERE resolved_at IS NULL DO UPDATE SET name = excluded.name, json_path = excluded.json_path, message = excluded.message, raw = excluded.raw, last_run_id = excluded.last_run_id",
        values![entry.id.0, connection.0, entry.ion_id.clone(), entry.name.clone(), entry.json_path.clone(), entry.message.clone(), entry.raw.clone(), micros(now), run.0],
    )
    .await?;
    exec(tx, "UPDATE product SET state = 'set_aside', missed_scans = 0 WHERE connection_id = $1 AND ion_id = $2", values![connection.0, entry.ion_id.clone()]).await.map(drop)
}

/// Notes that an entry reads again.
pub async fn resolve_set_aside(tx: &Tx, connection: ConnectionId, ion_id: &str, now: Timestamp) -> Result<(), StoreError> {
    let open = row(tx, "SELECT id FROM set_aside WHERE connection_id = $1 AND ion_id = $2 AND resolved_at IS NULL", values![connection.0, ion_id]).await?;
    let Some(open) = open else { return Ok(()) };
    exec(tx, "UPDATE set_aside SET resolved_at = $2 WHERE id = $1", values![open.get::<Uuid>("id")?, micros(now)]).await.map(drop)
}
