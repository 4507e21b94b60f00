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

/// Whether what was typed is this number of seats: `1250`, `1,250`, `1.250` and `1 250` all are 1250.
pub fn is_quantity(typed: &str, quantity: u64) -> bool {
    let number: String = typed
        .chars()
        .filter(|sign| !sign.is_whitespace() && !matches!(sign, '\'' | '\u{2019}' | '_'))
        .collect();
    ungroup(&number).and_then(|whole| whole.parse().ok()) == Some(quantity)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::samples::{currency, dec};

    #[rstest]
    #[case("5690.10", true)]
    #[case("5690.1", true)]
    #[case("5,690.10", true)]
    #[case("5.690,10", true)]
    #[case("5690,10", true)]
    #[case("5 690,10 EUR", true)]
    #[case("5\u{202f}690,10\u{a0}€", true)]
    #[case("5'690.10", true)]
    #[case("eur 5690.10", true)]
    #[case("  5690.100 ", true)]
    #[case("5690", false)]
    #[case("5690.11", false)]
    #[case("569010", false)]
    #[case("56,90.10", false)]
    #[case("5.690.10", false)]
    #[case("5,690.10 USD", false)]
    #[case("$5,690.10", false)]
    #[case("-5690.10", false)]
    #[case("5690.10 please", false)]
    #[case("", false)]
    #[case("EUR", false)]
    #[case(".", false)]
    fn what_was_typed_is_the_amount_or_not(#[case] typed: &str, #[case] is: bool) {
        assert_eq!(is_amount(typed, dec("5690.10"), currency("EUR")), is);
    }

    #[test]
    fn other_currencies_and_countries() {
        assert!(is_amount("1,234,567", dec("1234567"), currency("JPY")));
        assert!(is_amount("¥1234567", dec("1234567"), currency("JPY")));
        assert!(is_amount("12,34,567.50", dec("1234567.5"), currency("INR")));
        assert!(is_amount("1.234.567,50", dec("1234567.5"), currency("SEK")));
        assert!(is_amount("5,690", dec("5690"), currency("EUR")));
        assert!(!is_amount("5,69", dec("569"), currency("EUR")));
        assert!(is_amount("0", dec("0"), currency("EUR")));
    }

    #[rstest]
    #[case("5690.1", "EUR", "5,690.10")]
    #[case("542.1", "EUR", "542.10")]
    #[case("1234567.891", "KWD", "1,234,567.891")]
    #[case("1234567.5", "JPY", "1,234,568")]
    #[case("-74.88", "EUR", "\u{2212}74.88")]
    #[case("-0.001", "EUR", "0.00")]
    #[case("0", "EUR", "0.00")]
    fn amounts_are_shown_with_the_digits_of_their_currency(
        #[case] amount: &str,
        #[case] code: &str,
        #[case] text: &str,
    ) {
        assert_eq!(shown(dec(amount), currency(code)), text);
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(units in 0_i64..10_000_000_000, code in prop::sample::select(&["EUR", "JPY", "KWD", "USD"][..])) {
            let code = currency(code);
            let amount = Decimal::new(units, code.exponent());
            let text = shown(amount, code);
            prop_assert!(is_amount(&text, amount, code));
            let with_code = format!("{text} {code}");
            prop_assert!(is_amount(&with_code, amount, code));
            let other = amount + Decimal::new(1, code.exponent());
            prop_assert!(!is_amount(&text, other, code) || code.exponent() == 3);
        }

        #[test]
        fn no_text_panics(typed: String) {
            let _is = is_amount(&typed, dec("1"), currency("EUR"));
        }
    }
}
