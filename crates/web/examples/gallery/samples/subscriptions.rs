//! Samples of subscriptions and renewals.

use super::*;
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::subscriptions::dashboard::{
    Ahead, Pressing, Spend, SpendTable, SubscriptionTiles, VendorLine,
};
use crate::view::subscriptions::detail::{
    Action, ChangeEffect, ChangeForm, EffectLine, EventPoint, LinePart, Pending, PossibleLine,
    Question, SubscriptionPage, WhenWay,
};
use crate::view::subscriptions::list::{
    CustomerSubscriptions, Due, ShownColumns, Stop, SubscriptionList, SubscriptionRow,
    SubscriptionsPage,
};
use crate::view::subscriptions::plot::{Bar, Bars};
use crate::view::subscriptions::renewals::{
    Day, Entry, EntryKind, Month, RenewalsPage, Urgent, ViewWay,
};
use crate::view::table::{Chips, Sorted};
use domain::subscription::SubscriptionState as State;

const LONG: &str = "Rechtsanwältinnen und Rechtsanwälte Oberhuber-Niederwieser, Partnerschaft mit beschränkter Berufshaftung";

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("subscriptions", html(list_page(list(true)))),
        (
            "subscriptions-no-cost",
            html(SubscriptionsPage {
                exports: Vec::new(),
                read_href: None,
                ..list_page(list(false))
            }),
        ),
        ("subscriptions-empty", html(empty())),
        ("subscriptions-failed", html(failed())),
        ("subscriptions-part", html(list(true))),
        ("subscription", html(detail())),
        ("subscription-unknown", html(unknown())),
        ("subscription-effect", html(effect("+6", "80"))),
        ("renewals", html(renewals())),
        ("renewals-year", html(year())),
        ("renewals-empty", html(quiet())),
        ("customer-subscriptions", html(of_customer())),
    ]
}

fn tabs(here: usize) -> CountedTabs {
    let tab = |place: usize, label, href: &str, count: &str| CountedTab {
        label,
        href: href.to_owned(),
        count: count.to_owned(),
        tone: Tone::Warn,
        here: place == here,
    };
    CountedTabs {
        name: "Views",
        tabs: vec![
            tab(0, "List", "/subscriptions", ""),
            tab(1, "Renewals", "/subscriptions/renewals", "7"),
        ],
    }
}

fn list_page(list: SubscriptionList) -> SubscriptionsPage {
    let chip = |id, label, value: Option<&str>| Chip {
        id,
        label,
        value: value.map(str::to_owned),
        clear: "/subscriptions".to_owned(),
        options: vec![ChipOption {
            label: "Microsoft".to_owned(),
            count: "812".to_owned(),
            href: "/subscriptions?vendor=Microsoft".to_owned(),
            on: value.is_some(),
        }],
        range: None,
    };
    SubscriptionsPage {
        frame: frame("Subscriptions", Section::Subscriptions),
        summary: "1,284 live. Read from Ion at 10:31.".to_owned(),
        read_href: Some("/subscriptions/read".to_owned()),
        tabs: tabs(0),
        notes: Vec::new(),
        chips: Chips::new(vec![
            chip("vendor", "Vendor", Some("Microsoft")),
            chip("state", "State", None),
            chip("term", "Commitment", None),
            chip("billing", "Billing", None),
            chip("renew", "Renewal", None),
            chip("due", "Due", None),
        ]),
        search: Search {
            action: "/subscriptions".to_owned(),
            value: String::new(),
            placeholder: "Product, customer, part number, id",
            keep: Vec::new(),
        },
        choices: vec![
            ChipOption {
                label: "Customer".to_owned(),
                count: String::new(),
                href: "/subscriptions?columns=x".to_owned(),
                on: true,
            },
            ChipOption {
                label: "Vendor’s id".to_owned(),
                count: String::new(),
                href: "/subscriptions?columns=y".to_owned(),
                on: false,
            },
        ],
        exports: vec![
            Link::new("CSV", "/subscriptions/export.csv"),
            Link::new("JSON", "/subscriptions/export.json"),
        ],
        list,
    }
}

