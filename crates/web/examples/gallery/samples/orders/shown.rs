//! One order, in each of its states; and the orders of a customer.

use domain::order::OrderState;

use super::super::{at, fact, html, times, under};
use super::{LONG, list};
use crate::view::customers::card::CustomerHead;
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::orders::list::CustomerOrders;
use crate::view::orders::money::*;
use crate::view::orders::order::*;
use crate::view::*;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    let page = |body: OrderBody, polls: bool| OrderPage {
        frame: under(&body.title, Section::Orders, &[("Orders", "/orders")]),
        poll_href: if polls { "/orders/1/body" } else { "" }.to_owned(),
        tag: "\"1\"".to_owned(),
        here: "/orders/1".to_owned(),
        body,
        login: None,
    };
    let mut login = page(completed(), false);
    login.login = Some(FirstLogin::new(
        "Microsoft made a new tenant and this first administrator. It signs in with it once, and is asked for a new password.",
        "/orders/1",
        "admin@copperkite.onms.example".into(),
        "Tr0ub4dor-and-3".into(),
    ));
    vec![
        ("order", html(page(unclear(false, ""), true))),
        ("order-part", html(unclear(false, ""))),
        ("order-not-found", html(page(unclear(true, ""), true))),
        (
            "order-adopt-wrong",
            html(page(
                unclear(true, "Ion has no order 99 of this customer."),
                true,
            )),
        ),
        ("order-completed", html(page(completed(), false))),
        ("order-login", html(login)),
        ("order-failed", html(page(failed(), false))),
        ("order-scheduled", html(page(scheduled(), true))),
        ("order-read-only", html(page(read_only(), false))),
        ("customer-orders", html(of_customer())),
    ]
}

fn point(
    next: bool,
    tone: Tone,
    icon: &'static str,
    title: &str,
    detail: &str,
    when: &str,
) -> TimelinePoint {
    TimelinePoint {
        next,
        tone,
        icon,
        title: title.to_owned(),
        detail: detail.to_owned(),
        request: if icon == "search" {
            "7f3a55d0-91c".to_owned()
        } else {
            String::new()
        },
        at: when.contains('T').then(|| times().second(at(when))),
        when: when.to_owned(),
    }
}

fn base(state: OrderState) -> OrderBody {
    let line = |name: &str, detail: &str, amount: &str| LineShown {
        name: name.to_owned(),
        href: "/products/1".to_owned(),
        detail: detail.to_owned(),
        amount: amount.to_owned(),
        currency: String::new(),
        failed: false,
        void: false,
    };
    let sum = |name: &str, amount: &str, strong| SumLine {
        name: name.to_owned(),
        amount: amount.to_owned(),
        currency: String::new(),
        strong,
        detail: String::new(),
    };
    let three = |name: &str, icon, tone, value: &str| ThreeFact {
        name: name.to_owned(),
        icon,
        tone,
        value: value.to_owned(),
    };
    OrderBody {
        csrf: "sample-csrf".to_owned(),
        title: "Order O-2041".to_owned(),
        status: status::order(state),
        test: false,
        customer: Some(Link::new("Quillfeather Legal LLP", "/customers/1")),
        facts_line: "placed by Sam Sample, 23 Nov 2026, 10:41".to_owned(),
        reference: "ib-01JD2M7Q3K".to_owned(),
        actions: vec![Button::post("Copy to new", "/orders/1/copy").with_icon("copy")],
        more: Vec::new(),
        notes: Vec::new(),
        unclear: None,
        failed: None,
        three: vec![
            three("Accepted by Ion", "circle-check", Tone::Ok, "20 Nov, 15:22"),
            three(
                "Provisioned by Microsoft",
                "circle-check",
                Tone::Ok,
                "20 Nov, 15:26",
            ),
            three("Billed", "circle-dashed", Tone::Calm, "not yet"),
        ],
        timeline: vec![
            point(
                false,
                Tone::Info,
                "send",
                "Submitting",
                "One request sent, reference ib-01JD2M7Q3K",
                "2026-11-23T10:41:09Z",
            ),
            point(
                false,
                Tone::Ok,
                "device-floppy",
                "Intent saved",
                "Lines, prices and reference, before anything was sent",
                "2026-11-23T10:41:09Z",
            ),
            point(
                false,
                Tone::Ok,
                "user-check",
                "Confirmed by Sam Sample",
                "Typed 5,690.10; accepted 18.72 instead of 18.10",
                "2026-11-23T10:41:08Z",
            ),
            point(
                false,
                Tone::Calm,
                "pencil",
                "Draft",
                "",
                "2026-11-12T16:02:00Z",
            ),
        ],
        requests: false,
        requests_href: "?requests=1".to_owned(),
        lines: vec![
            line(
                "Microsoft 365 Business Premium",
                "25 × 18.72, 1 year, monthly",
                "468.00",
            ),
            line(
                "Microsoft Teams Phone Standard",
                "10 × 7.41, 1 month, monthly",
                "74.10",
            ),
        ],
        currency: "EUR".to_owned(),
        sums: vec![
            sum("Cost per month", "542.10", false),
            sum("Sales per month", "639.65", false),
            sum("Margin", "97.55, 15.3 %", false),
            sum("Bound in all", "5,690.10", true),
        ],
        no_money: String::new(),
        details: vec![
            Fact::new(
                "Customer",
                Value::Link(Link::new("Quillfeather Legal LLP", "/customers/1")),
            ),
            fact("Ion customer", "49988"),
            Fact::new("Ion order", Value::Absent("not known yet".to_owned())),
            fact("PO", "QL-2026-118"),
            fact("Last day to cancel", "30 Nov 2026, if placed"),
            fact("Usual time", "4 min for Microsoft"),
        ],
        subscriptions: Vec::new(),
        note: String::new(),
        finished: state.is_final(),
        announce: format!("Order O-2041 is {}", status::order(state).word),
    }
}

