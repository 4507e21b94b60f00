//! The list of orders.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::connection::ConnectionStatus;
use domain::order::OrderState;
use http::HeaderMap;
use store::StoreError;
use store::orders::{self, OrderCounts, OrderFilter, OrderPage};

use super::filter::{self, NAMES, Show};
use super::{PATH, row, said};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::around::connection_href;
use crate::pages::connections::Nothing;
use crate::pages::{Around, go_to, wants_part};
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::format::{count, counted};
use crate::view::orders::list::{OrderList, OrdersPage};
use crate::view::parts::Empty;
use crate::view::table::Chips;
use crate::view::{
    Button, Chip, ChipOption, Html, Link, Note, Pager, Search, Section, Tone, status,
};

/// Sizes of a page to choose from.
const SIZES: [u32; 4] = [25, 50, 100, 200];

/// The page, or its rows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let address = Address::new(PATH, query.as_deref());
    let around = Around::load(&app, &caller, &headers, "Orders", Section::Orders)
        .await?
        .saying(said(address.get("done")));
    let filter = sized(
        &address,
        filter::read(
            |name| {
                address
                    .get(name)
                    .filter(|word| filter::is_known(name, word))
            },
            costs,
            around.times.now,
        )?,
    );
    let conn = app.store().read();
    let page = match orders::search(conn, &filter).await {
        // The place of an old address, or of another sort: the list begins anew.
        Err(StoreError::Missing(_)) if filter.after.is_some() => {
            return Ok(go_to(&address.without(&["done"])));
        }
        page => page?,
    };
    let counts = orders::counts(conn, filter.connection, around.times.now).await?;
    let part = wants_part(&headers);
    let mut list = rows(&page, &filter, &address, &around, costs);
    if list.rows.is_empty() {
        list.empty = Some(empty(&around, &address));
    }
    if part {
        list.chips = Some(Chips {
            oob: true,
            ..Chips::new(chips(&app, &address, &counts, &around).await?)
        });
        return Ok(Html(list).into_response());
    }
    whole(&app, &caller, around, &address, &counts, list).await
}

/// Size and place of a part of the list.
fn sized(address: &Address, mut filter: OrderFilter) -> OrderFilter {
    filter.limit = address
        .get("size")
        .and_then(|size| size.parse().ok())
        .filter(|size| SIZES.contains(size))
        .unwrap_or(50);
    filter.after = address.get("after").map(str::to_owned);
    filter
}

/// The rows of a part of a list.
pub(super) fn rows(
    page: &OrderPage,
    filter: &OrderFilter,
    address: &Address,
    around: &Around,
    costs: bool,
) -> OrderList {
    let shown = page.orders.len() as u64;
    let all = counted(page.total, "order", "orders");
    let currency = row::only_currency(&page.orders);
    let columns = row::shown(address, costs);
    OrderList {
        columns: row::columns(address, columns, currency),
        shown: columns,
        rows: page
            .orders
            .iter()
            .map(|hit| row::row(hit, around, currency))
            .collect(),
        empty: None,
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: match (shown, filter.after.is_some()) {
                (0, _) => "No orders".to_owned(),
                (_, false) => format!("1–{} of {all}", count(shown)),
                (_, true) => format!("{} more of {all}", count(shown)),
            },
            note: if costs {
                "Cost is what you pay, without tax.".to_owned()
            } else {
                String::new()
            },
            previous: filter.after.as_ref().map(|_| address.without(&[])),
            next: page.next.as_deref().map(|next| address.behind(next)),
            sizes: SIZES
                .iter()
                .map(|option| ChipOption {
                    label: format!("{option} rows"),
                    count: String::new(),
                    href: address.with("size", &option.to_string()),
                    on: *option == filter.limit,
                })
                .collect(),
        },
        chips: None,
    }
}

/// The page around the rows.
async fn whole(
    app: &App,
    caller: &Caller,
    around: Around,
    address: &Address,
    counts: &OrderCounts,
    list: OrderList,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let exports = if caller.may(Right::Export) {
        vec![
            Link::new("CSV", address.at("/orders/export.csv")),
            Link::new("JSON", address.at("/orders/export.json")),
        ]
    } else {
        Vec::new()
    };
    let places = caller.may(Right::PlaceOrders);
    Ok(Html(OrdersPage {
        summary: summary(app, &around, counts).await?,
        places,
        read_href: (places && !around.connections.is_empty()).then(|| format!("{PATH}/read")),
        tabs: tabs(address, counts),
        notes: notes(&around),
        chips: Chips::new(chips(app, address, counts, &around).await?),
        search: Search {
            action: PATH.to_owned(),
            value: address.get("q").unwrap_or_default().to_owned(),
            placeholder: "Order, customer, PO, reference",
            keep: address.but(&["q", "after", "done"]),
        },
        choices: row::choices(address, costs),
        exports,
        list,
        frame: around.frame,
    })
    .into_response())
}

