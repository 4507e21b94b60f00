//! What an import reads of the stored catalog before it decides what to write.

use std::collections::HashMap;

use domain::catalog::{Product, Variant, VariantKey};
use domain::{ConnectionId, ProductId, VariantId};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use crate::StoreError;
use crate::sql::{count, rows, values};

/// Ids of one query: below the bind limits of both databases.
const IDS: usize = 500;

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
    /// Number of its variants.
    pub variants: u64,
    /// Its vendor.
    pub vendor: String,
    /// When an import first saw it.
    pub first_seen_at: Timestamp,
    /// When an import last found it different.
    pub changed_at: Timestamp,
}

/// A product as stored, with what a writer needs to keep.
#[derive(Debug, Clone)]
pub struct StoredProduct {
    /// The product with the variants that are sold.
    pub product: Product,
    /// Number of its search document.
    pub doc_id: i64,
    /// When an import first saw it.
    pub first_seen_at: Timestamp,
    /// When an import last found it different.
    pub changed_at: Timestamp,
    /// Every variant that it ever had.
    pub variants: HashMap<VariantKey, KnownVariant>,
}

/// A variant as stored, with what a writer needs to keep.
#[derive(Debug, Clone)]
pub struct KnownVariant {
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
    /// No longer sold.
    pub gone: bool,
}

/// Products of a connection by Ion's id.
pub async fn load_known(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ion_ids: &[String],
) -> Result<HashMap<String, KnownProduct>, StoreError> {
    let mut known = HashMap::with_capacity(ion_ids.len());
    for part in ion_ids.chunks(IDS) {
        let sql = format!(
            "SELECT id, ion_id, raw_hash, state, missed_scans, variants, vendor, first_seen_at, changed_at
             FROM product WHERE connection_id = $1 AND ion_id IN ({})",
            marks(2, part.len())
        );
        let mut values = values![connection.0];
        values.extend(part.iter().map(|id| Value::from(id.clone())));
        for row in rows(conn, sql, values).await? {
            let state: String = row.get("state")?;
            let product = KnownProduct {
                id: row.get::<Uuid>("id")?.into(),
                raw_hash: row.get("raw_hash")?,
                withdrawn: state == "withdrawn",
                set_aside: state == "set_aside",
                missed_scans: row.count("missed_scans")?,
                variants: row.count("variants")?,
                vendor: row.get("vendor")?,
                first_seen_at: row.time("first_seen_at")?,
                changed_at: row.time("changed_at")?,
            };
            known.insert(row.get("ion_id")?, product);
        }
    }
    Ok(known)
}

/// Whole products by our id.
pub async fn load_products(
    conn: &impl ConnectionTrait,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, StoredProduct>, StoreError> {
    let mut products = HashMap::with_capacity(ids.len());
    for part in ids.chunks(IDS) {
        let marks = marks(1, part.len());
        let values = || part.iter().map(|id| Value::from(id.0)).collect::<Vec<_>>();
        let sql = format!(
            "SELECT id, doc_id, details, first_seen_at, changed_at FROM product
             JOIN product_raw ON product_raw.product_id = product.id WHERE id IN ({marks})"
        );
        for row in rows(conn, sql, values()).await? {
            let stored = StoredProduct {
                product: row.json("product_raw", "details")?,
                doc_id: row.get("doc_id")?,
                first_seen_at: row.time("first_seen_at")?,
                changed_at: row.time("changed_at")?,
                variants: HashMap::new(),
            };
            products.insert(ProductId(row.get::<Uuid>("id")?), stored);
        }
        let sql = format!(
            "SELECT * FROM variant WHERE product_id IN ({marks}) ORDER BY product_id, position"
        );
        for row in rows(conn, sql, values()).await? {
            let Some(stored) = products.get_mut(&ProductId(row.get::<Uuid>("product_id")?)) else {
                continue;
            };
            let read = super::read::read_variant(&row)?;
            let known = KnownVariant {
                id: read.id,
                position: row.count("position")?,
                variant: read.variant,
                since: read.since,
                previous_units: read.previous_units,
                gone: row.time_opt("gone_at")?.is_some(),
            };
            if !known.gone {
                stored.product.variants.push(known.variant.clone());
            }
            stored.variants.insert(known.variant.key.clone(), known);
        }
    }
    Ok(products)
}

/// Products of a connection that are not withdrawn.
pub async fn count_products(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM product WHERE connection_id = $1 AND state <> 'withdrawn'";
    Ok(u64::try_from(count(conn, sql, values![connection.0]).await?).unwrap_or(0))
}

/// `$2,$3,$4`: parameters from `first` on.
pub(super) fn marks(first: usize, number: usize) -> String {
    (first..first + number)
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(",")
}
