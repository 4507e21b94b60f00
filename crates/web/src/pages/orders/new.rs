//! Where an order begins: for whom. The page writes nothing; a button does.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::customer::CustomerField;
use domain::order::OrderContent;
use domain::{ConnectionId, CustomerId, ProductId, VariantId};
use engine::orders::{NewDraft, OrderError};
use http::HeaderMap;
use rules::customers::table::read_number;
use serde::Deserialize;
use store::catalog;
use store::customers::{self, CustomerFilter, CustomerRow};

use super::{PATH, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::customers::{detail, name};
use crate::pages::{Around, go_to, wants_part};
use crate::view::format::{count, initials, within};
use crate::view::orders::new::{CustomerFound, CustomersFound, NewOrderPage};
use crate::view::{Button, Choice, Html, Note, Section, Tone, status};

/// Customers that are shown.
const SHOWN: u32 = 12;
/// What an address says beside the search, and a post beside the customer.
const KEPT: [&str; 4] = ["variant", "product", "quantity", "connection"];

/// The page, or the customers that htmx asks for.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(format!("{PATH}/new"), query.as_deref());
    let around = Around::load(&app, &caller, &headers, "New order", Section::Orders)
        .await?
        .under("Orders", PATH);
    let list = found(&app, &around, &address).await?;
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    let chosen = address.get("connection").unwrap_or_default();
    let connections = if around.connections.len() > 1 {
        std::iter::once(Choice::new(
            "",
            "The one in which the customer is linked",
            chosen.is_empty(),
        ))
        .chain(around.connections.iter().map(|row| {
            let id = row.id.to_string();
            Choice::new(id.clone(), row.name.clone(), id == chosen)
        }))
        .collect()
    } else {
        Vec::new()
    };
    let mut hidden = vec!["q", "customer"];
    if !connections.is_empty() {
        hidden.push("connection");
    }
    let notes = if around.connections.is_empty() {
        let note = Note::new(
            Tone::Warn,
            "plug",
            "StreamOne Ion is not connected",
            "An order goes by a connection. Nothing can be begun before there is one.",
        );
        vec![if around.frame.manages_connections() {
            note.with(Button::link(
                "Connect StreamOne Ion",
                "/settings/integrations",
            ))
        } else {
            note
        }]
    } else {
        Vec::new()
    };
    Ok(Html(NewOrderPage {
        notes,
        product: product_words(&app, &address).await?,
        connections,
        keep: kept(&address)
            .into_iter()
            .filter(|(name, _)| !hidden.contains(&name.as_str()))
            .collect(),
        query: address.get("q").unwrap_or_default().to_owned(),
        list,
        frame: around.frame,
    })
    .into_response())
}

fn kept(address: &Address) -> Vec<(String, String)> {
    KEPT.iter()
        .filter_map(|name| Some(((*name).to_owned(), address.get(name)?.to_owned())))
        .collect()
}

/// What will be in the order, where the address names it.
async fn product_words(app: &App, address: &Address) -> Result<String, Fault> {
    let conn = app.store().read();
    if let Some(id) = address.get("variant").and_then(|id| id.parse().ok())
        && let Some(offer) = catalog::find_offer_of(conn, id).await?
    {
        return Ok(variant_words(&offer));
    }
    if let Some(id) = address.get("product").and_then(|id| id.parse().ok())
        && let Some(found) = catalog::find_product(conn, id).await?
    {
        return Ok(found.product.name);
    }
    Ok(String::new())
}

fn variant_words(offer: &catalog::Offer) -> String {
    let variant = &offer.variant.variant;
    let sku = within(&offer.product_name, &variant.sku_name);
    let terms = rules::orders::money::commitment_words(variant.term, variant.billing);
    if sku == offer.product_name {
        format!("{sku}, {terms}")
    } else {
        format!("{}, {sku}, {terms}", offer.product_name)
    }
}

/// Customers by words; the one that the address names first.
pub(super) async fn customers_like(
    app: &App,
    query: &str,
    named: Option<CustomerId>,
    shown: u32,
) -> Result<(Vec<CustomerRow>, u64), Fault> {
    let conn = app.store().read();
    let mut rows: Vec<CustomerRow> = Vec::new();
    if query.is_empty()
        && let Some(id) = named
    {
        rows.extend(customers::find(conn, id).await?);
    }
    if let Some(number) = read_number(query) {
        rows.extend(customers::find_by_number(conn, number).await?);
    }
    let filter = CustomerFilter {
        text: query.to_owned(),
        limit: shown,
        ..CustomerFilter::default()
    };
    let page = customers::search(conn, &filter).await?;
    for hit in page.customers {
        if !rows.iter().any(|row| row.id == hit.row.id) {
            rows.push(hit.row);
        }
    }
    rows.retain(|row| row.archived_at.is_none());
    rows.truncate(shown as usize);
    Ok((rows, page.total))
}

