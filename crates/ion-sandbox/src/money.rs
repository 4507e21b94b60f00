//! Exact money: what a seat costs times seats, without a float.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::generate::Price;

/// Digits behind the point: those of a price and of its noise.
const SCALE: usize = 15;
const ONE: i128 = 1_000_000_000_000_000;

/// An amount in units of 10^-15. Written as Ion writes doubles: whole ones without a point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Money(i128);

impl Money {
    pub(crate) fn of(price: &Price) -> Self {
        Self::parse(&price.text()).unwrap_or_default()
    }

    /// Digits with at most one point.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if part.len() > SCALE || whole.is_empty() || !digits(whole) || !digits(part) {
            return None;
        }
        let part: i128 = format!("{part:0<SCALE$}").parse().ok()?;
        Some(Self(
            whole
                .parse::<i128>()
                .ok()?
                .checked_mul(ONE)?
                .checked_add(part)?,
        ))
    }

    pub(crate) fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(i128::from(count)))
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Without what stands behind the point.
    pub(crate) fn whole(self) -> i128 {
        self.0 / ONE
    }

    pub(crate) fn text(self) -> String {
        let (whole, part) = (self.0 / ONE, self.0 % ONE);
        if part == 0 {
            return whole.to_string();
        }
        format!("{whole}.{part:0SCALE$}")
            .trim_end_matches('0')
            .to_owned()
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::plus)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.text())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_times_seats_is_exact() {
        let price = |units, noise| Money::of(&Price { units, noise });
        assert_eq!(price(197_000_000, "").times(5).text(), "98.5");
        assert_eq!(price(187_200_000, "").times(25).text(), "468");
        // A float would say 811.9453450000001 or worse.
        assert_eq!(
            price(8_119_453_450, "0000009").times(3).text(),
            "2435.83603500000027"
        );
        assert_eq!(
            serde_json::to_string(&[price(50, ""), price(30_000_000, "")]).unwrap(),
            "[0.000005,3]"
        );
    }

    #[test]
    fn only_digits_are_money() {
        assert_eq!(Money::parse("12.50").unwrap().text(), "12.5");
        for text in ["", ".5", "-1", "1e3", "1.2.3", "1.0000000000000001"] {
            assert_eq!(Money::parse(text), None, "{text}");
        }
    }
}
