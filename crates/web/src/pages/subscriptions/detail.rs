//! One subscription.

mod ask;
mod figures;
mod form;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::SubscriptionId;
use domain::access::Right;
use domain::order::OrderAction;
use domain::subscription::SubscriptionState;
use engine::subscriptions::SubscriptionView;
use http::HeaderMap;
use rules::subscriptions::change::{Ability, possible};
use store::orders;
use uuid::Uuid;

use self::ask::actions;
use self::figures::figures;
use self::form::form;
use super::change::gone;
use super::events::{order_number, points};
use super::money::Typed;
use super::row::{customer_name, is_test, state, term_words};
use super::{PATH, href, title};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::view::subscriptions::detail::{LinePart, Pending, PossibleLine, SubscriptionPage};
use crate::view::{Button, Fact, Html, Link, Note, Section, Times, Tone, Value, status};

/// Most changes on their way that a page tells of.
const PENDING: usize = 5;

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let page = page(&app, &caller, &headers, SubscriptionId(id), None, None).await?;
    Ok(Html(page).into_response())
}

/// The page with what was typed into its form, and with what is said of that.
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: SubscriptionId,
    typed: Option<Typed>,
    note: Option<Note>,
) -> Result<SubscriptionPage, Fault> {
    let view = app.engine().view_subscription(id).await.map_err(gone)?;
    let of = &view.row;
    let costs = caller.may(Right::SeeCost);
    let places = caller.may(Right::PlaceOrders);
    let mut around = Around::load(
        app,
        caller,
        headers,
        title(&of.subscription),
        Section::Subscriptions,
    )
    .await?
    .under("Subscriptions", PATH);
    let test = around
        .connection(of.connection)
        .is_some_and(|row| row.sandbox);
    if let Some(row) = around.connection(of.connection).cloned() {
        around = around.about(&row);
    }
    let times = &around.times;
    let can = possible(&of.subscription, &view.increases, times.now, &times.zone);
    let may = |what: Ability| can.iter().any(|one| one.what == what && one.now);
    let changes_seats = may(Ability::AddSeats) || may(Ability::TakeSeatsAway);
    let gone_away = of.gone_at.is_some();
    let mut notes: Vec<Note> = note.into_iter().collect();
    notes.extend(told(&view, &around));
    Ok(SubscriptionPage {
        href: href(id),
        name: title(&of.subscription).to_owned(),
        vendor: of.vendor.clone(),
        status: state(of),
        test: test || is_test(of, &around),
        line: line(&view),
        actions: if places && !gone_away {
            actions(&view, &can, times)
        } else {
            Vec::new()
        },
        notes,
        figures: figures(&view, times, costs),
        pending: pending(app, &view, times).await?,
        change: (places && changes_seats && !gone_away)
            .then(|| form(&view, typed, times, costs, &around.frame.csrf)),
        no_change: if places {
            can.iter()
                .find(|one| one.what == Ability::AddSeats && !one.now)
                .map(|one| one.words.clone())
                .unwrap_or_default()
        } else {
            String::new()
        },
        events: points(&view.events, &view.orders, times, costs),
        possible: can
            .iter()
            .map(|one| PossibleLine {
                title: one.what.label().to_owned(),
                text: one.words.clone(),
                open: one.now && !gone_away,
            })
            .collect(),
        facts: facts(&view, &around),
        frame: around.frame,
    })
}

/// Customer, commitment, part number, the order that it came of.
fn line(view: &SubscriptionView) -> Vec<LinePart> {
    let of = &view.row;
    let mut line = vec![match of.customer {
        Some(id) => LinePart::Link("", Link::new(customer_name(of), format!("/customers/{id}"))),
        None => LinePart::Text(format!("{}, only in Ion", customer_name(of))),
    }];
    line.push(LinePart::Text(term_words(of)));
    if let Some(number) = of
        .subscription
        .part_number
        .as_ref()
        .filter(|number| !number.is_empty())
    {
        line.push(LinePart::Mono(number.clone()));
    }
    if let Some(order) = of
        .order
        .and_then(|id| view.orders.iter().find(|hit| hit.id == id))
    {
        line.push(LinePart::Link(
            "from order",
            Link::new(order_number(order), format!("/orders/{}", order.id)),
        ));
    }
    line
}

