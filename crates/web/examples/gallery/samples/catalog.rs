//! Products, changes, set aside.

mod aside;
mod changes;
mod detail;

use domain::catalog::ProductState;

use super::{at, fact, frame, html, times, under};
use crate::view::parts::{Empty, Figure};
use crate::view::table::{Chips, Range, Sorted};
use crate::view::*;

use aside::set_aside;
use changes::changes;
use detail::{detail, raw, raw_lines};

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
