//! Products: search, one, its prices over time, what an import changed.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::access::Right;
use domain::catalog::{ChangeKind, PriceSource, ProductState};
use domain::{BillingPeriod, ProductId, Term, VariantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::catalog::{self, ChangeRow, LedgerRow, PriceSort, ProductHit, StoredVariant};
use store::{StoreError, runs};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::page::{Page, Paging, cursor, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};
use crate::{filter, words};

/// An exact amount with its currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Price {
    /// Decimal text, digit for digit as received.
    #[schema(example = "18.72")]
    amount: String,
    /// ISO 4217.
    #[schema(example = "EUR")]
    currency: String,
}

/// A product of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductSummary {
    /// Id.
    #[schema(value_type = Uuid)]
    id: ProductId,
    /// Ion's id.
    ion_id: String,
    /// Name.
    name: String,
    /// Vendor.
    vendor: String,
    /// First category.
    category: String,
    /// Part number without commitment and billing.
    part_number: String,
    /// Commitments.
    terms: Vec<String>,
    /// Billing periods.
    billings: Vec<String>,
    /// Number of variants.
    variants: u64,
    /// Cheapest cost; null where there is none, or without the right to see costs.
    cost_from: Option<Price>,
    /// `available`, `not_in_price_book`, `set_aside` or `withdrawn`.
    #[schema(value_type = String)]
    state: ProductState,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

fn summary(hit: ProductHit, costs: bool) -> ProductSummary {
    ProductSummary {
        id: hit.id,
        ion_id: hit.ion_id,
        name: hit.name,
        vendor: hit.vendor,
        category: hit.category,
        part_number: hit.part_number,
        terms: hit.terms,
        billings: hit.billings,
        variants: hit.variants,
        cost_from: hit
            .cost
            .zip(hit.currency)
            .filter(|_| costs)
            .map(|(amount, currency)| Price { amount, currency }),
        state: hit.state,
        changed_at: hit.changed_at,
    }
}

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Words of name, SKU or part number; each must occur.
    #[serde(default)]
    q: Option<String>,
    /// Of one connection.
    #[serde(default)]
    connection_id: Option<Uuid>,
    /// Of one vendor.
    #[serde(default)]
    vendor: Option<String>,
    /// Of one category.
    #[serde(default)]
    category: Option<String>,
    /// With a variant of this commitment: `P1M`, `P1Y`, `P3Y` or `unknown`.
    #[serde(default)]
    term: Option<String>,
    /// With a variant billed like this, such as `monthly`.
    #[serde(default)]
    billing: Option<String>,
    /// With a price in this currency.
    #[serde(default)]
    currency: Option<String>,
    /// Of this state; withdrawn ones are left out where none is named.
    #[serde(default)]
    state: Option<String>,
    /// Cheapest cost at least this.
    #[serde(default)]
    price_from: Option<String>,
    /// Cheapest cost at most this.
    #[serde(default)]
    price_to: Option<String>,
    /// `name`, `vendor`, `category`, `cost` or `changed`; `-` before it for the other way. Where none is named: by name, or by how
    /// well `q` fits. Only a list in a named order goes on exactly where it was while an import writes.
    #[serde(default)]
    sort: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

