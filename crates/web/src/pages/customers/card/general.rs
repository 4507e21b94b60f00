//! The first tab of a customer: what is known, who decides it, how it stands to Ion.

use axum::response::{IntoResponse as _, Response};
use domain::CustomerId;
use domain::access::Right;
use domain::customer::{CustomerField, LinkState, Winner};
use http::HeaderMap;
use rules::customers::check::problems_for_ion;
use rules::customers::decide::Policy;
use rules::customers::places;
use store::customers::{self, ChangeKind, ChangeRow, LinkRow, PairState, WriteKind, WriteState};

use super::{Card, Tab, contacts, open};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::pages::customers::history::{label, newest, way};
use crate::pages::customers::href;
use crate::view::customers::card::{
    ChangePoint, CustomerGeneral, FieldLine, FirstPassword, LinkCard,
};
use crate::view::format::counted;
use crate::view::{Button, Fact, Html, Times, Tone, Value};

/// Contacts and changes that the card shows.
const FEW: u8 = 4;

pub(super) async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: CustomerId,
    address: &Address,
    password: Option<FirstPassword>,
) -> Result<Response, Fault> {
    let (card, around) = open(app, caller, headers, id, Tab::General, address).await?;
    let changes = newest(app, id, u32::from(FEW)).await?;
    let policy = match card.links.first() {
        Some(link) => Some(
            customers::sync_setting(app.store().read(), link.connection)
                .await?
                .policy,
        ),
        None => None,
    };
    let links = links(app, &card, &around, caller.may(Right::EditCustomers)).await?;
    let times = &around.times;
    Ok(Html(CustomerGeneral {
        fields_words: format!("last edited {}", times.ago(card.row.edited_at).text),
        fields: fields(&card, policy.as_ref(), times),
        notes_text: card.row.customer.notes.clone(),
        links,
        changes: changes.iter().map(|row| point(row, times)).collect(),
        history_href: format!("{}/history", href(id)),
        contacts: contacts(&card.row)
            .into_iter()
            .take(usize::from(FEW))
            .collect(),
        password,
        head: card.head,
        frame: around.frame,
    })
    .into_response())
}

fn point(row: &ChangeRow, times: &Times) -> ChangePoint {
    let (icon, tone, words) = way(row.way);
    let (icon, tone) = match row.kind {
        ChangeKind::Conflict => ("git-merge", Tone::Warn),
        ChangeKind::Decided => ("user-check", Tone::Info),
        ChangeKind::Failed => ("circle-x", Tone::Bad),
        ChangeKind::Linked => ("link", Tone::Ok),
        ChangeKind::Unlinked => ("unlink", Tone::Calm),
        ChangeKind::Gone => ("ghost", Tone::Warn),
        ChangeKind::Created | ChangeKind::Imported => ("plus", Tone::Info),
        _ => (icon, tone),
    };
    let short = |text: &str| {
        let mut short: String = text.chars().take(120).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        short
    };
    ChangePoint {
        tone,
        icon,
        title: match row.kind {
            ChangeKind::Field => format!("{}, {words}", label(row)),
            _ => label(row),
        },
        before: short(&row.before),
        after: match (&row.ion_id, row.after.is_empty(), row.kind) {
            (Some(ion_id), true, ChangeKind::Linked | ChangeKind::CreatedInIon) => {
                format!("Ion {ion_id}")
            }
            _ => short(&row.after),
        },
        rule: row.rule.map(Into::into),
        at: times.ago(row.at),
    }
}

