//! Amounts that people type and read: tolerant of the separators of their country, strict about the amount.

use domain::Currency;
use rust_decimal::Decimal;

use super::money::round;

/// An amount as people read it: `5,690.10`, with the digits of its currency.
pub fn shown(amount: Decimal, currency: Currency) -> String {
    let mut amount = round(amount, currency);
    amount.rescale(currency.exponent());
    let text = amount.abs().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |it| it);
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    // The minus sign of print, as pages show it.
    let sign = if amount.is_sign_negative() && !amount.is_zero() {
        "\u{2212}"
    } else {
        ""
    };
    if rest.is_empty() {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}.{rest}")
    }
}

/// Whether what was typed is this amount. `5690.1`, `5,690.10`, `5.690,10`, `5 690,10 EUR` and `€5'690.10` all are 5690.10;
/// another currency, another amount, or a text that is none is not.
pub fn is_amount(typed: &str, amount: Decimal, currency: Currency) -> bool {
    let amount = round(amount, currency);
    let Some(number) = without_currency(typed, currency) else {
        return false;
    };
    readings(&number).contains(&Some(amount))
}

/// The number in what was typed; nothing where another currency stands beside it, or any other word.
fn without_currency(typed: &str, currency: Currency) -> Option<String> {
    let letters: String = typed
        .chars()
        .filter(|sign| sign.is_alphabetic() || "€$£¥₹₩".contains(*sign))
        .collect();
    let symbol = match currency.as_str() {
        "EUR" => "€",
        "GBP" => "£",
        "JPY" | "CNY" => "¥",
        "INR" => "₹",
        "KRW" => "₩",
        "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD" | "MXN" => "$",
        _ => "",
    };
    let known = letters.is_empty()
        || letters.eq_ignore_ascii_case(currency.as_str())
        || (!symbol.is_empty() && letters == symbol);
    if !known {
        return None;
    }
    Some(
        typed
            .chars()
            .filter(|sign| !sign.is_alphabetic() && !"€$£¥₹₩".contains(*sign))
            .filter(|sign| !sign.is_whitespace() && !matches!(sign, '\'' | '\u{2019}' | '_'))
            .collect(),
    )
}

/// What a number can mean: its separators all between thousands, or the last one before the decimals.
fn readings(number: &str) -> [Option<Decimal>; 2] {
    let digits_only = number.trim_matches('+');
    let grouped = ungroup(digits_only).and_then(|whole| whole.parse().ok());
    let decimal = digits_only
        .rfind(['.', ','])
        .and_then(|at| {
            let (whole, rest) = (&digits_only[..at], &digits_only[at + 1..]);
            let same_again = whole.contains(&digits_only[at..=at]);
            let digits = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
            (digits && !same_again)
                .then(|| ungroup(whole))
                .flatten()
                .map(|whole| format!("{whole}.{rest}"))
        })
        .and_then(|text| text.parse().ok());
    [grouped, decimal]
}

/// A whole number without the signs between its groups; nothing where the groups are none.
fn ungroup(number: &str) -> Option<String> {
    let signs: Vec<char> = number
        .chars()
        .filter(|sign| !sign.is_ascii_digit())
        .collect();
    if signs.iter().any(|sign| !matches!(sign, '.' | ','))
        || signs.windows(2).any(|pair| pair[0] != pair[1])
    {
        return None;
    }
    let groups: Vec<&str> = number.split(['.', ',']).collect();
    let whole = match groups.as_slice() {
        [one] => !one.is_empty(),
        // Groups of two stand before the last three digits in India.
        [first, middle @ .., last] => {
            (1..=3).contains(&first.len())
                && middle.iter().all(|group| matches!(group.len(), 2 | 3))
                && last.len() == 3
        }
        [] => false,
    };
    whole.then(|| groups.concat())
}
