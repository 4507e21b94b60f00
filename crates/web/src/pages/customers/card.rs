//! One customer: general, contacts, what comes with orders, settings; and what its settings do.

pub(crate) mod act;
mod general;
pub(crate) mod settings;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::CustomerId;
use domain::access::Right;
use domain::customer::{CustomerField, LinkState};
use http::HeaderMap;
use rules::customers::table::number_text;
use store::customers::{self, CustomerRow, LinkRow, PairRow, WriteRow};
use uuid::Uuid;

use super::{href, joined, name, place, said};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::pages::subscriptions::card::of_customer;
use crate::view::customers::card::{ContactCard, CustomerContacts, CustomerHead};
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::format::{count, initials};
use crate::view::orders::list::CustomerOrders;
use crate::view::subscriptions::list::CustomerSubscriptions;
use crate::view::{Button, Html, Note, Section, Tone, status};

/// Tabs of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    General,
    Contacts,
    Orders,
    Subscriptions,
    History,
    Settings,
}

/// A customer that is open, with what every tab shows.
pub(super) struct Card {
    pub(super) row: CustomerRow,
    pub(super) links: Vec<LinkRow>,
    pub(super) pairs: Vec<PairRow>,
    pub(super) writes: Vec<WriteRow>,
    pub(super) head: CustomerHead,
}

/// Loads a customer and what stands around it.
pub(super) async fn open(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: CustomerId,
    tab: Tab,
    address: &Address,
) -> Result<(Card, Around), Fault> {
    let conn = app.store().read();
    let row = customers::find(conn, id)
        .await?
        .ok_or_else(|| Fault::not_found("customer"))?;
    let links = customers::list_links(conn, id).await?;
    let pairs = customers::list_pairs_of(conn, id).await?;
    let writes = customers::list_writes(conn, id, 20).await?;
    let mut around = Around::load(app, caller, headers, name(&row), Section::Customers)
        .await?
        .under("Customers", "/customers")
        .saying(said(address.get("done")));
    let test = links.iter().find_map(|link| {
        around
            .connection(link.connection)
            .filter(|connection| connection.sandbox)
            .cloned()
    });
    if let Some(connection) = &test {
        around = around.about(connection);
    }
    let mut notes = notes(&row, &links, &pairs, &around, caller);
    if let Some(other) = row.merged_into
        && let Some(kept) = customers::find(conn, other).await?
    {
        notes.insert(
            0,
            Note::new(
                Tone::Info,
                "arrows-join",
                format!("It became a part of {}", name(&kept)),
                "What is edited here goes nowhere. It can be split again there, under Settings.",
            )
            .with(Button::link(
                format!("Open {}", number_text(kept.number)),
                href(kept.id),
            )),
        );
    }
    if let Some(write) = writes
        .iter()
        .find(|write| write.has_password && write.requested_by == caller.actor().name)
    {
        let base = format!("{}/password/{}", href(id), write.id);
        notes.insert(
            0,
            Note::new(
                Tone::Info,
                "key",
                "Ion made a portal user with a first password",
                "It is shown once, to you alone, and then deleted here.",
            )
            .with(Button::post("Show it once", format!("{base}/show")).primary())
            .with(Button::post("Forget it unseen", format!("{base}/forget"))),
        );
    }
    let head = CustomerHead {
        initials: initials(name(&row)),
        name: name(&row).to_owned(),
        status: status::customer(row.link_state),
        test: test.is_some(),
        facts_line: joined(
            [number_text(row.number)]
                .into_iter()
                .chain(links.iter().map(|link| format!("Ion {}", link.ion_id)))
                .chain([
                    place(&row.customer.fields),
                    format!("here since {}", around.times.date(row.created_at)),
                ]),
        ),
        edit_href: (caller.may(Right::EditCustomers) && row.archived_at.is_none())
            .then(|| format!("{}/edit", href(id))),
        tabs: tabs(&row, tab),
        notes,
    };
    let card = Card {
        row,
        links,
        pairs,
        writes,
        head,
    };
    Ok((card, around))
}

fn tabs(row: &CustomerRow, here: Tab) -> CountedTabs {
    let base = href(row.id);
    let contacts = contacts(row).len() as u64;
    let tab = |label, tab: Tab, path: &str| CountedTab {
        label,
        href: format!("{base}{path}"),
        count: if tab == Tab::Contacts && contacts > 0 {
            count(contacts)
        } else {
            String::new()
        },
        tone: Tone::Calm,
        here: tab == here,
    };
    CountedTabs {
        name: "Customer",
        tabs: vec![
            tab("General", Tab::General, ""),
            tab("Contacts", Tab::Contacts, "/contacts"),
            tab("Orders", Tab::Orders, "/orders"),
            tab("Subscriptions", Tab::Subscriptions, "/subscriptions"),
            tab("Sync history", Tab::History, "/history"),
            tab("Settings", Tab::Settings, "/settings"),
        ],
    }
}

