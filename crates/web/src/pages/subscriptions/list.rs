//! The list of subscriptions.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use http::HeaderMap;
use store::StoreError;
use store::subscriptions::{self, SubscriptionFilter, SubscriptionPage};

use super::chips::chips;
use super::filter::{self, Asker, NAMES};
use super::readings::Readings;
use super::row::{one_currency, row};
use super::{PATH, said, tabs};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, go_to, wants_part};
use crate::view::format::{count, counted};
use crate::view::parts::Empty;
use crate::view::subscriptions::list::{ShownColumns, SubscriptionList, SubscriptionsPage};
use crate::view::table::{Chips, Sorted};
use crate::view::{Button, ChipOption, Column, Html, Link, Pager, Search, Section};

/// Sizes of a page to choose from.
const SIZES: [u32; 4] = [25, 50, 100, 200];
/// Columns that can be chosen, in the order of the table: word in addresses, label, shown where nothing is chosen, shows cost.
const COLUMNS: [(&str, &str, bool, bool); 9] = [
    ("customer", "Customer", true, false),
    ("vendor", "Vendor", false, false),
    ("term", "Commitment", false, false),
    ("cost", "Cost per month", true, true),
    ("margin", "Margin", true, true),
    ("due", "Renews", true, false),
    ("stop", "Last day to stop", true, false),
    ("state", "State", true, false),
    ("resource", "Vendor’s id", false, false),
];
/// The page, or its rows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    let asker = asker(&app, &caller);
    let mut filter = filter::read(|name| address.get(name), &asker)?;
    filter.limit = size(&address);
    filter.after = address.get("after").map(str::to_owned);
    let conn = app.store().read();
    let page = match subscriptions::search(conn, &filter).await {
        // The place of an old address, or of another sort: the list begins anew.
        Err(StoreError::Missing(_)) if filter.after.is_some() => {
            return Ok(go_to(&address.without(&["done"])));
        }
        page => page?,
    };
    let facets = subscriptions::facets(conn, &filter).await?;
    let around = Around::load(
        &app,
        &caller,
        &headers,
        "Subscriptions",
        Section::Subscriptions,
    )
    .await?
    .saying(said(address.get("done")));
    let chips = chips(&app, &address, &filter, &facets, &around).await?;
    let part = wants_part(&headers);
    let readings = Readings::of(&app, &around).await?;
    let mut list = rows(&page, &filter, &address, &around, asker.costs);
    list.empty = (list.rows.is_empty()).then(|| empty(&around, &address, &readings));
    if part {
        list.chips = Some(Chips {
            oob: true,
            ..Chips::new(chips)
        });
        return Ok(Html(list).into_response());
    }
    let live = subscriptions::count_live(conn).await?;
    Ok(Html(SubscriptionsPage {
        summary: readings.summary(live, &around),
        read_href: readings
            .may_read(&around)
            .then(|| "/subscriptions/read".to_owned()),
        tabs: tabs(&app, "List").await?,
        notes: readings.notes(&around),
        chips: Chips::new(chips),
        search: Search {
            action: PATH.to_owned(),
            value: address.get("q").unwrap_or_default().to_owned(),
            placeholder: "Product, customer, part number, id",
            keep: address.but(&["q", "after", "done"]),
        },
        choices: choices(&address, asker.costs),
        exports: if caller.may(Right::Export) {
            vec![
                Link::new("CSV", address.at("/subscriptions/export.csv")),
                Link::new("JSON", address.at("/subscriptions/export.json")),
            ]
        } else {
            Vec::new()
        },
        list,
        frame: around.frame,
    })
    .into_response())
}

/// Who asks, and when.
pub(crate) fn asker(app: &App, caller: &Caller) -> Asker {
    Asker {
        costs: caller.may(Right::SeeCost),
        now: app.now(),
        zone: app.settings().zone.clone(),
    }
}

fn size(address: &Address) -> u32 {
    address
        .get("size")
        .and_then(|size| size.parse().ok())
        .filter(|size| SIZES.contains(size))
        .unwrap_or(50)
}

