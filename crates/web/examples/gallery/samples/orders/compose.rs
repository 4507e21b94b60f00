//! The three steps.

use domain::order::OrderState;

use super::super::{html, under};
use super::LONG;
use crate::view::orders::compose::*;
use crate::view::orders::money::*;
use crate::view::orders::products::*;
use crate::view::orders::provisioning::*;
use crate::view::orders::review::*;
use crate::view::*;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("order-products", html(products(Kind::Two))),
        ("order-products-part", html(products(Kind::Two).body)),
        ("order-products-empty", html(products(Kind::Empty))),
        ("order-products-adding", html(products(Kind::Adding))),
        ("order-products-moved", html(products(Kind::Moved))),
        ("order-change-seats", html(products(Kind::Change))),
        ("order-provisioning", html(provisioning(false))),
        ("order-provisioning-waiting", html(provisioning(true))),
        ("order-review", html(review(false))),
        ("order-review-wrong", html(review(true))),
        ("order-review-many", html(review_many())),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Two,
    Empty,
    Adding,
    Moved,
    Change,
}

fn head(here: u8) -> ComposeHead {
    ComposeHead {
        csrf: "sample-csrf".to_owned(),
        heading: "New order".to_owned(),
        status: status::order(OrderState::Draft),
        test: false,
        number: "O-2041".to_owned(),
        customer: Some(Link::new("Quillfeather Legal LLP", "/customers/1")),
        saved: "saved 10:37:52".to_owned(),
        discard_href: "/orders/1/discard".to_owned(),
        version: 7,
        steps: [
            (1, "Products and terms", "products"),
            (2, "What the vendor needs", "provisioning"),
            (3, "Review and submit", "review"),
        ]
        .into_iter()
        .map(|(number, label, path)| ComposeStep {
            number,
            label,
            place: match number {
                n if n < here => StepPlace::Done,
                n if n == here => StepPlace::Here,
                _ => StepPlace::Later,
            },
            href: format!("/orders/1/edit/{path}"),
        })
        .collect(),
        notes: Vec::new(),
        moved: None,
    }
}

fn summary(label: &str, act: &'static str) -> OrderSummary {
    let line = |name: &str, detail: &str, amount: &str| SummaryLine {
        name: name.to_owned(),
        detail: detail.to_owned(),
        amount: amount.to_owned(),
        currency: String::new(),
        per: "a month".to_owned(),
    };
    let sum = |name: &str, amount: &str, strong, detail: &str| SumLine {
        name: name.to_owned(),
        amount: amount.to_owned(),
        currency: String::new(),
        strong,
        detail: detail.to_owned(),
    };
    let places = act == "place";
    OrderSummary {
        words: "EUR, without tax".to_owned(),
        lines: vec![
            line(
                "Business Premium",
                "25 seats × 18.72, 1 year, monthly",
                "468.00",
            ),
            line(
                "Teams Phone Standard",
                "10 seats × 7.41, 1 month, monthly",
                "74.10",
            ),
        ],
        sums: vec![
            sum("Cost per month", "542.10", true, ""),
            sum("Sales per month", "639.65", false, ""),
            sum("Margin", "97.55, 15.3 %", false, ""),
            sum(
                "You are bound for",
                "5,690.10",
                true,
                "5,616.00 until Nov 2027, 74.10 until Dec 2026",
            ),
        ],
        go_on: Some(GoOn {
            label: label.to_owned(),
            icon: if places { "send" } else { "" },
            form: "compose-form",
            act,
            busy: if places { "Placing…" } else { "" },
            words: if places {
                "Sent to Ion once. If its answer gets lost, we look before we do anything."
            } else {
                ""
            }
            .to_owned(),
        }),
        source: "Prices of the import of today, 03:12.".to_owned(),
    }
}

