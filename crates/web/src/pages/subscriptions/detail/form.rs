//! The form of another number of seats, with the vendor's window explained.

use engine::subscriptions::SubscriptionView;
use rules::orders::cancel_window::{Policy, removable};
use rules::orders::day_words;
use rules::subscriptions::change::at_renewal;
use rules::subscriptions::remind::{Coming, coming};

use crate::pages::subscriptions::change::Moment;
use crate::pages::subscriptions::href;
use crate::pages::subscriptions::money::{Typed, effect};
use crate::view::subscriptions::detail::{ChangeForm, WhenWay};
use crate::view::{Times, format};

/// The form of another number of seats.
pub(super) fn form(
    view: &SubscriptionView,
    typed: Option<Typed>,
    times: &Times,
    costs: bool,
    csrf: &str,
) -> ChangeForm {
    let of = &view.row.subscription;
    let typed = typed
        .filter(|typed| !typed.seats.is_empty())
        .unwrap_or(Typed {
            seats: of.seats.unwrap_or(1).to_string(),
            when: Moment::Now,
        });
    let effect = effect(view, &typed, times, costs);
    ChangeForm {
        action: format!("{}/change", href(view.row.id)),
        csrf: csrf.to_owned(),
        seats: typed.seats.clone(),
        error: String::new(),
        min: Some(1),
        max: None,
        hint: seats_hint(view, times),
        ways: ways(view, typed.when, times),
        effect,
    }
}

/// The vendor's window, explained.
fn seats_hint(view: &SubscriptionView, times: &Times) -> String {
    let of = &view.row.subscription;
    match removable(of, &view.increases, times.now) {
        None => "More at any time. Fewer as far as the vendor allows; Ion does not say.".to_owned(),
        Some(batches) if batches.is_empty() => {
            "More at any time. Fewer only from the renewal on.".to_owned()
        }
        Some(batches) => {
            let all: u32 = batches.iter().map(|batch| batch.seats).sum();
            // The last seat is not taken away: that is a cancellation.
            let held = of.seats.unwrap_or(0);
            let seats = all.min(held.saturating_sub(1));
            let cancels = if all >= held {
                " None at all is a cancellation."
            } else {
                ""
            };
            if seats == 0 {
                return format!("More at any time.{cancels}");
            }
            let until = batches
                .first()
                .map(|batch| day_words(batch.until.at, &times.zone));
            format!(
                "More at any time. Up to {} fewer now, the first of them until {}; else from the renewal on.{cancels}",
                format::count(u64::from(seats)),
                until.unwrap_or_default()
            )
        }
    }
}

fn ways(view: &SubscriptionView, when: Moment, times: &Times) -> Vec<WhenWay> {
    let of = &view.row.subscription;
    let window = Policy::of_subscription(of)
        .window()
        .and_then(|window| times.now.checked_add(window).ok());
    let mut ways = vec![WhenWay {
        value: "now",
        label: "Now".to_owned(),
        text: window.map_or_else(
            || {
                "sent once you submit it; whether added seats can be taken back, the vendor decides"
                    .to_owned()
            },
            |until| {
                format!(
                    "added seats can be taken back until {}",
                    times.date_time(until)
                )
            },
        ),
        on: when == Moment::Now,
        closed: false,
    }];
    let renewal = coming(of).filter(|coming| coming.at > times.now);
    match renewal {
        Some(Coming { at, ends: false }) => {
            let soon = at_renewal(of, times.now).is_none();
            ways.push(WhenWay {
                value: "renewal",
                label: format!("At the renewal, {}", times.date(at)),
                text: "kept here and sent then: a day before it, fewer seats an hour after it. It can be taken back until it is sent".to_owned(),
                on: when == Moment::Renewal && !soon,
                closed: soon,
            });
        }
        Some(Coming { at, ends: true }) => ways.push(WhenWay {
            value: "renewal",
            label: "At the renewal".to_owned(),
            text: format!("it does not renew: it ends on {}", times.date(at)),
            on: false,
            closed: true,
        }),
        None => {}
    }
    ways
}