const fn shown(costs: bool) -> ShownColumns {
    ShownColumns {
        customer: true,
        vendor: false,
        term: false,
        cost: costs,
        margin: costs,
        due: true,
        stop: true,
        state: true,
        resource: false,
    }
}

fn list(costs: bool) -> SubscriptionList {
    let sort = |label: &str, class, on| Column::sortable(label, class, "/subscriptions?sort=x", on);
    let mut columns = vec![
        sort("Product", "", None),
        sort("Customer", "t-hide", None),
        sort("Seats", "n", None),
    ];
    if costs {
        columns.push(sort("Cost per month (EUR)", "n", None));
        columns.push(sort("Margin", "n t-hide", None));
    }
    columns.extend([
        sort("Renews", "", Some(Sorted::Up)),
        Column::plain("Last day to stop", "t-w"),
        Column::plain("State", "t-hide"),
    ]);
    let row = |customer: &str,
               vendor: &str,
               name: &str,
               term: &str,
               seats: &str,
               cost: &str,
               margin: &str,
               due: &str,
               stop: (&str, Tone),
               state| SubscriptionRow {
        href: "/subscriptions/1".to_owned(),
        name: name.to_owned(),
        vendor: vendor.to_owned(),
        term: term.to_owned(),
        test: false,
        customer: customer.to_owned(),
        customer_href: if customer.starts_with("ION") {
            String::new()
        } else {
            "/customers/1".to_owned()
        },
        seats: seats.to_owned(),
        cost: cost.to_owned(),
        currency: String::new(),
        margin: margin.to_owned(),
        margin_tone: if margin.starts_with('4') {
            Tone::Bad
        } else {
            Tone::Calm
        },
        due: Due {
            text: due.to_owned(),
            icon: match (due, state) {
                ("no term", _) => "",
                (_, State::Ends) => "calendar-off",
                _ => "refresh",
            },
            word: if state == State::Ends {
                "ends"
            } else {
                "renews"
            },
        },
        stop: Stop {
            text: stop.0.to_owned(),
            tone: stop.1,
        },
        status: status::subscription(state),
        resource: "mock-7c1e-40aa".to_owned(),
    };
    let (bad, info, calm) = (Tone::Bad, Tone::Info, Tone::Calm);
    SubscriptionList {
        columns,
        shown: shown(costs),
        rows: vec![
            row(
                "Tin Lantern Studios Ltd",
                "Microsoft",
                "Microsoft 365 Business Premium",
                "1 year, monthly",
                "15",
                "261.00",
                "15.3 %",
                "26 Nov 2026",
                ("25 Nov, 2 d", bad),
                State::Active,
            ),
            row(
                "Paper Boat Shipping ApS",
                "Google",
                "Google Workspace Business Plus",
                "1 year, monthly",
                "6",
                "96.60",
                "11.5 %",
                "26 Nov 2026",
                ("25 Nov, 2 d", bad),
                State::Active,
            ),
            row(
                "Quillfeather Legal LLP",
                "Sentinel",
                "Sentinel Fox Endpoint",
                "1 year, yearly",
                "25",
                "81.67",
                "24.8 %",
                "30 Nov 2026",
                ("decided", calm),
                State::Ends,
            ),
            row(
                LONG,
                "Microsoft",
                "Microsoft 365 Apps for Enterprise with unattended licence and a very long name that goes on",
                "unknown term, each second week",
                "100,000",
                "1,234,567.89",
                "15.2 %",
                "8 Dec 2026",
                ("7 Dec, 14 d", info),
                State::Trial,
            ),
            row(
                "Quillfeather Legal LLP",
                "Microsoft",
                "Microsoft 365 Business Standard",
                "1 year, monthly",
                "18",
                "177.84",
                "15.3 %",
                "14 Dec 2026",
                ("13 Dec, 20 d", info),
                State::Active,
            ),
            row(
                "Marmalade & Sons Ltd",
                "Microsoft",
                "Visio Plan 1",
                "1 year, monthly",
                "4",
                "16.20",
                "15.3 %",
                "9 Jan 2027",
                ("decided", calm),
                State::Suspended,
            ),
            row(
                "ION 50201 Whistling Kettle",
                "Microsoft",
                "Microsoft 365 E5",
                "3 years, yearly",
                "96",
                "5,140.80",
                "",
                "2 Aug 2028",
                ("1 Aug 2028", info),
                State::Pending,
            ),
            row(
                "Copper Kite Energy AB",
                "Microsoft",
                "Azure plan",
                "by use",
                "",
                "",
                "4.0 %",
                "no term",
                ("any time", info),
                State::Unknown,
            ),
        ],
        empty: None,
        csrf: "sample-csrf".to_owned(),
        pager: Pager {
            words: "1–8 of 1,284 subscriptions".to_owned(),
            note: String::new(),
            previous: None,
            next: Some("/subscriptions?after=x".to_owned()),
            sizes: vec![ChipOption {
                label: "50 rows".to_owned(),
                count: String::new(),
                href: "/subscriptions?size=50".to_owned(),
                on: true,
            }],
        },
        chips: None,
    }
}

