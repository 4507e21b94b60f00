//! Amounts, as commands write them: exact, with their currency.

use domain::Currency;
use domain::order::Sums;
use rust_decimal::Decimal;

/// `468.00 EUR`; a currency each, joined by `+`. A dash where there is nothing.
pub(super) fn sums(sums: &Sums) -> String {
    if sums.is_empty() {
        return "-".to_owned();
    }
    let parts: Vec<String> = sums
        .iter()
        .map(|(currency, sum)| amount(*sum, *currency))
        .collect();
    parts.join(" + ")
}

/// An amount with the digits of its currency.
pub(super) fn amount(amount: Decimal, currency: Currency) -> String {
    let digits = currency.exponent();
    let mut rounded = amount.round_dp(digits);
    rounded.rescale(digits);
    format!("{rounded} {currency}")
}

/// An amount of stored units of 10^-6.
pub(super) fn units(units: Option<i64>, currency: Option<Currency>) -> String {
    match (units, currency) {
        (Some(units), Some(currency)) => amount(Decimal::new(units, 6), currency),
        _ => "-".to_owned(),
    }
}
