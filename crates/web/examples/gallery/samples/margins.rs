//! Samples of margin rules.

use super::*;
use crate::view::form::Select;
use crate::view::margins::{
    Beaten, Lookup, MarginsPage, Measured, Retire, RetiredRow, RuleEditor, RuleEffect, RuleRow,
    SampleRow,
};

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("settings-margins", html(page(false))),
        ("settings-margins-rule", html(page(true))),
        (
            "settings-margins-wrong",
            html(MarginsPage {
                editor: Some(wrong()),
                ..page(false)
            }),
        ),
        (
            "settings-margins-empty",
            html(MarginsPage {
                rules: Vec::new(),
                retired: Vec::new(),
                ..page(false)
            }),
        ),
        ("settings-margins-effect", html(effect())),
    ]
}

fn page(open: bool) -> MarginsPage {
    let rule = |place: &str,
                name: &str,
                scope: &str,
                how: &str,
                floor: &str,
                from: &str,
                when: &str,
                open| RuleRow {
        place: place.to_owned(),
        href: "/settings/margins/1".to_owned(),
        name: name.to_owned(),
        scope: scope.to_owned(),
        how: how.to_owned(),
        floor: floor.to_owned(),
        from: from.to_owned(),
        when: when.to_owned(),
        open,
    };
    MarginsPage {
        frame: under(
            "Margins",
            Section::Settings,
            &[("Settings", "/settings/integrations")],
        ),
        edits: true,
        notes: Vec::new(),
        rules: vec![
            rule(
                "1",
                "Hedgehog, Premium",
                "Hedgehog Logistics Oy: Microsoft 365 Business Premium; until 31 Dec 2027",
                "fixed 20.25 EUR",
                "15 %",
                "1 Jan 2026",
                "",
                false,
            ),
            rule(
                "2",
                "Charity price of the Far Meadow Schools Trust and all that belongs to it",
                "Far Meadow Schools Trust: all products",
                "cost + 12 %",
                "10 %",
                "1 Sep 2025",
                "",
                false,
            ),
            rule(
                "3",
                "Microsoft 365 E5",
                "Microsoft 365 E5, all customers",
                "cost + 17 %",
                "15 %",
                "1 Feb 2026",
                "",
                false,
            ),
            rule(
                "4",
                "Microsoft",
                "all products of Microsoft",
                "cost + 18 %",
                "15 %",
                "1 Jul 2026",
                "",
                open,
            ),
            rule(
                "5",
                "Security vendors",
                "all products of Sentinel Fox",
                "margin 24.7 %",
                "20 %",
                "1 Jan 2027",
                "from 1 Jan 2027",
                false,
            ),
            rule(
                "6",
                "Everything else",
                "everything",
                "cost + 10 %",
                "",
                "1 Jul 2026",
                "",
                false,
            ),
        ],
        retired: vec![RetiredRow {
            name: "Microsoft, old".to_owned(),
            text: "all products of Microsoft, cost + 15 %".to_owned(),
            when: "since 3 Nov 2026, by sam@reseller.example".to_owned(),
        }],
        editor: open.then(editor),
    }
}

fn editor() -> RuleEditor {
    let measured = |name, label: &str, value: &str, unit: &str, hint: &str, optional| Measured {
        name,
        label: label.to_owned(),
        value: value.to_owned(),
        unit: unit.to_owned(),
        hint: hint.to_owned(),
        error: String::new(),
        optional,
    };
    RuleEditor {
        title: "Rule “Microsoft”".to_owned(),
        action: "/settings/margins/1".to_owned(),
        csrf: "sample-csrf".to_owned(),
        version: "3".to_owned(),
        edits: true,
        trouble: None,
        name: Field::new("name", "Name", FieldKind::Text).value("Microsoft"),
        vendor: Select {
            name: "vendor",
            label: "Vendor".to_owned(),
            choices: vec![Choice::new("", "All vendors", false), Choice::new("Microsoft", "Microsoft", true)],
            hint: String::new(),
            error: String::new(),
        },
        product: Lookup {
            field: Field::new("product", "Product", FieldKind::Text).optional().placeholder("all; or name, part number, id"),
            id_name: "product_id",
            id: String::new(),
            offers: Vec::new(),
        },
        sku: None,
        customer: Lookup {
            field: Field::new("customer", "Customer", FieldKind::Text).optional().placeholder("all; or name, number"),
            id_name: "customer_id",
            id: String::new(),
            offers: Vec::new(),
        },
        kinds: vec![
            Choice::new("markup", "Markup on cost", true),
            Choice::new("margin", "Margin of sale", false),
            Choice::new("fixed", "Fixed price", false),
        ],
        value: measured("value", "Value", "20", "%", "Equals a margin of 16.7 %.", false),
        currency: Field::new("currency", "Currency", FieldKind::Text).value("EUR"),
        floor: measured("floor", "Floor", "15", "% margin", "Below it you are told.", true),
        rounding: Select {
            name: "rounding",
            label: "Round up".to_owned(),
            choices: vec![Choice::new("cent", "to 0.01", true), Choice::new("ninety_nine", "to x.99", false)],
            hint: String::new(),
            error: String::new(),
        },
        from: Field::new("from", "From", FieldKind::Date).value("2027-01-01"),
        until: Field::new("until", "Until", FieldKind::Date).optional(),
        save: "Save from 1 Jan 2027".to_owned(),
        back: "/settings/margins/1".to_owned(),
        retire: Some(Retire {
            action: "/settings/margins/1/retire".to_owned(),
            title: "Take “Microsoft” out of use?".to_owned(),
            text: "Sale prices are then worked out by the next closest rule. Prices of orders that were submitted stay as they are.".to_owned(),
        }),
        effect: effect(),
    }
}