fn matrix(name: &str, on: bool) -> Matrix {
    let option = |value: &str, price: &str, total: &str, on: bool| MatrixOption {
        value: value.to_owned(),
        price: price.to_owned(),
        currency: String::new(),
        plan: String::new(),
        total: total.to_owned(),
        on,
    };
    let one = |value: &str, price: &str, total: &str, on: bool| {
        MatrixCell::Offered(vec![option(value, price, total, on)])
    };
    Matrix {
        name: name.to_owned(),
        words: "cost per seat and month, EUR".to_owned(),
        columns: vec!["Billed monthly".to_owned(), "Billed yearly".to_owned()],
        rows: vec![
            MatrixRow {
                term: "1 month".to_owned(),
                detail: "leave any month".to_owned(),
                cells: vec![
                    one("1", "22.46", "561.50 a month for 25 seats", false),
                    MatrixCell::Not("not offered"),
                ],
            },
            MatrixRow {
                term: "1 year".to_owned(),
                detail: "bound until 22 Nov 2027".to_owned(),
                cells: vec![
                    one("2", "18.72", "468.00 a month, 5,616.00 in all", on),
                    one("3", "17.83", "5,349.00 now, for the year", false),
                ],
            },
            MatrixRow {
                term: "3 years".to_owned(),
                detail: "bound until 22 Nov 2029".to_owned(),
                cells: vec![
                    MatrixCell::Not("not in your price book"),
                    MatrixCell::Offered(vec![
                        MatrixOption {
                            plan: "with promotion".to_owned(),
                            ..option("4", "17.12", "5,136.00 a year, 15,408.00 in all", false)
                        },
                        MatrixOption {
                            plan: "standard".to_owned(),
                            ..option("5", "17.40", "5,220.00 a year, 15,660.00 in all", false)
                        },
                    ]),
                ],
            },
        ],
        hint: if on {
            "1 year, monthly: seats can be added at any time, but not taken away until 22 Nov 2027, except in the first 7 days.".to_owned()
        } else {
            String::new()
        },
        error: String::new(),
    }
}

fn quantity(name: &str, value: &str, error: &str) -> Quantity {
    Quantity {
        name: name.to_owned(),
        label: "Seats".to_owned(),
        value: value.to_owned(),
        hint: "1 to 300".to_owned(),
        min: Some(1),
        max: Some(300),
        error: error.to_owned(),
    }
}

fn po(name: String, label: &str, value: &str) -> Field {
    Field::new(name, label, FieldKind::Text)
        .optional()
        .value(value)
        .placeholder("none")
}

fn line(place: usize, name: &str, open: bool) -> LineEdit {
    LineEdit {
        place,
        vendor: "Microsoft".to_owned(),
        name: name.to_owned(),
        sku: String::new(),
        words: "10 seats · 1 month, monthly · 7.41 EUR".to_owned(),
        amount: "74.10".to_owned(),
        open,
        alone: false,
        notes: if place == 0 {
            vec![Note::new(Tone::Info, "info-circle", "Quillfeather Legal has no Business Premium yet, but 18 seats of Business Standard", "Ordering adds a second product. A seat change keeps their renewal date, 14 Dec 2026.").with(Button::link("Look at the subscription", "/subscriptions/1"))]
        } else {
            Vec::new()
        },
        matrix: matrix(&format!("variant.{place}"), true),
        quantity: quantity(&format!("quantity.{place}"), "25", ""),
        customer_po: po(format!("po.{place}"), "Customer’s PO", "QL-2026-118"),
        reseller_po: po(format!("own_po.{place}"), "Your PO", ""),
        add_ons: vec![
            AddOnEdit {
                name: format!("addon.{place}.0"),
                label: "Defender for Business".to_owned(),
                terms: "1 year, monthly".to_owned(),
                price: "2.60".to_owned(),
                quantity: "25".to_owned(),
                on: place == 1,
                error: String::new(),
            },
            AddOnEdit {
                name: format!("addon.{place}.1"),
                label: "Exchange Online Archiving for a very long name that wraps on a telephone"
                    .to_owned(),
                terms: "1 year, monthly".to_owned(),
                price: "2.71".to_owned(),
                quantity: if place == 1 { "0" } else { "" }.to_owned(),
                on: false,
                error: if place == 1 {
                    "Give a number of 1 or more, or leave it empty."
                } else {
                    ""
                }
                .to_owned(),
            },
        ],
    }
}