/// What needs a person, or explains what is missing.
fn told(view: &SubscriptionView, around: &Around) -> Vec<Note> {
    let of = &view.row;
    let mut notes = Vec::new();
    if of.gone_at.is_some() {
        notes.push(Note::new(
            Tone::Warn,
            "ghost",
            "Ion no longer shows this subscription",
            "It was missing from complete readings, or Ion does not know it by its id. What was known stays here.",
        ));
    }
    if of.subscription.state == SubscriptionState::Unknown {
        notes.push(Note::new(
            Tone::Info,
            "help-circle",
            format!(
                "Ion says “{}”, which Ionbridge does not know",
                of.subscription.state_word
            ),
            "It is shown as unknown, and treated as one that runs.",
        ));
    }
    if of.customer.is_none() {
        let note = Note::new(
            Tone::Info,
            "cloud-down",
            format!("{} is no customer here", customer_name(of)),
            format!(
                "Ion calls it {}. Once it is imported or linked, this subscription stands on its card by itself.",
                of.subscription.ion_customer_id
            ),
        );
        notes.push(if around.frame.edits_customers() {
            note.with(Button::link(
                "Open the mapping",
                "/customers/mapping/only-in-ion",
            ))
        } else {
            note
        });
    }
    notes
}

/// Changes that are being put together, sent or waited for.
async fn pending(app: &App, view: &SubscriptionView, times: &Times) -> Result<Vec<Pending>, Fault> {
    let mut pending = Vec::new();
    let open = view
        .orders
        .iter()
        .filter(|hit| !hit.state.is_final() && hit.action.is_change());
    for hit in open.take(PENDING) {
        let Some(order) = orders::find(app.store().read(), hit.id).await? else {
            continue;
        };
        let line = order.content.lines.first();
        let mut text = match (hit.action, line) {
            (OrderAction::Seats, Some(line)) => match line.quantity_before {
                Some(before) => format!("{} seats instead of {before}", line.quantity),
                None => format!("{} seats", line.quantity),
            },
            (OrderAction::Suspend, _) => "suspend it".to_owned(),
            (OrderAction::Resume, _) => "resume it".to_owned(),
            (OrderAction::Cancel, _) => "cancel it".to_owned(),
            (OrderAction::RenewalOn, _) => "turn its renewal on".to_owned(),
            (OrderAction::RenewalOff, _) => "turn its renewal off".to_owned(),
            _ => hit.title.clone(),
        };
        if let Some(at) = hit.scheduled_for {
            text.push_str(&format!(", on {}", times.date_time(at)));
        }
        pending.push(Pending {
            order: Link::new(order_number(hit), format!("/orders/{}", hit.id)),
            text,
            status: status::order(hit.state),
        });
    }
    Ok(pending)
}

fn facts(view: &SubscriptionView, around: &Around) -> Vec<Fact> {
    let of = &view.row;
    let it = &of.subscription;
    let times = &around.times;
    let text = |text: &str| {
        if text.trim().is_empty() {
            Value::Absent("none".to_owned())
        } else {
            Value::text(text)
        }
    };
    let mono = |text: &str| {
        if text.trim().is_empty() {
            Value::Absent("none".to_owned())
        } else {
            Value::Mono(text.to_owned())
        }
    };
    let day = |at: Option<jiff::Timestamp>| {
        at.map_or_else(
            || Value::Absent("not said".to_owned()),
            |at| Value::Moment(times.dated(at)),
        )
    };
    let mut facts = vec![Fact::new(
        "Customer",
        match of.customer {
            Some(id) => Value::Link(Link::new(customer_name(of), format!("/customers/{id}"))),
            None => Value::text(format!("{}, only in Ion", customer_name(of))),
        },
    )];
    facts.push(Fact::new(
        "Product",
        match of.product {
            Some(id) => Value::Link(Link::new(
                it.product_name.clone(),
                format!("/products/{id}"),
            )),
            None if it.product_name.is_empty() => {
                Value::Absent("Ion does not say; not in the catalog".to_owned())
            }
            None => Value::text(format!("{}, not in the catalog here", it.product_name)),
        },
    ));
    if let Some(row) = around
        .connection(of.connection)
        .filter(|_| around.connections.len() > 1)
    {
        facts.push(Fact::new("Connection", Value::text(row.name.clone())));
    }
    facts.extend([
        Fact::new("Plan", text(&it.plan_name)),
        Fact::new("Vendor’s id", mono(&it.resource_id)),
        Fact::new("Ion’s id", mono(&it.ion_id)),
        Fact::new("Ion’s state", text(&it.state_word)),
        Fact::new("Bought", day(it.purchased_at)),
        Fact::new("Term began", day(it.starts_at)),
        Fact::new("Term ends", day(it.ends_at)),
        Fact::new("Your PO", text(&it.reseller_po)),
        Fact::new("Customer’s PO", text(&it.customer_po)),
        Fact::new(
            "First seen here",
            Value::Moment(times.dated(of.first_seen_at)),
        ),
        Fact::new("Read from Ion", Value::Moment(times.ago(of.read_at))),
    ]);
    facts
}
