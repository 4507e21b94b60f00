//! The floor on SQLite: prepared statements, one transaction a page, the last commit forced to disk.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use serde_json::value::RawValue;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::listing::{Listing, Sku, items, listing};
use super::{Extent, download};
use crate::figures::{Figures, Meter};
use crate::sandbox::Source;

const ROWS: &str = "
CREATE TABLE product (id INTEGER PRIMARY KEY, ion_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, caption TEXT NOT NULL, description TEXT NOT NULL,
  category TEXT NOT NULL, etag TEXT NOT NULL, updated TEXT NOT NULL, hash BLOB);
CREATE TABLE sku (id INTEGER PRIMARY KEY, product INTEGER NOT NULL, sku_id TEXT NOT NULL, name TEXT NOT NULL, external_id TEXT NOT NULL, add_on INTEGER NOT NULL);
CREATE INDEX sku_product ON sku (product);
CREATE TABLE plan (id INTEGER PRIMARY KEY, sku INTEGER NOT NULL, plan_id TEXT NOT NULL, name TEXT NOT NULL, billing TEXT NOT NULL, mpn TEXT,
  price TEXT, currency TEXT, list TEXT);
CREATE INDEX plan_sku ON plan (sku);
";
const MORE: &str = "
CREATE TABLE raw (product INTEGER PRIMARY KEY, reply BLOB NOT NULL);
CREATE TABLE ledger (id INTEGER PRIMARY KEY, plan INTEGER NOT NULL, at INTEGER NOT NULL, price TEXT NOT NULL, currency TEXT NOT NULL, list TEXT);
CREATE INDEX ledger_plan ON ledger (plan);
CREATE VIRTUAL TABLE search USING fts5(doc, tokenize = 'trigram', columnsize = 0);
";

/// A page, and its listings compressed where they are kept.
struct Ready {
    page: Vec<u8>,
    kept: Vec<Kept>,
}

struct Kept {
    hash: [u8; 16],
    raw: Vec<u8>,
}

/// Downloads, parses and writes into a new file.
pub(crate) async fn write(source: Source, file: &Path, extent: Extent) -> anyhow::Result<Figures> {
    let mut db = Connection::open(file)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA temp_store = memory;")?;
    db.execute_batch(ROWS)?;
    if extent == Extent::Whole {
        db.execute_batch(MORE)?;
    }
    db.set_prepared_statement_cache_capacity(32);
    let meter = Meter::start()?;
    let (pages_in, pages) = channel(1);
    let (ready_in, ready) = channel(1);
    let downloading = tokio::spawn(download(source, pages_in));
    let keeping = tokio::task::spawn_blocking(move || keep(pages, &ready_in, extent));
    let (pages, products, rows) =
        tokio::task::spawn_blocking(move || write_pages(&mut db, ready)).await??;
    keeping.await??;
    downloading.await??;
    Ok(Figures {
        products,
        rows,
        pages,
        ..meter.stop()?
    })
}

/// Hashes and compresses beside the writing.
fn keep(mut pages: Receiver<Vec<u8>>, out: &Sender<Ready>, extent: Extent) -> anyhow::Result<()> {
    while let Some(page) = pages.blocking_recv() {
        let mut kept = Vec::new();
        if extent == Extent::Whole {
            for item in items(&page)? {
                let text = item.get().as_bytes();
                let mut hash = [0; 16];
                hash.copy_from_slice(&blake3::hash(text).as_bytes()[..16]);
                kept.push(Kept {
                    hash,
                    raw: zstd::bulk::compress(text, 1)?,
                });
            }
        }
        if out.blocking_send(Ready { page, kept }).is_err() {
            break;
        }
    }
    Ok(())
}

fn write_pages(db: &mut Connection, mut ready: Receiver<Ready>) -> anyhow::Result<(u64, u64, u64)> {
    let (mut pages, mut products, mut rows) = (0, 0, 0);
    while let Some(Ready { page, kept }) = ready.blocking_recv() {
        let tx = db.transaction()?;
        for (n, item) in items(&page)?.into_iter().enumerate() {
            rows += write_listing(&tx, &listing(item)?, kept.get(n))?;
            products += 1;
        }
        pages += 1;
        tx.commit()?;
    }
    // What was committed before is on disk with this.
    db.execute_batch(
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE; PRAGMA user_version = 1; COMMIT;",
    )?;
    Ok((pages, products, rows))
}

