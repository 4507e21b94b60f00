//! One order.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template as _;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::OrderId;
use domain::access::Right;
use domain::order::{OrderAction, OrderOrigin, OrderState, Sums};
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use rules::orders::cancel_window::{Policy, before_purchase};
use rules::orders::check::line_name;
use rules::subscriptions::change::action_of;
use rust_decimal::Decimal;
use store::orders::{self, OrderEventRow, OrderRow};
use store::subscriptions::{self, SubscriptionRow};
use uuid::Uuid;

use super::timeline::{self, Known};
use super::{PATH, href, money, number_text, panel, said, step_href, words};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, go_to};
use crate::view::format::{self, duration};
use crate::view::orders::money::SumLine;
use crate::view::orders::order::{FirstLogin, LineShown, OrderBody, OrderPage};
use crate::view::{Button, Fact, Html, Link, Note, Section, Times, Tone, Value, status};

/// A short while after its end, what comes of an order still comes in.
const AFTERWARDS: SignedDuration = SignedDuration::from_mins(2);

/// What the page shows beside the order.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) notes: Vec<Note>,
    pub(super) login: Option<FirstLogin>,
    pub(super) adopt_typed: String,
    pub(super) adopt_error: String,
    pub(super) status: Option<StatusCode>,
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), query.as_deref());
    let row = find(&app, id.into()).await?;
    if row.state == OrderState::Draft
        && caller.may(Right::PlaceOrders)
        && caller.may(Right::SeeCost)
    {
        let step = if row.content.lines.is_empty() {
            "products"
        } else {
            "review"
        };
        let step = step_href(row.id, step);
        return Ok(go_to(&match address.get("done") {
            Some(done) => format!(
                "{step}?{}",
                url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("done", done)
                    .finish()
            ),
            None => step,
        }));
    }
    page(&app, &caller, &headers, row, &address, Shown::default()).await
}

pub(super) async fn find(app: &App, id: OrderId) -> Result<OrderRow, Fault> {
    orders::find(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("order"))
}

/// The page of an order, with what was just done or refused.
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    row: OrderRow,
    address: &Address,
    shown: Shown,
) -> Result<Response, Fault> {
    let number = number_text(row.origin, row.number, row.ion_id.as_deref());
    let mut around = Around::load(
        app,
        caller,
        headers,
        format!("Order {number}"),
        Section::Orders,
    )
    .await?
    .under("Orders", PATH)
    .saying(said(address.get("done")));
    if let Some(connection) = around.connection(row.connection).cloned() {
        around = around.about(&connection);
    }
    let moves = moves(&row, around.times.now);
    let status = shown.status;
    let login = Shown {
        login: None,
        ..shown
    };
    let first_login = shown.login;
    let requests = address.get("requests").is_some();
    let body = body(app, caller, &around, &row, requests, login).await?;
    let tag = tag(&body, &around.frame.csrf)?;
    let here = address.here();
    let mut response = Html(OrderPage {
        poll_href: if moves {
            format!(
                "{}/body{}",
                href(row.id),
                if requests { "?requests=1" } else { "" }
            )
        } else {
            String::new()
        },
        tag,
        here,
        body,
        login: first_login,
        frame: around.frame,
    })
    .into_response();
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    Ok(response)
}

/// Whether something of it may still change by itself.
fn moves(row: &OrderRow, now: Timestamp) -> bool {
    let ended = row.ended_at.unwrap_or(row.state_since);
    match row.state {
        OrderState::Draft => false,
        state if state.is_final() => {
            row.next_look_at.is_some() || now.duration_since(ended) < AFTERWARDS
        }
        _ => true,
    }
}

/// The part that moves; nothing where it did not.
pub(crate) async fn part(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(href(id.into()), query.as_deref());
    let row = find(&app, id.into()).await?;
    let around = Around::load(&app, &caller, &headers, "", Section::Orders).await?;
    let requests = address.get("requests").is_some();
    let body = body(&app, &caller, &around, &row, requests, Shown::default()).await?;
    let tag = tag(&body, &around.frame.csrf)?;
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok());
    let mut response = if known == Some(tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Html(body).into_response()
    };
    if let Ok(value) = tag.parse() {
        response.headers_mut().insert(ETAG, value);
    }
    Ok(response)
}

/// What a part says, as a short text: the token of its forms is another one each time.
fn tag(body: &OrderBody, csrf: &str) -> Result<String, Fault> {
    let html = body.render().map_err(|error| Fault::internal(&error))?;
    let mut hasher = DefaultHasher::new();
    html.replace(csrf, "").hash(&mut hasher);
    Ok(format!("\"{:016x}\"", hasher.finish()))
}

