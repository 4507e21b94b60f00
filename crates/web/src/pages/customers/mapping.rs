//! Customers that only one side has, whose write failed, that are ignored or linked: tables with what can be done.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::customer::{CustomerField, LinkState};
use http::HeaderMap;
use rules::customers::check::problems_for_ion;
use rules::customers::rule::Rule;
use rules::customers::table::number_text;
use store::customers::{self, CustomerFilter, CustomerRow, IonRow};

use super::steps::Key;
use super::{detail, href, joined, name, pairs, place, said, tabs};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::view::customers::mapping::{BulkAction, MappingPage, MappingRow, RowAction};
use crate::view::format::{count, sentence_case};
use crate::view::parts::Empty;
use crate::view::{Button, Html, Link, Note, Pager, Search, Section, Times};

/// States, as they stand in addresses.
pub(super) const STATES: [&str; 6] = [
    "to-confirm",
    "not-in-ion",
    "only-in-ion",
    "failed",
    "ignored",
    "linked",
];
/// Rows of a page.
const PAGE: u32 = 50;

/// A state of the mapping.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(state): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(format!("/customers/mapping/{state}"), query.as_deref());
    page(&app, &caller, &headers, &state, &address, Vec::new()).await
}

/// The page of a state.
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    state: &str,
    address: &Address,
    notes: Vec<Note>,
) -> Result<Response, Fault> {
    if state == "to-confirm" {
        return pairs::page(app, caller, headers, address, notes).await;
    }
    if !STATES.contains(&state) {
        return Err(Fault::not_found("state of the mapping"));
    }
    let around = Around::load(app, caller, headers, "Mapping", Section::Customers)
        .await?
        .under("Customers", "/customers")
        .saying(said(address.get("done")));
    let edits = caller.may(Right::EditCustomers);
    let ask = Ask {
        app,
        around: &around,
        text: address.get("q").unwrap_or_default(),
        after: address.get("after"),
    };
    let table = match state {
        "not-in-ion" => not_in_ion(&ask).await?,
        "only-in-ion" => only_in_ion(&ask).await?,
        "failed" => failed(&ask).await?,
        "ignored" => ignored(&ask).await?,
        _ => linked(&ask).await?,
    };
    let shown = table.rows.len() as u64;
    let empty = (shown == 0).then(|| {
        if ask.text.is_empty() {
            Empty::new("checks", table.none.0, table.none.1)
        } else {
            Empty::new(
                "search-off",
                format!("Nobody here is called “{}”", ask.text),
                "Try fewer letters.",
            )
            .with(Button::link(
                "Show all",
                format!("/customers/mapping/{state}"),
            ))
        }
    });
    Ok(Html(MappingPage {
        tabs: tabs(app, state).await?,
        notes,
        lead: table.lead,
        search: Search {
            action: format!("/customers/mapping/{state}"),
            value: ask.text.to_owned(),
            placeholder: "Name, e-mail, city",
            keep: Vec::new(),
        },
        heads: table.heads,
        rows: table.rows,
        bulk: if edits { table.bulk } else { Vec::new() },
        action_href: "/customers/mapping/steps".to_owned(),
        back: address.here(),
        empty,
        pager: Pager {
            words: if shown == 0 {
                "Nobody".to_owned()
            } else {
                format!("{} of {}", count(shown), count(table.total))
            },
            note: String::new(),
            previous: ask.after.map(|_| address.without(&["done"])),
            next: table.next.as_deref().map(|next| address.behind(next)),
            sizes: Vec::new(),
        },
        edits,
        frame: around.frame.clone(),
    })
    .into_response())
}

/// What a table is asked for.
struct Ask<'a> {
    app: &'a App,
    around: &'a Around,
    text: &'a str,
    after: Option<&'a str>,
}

