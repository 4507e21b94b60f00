//! What an import changed.

use super::*;

pub(super) fn changes() -> change::ChangesPage {
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
            customers: 38,
            open_orders: 2,
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