/// What needs a person.
fn notes(
    row: &CustomerRow,
    links: &[LinkRow],
    pairs: &[PairRow],
    around: &Around,
    caller: &Caller,
) -> Vec<Note> {
    let edits = caller.may(Right::EditCustomers);
    let mut notes = Vec::new();
    for link in links {
        let Some(failure) = &link.failed else {
            continue;
        };
        let note = Note::new(
            Tone::Bad,
            "circle-x",
            "The last write to Ion failed",
            format!(
                "{} ({})",
                failure.message,
                around.times.in_words(failure.at)
            ),
        );
        let field = failure.field.map_or("", CustomerField::as_str);
        notes.push(if edits {
            note.with(Button::link(
                "Mend it",
                format!("{}/edit#{field}", href(row.id)),
            ))
            .with(Button::post(
                "Try again",
                format!("{}/sync/{}", href(row.id), link.connection),
            ))
        } else {
            note
        });
    }
    match row.link_state {
        LinkState::Conflict => notes.push(
            Note::new(
                Tone::Warn,
                "git-merge",
                "Both sides changed the same field differently",
                "Neither was overwritten. Choose which is right.",
            )
            .with(Button::link(
                "Choose",
                format!("/customers/conflicts/{}", row.id),
            )),
        ),
        LinkState::Gone => notes.push(Note::new(
            Tone::Warn,
            "ghost",
            "Ion no longer shows this customer",
            "It stays here as it is, and is not made there again. Should it come back, the two are compared.",
        )),
        LinkState::Inactive => notes.push(Note::new(
            Tone::Info,
            "user-off",
            "Ion says that this customer is inactive",
            "Nothing of it is deleted here.",
        )),
        LinkState::Archived if row.merged_into.is_none() => {
            let note = Note::new(
                Tone::Info,
                "archive",
                "It is put away",
                "It is in no list by default and is not synced. Nothing of it is deleted.",
            );
            notes.push(if edits {
                note.with(Button::post(
                    "Take it back",
                    format!("{}/restore", href(row.id)),
                ))
            } else {
                note
            });
        }
        _ => {}
    }
    if let Some(pair) = pairs
        .iter()
        .find(|pair| pair.state == customers::PairState::Proposed)
    {
        notes.push(
            Note::new(
                Tone::Info,
                "arrows-left-right",
                format!("Ion has {} ({})", pair.remote_name, pair.ion_id),
                format!("The two look alike: {} of 100.", pair.score),
            )
            .with(Button::link("Compare them", super::pairs::pair_href(pair))),
        );
    }
    notes
}

/// Everybody at a customer, the primary one first.
fn contacts(row: &CustomerRow) -> Vec<ContactCard> {
    let card = |name: &str, email: &str, title: &str, phone: &str, primary| ContactCard {
        initials: initials(if name.is_empty() { email } else { name }),
        name: if name.is_empty() { email } else { name }.to_owned(),
        primary,
        title: title.to_owned(),
        email: email.to_owned(),
        phone: phone.to_owned(),
    };
    let fields = &row.customer.fields;
    let get = |field| fields.get(field);
    let (name, email) = (get(CustomerField::ContactName), get(CustomerField::Email));
    let primary = (!name.is_empty() || !email.is_empty()).then(|| {
        card(
            name,
            email,
            get(CustomerField::Title),
            get(CustomerField::Phone),
            true,
        )
    });
    primary
        .into_iter()
        .chain(
            row.customer
                .contacts
                .iter()
                .map(|one| card(&one.name, &one.email, &one.title, &one.phone, false)),
        )
        .collect()
}

/// General.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), query.as_deref());
    general::page(&app, &caller, &headers, id.into(), &address, None).await
}

/// Contacts.
pub(crate) async fn people(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), None);
    let (card, around) = open(&app, &caller, &headers, id.into(), Tab::Contacts, &address).await?;
    Ok(Html(CustomerContacts {
        contacts: contacts(&card.row),
        head: card.head,
        frame: around.frame,
    })
    .into_response())
}

/// Orders.
pub(crate) async fn orders(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), None);
    let (card, around) = open(&app, &caller, &headers, id.into(), Tab::Orders, &address).await?;
    let (list, new_href, all_href) =
        crate::pages::orders::card::of_customer(&app, &caller, &around, id.into()).await?;
    Ok(Html(CustomerOrders {
        head: card.head,
        new_href: new_href.filter(|_| card.row.archived_at.is_none()),
        all_href,
        list,
        frame: around.frame,
    })
    .into_response())
}

/// Subscriptions.
pub(crate) async fn subscriptions(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), None);
    let (card, around) = open(
        &app,
        &caller,
        &headers,
        id.into(),
        Tab::Subscriptions,
        &address,
    )
    .await?;
    let of = of_customer(&app, &caller, &around, id.into()).await?;
    Ok(Html(CustomerSubscriptions {
        figures: of.figures,
        new_href: (caller.may(Right::PlaceOrders) && card.row.archived_at.is_none())
            .then(|| format!("/orders/new?customer={id}")),
        all_href: format!("/subscriptions?customer={id}"),
        list: of.list,
        head: card.head,
        frame: around.frame,
    })
    .into_response())
}