/// The company, line by line: what Ion holds too, then what is only here.
fn fields(card: &Card, policy: Option<&Policy>, times: &Times) -> Vec<FieldLine> {
    let row = &card.row;
    let get = |field| row.customer.fields.get(field).to_owned();
    let address = [
        CustomerField::Street,
        CustomerField::Suite,
        CustomerField::Zip,
        CustomerField::City,
        CustomerField::State,
        CustomerField::Country,
    ];
    let shared = |label: &str, names: &[CustomerField], text: String| {
        let newest = names
            .iter()
            .filter_map(|field| row.origins.get(field))
            .max_by_key(|origin| origin.at);
        FieldLine {
            label: label.to_owned(),
            values: if text.is_empty() {
                Vec::new()
            } else {
                vec![Value::text(text)]
            },
            tags: false,
            owner: policy.map_or_else(String::new, |policy| owner(policy, names)),
            origin: newest.map_or_else(String::new, |origin| {
                let from = if origin.by == "Ion" {
                    "from Ion"
                } else {
                    "from here"
                };
                format!("{from}, {}", times.ago(origin.at).text)
            }),
            origin_exact: newest.map_or_else(String::new, |origin| {
                format!("{}, {}", origin.by, times.date_time(origin.at))
            }),
        }
    };
    let own = |label: &str, values: Vec<Value>, tags| FieldLine {
        label: label.to_owned(),
        values,
        tags,
        owner: String::new(),
        origin: "only here".to_owned(),
        origin_exact: String::new(),
    };
    let texts = |texts: &[String]| {
        texts
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| Value::text(text.clone()))
            .collect::<Vec<_>>()
    };
    let country = get(CustomerField::Country);
    let whole = address
        .into_iter()
        .map(|field| match field {
            CustomerField::Country => places::country_name(&country).to_owned(),
            field => get(field),
        })
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let language = get(CustomerField::Language);
    let language = match places::language_name(&language) {
        name if name == language => language,
        name => format!("{name} ({language})"),
    };
    vec![
        shared(
            "Organisation",
            &[CustomerField::Organisation],
            get(CustomerField::Organisation),
        ),
        shared("Address", &address, whole),
        shared("Phone", &[CustomerField::Phone], get(CustomerField::Phone)),
        shared("Language", &[CustomerField::Language], language),
        own(
            "Registration number",
            texts(std::slice::from_ref(&row.customer.registration_number)),
            false,
        ),
        own(
            "VAT number",
            texts(std::slice::from_ref(&row.customer.vat_number)),
            false,
        ),
        own("Domains", texts(&row.customer.domains), false),
        own("Tags", texts(&row.customer.tags), true),
        own(
            "External ids",
            row.customer
                .external_ids
                .iter()
                .map(|(system, id)| Value::Mono(format!("{system} {id}")))
                .collect(),
            false,
        ),
    ]
}

/// Who decides these fields where both sides changed them.
fn owner(policy: &Policy, fields: &[CustomerField]) -> String {
    let winners: Vec<Winner> = fields
        .iter()
        .map(|field| policy.winner_of(*field))
        .collect();
    match winners.as_slice() {
        [] => String::new(),
        [first, rest @ ..] if rest.iter().any(|other| other != first) => "by field".to_owned(),
        [first, ..] => match first {
            Winner::Ion => "Ion decides",
            Winner::Ionbridge => "Ionbridge decides",
            Winner::Newest => "the later decides",
            Winner::Ask => "you decide",
        }
        .to_owned(),
    }
}