async fn found(app: &App, around: &Around, address: &Address) -> Result<CustomersFound, Fault> {
    let query: String = address
        .get("q")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(200)
        .collect();
    let named: Option<CustomerId> = address.get("customer").and_then(|id| id.parse().ok());
    let (rows, total) = customers_like(app, &query, named, SHOWN).await?;
    let shown = rows.len() as u64;
    Ok(CustomersFound {
        csrf: around.frame.csrf.clone(),
        action_href: format!("{PATH}/new"),
        label: "Order for them",
        keep: kept(address),
        nothing: if rows.is_empty() {
            if query.is_empty() {
                "No customer is here yet".to_owned()
            } else {
                format!("Nobody is called “{query}” here")
            }
        } else {
            String::new()
        },
        more: if total > shown {
            format!(
                "The first {} of {}. Type more letters.",
                count(shown),
                count(total)
            )
        } else {
            String::new()
        },
        rows: rows
            .iter()
            .map(|row| CustomerFound {
                id: row.id.to_string(),
                initials: initials(row.customer.fields.get(CustomerField::Organisation)),
                name: name(row).to_owned(),
                detail: detail(row),
                status: status::customer(row.link_state),
                on: named == Some(row.id),
            })
            .collect(),
        without: !around.connections.is_empty(),
    })
}

/// What a post says.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Begin {
    #[serde(default)]
    customer: String,
    #[serde(default)]
    connection: String,
    #[serde(default)]
    variant: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    quantity: String,
}

/// Begins a draft and opens its first step.
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<Begin>,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let offer = match form.variant.parse::<VariantId>() {
        Ok(id) => catalog::find_offer_of(conn, id).await?,
        Err(_) => None,
    };
    let product = match form.product.parse::<ProductId>() {
        Ok(id) if offer.is_none() => catalog::find_product(conn, id).await?,
        _ => None,
    };
    // What is to be bought says by which connection: a product is of one.
    let connection = offer
        .as_ref()
        .map(|offer| offer.connection)
        .or(product.as_ref().map(|found| found.connection))
        .or(form.connection.parse::<ConnectionId>().ok());
    let new = NewDraft {
        customer: form.customer.parse::<CustomerId>().ok(),
        connection,
        content: OrderContent::default(),
    };
    let actor = caller.actor();
    let row = match app.engine().begin_order(new, &actor).await {
        Ok(row) => row,
        Err(OrderError::Invalid(problems))
            if problems.iter().any(|problem| problem.path == "/connection") =>
        {
            return ask_connection(&app, &caller, &headers, &form).await;
        }
        Err(OrderError::NoConnection) => {
            return Err(Fault::conflict(
                "not_connected",
                "StreamOne Ion is not connected. Connect it under Settings, Integrations; then begin the order.",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let quantity = form.quantity.trim().parse().unwrap_or(1).max(1);
    if let Some(offer) = offer {
        // The draft is there whatever becomes of the line; its page says what is missing.
        if let Err(error) = app
            .engine()
            .add_order_line(row.id, row.version, offer.variant.id, quantity, &actor)
            .await
        {
            tracing::info!(%error, "the line of a new order could not be added");
        }
    }
    let step = step_href(row.id, "products");
    Ok(go_to(&match product {
        Some(found) => format!("{step}?product={}", found.id),
        None => step,
    }))
}

/// There are several connections, and neither the customer nor the product says which.
async fn ask_connection(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    form: &Begin,
) -> Result<Response, Fault> {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("customer", &form.customer)
        .append_pair("variant", &form.variant)
        .append_pair("product", &form.product)
        .append_pair("quantity", &form.quantity)
        .finish();
    let address = Address::new(format!("{PATH}/new"), Some(&query));
    let around = Around::load(app, caller, headers, "New order", Section::Orders)
        .await?
        .under("Orders", PATH);
    let first = around.connections.first().map(|row| row.id.to_string());
    let mut list = found(app, &around, &address).await?;
    // Until another one is chosen, the buttons mean the first.
    list.keep.retain(|(name, _)| name != "connection");
    list.keep
        .extend(first.clone().map(|id| ("connection".to_owned(), id)));
    let page = NewOrderPage {
        notes: vec![Note::new(
            Tone::Warn,
            "plug",
            "By which connection?",
            "This customer is linked in none of them. Choose the connection by which the order goes, then press the button again.",
        )],
        product: product_words(app, &address).await?,
        connections: around
            .connections
            .iter()
            .map(|row| {
                let id = row.id.to_string();
                Choice::new(id.clone(), row.name.clone(), Some(id) == first)
            })
            .collect(),
        keep: address.but(&["q", "connection"]),
        query: String::new(),
        list,
        frame: around.frame,
    };
    let mut response = Html(page).into_response();
    *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
