//! Money: exact decimals with a currency. Never a float.
//!
//! Ion sends prices as JSON numbers with float noise (Ion API notes 4.2). The text is kept as received; what is compared
//! and summed is an integer of 10^-6 (prices) or 10^-9 (usage rates).

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How fine an amount is compared and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// 10^-6 of the currency's unit: prices.
    Price,
    /// 10^-9 of the currency's unit: usage rates.
    Rate,
}

impl Scale {
    /// Digits behind the point.
    pub const fn digits(self) -> u32 {
        match self {
            Self::Price => 6,
            Self::Rate => 9,
        }
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number.
    #[error("{0:?} is not a decimal number")]
    NotANumber(String),
    /// Below zero; Ion has no negative prices.
    #[error("{0} is below zero")]
    Negative(String),
    /// Larger than can be stored.
    #[error("{0} is larger than any price")]
    TooLarge(String),
}

/// An amount as received, and the integer by which it is compared.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Amount {
    text: String,
    units: i64,
    scale: Scale,
}

impl Amount {
    /// Reads a decimal text such as `811.94534500000009` or `5.06e-6` digit for digit; the integer is rounded half to even.
    pub fn parse(text: &str, scale: Scale) -> Result<Self, AmountError> {
        let trimmed = text.trim();
        let decimal = parse_decimal(trimmed)?;
        if decimal.is_sign_negative() && !decimal.is_zero() {
            return Err(AmountError::Negative(clip(trimmed)));
        }
        let units = to_units(decimal, scale).ok_or_else(|| AmountError::TooLarge(clip(trimmed)))?;
        Ok(Self {
            text: trimmed.to_owned(),
            units,
            scale,
        })
    }

    /// An amount from stored parts.
    pub fn from_stored(text: String, units: i64, scale: Scale) -> Self {
        Self { text, units, scale }
    }

    /// The text as received from Ion.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The integer of 10^-6 or 10^-9.
    pub fn units(&self) -> i64 {
        self.units
    }

    /// How fine [`Self::units`] is.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// True where the two amounts are the same price; a difference below the scale is none.
    pub fn same_price(&self, other: &Self) -> bool {
        self.scale == other.scale && self.units == other.units
    }

    /// The amount as a decimal of its scale.
    pub fn decimal(&self) -> Decimal {
        Decimal::new(self.units, self.scale.digits()).normalize()
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.units == other.units && self.scale == other.scale
    }
}

impl Eq for Amount {}

fn parse_decimal(text: &str) -> Result<Decimal, AmountError> {
    let not = || AmountError::NotANumber(clip(text));
    if text.is_empty()
        || !text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
    {
        return Err(not());
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let exponent: i32 = exponent.parse().map_err(|_| not())?;
        let digits: usize = mantissa.bytes().filter(u8::is_ascii_digit).count();
        if exponent > 28 || digits > 40 {
            return Err(AmountError::TooLarge(clip(text)));
        }
        if exponent < -40 {
            return Decimal::from_str(mantissa)
                .map(|_| Decimal::ZERO)
                .map_err(|_| not());
        }
        return shift(Decimal::from_str(mantissa).map_err(|_| not())?, exponent)
            .ok_or_else(|| AmountError::TooLarge(clip(text)));
    }
    Decimal::from_str(text).map_err(|_| {
        if text.len() > 28 {
            AmountError::TooLarge(clip(text))
        } else {
            not()
        }
    })
}

fn shift(mut value: Decimal, exponent: i32) -> Option<Decimal> {
    let ten = Decimal::TEN;
    for _ in 0..exponent.unsigned_abs() {
        value = if exponent > 0 {
            value.checked_mul(ten)?
        } else {
            value.checked_div(ten)?
        };
    }
    Some(value)
}

fn to_units(value: Decimal, scale: Scale) -> Option<i64> {
    let mut rounded = value.round_dp(scale.digits());
    rounded.rescale(scale.digits());
    // `rescale` keeps fewer digits where the number would not fit: then it is too large for us too.
    (rounded.scale() == scale.digits())
        .then(|| i64::try_from(rounded.mantissa()).ok())
        .flatten()
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

/// An ISO 4217 code: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// A text that is no currency code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a currency code of three letters")]
pub struct CurrencyError(pub String);

impl Currency {
    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Digits that amounts of this currency are shown and summed with (ISO 4217 exponent).
    pub fn exponent(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: [u8; 3] = text
            .trim()
            .as_bytes()
            .try_into()
            .map_err(|_| CurrencyError(clip(text)))?;
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(CurrencyError(clip(text)));
        }
        Ok(Self(bytes.map(|b| b.to_ascii_uppercase())))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_digit_and_compares_by_the_scale() {
        let noisy = Amount::parse("811.94534500000009", Scale::Price).unwrap();
        assert_eq!(noisy.text(), "811.94534500000009");
        assert_eq!(noisy.units(), 811_945_345);
        assert!(noisy.same_price(&Amount::parse("811.945345", Scale::Price).unwrap()));
        assert_ne!(noisy, Amount::parse("811.945345", Scale::Price).unwrap());
    }

    #[test]
    fn reads_exponents_without_a_float() {
        assert_eq!(Amount::parse("5.06e-6", Scale::Price).unwrap().units(), 5);
        assert_eq!(
            Amount::parse("5.06e-6", Scale::Rate).unwrap().units(),
            5_060
        );
        assert_eq!(
            Amount::parse("1.5E3", Scale::Price).unwrap().units(),
            1_500_000_000
        );
        assert_eq!(Amount::parse("1e-300", Scale::Price).unwrap().units(), 0);
    }

    #[test]
    fn refuses_what_is_no_price() {
        assert!(matches!(
            Amount::parse("NaN", Scale::Price),
            Err(AmountError::NotANumber(_))
        ));
        assert!(matches!(
            Amount::parse("", Scale::Price),
            Err(AmountError::NotANumber(_))
        ));
        assert!(matches!(
            Amount::parse("-1", Scale::Price),
            Err(AmountError::Negative(_))
        ));
        assert!(matches!(
            Amount::parse("1e308", Scale::Price),
            Err(AmountError::TooLarge(_))
        ));
        assert!(matches!(
            Amount::parse("99999999999999", Scale::Price),
            Err(AmountError::TooLarge(_))
        ));
        assert!(Amount::parse("-0", Scale::Price).is_ok());
    }

    #[test]
    fn knows_currencies_and_their_digits() {
        assert_eq!("eur".parse::<Currency>().unwrap().as_str(), "EUR");
        assert_eq!("JPY".parse::<Currency>().unwrap().exponent(), 0);
        assert!("EURO".parse::<Currency>().is_err());
        assert!("E1R".parse::<Currency>().is_err());
    }
}
