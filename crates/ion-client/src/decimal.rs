//! Decimals exactly as the server wrote them.

use std::fmt;

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
        let number = !text.is_empty()
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E')
            });
        if number {
            Ok(Self(text.to_owned()))
        } else {
            Err(D::Error::custom(format_args!(
                "expected a decimal number, found {}",
                raw.chars().take(40).collect::<String>()
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_digit_for_digit() {
        for text in [
            "811.94534500000009",
            "5.06e-6",
            "0",
            "63.8452759",
            "12345678901234567890.123456789",
        ] {
            assert_eq!(
                serde_json::from_str::<ExactDecimal>(text).unwrap().as_str(),
                text
            );
            assert_eq!(
                serde_json::from_str::<ExactDecimal>(&format!("\"{text}\""))
                    .unwrap()
                    .as_str(),
                text
            );
        }
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for text in ["\"free\"", "true", "null", "[]", "\"\"", "\"-\""] {
            assert!(
                serde_json::from_str::<ExactDecimal>(text).is_err(),
                "{text}"
            );
        }
    }
}
