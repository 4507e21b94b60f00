//! What the dashboard shows of subscriptions.

use super::*;
use crate::view::subscriptions::dashboard::{
    Ahead, Pressing, Spend, SpendTable, SubscriptionTiles, VendorLine,
};
use crate::view::subscriptions::plot::{Bar, Bars};

/// What the dashboard shows of subscriptions.
pub(crate) fn tiles() -> SubscriptionTiles {
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