fn products(kind: Kind) -> ProductsPage {
    let mut head = head(1);
    if kind == Kind::Moved {
        head.moved = Some(Moved {
            title: "Someone else saved this draft at 10:38 (Kim Placeholder).".to_owned(),
            fields: vec![
                (
                    "Business Premium, seats".to_owned(),
                    "30".to_owned(),
                    "25".to_owned(),
                ),
                (
                    "Business Premium, your PO".to_owned(),
                    "none".to_owned(),
                    "R-77".to_owned(),
                ),
            ],
        });
    }
    if kind == Kind::Change {
        "Change seats".clone_into(&mut head.heading);
    }
    let found = |name: &str, detail: &str, price: &str, not: &str| ProductFound {
        href: "/orders/1/edit/products?product=1".to_owned(),
        vendor: "Microsoft".to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        price: price.to_owned(),
        currency: "EUR".to_owned(),
        not: not.to_owned(),
    };
    let mut summary = summary("Next: what Microsoft needs", "next");
    if kind == Kind::Empty || kind == Kind::Adding {
        summary.lines.clear();
        summary.sums.clear();
    }
    ProductsPage {
        frame: under("New order", Section::Orders, &[("Orders", "/orders")]),
        body: ProductsStep {
            csrf: "sample-csrf".to_owned(),
            head,
            action_href: "/orders/1/edit/products".to_owned(),
            lines: match kind {
                Kind::Empty | Kind::Adding | Kind::Change => Vec::new(),
                Kind::Two | Kind::Moved => vec![
                    line(0, "Microsoft 365 Business Premium", true),
                    line(1, "Microsoft Teams Phone Standard with a Name that is Longer than Any Vendor Should Give", kind == Kind::Moved),
                ],
            },
            change: (kind == Kind::Change).then(|| ChangeEdit {
                title: "Another number of seats of Microsoft 365 Business Standard".to_owned(),
                vendor: "Microsoft".to_owned(),
                text: "It becomes an order of its own, sent when you press the button. Seats can be taken away until 30 Nov 2026; afterwards only at the renewal on 14 Dec 2026.".to_owned(),
                subscription: Some(Link::new("Open the subscription", "/subscriptions/1")),
                quantity: Some(quantity("quantity.0", "15", "")),
                now: "now 12".to_owned(),
                customer_po: po("po.0".to_owned(), "Customer’s PO", ""),
                reseller_po: po("own_po.0".to_owned(), "Your PO", ""),
            }),
            find: (kind != Kind::Change).then(|| FindProduct {
                action_href: "/orders/1/edit/products".to_owned(),
                query: if kind == Kind::Empty { "premium" } else { "" }.to_owned(),
                list: ProductsFound {
                    rows: if kind == Kind::Empty {
                        vec![
                            found("Microsoft 365 Business Premium", "Microsoft · CFQ7TTC0LCHC:0002 · 3 variants", "18.72", ""),
                            found("Tom & Jerry's <Vault>", "Sentinel Fox · 1 variant", "", ""),
                            found("Power BI Premium, per user, with everything that can be in a name", "Microsoft · CFQ7TTC0HL8W:0001", "", "not in your price book"),
                        ]
                    } else {
                        Vec::new()
                    },
                    nothing: String::new(),
                    more: if kind == Kind::Empty { "The first 3 of 120. Type more letters." } else { "" }.to_owned(),
                },
            }),
            adding: (kind == Kind::Adding).then(|| Adding {
                vendor: "Microsoft".to_owned(),
                name: "Microsoft 365 (NCE)".to_owned(),
                back_href: "/orders/1/edit/products".to_owned(),
                skus: ["Microsoft 365 Business Premium", "Microsoft 365 Business Standard", "Microsoft 365 E5"]
                    .into_iter()
                    .enumerate()
                    .map(|(place, label)| SkuChoice { label: label.to_owned(), detail: "CFQ7TTC0LCHC:0002".to_owned(), href: "?product=1&sku=2".to_owned(), on: place == 0 })
                    .collect(),
                hidden: 97,
                matrix: Some(matrix("variant", false)),
                quantity: quantity("quantity", "1", ""),
                action_href: "/orders/1/edit/lines".to_owned(),
                version: 7,
            }),
            note: if kind == Kind::Two { "Ask Robin before the renewal." } else { "" }.to_owned(),
            note_error: String::new(),
            summary,
        },
    }
}

