//! One product: its variants, what they cost and did cost, and the reply that it was read from.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::catalog::{PricePoint, Product, ProductState};
use domain::{Currency, VariantId};
use engine::margins::MarginBook;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use jiff::civil::Date;
use rules::cell::harmless;
use serde::Deserialize;
use store::catalog::{self, LedgerRow, ProductDetail, StoredVariant};
use store::connections;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::price_plot::plot;
use crate::pages::products::new_since;
use crate::pages::subscriptions::product as sold;
use crate::view::product::{self, ProductPage, RawPage, VariantPrice, VariantRow};
use crate::view::{
    Button, Delta, Fact, Html, Link, Note, Section, Times, Tone, Value, format, status,
};
use crate::{raw, words};

/// The day that is asked about.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    as_of: Option<String>,
}

async fn find(app: &App, id: Uuid) -> Result<ProductDetail, Fault> {
    catalog::find_product(app.store().read(), id.into())
        .await?
        .ok_or_else(|| Fault::not_found("product"))
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let detail = find(&app, id).await?;
    let costs = caller.may(Right::SeeCost);
    let around = Around::load(
        &app,
        &caller,
        &headers,
        detail.product.name.clone(),
        Section::Products,
    )
    .await?
    .under("Products", "/products");
    let connection = connections::find(app.store().read(), detail.connection).await?;
    let around = match &connection {
        Some(row) => around.about(row),
        None => around,
    };
    let times = around.times.clone();
    let today = times.iso_date(times.now);
    let as_of = ask
        .as_of
        .filter(|day| day.parse::<Date>().is_ok() && *day < today);
    let until = match &as_of {
        Some(day) => Some(end_of(day, &times)?),
        None => None,
    };
    let ledger = if costs {
        catalog::ledger(app.store().read(), detail.id, until).await?
    } else {
        Vec::new()
    };
    let product = &detail.product;
    let number = detail
        .variants
        .iter()
        .find_map(|variant| variant.variant.part_number.clone())
        .map_or_else(
            || product.ion_id.clone(),
            |number| number.split(':').take(2).collect::<Vec<_>>().join(":"),
        );
    let past = as_of.is_some();
    let book = if costs {
        Some(MarginBook::load(app.store().read()).await?)
    } else {
        None
    };
    let day = times.now.to_zoned(times.zone.clone()).date();
    let variants = detail
        .variants
        .iter()
        .map(|variant| {
            variant_row(
                (product, book.as_ref(), day),
                variant,
                past.then_some(&ledger[..]),
                costs,
                &times,
            )
        })
        .collect();
    let mut facts_line = vec![product.vendor.clone()];
    facts_line.extend(product.categories.first().cloned());
    facts_line.push(format::counted(
        detail.variants.len() as u64,
        "variant",
        "variants",
    ));
    Ok(Html(ProductPage {
        name: product.name.clone(),
        vendor: product.vendor.clone(),
        facts_line: facts_line.join(" · "),
        number,
        status: status::product(
            detail.state,
            detail.first_seen_at > new_since(app.store(), times.now).await?,
        ),
        notes: notes(&detail, &times),
        order_href: (detail.state == ProductState::Available && caller.may(Right::PlaceOrders))
            .then(|| format!("/orders/new?product={id}")),
        costs,
        price_words: price_words(&detail),
        as_of: as_of.unwrap_or_else(|| today.clone()),
        today,
        past,
        variants,
        plot: plot(&product.name, &detail.variants, &ledger, times.now),
        ledger: ledger_rows(&product.name, &ledger, &times),
        ledger_csv: if costs && !ledger.is_empty() {
            format!("/products/{id}/ledger.csv")
        } else {
            String::new()
        },
        // What it is sold for is of today, as the costs of that day are not.
        sale: book.as_ref().filter(|_| !past).map(|book| {
            let variants = detail.variants.iter().map(|stored| &stored.variant);
            sold::sale_card(book, product, variants, day)
        }),
        used_by: sold::used_by(app.store().read(), &product.ion_id).await?,
        facts: facts(
            &detail,
            connection.as_ref().map(|row| row.name.as_str()),
            &times,
        ),
        description: crate::markup::safe(&product.description),
        raw: Link::new(
            format!("JSON, {}", format::bytes(detail.raw_size)),
            format!("/products/{id}/raw"),
        ),
        frame: around.frame,
    })
    .into_response())
}

/// The last instant of a day, in the zone of the reader.
fn end_of(day: &str, times: &Times) -> Result<Timestamp, Fault> {
    let wrong = || Fault::field("as_of", "Give a day such as 2026-11-23.");
    let day: Date = day.parse().map_err(|_| wrong())?;
    let next = day.tomorrow().map_err(|_| wrong())?;
    let start = next
        .to_zoned(times.zone.clone())
        .map_err(|_| wrong())?
        .timestamp();
    Ok(start - jiff::SignedDuration::from_micros(1))
}

