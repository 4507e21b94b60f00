//! Orders: list, the three steps, one order in each of its states.

mod compose;
mod shown;

use domain::order::OrderState;

use super::{at, frame, html, times, under};
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::orders::list::*;
use crate::view::orders::new::*;
use crate::view::parts::Empty;
use crate::view::table::{Chips, Sorted};
use crate::view::*;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("orders", html(list_page(list(), false))),
        ("orders-partial", html(list())),
        ("orders-test", html(list_page(list(), true))),
        ("orders-none", html(list_page(nothing(), false))),
        ("orders-currencies", html(list_page(mixed(), false))),
        ("order-new", html(new(false))),
        ("order-new-none", html(new(true))),
        ("order-customer", html(choose_customer())),
    ];
    pages.extend(compose::pages());
    pages.extend(shown::pages());
    pages
}

/// Orders by state, for the dashboard.
pub(super) fn states() -> dashboard::OrderStates {
    let row = |state, number| dashboard::StateCount {
        status: status::order(state),
        number,
        href: format!("/orders?state={state}"),
    };
    dashboard::OrderStates {
        all: 148,
        href: "/orders".to_owned(),
        rows: vec![
            row(OrderState::Unconfirmed, 1),
            row(OrderState::AwaitingApproval, 3),
            row(OrderState::InProgress, 11),
            row(OrderState::Completed, 128),
            row(OrderState::Failed, 2),
            row(OrderState::Cancelled, 3),
        ],
    }
}

pub(super) const LONG: &str = "Hedgehog Logistics Oy, with a name that goes on for so long that no row of any table could hold it in one line";

fn list_page(list: OrderList, test: bool) -> OrdersPage {
    let mut frame = frame("Orders", Section::Orders);
    frame.test = test;
    if test {
        frame.connection = ConnectionCard::Test {
            name: "Sandbox".to_owned(),
            life: Some(Life {
                days: 27,
                total: 32,
            }),
            href: "/settings/integrations/1".to_owned(),
        };
    }
    OrdersPage {
        frame,
        summary: "148 orders, from here and from the Ion portal. Ion was read 40 s ago.".to_owned(),
        places: true,
        read_href: Some("/orders/read".to_owned()),
        tabs: CountedTabs {
            name: "Orders by need",
            tabs: [
                ("All", "148", Tone::Calm, true),
                ("Need you", "6", Tone::Warn, false),
                ("Unconfirmed", "1", Tone::Unsure, false),
                ("On their way", "11", Tone::Calm, false),
                ("Failed", "2", Tone::Bad, false),
                ("Drafts", "4", Tone::Calm, false),
                ("Placed in Ion", "", Tone::Calm, false),
            ]
            .into_iter()
            .map(|(label, count, tone, here)| CountedTab {
                label,
                href: "/orders".to_owned(),
                count: count.to_owned(),
                tone,
                here,
            })
            .collect(),
        },
        notes: Vec::new(),
        chips: Chips::new(vec![
            Chip {
                id: "state",
                label: "State",
                value: None,
                clear: "/orders".to_owned(),
                options: vec![ChipOption {
                    label: "Unconfirmed".to_owned(),
                    count: "1".to_owned(),
                    href: "/orders?state=unconfirmed".to_owned(),
                    on: false,
                }],
                range: None,
            },
            Chip {
                id: "vendor",
                label: "Vendor",
                value: Some("Microsoft".to_owned()),
                clear: "/orders".to_owned(),
                options: Vec::new(),
                range: None,
            },
        ]),
        search: Search {
            action: "/orders".to_owned(),
            value: String::new(),
            placeholder: "Order, customer, PO, reference",
            keep: Vec::new(),
        },
        choices: ["Customer", "What", "Vendor", "Per month", "Bound"]
            .into_iter()
            .map(|label| ChipOption {
                label: label.to_owned(),
                count: String::new(),
                href: "/orders?columns=customer".to_owned(),
                on: label != "Vendor",
            })
            .collect(),
        exports: vec![
            Link::new("CSV", "/orders/export.csv"),
            Link::new("JSON", "/orders/export.json"),
        ],
        list,
    }
}

pub(super) const SHOWN: ShownColumns = ShownColumns {
    customer: true,
    what: true,
    vendor: false,
    monthly: true,
    bound: true,
    next: true,
    reference: false,
    ion: false,
    placed: true,
};

fn columns() -> Vec<Column> {
    vec![
        Column::sortable("Order", "", "?sort=number", None),
        Column::sortable("Customer", "", "?sort=customer", None),
        Column::plain("What", "m-hide t-hide"),
        Column::plain("Per month (EUR)", "n m-hide t-hide"),
        Column::sortable("Bound (EUR)", "n", "?sort=bound", None),
        Column::sortable("State", "", "?sort=state", None),
        Column::plain("What is next", ""),
        Column::sortable("Placed", "t-hide", "?sort=-placed", Some(Sorted::Down)),
    ]
}