fn empty() -> SubscriptionsPage {
    SubscriptionsPage {
        summary: "None read yet.".to_owned(),
        exports: Vec::new(),
        list: SubscriptionList {
            rows: Vec::new(),
            empty: Some(
                parts::Empty::new("refresh-dot", "No subscriptions yet", "Read them from Ion: those bought here and those bought in the Ion portal. Nothing is changed there.")
                    .with(Button::post("Read the subscriptions", "/subscriptions/read").primary()),
            ),
            pager: Pager::single("No subscriptions"),
            ..list(true)
        },
        ..list_page(list(true))
    }
}

fn failed() -> SubscriptionsPage {
    SubscriptionsPage {
        notes: vec![
            Note::new(Tone::Bad, "circle-x", "The last reading of “Nordics” failed", "Ion answered with an error after 412 subscriptions. This list shows what was known before; it is read again at 10:57.")
                .with(Button::link("See the run", "/activity/runs/1")),
        ],
        ..empty()
    }
}

fn of_customer() -> CustomerSubscriptions {
    CustomerSubscriptions {
        frame: under(
            "Quillfeather Legal LLP",
            Section::Customers,
            &[("Customers", "/customers")],
        ),
        head: customers::head("Subscriptions"),
        figures: vec![
            parts::Figure::new("Cost per month", "986.10", "9 subscriptions").of("EUR"),
            parts::Figure::new("Sales per month", "1,168.40", "by the margin rules").of("EUR"),
            parts::Figure::new("Margin", "15.6 %", ""),
            parts::Figure::new("Next renewal", "30 Nov", "Sentinel Fox Endpoint ends"),
        ],
        new_href: Some("/orders/new?customer=1".to_owned()),
        all_href: "/subscriptions?customer=1".to_owned(),
        list: SubscriptionList {
            shown: ShownColumns {
                customer: false,
                ..shown(true)
            },
            columns: list(true)
                .columns
                .into_iter()
                .filter(|column| column.label != "Customer")
                .collect(),
            ..list(true)
        },
    }
}