struct Table {
    lead: &'static str,
    heads: [&'static str; 4],
    rows: Vec<MappingRow>,
    bulk: Vec<BulkAction>,
    total: u64,
    next: Option<String>,
    /// Title and text where there is none.
    none: (&'static str, &'static str),
}

fn step(word: &str, key: &Key, label: &'static str) -> RowAction {
    RowAction::Step {
        value: format!("{word}~{}", key.print()),
        label,
    }
}

fn bulk(
    value: &str,
    label: impl Into<String>,
    icon: &'static str,
    primary: bool,
    ask: &'static str,
) -> BulkAction {
    BulkAction {
        id: value.replace(':', "-"),
        value: value.to_owned(),
        label: label.into(),
        icon,
        primary,
        ask,
    }
}

async fn search(ask: &Ask<'_>, states: Vec<LinkState>) -> Result<customers::CustomerPage, Fault> {
    let filter = CustomerFilter {
        text: ask.text.chars().take(200).collect(),
        states,
        after: ask.after.map(str::to_owned),
        limit: PAGE,
        ..CustomerFilter::default()
    };
    Ok(customers::search(ask.app.store().read(), &filter).await?)
}

async fn not_in_ion(ask: &Ask<'_>) -> Result<Table, Fault> {
    const SURE: &str = "Ion is searched for each e-mail first. Ion has no delete: what is created there stays. First passwords of their portal users are shown once, to you.";
    let page = search(ask, vec![LinkState::NotInIon]).await?;
    let connections = &ask.around.connections;
    let only = match connections.as_slice() {
        [one] => Some(one.id),
        _ => None,
    };
    let rule = match only {
        Some(id) => {
            let setting = customers::sync_setting(ask.app.store().read(), id).await?;
            if setting.first_applied_at.is_none() {
                Rule::C23
            } else if setting.policy.create_in_ion {
                Rule::C22
            } else {
                Rule::C24
            }
        }
        None => Rule::C24,
    };
    let rows = page
        .customers
        .iter()
        .map(|hit| {
            let row = &hit.row;
            let key = Key {
                connection: only,
                customer: Some(row.id),
                ion_id: String::new(),
            };
            let problems = problems_for_ion(&row.customer.fields, None);
            let missing = problems
                .iter()
                .map(|problem| problem.label.clone())
                .collect::<Vec<_>>()
                .join(", ");
            let mut actions = Vec::new();
            if let Some(first) = problems.first() {
                actions.push(RowAction::Go(Link::new(
                    format!("Fill in {}", first.label.to_lowercase()),
                    format!("{}/edit#{}", href(row.id), first.field),
                )));
            } else if only.is_some() {
                actions.push(step("create", &key, "Create in Ion"));
            }
            actions.push(RowAction::Go(Link::new(
                "Link by hand",
                format!("/customers/mapping/by-hand?customer={}", row.id),
            )));
            MappingRow {
                key: key.print(),
                why: if problems.is_empty() {
                    sentence_case(rule.why())
                } else {
                    format!("Ion would refuse it: {missing}")
                },
                bad: !problems.is_empty(),
                rule: problems.is_empty().then(|| rule.into()),
                actions,
                ..ours(row, &ask.around.times)
            }
        })
        .collect();
    let mut actions: Vec<BulkAction> = match connections.as_slice() {
        [_] => vec![bulk("create", "Create in Ion", "cloud-up", true, SURE)],
        several => several
            .iter()
            .map(|row| {
                bulk(
                    &format!("create:{}", row.id),
                    format!("Create in “{}”", row.name),
                    "cloud-up",
                    false,
                    SURE,
                )
            })
            .collect(),
    };
    actions.push(bulk("ignore", "Ignore", "eye-off", false, ""));
    Ok(Table {
        lead: "Ours without one in Ion. None is created there unless you say so.",
        heads: ["Customer", "", "Why", "Here since"],
        rows,
        bulk: actions,
        total: page.total,
        next: page.next,
        none: (
            "Every customer of ours is linked, proposed or ignored",
            "New ones that Ion does not have stand here.",
        ),
    })
}

/// The parts of a row that every table of ours shares.
fn ours(row: &CustomerRow, times: &Times) -> MappingRow {
    MappingRow {
        key: String::new(),
        name: name(row).to_owned(),
        href: href(row.id),
        detail: detail(row),
        other: String::new(),
        other_detail: String::new(),
        why: String::new(),
        bad: false,
        rule: None,
        at: Some(times.ago(row.created_at)),
        actions: Vec::new(),
    }
}

/// The parts of a row that every table of Ion's shares.
fn theirs(row: &IonRow, around: &Around) -> (Key, MappingRow) {
    let fields = &row.customer.fields;
    let key = Key {
        connection: Some(row.connection),
        customer: None,
        ion_id: row.customer.ion_id.clone(),
    };
    let connection = if around.connections.len() > 1 {
        around
            .connection(row.connection)
            .map(|row| row.name.clone())
            .unwrap_or_default()
    } else {
        String::new()
    };
    let shown = MappingRow {
        key: key.print(),
        name: fields.get(CustomerField::Organisation).to_owned(),
        href: String::new(),
        detail: joined([
            format!("Ion {}", row.customer.ion_id),
            place(fields),
            fields.get(CustomerField::Email).to_owned(),
            connection,
        ]),
        other: String::new(),
        other_detail: String::new(),
        why: String::new(),
        bad: false,
        rule: None,
        at: Some(around.times.ago(row.first_seen_at)),
        actions: Vec::new(),
    };
    (key, shown)
}

async fn only_in_ion(ask: &Ask<'_>) -> Result<Table, Fault> {
    let (list, next, total) =
        customers::list_only_in_ion(ask.app.store().read(), None, ask.text, ask.after, PAGE)
            .await?;
    let rows = list
        .iter()
        .map(|row| {
            let (key, shown) = theirs(row, ask.around);
            let by_hand = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("ion", &key.print())
                .finish();
            MappingRow {
                why: if row.customer.active {
                    sentence_case(Rule::C20.why())
                } else {
                    "Inactive in Ion".to_owned()
                },
                rule: row.customer.active.then(|| Rule::C20.into()),
                actions: vec![
                    step("import", &key, "Import here"),
                    RowAction::Go(Link::new(
                        "Link by hand",
                        format!("/customers/mapping/by-hand?{by_hand}"),
                    )),
                ],
                ..shown
            }
        })
        .collect();
    Ok(Table {
        lead: "Ion’s without one of ours. Importing makes ours of it and writes nothing to Ion.",
        heads: ["In Ion", "", "Why", "First seen"],
        rows,
        bulk: vec![
            bulk("import", "Import here", "cloud-down", true, ""),
            bulk("ignore", "Ignore", "eye-off", false, ""),
        ],
        total,
        next,
        none: (
            "Everybody in Ion is here, too",
            "Those that Ion has and that are like none of ours are imported by the sync; what a person took out of a plan stands here.",
        ),
    })
}

async fn failed(ask: &Ask<'_>) -> Result<Table, Fault> {
    let lower = ask.text.to_lowercase();
    let all = customers::list_failed(ask.app.store().read(), None).await?;
    let rows: Vec<MappingRow> = all
        .iter()
        .filter(|(_, name)| lower.is_empty() || name.to_lowercase().contains(&lower))
        .map(|(link, name)| {
            let key = Key {
                connection: Some(link.connection),
                customer: Some(link.customer),
                ion_id: link.ion_id.clone(),
            };
            let failure = link.failed.as_ref();
            let field = failure
                .and_then(|failure| failure.field)
                .map_or("", CustomerField::as_str);
            MappingRow {
                key: key.print(),
                name: name.clone(),
                href: href(link.customer),
                detail: format!("Ion {}", link.ion_id),
                other: String::new(),
                other_detail: String::new(),
                why: failure
                    .map(|failure| failure.message.clone())
                    .unwrap_or_default(),
                bad: true,
                rule: None,
                at: failure.map(|failure| ask.around.times.ago(failure.at)),
                actions: vec![
                    RowAction::Go(Link::new(
                        "Mend it",
                        format!("{}/edit#{field}", href(link.customer)),
                    )),
                    step("again", &key, "Try again"),
                ],
            }
        })
        .collect();
    Ok(Table {
        lead: "The last write of these to Ion failed. Each says why; mended, it goes there by itself.",
        heads: ["Customer", "", "Why", "Since"],
        total: rows.len() as u64,
        rows,
        bulk: vec![bulk("again", "Try again", "refresh", true, "")],
        next: None,
        none: (
            "No write to Ion failed",
            "What Ion refuses stands here with its reason.",
        ),
    })
}

async fn ignored(ask: &Ask<'_>) -> Result<Table, Fault> {
    let page = search(ask, vec![LinkState::Ignored]).await?;
    let (list, _, total) = if ask.after.is_none() {
        customers::list_ignored_ion(ask.app.store().read(), None, ask.text, None, 200).await?
    } else {
        (Vec::new(), None, 0)
    };
    let mut rows: Vec<MappingRow> = page
        .customers
        .iter()
        .map(|hit| {
            let key = Key {
                connection: None,
                customer: Some(hit.row.id),
                ion_id: String::new(),
            };
            MappingRow {
                key: key.print(),
                why: sentence_case(Rule::C26.why()),
                rule: Some(Rule::C26.into()),
                actions: vec![step("notice", &key, "Take in again")],
                ..ours(&hit.row, &ask.around.times)
            }
        })
        .collect();
    rows.extend(list.iter().map(|row| {
        let (key, shown) = theirs(row, ask.around);
        MappingRow {
            why: sentence_case(Rule::C26.why()),
            rule: Some(Rule::C26.into()),
            actions: vec![step("notice", &key, "Take in again")],
            ..shown
        }
    }));
    Ok(Table {
        lead: "Left out of sync because a person said so: not proposed, not imported, not created.",
        heads: ["Customer", "", "Why", "Known since"],
        rows,
        bulk: vec![bulk("notice", "Take in again", "eye", true, "")],
        total: page.total + total,
        next: page.next,
        none: (
            "Nobody is ignored",
            "Who is left out of sync, on either side, stands here.",
        ),
    })
}

async fn linked(ask: &Ask<'_>) -> Result<Table, Fault> {
    let (list, next, total) =
        customers::list_linked(ask.app.store().read(), None, ask.text, ask.after, PAGE).await?;
    let ids: Vec<_> = list.iter().map(|(link, _, _)| link.customer).collect();
    let ours = customers::find_many(ask.app.store().read(), &ids).await?;
    let rows = list
        .iter()
        .map(|(link, local, remote)| {
            let key = Key {
                connection: Some(link.connection),
                customer: Some(link.customer),
                ion_id: link.ion_id.clone(),
            };
            MappingRow {
                key: String::new(),
                name: local.clone(),
                href: href(link.customer),
                detail: ours
                    .iter()
                    .find(|row| row.id == link.customer)
                    .map(|row| number_text(row.number))
                    .unwrap_or_default(),
                other: remote.clone(),
                other_detail: link.ion_id.clone(),
                why: sentence_case(link.rule.why()),
                bad: false,
                rule: Some(link.rule.into()),
                at: Some(ask.around.times.ago(link.linked_at)),
                actions: vec![step("unlink", &key, "Unlink")],
            }
        })
        .collect();
    Ok(Table {
        lead: "One of ours and one of Ion’s are the same; changes go across both ways.",
        heads: ["Ionbridge", "Ion", "Why", "Linked"],
        rows,
        bulk: Vec::new(),
        total,
        next,
        none: (
            "Nothing is linked yet",
            "The first sync shows who is who; what you apply stands here.",
        ),
    })
}