fn asked(id: &'static str, label: &str, bad: bool) -> Asked {
    Asked {
        id,
        label: label.to_owned(),
        icon: if bad { "ban" } else { "send" },
        bad,
        question: format!("{label}: O-2041?"),
        text: "Ion is searched once more, completely, right before it leaves; it is sent with the same reference.".to_owned(),
        keep: "Leave it",
        act: label.to_owned(),
        href: "/orders/1/send-again".to_owned(),
        state: "unconfirmed",
    }
}

fn unclear(not_found: bool, wrong: &str) -> OrderBody {
    let mut body = base(OrderState::Unconfirmed);
    body.unclear = Some(Unclear {
        title: if not_found {
            "Ion does not show this order"
        } else {
            "We do not know yet whether Ion has this order"
        }
        .to_owned(),
        text: "The connection broke after the order was sent and before Ion’s answer came."
            .to_owned(),
        strong: "It will not be sent again by itself.".to_owned(),
        doing: "We search Ion for its reference; Ion may list it some minutes late.".to_owned(),
        look: if not_found {
            "Looked 12 times, last at"
        } else {
            "Look 3 of 12, next in"
        }
        .to_owned(),
        next_at: if not_found {
            String::new()
        } else {
            "2099-11-23T10:44:00Z".to_owned()
        },
        next_words: "10:44:00".to_owned(),
        bar: (!not_found).then_some((3, 12)),
        until: if not_found {
            "10:56:12. You decide now; we go on looking meanwhile."
        } else {
            "Until 10:56 you need not do anything."
        }
        .to_owned(),
        look_href: Some("/orders/1/look".to_owned()),
        again: Some(asked("again", "Send again", false)),
        again_not: if not_found {
            ""
        } else {
            "Send again: possible once Ion has been searched completely, at 10:56."
        }
        .to_owned(),
        give_up: not_found.then(|| asked("give-up", "Close it unsent", true)),
        adopt: Some(Adopt {
            href: "/orders/1/adopt".to_owned(),
            alike: vec![
                LookAlike {
                    ion_id: "88097".to_owned(),
                    detail: "NEW · made 23 Nov 2026, 10:41:30".to_owned(),
                    reasons:
                        "same customer, product, plan and quantity, made 21 s after ours was sent"
                            .to_owned(),
                },
                LookAlike {
                    ion_id: "88093".to_owned(),
                    detail: "COMPLETED · made 23 Nov 2026, 09:12:04".to_owned(),
                    reasons: "same customer and product".to_owned(),
                },
            ],
            typed: if wrong.is_empty() { "" } else { "99" }.to_owned(),
            error: wrong.to_owned(),
        }),
    });
    body.three = vec![
        ThreeFact {
            name: "Accepted by Ion".to_owned(),
            icon: "help-hexagon",
            tone: Tone::Unsure,
            value: "Unknown".to_owned(),
        },
        ThreeFact {
            name: "Provisioned by Microsoft".to_owned(),
            icon: "circle-dashed",
            tone: Tone::Calm,
            value: "Not yet".to_owned(),
        },
        ThreeFact {
            name: "Billed".to_owned(),
            icon: "circle-dashed",
            tone: Tone::Calm,
            value: "Not yet".to_owned(),
        },
    ];
    let mut timeline = vec![
        point(
            true,
            Tone::Calm,
            "player-skip-forward",
            "If it is found",
            "It becomes Placed and we follow it to the end.",
            "then",
        ),
        point(
            true,
            Tone::Calm,
            "arrow-back-up",
            "If it is not found by 10:56",
            "You may send it again, with the same reference. Nothing happens by itself.",
            "10:56",
        ),
        point(
            false,
            Tone::Unsure,
            "search",
            "Looked at Ion: not there",
            "3 newest orders of the customer read, back to 10:39.",
            "2026-11-23T10:43:31Z",
        ),
        point(
            false,
            Tone::Unsure,
            "plug-x",
            "Unconfirmed",
            "No answer after 30 s; connection reset by Ion. It may have arrived.",
            "2026-11-23T10:41:39Z",
        ),
    ];
    timeline.append(&mut body.timeline);
    body.timeline = timeline;
    body.requests = not_found;
    body
}

