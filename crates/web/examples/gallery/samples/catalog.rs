//! Products, changes, set aside.

use domain::catalog::ProductState;

use super::{at, fact, frame, html, times, under};
use crate::view::parts::{Empty, Figure};
use crate::view::table::{Chips, Range, Sorted};
use crate::view::*;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("products", html(products(list(true)))),
        ("products-partial", html(list(true))),
        ("products-read-only", html(products(list(false)))),
        ("products-none", html(products(without(Empty::new("packages", "No products yet", "Import the catalog of your Ion account: about 20,000 products with prices and terms, in some minutes.").with(Button::post("Import the catalog", "/products/import").primary()))))),
        ("products-nothing-found", html(products(without(Empty::new("search-off", "No product is called “premum”", "Two filters are on as well.").with(Button::link("Remove filters", "/products")))))),
        ("products-failed", html(products(without(Empty::failed("The list could not be read", "The database did not answer within 5 s. Nothing is lost.", "e-7Q3K").with(Button::link("Try again", "/products")))))),
        ("product", html(detail(false))),
        ("product-as-of", html(detail(true))),
        ("product-raw", html(raw())),
        ("changes", html(changes())),
        ("set-aside", html(set_aside(true))),
        ("set-aside-list", html(set_aside(false))),
    ]
}

fn option(label: &str, count: &str, on: bool) -> ChipOption {
    ChipOption {
        label: label.to_owned(),
        count: count.to_owned(),
        href: format!("?vendor={label}"),
        on,
    }
}

fn chip(
    id: &'static str,
    label: &'static str,
    value: Option<&str>,
    options: &[(&str, &str)],
) -> Chip {
    Chip {
        id,
        label,
        value: value.map(str::to_owned),
        clear: "/products".to_owned(),
        options: options
            .iter()
            .map(|(label, count)| option(label, count, value == Some(*label)))
            .collect(),
        range: None,
    }
}

fn chips() -> Chips {
    Chips::new(vec![
        chip(
            "vendor",
            "Vendor",
            None,
            &[
                ("Microsoft", "12,050"),
                ("Security vendors", "3,342"),
                ("IBM", "2,210"),
                ("Google", "1,310"),
                ("AWS", "1,188"),
            ],
        ),
        chip(
            "category",
            "Category",
            None,
            &[
                ("Productivity", "8,120"),
                ("Security", "3,342"),
                ("Voice", "210"),
            ],
        ),
        chip(
            "term",
            "Commitment",
            Some("1 year"),
            &[
                ("1 month", ""),
                ("1 year", ""),
                ("3 years", ""),
                ("unknown", ""),
            ],
        ),
        chip(
            "billing",
            "Billing",
            Some("monthly"),
            &[("monthly", ""), ("yearly", "")],
        ),
        chip(
            "currency",
            "Currency",
            Some("EUR"),
            &[("EUR", ""), ("USD", "")],
        ),
        Chip {
            range: Some(Range {
                action: "/products".to_owned(),
                keep: vec![("term".to_owned(), "P1Y".to_owned())],
                from_name: "min",
                from: String::new(),
                to_name: "max",
                to: String::new(),
                unit: "EUR".to_owned(),
                dates: false,
            }),
            ..chip("price", "Price", None, &[])
        },
        chip(
            "state",
            "State",
            None,
            &[
                ("Available", ""),
                ("Not in price book", ""),
                ("Set aside", ""),
                ("Withdrawn", ""),
            ],
        ),
    ])
}

fn sizes() -> Vec<ChipOption> {
    ["25 rows", "50 rows", "100 rows", "200 rows"]
        .iter()
        .map(|label| option(label, "", *label == "50 rows"))
        .collect()
}

fn products(list: product::ProductList) -> product::ProductsPage {
    product::ProductsPage {
        frame: frame("Products", Section::Products),
        summary:
            "20,114 products, 131,406 variants from 9 vendors. Imported today, 03:12; 214 changed."
                .to_owned(),
        changed: 214,
        changes_href: "/products/changes".to_owned(),
        import_href: Some("/products/import".to_owned()),
        running: None,
        chips: chips(),
        search: Search {
            action: "/products".to_owned(),
            value: String::new(),
            placeholder: "Name, SKU or part number",
            keep: vec![("term".to_owned(), "P1Y".to_owned())],
        },
        exports: vec![
            Link::new("CSV, all pages", "/products/export.csv"),
            Link::new("JSON, all pages", "/products/export.json"),
        ],
        list,
    }
}

