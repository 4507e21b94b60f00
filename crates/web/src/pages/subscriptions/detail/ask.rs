//! What can be done with a subscription by a button, and what is asked before.

use domain::Term;
use engine::subscriptions::SubscriptionView;
use rules::orders::day_words;
use rules::subscriptions::change::{Ability, Possible};
use rules::subscriptions::remind::{Coming, coming};

use crate::pages::subscriptions::row::customer_name;
use crate::pages::subscriptions::title;
use crate::view::subscriptions::detail::{Action, Question};
use crate::view::{Times, format};

/// What can be done now, as buttons.
pub(super) fn actions(view: &SubscriptionView, can: &[Possible], times: &Times) -> Vec<Action> {
    let of = &view.row.subscription;
    let may = |what: Ability| can.iter().any(|one| one.what == what && one.now);
    let mut actions = Vec::new();
    if may(Ability::Renewal) {
        let (what, label) = if of.auto_renew == Some(true) {
            ("renewal_off", "Renewal off")
        } else {
            ("renewal_on", "Renewal on")
        };
        actions.push(Action {
            what,
            label,
            bad: false,
            second: true,
            ask: None,
        });
    }
    if may(Ability::Resume) {
        actions.push(Action {
            what: "resume",
            label: "Resume",
            bad: false,
            second: false,
            ask: None,
        });
    }
    if may(Ability::Suspend) {
        actions.push(Action {
            what: "suspend",
            label: "Suspend…",
            bad: false,
            second: false,
            ask: Some(suspend_question(view)),
        });
    }
    if may(Ability::Cancel) {
        actions.push(Action {
            what: "cancel",
            label: "Cancel…",
            bad: true,
            second: false,
            ask: Some(cancel_question(view, can, times)),
        });
    }
    actions
}

fn of_whom(view: &SubscriptionView) -> String {
    format!(
        "{} of {}",
        title(&view.row.subscription),
        customer_name(&view.row)
    )
}

/// Said in every dialog: nothing is sent by it.
const DRAFT_FIRST: &str =
    "A draft order is made and shown to you first. Nothing goes to Ion before you submit it.";

fn suspend_question(view: &SubscriptionView) -> Question {
    let owed = if view.row.subscription.term == Term::P1M {
        "It still renews, and is owed, until it is cancelled or its renewal is turned off."
    } else {
        "The commitment goes on, and is owed until its end."
    };
    Question {
        title: format!("Suspend {}?", of_whom(view)),
        lines: vec![
            DRAFT_FIRST.to_owned(),
            format!("Nobody can use it once the vendor carried that out. {owed}"),
            "It can be resumed at any time.".to_owned(),
        ],
        verb: "Review the suspension",
    }
}

fn cancel_question(view: &SubscriptionView, can: &[Possible], times: &Times) -> Question {
    let of = &view.row.subscription;
    let seats = of.seats.map_or_else(
        || "It ends".to_owned(),
        |seats| match seats {
            1 => "Its 1 seat ends".to_owned(),
            seats => format!("All {} seats end", format::count(u64::from(seats))),
        },
    );
    let until = can
        .iter()
        .find(|one| one.what == Ability::Cancel)
        .and_then(|one| one.until);
    let mut lines = vec![
        DRAFT_FIRST.to_owned(),
        format!(
            "{seats} once {} carried that out, with the data of who used it, by the vendor’s own rules. It cannot be undone; the product can be bought anew.",
            if view.row.vendor.is_empty() {
                "the vendor"
            } else {
                &view.row.vendor
            }
        ),
    ];
    lines.push(match until {
        Some(last) => format!(
            "The last day for it is {}{}.",
            day_words(last.at, &times.zone),
            if last.expected {
                ", as expected by the vendor’s policy"
            } else {
                ""
            }
        ),
        None => "Until when the vendor takes it back, and what is still owed, Ion does not say."
            .to_owned(),
    });
    if let Some(Coming { at, ends: false }) = coming(of) {
        lines.push(format!(
            "To let it run out instead, turn the renewal off: it then ends on {}.",
            times.date(at)
        ));
    }
    Question {
        title: format!("Cancel {}?", of_whom(view)),
        lines,
        verb: "Review the cancellation",
    }
}
