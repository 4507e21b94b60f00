//! What the dashboard and the menu tell of orders.

use domain::access::Right;
use domain::order::OrderState;
use store::orders::{self, OrderFilter, OrderHit};

use super::{PATH, href, number_text, step_href};
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::view::dashboard::{Need, OrderStates, StateCount};
use crate::view::format::{count, total};
use crate::view::{Button, Times, Tone, status};

/// Orders that are named one by one.
const NAMED: u32 = 3;

/// What waits at orders, the most pressing first.
pub(crate) async fn waiting(
    app: &App,
    caller: &Caller,
    around: &Around,
) -> Result<Vec<Need>, Fault> {
    let conn = app.store().read();
    let costs = caller.may(Right::SeeCost);
    let mut needs = Vec::new();
    for state in [
        OrderState::Unconfirmed,
        OrderState::Failed,
        OrderState::OnHold,
        OrderState::Draft,
    ] {
        let filter = OrderFilter {
            states: vec![state],
            attention: true,
            now: Some(around.times.now),
            limit: NAMED,
            ..OrderFilter::default()
        };
        let page = orders::search(conn, &filter).await?;
        if page.total > u64::from(NAMED) {
            needs.push(many(state, page.total));
            continue;
        }
        needs.extend(
            page.orders
                .iter()
                .map(|hit| need(hit, &around.times, costs)),
        );
    }
    Ok(needs)
}

fn many(state: OrderState, number: u64) -> Need {
    let (icon, tone, title, show) = match state {
        OrderState::Unconfirmed => (
            "help-hexagon",
            Tone::Unsure,
            format!("{} orders are unconfirmed", count(number)),
            "show=unconfirmed",
        ),
        OrderState::Failed => (
            "circle-x",
            Tone::Bad,
            format!("{} orders failed", count(number)),
            "show=failed",
        ),
        OrderState::OnHold => (
            "hand-stop",
            Tone::Warn,
            format!("{} orders are on hold", count(number)),
            "state=on_hold",
        ),
        _ => (
            "trending-up",
            Tone::Warn,
            format!("Prices moved in {} drafts", count(number)),
            "show=needs-you",
        ),
    };
    Need {
        icon,
        tone,
        title,
        text: match state {
            OrderState::Unconfirmed => "Ion is searched for each; none is sent twice.",
            OrderState::Failed => "Nothing is owed. Each says what to mend.",
            OrderState::OnHold => "Ion keeps them back.",
            _ => "Accept them, then the orders can be placed.",
        }
        .to_owned(),
        action: Button::link("Look at them", format!("{PATH}?{show}")),
    }
}

fn need(hit: &OrderHit, times: &Times, costs: bool) -> Need {
    let number = number_text(hit.origin, hit.number, hit.ion_id.as_deref());
    let mut words = Vec::new();
    if !hit.customer_name.is_empty() {
        words.push(hit.customer_name.clone());
    }
    if let (true, Some(units), Some(currency)) = (costs, hit.bound_units, hit.currency) {
        let verb = if hit.state == OrderState::Failed {
            "would have been bound"
        } else {
            "bound"
        };
        words.push(format!("{} {currency} {verb}", total(units, currency)));
    }
    let about = words.join(" · ");
    let with = |text: &str| {
        if about.is_empty() {
            text.to_owned()
        } else {
            format!("{about}. {text}")
        }
    };
    let (icon, tone, title, text) = match hit.state {
        OrderState::Unconfirmed if hit.not_found_at.is_some() => (
            "help-hexagon",
            Tone::Unsure,
            format!("Ion does not show order {number}"),
            with("Send it again, or close it. It is not sent by itself."),
        ),
        OrderState::Unconfirmed => (
            "help-hexagon",
            Tone::Unsure,
            format!("Order {number} is unconfirmed"),
            with(&hit.next_look_at.filter(|at| *at > times.now).map_or_else(
                || "Ion is searched now. It will not be sent twice.".to_owned(),
                |at| {
                    format!(
                        "Next look at Ion {}. It will not be sent twice.",
                        times.ahead(at).text
                    )
                },
            )),
        ),
        OrderState::Failed => (
            "circle-x",
            Tone::Bad,
            format!("Order {number} failed"),
            with("Nothing is owed. It says what to mend."),
        ),
        OrderState::OnHold => (
            "hand-stop",
            Tone::Warn,
            format!("Order {number} is on hold"),
            with("Ion keeps it back."),
        ),
        _ => (
            "trending-up",
            Tone::Warn,
            format!("A price moved in draft {number}"),
            with("Accept it, then the order can be placed."),
        ),
    };
    Need {
        icon,
        tone,
        title,
        text,
        action: Button::link(
            if hit.state == OrderState::Draft {
                "Review it"
            } else {
                "Open order"
            },
            if hit.state == OrderState::Draft {
                step_href(hit.id, "review")
            } else {
                href(hit.id)
            },
        ),
    }
}

/// Orders by state, for the card.
pub(crate) async fn states(app: &App) -> Result<OrderStates, Fault> {
    let counts = orders::counts(app.store().read(), None, app.now()).await?;
    let all: u64 = counts.states.iter().map(|(_, number)| number).sum();
    let order = [
        OrderState::Unconfirmed,
        OrderState::AwaitingApproval,
        OrderState::Scheduled,
        OrderState::Submitting,
        OrderState::Placed,
        OrderState::OnHold,
        OrderState::InProgress,
        OrderState::Completed,
        OrderState::Failed,
        OrderState::Cancelled,
        OrderState::Draft,
    ];
    let mut rows = Vec::new();
    for state in order {
        let number: u64 = counts
            .states
            .iter()
            .filter(|(other, _)| *other == state)
            .map(|(_, number)| number)
            .sum();
        if number > 0 {
            rows.push(StateCount {
                status: status::order(state),
                number,
                href: format!("{PATH}?state={state}"),
            });
        }
    }
    Ok(OrderStates {
        all,
        href: PATH.to_owned(),
        rows,
    })
}
