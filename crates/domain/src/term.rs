//! Commitment terms and billing periods.

use crate::text_enum;

text_enum! {
    /// How long a purchase binds. Unknown is treated as long: never guessed from a name (Ion API notes 4.1).
    pub enum Term {
        /// One month.
        P1M = "P1M",
        /// One year.
        P1Y = "P1Y",
        /// Three years.
        P3Y = "P3Y",
        /// The part number does not say.
        Unknown = "unknown",
    }
}

impl Term {
    /// The term in a manufacturer part number `product:sku:term:billing`, else unknown.
    pub fn of_part_number(part_number: &str) -> Self {
        part_number
            .split(':')
            .nth(2)
            .and_then(|part| part.parse().ok())
            .filter(|term| *term != Self::Unknown)
            .unwrap_or(Self::Unknown)
    }
}

text_enum! {
    /// How often a plan is billed (Ion API notes 4.1).
    pub enum BillingPeriod {
        /// Once.
        OneTime = "one_time",
        /// Each minute.
        Minutely = "minutely",
        /// Each hour.
        Hourly = "hourly",
        /// Each day.
        Daily = "daily",
        /// Each week.
        Weekly = "weekly",
        /// Each second week.
        Biweekly = "biweekly",
        /// Each month.
        Monthly = "monthly",
        /// Each quarter.
        Quarterly = "quarterly",
        /// Each half year.
        Biannual = "biannual",
        /// Each year.
        Annual = "annual",
        /// Ion does not say, or says a word that we do not know.
        Unspecified = "unspecified",
    }
}

impl BillingPeriod {
    /// The period of Ion's word, such as `MONTHLY`.
    pub fn of_ion(word: &str) -> Self {
        word.to_ascii_lowercase()
            .parse()
            .unwrap_or(Self::Unspecified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn term_comes_from_the_third_part_only() {
        assert_eq!(Term::of_part_number("CFQ7TTC0LH18:000D:P1Y:M"), Term::P1Y);
        assert_eq!(Term::of_part_number("CFQ7TTC0LH18:000D"), Term::Unknown);
        assert_eq!(Term::of_part_number("a:b:unknown:M"), Term::Unknown);
        assert_eq!(Term::of_part_number("Monthly P1M"), Term::Unknown);
    }

    #[test]
    fn unknown_billing_words_are_unspecified() {
        assert_eq!(BillingPeriod::of_ion("ONE_TIME"), BillingPeriod::OneTime);
        assert_eq!(
            BillingPeriod::of_ion("FORTNIGHTLY"),
            BillingPeriod::Unspecified
        );
    }
}
