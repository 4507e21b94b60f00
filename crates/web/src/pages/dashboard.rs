//! The dashboard: what is known and what needs a person; before the first import, the first steps.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::connection::ConnectionStatus;
use domain::notice::NoticeKind;
use domain::run::RunKind;
use http::HeaderMap;
use jiff::Timestamp;
use store::catalog::{self, CatalogFigures, ChangeRow};
use store::notices::{self, NoticeRow};
use store::runs::{self, RunRow};
use store::{Backend, customers, workers};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::around::{account_words, connection_href, connection_status, life};
use crate::pages::customers::needs;
use crate::pages::notices::{action, icon, tone};
use crate::pages::orders::dashboard as of_orders;
use crate::pages::runs::{kind_words, outcome};
use crate::pages::subscriptions::dashboard::tiles;
use crate::view::dashboard::{
    ConnectionState, DashboardPage, FirstDashboard, FirstStep, Need, PriceMove, RecentRun,
};
use crate::view::format::{self, count, counted};
use crate::view::parts::{Figure, Share, Shares, Step, StepState};
use crate::view::{Button, Fact, Html, Section, Times, Tone, Value, status};
use crate::words;

/// Most things that need a person.
const NEEDS: usize = 5;
/// Vendors with a part of their own in the bar.
const VENDORS: usize = 5;

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let around = Around::load(&app, &caller, &headers, "Dashboard", Section::Dashboard).await?;
    let figures = catalog::figures(conn).await?;
    let last = runs::find_last_complete(conn).await?;
    match last {
        Some(last) if !around.connections.is_empty() || figures.products > 0 => {
            page(&app, &caller, around, figures, &last).await
        }
        _ => first(&app, &caller, around).await,
    }
}

fn greeting(around: &Around) -> String {
    let name = around
        .frame
        .person
        .name
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    let hour: u8 = around
        .times
        .clock(around.times.now)
        .get(..2)
        .and_then(|hour| hour.parse().ok())
        .unwrap_or(12);
    let word = match hour {
        5..12 => "Good morning",
        12..18 => "Good afternoon",
        _ => "Good evening",
    };
    format!("{word}, {name}")
}

async fn first(app: &App, caller: &Caller, around: Around) -> Result<Response, Fault> {
    let conn = app.store().read();
    let connection = around.connections.first();
    let manages = caller.may(Right::ManageConnections);
    let running = match connection {
        Some(row) => runs::find_unfinished(conn, row.id, RunKind::CatalogImport).await?,
        None => None,
    };
    let connected = connection.is_some();
    let mut previewed = false;
    if let Some(row) = connection {
        previewed = customers::sync_setting(conn, row.id)
            .await?
            .last_run_at
            .is_some()
            || customers::find_waiting_plan(conn, row.id).await?.is_some();
    }
    let steps = vec![
        FirstStep {
            number: 1,
            title: "Connect StreamOne Ion".to_owned(),
            text: "Paste the Account ID and both tokens from Ion. They are tested before anything is saved.".to_owned(),
            time: "5 min".to_owned(),
            done: connected,
            next: !connected,
            action: (!connected && manages).then(|| Button::link("Connect StreamOne Ion", "/settings/integrations/streamone-ion/new").primary()),
        },
        FirstStep {
            number: 2,
            title: "Import the catalog".to_owned(),
            text: "Every product with its prices, billing terms and variants. You may leave the page; it goes on.".to_owned(),
            time: "as long as the network takes".to_owned(),
            done: false,
            next: connected,
            action: match (&running, connection) {
                (Some(run), _) => Some(Button::link("Follow the import", format!("/activity/runs/{}", run.id)).primary()),
                (None, Some(row)) if caller.may(Right::RunImports) => {
                    Some(Button::post("Import the catalog", format!("{}/import", connection_href(row.id))).primary())
                }
                _ => None,
            },
        },
        FirstStep {
            number: 3,
            title: "Preview the customers".to_owned(),
            text: "Reads both sides and shows who is who and what a sync would do. Nothing is written to Ion before you apply it."
                .to_owned(),
            time: "2 min".to_owned(),
            done: previewed,
            next: false,
            action: match connection {
                Some(_) if previewed => Some(Button::link("Open customers", "/customers")),
                Some(row) if caller.may(Right::EditCustomers) => Some(Button::post(
                    "Preview the customers",
                    format!("/customers/sync/{}/preview", row.id),
                )),
                _ => None,
            },
        },
    ];
    let bring = |title: &str, detail: &str| Step {
        state: StepState::Todo,
        title: title.to_owned(),
        detail: detail.to_owned(),
        time: String::new(),
    };
    Ok(Html(FirstDashboard {
        greeting: greeting(&around),
        summary: if connected { "Your account is connected. The catalog is next.".to_owned() } else { "Ionbridge is running and empty. Three steps fill it.".to_owned() },
        done: format!(
            "{} of 3 done",
            u8::from(connected) + u8::from(previewed)
        ),
        steps,
        needs: vec![
            bring("Account ID", "In Ion: Menu, Account information"),
            bring("A user of its own in Ion", "Role Account Admin, so that nobody's log-in ends ours"),
            bring("Access Token and Refresh Token", "In Ion: Settings, Users, Edit user, Request New Credentials. Shown once: copy both before closing"),
        ],
        server: server(app).await?,
        team_href: caller.may(Right::ManageUsers).then(|| "/settings/team".to_owned()),
        frame: around.frame,
    })
    .into_response())
}