async fn body(
    app: &App,
    caller: &Caller,
    around: &Around,
    row: &OrderRow,
    requests: bool,
    shown: Shown,
) -> Result<OrderBody, Fault> {
    let conn = app.store().read();
    let times = &around.times;
    let costs = caller.may(Right::SeeCost);
    let may = caller.may(Right::PlaceOrders);
    let events = orders::list_events(conn, row.id).await?;
    let logins = app.engine().waiting_logins(row.id).await?;
    let alike = if row.state == OrderState::Unconfirmed {
        app.engine().lookalikes(row.id).await?
    } else {
        Vec::new()
    };
    let vendor = row
        .content
        .lines
        .first()
        .map_or("", |line| line.vendor.as_str());
    let usual = if vendor.is_empty() {
        None
    } else {
        orders::usual_time(conn, vendor).await?
    };
    let came = app.engine().subscriptions_of_order(row).await?;
    let decides = timeline::decides(row, app.engine().settings().orders.patience);
    let known = Known {
        decides,
        cancel_until: cancel_until(row, &came, times, costs),
    };
    let only = money::only_currency(&row.content);
    let number = number_text(row.origin, row.number, row.ion_id.as_deref());
    let mut notes = shown.notes;
    notes.extend(panel::notes(row, &logins, usual, (caller, times)));
    let void = matches!(row.state, OrderState::Failed | OrderState::Cancelled) && came.is_empty();
    let partly = row.state == OrderState::Failed && !came.is_empty();
    let state = status::order(row.state);
    let mut actions = Vec::new();
    if may && !row.content.lines.is_empty() && row.state != OrderState::Failed {
        actions
            .push(Button::post("Copy to new", format!("{}/copy", href(row.id))).with_icon("copy"));
    }
    let about = match came.as_slice() {
        [only] => Some(only.id),
        // A change came of no purchase: it is about this one.
        _ => row.subscription,
    };
    if let Some(about) = about {
        actions.push(Button::link(
            "Open subscription",
            crate::pages::subscriptions::href(about),
        ));
    }
    let here = Address::new(href(row.id), requests.then_some("requests=1"));
    Ok(OrderBody {
        csrf: around.frame.csrf.clone(),
        title: format!("Order {number}"),
        test: around
            .connection(row.connection)
            .is_some_and(|row| row.sandbox)
            && around.connections.len() > 1,
        customer: row
            .customer
            .map(|id| Link::new(row.customer_name.clone(), crate::pages::customers::href(id))),
        facts_line: facts_line(row, times),
        reference: if row.origin == OrderOrigin::Here {
            row.reference.clone()
        } else {
            String::new()
        },
        actions,
        more: panel::more(row, &events, may),
        notes,
        unclear: panel::unclear(
            app,
            row,
            &events,
            &alike,
            decides,
            (caller, times),
            (&shown.adopt_typed, &shown.adopt_error),
        ),
        failed: panel::failed(row, may, partly),
        three: panel::three(row, &events, times),
        timeline: timeline::points(row, &visible(&events, costs), &known, times),
        requests,
        requests_href: if requests {
            here.without(&["requests"])
        } else {
            here.and("requests", "1")
        },
        lines: lines(row, costs, only.is_none(), void),
        currency: only
            .filter(|_| costs)
            .map(|currency| currency.to_string())
            .unwrap_or_default(),
        sums: if costs && !partly {
            sums(row, void)
        } else {
            Vec::new()
        },
        no_money: if costs && partly {
            "What is owed stands with the subscription: only a part was carried out.".to_owned()
        } else if costs {
            String::new()
        } else {
            "Your role does not show costs.".to_owned()
        },
        details: details(row, around, usual, &known),
        subscriptions: subscription_links(app, row, &came, times).await?,
        note: row.content.note.clone(),
        finished: !moves(row, times.now),
        announce: format!("Order {number}: {}", state.word),
        status: state,
    })
}

/// Who may not see costs does not see them in what was confirmed either.
fn visible(events: &[OrderEventRow], costs: bool) -> Vec<OrderEventRow> {
    let mut events = events.to_vec();
    if !costs {
        for event in &mut events {
            if event.kind == orders::OrderEventKind::Confirmed {
                event.detail.clear();
            }
        }
    }
    events
}

fn facts_line(row: &OrderRow, times: &Times) -> String {
    if row.origin == OrderOrigin::Ion {
        let ion = row.ion.as_ref();
        let by = ion
            .map(|ion| ion.placed_by.as_str())
            .filter(|by| !by.is_empty())
            .map_or_else(String::new, |by| format!(" by {by}"));
        let at = ion.and_then(|ion| ion.created_at).unwrap_or(row.created_at);
        return format!("placed in the Ion portal{by}, {}", times.date_time(at));
    }
    match (&row.submitted_by, row.submitted_at) {
        (Some(by), Some(at)) => format!("placed by {}, {}", words::person(by), times.date_time(at)),
        _ => format!(
            "begun by {}, {}",
            words::person(&row.created_by),
            times.date_time(row.created_at)
        ),
    }
}

