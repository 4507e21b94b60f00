//! What the catalog says of something that is to be ordered: one variant with the little of its product that an order needs.

use domain::catalog::ProductState;
use domain::{ConnectionId, ProductId, VariantId};
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use uuid::Uuid;

use super::read::{StoredVariant, read_variant};
use crate::StoreError;
use crate::sql::{Row, row, rows, values};

/// A variant as an order names it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The connection.
    pub connection: ConnectionId,
    /// Our id of the product.
    pub product: ProductId,
    /// Ion's id of the product.
    pub product_ion_id: String,
    /// Name of the product.
    pub product_name: String,
    /// Vendor as people know it.
    pub vendor: String,
    /// Ion's numbers of the providers.
    pub provider_ids: Vec<String>,
    /// Whether the product can be bought.
    pub state: ProductState,
    /// Ion says that the product is disabled.
    pub disabled: bool,
    /// The variant, also one that is gone.
    pub variant: StoredVariant,
    /// It is no longer sold.
    pub gone: bool,
}

/// The few details that are read of a product.
#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    provider_ids: Vec<String>,
    #[serde(default)]
    disabled: bool,
}

const OFFER: &str = "SELECT variant.*, product.connection_id, product.ion_id AS product_ion_id, product.name AS product_name, product.vendor, product.state AS product_state, product_raw.details
     FROM variant JOIN product ON product.id = variant.product_id JOIN product_raw ON product_raw.product_id = product.id";

/// What is sold under Ion's ids of product, SKU (or add-on) and plan.
pub async fn find_offer(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    product_ion_id: &str,
    (sku_id, plan_id, add_on): (&str, &str, bool),
) -> Result<Option<Offer>, StoreError> {
    let sql = format!(
        "{OFFER} WHERE product.connection_id = $1 AND product.ion_id = $2 AND variant.sku_id = $3 AND variant.plan_id = $4 AND variant.add_on = $5
         ORDER BY CASE WHEN variant.gone_at IS NULL THEN 0 ELSE 1 END LIMIT 1"
    );
    let values = values![connection.0, product_ion_id, sku_id, plan_id, add_on];
    row(conn, sql, values)
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// What is sold under a manufacturer part number; the number is compared as Ion writes it.
pub async fn list_offers_of_part(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    part_number: &str,
) -> Result<Vec<Offer>, StoreError> {
    // `|| ''`: found by the number, and sorted then; not walked in the order of the products.
    let sql = format!(
        "{OFFER} WHERE product.connection_id = $1 AND variant.part_number = $2 AND variant.add_on = $3 ORDER BY product.ion_id || '', variant.position LIMIT 50"
    );
    rows(conn, sql, values![connection.0, part_number, false])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// What is sold under our id of a variant.
pub async fn find_offer_of(
    conn: &impl ConnectionTrait,
    variant: VariantId,
) -> Result<Option<Offer>, StoreError> {
    row(
        conn,
        format!("{OFFER} WHERE variant.id = $1"),
        values![variant.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Our id of a product, and whether it can be bought, by Ion's id.
pub async fn find_product_state(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    product_ion_id: &str,
) -> Result<Option<(ProductId, ProductState)>, StoreError> {
    let sql = "SELECT id, state FROM product WHERE connection_id = $1 AND ion_id = $2";
    row(conn, sql, values![connection.0, product_ion_id])
        .await?
        .map(|row| Ok((row.get::<Uuid>("id")?.into(), row.word("product", "state")?)))
        .transpose()
}

fn read(row: &Row) -> Result<Offer, StoreError> {
    let details: Details = row.json("product_raw", "details")?;
    let state: String = row.get("product_state")?;
    Ok(Offer {
        connection: row.get::<Uuid>("connection_id")?.into(),
        product: row.get::<Uuid>("product_id")?.into(),
        product_ion_id: row.get("product_ion_id")?,
        product_name: row.get("product_name")?,
        vendor: row.get("vendor")?,
        provider_ids: details.provider_ids,
        state: state.parse().map_err(|_| StoreError::Corrupt {
            table: "product",
            column: "state",
            value: state,
        })?,
        disabled: details.disabled,
        variant: read_variant(row)?,
        gone: row.get::<Option<i64>>("gone_at")?.is_some(),
    })
}
