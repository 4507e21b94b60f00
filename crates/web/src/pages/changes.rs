//! What an import changed.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::catalog::{ChangeKind, ProductState};
use http::HeaderMap;
use store::catalog::{self, ChangeCount};
use store::runs::{self, RunRow};
use store::subscriptions::{self, Touched};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, wants_part};
use crate::view::change::{ChangeGroup, ChangeList, ChangeRow, ChangesPage};
use crate::view::format::{self, count, counted};
use crate::view::parts::{Empty, Figure};
use crate::view::status::{self, Status};
use crate::view::table::Chips;
use crate::view::{Button, Chip, ChipOption, Delta, Html, Link, Pager, Section, Tone};
use crate::words;

const PATH: &str = "/products/changes";
/// Changes of a kind where all kinds are shown.
const FIRST: u32 = 12;
/// Changes of a page where one kind is shown.
const PAGE: u32 = 100;

/// The page, or its rows.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    let conn = app.store().read();
    let run = match address.get("run").map(str::parse::<u64>) {
        Some(Ok(number)) => runs::find_by_number(conn, number)
            .await?
            .ok_or_else(|| Fault::not_found("import"))?,
        Some(Err(_)) => return Err(Fault::not_found("import")),
        None => match runs::find_last_complete(conn).await? {
            Some(run) => run,
            None => return none_yet(&app, &caller, &headers).await,
        },
    };
    let kind = address
        .get("kind")
        .and_then(|kind| kind.parse::<ChangeKind>().ok());
    let costs = caller.may(Right::SeeCost);
    let counts = catalog::change_counts(conn, run.id).await?;
    let around = Around::load(&app, &caller, &headers, "What changed", Section::Products)
        .await?
        .under("Products", "/products");
    let list = list(
        &app,
        &run,
        kind,
        &address,
        &counts,
        costs,
        &around.frame.csrf,
    )
    .await?;
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    let times = &around.times;
    let at = run.finished_at.unwrap_or(run.requested_at);
    Ok(Html(ChangesPage {
        heading: format!("What changed, {}", times.date(at)),
        summary: format!(
            "Import {}: {} read, {} unchanged.{}",
            count(run.number),
            counted(run.counts.read, "product", "products"),
            count(run.counts.unchanged),
            if run.baseline {
                " It was the first: everything in it was new."
            } else {
                ""
            }
        ),
        actions: actions(&app, &run).await?,
        figures: figures(&counts, &address),
        chips: Chips::new(vec![kind_chip(&counts, kind, &address)]),
        list,
        frame: around.frame,
    })
    .into_response())
}

async fn none_yet(app: &App, caller: &Caller, headers: &HeaderMap) -> Result<Response, Fault> {
    let around = Around::load(app, caller, headers, "What changed", Section::Products)
        .await?
        .under("Products", "/products");
    let list = ChangeList {
        groups: Vec::new(),
        costs: caller.may(Right::SeeCost),
        empty: Some(Empty::new(
            "package-import",
            "No import has ended yet",
            "From the second import on, this page tells what each one changed.",
        )),
        csrf: around.frame.csrf.clone(),
        pager: Pager::single("No changes"),
    };
    Ok(Html(ChangesPage {
        heading: "What changed".to_owned(),
        summary: String::new(),
        actions: Vec::new(),
        figures: Vec::new(),
        chips: Chips::new(Vec::new()),
        list,
        frame: around.frame,
    })
    .into_response())
}

async fn actions(app: &App, run: &RunRow) -> Result<Vec<Button>, Fault> {
    let conn = app.store().read();
    let mut actions = Vec::new();
    if let Some(before) = runs::list(conn, Some(run.connection), Some(run.number), 1)
        .await?
        .into_iter()
        .next()
    {
        actions.push(Button::link(
            "Import before",
            format!("{PATH}?run={}", before.number),
        ));
    }
    actions.push(Button::link(
        "The run",
        format!("/activity/runs/{}", run.id),
    ));
    Ok(actions)
}

fn figures(counts: &[ChangeCount], address: &Address) -> Vec<Figure> {
    let of = |kind: ChangeKind| {
        counts
            .iter()
            .find(|found| found.kind == kind)
            .map_or(0, |found| found.count)
    };
    let figure = |kind: ChangeKind, icon: &'static str, tone: Tone| {
        Figure::new(words::change(kind), count(of(kind)), "")
            .to(address.with("kind", kind.as_str()))
            .with_icon(icon, tone)
    };
    vec![
        figure(ChangeKind::PriceUp, "arrow-up-right", Tone::Warn),
        figure(ChangeKind::PriceDown, "arrow-down-right", Tone::Ok),
        figure(ChangeKind::New, "plus", Tone::Info),
        figure(ChangeKind::Withdrawn, "archive", Tone::Calm),
        figure(ChangeKind::Availability, "lock", Tone::Calm),
        figure(ChangeKind::Details, "pencil", Tone::Calm),
    ]
}