fn write_listing(
    tx: &Transaction<'_>,
    listing: &Listing<'_>,
    kept: Option<&Kept>,
) -> rusqlite::Result<u64> {
    let mut insert = tx.prepare_cached("INSERT INTO product (ion_id, name, caption, description, category, etag, updated, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let about = &listing.marketing;
    let category = listing
        .categories
        .first()
        .map(AsRef::as_ref)
        .unwrap_or_default();
    let hash = kept.map(|kept| &kept.hash[..]);
    let product = insert.insert(params![
        &*listing.name,
        &*about.display_name,
        &*about.caption,
        &*about.description,
        category,
        &*listing.etag,
        &*listing.update_time,
        hash
    ])?;
    let mut rows = 1;
    for (skus, add_on) in [
        (&listing.definition.skus, false),
        (&listing.definition.add_ons, true),
    ] {
        for sku in skus {
            rows += write_sku(tx, product, sku, add_on, kept.is_some())?;
        }
    }
    if let Some(kept) = kept {
        tx.prepare_cached("INSERT INTO raw (product, reply) VALUES (?1, ?2)")?
            .execute(params![product, kept.raw])?;
        tx.prepare_cached("INSERT INTO search (rowid, doc) VALUES (?1, ?2)")?
            .execute(params![product, document(listing)])?;
        rows += 2;
    }
    Ok(rows)
}

fn write_sku(
    tx: &Transaction<'_>,
    product: i64,
    sku: &Sku<'_>,
    add_on: bool,
    ledger: bool,
) -> rusqlite::Result<u64> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO sku (product, sku_id, name, external_id, add_on) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let id = insert.insert(params![
        product,
        &*sku.id,
        &*sku.display_name,
        &*sku.product_id,
        add_on
    ])?;
    let mut rows = 1;
    for plan in &sku.plans {
        let mut insert = tx.prepare_cached("INSERT INTO plan (sku, plan_id, name, billing, mpn, price, currency, list) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        let (price, list) = (
            plan.pricebook_price.map(RawValue::get),
            plan.pricebook_master_price.map(RawValue::get),
        );
        let plan_id = insert.insert(params![
            id,
            &*plan.id,
            &*plan.display_name,
            &*plan.billing_period,
            plan.mpn_id.as_deref(),
            price,
            plan.pricebook_currency.as_deref(),
            list
        ])?;
        rows += 1;
        if let (true, Some(price)) = (ledger, price) {
            let mut insert = tx.prepare_cached(
                "INSERT INTO ledger (plan, at, price, currency, list) VALUES (?1, 0, ?2, ?3, ?4)",
            )?;
            insert.execute(params![
                plan_id,
                price,
                plan.pricebook_currency.as_deref().unwrap_or_default(),
                list
            ])?;
            rows += 1;
        }
    }
    Ok(rows)
}

/// What a search looks into: names, ids and part numbers, each once.
fn document(listing: &Listing<'_>) -> String {
    let mut text = String::new();
    let mut add = |word: &str| {
        if !text.contains(word) {
            text.push_str(word);
            text.push('\n');
        }
    };
    add(&listing.marketing.display_name);
    add(listing.name.rsplit('/').next().unwrap_or_default());
    for sku in listing
        .definition
        .skus
        .iter()
        .chain(&listing.definition.add_ons)
    {
        add(&sku.display_name);
        add(&sku.id);
        add(&sku.product_id);
        for plan in &sku.plans {
            if let Some(mpn) = &plan.mpn_id {
                add(mpn);
            }
        }
    }
    text
}

/// Hash of each product by its name.
pub(super) fn hashes(file: &Path) -> anyhow::Result<HashMap<String, Vec<u8>>> {
    let db = Connection::open(file)?;
    let mut rows = db.prepare("SELECT ion_id, hash FROM product")?;
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
