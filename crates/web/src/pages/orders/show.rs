//! One order.

mod facts;
mod lines;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template as _;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::OrderId;
use domain::access::Right;
use domain::order::{OrderOrigin, OrderState};
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use store::orders::{self, OrderEventRow, OrderRow};
use uuid::Uuid;

use super::timeline::{self, Known};
use super::{PATH, href, money, number_text, panel, said, step_href};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::{Around, go_to};
use crate::view::orders::order::{FirstLogin, OrderBody, OrderPage};
use crate::view::{Button, Html, Link, Note, Section, status};

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
        cancel_until: facts::cancel_until(row, &came, times, costs),
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
        facts_line: facts::facts_line(row, times),
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
        lines: lines::lines(row, costs, only.is_none(), void),
        currency: only
            .filter(|_| costs)
            .map(|currency| currency.to_string())
            .unwrap_or_default(),
        sums: if costs && !partly {
            lines::sums(row, void)
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
        details: facts::details(row, around, usual, &known),
        subscriptions: facts::subscription_links(app, row, &came, times).await?,
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
