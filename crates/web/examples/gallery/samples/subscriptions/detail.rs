//! The page of a subscription, and what a change of it would cost.

use super::*;
use crate::view::subscriptions::detail::{
    Action, ChangeEffect, ChangeForm, EffectLine, EventPoint, LinePart, Pending, PossibleLine,
    Question, SubscriptionPage, WhenWay,
};

pub(super) fn detail() -> SubscriptionPage {
    let times = times();
    let point =
        |tone, icon, title: &str, detail: &str, link: Option<Link>, when: &str| EventPoint {
            tone,
            icon,
            title: title.to_owned(),
            detail: detail.to_owned(),
            link,
            at: times.dated(at(when)),
        };
    let possible = |title: &str, text: &str, open| PossibleLine {
        title: title.to_owned(),
        text: text.to_owned(),
        open,
    };
    SubscriptionPage {
        frame: under("Hedgehog, Business Premium", Section::Subscriptions, &[("Subscriptions", "/subscriptions")]),
        href: "/subscriptions/1".to_owned(),
        name: "Microsoft 365 Business Premium".to_owned(),
        vendor: "Microsoft".to_owned(),
        status: status::subscription(State::Active),
        test: true,
        line: vec![
            LinePart::Link("", Link::new("Hedgehog Logistics Oy", "/customers/1")),
            LinePart::Text("1 year, monthly".to_owned()),
            LinePart::Mono("CFQ7TTC0LCHC:0002:P1Y:M".to_owned()),
            LinePart::Link("from order", Link::new("O-1402", "/orders/1")),
        ],
        actions: vec![
            Action { what: "renewal_off", label: "Renewal off", bad: false, second: true, ask: None },
            Action { what: "suspend", label: "Suspend", bad: false, second: false, ask: None },
            Action {
                what: "cancel",
                label: "Cancel…",
                bad: true,
                second: false,
                ask: Some(Question {
                    title: "Cancel Microsoft 365 Business Premium of Hedgehog Logistics Oy?".to_owned(),
                    lines: vec![
                        "A draft order is made and shown to you first; nothing goes to Ion before you submit it.".to_owned(),
                        "All 74 seats end once Microsoft carried it out. It cannot be undone; the product can be bought anew.".to_owned(),
                    ],
                    verb: "Review the cancellation",
                }),
            },
        ],
        notes: Vec::new(),
        figures: vec![
            parts::Figure::new("Seats", "74", "read 10:31"),
            parts::Figure::new("Cost per month", "1,287.60", "74 × 17.40, held until 18 Dec").of("EUR"),
            parts::Figure::new("Margin", "14.1 %", "7.6 % after the renewal, floor 15 %").toned(Tone::Warn),
            parts::Figure::new("Renews by itself", "19 Dec", "16,623.36 EUR until Dec 2027"),
            parts::Figure::new("Last day to stop", "18 Dec", "in 25 days, reminder in 18"),
        ],
        pending: vec![Pending {
            order: Link::new("O-2044", "/orders/2"),
            text: "70 seats instead of 74, on 19 Dec 2026".to_owned(),
            status: status::order(domain::order::OrderState::Scheduled),
        }],
        change: Some(ChangeForm {
            action: "/subscriptions/1/change".to_owned(),
            csrf: "sample-csrf".to_owned(),
            seats: "80".to_owned(),
            error: String::new(),
            min: Some(74),
            max: Some(300),
            hint: "74 to 300. Fewer only from the renewal on.".to_owned(),
            ways: vec![
                WhenWay { value: "now", label: "Now".to_owned(), text: "6 seats can be taken back until 30 Nov 2026, 10:48".to_owned(), on: true, closed: false },
                WhenWay { value: "renewal", label: "At the renewal, 19 Dec 2026".to_owned(), text: "kept here and sent then; can be changed until it is sent".to_owned(), on: false, closed: false },
            ],
            effect: effect("+6", "80"),
        }),
        no_change: String::new(),
        events: vec![
            point(Tone::Warn, "trending-up", "The renewal will cost more", "17.40 → 18.72 EUR a seat; margin falls to 7.6 %. Seen in", Some(Link::new("import 1184", "/activity/runs/1")), "2026-11-23T03:12:00Z"),
            point(Tone::Ok, "users-plus", "6 seats more, now 74", "", Some(Link::new("Order O-1988", "/orders/3")), "2026-09-03T10:00:00Z"),
            point(Tone::Ok, "refresh", "Renewed by itself for a year", "68 seats, 17.40 EUR", None, "2025-12-19T00:00:00Z"),
            point(Tone::Info, "cloud-down", "First seen", "placed in the Ion portal", None, "2024-12-19T08:00:00Z"),
        ],
        possible: vec![
            possible("Add seats", "at any time", true),
            possible("Take seats away", "each batch in its first 7 days, else at renewal", false),
            possible("Renewal off", "until 18 Dec 2026", true),
            possible("Cancel", "Too late to cancel: the last day was 25 Dec 2025. You can turn the renewal off; it then ends on 19 Dec 2026.", false),
        ],
        facts: vec![
            Fact::new("Customer", Value::Link(Link::new("Hedgehog Logistics Oy", "/customers/1"))),
            Fact::new("Vendor’s id", Value::Mono("mock-7c1e-0001-0002-40aa".to_owned())),
            Fact::new("Your PO", Value::text("HL-0907")),
            Fact::new("Customer’s PO", Value::Absent("none".to_owned())),
            Fact::new("Read from Ion", Value::Moment(times.ago(at("2026-11-23T10:31:00Z")))),
        ],
    }
}