async fn server(app: &App) -> Result<Vec<Fact>, Fault> {
    let alive =
        workers::count_since(app.store().read(), app.now() - Duration::from_mins(1)).await?;
    let worker = if alive > 0 {
        Value::Toned(
            Tone::Ok,
            "circle-check",
            counted(alive, "worker", "workers"),
        )
    } else {
        Value::Toned(
            Tone::Warn,
            "alert-triangle",
            "no worker runs; imports wait".to_owned(),
        )
    };
    let database = match app.store().backend() {
        Backend::Sqlite => "SQLite, on this machine",
        Backend::Postgres => "PostgreSQL",
    };
    Ok(vec![
        Fact::new("Version", Value::text(app.settings().version.clone())),
        Fact::new("Database", Value::text(database)),
        Fact::new("Work", worker),
        Fact::new(
            "Address",
            Value::Mono(app.settings().public_url.to_string()),
        ),
    ])
}

async fn page(
    app: &App,
    caller: &Caller,
    around: Around,
    figures: CatalogFigures,
    last: &RunRow,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let times = &around.times;
    let costs = caller.may(Right::SeeCost);
    let mut needs: Vec<Need> = notices::list_open(conn)
        .await?
        .iter()
        // What waits at customers, and what renews soon, is told below, with the way to each.
        .filter(|row| {
            !matches!(
                row.kind,
                NoticeKind::CustomersWait
                    | NoticeKind::CustomerWriteFailed
                    | NoticeKind::OrderUnconfirmed
                    | NoticeKind::OrderNotFound
                    | NoticeKind::OrderFailed
                    | NoticeKind::RenewalSoon
            )
        })
        .map(need)
        .collect();
    let mut waiting = of_orders::waiting(app, caller, &around).await?;
    waiting.append(&mut needs);
    let mut needs = waiting;
    let of_subscriptions = tiles(app, caller, times).await?;
    needs.extend(of_subscriptions.need);
    needs.extend(needs::waiting(app, caller, &around).await?);
    if figures.set_aside > 0 && needs.len() < NEEDS {
        needs.push(Need {
            icon: "alert-triangle",
            tone: Tone::Warn,
            title: format!(
                "{} set aside",
                counted(figures.set_aside, "product", "products")
            ),
            text: "A value could not be read. They keep what was known before.".to_owned(),
            action: Button::link("See why", "/products/set-aside"),
        });
    }
    needs.truncate(NEEDS);
    let recent = runs::list(conn, None, None, 5).await?;
    let moves = if costs && !last.baseline {
        catalog::list_top_moves(conn, last.id, 6).await?
    } else {
        Vec::new()
    };
    let mut unfinished = false;
    for row in &around.connections {
        unfinished |= runs::find_unfinished(conn, row.id, RunKind::CatalogImport)
            .await?
            .is_some();
    }
    let mut connections = Vec::new();
    for row in &around.connections {
        let setting = store::orders::setting(conn, row.id).await?;
        let read = |at: Option<Timestamp>| match at {
            Some(at) => Value::Moment(times.ago(at)),
            None => Value::Absent("not yet".to_owned()),
        };
        connections.push(ConnectionState {
            href: connection_href(row.id),
            name: row.name.clone(),
            account: account_words(row),
            status: connection_status(row, times.now),
            life: life(row, times.now),
            until: row
                .refresh_expires_at
                .map(|at| times.date(at))
                .unwrap_or_default(),
            facts: vec![
                Fact::new(
                    "Products",
                    Value::text(count(catalog::count_products(conn, row.id).await?)),
                ),
                Fact::new("Orders read", read(setting.orders_read_at)),
                Fact::new("Subscriptions read", read(setting.subscriptions_read_at)),
                Fact::new(
                    "Next refresh",
                    if row.login.status == ConnectionStatus::Active {
                        Value::Moment(times.ahead(row.login.next_refresh_at))
                    } else {
                        Value::Absent("waits".to_owned())
                    },
                ),
            ],
        });
    }
    let imported = last.finished_at.unwrap_or(last.requested_at);
    Ok(Html(DashboardPage {
        greeting: greeting(&around),
        summary: format!(
            "{}. The catalog is as of {}.",
            times.long_date(times.now),
            times.in_words(imported)
        ),
        import_href: around
            .importable()
            .filter(|_| caller.may(Right::RunImports) && !unfinished)
            .map(|row| format!("{}/import", connection_href(row.id))),
        needs,
        tiles: of_subscriptions.tiles,
        orders: Some(of_orders::states(app).await?).filter(|states| states.all > 0),
        order_href: caller
            .may(Right::PlaceOrders)
            .then(|| "/orders/new".to_owned()),
        figures: key_figures(&figures, last, &needs::figure(app).await?),
        vendors: shares(&figures),
        connections,
        runs: recent.iter().map(|row| recent_run(row, times)).collect(),
        moves: moves.iter().map(price_move).collect(),
        moves_words: format!("import of {}", times.in_words(imported)),
        moves_href: if last.baseline {
            String::new()
        } else {
            format!("/products/changes?run={}", last.number)
        },
        costs,
        frame: around.frame,
    })
    .into_response())
}

