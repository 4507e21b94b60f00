//! What people and programs read of the catalog: one product, its prices over time, what a run changed.

use domain::catalog::{
    ChangeKind, PricePoint, PriceSource, Product, ProductState, Variant, VariantKey,
};
use domain::{Amount, ConnectionId, Currency, ProductId, RunId, Scale, SetAsideId, VariantId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::StoreError;
use crate::connections::signed;
use crate::sql::{Row, count, micros, row, rows, values};

/// A variant as stored.
#[derive(Debug, Clone)]
pub struct StoredVariant {
    /// Our id.
    pub id: VariantId,
    /// What it is.
    pub variant: Variant,
    /// Since when its price holds.
    pub since: Timestamp,
    /// Units of the price before.
    pub previous_units: Option<i64>,
}

/// One product with all that is known of it.
#[derive(Debug, Clone)]
pub struct ProductDetail {
    /// Our id.
    pub id: ProductId,
    /// Whose it is.
    pub connection: ConnectionId,
    /// What it is, without variants.
    pub product: Product,
    /// Whether it can be bought.
    pub state: ProductState,
    /// What is sold.
    pub variants: Vec<StoredVariant>,
    /// When an import first saw it.
    pub first_seen_at: Timestamp,
    /// When an import last found it different.
    pub changed_at: Timestamp,
    /// Size of the raw reply.
    pub raw_size: u64,
}

/// A product by our id.
pub async fn find_product(
    conn: &impl ConnectionTrait,
    id: ProductId,
) -> Result<Option<ProductDetail>, StoreError> {
    let sql = "SELECT product.*, product_raw.details, product_raw.size AS raw_size FROM product JOIN product_raw ON product_raw.product_id = product.id WHERE product.id = $1";
    let Some(found) = row(conn, sql, values![id.0]).await? else {
        return Ok(None);
    };
    let variants = rows(
        conn,
        "SELECT * FROM variant WHERE product_id = $1 AND gone_at IS NULL ORDER BY position",
        values![id.0],
    )
    .await?
    .iter()
    .map(read_variant)
    .collect::<Result<_, _>>()?;
    Ok(Some(ProductDetail {
        id,
        connection: found.get::<Uuid>("connection_id")?.into(),
        product: found.json("product_raw", "details")?,
        state: found.word("product", "state")?,
        variants,
        first_seen_at: found.time("first_seen_at")?,
        changed_at: found.time("changed_at")?,
        raw_size: found.count("raw_size")?,
    }))
}

/// The raw reply that a product was read from, compressed.
pub async fn find_raw(
    conn: &impl ConnectionTrait,
    id: ProductId,
) -> Result<Option<Vec<u8>>, StoreError> {
    row(
        conn,
        "SELECT raw FROM product_raw WHERE product_id = $1",
        values![id.0],
    )
    .await?
    .map(|row| row.get("raw"))
    .transpose()
}

pub(super) fn read_variant(row: &Row) -> Result<StoredVariant, StoreError> {
    Ok(StoredVariant {
        id: row.get::<Uuid>("id")?.into(),
        variant: Variant {
            key: VariantKey {
                sku_id: row.get("sku_id")?,
                plan_id: row.get("plan_id")?,
                add_on: row.get("add_on")?,
            },
            sku_name: row.get("sku_name")?,
            plan_name: row.get("plan_name")?,
            part_number: row.get("part_number")?,
            external_id: row.get("external_id")?,
            term: row.word("variant", "term")?,
            billing: row.word("variant", "billing")?,
            by_use: row.get("by_use")?,
            in_price_book: row.get("in_price_book")?,
            disabled: row.get("disabled")?,
            prices: row.json::<Vec<PricePoint>>("variant", "prices")?,
        },
        since: row.time("since")?,
        previous_units: row.get("previous_units")?,
    })
}

/// A price of the ledger: it holds from its time until the next of the same variant, currency and meter.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// The variant.
    pub variant: VariantId,
    /// Its SKU and plan, as they are called now.
    pub label: String,
    /// From when it holds.
    pub from_at: Timestamp,
    /// Currency.
    pub currency: Currency,
    /// Meter of a usage rate, else empty.
    pub meter: String,
    /// Cost.
    pub cost: Amount,
    /// List price as received.
    pub list: Option<String>,
    /// Where it was read from.
    pub source: PriceSource,
    /// Number of the run that saw it first.
    pub run_number: u64,
}