/// Search products
#[utoipa::path(get, path = "/api/v1/products", tag = "products", operation_id = "search_products", params(Which), responses(
    (status = OK, body = Page<ProductSummary>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<Page<ProductSummary>>, Fault> {
    let costs = caller.may(Right::SeeCost);
    let get = |name: &str| match name {
        "q" => which.q.as_deref(),
        "vendor" => which.vendor.as_deref(),
        "category" => which.category.as_deref(),
        "term" => which.term.as_deref(),
        "billing" => which.billing.as_deref(),
        "currency" => which.currency.as_deref(),
        "state" => which.state.as_deref(),
        "price_from" => which.price_from.as_deref(),
        "price_to" => which.price_to.as_deref(),
        "sort" => which.sort.as_deref(),
        _ => None,
    };
    let mut filter = filter::read(get, costs)?;
    let paging = Paging {
        cursor: which.cursor.clone(),
        limit: which.limit,
    };
    filter.connection = which.connection_id.map(Into::into);
    filter.limit = paging.limit()?;
    // Without words to rank by, the order is the name. A ranked list has no place to go on behind, and is counted through.
    if filter.sort.is_none() && filter.text.is_empty() {
        filter.sort = Some(PriceSort::Name);
    }
    let order = filter.sort.map(|sort| {
        format!(
            "{sort:?}{}",
            if filter.descending { " descending" } else { "" }
        )
    });
    match &order {
        Some(order) => filter.after = paging.behind(order)?,
        None => filter.offset = paging.position()?.unwrap_or(0),
    }
    let page = catalog::search(app.store().read(), &filter)
        .await
        .map_err(|error| match error {
            StoreError::Missing(_) => unknown_cursor(),
            other => other.into(),
        })?;
    let end = filter.offset + page.products.len() as u64;
    Ok(Json(Page {
        next: match &order {
            Some(order) => page.next.map(|place| cursor_behind(order, &place)),
            None => (end < page.total && !page.products.is_empty()).then(|| cursor(end)),
        },
        items: page
            .products
            .into_iter()
            .map(|hit| summary(hit, costs))
            .collect(),
    }))
}

/// A price of a variant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VariantPrice {
    /// Name of the meter, for usage rates; empty otherwise.
    meter: String,
    /// What the reseller pays.
    cost: String,
    /// The upstream list price, where Ion tells it.
    list: Option<String>,
    /// ISO 4217.
    currency: String,
    /// Where `cost` was read from: `price_book`, `master`, `plan` or `usage`.
    #[schema(value_type = String)]
    source: PriceSource,
    /// Since when it holds.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// One SKU or add-on under one billing plan: what is sold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Variant {
    /// Id.
    #[schema(value_type = Uuid)]
    id: VariantId,
    /// SKU, or add-on.
    sku_id: String,
    /// Billing plan.
    plan_id: String,
    /// `sku_id` names an add-on.
    add_on: bool,
    /// Name of the SKU.
    sku_name: String,
    /// Name of the plan.
    plan_name: String,
    /// Manufacturer part number.
    part_number: Option<String>,
    /// Commitment.
    #[schema(value_type = String)]
    term: Term,
    /// Billing.
    #[schema(value_type = String)]
    billing: BillingPeriod,
    /// Billed by use.
    by_use: bool,
    /// In the reseller's price book.
    in_price_book: bool,
    /// Disabled in Ion.
    disabled: bool,
    /// Prices; null without the right to see costs.
    prices: Option<Vec<VariantPrice>>,
}

fn variant(stored: StoredVariant, costs: bool) -> Variant {
    let one = stored.variant;
    let prices = one
        .prices
        .into_iter()
        .map(|price| VariantPrice {
            meter: price.meter,
            cost: price.cost.text().to_owned(),
            list: price.list.map(|list| list.text().to_owned()),
            currency: price.currency.to_string(),
            source: price.source,
            since: stored.since,
        })
        .collect();
    Variant {
        id: stored.id,
        sku_id: one.key.sku_id,
        plan_id: one.key.plan_id,
        add_on: one.key.add_on,
        sku_name: one.sku_name,
        plan_name: one.plan_name,
        part_number: one.part_number,
        term: one.term,
        billing: one.billing,
        by_use: one.by_use,
        in_price_book: one.in_price_book,
        disabled: one.disabled,
        prices: costs.then_some(prices),
    }
}

/// A product with its variants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Product {
    /// Id.
    #[schema(value_type = Uuid)]
    id: ProductId,
    /// The connection.
    connection_id: Uuid,
    /// Ion's id.
    ion_id: String,
    /// Name.
    name: String,
    /// Vendor.
    vendor: String,
    /// Ion's word for its kind.
    kind: String,
    /// Categories.
    categories: Vec<String>,
    /// First line below the name.
    caption: String,
    /// Description: HTML made safe.
    description: String,
    /// `available`, `not_in_price_book`, `set_aside` or `withdrawn`.
    #[schema(value_type = String)]
    state: ProductState,
    /// What is sold.
    variants: Vec<Variant>,
    /// When an import first saw it.
    #[schema(value_type = String, format = DateTime)]
    first_seen_at: Timestamp,
    /// When an import last found it different.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// One product with its variants
#[utoipa::path(get, path = "/api/v1/products/{id}", tag = "products", operation_id = "get_product", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Product),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Product>, Fault> {
    let costs = caller.may(Right::SeeCost);
    let detail = catalog::find_product(app.store().read(), id.into())
        .await?
        .ok_or_else(|| Fault::not_found("product"))?;
    Ok(Json(Product {
        id: detail.id,
        connection_id: detail.connection.into(),
        ion_id: detail.product.ion_id,
        name: detail.product.name,
        vendor: detail.product.vendor,
        kind: detail.product.kind,
        categories: detail.product.categories,
        caption: detail.product.caption,
        description: crate::markup::safe(&detail.product.description),
        state: detail.state,
        variants: detail
            .variants
            .into_iter()
            .map(|one| variant(one, costs))
            .collect(),
        first_seen_at: detail.first_seen_at,
        changed_at: detail.changed_at,
    }))
}