fn effect() -> RuleEffect {
    let sample = |vendor: &str,
                  name: &str,
                  detail: &str,
                  cost: &str,
                  sale: (&str, &str),
                  margin: (&str, &str),
                  tone,
                  which: &str| SampleRow {
        vendor: vendor.to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        cost: cost.to_owned(),
        currency: "EUR".to_owned(),
        old_sale: sale.0.to_owned(),
        new_sale: sale.1.to_owned(),
        old_margin: margin.0.to_owned(),
        new_margin: margin.1.to_owned(),
        tone,
        wins: which.is_empty(),
        which: which.to_owned(),
    };
    RuleEffect {
        words: "at today’s cost, for one and billing period".to_owned(),
        figures: vec![
            parts::Figure::new("Sales per month, 812 subscriptions", "+502.40", "32,288.30 → 32,790.70").of("EUR"),
            parts::Figure::new("Margin", "16.4 %", "now 15.1 %"),
            parts::Figure::new("Below the floor", "5", "of 812").toned(Tone::Warn),
        ],
        samples: vec![
            sample("Microsoft", "Business Premium", "1 year, monthly", "18.72", ("22.09", "22.47"), ("15.3 %", "16.7 %"), Tone::Calm, ""),
            sample("Microsoft", "Business Standard with a name that is far too long to stand in one line of a table", "1 year, monthly, for Hedgehog Logistics Oy and all its subsidiaries", "9.88", ("11.66", "11.86"), ("15.3 %", "16.7 %"), Tone::Calm, ""),
            sample("Microsoft", "Microsoft 365 E5", "1 year, monthly", "55.16", ("64.54", "64.54"), ("14.5 %", "14.5 %"), Tone::Calm, "rule “Microsoft 365 E5” is closer: not touched"),
            sample("Microsoft", "Business Premium", "for Hedgehog Logistics", "18.72", ("", "20.25"), ("", "7.6 %"), Tone::Bad, "rule “Hedgehog, Premium” is closer: not touched"),
        ],
        beaten: vec![Beaten { name: "Microsoft 365 E5".to_owned(), why: "it names the product".to_owned() }],
        note: None,
        foot: "Nothing holds before you save. Orders that were submitted keep their prices; drafts are marked.".to_owned(),
        save: None,
        hint: None,
        unit: String::new(),
    }
}

fn wrong() -> RuleEditor {
    let base = editor();
    RuleEditor {
        title: "New rule".to_owned(),
        version: String::new(),
        trouble: Some(Note::new(Tone::Bad, "alert-circle", "2 fields are wrong", "Nothing was saved.")),
        value: Measured { value: "abc".to_owned(), error: "Give a percentage, such as 18 or 18.5.".to_owned(), ..base.value.clone() },
        product: Lookup {
            field: Field::new("product", "Product", FieldKind::Text).optional().value("business").error("Several are called that. Choose one, or type more of it."),
            offers: vec![
                ("p1".to_owned(), "Microsoft 365 Business Premium".to_owned(), "CFQ7TTC0LCHC:0002".to_owned()),
                ("p2".to_owned(), "Microsoft 365 Business Standard with a name that is far too long to stand in one line".to_owned(), "CFQ7TTC0LDPB:0001".to_owned()),
            ],
            ..base.product.clone()
        },
        sku: Some(Select { name: "sku", label: "SKU".to_owned(), choices: vec![Choice::new("", "All SKUs", true)], hint: String::new(), error: String::new() }),
        kinds: vec![Choice::new("markup", "Markup on cost", false), Choice::new("margin", "Margin of sale", false), Choice::new("fixed", "Fixed price", true)],
        retire: None,
        back: String::new(),
        effect: RuleEffect { note: Some(Note::new(Tone::Calm, "percentage", "Nothing to work out yet", "Give a value; what it does stands here while you type.")), ..effect() },
        ..base
    }
}
