//! The list of customers.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::ConnectionId;
use domain::access::Right;
use domain::customer::{CustomerField, LinkState};
use domain::run::RunKind;
use http::HeaderMap;
use rules::customers::table::number_text;
use rules::customers::{name::domain_key, places};
use store::customers::{
    self, CustomerFacets, CustomerFilter, CustomerHit, CustomerSort, MappingCounts,
};
use store::runs;

use super::{href, name, run_href, said};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, FieldFault};
use crate::pages::address::Address;
use crate::pages::{Around, wants_part};
use crate::view::customers::list::{CustomerList, CustomerRow, CustomersPage};
use crate::view::format::{count, counted, initials};
use crate::view::parts::Empty;
use crate::view::table::{Chips, Sorted};
use crate::view::{
    Button, Chip, ChipOption, Column, Html, Link, Note, Pager, Search, Section, Times, Tone, status,
};

const PATH: &str = "/customers";
/// Sizes of a page to choose from.
const SIZES: [u32; 4] = [25, 50, 100, 200];
/// Names of the filters, as they stand in addresses.
const FILTERS: [&str; 5] = ["q", "link", "country", "tag", "connection"];

/// The page, or its rows.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(PATH, query.as_deref());
    let mut filter = read(&address)?;
    let size = address
        .get("size")
        .and_then(|size| size.parse().ok())
        .filter(|size| SIZES.contains(size))
        .unwrap_or(50);
    filter.limit = size;
    filter.after = address.get("after").map(str::to_owned);
    let conn = app.store().read();
    let page = customers::search(conn, &filter).await?;
    let facets = customers::facets(conn, &filter).await?;
    let around = Around::load(&app, &caller, &headers, "Customers", Section::Customers)
        .await?
        .saying(said(address.get("done")));
    let part = wants_part(&headers);
    let shown = page.customers.len() as u64;
    let all = counted(page.total, "customer", "customers");
    let list = CustomerList {
        columns: columns(&address),
        rows: page.customers.iter().map(|hit| row(hit, &around)).collect(),
        empty: (shown == 0).then(|| empty(&around, &address)),
        csrf: around.frame.csrf.clone(),
        pager: Pager {
            words: match (shown, filter.after.is_some()) {
                (0, _) => "No customers".to_owned(),
                (_, false) => format!("1–{} of {all}", count(shown)),
                (_, true) => format!("{} more of {all}", count(shown)),
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
                    on: *option == size,
                })
                .collect(),
        },
        chips: part.then(|| Chips {
            oob: true,
            ..Chips::new(chips(&address, &facets, &around))
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
    facets: &CustomerFacets,
    list: CustomerList,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let counts = customers::mapping_counts(conn).await?;
    let edits = caller.may(Right::EditCustomers);
    let (notes, running) = notes(app, &around, edits).await?;
    let exports = if caller.may(Right::Export) {
        vec![
            Link::new("CSV", address.at("/customers/export.csv")),
            Link::new("JSON", address.at("/customers/export.json")),
        ]
    } else {
        Vec::new()
    };
    Ok(Html(CustomersPage {
        summary: summary(app, &around, &counts).await?,
        mapping: around.frame.customers,
        edits,
        sync_href: (!around.connections.is_empty() && !running)
            .then(|| "/customers/sync".to_owned()),
        notes,
        chips: Chips::new(chips(address, facets, &around)),
        search: Search {
            action: PATH.to_owned(),
            value: address.get("q").unwrap_or_default().to_owned(),
            placeholder: "Name, domain, e-mail, Ion id",
            keep: address.but(&["q", "after", "done"]),
        },
        exports,
        list,
        frame: around.frame,
    })
    .into_response())
}

async fn summary(app: &App, around: &Around, counts: &MappingCounts) -> Result<String, Fault> {
    let conn = app.store().read();
    let all = customers::count_all(conn).await?;
    let mut words = format!(
        "{} here, {} linked to Ion.",
        counted(all, "customer", "customers"),
        count(counts.linked)
    );
    let mut last = None;
    for row in &around.connections {
        last = last.max(customers::sync_setting(conn, row.id).await?.last_run_at);
    }
    if let Some(at) = last {
        words.push_str(&format!(" Last compared {}.", around.times.ago(at).text));
    }
    Ok(words)
}

/// What waits or goes on at the connections, and whether something goes on.
async fn notes(app: &App, around: &Around, edits: bool) -> Result<(Vec<Note>, bool), Fault> {
    let conn = app.store().read();
    let mut notes = Vec::new();
    let mut running = false;
    for row in &around.connections {
        if let Some(plan) = customers::find_waiting_plan(conn, row.id).await? {
            let text = if plan.held {
                "It would change unusually many customers. Nothing of it is done before you apply it."
            } else {
                "Nothing goes to Ion before you have looked at it and applied it."
            };
            notes.push(
                Note::new(
                    Tone::Warn,
                    "user-question",
                    format!("A plan of “{}” waits for you", row.name),
                    text,
                )
                .with(Button::link(
                    "Look at the plan",
                    format!("/customers/sync/plans/{}", plan.id),
                )),
            );
        } else if let Some(run) = runs::find_unfinished(conn, row.id, RunKind::CustomerSync).await?
        {
            running = true;
            notes.push(
                Note::new(
                    Tone::Info,
                    "loader-2",
                    format!("The customers of “{}” are compared now", row.name),
                    "This list shows what is saved already.",
                )
                .with(Button::link("Follow it", run_href(run.id))),
            );
        } else if edits
            && customers::sync_setting(conn, row.id)
                .await?
                .first_applied_at
                .is_none()
        {
            notes.push(
                Note::new(
                    Tone::Info,
                    "arrows-left-right",
                    format!("The customers of “{}” were not compared yet", row.name),
                    "The preview reads both sides and shows what it would do; it writes nothing on either side.",
                )
                .with(Button::post(
                    "Preview the first sync",
                    format!("/customers/sync/{}/preview", row.id),
                )),
            );
        }
    }
    Ok((notes, running))
}

/// Reads a filter.
pub(super) fn read(address: &Address) -> Result<CustomerFilter, Fault> {
    let mut faults = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        faults.push(FieldFault {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    };
    let mut filter = CustomerFilter {
        text: address
            .get("q")
            .unwrap_or_default()
            .trim()
            .chars()
            .take(200)
            .collect(),
        country: address.get("country").map(str::to_owned),
        tag: address.get("tag").map(str::to_owned),
        ..CustomerFilter::default()
    };
    if let Some(word) = address.get("link") {
        match word.parse::<LinkState>() {
            Ok(state) => filter.states.push(state),
            Err(_) => wrong("link", "This word is no state of a customer."),
        }
    }
    if let Some(id) = address.get("connection") {
        match id.parse::<ConnectionId>() {
            Ok(id) => filter.connection = Some(id),
            Err(_) => wrong("connection", "This is no id of a connection."),
        }
    }
    if let Some(sort) = address.get("sort") {
        let (word, descending) = match sort.strip_prefix('-') {
            Some(word) => (word, true),
            None => (sort, false),
        };
        filter.descending = descending;
        match word.parse::<CustomerSort>() {
            Ok(sort) => filter.sort = sort,
            Err(_) => wrong(
                "sort",
                "Sort by name, number, country, state or changed; with - before it for the other way.",
            ),
        }
    }
    if faults.is_empty() {
        Ok(filter)
    } else {
        Err(Fault::invalid(faults))
    }
}

fn row(hit: &CustomerHit, around: &Around) -> CustomerRow {
    let (row, fields) = (&hit.row, &hit.row.customer.fields);
    let domain = row
        .customer
        .domains
        .first()
        .cloned()
        .or_else(|| domain_key(fields.get(CustomerField::Email)))
        .unwrap_or_else(|| fields.get(CustomerField::City).to_owned());
    CustomerRow {
        href: href(row.id),
        initials: initials(name(row)),
        name: name(row).to_owned(),
        detail: domain,
        number: number_text(row.number),
        status: status::customer(row.link_state),
        test: hit.links.iter().any(|(connection, _)| {
            around
                .connection(*connection)
                .is_some_and(|row| row.sandbox)
        }) && !around.frame.test,
        ion: hit
            .links
            .iter()
            .map(|(_, ion_id)| ion_id.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        country: fields.get(CustomerField::Country).to_owned(),
        contact: fields.get(CustomerField::ContactName).to_owned(),
        email: fields.get(CustomerField::Email).to_owned(),
        tags: row.customer.tags.clone(),
        changed: changed(row, &around.times),
    }
}

fn changed(row: &customers::CustomerRow, times: &Times) -> crate::view::Moment {
    times.ago(row.edited_at)
}

fn columns(address: &Address) -> Vec<Column> {
    let sorted = address.get("sort").unwrap_or("name").to_owned();
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
    vec![
        sortable("Customer", "", "name"),
        sortable("Number", "m-hide t-hide", "number"),
        sortable("Link", "", "state"),
        Column::plain("Ion id", "m-hide t-hide"),
        sortable("Country", "m-hide", "country"),
        Column::plain("Contact", "m-hide t-hide xl-hide"),
        Column::plain("Tags", "m-hide t-hide xl-hide"),
        sortable("Changed", "m-hide", "changed"),
    ]
}

fn chips(address: &Address, facets: &CustomerFacets, around: &Around) -> Vec<Chip> {
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
            "link",
            "Link",
            facets
                .states
                .iter()
                .map(|(state, number)| {
                    (
                        state.as_str().to_owned(),
                        status::customer(*state).word.into_owned(),
                        count(*number),
                    )
                })
                .collect(),
        ),
        chip(
            "country",
            "Country",
            facets
                .countries
                .iter()
                .map(|(code, number)| {
                    (
                        code.clone(),
                        places::country_name(code).to_owned(),
                        count(*number),
                    )
                })
                .collect(),
        ),
        chip(
            "tag",
            "Tag",
            facets
                .tags
                .iter()
                .map(|(tag, number)| (tag.clone(), tag.clone(), count(*number)))
                .collect(),
        ),
    ];
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
    chips
}

fn empty(around: &Around, address: &Address) -> Empty {
    if FILTERS.iter().any(|name| address.get(name).is_some()) {
        let title = match address.get("q") {
            Some(text) => format!("Nobody is called “{text}” here"),
            None => "No customer fits these filters".to_owned(),
        };
        return Empty::new(
            "search-off",
            title,
            "Try fewer letters, or look without filters. Archived ones stand under Link: Archived.",
        )
        .with(Button::link("Remove filters", address.without(&FILTERS)));
    }
    let nothing = Empty::new(
        "building-community",
        "No customers yet",
        "Bring in those of Ion, bring a file, or add one by hand. Nothing is written to Ion before you have seen its plan.",
    );
    match around.connections.first() {
        _ if !around.frame.edits_customers() => nothing,
        Some(row) => nothing.with(
            Button::post(
                "Preview the customers of Ion",
                format!("/customers/sync/{}/preview", row.id),
            )
            .primary(),
        ),
        None => nothing.with(Button::link("New customer", "/customers/new").primary()),
    }
}
