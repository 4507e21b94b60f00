//! The list of products, and its export.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::catalog::ProductState;
use domain::run::{RunKind, RunStatus};
use domain::{BillingPeriod, Term};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use store::catalog::{Facets, ProductHit, facets, search};
use store::{Store, StoreError, runs};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::runs::outcome;
use crate::pages::{Around, wants_part};
use crate::view::format::{self, count, counted};
use crate::view::parts::Empty;
use crate::view::product::{ProductList, ProductRow, ProductsPage};
use crate::view::table::{Chips, Range, Sorted};
use crate::view::{
    Button, Chip, ChipOption, Column, Delta, Html, Link, Note, Pager, Search, Section, Times, Tone,
    status,
};
use crate::{filter, words};

const PATH: &str = "/products";
/// Sizes of a page to choose from.
const SIZES: [u32; 4] = [25, 50, 100, 200];
/// A product that was first seen this lately is new.
const NEW_DAYS: i64 = 7;

/// The page, or its rows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let address = Address::new(PATH, query.as_deref());
    let mut filter = filter::read(|name| address.get(name), costs)?;
    let size = address
        .get("size")
        .and_then(|size| size.parse().ok())
        .filter(|size| SIZES.contains(size))
        .unwrap_or(50);
    filter.limit = size;
    filter.offset = address
        .get("after")
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let conn = app.store().read();
    let page = search(conn, &filter).await?;
    let facets = facets(conn).await?;
    let around = Around::load(&app, &caller, &headers, "Products", Section::Products).await?;
    let new_since = new_since(app.store(), around.times.now).await?;
    let part = wants_part(&headers);
    let shown = page.products.len() as u64;
    let (from, to) = (filter.offset + 1, filter.offset + shown);
    let list = ProductList {
        columns: columns(&address, costs),
        rows: page
            .products
            .iter()
            .map(|hit| row(hit, &around.times, new_since))
            .collect(),
        costs,
        empty: (shown == 0).then(|| empty(&around, &address)),
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: if shown == 0 {
                "No products".to_owned()
            } else {
                format!(
                    "{}–{} of {}",
                    count(from),
                    count(to),
                    counted(page.total, "product", "products")
                )
            },
            note: if costs {
                "Cost is what you pay, without tax.".to_owned()
            } else {
                String::new()
            },
            previous: (filter.offset > 0)
                .then(|| address.after(filter.offset.saturating_sub(u64::from(size)))),
            next: (to < page.total).then(|| address.after(to)),
            sizes: SIZES
                .iter()
                .map(|option| ChipOption {
                    label: format!("{option} rows"),
                    count: String::new(),
                    href: address.with("size", &option.to_string()),
                    on: *option == size,
                })
                .collect(),
        },
        chips: part.then(|| Chips {
            oob: true,
            ..Chips::new(chips(&address, &facets, costs))
        }),
    };
    if part {
        return Ok(Html(list).into_response());
    }
    whole(&app, &caller, around, &address, &facets, list).await
}

/// The page around the rows.
async fn whole(
    app: &App,
    caller: &Caller,
    around: Around,
    address: &Address,
    facets: &Facets,
    list: ProductList,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let last = runs::find_last_complete(conn).await?;
    let mut running = None;
    let importable = around.importable().map(|row| row.id);
    for row in &around.connections {
        if let Some(run) = runs::find_unfinished(conn, row.id, RunKind::CatalogImport).await? {
            // What is saved of a run lags behind; its worker tells where it is.
            let progress = app.engine().run_progress(run.id).await?;
            let read = progress.map_or(run.counts.read, |progress| progress.counts.read);
            running = Some(
                Note::new(
                    Tone::Info,
                    "loader-2",
                    format!("Import {} goes on", count(run.number)),
                    format!(
                        "{} products read so far. This list shows what is saved already.",
                        count(read)
                    ),
                )
                .with(Button::link(
                    "Follow it",
                    format!("/activity/runs/{}", run.id),
                )),
            );
        }
    }
    let figures = store::catalog::figures(conn).await?;
    let mut summary = format!(
        "{}, {} from {}.",
        counted(figures.products, "product", "products"),
        counted(figures.variants, "variant", "variants"),
        counted(figures.vendors.len() as u64, "vendor", "vendors"),
    );
    if let Some(run) = &last {
        let at = around
            .times
            .in_words(run.finished_at.unwrap_or(run.requested_at));
        summary.push_str(&match run.status {
            RunStatus::NeedsDecision => format!(" Imported {at}."),
            _ => format!(" Imported {at}: {}.", outcome(run)),
        });
    }
    let costs = caller.may(Right::SeeCost);
    let exports = if caller.may(Right::Export) {
        vec![
            Link::new("CSV", address.at("/products/export.csv")),
            Link::new("JSON", address.at("/products/export.json")),
        ]
    } else {
        Vec::new()
    };
    let changed = last.as_ref().map_or(0, |run| {
        if run.baseline {
            0
        } else {
            run.counts.changed + run.counts.added + run.counts.withdrawn
        }
    });
    Ok(Html(ProductsPage {
        summary,
        changed,
        changes_href: last.map_or_else(String::new, |run| {
            format!("/products/changes?run={}", run.number)
        }),
        import_href: importable
            .filter(|_| running.is_none() && caller.may(Right::RunImports))
            .map(|id| format!("/settings/integrations/{id}/import")),
        running,
        chips: Chips::new(chips(address, facets, costs)),
        search: Search {
            action: PATH.to_owned(),
            value: address.get("q").unwrap_or_default().to_owned(),
            placeholder: "Name, SKU or part number",
            keep: address.but(&["q", "after"]),
        },
        exports,
        list,
        frame: around.frame,
    })
    .into_response())
}