fn ask(name: &str, label: &str, value: &str, kind: AskKind) -> AskField {
    AskField {
        name: format!("attr.0.{name}"),
        label: label.to_owned(),
        kind,
        value: value.to_owned(),
        choices: Vec::new(),
        optional: false,
        hint: String::new(),
        error: String::new(),
        offers: Vec::new(),
        mono: false,
    }
}

fn provisioning(waiting: bool) -> ProvisioningPage {
    let group = AskGroup {
        id: "group.0".to_owned(),
        lines: "0,1".to_owned(),
        vendor: "Microsoft".to_owned(),
        title: "Microsoft asks for".to_owned(),
        words: if waiting { "what is usual; Ion’s form is on its way" } else { "for both lines; from Ion’s form “nce, create”" }.to_owned(),
        ready: "5 of 6 ready".to_owned(),
        notes: if waiting {
            vec![Note::new(Tone::Info, "loader-2", "Ion’s form for Microsoft is being fetched", "Until it is here, this asks for what is usually needed. The page takes it over by itself; what you typed stays.")]
        } else {
            Vec::new()
        },
        fields: vec![
            AskField { choices: vec![Choice::new("existing", "Existing tenant", true), Choice::new("new", "New tenant", false)], ..ask("tenant", "Where do the seats go?", "existing", AskKind::Picks) },
            AskField { hint: "From the customer’s Microsoft profile in Ion.".to_owned(), mono: true, ..ask("domainName", "Tenant domain", "quillfeather.onmicrosoft.example", AskKind::Text) },
            AskField { hint: "Microsoft insists on an answer. You are reminded 90, 60, 30 and 7 days before either way.".to_owned(), choices: vec![Choice::new("", "Choose", false), Choice::new("autorenew", "Renew by itself", true)], ..ask("renewalSetting", "At the end of the term", "autorenew", AskKind::Select) },
            AskField { optional: true, error: "Microsoft allows two end dates: 22 Nov 2027, or 14 Dec 2026 to end together with Business Standard.".to_owned(), offers: vec![Choice::new("2027-11-22", "22 Nov 2027", false), Choice::new("2026-12-14", "14 Dec 2026", false)], ..ask("customTermEndDate", "End date", "2027-12-14", AskKind::Date) },
            AskField { hint: "Asked for in the United Kingdom. Prefilled from the customer.".to_owned(), ..ask("registrationNumber", "Registration number", "OC000000", AskKind::Text) },
        ],
        others: vec![OtherAttribute { suffix: "0.0".to_owned(), name: "partnerOnRecord".to_owned(), value: "5201118".to_owned(), error: "Microsoft takes no attribute of this name.".to_owned() }],
        blank: Some(OtherAttribute { suffix: "0.1".to_owned(), name: String::new(), value: String::new(), error: String::new() }),
    };
    let google = AskGroup {
        id: "group.2".to_owned(),
        lines: "2".to_owned(),
        vendor: "Google".to_owned(),
        title: "Google asks for".to_owned(),
        words: String::new(),
        ready: String::new(),
        notes: Vec::new(),
        fields: Vec::new(),
        others: Vec::new(),
        blank: None,
    };
    ProvisioningPage {
        frame: under("New order", Section::Orders, &[("Orders", "/orders")]),
        body: ProvisioningStep {
            csrf: "sample-csrf".to_owned(),
            head: head(2),
            action_href: "/orders/1/edit/provisioning".to_owned(),
            back_href: "/orders/1/edit/products".to_owned(),
            groups: vec![group, google],
            waiting,
            each: Some(EachLink {
                label: "Answer for each line on its own",
                href: "?each=1".to_owned(),
            }),
            summary: summary("Next: review", "next"),
        },
    }
}

