//! Products and customers by what people call them.

use std::collections::BTreeMap;

use domain::margin::MarginScope;
use domain::{CustomerId, ProductId};
use rules::customers::table::{number_text, read_number};
use store::catalog::{self, ProductDetail, ProductFilter};
use store::customers::{self, CustomerFilter};
use store::{StoreError, connections};

use crate::app::App;
use crate::pages::customers::{detail, name};

/// Those that are offered where words mean several.
const OFFERS: u32 = 6;

/// What words mean.
#[derive(Debug, Clone)]
pub(super) enum Meant<T> {
    /// Nothing is typed.
    Nobody,
    /// One.
    One(T),
    /// Several: id, name, what tells it apart.
    Several(Vec<(String, String, String)>),
    /// None.
    Unknown,
}

/// A product of the catalog by Ion's id, in any connection.
pub(super) async fn product(app: &App, ion_id: &str) -> Result<Option<ProductDetail>, StoreError> {
    let conn = app.store().read();
    for row in connections::list_all(conn).await? {
        if let Some((id, _)) = catalog::find_product_state(conn, row.id, ion_id).await? {
            return catalog::find_product(conn, id).await;
        }
    }
    Ok(None)
}

/// The product that words mean: its name, part number or id. `id` is the one that was meant before by the same words.
pub(super) async fn product_of(
    app: &App,
    words: &str,
    id: &str,
) -> Result<Meant<ProductDetail>, StoreError> {
    let words = words.trim();
    if words.is_empty() {
        return Ok(Meant::Nobody);
    }
    if !id.is_empty()
        && let Some(found) = product(app, id).await?
        && (found.product.name == words || found.product.ion_id == words)
    {
        return Ok(Meant::One(found));
    }
    if let Some(found) = product(app, words).await? {
        return Ok(Meant::One(found));
    }
    let filter = ProductFilter {
        text: words.to_owned(),
        limit: OFFERS,
        ..ProductFilter::default()
    };
    let conn = app.store().read();
    let hits = catalog::search(conn, &filter).await?.products;
    let exact: Vec<ProductId> = hits
        .iter()
        .filter(|hit| {
            hit.name.eq_ignore_ascii_case(words) || hit.part_number.eq_ignore_ascii_case(words)
        })
        .map(|hit| hit.id)
        .collect();
    let one = match (exact.as_slice(), hits.as_slice()) {
        ([one], _) => Some(*one),
        (_, [only]) => Some(only.id),
        _ => None,
    };
    if let Some(id) = one {
        return Ok(catalog::find_product(conn, id)
            .await?
            .map_or(Meant::Unknown, Meant::One));
    }
    if hits.is_empty() {
        return Ok(Meant::Unknown);
    }
    Ok(Meant::Several(
        hits.into_iter()
            .map(|hit| {
                let more = if hit.part_number.is_empty() {
                    hit.vendor
                } else {
                    hit.part_number
                };
                (hit.ion_id, hit.name, more)
            })
            .collect(),
    ))
}

/// The customer that words mean: a name or a number. `id` is the one that was meant before by the same words.
pub(super) async fn customer_of(
    app: &App,
    words: &str,
    id: &str,
) -> Result<Meant<(CustomerId, String)>, StoreError> {
    let words = words.trim();
    if words.is_empty() {
        return Ok(Meant::Nobody);
    }
    let conn = app.store().read();
    if let Ok(id) = id.parse::<CustomerId>()
        && let Some(row) = customers::find(conn, id).await?
        && name(&row) == words
    {
        return Ok(Meant::One((id, name(&row).to_owned())));
    }
    if let Some(number) = read_number(words)
        && let Some(row) = customers::find_by_number(conn, number).await?
    {
        return Ok(Meant::One((row.id, name(&row).to_owned())));
    }
    let filter = CustomerFilter {
        text: words.to_owned(),
        limit: OFFERS,
        ..CustomerFilter::default()
    };
    let hits = customers::search(conn, &filter).await?.customers;
    let exact: Vec<_> = hits
        .iter()
        .filter(|hit| name(&hit.row).eq_ignore_ascii_case(words))
        .collect();
    Ok(match (exact.as_slice(), hits.as_slice()) {
        ([one], _) => Meant::One((one.row.id, name(&one.row).to_owned())),
        (_, [only]) => Meant::One((only.row.id, name(&only.row).to_owned())),
        (_, []) => Meant::Unknown,
        _ => Meant::Several(
            hits.iter()
                .map(|hit| {
                    (
                        hit.row.id.to_string(),
                        name(&hit.row).to_owned(),
                        detail(&hit.row),
                    )
                })
                .collect(),
        ),
    })
}

/// Names of what rules apply to.
#[derive(Debug, Default)]
pub(super) struct Names {
    products: BTreeMap<String, String>,
    customers: BTreeMap<CustomerId, String>,
}

impl Names {
    /// Of all of these.
    pub(super) async fn of<'a>(
        app: &App,
        scopes: impl Iterator<Item = &'a MarginScope>,
    ) -> Result<Self, StoreError> {
        let mut names = Self::default();
        let conn = app.store().read();
        for scope in scopes {
            if let Some(id) = &scope.product_ion_id
                && !names.products.contains_key(id)
                && let Some(found) = product(app, id).await?
            {
                names.products.insert(id.clone(), found.product.name);
            }
            if let Some(id) = scope.customer
                && !names.customers.contains_key(&id)
                && let Some(row) = customers::find(conn, id).await?
            {
                let words = name(&row);
                let words = if words.is_empty() {
                    number_text(row.number)
                } else {
                    words.to_owned()
                };
                names.customers.insert(id, words);
            }
        }
        Ok(names)
    }

    /// `Hedgehog Logistics Oy: Microsoft 365 Business Premium`, `everything`.
    pub(super) fn scope(&self, scope: &MarginScope) -> String {
        let product = scope.product_ion_id.as_ref().map(|id| {
            let name = self.products.get(id).unwrap_or(id);
            match &scope.sku_id {
                Some(sku) => format!("{name}, SKU {sku}"),
                None => name.clone(),
            }
        });
        let what = match (product, &scope.vendor) {
            (Some(product), _) => product,
            (None, Some(vendor)) => format!("all products of {vendor}"),
            (None, None) => "all products".to_owned(),
        };
        match scope.customer {
            Some(id) => format!(
                "{}: {what}",
                self.customers
                    .get(&id)
                    .map_or("a customer that is gone", String::as_str)
            ),
            None if scope.vendor.is_none() && scope.product_ion_id.is_none() => {
                "everything".to_owned()
            }
            None => what,
        }
    }
}