struct Told<'a>(
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    OrderState,
    &'a str,
    &'a str,
);

fn list() -> OrderList {
    let rows = [
        Told(
            "O-2041",
            "Quillfeather Legal LLP",
            "Microsoft 365 Business Premium",
            "2 lines",
            "542.10",
            "5,690.10",
            OrderState::Unconfirmed,
            "Next look in",
            "2026-11-23T10:41:00Z",
        ),
        Told(
            "O-2040",
            "Sandcastle Airlines S.A.",
            "Microsoft 365 E5",
            "40 seats, 3 years",
            "2,142.00",
            "77,112.00",
            OrderState::AwaitingApproval,
            "Needs Alex Example",
            "2026-11-23T10:12:00Z",
        ),
        Told(
            "O-2039",
            LONG,
            "Sentinel Fox Endpoint",
            "74 seats, 1 year",
            "241.73",
            "2,900.80",
            OrderState::InProgress,
            "52 min, usually 2 h",
            "2026-11-23T09:50:00Z",
        ),
        Told(
            "O-2038",
            "Moonpenny Bakery GmbH",
            "Business Standard",
            "+3 seats, now 12",
            "118.56",
            "237.12",
            OrderState::Completed,
            "took 3 min 40 s",
            "2026-11-23T09:31:00Z",
        ),
        Told(
            "O-2037",
            "Marmalade & Sons <Ltd>",
            "Google Workspace Plus",
            "7 seats, 1 year",
            "112.70",
            "1,352.40",
            OrderState::Failed,
            "See why",
            "2026-11-23T09:02:00Z",
        ),
        Told(
            "O-2036",
            "Tin Lantern Studios Ltd",
            "AWS Support, Business",
            "1, monthly",
            "104.00",
            "104.00",
            OrderState::OnHold,
            "Waits for TD SYNNEX",
            "2026-11-23T08:47:00Z",
        ),
        Told(
            "O-2035",
            "Far Meadow Schools Trust",
            "Business Premium",
            "−20 seats at renewal",
            "2,852.80",
            "0.00",
            OrderState::Scheduled,
            "Sent 14 Jan 2027, 10:00",
            "2026-11-23T08:15:00Z",
        ),
        Told(
            "O-2034",
            "Paper Boat Shipping ApS",
            "Workspace Plus",
            "cancel",
            "",
            "",
            OrderState::Submitting,
            "On its way to Ion",
            "2026-11-22T08:15:00Z",
        ),
        Told(
            "ION-88121",
            "Copper Kite Energy AB",
            "Azure plan",
            "by use",
            "",
            "",
            OrderState::Completed,
            "Placed in the Ion portal",
            "2026-11-22T08:15:00Z",
        ),
        Told(
            "O-2033",
            "مخبز ضوء القمر",
            "Visio Plan 1",
            "4 seats, 1 month",
            "16.20",
            "16.20",
            OrderState::Cancelled,
            "By Sam Sample",
            "2026-11-22T08:15:00Z",
        ),
        Told(
            "O-2032",
            "no customer yet",
            "Business Premium",
            "12 seats, 1 year",
            "224.64",
            "2,695.68",
            OrderState::Draft,
            "Choose the customer",
            "2025-11-21T08:15:00Z",
        ),
    ];
    OrderList {
        columns: columns(),
        shown: SHOWN,
        rows: rows
            .into_iter()
            .map(
                |Told(number, customer, what, detail, monthly, bound, state, next, placed)| {
                    OrderRow {
                        href: "/orders/1".to_owned(),
                        number: number.to_owned(),
                        test: false,
                        customer: customer.to_owned(),
                        what: what.to_owned(),
                        what_detail: detail.to_owned(),
                        vendor: "Microsoft".to_owned(),
                        monthly: monthly.to_owned(),
                        bound: bound.to_owned(),
                        currency: String::new(),
                        status: status::order(state),
                        next: next.to_owned(),
                        next_at: if state == OrderState::Unconfirmed {
                            "2099-11-23T10:42:24Z".to_owned()
                        } else {
                            String::new()
                        },
                        reference: "ib-01JD2M7Q3K".to_owned(),
                        ion: "88097".to_owned(),
                        placed: times().ago(at(placed)),
                    }
                },
            )
            .collect(),
        empty: None,
        csrf: "sample-csrf".to_owned(),
        pager: Pager {
            words: "1–11 of 148 orders".to_owned(),
            note: String::new(),
            previous: None,
            next: Some("/orders?after=x".to_owned()),
            sizes: vec![ChipOption {
                label: "50 rows".to_owned(),
                count: String::new(),
                href: "#".to_owned(),
                on: true,
            }],
        },
        chips: None,
    }
}