fn price_words(detail: &ProductDetail) -> String {
    let mut sources: Vec<&str> = Vec::new();
    for price in detail
        .variants
        .iter()
        .flat_map(|variant| &variant.variant.prices)
    {
        let word = words::source(price.source);
        if !sources.contains(&word) {
            sources.push(word);
        }
    }
    if sources.is_empty() {
        "no price known".to_owned()
    } else {
        format!("cost without tax, from {}", sources.join(" and "))
    }
}

fn notes(detail: &ProductDetail, times: &Times) -> Vec<Note> {
    match detail.state {
        ProductState::SetAside => vec![
            Note::new(
                Tone::Warn,
                "alert-triangle",
                "Its last reply could not be read",
                "What you see is what was known before. The reason and the place stand with the products that are set aside.",
            )
            .with(Button::link("See why", "/products/set-aside")),
        ],
        ProductState::Withdrawn => vec![Note::new(
            Tone::Info,
            "archive",
            "No longer in Ion's catalog",
            format!("Withdrawn on {}. Nothing is deleted: prices and history stay here.", times.date(detail.changed_at)),
        )],
        ProductState::NotInPriceBook => vec![Note::new(
            Tone::Info,
            "lock",
            "Not in your price book",
            "Ion knows it, but it is not sold to you. Ask TD SYNNEX to add it, then import again.",
        )],
        ProductState::Available => Vec::new(),
    }
}

fn variant_row(
    (of, book, day): (&Product, Option<&MarginBook>, Date),
    stored: &StoredVariant,
    past: Option<&[LedgerRow]>,
    costs: bool,
    times: &Times,
) -> VariantRow {
    let variant = &stored.variant;
    let product = of.name.as_str();
    let prices = match (costs, past) {
        (false, _) => Vec::new(),
        (true, None) => variant
            .prices
            .iter()
            .enumerate()
            .map(|(place, price)| {
                let sale = book.and_then(|book| sold::sale(book, of, variant, price, day));
                let (sale, margin, tone) = sold::sale_words(sale.as_ref(), price.currency);
                VariantPrice {
                    sale,
                    margin,
                    tone,
                    ..price_now(stored, place, price, times)
                }
            })
            .collect(),
        (true, Some(ledger)) => prices_then(ledger, stored.id, times),
    };
    let sku = format::within(product, &variant.sku_name);
    let name = if sku == product || sku == variant.plan_name {
        variant.plan_name.clone()
    } else {
        format!("{sku} · {}", variant.plan_name)
    };
    VariantRow {
        term: words::term(variant.term).to_owned(),
        billing: if variant.by_use {
            "by use".to_owned()
        } else {
            words::billing(variant.billing).to_owned()
        },
        name,
        number: variant
            .part_number
            .clone()
            .or_else(|| variant.external_id.clone())
            .unwrap_or_default(),
        add_on: variant.key.add_on,
        prices,
        status: (variant.disabled || !variant.in_price_book)
            .then(|| status::product(ProductState::NotInPriceBook, false)),
    }
}

fn price_now(
    stored: &StoredVariant,
    place: usize,
    price: &PricePoint,
    times: &Times,
) -> VariantPrice {
    let delta = match stored.previous_units {
        // The move is kept for the first price alone.
        Some(before) if place == 0 => format::moved(Some(before), Some(price.cost.units())),
        _ => Delta::Words(String::new()),
    };
    VariantPrice {
        meter: price.meter.clone(),
        cost: format::amount(&price.cost, price.currency),
        list: price
            .list
            .as_ref()
            .map(|list| format::amount(list, price.currency))
            .unwrap_or_default(),
        currency: price.currency.to_string(),
        sale: String::new(),
        margin: String::new(),
        tone: Tone::Calm,
        source: words::source(price.source),
        since: times.date(stored.since),
        delta,
    }
}

/// The prices of a variant that held at the end of the ledger.
fn prices_then(ledger: &[LedgerRow], variant: VariantId, times: &Times) -> Vec<VariantPrice> {
    let mut last: BTreeMap<(String, String), &LedgerRow> = BTreeMap::new();
    for row in ledger.iter().filter(|row| row.variant == variant) {
        last.insert((row.currency.to_string(), row.meter.clone()), row);
    }
    last.into_values()
        .map(|row| VariantPrice {
            meter: row.meter.clone(),
            cost: format::amount(&row.cost, row.currency),
            list: row.list.clone().unwrap_or_default(),
            currency: row.currency.to_string(),
            sale: String::new(),
            margin: String::new(),
            tone: Tone::Calm,
            source: words::source(row.source),
            since: times.date(row.from_at),
            delta: Delta::Words(String::new()),
        })
        .collect()
}