/// The table of a page of them.
pub(super) fn rows(
    page: &SubscriptionPage,
    filter: &SubscriptionFilter,
    address: &Address,
    around: &Around,
    costs: bool,
) -> SubscriptionList {
    let one = one_currency(&page.subscriptions);
    let shown = shown(address, costs);
    let number = page.subscriptions.len() as u64;
    let all = counted(page.total, "subscription", "subscriptions");
    SubscriptionList {
        columns: columns(address, shown, one.map(|currency| currency.to_string())),
        shown,
        rows: page
            .subscriptions
            .iter()
            .map(|of| row(of, around, costs, one))
            .collect(),
        empty: None,
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: match (number, filter.after.is_some()) {
                (0, _) => "No subscriptions".to_owned(),
                (_, false) => format!("1–{} of {all}", count(number)),
                (_, true) => format!("{} more of {all}", count(number)),
            },
            note: String::new(),
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

/// The columns that an address names; those of old where it names none.
fn chosen(address: &Address) -> Vec<&str> {
    match address.get("columns") {
        Some(words) => words.split(',').collect(),
        None => COLUMNS
            .iter()
            .filter(|column| column.2)
            .map(|column| column.0)
            .collect(),
    }
}

fn shown(address: &Address, costs: bool) -> ShownColumns {
    let chosen = chosen(address);
    let has = |word: &str| chosen.contains(&word);
    ShownColumns {
        customer: has("customer"),
        vendor: has("vendor"),
        term: has("term"),
        cost: has("cost") && costs,
        margin: has("margin") && costs,
        due: has("due"),
        stop: has("stop"),
        state: has("state"),
        resource: has("resource"),
    }
}

fn choices(address: &Address, costs: bool) -> Vec<ChipOption> {
    let chosen = chosen(address);
    COLUMNS
        .iter()
        .filter(|column| costs || !column.3)
        .map(|(word, label, _, _)| {
            let on = chosen.contains(word);
            let with: Vec<&str> = COLUMNS
                .iter()
                .map(|column| column.0)
                .filter(|other| chosen.contains(other) != (other == word))
                .collect();
            ChipOption {
                label: (*label).to_owned(),
                count: String::new(),
                // All of them away is said, too: an empty value would be none.
                href: address.with(
                    "columns",
                    &if with.is_empty() {
                        "none".to_owned()
                    } else {
                        with.join(",")
                    },
                ),
                on,
            }
        })
        .collect()
}

fn columns(address: &Address, shown: ShownColumns, currency: Option<String>) -> Vec<Column> {
    let sorted = address.get("sort").unwrap_or("due").to_owned();
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
    let cost = currency.map_or_else(
        || "Cost per month".to_owned(),
        |currency| format!("Cost per month ({currency})"),
    );
    let all = [
        (true, sortable("Product", "", "name")),
        (shown.customer, sortable("Customer", "t-hide", "customer")),
        (shown.vendor, Column::plain("Vendor", "t-hide")),
        (shown.term, Column::plain("Commitment", "t-hide")),
        (true, sortable("Seats", "n", "seats")),
        (shown.cost, sortable(&cost, "n", "cost")),
        (shown.margin, sortable("Margin", "n t-hide", "margin")),
        (shown.due, sortable("Renews", "", "due")),
        (shown.stop, Column::plain("Last day to stop", "t-w")),
        (shown.state, Column::plain("State", "t-hide")),
        (shown.resource, Column::plain("Vendor’s id", "t-hide")),
    ];
    all.into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, column)| column)
        .collect()
}

fn empty(around: &Around, address: &Address, readings: &Readings) -> Empty {
    if NAMES.iter().any(|name| address.get(name).is_some()) {
        let title = match address.get("q") {
            Some(text) => format!("No subscription fits “{text}”"),
            None => "No subscription fits these filters".to_owned(),
        };
        return Empty::new(
            "search-off",
            title,
            "Try fewer letters, or look without filters. Ended ones stand under State: All.",
        )
        .with(Button::link("Remove filters", address.without(&NAMES)));
    }
    if around.connections.is_empty() {
        let nothing = Empty::new(
            "refresh-dot",
            "No subscriptions yet",
            "They are read from Ion once an account is connected.",
        );
        return if around.frame.manages_connections() {
            nothing.with(Button::link("Connect StreamOne Ion", "/settings/integrations").primary())
        } else {
            nothing
        };
    }
    if readings.was_read() {
        return Empty::new(
            "refresh-dot",
            "Ion shows no subscriptions",
            "It was read completely. What is ordered here, or bought in the Ion portal, stands here once Ion shows it.",
        );
    }
    let nothing = Empty::new(
        "refresh-dot",
        "No subscriptions yet",
        "Read them from Ion: those ordered here and those bought in the Ion portal. Nothing is changed there.",
    );
    if readings.may_read(around) {
        nothing.with(Button::post("Read the subscriptions", "/subscriptions/read").primary())
    } else {
        nothing
    }
}
