//! Seats, cost, margin, renewal, last day to stop.

use domain::Term;
use engine::subscriptions::SubscriptionView;
use rules::subscriptions::remind::{Coming, coming};

use crate::pages::subscriptions::money::sums;
use crate::pages::subscriptions::row::{LAST_DAYS, days_to, last_instant, percent, percent_of};
use crate::view::parts::Figure;
use crate::view::{Times, Tone, format};

/// The figures of a subscription.
pub(super) fn figures(view: &SubscriptionView, times: &Times, costs: bool) -> Vec<Figure> {
    let of = &view.row;
    let it = &of.subscription;
    let read = format!("read {}", times.ago(of.read_at).text);
    let mut figures = vec![Figure::new(
        "Seats",
        it.seats.map_or_else(
            || "none".to_owned(),
            |seats| format::count(u64::from(seats)),
        ),
        read,
    )];
    if costs {
        figures.push(cost_figure(view));
        figures.push(margin_figure(view));
    }
    figures.extend(due_figures(view, times, costs));
    figures
}

fn cost_figure(view: &SubscriptionView) -> Figure {
    let of = &view.row;
    let it = &of.subscription;
    let (Some(currency), Some(cost)) = (it.currency, &it.cost) else {
        return Figure::new("Cost per month", "not known", "Ion says no price");
    };
    let each = format!(
        "{} × {}, {}",
        it.seats.map_or(1, |seats| seats),
        format::amount(cost, currency),
        rules::orders::money::billing_words(it.billing)
    );
    match of.monthly_units {
        Some(units) => Figure::new("Cost per month", format::total(units, currency), each)
            .of(currency.to_string()),
        None => Figure::new("Cost", format::amount(cost, currency), each).of(currency.to_string()),
    }
}

fn margin_figure(view: &SubscriptionView) -> Figure {
    let Some(margin) = view.row.margin_permille else {
        return Figure::new("Margin", "none", "no rule gives a sale price");
    };
    let now = view.margin.as_ref();
    let next = view
        .price_next
        .as_ref()
        .and_then(|next| next.sale.as_ref())
        .filter(|sale| Some(sale.margin_percent) != now.map(|now| now.margin_percent));
    let detail = match (next, now) {
        (Some(next), _) => format!(
            "{} after the renewal{}",
            next.margin_percent
                .map_or_else(|| "none".to_owned(), percent_of),
            if next.below_floor {
                ", below the floor"
            } else {
                ""
            }
        ),
        (None, Some(now)) => format!("by rule “{}”", now.rule_name),
        (None, None) => String::new(),
    };
    let low = now.is_some_and(|sale| sale.below_floor) || next.is_some_and(|sale| sale.below_floor);
    Figure::new("Margin", percent(margin), detail).toned(match (margin < 0, low) {
        (true, _) => Tone::Bad,
        (false, true) => Tone::Warn,
        (false, false) => Tone::Calm,
    })
}

/// When it renews or ends, and until when that can be stopped.
fn due_figures(view: &SubscriptionView, times: &Times, costs: bool) -> Vec<Figure> {
    let of = &view.row;
    if !of.is_live() {
        let ahead = of.subscription.ends_at.is_some_and(|at| at > times.now);
        return vec![Figure::new(
            if ahead { "Ends on" } else { "Ended" },
            of.subscription
                .ends_at
                .map_or_else(|| "not known".to_owned(), |at| times.day(at)),
            "",
        )];
    }
    match coming(&of.subscription) {
        None => vec![
            Figure::new("Renews", "no term", "it runs until it is stopped"),
            Figure::new("Last day to stop", "any time", ""),
        ],
        Some(Coming { at, ends: true }) => vec![
            Figure::new("Ends", times.day(at), times.ahead(at).text).toned(Tone::Warn),
            Figure::new("Last day to stop", "decided", "its renewal is off"),
        ],
        Some(Coming { at, ends: false }) => {
            let bound = view
                .price_next
                .as_ref()
                .filter(|_| costs)
                .map(|next| sums(&next.bound).join(", "))
                .filter(|words| !words.is_empty())
                .map_or_else(
                    || times.ahead(at).text,
                    |words| format!("would bind {words}"),
                );
            let last = last_instant(at);
            let days = days_to(last, times);
            let (left, tone) = match days {
                ..0 => ("it renewed, or is about to".to_owned(), Tone::Calm),
                0 => ("today".to_owned(), Tone::Bad),
                1 => ("tomorrow".to_owned(), Tone::Bad),
                days => (
                    format!("in {days} days"),
                    if days <= LAST_DAYS && of.subscription.term != Term::P1M {
                        Tone::Bad
                    } else {
                        Tone::Calm
                    },
                ),
            };
            let name = match of.subscription.auto_renew {
                Some(true) => "Renews by itself",
                _ => "Renews, as far as Ion says",
            };
            vec![
                Figure::new(name, times.day(at), bound),
                Figure::new("Last day to stop", times.day(last), left).toned(tone),
            ]
        }
    }
}
