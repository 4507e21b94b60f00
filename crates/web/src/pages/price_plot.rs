//! The plot of what a product did cost.

use std::collections::BTreeMap;

use domain::{Amount, BillingPeriod, Currency, Scale, VariantId};
use jiff::Timestamp;
use store::catalog::{LedgerRow, StoredVariant};

use crate::pages::product::label;
use crate::view::product::{PriceLine, PricePlot};

/// Lines of the plot.
const LINES: usize = 5;

/// The lines of the currency that has the most prices, the longest first. Where some are billed by the month and the rest by the
/// year, a year's price is drawn as its twelfth: else one scale shows neither.
pub(crate) fn plot(
    product: &str,
    variants: &[StoredVariant],
    ledger: &[LedgerRow],
    now: Timestamp,
) -> Option<PricePlot> {
    let mut by_currency: BTreeMap<Currency, u64> = BTreeMap::new();
    for row in ledger {
        *by_currency.entry(row.currency).or_default() += 1;
    }
    let (currency, _) = by_currency.into_iter().max_by_key(|(_, count)| *count)?;
    let mut lines: BTreeMap<(VariantId, &str), Vec<&LedgerRow>> = BTreeMap::new();
    for row in ledger.iter().filter(|row| row.currency == currency) {
        lines
            .entry((row.variant, &row.meter))
            .or_default()
            .push(row);
    }
    let mut lines: Vec<(Option<BillingPeriod>, Vec<&LedgerRow>)> = lines
        .into_iter()
        .map(|((id, _), rows)| {
            let variant = variants.iter().find(|variant| variant.id == id);
            (variant.map(|variant| variant.variant.billing), rows)
        })
        .collect();
    lines.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    lines.truncate(LINES);
    let billed = |period| {
        lines
            .iter()
            .filter(|(billing, _)| *billing == Some(period))
            .count()
    };
    let (months, years) = (
        billed(BillingPeriod::Monthly),
        billed(BillingPeriod::Annual),
    );
    let by_month = months > 0 && years > 0 && months + years == lines.len();
    let lines = lines
        .iter()
        .map(|(billing, rows)| PriceLine {
            label: label(product, rows[0]),
            points: rows
                .iter()
                .map(|row| {
                    let drawn = if by_month && *billing == Some(BillingPeriod::Annual) {
                        twelfth(&row.cost)
                    } else {
                        row.cost.decimal().to_string()
                    };
                    (row.from_at.as_second(), drawn)
                })
                .collect(),
        })
        .collect();
    Some(PricePlot {
        currency: currency.to_string(),
        measure: if by_month { "cost per month" } else { "cost" },
        until: now.as_second(),
        lines,
    })
}

/// A twelfth with four digits: for the eye only, the ledger has the price.
fn twelfth(cost: &Amount) -> String {
    match cost.scale() {
        Scale::Price => {
            let drawn = (cost.units() / 12 + 50) / 100;
            format!("{}.{:04}", drawn / 10_000, drawn % 10_000)
        }
        Scale::Rate => cost.decimal().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_drawn_as_twelve_months() {
        let of = |text: &str| twelfth(&Amount::parse(text, Scale::Price).expect("a price"));
        assert_eq!(of("213.96"), "17.8300");
        assert_eq!(of("100"), "8.3333");
        assert_eq!(of("0"), "0.0000");
    }
}