fn effect(delta: &str, seats: &str) -> ChangeEffect {
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

fn detail() -> SubscriptionPage {
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

fn unknown() -> SubscriptionPage {
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

fn renewals() -> RenewalsPage {
    let entry = |kind, name: &str, detail: &str| Entry {
        href: "/subscriptions/1".to_owned(),
        kind,
        name: name.to_owned(),
        detail: detail.to_owned(),
        sentence: format!("{name}: {detail}"),
    };
    use EntryKind::{Ends, LastDay, LoginEnds, LoginSoon, Notable, Renews};
    let entries = |day: u32| match day {
        2 => vec![
            entry(LastDay, "Tin Lantern Studios Ltd", "3,369.60"),
            entry(LastDay, "Paper Boat Shipping ApS", "1,159.20"),
        ],
        7 => vec![entry(Ends, "Quillfeather Legal LLP", "ends")],
        8 => vec![
            entry(Renews, "Moonpenny Bakery GmbH", "1,422.72"),
            entry(Renews, "Hedgehog Logistics Oy", "96.00"),
        ],
        13 => vec![entry(LoginSoon, "Login, 14 d", "first warning")],
        15 => vec![
            entry(Renews, "Quillfeather Legal LLP", "74.10"),
            entry(Renews, LONG, "42.00"),
        ],
        21 => vec![entry(Notable, "Quillfeather Legal LLP", "2,134.08")],
        26 => vec![entry(Notable, "Hedgehog Logistics Oy", "16,623.36")],
        27 => vec![entry(LoginEnds, "Login ends", "paste new ones")],
        _ => Vec::new(),
    };
    let start: jiff::civil::Date = "2026-11-23".parse().expect("a literal");
    let days = (0..42_u32)
        .map(|place| {
            let date = start
                .checked_add(jiff::Span::new().days(i64::from(place)))
                .expect("a day");
            Day {
                iso: date.to_string(),
                label: if date.day() == 1 {
                    date.strftime("%-d %b").to_string()
                } else {
                    date.day().to_string()
                },
                name: date.strftime("%A, %-d %B %Y").to_string(),
                today: place == 0,
                out: place > 38,
                entries: entries(place),
                more: (place == 15).then(|| Link::new("+4 more", "/subscriptions?due=x")),
            }
        })
        .collect();
    let urgent = |customer: &str, what: &str, amount: &str, left: &str, tone| Urgent {
        href: "/subscriptions/1".to_owned(),
        customer: customer.to_owned(),
        what: what.to_owned(),
        amount: amount.to_owned(),
        currency: String::new(),
        left: left.to_owned(),
        tone,
        test: false,
    };
    RenewalsPage {
        frame: under("Renewals", Section::Subscriptions, &[("Subscriptions", "/subscriptions")]),
        summary: "Next 6 weeks: 58 renewals that would bind 27,730.00 EUR. 2 of them can be stopped for 2 more days.".to_owned(),
        tabs: tabs(1),
        notes: Vec::new(),
        exports: vec![Link::new("CSV", "/subscriptions/export.csv")],
        feed_href: "/renewals.ics".to_owned(),
        span: "23 November 2026 – 3 January 2027".to_owned(),
        earlier: "/subscriptions/renewals?from=2026-10-12".to_owned(),
        later: "/subscriptions/renewals?from=2027-01-04".to_owned(),
        today: String::new(),
        views: vec![
            ViewWay { label: "6 weeks", href: "/subscriptions/renewals".to_owned(), here: true },
            ViewWay { label: "Year", href: "/subscriptions/renewals?view=year".to_owned(), here: false },
        ],
        days,
        months: Vec::new(),
        amounts: "Amounts: EUR that would be bound".to_owned(),
        empty: None,
        urgent: vec![
            urgent("Tin Lantern Studios Ltd", "15 × Business Premium, 1 year", "3,369.60", "2 d to stop", Tone::Bad),
            urgent("Paper Boat Shipping ApS", "6 × Workspace Plus, 1 year", "1,159.20", "2 d to stop", Tone::Bad),
            urgent(LONG, "12 × Business Standard, 1 year", "1,422.72", "7 d", Tone::Calm),
            urgent("Hedgehog Logistics Oy", "74 × Business Premium, 7.6 %", "16,623.36", "25 d, low margin", Tone::Warn),
        ],
        urgent_words: "EUR bound".to_owned(),
        more: Some(Link::new("All 7 of the next 14 days", "/subscriptions?due=14")),
    }
}

fn year() -> RenewalsPage {
    let months = (0..12_i64)
        .map(|place| {
            let date: jiff::civil::Date = "2026-11-01".parse().expect("a literal");
            let date = date
                .checked_add(jiff::Span::new().months(place))
                .expect("a month");
            Month {
                label: date.strftime("%B %Y").to_string(),
                href: format!("/subscriptions/renewals?from={date}"),
                now: place == 0,
                renewals: if place == 6 {
                    String::new()
                } else {
                    format!("{} renew", 40 - place)
                },
                bound: match place {
                    6 => Vec::new(),
                    3 => vec!["38,500.00 EUR".to_owned(), "1,200.00 USD".to_owned()],
                    _ => vec![format!("{},410.00 EUR", 26 - place)],
                },
                share: if place == 6 {
                    0
                } else {
                    1000 - u32::try_from(place).unwrap_or(0) * 70
                },
                ends: if place == 1 {
                    "2 end".to_owned()
                } else {
                    String::new()
                },
                tone: if place == 0 { Tone::Bad } else { Tone::Calm },
            }
        })
        .collect();
    let base = renewals();
    RenewalsPage {
        span: "November 2026 – October 2027".to_owned(),
        days: Vec::new(),
        months,
        today: "/subscriptions/renewals?view=year".to_owned(),
        views: base
            .views
            .into_iter()
            .map(|way| ViewWay {
                here: !way.here,
                ..way
            })
            .collect(),
        ..renewals()
    }
}

fn quiet() -> RenewalsPage {
    let base = renewals();
    RenewalsPage {
        summary: "Next 6 weeks: nothing renews or ends.".to_owned(),
        days: base
            .days
            .into_iter()
            .map(|day| Day {
                entries: Vec::new(),
                more: None,
                ..day
            })
            .collect(),
        urgent: Vec::new(),
        urgent_words: String::new(),
        more: None,
        ..renewals()
    }
}

/// What the dashboard shows of subscriptions.
pub(super) fn tiles() -> SubscriptionTiles {
    let vendor = |name: &str, number: &str, cost: &str, share, margin: &str| VendorLine {
        vendor: name.to_owned(),
        href: format!("/subscriptions?vendor={name}"),
        subscriptions: number.to_owned(),
        cost: cost.to_owned(),
        currency: "EUR".to_owned(),
        share,
        margin: margin.to_owned(),
        tone: Tone::Calm,
    };
    let names = [
        "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
    ];
    let spend: Vec<Bar> = names
        .iter()
        .zip(0_u64..)
        .map(|(name, place)| Bar {
            label: (*name).to_owned(),
            title: format!("{name}: {},000 EUR", 29 + place),
            parts: vec![
                17_000 + place * 900,
                5_000 + place * 120,
                3_000 + place * 150,
                2_000 + place * 90,
                1_800,
            ],
            warn: false,
        })
        .collect();
    let mut bars = Bars::wide("What subscriptions cost by month in EUR, by vendor", spend);
    bars.line = (0_u64..12)
        .map(|place| {
            Some((
                if place % 3 == 0 {
                    format!("15.{place} %")
                } else {
                    String::new()
                },
                300 + place * 50,
            ))
        })
        .collect();
    "margin".clone_into(&mut bars.line_name);
    let weeks = [
        "now", "w49", "w50", "w51", "w52", "w53", "w1", "w2", "w3", "w4", "w5", "w6",
    ];
    let ahead = weeks
        .iter()
        .zip([
            4_500_u64, 1_900, 600, 18_800, 900, 1_200, 2_400, 38_500, 3_100, 2_000, 1_500, 5_600,
        ])
        .map(|(name, value)| Bar {
            label: (*name).to_owned(),
            title: format!("{name}: {value} EUR"),
            parts: vec![value],
            warn: *name == "now",
        })
        .collect();
    SubscriptionTiles {
        figures: vec![
            parts::Figure::new("Live subscriptions", "1,284", "402 customers").to("/subscriptions"),
            parts::Figure::new("Cost per month", "47,210.40", "and 1,204.11 USD").of("EUR"),
            parts::Figure::new(
                "Sales per month",
                "56,743.27",
                "97.2 % of the cost has a rule",
            )
            .of("EUR"),
            parts::Figure::new("Margin", "16.8 %", "of the sale price"),
            parts::Figure::new("Renewals in 30 days", "41", "26,410.00 EUR would be bound")
                .to("/subscriptions/renewals"),
        ],
        vendors: vec![
            vendor("Microsoft", "812", "27,610.00", 1000, "15.3 %"),
            vendor("Google", "121", "7,310.40", 265, "11.5 %"),
            vendor("AWS", "96", "5,270.00", 191, ""),
            vendor(
                "Security vendors and others with a long name",
                "255",
                "7,020.00",
                254,
                "24.8 %",
            ),
        ],
        vendors_words: "live subscriptions, a month".to_owned(),
        spend: Some(Spend {
            words: "last 12 months, EUR, by the seats and prices of today".to_owned(),
            bars,
            series: ["Microsoft", "Google", "AWS", "IBM", "Others"]
                .map(str::to_owned)
                .to_vec(),
            table: SpendTable {
                heads: ["Microsoft", "Google", "AWS", "IBM", "Others"]
                    .map(str::to_owned)
                    .to_vec(),
                rows: vec![(
                    "November 2026".to_owned(),
                    ["26,900.00", "6,320.00", "4,650.00", "2,990.00", "1,800.00"]
                        .map(str::to_owned)
                        .to_vec(),
                )],
            },
        }),
        ahead: Some(Ahead {
            words: "12 weeks, EUR bound".to_owned(),
            bars: Some(Bars::small(
                "Value of renewals by week for the next 12 weeks; the largest is 38.5 thousand",
                ahead,
            )),
            pressing: vec![
                Pressing {
                    href: "/subscriptions/1".to_owned(),
                    text: "Tin Lantern Studios · Business Premium".to_owned(),
                    left: "2 d left".to_owned(),
                    tone: Tone::Bad,
                },
                Pressing {
                    href: "/subscriptions/1".to_owned(),
                    text: format!("{LONG} · Workspace Plus"),
                    left: "2 d left".to_owned(),
                    tone: Tone::Bad,
                },
            ],
            nothing: false,
        }),
    }
}

/// How a sale price comes about.
pub(super) fn sale_card() -> crate::view::subscriptions::product::SaleCard {
    crate::view::subscriptions::product::SaleCard {
        variant: "1 year, monthly".to_owned(),
        facts: vec![
            fact("Cost", "18.72 EUR"),
            Fact::new("Rule", Value::Link(Link::new("Microsoft", "/settings/margins/1"))),
            fact("How", "cost + 18 %"),
            fact("Rounding", "up to the cent"),
            fact("Sale", "22.09 EUR"),
            fact("Margin", "15.3 %"),
            fact("Floor", "15 %, kept"),
        ],
        sentence: "22.09 by rule “Microsoft”: cost + 18 %, for this vendor; it comes before \"Everything else\".".to_owned(),
        rules: Link::new("Margins", "/settings/margins"),
    }
}

/// Who has a product.
pub(super) fn used_by() -> crate::view::subscriptions::product::UsedBy {
    use crate::view::subscriptions::product::{UsedBy, User};
    let user = |name: &str, seats: &str| User {
        href: "/subscriptions/1".to_owned(),
        name: name.to_owned(),
        seats: seats.to_owned(),
    };
    UsedBy {
        rows: vec![
            user("Far Meadow Schools Trust", "180 seats"),
            user("Hedgehog Logistics Oy", "74 seats"),
            user(LONG, "15 seats"),
        ],
        all: Some(Link::new("All 38", "/subscriptions?product=x")),
    }
}