async fn subscription_links(
    app: &App,
    row: &OrderRow,
    came: &[SubscriptionRow],
    times: &Times,
) -> Result<Vec<Link>, Fault> {
    let mut all: Vec<SubscriptionRow> = came.to_vec();
    if let Some(id) = row.subscription
        && !all.iter().any(|one| one.id == id)
    {
        all.extend(subscriptions::find(app.store().read(), id).await?);
    }
    Ok(all
        .iter()
        .map(|one| {
            let of = &one.subscription;
            let mut words = vec![crate::pages::subscriptions::title(of).to_owned()];
            if let Some(seats) = of.seats {
                words.push(format::counted(u64::from(seats), "seat", "seats"));
            }
            if let Some(at) = of.ends_at.or(of.renews_at) {
                words.push(format!("until {}", times.date(at)));
            }
            Link::new(words.join(", "), crate::pages::subscriptions::href(one.id))
        })
        .collect())
}

/// Until when what came of it can be cancelled: Ion's own day, else the vendor's rule, expected; and what is owed after that.
fn cancel_until(
    row: &OrderRow,
    came: &[SubscriptionRow],
    times: &Times,
    costs: bool,
) -> Option<(Timestamp, bool, String)> {
    if row.origin == OrderOrigin::Ion && came.is_empty() {
        return None;
    }
    let said = came
        .iter()
        .filter_map(|one| one.subscription.cancellable_until)
        .min();
    let bought = row.submitted_at.unwrap_or(row.created_at);
    let rule = row
        .content
        .lines
        .iter()
        .filter(|line| action_of(line) == OrderAction::Buy)
        .filter_map(|line| {
            let policy = Policy::of(&line.provider_id, &line.vendor, line.part_number.as_deref());
            before_purchase(policy, bought)
        })
        .map(|last| last.at)
        .min();
    let ends = came
        .iter()
        .filter_map(|one| one.subscription.ends_at)
        .max()
        .map(|at| format!(" until {}", times.date(at)))
        .unwrap_or_default();
    let bound = row
        .totals
        .as_ref()
        .map(|totals| money::sums_text(&totals.bound))
        .filter(|text| costs && !text.is_empty());
    let owed = bound.map_or_else(String::new, |bound| {
        format!("After that {bound} is owed{ends}.")
    });
    match (said, rule) {
        (Some(at), _) => Some((at, false, owed)),
        (None, Some(at)) => Some((at, true, owed)),
        (None, None) => None,
    }
}

fn lines(row: &OrderRow, costs: bool, several: bool, void: bool) -> Vec<LineShown> {
    if row.content.lines.is_empty()
        && let Some(ion) = &row.ion
    {
        return ion
            .lines
            .iter()
            .map(|line| LineShown {
                name: if line.product_name.is_empty() {
                    line.product_ion_id.clone()
                } else {
                    line.product_name.clone()
                },
                href: String::new(),
                detail: format::counted(u64::from(line.quantity), "seat", "seats"),
                amount: String::new(),
                currency: String::new(),
                failed: false,
                void,
            })
            .collect();
    }
    let wrong = row
        .failure
        .as_ref()
        .and_then(|failure| failure.faults.iter().find_map(|fault| fault.line));
    let mut shown = Vec::new();
    for (place, line) in row.content.lines.iter().enumerate() {
        let amount = money::line_amount(line).filter(|_| costs);
        shown.push(LineShown {
            name: line_name(line).to_owned(),
            href: line
                .product
                .map(|id| format!("/products/{id}"))
                .unwrap_or_default(),
            detail: money::line_detail(line, costs),
            amount: amount.map_or_else(String::new, |(sum, currency)| {
                money::sum_text(sum, currency)
            }),
            currency: match amount {
                Some((_, currency)) if several => currency.to_string(),
                _ => String::new(),
            },
            failed: row.state == OrderState::Failed && wrong == Some(place),
            void,
        });
        for add_on in &line.add_ons {
            let amount = add_on.price.as_ref().filter(|_| costs).map(|price| {
                (
                    price.cost.decimal() * Decimal::from(add_on.quantity),
                    price.currency,
                )
            });
            shown.push(LineShown {
                name: add_on.name.clone(),
                href: String::new(),
                detail: format!("{} as add-on of {}", add_on.quantity, line_name(line)),
                amount: amount.map_or_else(String::new, |(sum, currency)| {
                    money::sum_text(sum, currency)
                }),
                currency: match amount {
                    Some((_, currency)) if several => currency.to_string(),
                    _ => String::new(),
                },
                failed: false,
                void,
            });
        }
    }
    shown
}

