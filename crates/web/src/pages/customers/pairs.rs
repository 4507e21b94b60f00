//! Pairs that look alike, side by side; and two that a person puts together by hand.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::customer::{CustomerField, LinkState};
use domain::{ConnectionId, CustomerId};
use http::HeaderMap;
use rules::customers::rule::Rule;
use rules::customers::table::number_text;
use store::customers::{self, CustomerFilter, CustomerRow, IonRow, PairCause, PairRow};

use super::compare::{bars, effects, rows, signals};
use super::steps::Key;
use super::{detail, href, joined, name, place, said, tabs};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, wants_part};
use crate::view::customers::card::Candidate;
use crate::view::customers::mapping::{ByHandPage, HandSide, PairEntry, PairPanel, PairsPage};
use crate::view::format::count;
use crate::view::parts::Empty;
use crate::view::{Button, Html, Link, Note, Search, Section, Tone, status};

/// Where pairs are decided.
pub(super) const PATH: &str = "/customers/mapping/to-confirm";
/// Pairs of a page of the queue.
const PAGE: u32 = 50;
/// Customers that a side of linking by hand shows.
const FOUND: u32 = 8;
const SCORE_WORDS: &str =
    "Accents, letter case, word order and legal forms do not count; nor do mailboxes of everybody.";

/// The page of a pair.
pub(super) fn pair_href(pair: &PairRow) -> String {
    Address::new(PATH, None).and("pair", &key(pair).print())
}

fn key(pair: &PairRow) -> Key {
    Key {
        connection: Some(pair.connection),
        customer: Some(pair.customer),
        ion_id: pair.ion_id.clone(),
    }
}

/// The queue with one pair open, or that pair alone.
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    address: &Address,
    notes: Vec<Note>,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let text = address.get("q").unwrap_or_default();
    let asked = address.get("pair").and_then(Key::read);
    let (list, next, total) =
        customers::list_pairs(conn, None, text, address.get("after"), PAGE).await?;
    let edits = caller.may(Right::EditCustomers);
    let around = Around::load(app, caller, headers, "Mapping", Section::Customers)
        .await?
        .under("Customers", "/customers")
        .saying(said(address.get("done")));
    let at = asked
        .as_ref()
        .and_then(|asked| list.iter().position(|pair| key(pair) == *asked));
    let open = match (at, &asked) {
        (Some(at), _) => Some(list[at].clone()),
        // One that stands on another page of the queue, or is asked for by its card.
        (
            None,
            Some(Key {
                connection: Some(connection),
                customer: Some(customer),
                ion_id,
            }),
        ) => customers::find_pair(conn, *connection, *customer, ion_id)
            .await?
            .filter(|pair| pair.state == customers::PairState::Proposed),
        _ => None,
    };
    let chosen = open.is_some();
    let open = open.or_else(|| list.first().cloned());
    let at = open
        .as_ref()
        .and_then(|open| list.iter().position(|pair| key(pair) == key(open)));
    let bare = Address::new(PATH, Some(&without_pair(address)));
    let place_of = |at: usize| bare.and("pair", &key(&list[at]).print());
    let mut panel = None;
    if let Some(pair) = &open
        && let Some((local, remote)) = both(app, pair).await?
    {
        let before = at.filter(|at| *at > 0).map(|at| place_of(at - 1));
        let after = match at {
            Some(at) if at + 1 < list.len() => Some(place_of(at + 1)),
            Some(_) => next.as_deref().map(|next| bare.behind(next)),
            None => None,
        };
        let beside = at.and_then(|at| {
            list.get(at + 1)
                .or_else(|| at.checked_sub(1).map(|at| &list[at]))
        });
        let base = self::panel(app, &around, &local, &remote, edits).await?;
        panel = Some(PairPanel {
            back: bare.here(),
            next_key: beside.map_or_else(String::new, |pair| key(pair).print()),
            place: at
                .filter(|_| address.get("after").is_none())
                .map_or_else(String::new, |at| format!("{} of {}", at + 1, count(total))),
            previous: before,
            next: after,
            score: Some(pair.score),
            signals: bars(&pair.signals),
            score_words: match pair.cause {
                PairCause::Matched => SCORE_WORDS.to_owned(),
                PairCause::Refused => {
                    "Ion refused to create ours, because this one has its e-mail.".to_owned()
                }
            },
            rows: rows(&local, &remote, &pair.signals),
            ..base
        });
    }
    if wants_part(headers)
        && let Some(panel) = panel
    {
        return Ok(Html(panel).into_response());
    }
    Ok(Html(PairsPage {
        tabs: tabs(app, "to-confirm").await?,
        notes,
        search: Search {
            action: PATH.to_owned(),
            value: text.to_owned(),
            placeholder: "Find a pair",
            keep: Vec::new(),
        },
        foot: format!("{} of {}", count(list.len() as u64), count(total)),
        more: next.as_deref().map(|next| bare.behind(next)),
        pairs: list
            .iter()
            .enumerate()
            .map(|(place, pair)| PairEntry {
                key: key(pair).print(),
                href: place_of(place),
                local: pair.local_name.clone(),
                remote: pair.remote_name.clone(),
                score: pair.score,
                signals: pair
                    .signals
                    .iter()
                    .map(|signal| signal.label())
                    .collect::<Vec<_>>()
                    .join(", "),
                open: at == Some(place),
            })
            .collect(),
        empty: list.is_empty().then(|| empty(text)),
        open: panel,
        chosen,
        all_href: bare.here(),
        edits,
        frame: around.frame,
    })
    .into_response())
}