/// The name of a variant and its meter on the page of its product.
pub(crate) fn label(product: &str, row: &LedgerRow) -> String {
    let variant = format::within(product, &row.label);
    if row.meter.is_empty() {
        variant.to_owned()
    } else {
        format!("{variant}, {}", row.meter)
    }
}

/// The ledger, the newest first, each with its step from the price before.
fn ledger_rows(product: &str, ledger: &[LedgerRow], times: &Times) -> Vec<product::LedgerRow> {
    let mut before: BTreeMap<(VariantId, Currency, &str), i64> = BTreeMap::new();
    let mut rows: Vec<product::LedgerRow> = ledger
        .iter()
        .map(|row| {
            let previous = before.insert(
                (row.variant, row.currency, row.meter.as_str()),
                row.cost.units(),
            );
            let change = match previous {
                None => "first seen".to_owned(),
                Some(_) if !row.meter.is_empty() => "changed".to_owned(),
                Some(previous) => format::difference(previous, row.cost.units(), row.currency),
            };
            product::LedgerRow {
                from: times.date(row.from_at),
                variant: label(product, row),
                cost: format::amount(&row.cost, row.currency),
                currency: row.currency.to_string(),
                change,
                run: Link::new(
                    format!("import {}", format::count(row.run_number)),
                    format!("/activity/runs/number/{}", row.run_number),
                ),
            }
        })
        .collect();
    rows.reverse();
    rows
}

fn facts(detail: &ProductDetail, connection: Option<&str>, times: &Times) -> Vec<Fact> {
    let product = &detail.product;
    let moment = |at: Option<Timestamp>| {
        at.map_or_else(
            || Value::Absent("not said".to_owned()),
            |at| Value::text(times.date(at)),
        )
    };
    let mut facts = vec![
        Fact::new("Ion's id", Value::Mono(product.ion_id.clone())),
        Fact::new("Kind", Value::text(product.kind.clone())),
        Fact::new(
            "Billing mode",
            Value::text(product.billing_mode.to_lowercase()),
        ),
        Fact::new("Providers", Value::Mono(product.provider_ids.join(", "))),
        Fact::new("Made in Ion", moment(product.ion_created_at)),
        Fact::new("Changed in Ion", moment(product.ion_updated_at)),
        Fact::new(
            "First seen here",
            Value::text(times.date(detail.first_seen_at)),
        ),
        Fact::new("Last different", Value::text(times.date(detail.changed_at))),
    ];
    if let Some(name) = connection {
        facts.insert(0, Fact::new("Connection", Value::text(name)));
    }
    facts
}

/// The ledger as CSV.
pub(crate) async fn ledger_csv(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let detail = find(&app, id).await?;
    let ledger = catalog::ledger(app.store().read(), detail.id, None).await?;
    let failed = |error: csv::Error| Fault::internal(&error);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record([
            "from", "variant", "meter", "cost", "currency", "list", "source", "run",
        ])
        .map_err(failed)?;
    for row in &ledger {
        let (from, run) = (row.from_at.to_string(), row.run_number.to_string());
        let cells = [
            &from,
            row.label.as_str(),
            &row.meter,
            row.cost.text(),
            row.currency.as_str(),
            row.list.as_deref().unwrap_or_default(),
            row.source.as_str(),
            &run,
        ];
        writer.write_record(cells.map(harmless)).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Fault::internal(error.error()))?;
    let name = format!("attachment; filename=\"ledger-{id}.csv\"");
    Ok((
        [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

/// The reply that a product was read from.
pub(crate) async fn raw_page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let detail = find(&app, id).await?;
    let text = raw_text(&app, &detail).await?;
    let around = Around::load(&app, &caller, &headers, "Raw reply", Section::Products)
        .await?
        .under("Products", "/products")
        .under(detail.product.name.clone(), format!("/products/{id}"));
    let (lines, left_out) = raw::lines(&text, "");
    Ok(Html(RawPage {
        name: detail.product.name,
        words: format!(
            "{}, {}, secrets taken out",
            around.times.second(detail.changed_at).text,
            format::bytes(text.len() as u64)
        ),
        lines,
        download: format!("/products/{id}/raw.json"),
        left_out,
        frame: around.frame,
    })
    .into_response())
}

/// The same as a file.
pub(crate) async fn raw_file(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let detail = find(&app, id).await?;
    let text = raw_text(&app, &detail).await?;
    let name = format!("attachment; filename=\"product-{id}.json\"");
    Ok((
        [
            (CONTENT_TYPE, "application/json".to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        text,
    )
        .into_response())
}

async fn raw_text(app: &App, detail: &ProductDetail) -> Result<String, Fault> {
    let stored = catalog::find_raw(app.store().read(), detail.id)
        .await?
        .ok_or_else(|| Fault::not_found("raw reply"))?;
    raw::open(&stored).ok_or_else(|| Fault::not_found("raw reply"))
}