fn row(hit: &ProductHit, times: &Times, new_since: Timestamp) -> ProductRow {
    let currency = hit.currency.as_deref().and_then(words::currency);
    let cost = match (hit.cost_units, currency) {
        (Some(units), Some(currency)) => format::price(units, currency),
        _ if hit.by_use => "by use".to_owned(),
        _ => String::new(),
    };
    let moved = match (hit.previous_units, hit.cost_units) {
        (None, Some(_)) => Delta::Words(String::new()),
        (before, after) => format::moved(before, after),
    };
    ProductRow {
        href: format!("/products/{}", hit.id),
        name: hit.name.clone(),
        number: if hit.part_number.is_empty() {
            hit.ion_id.clone()
        } else {
            hit.part_number.clone()
        },
        vendor: hit.vendor.clone(),
        category: hit.category.clone(),
        terms: hit
            .terms
            .iter()
            .filter_map(|word| word.parse::<Term>().ok())
            .map(words::term_tag)
            .collect(),
        billing: hit
            .billings
            .iter()
            .filter_map(|word| word.parse::<BillingPeriod>().ok())
            .map(words::billing)
            .collect::<Vec<_>>()
            .join(", "),
        cost,
        currency: hit
            .cost_units
            .and(currency)
            .map(|currency| currency.to_string())
            .unwrap_or_default(),
        since: hit
            .cost_since
            .filter(|_| hit.cost_units.is_some())
            .map(|at| times.dated(at)),
        delta: if hit.cost_units.is_none() {
            Delta::Words(String::new())
        } else {
            moved
        },
        status: status::product(
            hit.state,
            hit.first_seen_at > new_since && hit.previous_units.is_none(),
        ),
    }
}

/// Since when a product must have been seen to be called new: a short while, and not by a first import, which finds all of them.
pub(crate) async fn new_since(store: &Store, now: Timestamp) -> Result<Timestamp, StoreError> {
    let lately = now
        .checked_sub(SignedDuration::from_hours(NEW_DAYS * 24))
        .unwrap_or(now);
    Ok(runs::first_imports_ended(store.read())
        .await?
        .map_or(now, |ended| ended.max(lately)))
}

fn columns(address: &Address, costs: bool) -> Vec<Column> {
    let sorted = address.get("sort").unwrap_or_default().to_owned();
    let sortable = |label: &str, class: &'static str, name: &str| {
        let (href, now) = if sorted == name {
            (address.with("sort", &format!("-{name}")), Some(Sorted::Up))
        } else if sorted.strip_prefix('-') == Some(name) {
            (address.without(&["sort"]), Some(Sorted::Down))
        } else {
            (address.with("sort", name), None)
        };
        Column::sortable(label, class, href, now)
    };
    let mut columns = vec![
        sortable("Product", "", "name"),
        sortable("Vendor", "m-hide t-hide", "vendor"),
        sortable("Category", "m-hide t-hide xl-hide", "category"),
        Column::plain("Commitment", ""),
        Column::plain("Billing", "m-hide t-hide"),
    ];
    if costs {
        columns.push(sortable("Cost from", "n", "cost"));
        columns.push(Column::plain("Since", "m-hide t-hide xl-hide"));
        columns.push(Column::plain("Change", "n m-hide t-hide"));
    }
    columns.push(Column::plain("State", "m-hide"));
    columns
}