fn need(row: &NoticeRow) -> Need {
    Need {
        icon: icon(row.kind),
        tone: tone(row.severity),
        title: row.title.clone(),
        text: row.text.clone(),
        action: action(row).unwrap_or_else(|| Button::link("Open", "/activity/notifications")),
    }
}

fn key_figures(figures: &CatalogFigures, last: &RunRow, customers: &Figure) -> Vec<Figure> {
    let counts = &last.counts;
    let changes = if last.baseline {
        String::new()
    } else {
        format!("/products/changes?run={}", last.number)
    };
    vec![
        Figure::new(
            "Products",
            count(figures.products),
            counted(figures.variants, "variant", "variants"),
        )
        .to("/products"),
        customers.clone(),
        Figure::new(
            "Vendors",
            count(figures.vendors.len() as u64),
            figures
                .vendors
                .first()
                .map(|vendor| format!("most: {}", vendor.vendor))
                .unwrap_or_default(),
        ),
        Figure::new(
            "New",
            count(if last.baseline { 0 } else { counts.added }),
            if last.baseline {
                "since the first import"
            } else {
                "in the last import"
            },
        )
        .to(changes.clone()),
        Figure::new(
            "Prices moved",
            count(counts.price_up + counts.price_down),
            format!(
                "{} up, {} down",
                count(counts.price_up),
                count(counts.price_down)
            ),
        )
        .to(changes),
        Figure::new(
            "Set aside",
            count(figures.set_aside),
            if figures.set_aside > 0 {
                "need a look"
            } else {
                "every product was read"
            },
        )
        .to(if figures.set_aside > 0 {
            "/products/set-aside"
        } else {
            ""
        }),
    ]
}

fn shares(figures: &CatalogFigures) -> Shares {
    let total = figures.products.max(1);
    let mut parts: Vec<Share> = figures
        .vendors
        .iter()
        .take(VENDORS - usize::from(figures.vendors.len() > VENDORS))
        .map(|vendor| {
            share(
                &vendor.vendor,
                vendor.products,
                total,
                format!("/products?{}", query(&vendor.vendor)),
            )
        })
        .collect();
    let rest: u64 = figures
        .vendors
        .iter()
        .skip(parts.len())
        .map(|vendor| vendor.products)
        .sum();
    if rest > 0 {
        parts.push(share("Others", rest, total, String::new()));
    }
    Shares {
        label: format!(
            "Products by vendor: {}",
            parts
                .iter()
                .map(|part| format!("{} {}", part.label, part.text))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        parts,
    }
}

fn query(vendor: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("vendor", vendor)
        .finish()
}

fn share(name: &str, value: u64, total: u64, href: String) -> Share {
    Share {
        label: name.to_owned(),
        value,
        text: count(value),
        percent: format::share(value, total),
        href,
    }
}

fn recent_run(row: &RunRow, times: &Times) -> RecentRun {
    RecentRun {
        href: format!("/activity/runs/{}", row.id),
        title: format!("{} {}", kind_words(row.kind), count(row.number)),
        outcome: outcome(row),
        status: status::run(row.status, row.counts.set_aside),
        at: times.ago(row.requested_at),
    }
}

fn price_move(row: &ChangeRow) -> PriceMove {
    let after = row
        .base
        .zip(row.delta)
        .map(|(base, delta)| base.saturating_add(delta));
    let text = match (
        row.base,
        after,
        row.currency.as_deref().and_then(words::currency),
    ) {
        (Some(before), Some(after), Some(currency)) => {
            format!(
                "{} · {} → {} {currency}",
                format::within(&row.product_name, &row.label),
                format::price(before, currency),
                format::price(after, currency)
            )
        }
        _ => row.label.clone(),
    };
    PriceMove {
        href: format!("/products/{}", row.product),
        vendor: row.vendor.clone(),
        name: row.product_name.clone(),
        text,
        delta: format::moved(row.base, after),
    }
}