/// A price and from when it holds: until the next of the same variant, currency and meter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerEntry {
    /// The variant.
    #[schema(value_type = Uuid)]
    variant_id: VariantId,
    /// Its SKU and plan, as they are called now.
    label: String,
    /// From when it holds.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Name of the meter, for usage rates; empty otherwise.
    meter: String,
    /// What the reseller pays.
    cost: String,
    /// The upstream list price.
    list: Option<String>,
    /// ISO 4217.
    currency: String,
    /// Where `cost` was read from.
    #[schema(value_type = String)]
    source: PriceSource,
    /// Number of the import that saw it first.
    run_number: u64,
}

impl From<LedgerRow> for LedgerEntry {
    fn from(row: LedgerRow) -> Self {
        Self {
            variant_id: row.variant,
            label: row.label,
            from: row.from_at,
            meter: row.meter,
            cost: row.cost.text().to_owned(),
            list: row.list,
            currency: row.currency.to_string(),
            source: row.source,
            run_number: row.run_number,
        }
    }
}

/// Which prices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// Only the prices that held at this time (RFC 3339); the whole history where it is left out.
    #[serde(default)]
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
}

/// Prices of a product over time, the oldest first
#[utoipa::path(get, path = "/api/v1/products/{id}/prices", tag = "products", operation_id = "list_prices", params(("id" = Uuid, Path), AsOf), responses(
    (status = OK, body = Page<LedgerEntry>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn prices(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(asked): Query<AsOf>,
) -> Result<Json<Page<LedgerEntry>>, Fault> {
    let conn = app.store().read();
    let detail = catalog::find_product(conn, id.into())
        .await?
        .ok_or_else(|| Fault::not_found("product"))?;
    let ledger = catalog::ledger(conn, detail.id, asked.as_of).await?;
    let rows: Vec<LedgerRow> = if asked.as_of.is_some() {
        let mut held = BTreeMap::new();
        for row in ledger {
            held.insert((row.variant, row.currency, row.meter.clone()), row);
        }
        held.into_values().collect()
    } else {
        ledger
    };
    Ok(Json(Page::whole(
        rows.into_iter().map(LedgerEntry::from).collect(),
    )))
}

/// A change that an import found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// The product.
    #[schema(value_type = Uuid)]
    product_id: ProductId,
    /// Its name.
    product_name: String,
    /// Its vendor.
    vendor: String,
    /// What kind: `new`, `withdrawn`, `returned`, `price_up`, `price_down`, `price_set`, `variant_new`, `variant_gone`, `availability`, `details`.
    #[schema(value_type = String)]
    kind: ChangeKind,
    /// Which detail or variant.
    label: String,
    /// What it was; null for a price without the right to see costs.
    before: Option<String>,
    /// What it is; null for a price without the right to see costs.
    after: Option<String>,
    /// Currency, for prices.
    currency: Option<String>,
}

fn change(row: ChangeRow, costs: bool) -> Change {
    let shown = costs || !words::is_price(row.kind);
    Change {
        product_id: row.product,
        product_name: row.product_name,
        vendor: row.vendor,
        kind: row.kind,
        label: row.label,
        before: shown.then_some(row.before),
        after: shown.then_some(row.after),
        currency: row.currency.filter(|_| shown),
    }
}

/// Which changes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichChanges {
    /// Id of the run; the last complete one where it is left out.
    #[serde(default)]
    run_id: Option<Uuid>,
    /// Of one kind.
    #[serde(default)]
    kind: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

/// What an import changed
#[utoipa::path(get, path = "/api/v1/changes", tag = "products", operation_id = "list_changes", params(WhichChanges), responses(
    (status = OK, body = Page<Change>),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn changes(
    State(app): State<App>,
    caller: Caller,
    Query(which): Query<WhichChanges>,
) -> Result<Json<Page<Change>>, Fault> {
    let conn = app.store().read();
    let run = match which.run_id {
        Some(id) => runs::find(conn, id.into()).await?,
        None => runs::find_last_complete(conn).await?,
    };
    let run = run.ok_or_else(|| Fault::not_found("import"))?;
    let kind = match which.kind.as_deref().filter(|kind| !kind.is_empty()) {
        Some(kind) => Some(
            kind.parse::<ChangeKind>()
                .map_err(|_| Fault::field("kind", "This is no kind of change."))?,
        ),
        None => None,
    };
    let paging = Paging {
        cursor: which.cursor,
        limit: which.limit,
    };
    let (limit, offset) = (paging.limit()?, paging.position()?.unwrap_or(0));
    let mut rows = catalog::list_changes(conn, run.id, kind, offset, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let costs = caller.may(Right::SeeCost);
    Ok(Json(Page {
        next: more.then(|| cursor(offset + u64::from(limit))),
        items: rows.into_iter().map(|row| change(row, costs)).collect(),
    }))
}