pub(super) fn unknown() -> SubscriptionPage {
    SubscriptionPage {
        name: "Cloud thing of which nobody knows much, bought in the portal under a name that does not end <b>here</b>".to_owned(),
        vendor: String::new(),
        status: status::gone(),
        test: false,
        line: vec![
            LinePart::Text(format!("{LONG}, only in Ion")),
            LinePart::Text("unknown term".to_owned()),
        ],
        actions: Vec::new(),
        notes: vec![
            Note::new(Tone::Warn, "ghost", "Ion no longer shows this subscription", "It was missing in two complete readings. What was known stays here."),
            Note::new(Tone::Info, "cloud-down", "Nobody here is this customer", "Ion calls it 50201. Link it, and the subscription moves to its card by itself.").with(Button::link("Open the mapping", "/customers/mapping/only-in-ion")),
        ],
        figures: vec![
            parts::Figure::new("Seats", "none", "read 10:31"),
            parts::Figure::new("Cost per month", "unknown", "Ion says no price"),
            parts::Figure::new("Margin", "none", "no rule fits"),
            parts::Figure::new("Renews", "no term", ""),
            parts::Figure::new("Last day to stop", "any time", ""),
        ],
        pending: Vec::new(),
        change: None,
        no_change: "Ion shows no vendor's id for this subscription, so it cannot be changed from here. Change it in the Ion portal.".to_owned(),
        events: Vec::new(),
        ..detail()
    }
}

pub(super) fn effect(delta: &str, seats: &str) -> ChangeEffect {
    let line = |name: &str, amount: &str, total, quiet| EffectLine {
        name: name.to_owned(),
        amount: amount.to_owned(),
        total,
        quiet,
    };
    ChangeEffect {
        delta: delta.to_owned(),
        now: "now 74".to_owned(),
        lines: vec![
            line("6 more seats × 17.40", "104.40 a month", false, false),
            line(
                "Part of the current month, 23 Nov to 18 Dec",
                "90.48",
                false,
                true,
            ),
            line("Bound until 18 Dec 2026", "90.48 EUR", true, false),
        ],
        error: String::new(),
        label: format!("Review: {seats} seats now"),
        ready: true,
        back: Link::new("Back to 74", "/subscriptions/1"),
        oob: false,
    }
}