/// The ledger of a product up to a time, the oldest price first.
pub async fn ledger(
    conn: &impl ConnectionTrait,
    product: ProductId,
    until: Option<Timestamp>,
) -> Result<Vec<LedgerRow>, StoreError> {
    let sql = "SELECT price_entry.*, variant.sku_name, variant.plan_name, run.number AS run_number FROM price_entry JOIN variant ON variant.id = price_entry.variant_id JOIN run ON run.id = price_entry.run_id
         WHERE price_entry.product_id = $1 AND from_at <= $2 ORDER BY from_at, variant.position, currency, meter";
    rows(
        conn,
        sql,
        values![product.0, until.map_or(i64::MAX, micros)],
    )
    .await?
    .iter()
    .map(|row| {
        let scale = if row.get::<String>("scale")? == "rate" {
            Scale::Rate
        } else {
            Scale::Price
        };
        let (sku, plan): (String, String) = (row.get("sku_name")?, row.get("plan_name")?);
        Ok(LedgerRow {
            variant: row.get::<Uuid>("variant_id")?.into(),
            label: if sku == plan {
                sku
            } else {
                format!("{sku}, {plan}")
            },
            from_at: row.time("from_at")?,
            currency: row.word("price_entry", "currency")?,
            meter: row.get("meter")?,
            cost: Amount::from_stored(row.get("cost_text")?, row.get("cost_units")?, scale),
            list: row.get("list_text")?,
            source: row.word("price_entry", "source")?,
            run_number: row.count("run_number")?,
        })
    })
    .collect()
}

/// How many changes of a kind a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCount {
    /// The kind.
    pub kind: ChangeKind,
    /// How many.
    pub count: u64,
}

/// Changes of a run by kind.
pub async fn change_counts(
    conn: &impl ConnectionTrait,
    run: RunId,
) -> Result<Vec<ChangeCount>, StoreError> {
    rows(conn, "SELECT kind, COUNT(*) AS found FROM catalog_change WHERE run_id = $1 GROUP BY kind ORDER BY kind", values![run.0])
        .await?
        .iter()
        .map(|row| Ok(ChangeCount { kind: row.word("catalog_change", "kind")?, count: row.count("found")? }))
        .collect()
}

/// One change of a run.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub product_name: String,
    /// Its vendor.
    pub vendor: String,
    /// What kind.
    pub kind: ChangeKind,
    /// Which detail or variant.
    pub label: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
    /// Currency, for prices.
    pub currency: Option<String>,
    /// New less old price in units of 10^-6.
    pub delta: Option<i64>,
    /// The old price in units of 10^-6.
    pub base: Option<i64>,
}

const CHANGES: &str = "SELECT catalog_change.*, product.name AS product_name, product.vendor AS vendor FROM catalog_change JOIN product ON product.id = catalog_change.product_id";

/// Changes of a run in the order in which they were found, of one kind or of all.
pub async fn list_changes(
    conn: &impl ConnectionTrait,
    run: RunId,
    kind: Option<ChangeKind>,
    offset: u64,
    limit: u32,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = format!(
        "{CHANGES} WHERE run_id = $1 AND ($2 = '' OR catalog_change.kind = $2) ORDER BY seq LIMIT $3 OFFSET $4"
    );
    let values = values![
        run.0,
        kind.map_or("", ChangeKind::as_str),
        i64::from(limit),
        signed(offset)
    ];
    rows(conn, sql, values)
        .await?
        .iter()
        .map(read_change)
        .collect()
}

/// The largest price moves of a run, by share of the old price.
pub async fn list_top_moves(
    conn: &impl ConnectionTrait,
    run: RunId,
    limit: u32,
) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = format!(
        "{CHANGES} WHERE run_id = $1 AND base_units > 0 AND delta_units IS NOT NULL ORDER BY ABS(delta_units) * 10000 / base_units DESC, seq LIMIT $2"
    );
    rows(conn, sql, values![run.0, i64::from(limit)])
        .await?
        .iter()
        .map(read_change)
        .collect()
}

fn read_change(row: &Row) -> Result<ChangeRow, StoreError> {
    Ok(ChangeRow {
        product: row.get::<Uuid>("product_id")?.into(),
        product_name: row.get("product_name")?,
        vendor: row.get("vendor")?,
        kind: row.word("catalog_change", "kind")?,
        label: row.get("label")?,
        before: row.get("before")?,
        after: row.get("after")?,
        currency: row.get("currency")?,
        delta: row.get("delta_units")?,
        base: row.get("base_units")?,
    })
}