async fn summary(app: &App, around: &Around, counts: &OrderCounts) -> Result<String, Fault> {
    let all: u64 = counts.states.iter().map(|(_, number)| number).sum();
    let mut words = format!(
        "{}, from here and from the Ion portal.",
        counted(all, "order", "orders")
    );
    let mut oldest = None;
    for row in &around.connections {
        let read = orders::setting(app.store().read(), row.id)
            .await?
            .orders_read_at;
        oldest = match (oldest, read) {
            (None, read) => read,
            (Some(before), Some(read)) => Some(read.min(before)),
            (before, None) => before,
        };
    }
    if let Some(at) = oldest {
        words.push_str(&format!(" Ion was read {}.", around.times.ago(at).text));
    }
    Ok(words)
}

fn number_of(counts: &OrderCounts, states: &[OrderState]) -> u64 {
    counts
        .states
        .iter()
        .filter(|(state, _)| states.is_empty() || states.contains(state))
        .map(|(_, number)| number)
        .sum()
}

fn tabs(address: &Address, counts: &OrderCounts) -> CountedTabs {
    let here = address.get("show").unwrap_or_default();
    let bare = address.without(&["show", "state", "done"]);
    CountedTabs {
        name: "Orders by need",
        tabs: Show::ALL
            .iter()
            .map(|(show, word, label)| {
                let number = match show {
                    Show::NeedYou => counts.attention,
                    Show::Ion => 0,
                    show => number_of(counts, show.states()),
                };
                CountedTab {
                    label,
                    href: if word.is_empty() {
                        bare.clone()
                    } else {
                        Address::new(PATH, bare.split_once('?').map(|(_, query)| query))
                            .with("show", word)
                    },
                    count: if number == 0 {
                        String::new()
                    } else {
                        count(number)
                    },
                    tone: match show {
                        Show::NeedYou => Tone::Warn,
                        Show::Unconfirmed => Tone::Unsure,
                        Show::Failed => Tone::Bad,
                        _ => Tone::Calm,
                    },
                    here: *word == here,
                }
            })
            .collect(),
    }
}

fn notes(around: &Around) -> Vec<Note> {
    around
        .connections
        .iter()
        .filter(|row| row.login.status == ConnectionStatus::NeedsNewCredentials)
        .map(|row| {
            Note::new(
                Tone::Warn,
                "key-off",
                format!("“{}” needs new credentials", row.name),
                "Orders keep their place. They go on by themselves once new ones are pasted.",
            )
            .with(Button::link(
                "Look at the connection",
                connection_href(row.id),
            ))
        })
        .collect()
}

async fn chips(
    app: &App,
    address: &Address,
    counts: &OrderCounts,
    around: &Around,
) -> Result<Vec<Chip>, Fault> {
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
    let mut chips = vec![
        chip(
            "state",
            "State",
            counts
                .states
                .iter()
                .map(|(state, number)| {
                    (
                        state.as_str().to_owned(),
                        status::order(*state).word.into_owned(),
                        count(*number),
                    )
                })
                .collect(),
        ),
        chip(
            "vendor",
            "Vendor",
            counts
                .vendors
                .iter()
                .map(|(vendor, number)| (vendor.clone(), vendor.clone(), count(*number)))
                .collect(),
        ),
        chip(
            "origin",
            "Placed",
            vec![
                ("here".to_owned(), "here".to_owned(), String::new()),
                ("ion".to_owned(), "in Ion".to_owned(), String::new()),
            ],
        ),
    ];
    if let Some(id) = address.get("customer").and_then(|id| id.parse().ok()) {
        let name = store::customers::find(app.store().read(), id)
            .await?
            .map_or_else(
                || "unknown".to_owned(),
                |row| crate::pages::customers::name(&row).to_owned(),
            );
        chips.push(chip(
            "customer",
            "Customer",
            vec![(id.to_string(), name, String::new())],
        ));
    }
    if around.connections.len() > 1 || address.get("connection").is_some() {
        chips.push(chip(
            "connection",
            "Connection",
            around
                .connections
                .iter()
                .map(|row| (row.id.to_string(), row.name.clone(), String::new()))
                .collect(),
        ));
    }
    Ok(chips)
}

fn empty(around: &Around, address: &Address) -> Empty {
    if NAMES.iter().any(|name| address.get(name).is_some()) {
        let title = match address.get("q") {
            Some(text) => format!("No order has “{text}” in it"),
            None if address.get("show") == Some("needs-you") => "Nothing needs you".to_owned(),
            None => "No order fits these filters".to_owned(),
        };
        return Empty::new(
            "search-off",
            title,
            "Try fewer letters, or look without filters.",
        )
        .with(Button::link("Remove filters", address.without(&NAMES)));
    }
    let nothing = Empty::new(
        "receipt",
        "No orders yet",
        "Put one together here; what is placed in the Ion portal comes in by itself.",
    );
    if around.frame.places_orders() {
        nothing.with(Button::link("New order", format!("{PATH}/new")).primary())
    } else {
        nothing
    }
}

/// Reads what changed among Ion's orders now.
pub(crate) async fn read_now(
    State(app): State<App>,
    caller: Caller,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let mut asked = false;
    for row in store::connections::list(app.store().read()).await? {
        // One that has no login says so above the list.
        if row.login.status == ConnectionStatus::NeedsNewCredentials {
            continue;
        }
        app.engine()
            .request_read_orders(row.id, &caller.actor())
            .await?;
        asked = true;
    }
    if !asked {
        return Err(Fault::conflict(
            "unusable",
            "No connection has a login to read with.",
        ));
    }
    Ok(go_to(&format!("{PATH}?done=reading")))
}