fn check(class: &'static str, title: &str, detail: &str) -> CheckLine {
    CheckLine {
        icon: match class {
            "ok" => "circle-check",
            "warn" => "alert-triangle",
            _ => "circle-x",
        },
        class,
        word: match class {
            "ok" => "good",
            "warn" => "look",
            _ => "stands against it",
        },
        title: title.to_owned(),
        detail: detail.to_owned(),
        action: (class == "bad").then(|| Button::link("Fill in", "/orders/1/edit/provisioning")),
    }
}

fn review_line(name: &str, number: &str, term: &str, amounts: [&str; 5]) -> ReviewLine {
    let [quantity, cost, sale, monthly, bound] = amounts.map(str::to_owned);
    ReviewLine {
        vendor: "Microsoft".to_owned(),
        name: name.to_owned(),
        number: number.to_owned(),
        detail: String::new(),
        term: term.to_owned(),
        quantity,
        cost,
        sale,
        monthly,
        bound,
        currency: String::new(),
    }
}

fn review(wrong: bool) -> ReviewPage {
    let mut head = head(3);
    if wrong {
        head.notes.push(Note::new(
            Tone::Bad,
            "alert-circle",
            "It was not placed: 3 things stand against it",
            "Nothing was sent. Each stands below with what to do.",
        ));
    }
    let error = |text: &str| if wrong { text } else { "" }.to_owned();
    ReviewPage {
        frame: under("New order", Section::Orders, &[("Orders", "/orders")]),
        body: ReviewStep {
            csrf: "sample-csrf".to_owned(),
            head,
            action_href: "/orders/1/edit/review".to_owned(),
            back_href: "/orders/1/edit/provisioning".to_owned(),
            moved_prices: Some(MovedPrices {
                title: "A price moved since this draft was made on 12 November".to_owned(),
                lines: vec![MovedPrice {
                    text: "Business Premium: 18.10 → 18.72 EUR a seat.".to_owned(),
                    over: "Over the year that is".to_owned(),
                    difference: "186.00 EUR more".to_owned(),
                }],
                accept: "Accept 18.72 EUR".to_owned(),
                error: error("The price rose from 18.10 to 18.72 EUR since your draft: 186.00 EUR more over the year. Accept it to go on."),
            }),
            lines: vec![
                review_line("Microsoft 365 Business Premium", "CFQ7TTC0LCHC:0002:P1Y:M", "1 year, monthly", ["25", "18.72", "22.09", "468.00", "5,616.00"]),
                review_line("Microsoft Teams Phone Standard", "CFQ7TTC0LH0T:0001:P1M:M", "1 month, monthly", ["10", "7.41", "8.74", "74.10", "74.10"]),
            ],
            lines_words: "EUR, without tax".to_owned(),
            totals: vec![ReviewTotal { label: "Total".to_owned(), monthly: "542.10".to_owned(), bound: "5,690.10".to_owned(), currency: String::new() }],
            bind: Some(Bind {
                title: "A commitment of one year".to_owned(),
                rows: vec![BindRow { name: String::new(), until: "22 Nov 2027".to_owned(), cancel: "30 Nov 2026, 10:00".to_owned(), expected: true, owed: "5,616.00 EUR is owed".to_owned() }],
                typed: Some(TypedTotal { label: "Type the total to confirm", total: "5690.10".to_owned(), words: "5,690.10".to_owned(), value: if wrong { "5609.10" } else { "" }.to_owned(), error: error("This is 5,609.10; the total is 5,690.10. Type it as it stands above.") }),
                words: "Seats can be added later. They cannot be taken away before 22 Nov 2027, except in the first 7 days after each increase.".to_owned(),
            }),
            lines_title: "What will be ordered",
            short_words: String::new(),
            customer: vec![
                Fact::new("Customer", Value::Link(Link::new("Quillfeather Legal LLP", "/customers/1"))),
                Fact::new("In Ion", Value::text("Linked, 49988")),
                Fact::new("Tenant", Value::Mono("quillfeather.onmicrosoft.example".to_owned())),
                Fact::new("PO", Value::text("QL-2026-118")),
            ],
            customer_href: "/orders/1/edit/customer".to_owned(),
            customer_actions: Vec::new(),
            checks: vec![
                check("ok", "Customer is linked and active in Ion", ""),
                check("ok", "Both variants are in your price book", ""),
                check(if wrong { "bad" } else { "ok" }, if wrong { "Microsoft’s form is not complete" } else { "Microsoft’s form is complete" }, if wrong { "At the end of the term: choose what happens." } else { "" }),
                check("warn", "The margin of Teams Phone Standard is below your floor", "4.1 %, floor 8 %"),
            ],
            same: vec![Note::new(Tone::Info, "info-circle", "Quillfeather Legal has 18 seats of Business Premium already", "Ordering adds a second subscription. A change of seats keeps the renewal date, 14 Dec 2026.").with(Button::link("Change the seats instead", "/subscriptions/1/change"))],
            schedule: Schedule {
                open: wrong,
                day: Field::new("day", "Day", FieldKind::Date).optional().value(if wrong { "2025-01-01" } else { "" }).error(error("This day has passed. Choose a later one, or leave it empty.")),
                time: Field::new("time", "Time", FieldKind::Text).optional().placeholder("09:00"),
                zone: "Europe/Brussels".to_owned(),
            },
            summary: summary("Place order, 5,690.10 EUR", "place"),
        },
    }
}