fn completed() -> OrderBody {
    let mut body = base(OrderState::Completed);
    "Order O-2027".clone_into(&mut body.title);
    body.notes = vec![
        Note::new(
            Tone::Info,
            "key",
            "Microsoft made a new tenant and a first administrator",
            "The password is shown once, to you, who placed the order. After that it is gone here; Microsoft asks for a new one at the first sign-in.",
        )
        .with(Button::post("Show the password once", "/orders/1/login/0/show").with_icon("eye"))
        .with(Button::post("Forget it unseen", "/orders/1/login/0/forget")),
    ];
    body.subscriptions = vec![Link::new(
        "Microsoft 365 Business Premium, 25 seats, until 22 Nov 2027",
        "/subscriptions/1",
    )];
    "Ask Robin before the renewal.\nTheir PO is valid for a year.".clone_into(&mut body.note);
    body.timeline.insert(
        0,
        point(
            true,
            Tone::Calm,
            "calendar-x",
            "Last day to cancel",
            "After that 5,616.00 EUR is owed until 22 Nov 2027.",
            "30 Nov, 10:00",
        ),
    );
    body
}

fn failed() -> OrderBody {
    let mut body = base(OrderState::Failed);
    "Order O-2037".clone_into(&mut body.title);
    body.customer = Some(Link::new(LONG, "/customers/1"));
    body.failed = Some(Failed {
        title: "Google refused: the domain marmalade.example is already used by another Google account".to_owned(),
        text: "Nothing was bought and nothing is owed. Ask the customer for a transfer token, or mend the domain. Two ways on:".to_owned(),
        ways: vec![
            FailedWay {
                title: "Mend it and order again".to_owned(),
                text: "A new draft with the same lines, open at the field that was refused. This order stays as it is.".to_owned(),
                action: Button::post("Order again, with the domain to mend", "/orders/1/copy").primary(),
            },
            FailedWay {
                title: "Change the customer first".to_owned(),
                text: "If the domain of the customer is wrong: change it there, it goes to Ion by itself.".to_owned(),
                action: Button::link("Open the customer", "/customers/1"),
            },
        ],
        words: vec![TheirWords {
            text: "Domain marmalade.example already exists in another customer account. Provide a valid transfer token. <script>alert(1)</script>".to_owned(),
            from: "Google, by Ion".to_owned(),
        }],
        facts: vec![
            Fact::new("Code", Value::Mono("GOOGLE_DOMAIN_EXISTS".to_owned())),
            fact("Item", "1 of 1, Google Workspace Business Plus"),
            Fact::new("Field", Value::Mono("domainName = marmalade.example".to_owned())),
            Fact::new("Ion request", Value::Mono("e71c44d0-5b1f-4a22-9d7d-c3b0f5a9122a".to_owned())),
        ],
    });
    for line in &mut body.lines {
        line.void = true;
    }
    if let Some(line) = body.lines.first_mut() {
        line.failed = true;
    }
    body.sums = vec![
        SumLine {
            name: "Would have bound".to_owned(),
            amount: "1,352.40".to_owned(),
            currency: String::new(),
            strong: false,
            detail: String::new(),
        },
        SumLine {
            name: "Bound in all".to_owned(),
            amount: "0.00".to_owned(),
            currency: String::new(),
            strong: true,
            detail: String::new(),
        },
    ];
    body.three = vec![
        ThreeFact {
            name: "Accepted by Ion".to_owned(),
            icon: "circle-check",
            tone: Tone::Ok,
            value: "09:02:12".to_owned(),
        },
        ThreeFact {
            name: "Provisioned by Google".to_owned(),
            icon: "circle-x",
            tone: Tone::Bad,
            value: "Refused, 09:04:40".to_owned(),
        },
        ThreeFact {
            name: "Billed".to_owned(),
            icon: "ban",
            tone: Tone::Calm,
            value: "Never".to_owned(),
        },
    ];
    body.timeline.insert(
        0,
        point(
            false,
            Tone::Bad,
            "circle-x",
            "Failed",
            "The item is in ERROR; Ion does not try again.",
            "2026-11-23T10:45:10Z",
        ),
    );
    body
}

