//! Looking for a product to add to a draft, and choosing its terms.

use domain::ProductId;
use domain::catalog::ProductState;
use rules::orders::money::commitment_words;
use store::catalog::{ProductDetail, ProductFilter, ProductHit, search};
use store::orders::OrderRow;

use super::matrix::{Asked, matrix, skus};
use super::{href, step_href};
use crate::app::App;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::view::Times;
use crate::view::format::{count, counted, price, within};
use crate::view::orders::products::{
    Adding, FindProduct, ProductFound, ProductsFound, Quantity, SkuChoice,
};
use crate::words;

/// Products that are shown.
const SHOWN: u32 = 8;
/// SKUs of a product that are shown.
const SKUS: usize = 100;

/// The search with what it found.
pub(super) async fn find(
    app: &App,
    row: &OrderRow,
    address: &Address,
) -> Result<FindProduct, Fault> {
    let query: String = address
        .get("q")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(200)
        .collect();
    Ok(FindProduct {
        action_href: step_href(row.id, "products"),
        list: found(app, row, &query).await?,
        query,
    })
}

/// What was found; nothing is looked for without a word.
pub(super) async fn found(app: &App, row: &OrderRow, query: &str) -> Result<ProductsFound, Fault> {
    let mut found = ProductsFound {
        rows: Vec::new(),
        nothing: String::new(),
        more: String::new(),
    };
    if query.is_empty() {
        return Ok(found);
    }
    let filter = ProductFilter {
        text: query.to_owned(),
        connection: Some(row.connection),
        limit: SHOWN,
        ..ProductFilter::default()
    };
    let page = search(app.store().read(), &filter).await?;
    let shown = page.products.len() as u64;
    if page.total > shown {
        found.more = format!(
            "The first {} of {}. Type more letters.",
            count(shown),
            count(page.total)
        );
    }
    if shown == 0 {
        found.nothing = format!(
            "No product of this connection is called “{query}”. A SKU or a part number works too."
        );
    }
    found.rows = page
        .products
        .iter()
        .map(|hit| line(hit, row, query))
        .collect();
    Ok(found)
}

fn line(hit: &ProductHit, row: &OrderRow, query: &str) -> ProductFound {
    let step = step_href(row.id, "products");
    let link = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", query)
        .append_pair("product", &hit.id.to_string())
        .finish();
    let mut detail = vec![hit.vendor.clone()];
    if !hit.part_number.is_empty() {
        detail.push(hit.part_number.clone());
    }
    detail.push(counted(hit.variants, "variant", "variants"));
    let currency = hit.currency.as_deref().and_then(words::currency);
    ProductFound {
        href: format!("{step}?{link}#adding"),
        vendor: hit.vendor.clone(),
        name: hit.name.clone(),
        detail: detail.join(" · "),
        price: match (hit.by_use, hit.cost_units, currency) {
            (true, _, _) => "by use".to_owned(),
            (false, Some(units), Some(currency)) => format!("from {}", price(units, currency)),
            _ => String::new(),
        },
        currency: match (hit.by_use, hit.cost_units) {
            (false, Some(_)) => hit.currency.clone().unwrap_or_default(),
            _ => String::new(),
        },
        not: match hit.state {
            ProductState::Available => String::new(),
            ProductState::NotInPriceBook => "not in your price book".to_owned(),
            ProductState::SetAside => "set aside: its price is not certain".to_owned(),
            ProductState::Withdrawn => "no longer offered".to_owned(),
        },
    }
}

/// The product that an address names, to choose its terms. Nothing where it is of another connection.
pub(super) fn adding(
    row: &OrderRow,
    product: &ProductDetail,
    address: &Address,
    error: String,
    times: &Times,
) -> Option<Adding> {
    if product.connection != row.connection {
        return None;
    }
    let all = skus(product);
    let only = match all.as_slice() {
        [(id, _, _)] => Some(*id),
        _ => None,
    };
    // A variant that the search named by its part number is one of them.
    let chosen = address.get("sku").or(only);
    let quantity = address
        .get("quantity")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let step = step_href(row.id, "products");
    let with_sku = |sku: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("product", &product.id.to_string())
            .append_pair("sku", sku)
            .finish();
        format!("{step}?{query}#adding")
    };
    Some(Adding {
        vendor: product.product.vendor.clone(),
        name: product.product.name.clone(),
        back_href: format!("{step}#find"),
        skus: if only.is_some() {
            Vec::new()
        } else {
            // The chosen one is in sight, wherever it stands.
            let mut shown: Vec<_> = all.iter().take(SKUS).collect();
            shown.extend(
                all.iter()
                    .skip(SKUS)
                    .filter(|(id, _, _)| Some(*id) == chosen),
            );
            shown
                .into_iter()
                .map(|(id, name, number)| SkuChoice {
                    label: within(&product.product.name, name).to_owned(),
                    detail: part(number),
                    href: with_sku(id),
                    on: Some(*id) == chosen,
                })
                .collect()
        },
        hidden: all.len().saturating_sub(SKUS),
        matrix: chosen.map(|sku| {
            matrix(
                &Asked {
                    name: "variant".to_owned(),
                    product,
                    sku,
                    plan: None,
                    quantity,
                    currency: super::money::only_currency(&row.content),
                    error,
                },
                times,
            )
        }),
        quantity: Quantity {
            name: "quantity".to_owned(),
            label: "Seats".to_owned(),
            value: quantity.to_string(),
            hint: String::new(),
            min: Some(1),
            max: None,
            error: String::new(),
        },
        action_href: format!("{}/lines", href(row.id)),
        version: row.version,
    })
}

/// A part number without commitment and billing: they differ from variant to variant.
fn part(number: &str) -> String {
    number.split(':').take(2).collect::<Vec<_>>().join(":")
}

/// The product that an address names.
pub(super) fn named(address: &Address) -> Option<ProductId> {
    address.get("product").and_then(|id| id.parse().ok())
}

/// What can come with a line: the add-ons of its product, with their terms.
pub(super) fn terms(variant: &domain::catalog::Variant) -> String {
    let words = commitment_words(variant.term, variant.billing);
    let plan = within(&variant.sku_name, &variant.plan_name);
    if plan == variant.sku_name {
        words
    } else {
        format!("{plan}, {words}")
    }
}