/// Cost, sale, margin, bound; of an order of which nothing came, what it would have bound to.
fn sums(row: &OrderRow, void: bool) -> Vec<SumLine> {
    let Some(totals) = &row.totals else {
        return Vec::new();
    };
    let one = |sums: &Sums| sums.len() <= 1;
    let only = one(&totals.monthly) && one(&totals.bound);
    let line = |name: &str, sum: Decimal, currency: domain::Currency, strong| SumLine {
        name: name.to_owned(),
        amount: money::sum_text(sum, currency),
        currency: if only {
            String::new()
        } else {
            currency.to_string()
        },
        strong,
        detail: String::new(),
    };
    let mut shown = Vec::new();
    if void {
        for (currency, sum) in &totals.bound {
            shown.push(line("Would have bound", *sum, *currency, false));
            shown.push(line("Bound in all", Decimal::ZERO, *currency, true));
        }
        return shown;
    }
    for (currency, sum) in &totals.monthly {
        shown.push(line("Cost per month", *sum, *currency, false));
        let sale = totals
            .monthly_sale
            .as_ref()
            .and_then(|sales| sales.get(currency));
        if let Some(sale) = sale {
            shown.push(line("Sales per month", *sale, *currency, false));
            let percent = rules::margins::price::margin_percent(*sum, *sale)
                .map(|percent| format!(", {}", money::percent_text(percent)))
                .unwrap_or_default();
            let mut margin = line("Margin", *sale - *sum, *currency, false);
            margin.amount.push_str(&percent);
            shown.push(margin);
        }
    }
    for (currency, sum) in &totals.bound {
        let name = if totals.open_ended {
            "Bound in all, at least"
        } else {
            "Bound in all"
        };
        shown.push(line(name, *sum, *currency, true));
    }
    shown
}

fn details(
    row: &OrderRow,
    around: &Around,
    usual: Option<std::time::Duration>,
    known: &Known,
) -> Vec<Fact> {
    let times = &around.times;
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Value| facts.push(Fact::new(name, value));
    add(
        "Customer",
        match row.customer {
            Some(id) => Value::Link(Link::new(
                row.customer_name.clone(),
                crate::pages::customers::href(id),
            )),
            None if row.customer_name.is_empty() => Value::Absent("not chosen yet".to_owned()),
            None => Value::text(row.customer_name.clone()),
        },
    );
    if !row.ion_customer_id.is_empty() {
        add("Ion customer", Value::text(row.ion_customer_id.clone()));
    }
    add(
        "Ion order",
        match (&row.ion_id, row.state) {
            (Some(id), _) => Value::text(id.clone()),
            (None, OrderState::Unconfirmed) => {
                Value::Toned(Tone::Unsure, "help-hexagon", "not known yet".to_owned())
            }
            (None, _) => Value::Absent("none".to_owned()),
        },
    );
    if let Some(ion) = row.ion.as_ref().filter(|ion| !ion.status_word.is_empty()) {
        add("Ion says", Value::Mono(ion.status_word.clone()));
    }
    let mut pos = Vec::new();
    for line in &row.content.lines {
        for po in [&line.customer_po, &line.reseller_po] {
            if !po.is_empty() && !pos.contains(po) {
                pos.push(po.clone());
            }
        }
    }
    if !pos.is_empty() {
        add("PO", Value::text(pos.join(", ")));
    }
    if around.connections.len() > 1
        && let Some(connection) = around.connection(row.connection)
    {
        add("Connection", Value::text(connection.name.clone()));
    }
    if let Some(at) = row.scheduled_for {
        add("Set for", Value::text(times.date_time(at)));
    }
    if let Some((at, expected, _)) = &known.cancel_until
        && !matches!(row.state, OrderState::Failed | OrderState::Cancelled)
    {
        add(
            "Last day to cancel",
            Value::text(match (expected, row.state) {
                (true, OrderState::Completed) => {
                    format!("{}, expected", times.date_time(*at))
                }
                (true, _) => format!("{}, if placed", times.date(*at)),
                (false, _) => times.date_time(*at),
            }),
        );
    }
    match (row.state, row.submitted_at, row.ended_at) {
        (OrderState::Completed, Some(from), Some(until)) => {
            add("Took", Value::text(duration(words::between(from, until))));
        }
        (state, _, _) if !state.is_final() => {
            if let Some(usual) = usual {
                add("Usual time", Value::text(duration(usual)));
            }
        }
        _ => {}
    }
    if row.sends > 1 {
        add("Sent", Value::text(format!("{} times", row.sends)));
    }
    add(
        "Begun",
        Value::text(format!(
            "{} by {}",
            times.date_time(row.created_at),
            row.created_by
        )),
    );
    if let Some(by) = &row.submitted_by {
        add("Confirmed by", Value::text(by.clone()));
    }
    facts
}