fn kind_chip(counts: &[ChangeCount], kind: Option<ChangeKind>, address: &Address) -> Chip {
    Chip {
        id: "kind",
        label: "Kind",
        value: kind.map(|kind| words::change(kind).to_owned()),
        clear: address.without(&["kind"]),
        options: counts
            .iter()
            .map(|found| ChipOption {
                label: words::change(found.kind).to_owned(),
                count: count(found.count),
                href: address.with("kind", found.kind.as_str()),
                on: kind == Some(found.kind),
            })
            .collect(),
        range: None,
    }
}

async fn list(
    app: &App,
    run: &RunRow,
    kind: Option<ChangeKind>,
    address: &Address,
    counts: &[ChangeCount],
    costs: bool,
    csrf: &str,
) -> Result<ChangeList, Fault> {
    let conn = app.store().read();
    let offset: u64 = address
        .get("after")
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let mut groups = Vec::new();
    let total: u64 = counts
        .iter()
        .filter(|found| kind.is_none_or(|kind| kind == found.kind))
        .map(|found| found.count)
        .sum();
    for one in words::CHANGE_ORDER {
        let Some(found) = counts.iter().find(|found| found.kind == one) else {
            continue;
        };
        if kind.is_some_and(|kind| kind != one) {
            continue;
        }
        let (from, limit) = if kind.is_some() {
            (offset, PAGE)
        } else {
            (0, FIRST)
        };
        let rows = catalog::list_changes(conn, run.id, Some(one), from, limit).await?;
        let products: Vec<_> = rows.iter().map(|row| row.product).collect();
        let touched = subscriptions::touched(conn, &products).await?;
        let left = found.count.saturating_sub(rows.len() as u64);
        groups.push(ChangeGroup {
            title: words::change(one).to_owned(),
            count: count(found.count),
            rows: rows
                .iter()
                .map(|row| {
                    let of = touched.get(&row.product).copied().unwrap_or_default();
                    change_row(row, of, costs)
                })
                .collect(),
            more: (kind.is_none() && left > 0).then(|| {
                Link::new(
                    format!("Show all {}", count(found.count)),
                    address.with("kind", one.as_str()),
                )
            }),
        });
    }
    let end = (offset + u64::from(PAGE)).min(total);
    Ok(ChangeList {
        empty: groups.is_empty().then(|| {
            if run.baseline {
                Empty::new(
                    "package-import",
                    "There was nothing to compare with",
                    "The first import brought everything. From the second on, this page tells what each one changed.",
                )
            } else {
                Empty::new(
                    "equal",
                    "Nothing changed",
                    "Every product was as before: name, prices, variants and availability.",
                )
            }
        }),
        groups,
        costs,
        csrf: csrf.to_owned(),
        pager: Pager {
            words: match kind {
                Some(_) if total > 0 => format!(
                    "{}–{} of {}",
                    count(offset + 1),
                    count(end),
                    counted(total, "change", "changes")
                ),
                _ => counted(total, "change", "changes"),
            },
            note: String::new(),
            previous: (kind.is_some() && offset > 0)
                .then(|| address.after(offset.saturating_sub(u64::from(PAGE)))),
            next: (kind.is_some() && end < total).then(|| address.after(end)),
            sizes: Vec::new(),
        },
    })
}

/// One change and whom it touches; its amounts only for who may see costs.
fn change_row(row: &catalog::ChangeRow, touched: Touched, costs: bool) -> ChangeRow {
    let money = words::is_price(row.kind);
    let hidden = money && !costs;
    let amount = |text: &str| match row.currency.as_deref().and_then(words::currency) {
        Some(currency) if money => domain::Amount::parse(text, domain::Scale::Price).map_or_else(
            |_| text.to_owned(),
            |amount| format::amount(&amount, currency),
        ),
        _ => text.to_owned(),
    };
    let delta = match (row.base, row.delta) {
        (Some(base), Some(delta)) if money => Some(if hidden {
            Delta::Words(if delta > 0 { "dearer" } else { "cheaper" }.to_owned())
        } else {
            format::moved(Some(base), Some(base.saturating_add(delta)))
        }),
        _ => None,
    };
    // A whole product that came or went has no two values: its state says all.
    let whole = matches!(
        row.kind,
        ChangeKind::New | ChangeKind::Returned | ChangeKind::Withdrawn
    );
    let value = |text: &str| {
        if hidden || whole {
            String::new()
        } else {
            amount(text)
        }
    };
    ChangeRow {
        href: format!("/products/{}", row.product),
        name: row.product_name.clone(),
        vendor: row.vendor.clone(),
        label: if whole {
            row.vendor.clone()
        } else {
            format::within(&row.product_name, &row.label).to_owned()
        },
        before: value(&row.before),
        after: value(&row.after),
        currency: if money && costs {
            row.currency.clone().unwrap_or_default()
        } else {
            String::new()
        },
        delta,
        status: state_of(row.kind),
        customers: touched.customers,
        open_orders: touched.open_orders,
    }
}

fn state_of(kind: ChangeKind) -> Option<Status> {
    match kind {
        ChangeKind::New | ChangeKind::VariantNew => {
            Some(status::product(ProductState::Available, true))
        }
        ChangeKind::Returned => Some(status::product(ProductState::Available, false)),
        ChangeKind::Withdrawn | ChangeKind::VariantGone => {
            Some(status::product(ProductState::Withdrawn, false))
        }
        _ => None,
    }
}
