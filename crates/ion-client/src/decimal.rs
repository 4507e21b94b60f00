//! Decimals exactly as the server wrote them.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A decimal number as the text of the reply: `811.94534500000009`, `5.06e-6`. Never goes by a binary float.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExactDecimal(String);

impl ExactDecimal {
    /// The digits as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its value, where 28 digits hold it without rounding.
    pub fn to_decimal(&self) -> Option<Decimal> {
        let (digits, exponent) = match self.0.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (self.0.as_str(), 0),
        };
        let mut value = Decimal::from_str_exact(digits).ok()?;
        let scale = i32::try_from(value.scale()).ok()?.checked_sub(exponent)?;
        if scale >= 0 {
            value.set_scale(u32::try_from(scale).ok()?).ok()?;
            return Some(value);
        }
        value.set_scale(0).ok()?;
        let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
        value.checked_mul(Decimal::try_from_i128_with_scale(factor, 0).ok()?)
    }
}

impl fmt::Display for ExactDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ExactDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        // Some numbers of Ion come as strings.
        let text = raw
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(raw);
        if is_number(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(D::Error::custom(format_args!(
                "expected a decimal number, found {}",
                raw.chars().take(40).collect::<String>()
            )))
        }
    }
}

/// A sign, digits with or without a point among them, an exponent.
fn is_number(text: &str) -> bool {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (unsigned(number), Some(unsigned(exponent))),
        None => (unsigned(text), None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, behind) = number.split_once('.').unwrap_or((number, ""));
    digits(before)
        && digits(behind)
        && !(before.is_empty() && behind.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> ExactDecimal {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn arrives_digit_for_digit() {
        for text in [
            "811.94534500000009",
            "5.06e-6",
            "0",
            "-0.00",
            "63.8452759",
            "1E+3",
            "12345678901234567890.123456789",
        ] {
            assert_eq!(exact(text).as_str(), text);
            assert_eq!(exact(&format!("\"{text}\"")).as_str(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for text in [
            "\"free\"",
            "true",
            "null",
            "[]",
            "{}",
            "\"\"",
            "\"-\"",
            "\"1-2\"",
            "\"1.2.3\"",
            "\"e5\"",
            "\"1e\"",
            "\".\"",
            "\"1,50\"",
            "\" 1\"",
        ] {
            assert!(
                serde_json::from_str::<ExactDecimal>(text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn its_value_is_exact_or_none() {
        let value = |text| exact(text).to_decimal().map(|value| value.to_string());
        assert_eq!(
            value("811.94534500000009").as_deref(),
            Some("811.94534500000009")
        );
        assert_eq!(value("5.06e-6").as_deref(), Some("0.00000506"));
        assert_eq!(value("-1.5E3").as_deref(), Some("-1500"));
        assert_eq!(value("1e-40"), None);
        assert_eq!(value("1e400"), None);
        assert_eq!(value("0.123456789012345678901234567890123"), None);
    }
}
