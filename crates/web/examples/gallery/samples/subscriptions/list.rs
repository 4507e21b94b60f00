//! The list of subscriptions: full, empty, failed, and of one customer.

use super::*;
use crate::view::subscriptions::list::{
    CustomerSubscriptions, Due, ShownColumns, Stop, SubscriptionList, SubscriptionRow,
    SubscriptionsPage,
};
use crate::view::table::{Chips, Sorted};

pub(super) fn list_page(list: SubscriptionList) -> SubscriptionsPage {
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

pub(super) fn list(costs: bool) -> SubscriptionList {
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

pub(super) fn empty() -> SubscriptionsPage {
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

pub(super) fn failed() -> SubscriptionsPage {
    SubscriptionsPage {
        notes: vec![
            Note::new(Tone::Bad, "circle-x", "The last reading of “Nordics” failed", "Ion answered with an error after 412 subscriptions. This list shows what was known before; it is read again at 10:57.")
                .with(Button::link("See the run", "/activity/runs/1")),
        ],
        ..empty()
    }
}

pub(super) fn of_customer() -> CustomerSubscriptions {
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
