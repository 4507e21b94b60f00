//! One product: its page, and what Ion sent of it.

use super::*;

pub(super) fn detail(past: bool) -> product::ProductPage {
    let percent = |text: &str| Delta::Up(format!("{text}\u{202f}%"));
    let price = |cost: &str, list: &str, delta| product::VariantPrice {
        meter: String::new(),
        cost: cost.to_owned(),
        list: list.to_owned(),
        currency: "EUR".to_owned(),
        sale: "22.09".to_owned(),
        margin: "15.3\u{202f}%".to_owned(),
        tone: Tone::Calm,
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
        order_href: Some("/orders/new?product=1".to_owned()),
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
        sale: Some(super::super::subscriptions::sale_card()),
        used_by: super::super::subscriptions::used_by(),
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

pub(super) fn raw_lines(here: u64) -> Vec<product::RawLine> {
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

pub(super) fn raw() -> product::RawPage {
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