fn without(empty: Empty) -> product::ProductList {
    product::ProductList {
        rows: Vec::new(),
        empty: Some(empty),
        pager: Pager::single("0 products"),
        ..list(true)
    }
}

fn list(costs: bool) -> product::ProductList {
    let row = |name: &str,
               number: &str,
               vendor: &str,
               category: &str,
               terms: &[&'static str],
               billing: &str,
               cost: &str,
               delta,
               state,
               new| product::ProductRow {
        href: "/products/1".to_owned(),
        name: name.to_owned(),
        number: number.to_owned(),
        vendor: vendor.to_owned(),
        category: category.to_owned(),
        terms: terms.to_vec(),
        billing: billing.to_owned(),
        cost: cost.to_owned(),
        currency: if cost == "by use" {
            String::new()
        } else {
            "EUR".to_owned()
        },
        since: Some(times().dated(at("2026-11-23T03:12:00Z"))),
        delta,
        status: status::product(state, new),
    };
    let up = |text: &str| Delta::Up(format!("{text}\u{202f}%"));
    let down = |text: &str| Delta::Down(format!("{text}\u{202f}%"));
    let same = || Delta::Words("same".to_owned());
    let both = "monthly, yearly";
    let (all, two) = (["1 mo", "1 yr", "3 yr"], ["1 mo", "1 yr"]);
    let mut columns = vec![
        Column::sortable("Product", "", "?sort=-name", Some(Sorted::Up)),
        Column::sortable("Vendor", "t-hide", "?sort=vendor", None),
        Column::sortable("Category", "t-hide xl-hide", "?sort=category", None),
        Column::plain("Commitment", ""),
        Column::plain("Billing", "t-hide"),
    ];
    if costs {
        columns.extend([
            Column::sortable("Cost from", "n", "?sort=cost", None),
            Column::plain("Holds since", "t-hide xl-hide"),
            Column::plain("Change", "n t-hide"),
        ]);
    }
    columns.push(Column::plain("State", ""));
    product::ProductList {
        columns,
        rows: vec![
            row(
                "Microsoft 365 Business Premium",
                "CFQ7TTC0LCHC:0002",
                "Microsoft",
                "Productivity",
                &all,
                both,
                "18.72",
                up("3.4"),
                ProductState::Available,
                false,
            ),
            row(
                "Microsoft 365 Business Standard",
                "CFQ7TTC0LDPB:0001",
                "Microsoft",
                "Productivity",
                &all,
                both,
                "9.88",
                same(),
                ProductState::Available,
                false,
            ),
            row(
                "Microsoft 365 E5",
                "CFQ7TTC0LFLZ:0002",
                "Microsoft",
                "Productivity",
                &all,
                both,
                "55.16",
                up("3.0"),
                ProductState::Available,
                false,
            ),
            row(
                "Microsoft Teams Phone Standard",
                "CFQ7TTC0LH0T:0001",
                "Microsoft",
                "Voice",
                &two,
                both,
                "6.18",
                same(),
                ProductState::Available,
                false,
            ),
            row(
                "Azure plan",
                "DZH318Z0BPS6:0001",
                "Microsoft",
                "Consumption",
                &["none"],
                "monthly",
                "by use",
                Delta::Words("by use".to_owned()),
                ProductState::Available,
                false,
            ),
            row(
                "Google Workspace Business Plus",
                "GWS-BP-FLEX",
                "Google",
                "Productivity",
                &two,
                both,
                "16.10",
                down("2.7"),
                ProductState::Available,
                false,
            ),
            row(
                "AWS Support, Business",
                "AWS-SUP-BUS",
                "AWS",
                "Support",
                &["1 mo"],
                "monthly",
                "104.00",
                up("4.0"),
                ProductState::Available,
                false,
            ),
            row(
                "Sentinel Fox Endpoint",
                "SFX-EP-100",
                "Sentinel Fox",
                "Security",
                &["1 yr", "3 yr"],
                "yearly",
                "39.20",
                down("4.4"),
                ProductState::Available,
                false,
            ),
            row(
                "Sentinel Fox Mail Shield",
                "SFX-MS-010",
                "Sentinel Fox",
                "Security",
                &["1 yr"],
                "yearly",
                "12.40",
                same(),
                ProductState::NotInPriceBook,
                false,
            ),
            row(
                "IBM MaaS Basic, invented",
                "D0INVENT01",
                "IBM",
                "Devices",
                &["unknown"],
                both,
                "3.45",
                same(),
                ProductState::Available,
                false,
            ),
            row(
                "Visio Plan 1",
                "CFQ7TTC0HD33:0001",
                "Microsoft",
                "Productivity",
                &two,
                both,
                "4.05",
                same(),
                ProductState::Withdrawn,
                false,
            ),
            row(
                "Tom & Jerry's <Vault>",
                "PDL-VT-050",
                "Padlock",
                "Security",
                &["1 yr"],
                both,
                "2.95",
                Delta::Words("first seen".to_owned()),
                ProductState::Available,
                true,
            ),
            row(
                "Padlock Vault Enterprise",
                "Padlock-Vault-eu",
                "Padlock",
                "Security",
                &["1 yr"],
                "yearly",
                "381.20",
                same(),
                ProductState::SetAside,
                false,
            ),
        ],
        costs,
        empty: None,
        csrf: "sample-csrf".to_owned(),
        pager: Pager {
            words: "1–13 of 3,982 products".to_owned(),
            note: "found in 6 ms".to_owned(),
            previous: None,
            next: Some("?after=50".to_owned()),
            sizes: sizes(),
        },
        chips: None,
    }
}

fn detail(past: bool) -> product::ProductPage {
    let percent = |text: &str| Delta::Up(format!("{text}\u{202f}%"));
    let price = |cost: &str, list: &str, delta| product::VariantPrice {
        meter: String::new(),
        cost: cost.to_owned(),
        list: list.to_owned(),
        currency: "EUR".to_owned(),
        source: "price book",
        since: "23 Nov 2026".to_owned(),
        delta,
    };
    let variant = |term: &str, billing: &str, number: &str, prices, status| product::VariantRow {
        term: term.to_owned(),
        billing: billing.to_owned(),
        name: "Business Premium".to_owned(),
        number: number.to_owned(),
        add_on: false,
        prices,
        status,
    };
    let ledger =
        |from: &str, variant: &str, cost: &str, change: &str, run: &str| product::LedgerRow {
            from: from.to_owned(),
            variant: variant.to_owned(),
            cost: cost.to_owned(),
            currency: "EUR".to_owned(),
            change: change.to_owned(),
            run: Link::new(format!("run {run}"), "/activity/runs/1"),
        };
    let line = |label: &str, points: &[(&str, &str)]| product::PriceLine {
        label: label.to_owned(),
        points: points
            .iter()
            .map(|(day, cost)| {
                (
                    at(&format!("{day}T03:12:00Z")).as_second(),
                    (*cost).to_owned(),
                )
            })
            .collect(),
    };
    product::ProductPage {
        frame: under("Microsoft 365 Business Premium", Section::Products, &[("Products", "/products")]),
        name: "Microsoft 365 Business Premium".to_owned(),
        vendor: "Microsoft".to_owned(),
        facts_line: "Microsoft · Productivity".to_owned(),
        number: "CFQ7TTC0LCHC:0002".to_owned(),
        status: status::product(ProductState::Available, false),
        notes: vec![Note::new(Tone::Warn, "trending-up", "The cost rose by 3.4\u{202f}% with today’s import", "1 year, monthly: 18.10 → 18.72 EUR.").with(Button::link("See the report", "/products/changes"))],
        costs: true,
        price_words: "per seat and month where billed so, your price book".to_owned(),
        as_of: if past { "2026-03-01" } else { "2026-11-23" }.to_owned(),
        today: "2026-11-23".to_owned(),
        past,
        variants: vec![
            variant("1 month", "monthly", "CFQ7TTC0LCHC:0002:P1M:M", vec![price("22.46", "26.40", percent("3.4"))], None),
            variant("1 year", "monthly", "CFQ7TTC0LCHC:0002:P1Y:M", vec![price("18.72", "22.00", percent("3.4"))], None),
            variant("1 year", "yearly", "CFQ7TTC0LCHC:0002:P1Y:Y", vec![price("213.96", "250.80", percent("3.4"))], None),
            variant("3 years", "yearly", "CFQ7TTC0LCHC:0002:P3Y:Y", vec![price("205.44", "241.20", percent("3.4"))], None),
            variant("3 years", "monthly", "CFQ7TTC0LCHC:0002:P3Y:M", vec![price("17.94", "21.05", Delta::Words("same".to_owned()))], Some(status::product(ProductState::NotInPriceBook, false))),
        ],
        plot: Some(product::PricePlot {
            currency: "EUR".to_owned(),
            measure: "cost per month",
            until: times().now.as_second(),
            lines: vec![
                line("1 year, monthly", &[("2025-11-01", "17.40"), ("2026-03-31", "18.10"), ("2026-11-20", "18.72")]),
                line("1 year, yearly, a month", &[("2025-11-01", "16.60"), ("2026-03-31", "17.24"), ("2026-11-20", "17.83")]),
                line("1 month", &[("2025-11-01", "20.90"), ("2026-03-31", "21.72"), ("2026-11-20", "22.46")]),
                line("3 years, yearly, a month", &[("2026-01-30", "16.55"), ("2026-11-20", "17.12")]),
            ],
        }),
        ledger: vec![
            ledger("23 Nov 2026", "1 year, monthly", "18.72", "+0.62", "1184"),
            ledger("23 Nov 2026", "1 month, monthly", "22.46", "+0.74", "1184"),
            ledger("31 Mar 2026", "1 year, monthly", "18.10", "+0.70", "931"),
            ledger("31 Mar 2026", "1 year, yearly", "206.88", "+7.68", "931"),
            ledger("30 Jan 2026", "3 years, yearly", "198.60", "first seen", "871"),
            ledger("1 Nov 2025", "1 year, monthly", "17.40", "first seen", "780"),
        ],
        ledger_csv: "/products/1/ledger.csv".to_owned(),
        facts: vec![
            fact("Kind", "COTERMINOUS"),
            fact("Billed", "before use"),
            fact("Categories", "Productivity, Security"),
            fact("Changed in Ion", "22 Nov 2026"),
            fact("First seen", "1 Nov 2025"),
            Fact::new("Ion id", Value::Mono("CFQ7TTC0LCHC:0002-EU".to_owned())),
        ],
        description: "<p>Office apps, Teams and device management for up to 300 people.</p><ul><li>Word, Excel, Outlook</li><li>Intune</li></ul>".to_owned(),
        raw: Link::new("JSON, 9 kB", "/products/1/raw"),
    }
}

fn raw_lines(here: u64) -> Vec<product::RawLine> {
    [
        "\"plans\": [{",
        "  \"id\": \"padlock-eu-1y\", \"billingPeriod\": \"YEAR\",",
        "  \"phases\": [{",
        "    \"name\": \"Evergreen\", \"durationCycles\": 0,",
        "    \"recurringPrice\": { \"EUR\": \"n/a\", \"USD\": \"412.50\" },",
        "    \"setupPrice\": {}",
        "  }]",
        "}]",
    ]
    .iter()
    .zip(1208..)
    .map(|(text, number)| product::RawLine {
        number,
        text: (*text).to_owned(),
        here: number == here,
    })
    .collect()
}

fn raw() -> product::RawPage {
    product::RawPage {
        frame: under(
            "Raw reply",
            Section::Products,
            &[
                ("Products", "/products"),
                ("Microsoft 365 Business Premium", "/products/1"),
            ],
        ),
        name: "Microsoft 365 Business Premium".to_owned(),
        words: "23 Nov, 03:12:19, 9 kB, secrets taken out".to_owned(),
        lines: raw_lines(0),
        download: "/products/1/raw.json".to_owned(),
        left_out: 1200,
    }
}

fn changes() -> change::ChangesPage {
    let row = |vendor: &str, name: &str, label: &str, before: &str, after: &str, delta, state| {
        change::ChangeRow {
            href: "/products/1".to_owned(),
            name: name.to_owned(),
            vendor: vendor.to_owned(),
            label: label.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            currency: if after.is_empty() {
                String::new()
            } else {
                "EUR".to_owned()
            },
            delta,
            status: state,
        }
    };
    let group = |title: &str, count: &str, rows: Vec<change::ChangeRow>, more: Option<&str>| {
        change::ChangeGroup {
            title: title.to_owned(),
            count: count.to_owned(),
            rows,
            more: more.map(|label| Link::new(label, "/products/changes?kind=price_up")),
        }
    };
    let moved = |a, b| Some(format::moved(Some(a), Some(b)));
    change::ChangesPage {
        frame: under(
            "Changes, 23 Nov 2026",
            Section::Products,
            &[("Products", "/products")],
        ),
        heading: "What changed, 23 November 2026".to_owned(),
        summary: "Import 1184, whole scan: 20,114 products read, 19,900 unchanged.".to_owned(),
        actions: vec![
            Button::link("Import before", "/products/changes?run=1183").with_icon("chevron-left"),
            Button::link("Export", "/products/changes.csv").with_icon("download"),
        ],
        figures: vec![
            Figure::new("Price up", "117", "variants").with_icon("trending-up", Tone::Warn),
            Figure::new("Price down", "52", "variants").with_icon("trending-down", Tone::Ok),
            Figure::new("New", "31", "products").with_icon("plus", Tone::Info),
            Figure::new("Withdrawn", "14", "products").with_icon("archive", Tone::Calm),
            Figure::new("Variants", "45", "38 new, 7 gone").with_icon("packages", Tone::Calm),
            Figure::new("Details", "163", "name, text, category").with_icon("pencil", Tone::Calm),
        ],
        chips: Chips::new(vec![
            chip(
                "kind",
                "Change",
                None,
                &[("Price up", "117"), ("Price down", "52"), ("New", "31")],
            ),
            chip("run", "Import", Some("1184"), &[("1184", ""), ("1183", "")]),
        ]),
        list: change::ChangeList {
            groups: vec![
                group(
                    "Price up",
                    "117",
                    vec![
                        row(
                            "AWS",
                            "AWS Support, Business",
                            "1 month, monthly",
                            "100.00",
                            "104.00",
                            moved(100, 104),
                            None,
                        ),
                        row(
                            "Microsoft",
                            "Microsoft 365 Business Premium",
                            "1 year, monthly",
                            "18.10",
                            "18.72",
                            moved(1810, 1872),
                            None,
                        ),
                        row(
                            "Microsoft",
                            "Microsoft 365 E5",
                            "1 year, monthly",
                            "53.55",
                            "55.16",
                            moved(5355, 5516),
                            None,
                        ),
                    ],
                    Some("Show the other 114"),
                ),
                group(
                    "Price down",
                    "52",
                    vec![row(
                        "Sentinel Fox",
                        "Sentinel Fox Endpoint",
                        "1 year, yearly",
                        "41.00",
                        "39.20",
                        moved(4100, 3920),
                        None,
                    )],
                    Some("Show the other 51"),
                ),
                group(
                    "New and withdrawn",
                    "45",
                    vec![
                        row(
                            "Padlock",
                            "Padlock Vault Teams",
                            "1 year, monthly and yearly",
                            "",
                            "2.95",
                            None,
                            Some(status::product(ProductState::Available, true)),
                        ),
                        row(
                            "Microsoft",
                            "Visio Plan 1",
                            "all variants",
                            "4.05",
                            "",
                            None,
                            Some(status::product(ProductState::Withdrawn, false)),
                        ),
                    ],
                    None,
                ),
            ],
            costs: true,
            empty: None,
            csrf: "sample-csrf".to_owned(),
            pager: Pager::single("259 changes"),
        },
    }
}

fn set_aside(open: bool) -> set_aside::SetAsidePage {
    let entry = |ion_id: &str, reason: &str, place: &str, on| set_aside::SetAsideEntry {
        href: "/products/set-aside/1".to_owned(),
        ion_id: ion_id.to_owned(),
        reason: reason.to_owned(),
        place: place.to_owned(),
        open: on,
    };
    set_aside::SetAsidePage {
        frame: under("Set aside", Section::Products, &[("Products", "/products")]),
        summary: "12 products had a value that could not be read. The other 20,102 are up to date; these keep what was known before.".to_owned(),
        action: Some(Button::post("Read all again", "/products/import").with_icon("refresh")),
        entries: vec![
            entry("Padlock-Vault-eu", "Price is not a number", "SKU 3 of 4", open),
            entry("AWS-MP-7741", "Price is not a number", "SKU 1 of 1", false),
            entry("Sentinel-Bundle-9", "Currency “EU” is unknown", "2 plans", false),
            entry("D0INVENT77", "Two plans with one id", "SKU 2 of 2", false),
            entry("GWS-ARCHIVE-X", "Description is 5.1 MB, limit 1 MB", "", false),
        ],
        foot: "5 of 12".to_owned(),
        open: open.then(|| set_aside::SetAsideDetail {
            name: "Padlock Vault Enterprise".to_owned(),
            ion_id: "Padlock-Vault-eu".to_owned(),
            status: status::product(ProductState::SetAside, false),
            title: "A price is not a number".to_owned(),
            sentence: "Ion sent the text “n/a” where an amount must stand. We do not guess prices, so this product stays as it was on 21 November.".to_owned(),
            path: "$.definition.skus[2].plans[0].phases[0].recurringPrice.EUR".to_owned(),
            facts: vec![Figure::new("Since", "22 Nov 2026, 03:12", ""), Figure::new("Kept meanwhile", "2 variants with prices", ""), Figure::new("Seen in", "2 imports", "")],
            actions: vec![Button::post("Read all again", "/products/import").primary().with_icon("refresh")],
            raw_words: "23 Nov, 03:12:19, 41 kB, secrets taken out".to_owned(),
            lines: raw_lines(1212),
            download: "/products/set-aside/1/raw.json".to_owned(),
            product: Some(Link::new("As it was known", "/products/1")),
        }),
        empty: None,
    }
}