fn scheduled() -> OrderBody {
    let mut body = base(OrderState::Scheduled);
    body.notes =
        vec![
        Note::new(
            Tone::Info,
            "calendar-time",
            "It is sent on 14 Jan 2027 at 10:00",
            "Prices are looked at again before it leaves; should one have risen, it waits for you.",
        )
        .with(Button::post("Take it back and change it", "/orders/1/take-back")),
    ];
    body.more = vec![asked("cancel", "Cancel the order", true)];
    body.three.clear();
    body
}

fn read_only() -> OrderBody {
    let mut body = base(OrderState::InProgress);
    body.actions.clear();
    body.sums.clear();
    "Your role does not show costs.".clone_into(&mut body.no_money);
    for line in &mut body.lines {
        line.amount.clear();
        "25 seats, 1 year, monthly".clone_into(&mut line.detail);
    }
    body.notes = vec![Note::new(
        Tone::Warn,
        "clock-exclamation",
        "It stands for longer than usual",
        "Microsoft is usually done in 4 min; this one is in progress for 3 h 12 min. It is asked for every 5 minutes; nothing is owed twice.",
    )];
    body
}

fn of_customer() -> CustomerOrders {
    let mut list = list();
    list.shown.customer = false;
    list.columns.remove(1);
    if let Some(column) = list.columns.get_mut(1) {
        column.class = "";
    }
    CustomerOrders {
        frame: under(
            "Quillfeather Legal LLP",
            Section::Customers,
            &[("Customers", "/customers")],
        ),
        head: CustomerHead {
            initials: "QL".to_owned(),
            name: "Quillfeather Legal LLP".to_owned(),
            status: status::customer(domain::customer::LinkState::Linked),
            test: false,
            facts_line: "C-0188 · Ion 49988 · London, GB".to_owned(),
            edit_href: None,
            tabs: CountedTabs {
                name: "Customer",
                tabs: vec![CountedTab {
                    label: "Orders",
                    href: "/customers/1/orders".to_owned(),
                    count: String::new(),
                    tone: Tone::Calm,
                    here: true,
                }],
            },
            notes: Vec::new(),
        },
        new_href: Some("/orders/new?customer=1".to_owned()),
        all_href: "/orders?customer=1".to_owned(),
        list,
    }
}