fn chips(address: &Address, facets: &Facets, costs: bool) -> Vec<Chip> {
    let chip = |id: &'static str, label: &'static str, options: Vec<(String, String, String)>| {
        let value = address.get(id).map(str::to_owned);
        Chip {
            id,
            label,
            value: value.as_ref().map(|value| {
                options
                    .iter()
                    .find(|(word, _, _)| word == value)
                    .map_or_else(|| value.clone(), |(_, label, _)| label.clone())
            }),
            clear: address.without(&[id]),
            options: options
                .into_iter()
                .map(|(word, label, count)| ChipOption {
                    on: value.as_deref() == Some(word.as_str()),
                    href: address.with(id, &word),
                    label,
                    count,
                })
                .collect(),
            range: None,
        }
    };
    let counted = |list: &[(String, u64)]| {
        list.iter()
            .take(40)
            .map(|(word, number)| (word.clone(), word.clone(), count(*number)))
            .collect()
    };
    let plain = |list: Vec<(&str, &str)>| {
        list.into_iter()
            .map(|(word, label)| (word.to_owned(), label.to_owned(), String::new()))
            .collect()
    };
    let mut chips = vec![
        chip("vendor", "Vendor", counted(&facets.vendors)),
        chip("category", "Category", counted(&facets.categories)),
        chip(
            "term",
            "Commitment",
            plain(
                Term::ALL
                    .iter()
                    .map(|term| (term.as_str(), words::term(*term)))
                    .collect(),
            ),
        ),
        chip(
            "billing",
            "Billing",
            plain(
                BillingPeriod::ALL
                    .iter()
                    .map(|period| (period.as_str(), words::billing(*period)))
                    .collect(),
            ),
        ),
        chip(
            "state",
            "State",
            plain(
                ProductState::ALL
                    .iter()
                    .map(|state| (state.as_str(), words::product_state(*state)))
                    .collect(),
            ),
        ),
    ];
    if costs {
        chips.push(chip(
            "currency",
            "Currency",
            facets
                .currencies
                .iter()
                .map(|code| (code.clone(), code.clone(), String::new()))
                .collect(),
        ));
        chips.push(price_chip(address));
    }
    chips
}

fn price_chip(address: &Address) -> Chip {
    let (from, to) = (
        address.get("price_from").unwrap_or_default(),
        address.get("price_to").unwrap_or_default(),
    );
    let value = match (from, to) {
        ("", "") => None,
        (from, "") => Some(format!("from {from}")),
        ("", to) => Some(format!("up to {to}")),
        (from, to) => Some(format!("{from} to {to}")),
    };
    Chip {
        id: "price",
        label: "Cost",
        value,
        clear: address.without(&["price_from", "price_to"]),
        options: Vec::new(),
        range: Some(Range {
            action: PATH.to_owned(),
            keep: address.but(&["price_from", "price_to", "after"]),
            from_name: "price_from",
            from: from.to_owned(),
            to_name: "price_to",
            to: to.to_owned(),
            unit: address.get("currency").unwrap_or_default().to_owned(),
            dates: false,
        }),
    }
}

fn empty(around: &Around, address: &Address) -> Empty {
    let filtered = filter::NAMES.iter().any(|name| address.get(name).is_some());
    if filtered {
        let title = match address.get("q") {
            Some(text) => format!("Nothing is called “{text}” here"),
            None => "No product fits these filters".to_owned(),
        };
        return Empty::new(
            "search-off",
            title,
            "Try fewer letters, or look without filters.",
        )
        .with(Button::link(
            "Remove filters",
            address.without(&filter::NAMES),
        ));
    }
    if around.connections.is_empty() {
        return Empty::new(
            "plug",
            "Nothing is connected yet",
            "Products come from your StreamOne Ion account.",
        )
        .with(Button::link("Connect StreamOne Ion", "/settings/integrations").primary());
    }
    let nothing = Empty::new(
        "packages",
        "Nothing is imported yet",
        "The first import reads the whole catalog; you may leave the page meanwhile.",
    );
    match around.importable() {
        Some(row) if around.frame.runs_imports() => nothing.with(
            Button::post(
                "Import the catalog",
                format!("/settings/integrations/{}/import", row.id),
            )
            .primary(),
        ),
        _ => nothing,
    }
}