/// An entry that could not be read.
#[derive(Debug, Clone)]
pub struct SetAsideRow {
    /// Our id.
    pub id: SetAsideId,
    /// Ion's id.
    pub ion_id: String,
    /// Its name.
    pub name: String,
    /// Where the reading failed.
    pub json_path: String,
    /// Why.
    pub message: String,
    /// What was received, compressed; only from [`find_set_aside`].
    pub raw: Vec<u8>,
    /// Since when.
    pub first_seen_at: Timestamp,
    /// Our product that it should have changed, where it was known.
    pub product: Option<ProductId>,
}

/// What is set aside now.
pub async fn list_set_aside(conn: &impl ConnectionTrait) -> Result<Vec<SetAsideRow>, StoreError> {
    let sql = "SELECT set_aside.*, product.id AS product_id FROM set_aside LEFT JOIN product ON product.connection_id = set_aside.connection_id AND product.ion_id = set_aside.ion_id
         WHERE resolved_at IS NULL ORDER BY first_seen_at DESC, set_aside.name LIMIT 500";
    rows(conn, sql, vec![])
        .await?
        .iter()
        .map(|row| {
            Ok(SetAsideRow {
                raw: Vec::new(),
                ..read_set_aside(row)?
            })
        })
        .collect()
}

/// One entry that is or was set aside.
pub async fn find_set_aside(
    conn: &impl ConnectionTrait,
    id: SetAsideId,
) -> Result<Option<SetAsideRow>, StoreError> {
    let sql = "SELECT set_aside.*, product.id AS product_id FROM set_aside LEFT JOIN product ON product.connection_id = set_aside.connection_id AND product.ion_id = set_aside.ion_id WHERE set_aside.id = $1";
    row(conn, sql, values![id.0])
        .await?
        .map(|row| read_set_aside(&row))
        .transpose()
}

fn read_set_aside(row: &Row) -> Result<SetAsideRow, StoreError> {
    Ok(SetAsideRow {
        id: row.get::<Uuid>("id")?.into(),
        ion_id: row.get("ion_id")?,
        name: row.get("name")?,
        json_path: row.get("json_path")?,
        message: row.get("message")?,
        raw: row.get("raw")?,
        first_seen_at: row.time("first_seen_at")?,
        product: row.get::<Option<Uuid>>("product_id")?.map(ProductId),
    })
}

/// Products that are not withdrawn, with Ion's id: what a complete scan is compared with. Comes in pages by `after`.
pub async fn list_missing(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    after: &str,
    limit: u32,
) -> Result<Vec<(ProductId, String, u64)>, StoreError> {
    let sql = "SELECT id, ion_id, missed_scans FROM product WHERE connection_id = $1 AND state <> 'withdrawn' AND ion_id > $2 ORDER BY ion_id LIMIT $3";
    rows(conn, sql, values![connection.0, after, i64::from(limit)])
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.get::<Uuid>("id")?.into(),
                row.get("ion_id")?,
                row.count("missed_scans")?,
            ))
        })
        .collect()
}

/// Products of a vendor.
#[derive(Debug, Clone)]
pub struct VendorCount {
    /// The vendor.
    pub vendor: String,
    /// How many.
    pub products: u64,
}

/// Figures for the dashboard.
#[derive(Debug, Clone, Default)]
pub struct CatalogFigures {
    /// Products that are not withdrawn.
    pub products: u64,
    /// Their variants.
    pub variants: u64,
    /// Set aside now.
    pub set_aside: u64,
    /// By vendor, the largest first.
    pub vendors: Vec<VendorCount>,
}

/// Figures of the whole catalog.
pub async fn figures(conn: &impl ConnectionTrait) -> Result<CatalogFigures, StoreError> {
    let vendors: Vec<VendorCount> = rows(conn, "SELECT vendor, COUNT(*) AS found FROM product WHERE state <> 'withdrawn' GROUP BY vendor ORDER BY found DESC, vendor", vec![])
        .await?
        .iter()
        .map(|row| Ok(VendorCount { vendor: row.get("vendor")?, products: row.count("found")? }))
        .collect::<Result<_, StoreError>>()?;
    Ok(CatalogFigures {
        products: vendors.iter().map(|vendor| vendor.products).sum(),
        variants: u64::try_from(count(conn, "SELECT CAST(COALESCE(SUM(variants), 0) AS BIGINT) FROM product WHERE state <> 'withdrawn'", vec![]).await?).unwrap_or(0),
        set_aside: u64::try_from(count(conn, "SELECT COUNT(*) FROM set_aside WHERE resolved_at IS NULL", vec![]).await?).unwrap_or(0),
        vendors,
    })
}