/// How it stands to each connection.
async fn links(
    app: &App,
    card: &Card,
    around: &Around,
    edits: bool,
) -> Result<Vec<LinkCard>, Fault> {
    let several = around.connections.len() > 1 || card.links.len() > 1;
    let mut cards = Vec::new();
    for link in &card.links {
        cards.push(linked(app, card, link, around, edits, several).await?);
    }
    if card.row.archived_at.is_some() {
        return Ok(cards);
    }
    for connection in &around.connections {
        if card
            .links
            .iter()
            .any(|link| link.connection == connection.id)
        {
            continue;
        }
        // Whoever is linked elsewhere need not be in every account.
        if !card.links.is_empty() {
            continue;
        }
        let open = card.writes.iter().find(|write| {
            write.connection == connection.id
                && write.kind == WriteKind::Create
                && write.state == WriteState::Started
        });
        let refused = card.writes.iter().find(|write| {
            write.connection == connection.id
                && write.kind == WriteKind::Create
                && matches!(write.state, WriteState::Refused | WriteState::GivenUp)
        });
        let proposed = card
            .pairs
            .iter()
            .any(|pair| pair.connection == connection.id && pair.state == PairState::Proposed);
        let problems = problems_for_ion(&card.row.customer.fields, None);
        let mut facts = Vec::new();
        if several {
            facts.push(Fact::new(
                "Connection",
                Value::text(connection.name.clone()),
            ));
        }
        let (icon, text) = if open.is_some() {
            (
                ("loader-2", Tone::Info),
                "It is being created in Ion. Whether Ion has it is looked up before anything is sent again.".to_owned(),
            )
        } else if let Some(write) = refused {
            (("circle-x", Tone::Bad), write.outcome.clone())
        } else if card.row.ignored {
            (
                ("eye-off", Tone::Calm),
                "Left out of sync, because a person said so.".to_owned(),
            )
        } else if problems.is_empty() {
            (
                ("cloud-x", Tone::Calm),
                "Ion has none linked with it. None is created there unless you say so.".to_owned(),
            )
        } else {
            (
                ("cloud-x", Tone::Warn),
                format!(
                    "Ion has none linked with it, and would not take it yet: {}.",
                    problems
                        .iter()
                        .map(|problem| problem.label.clone())
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            )
        };
        let mut actions = Vec::new();
        if edits && open.is_none() {
            if problems.is_empty() && !card.row.ignored && !proposed {
                actions.push(
                    Button::post(
                        "Create in Ion",
                        format!("{}/create/{}", href(card.row.id), connection.id),
                    )
                    .with_icon("cloud-up"),
                );
            }
            actions.push(Button::link(
                "Link by hand",
                format!(
                    "/customers/mapping/by-hand?connection={}&customer={}",
                    connection.id, card.row.id
                ),
            ));
        }
        cards.push(LinkCard {
            title: "Not in Ion".to_owned(),
            icon,
            text,
            facts,
            actions,
        });
    }
    Ok(cards)
}

async fn linked(
    app: &App,
    card: &Card,
    link: &LinkRow,
    around: &Around,
    edits: bool,
    several: bool,
) -> Result<LinkCard, Fault> {
    let times = &around.times;
    let conflicts = customers::list_conflicts(app.store().read(), card.row.id)
        .await?
        .into_iter()
        .filter(|row| row.connection == link.connection)
        .count() as u64;
    let settled = link.settled_version == Some(card.row.version);
    let remote = customers::find_ion(app.store().read(), link.connection, &link.ion_id).await?;
    let gone = remote.as_ref().and_then(|row| row.gone_at);
    let (title, icon) = if link.failed.is_some() {
        ("The last write to Ion failed", ("circle-x", Tone::Bad))
    } else if gone.is_some() {
        ("Gone from Ion", ("ghost", Tone::Warn))
    } else if conflicts > 0 {
        ("Waits for you", ("git-merge", Tone::Warn))
    } else if card.row.link_state == LinkState::Archived {
        ("Linked, not synced", ("archive", Tone::Calm))
    } else if settled {
        ("In sync with Ion", ("circle-check", Tone::Ok))
    } else {
        ("On its way to Ion", ("loader-2", Tone::Info))
    };
    let name = around
        .connection(link.connection)
        .map(|row| row.name.clone());
    let alive = name.is_some();
    let mut facts = Vec::new();
    if several || !alive {
        facts.push(Fact::new(
            "Connection",
            name.map_or_else(
                || Value::Absent("a removed connection".to_owned()),
                Value::text,
            ),
        ));
    }
    facts.push(Fact::new("Ion id", Value::text(link.ion_id.clone())));
    facts.push(Fact::new(
        "Last compared",
        link.synced_at.map_or_else(
            || Value::Absent("never".to_owned()),
            |at| Value::Moment(times.ago(at)),
        ),
    ));
    if let Some(at) = gone {
        facts.push(Fact::new("Gone since", Value::Moment(times.ago(at))));
    }
    facts.push(Fact::new(
        "Waiting",
        if conflicts > 0 {
            Value::Toned(
                Tone::Warn,
                "git-merge",
                counted(conflicts, "field", "fields"),
            )
        } else if settled {
            Value::text("nothing")
        } else {
            Value::text("a change of ours")
        },
    ));
    facts.push(Fact::new(
        "Linked",
        Value::text(format!(
            "{} by {}",
            times.date(link.linked_at),
            link.linked_by
        )),
    ));
    let mut actions = Vec::new();
    if edits && alive && card.row.archived_at.is_none() {
        actions.push(
            Button::post(
                "Sync this customer",
                format!("{}/sync/{}", href(card.row.id), link.connection),
            )
            .with_icon("refresh"),
        );
    }
    Ok(LinkCard {
        title: title.to_owned(),
        icon,
        text: String::new(),
        facts,
        actions,
    })
}