fn without_pair(address: &Address) -> String {
    let pairs = address.but(&["pair", "done"]);
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn empty(text: &str) -> Empty {
    if text.is_empty() {
        Empty::new(
            "checks",
            "No pair waits",
            "Customers that look alike on both sides stand here after a sync. Those that nothing resembles stand under Not in Ion and Only in Ion.",
        )
    } else {
        Empty::new(
            "search-off",
            format!("No pair is called “{text}”"),
            "Either name is searched.",
        )
        .with(Button::link("Show all pairs", PATH))
    }
}

/// Both sides of a pair; nothing where one is gone.
async fn both(app: &App, pair: &PairRow) -> Result<Option<(CustomerRow, IonRow)>, Fault> {
    let conn = app.store().read();
    let local = customers::find(conn, pair.customer).await?;
    let remote = customers::find_ion(conn, pair.connection, &pair.ion_id).await?;
    Ok(local.zip(remote))
}

/// Two customers side by side; the caller puts in what it knows of the pair.
async fn panel(
    app: &App,
    around: &Around,
    local: &CustomerRow,
    remote: &IonRow,
    edits: bool,
) -> Result<PairPanel, Fault> {
    let setting = customers::sync_setting(app.store().read(), remote.connection).await?;
    let common = signals(local, remote);
    let key = Key {
        connection: Some(remote.connection),
        customer: Some(local.id),
        ion_id: remote.customer.ion_id.clone(),
    };
    Ok(PairPanel {
        key: key.print(),
        action_href: "/customers/mapping/steps".to_owned(),
        csrf: around.frame.csrf.clone(),
        back: PATH.to_owned(),
        next_key: String::new(),
        place: String::new(),
        previous: None,
        next: None,
        status: status::customer(LinkState::Proposed),
        title: "Are these one customer?".to_owned(),
        local: Link::new(number_text(local.number), href(local.id)),
        ion_id: remote.customer.ion_id.clone(),
        connection: if around.connections.len() > 1 {
            around
                .connection(remote.connection)
                .map(|row| row.name.clone())
                .unwrap_or_default()
        } else {
            String::new()
        },
        rows: rows(local, remote, &common),
        score: None,
        signals: bars(&common),
        score_words: SCORE_WORDS.to_owned(),
        rule: Rule::C21.into(),
        effects: effects(local, remote, &setting.policy),
        edits,
        by_hand: false,
    })
}

/// Linking by hand: one of each side.
pub(crate) async fn by_hand(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    by_hand_page(&app, &caller, &headers, query.as_deref(), Vec::new()).await
}

pub(super) async fn by_hand_page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    query: Option<&str>,
    notes: Vec<Note>,
) -> Result<Response, Fault> {
    const HERE: &str = "/customers/mapping/by-hand";
    let conn = app.store().read();
    let address = Address::new(HERE, query);
    let customer = address
        .get("customer")
        .and_then(|id| id.parse::<CustomerId>().ok());
    let ion = address.get("ion").and_then(Key::read);
    let mut connection = address
        .get("connection")
        .and_then(|id| id.parse::<ConnectionId>().ok());
    if let Some(key) = &ion {
        connection = key.connection;
    }
    let around = Around::load(app, caller, headers, "Link by hand", Section::Customers)
        .await?
        .under("Customers", "/customers")
        .under("Mapping", PATH);
    let local = match customer {
        Some(id) => customers::find(conn, id).await?,
        None => None,
    };
    let remote = match &ion {
        Some(Key {
            connection: Some(connection),
            ion_id,
            ..
        }) => customers::find_ion(conn, *connection, ion_id).await?,
        _ => None,
    };
    // Who is chosen on one side is looked for on the other, until somebody types.
    let guess = |own: &str, other: Option<&str>| {
        address
            .get(own)
            .or(other)
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect::<String>()
    };
    let first_word = |text: &str| {
        text.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let of_remote = remote
        .as_ref()
        .map(|row| first_word(row.customer.fields.get(CustomerField::Organisation)));
    let of_local = local.as_ref().map(|row| first_word(name(row)));
    let here = guess("here", of_remote.as_deref().filter(|_| local.is_none()));
    let there = guess("there", of_local.as_deref().filter(|_| remote.is_none()));
    let filter = CustomerFilter {
        text: here.clone(),
        states: vec![
            LinkState::NotInIon,
            LinkState::Proposed,
            LinkState::Ignored,
            LinkState::Failed,
        ],
        limit: FOUND,
        ..CustomerFilter::default()
    };
    let ours = customers::search(conn, &filter).await?;
    let (theirs, _, theirs_total) =
        customers::search_ion(conn, connection, &there, None, FOUND).await?;
    let local_candidates = {
        let mut rows: Vec<CustomerRow> = ours.customers.into_iter().map(|hit| hit.row).collect();
        if let Some(row) = &local
            && !rows.iter().any(|one| one.id == row.id)
        {
            rows.insert(0, row.clone());
        }
        rows.iter()
            .map(|row| Candidate {
                id: row.id.to_string(),
                name: name(row).to_owned(),
                detail: detail(row),
                status: status::customer(row.link_state),
                effect: String::new(),
                on: Some(row.id) == customer,
                href: address.and("customer", &row.id.to_string()),
            })
            .collect::<Vec<_>>()
    };
    let remote_candidates = {
        let mut rows = theirs;
        if let Some(row) = &remote
            && !rows.iter().any(|one| {
                one.connection == row.connection && one.customer.ion_id == row.customer.ion_id
            })
        {
            rows.insert(0, row.clone());
        }
        rows.iter()
            .map(|row| {
                let key = Key {
                    connection: Some(row.connection),
                    customer: None,
                    ion_id: row.customer.ion_id.clone(),
                };
                Candidate {
                    id: key.print(),
                    name: row
                        .customer
                        .fields
                        .get(CustomerField::Organisation)
                        .to_owned(),
                    detail: joined([
                        row.customer.ion_id.clone(),
                        place(&row.customer.fields),
                        row.customer.fields.get(CustomerField::Email).to_owned(),
                    ]),
                    status: status::customer(if row.ignored {
                        LinkState::Ignored
                    } else {
                        LinkState::OnlyInIon
                    }),
                    effect: String::new(),
                    on: ion.as_ref() == Some(&key),
                    href: address.and("ion", &key.print()),
                }
            })
            .collect::<Vec<_>>()
    };
    let pair = match (&local, &remote) {
        (Some(local), Some(remote)) => Some(PairPanel {
            title: "Link these two?".to_owned(),
            by_hand: true,
            rule: Rule::C28.into(),
            back: address.here(),
            ..panel(
                app,
                &around,
                local,
                remote,
                caller.may(Right::EditCustomers),
            )
            .await?
        }),
        _ => None,
    };
    let keep = |own: &str| address.but(&[own, "done"]);
    Ok(Html(ByHandPage {
        notes,
        sides: [
            HandSide {
                title: "In Ionbridge",
                action: HERE,
                name: "here",
                keep: keep("here"),
                words: format!("{} not linked", count(ours.total)),
                query: here,
                found: local_candidates,
            },
            HandSide {
                title: "In Ion",
                action: HERE,
                name: "there",
                keep: keep("there"),
                words: format!("{} not linked", count(theirs_total)),
                query: there,
                found: remote_candidates,
            },
        ],
        pair,
        frame: around.frame,
    })
    .into_response())
}

/// What to say where one step of many did not work.
pub(super) fn failed(failures: &[(String, String)]) -> Option<Note> {
    let (first, rest) = failures.split_first()?;
    let mut text = format!("{}: {}", first.0, first.1);
    for (who, why) in rest.iter().take(4) {
        text.push_str(&format!(" {who}: {why}"));
    }
    if rest.len() > 4 {
        text.push_str(&format!(" And {} more.", rest.len() - 4));
    }
    Some(Note::new(
        Tone::Bad,
        "alert-circle",
        if rest.is_empty() {
            "One was not done".to_owned()
        } else {
            format!("{} were not done", count(failures.len() as u64))
        },
        text,
    ))
}