/// Many lines in two currencies, one with an unknown term, for a customer with a long name.
fn review_many() -> ReviewPage {
    let mut page = review(false);
    let body = &mut page.body;
    body.moved_prices = None;
    body.same.clear();
    body.head.customer = Some(Link::new(LONG, "/customers/1"));
    "without tax".clone_into(&mut body.lines_words);
    body.lines = (0..14)
        .map(|place| ReviewLine {
            currency: if place % 2 == 0 { "EUR" } else { "USD" }.to_owned(),
            detail: if place == 3 { "with 25 × Defender for Business" } else { "" }.to_owned(),
            ..review_line(
                if place == 2 { "A product of a vendor that believes in names which say everything at once, Enterprise Edition" } else { "Microsoft 365 Business Premium" },
                "CFQ7TTC0LCHC:0002:P1Y:M",
                if place == 4 { "unknown term, yearly" } else { "1 year, monthly" },
                ["1,250", "18.7254", "22.09", "23,400.00", "280,800.00"],
            )
        })
        .collect();
    body.totals = ["EUR", "USD"]
        .map(|currency| ReviewTotal {
            label: "Total".to_owned(),
            monthly: "163,800.00".to_owned(),
            bound: "1,965,600.00".to_owned(),
            currency: currency.to_owned(),
        })
        .to_vec();
    if let Some(bind) = &mut body.bind {
        "Commitments of one year, and one of unknown length".clone_into(&mut bind.title);
        bind.rows = vec![
            BindRow {
                name: "13 lines".to_owned(),
                until: "22 Nov 2027".to_owned(),
                cancel: "30 Nov 2026, 10:00".to_owned(),
                expected: true,
                owed: "1,965,600.00 EUR and 1,965,600.00 USD are owed".to_owned(),
            },
            BindRow {
                name: "Sentinel Fox Endpoint".to_owned(),
                until: "not known".to_owned(),
                cancel: "not known".to_owned(),
                expected: false,
                owed: "2,900.80 EUR at least".to_owned(),
            },
        ];
    }
    page
}