/// Two currencies, and every column.
fn mixed() -> OrderList {
    let mut list = list();
    list.shown.vendor = true;
    list.shown.reference = true;
    list.shown.ion = true;
    list.columns = [
        ("Order", ""),
        ("Customer", ""),
        ("What", "m-hide t-hide"),
        ("Vendor", "t-hide"),
        ("Per month", "n t-hide"),
        ("Bound", "n"),
        ("State", ""),
        ("What is next", ""),
        ("Reference", "t-hide"),
        ("Ion order", "t-hide"),
        ("Placed", "t-hide"),
    ]
    .into_iter()
    .map(|(label, class)| Column::plain(label, class))
    .collect();
    for (place, row) in list.rows.iter_mut().enumerate() {
        let currency = if place % 3 == 1 { "USD" } else { "EUR" };
        currency.clone_into(&mut row.currency);
        row.test = place == 3;
    }
    list
}

fn nothing() -> OrderList {
    OrderList {
        rows: Vec::new(),
        empty: Some(
            Empty::new(
                "receipt",
                "No orders yet",
                "Put one together here; what is placed in the Ion portal comes in by itself.",
            )
            .with(Button::link("New order", "/orders/new").primary()),
        ),
        pager: Pager::single("No orders"),
        ..list()
    }
}

fn new(nobody: bool) -> NewOrderPage {
    let row = |name: &str, detail: &str, state, on| CustomerFound {
        id: "01890000-0000-7000-8000-000000000001".to_owned(),
        initials: format::initials(name),
        name: name.to_owned(),
        detail: detail.to_owned(),
        status: status::customer(state),
        on,
    };
    use domain::customer::LinkState;
    NewOrderPage {
        frame: under("New order", Section::Orders, &[("Orders", "/orders")]),
        notes: if nobody {
            vec![
                Note::new(
                    Tone::Warn,
                    "plug",
                    "StreamOne Ion is not connected",
                    "A draft can be put together; placing it needs a connection.",
                )
                .with(Button::link("Connect", "/settings/integrations")),
            ]
        } else {
            Vec::new()
        },
        product: if nobody {
            String::new()
        } else {
            "Microsoft 365 Business Premium, 1 year, monthly".to_owned()
        },
        connections: if nobody {
            Vec::new()
        } else {
            vec![
                Choice::new("1", "Benelux and DACH", true),
                Choice::new("2", "Nordics", false),
            ]
        },
        keep: vec![("variant".to_owned(), "1".to_owned())],
        query: if nobody { "zzz" } else { "" }.to_owned(),
        list: CustomersFound {
            csrf: "sample-csrf".to_owned(),
            action_href: "/orders/new".to_owned(),
            label: "Order for them",
            keep: vec![("variant".to_owned(), "1".to_owned())],
            rows: if nobody {
                Vec::new()
            } else {
                vec![
                    row(
                        "Quillfeather Legal LLP",
                        "C-0188 · London, GB · office@quillfeather.example",
                        LinkState::Linked,
                        true,
                    ),
                    row(
                        "Marmalade & Sons <Ltd>",
                        "C-0204 · Leeds, GB",
                        LinkState::Conflict,
                        false,
                    ),
                    row(LONG, "C-0301 · Oulu, FI", LinkState::NotInIon, false),
                    row(
                        "مخبز ضوء القمر",
                        "C-0410 · Dubai, AE",
                        LinkState::Linked,
                        false,
                    ),
                ]
            },
            nothing: if nobody {
                "Nobody is called “zzz” here"
            } else {
                ""
            }
            .to_owned(),
            more: if nobody {
                ""
            } else {
                "The first 4 of 1,226. Type more letters."
            }
            .to_owned(),
            without: true,
        },
    }
}

fn choose_customer() -> ChooseCustomerPage {
    let begun = new(false);
    ChooseCustomerPage {
        frame: under(
            "For whom",
            Section::Orders,
            &[("Orders", "/orders"), ("O-2041", "/orders/1/edit/review")],
        ),
        number: "O-2041".to_owned(),
        here: "/orders/1/edit/customer".to_owned(),
        back_href: "/orders/1/edit/review".to_owned(),
        orders_href: "/orders".to_owned(),
        query: String::new(),
        list: CustomersFound {
            action_href: "/orders/1/edit/customer".to_owned(),
            label: "Choose",
            keep: vec![("version".to_owned(), "7".to_owned())],
            without: false,
            ..begun.list
        },
    }
}
