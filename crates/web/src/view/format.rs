//! Figures, money and times as people read them. Nothing here passes through a float.

use std::time::Duration;

use domain::{Amount, Currency, Scale};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::parts::{Delta, Moment, Money};

/// The space before `%`: narrow, and never at the end of a line.
const THIN: char = '\u{202f}';
const MINUS: char = '\u{2212}';

/// `20,114`.
pub fn count(number: u64) -> String {
    group(&number.to_string())
}

/// `1 product`, `20,114 products`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A name without that of the product in front of it, where the product stands beside it anyway.
pub fn within<'a>(product: &str, name: &'a str) -> &'a str {
    match name
        .strip_prefix(product)
        .map(|rest| rest.trim_start_matches([',', ' ', '-', '·', ':']))
    {
        Some(rest) if !rest.is_empty() => rest,
        _ => name,
    }
}

pub(super) fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A price from units of 10^-6: as many digits as the currency has, up to 4 where the price has them; `1,234.50`.
pub fn price(units: i64, currency: Currency) -> String {
    decimal(units, 6, currency.exponent(), currency.exponent().max(4))
}

/// A sum from units of 10^-6, in the digits of its currency: `1,287.60`.
pub fn total(units: i64, currency: Currency) -> String {
    decimal(units, 6, currency.exponent(), currency.exponent())
}

/// An exact decimal as a sum, in the digits of its currency; `None` where it is larger than any that is shown.
pub fn sum(amount: rust_decimal::Decimal, currency: Currency) -> Option<String> {
    let mut units = amount.round_dp(6);
    units.rescale(6);
    (units.scale() == 6)
        .then(|| i64::try_from(units.mantissa()).ok())
        .flatten()
        .map(|units| total(units, currency))
}

/// An amount as kept: prices by [`price`], usage rates with all their digits.
pub fn amount(amount: &Amount, currency: Currency) -> String {
    match amount.scale() {
        Scale::Price => price(amount.units(), currency),
        Scale::Rate => decimal(amount.units(), 9, currency.exponent(), 9),
    }
}

/// [`amount`] with its currency, which prints small.
pub fn money(value: &Amount, currency: Currency) -> Money {
    Money {
        amount: amount(value, currency),
        currency: currency.as_str().to_owned(),
    }
}

/// An integer of 10^-`scale` with at least `least` and at most `most` digits behind the point, rounded half away from zero.
fn decimal(units: i64, scale: u32, least: u32, most: u32) -> String {
    let most = most.min(scale);
    let drop = 10_u128.pow(scale - most);
    let rounded = (u128::from(units.unsigned_abs()) + drop / 2) / drop;
    let base = 10_u128.pow(most);
    let mut fraction = format!("{:0width$}", rounded % base, width = most as usize);
    while fraction.len() > least as usize && fraction.ends_with('0') {
        fraction.pop();
    }
    let sign = if units < 0 && rounded > 0 {
        MINUS.to_string()
    } else {
        String::new()
    };
    let whole = group(&(rounded / base).to_string());
    if least == 0 && fraction.is_empty() || most == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

/// The difference of two prices in units of 10^-6, with its sign: `+0.62`.
pub fn difference(before: i64, after: i64, currency: Currency) -> String {
    let by = after.saturating_sub(before);
    let sign = if by > 0 { "+" } else { "" };
    format!("{sign}{}", price(by, currency))
}

/// Tenths of a percent as words: 34 -> `3.4 %`.
pub fn percent(tenths: u64) -> String {
    format!("{}.{}{THIN}%", count(tenths / 10), tenths % 10)
}

/// A part of a whole in percent, rounded; only the whole is `100.0 %`.
pub fn share(part: u64, whole: u64) -> String {
    let whole = u128::from(whole.max(1));
    let exact = u128::from(part) * 1000;
    let mut tenths = (exact + whole / 2) / whole;
    if tenths == 1000 && exact < 1000 * whole {
        tenths = 999;
    }
    if part > 0 && exact < whole {
        return format!("under 0.1{THIN}%");
    }
    percent(u64::try_from(tenths).unwrap_or(u64::MAX))
}

/// How a price moved, in percent of what it was; both in units of 10^-6.
pub fn moved(before: Option<i64>, after: Option<i64>) -> Delta {
    match (before, after) {
        (Some(before), Some(after)) if before == after => Delta::Words("same".to_owned()),
        (Some(before), Some(after)) if before > 0 => {
            let by = i128::from(after) - i128::from(before);
            let tenths = (by.unsigned_abs() * 1000 + u128::from(before.unsigned_abs()) / 2)
                / u128::from(before.unsigned_abs());
            let text = if tenths == 0 {
                format!("under 0.1{THIN}%")
            } else {
                percent(u64::try_from(tenths).unwrap_or(u64::MAX))
            };
            if by > 0 {
                Delta::Up(text)
            } else {
                Delta::Down(text)
            }
        }
        (_, Some(_)) => Delta::Words("first seen".to_owned()),
        (_, None) => Delta::Words("none".to_owned()),
    }
}

/// `112 MB`: thousands, at most 3 digits.
pub fn bytes(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = bytes * 10 / unit;
    if tenths < 100 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", count(tenths / 10))
    }
}

/// `84 ms`, `1.9 s`, `17 s`, `3 min 40 s`, `1 h 23 min`, `27 days`.
pub fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 if span.as_millis() < 100 => format!("{} ms", span.as_millis()),
        0..10 => format!("{}.{} s", seconds, span.subsec_millis() / 100),
        10..60 => format!("{seconds} s"),
        60..3600 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 if seconds % 3600 < 60 => format!("{} h", seconds / 3600),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", count(seconds / 86_400)),
    }
}

/// `about 7 seconds`, `about 3 minutes`: what is left, in steps that do not jump.
pub fn about(span: Duration) -> String {
    let seconds = span.as_secs().max(1);
    match seconds {
        1 => "about 1 second".to_owned(),
        2..10 => format!("about {seconds} seconds"),
        10..55 => format!("about {} seconds", seconds.div_ceil(5) * 5),
        55..90 => "about 1 minute".to_owned(),
        90..3300 => format!("about {} minutes", (seconds + 30) / 60),
        3300..5400 => "about 1 hour".to_owned(),
        _ => format!("about {} hours", (seconds + 1800) / 3600),
    }
}

/// `Sa` of `Sam Sample`: the first letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// The first letter large: `Only Ion changed it`.
pub fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Times for one reader: what is now, and in which zone.
#[derive(Debug, Clone)]
pub struct Times {
    /// Now.
    pub now: Timestamp,
    /// The reader's zone.
    pub zone: TimeZone,
}

impl Times {
    /// Times for a reader.
    pub const fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now, zone }
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// `23 Nov 2026`.
    pub fn date(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%-d %b %Y").to_string()
    }

    /// `Monday, 23 November 2026`.
    pub fn long_date(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%A, %-d %B %Y").to_string()
    }

    /// `23 Nov`, with its year where that is another one.
    pub fn day(&self, at: Timestamp) -> String {
        let at = self.zoned(at);
        let form = if at.year() == self.zoned(self.now).year() {
            "%-d %b"
        } else {
            "%-d %b %Y"
        };
        at.strftime(form).to_string()
    }

    /// `Nov 2027`.
    pub fn month(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%b %Y").to_string()
    }

    /// `10:41`.
    pub fn clock(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%H:%M").to_string()
    }

    /// `10:41:09`.
    pub fn clock_seconds(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%H:%M:%S").to_string()
    }

    /// `23 Nov 2026, 10:41`.
    pub fn date_time(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%-d %b %Y, %H:%M").to_string()
    }

    /// `2026-11-23`, for a field of type date.
    pub fn iso_date(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%Y-%m-%d").to_string()
    }

    fn moment(&self, at: Timestamp, text: String) -> Moment {
        Moment {
            text,
            exact: self
                .zoned(at)
                .strftime("%-d %b %Y, %H:%M:%S %Z")
                .to_string(),
            iso: at.to_string(),
        }
    }

    /// Under an hour `2 min ago`, today `10:41`, else `22 Nov, 10:41`.
    pub fn ago(&self, at: Timestamp) -> Moment {
        let seconds = self.now.as_second().saturating_sub(at.as_second());
        let text = match seconds {
            ..=-60 => self.on(at),
            -59..10 => "now".to_owned(),
            10..60 => format!("{seconds} s ago"),
            60..3600 => format!("{} min ago", seconds / 60),
            _ => self.on(at),
        };
        self.moment(at, text)
    }

    /// Today `10:41:09`, else `22 Nov, 10:41:09`: for logs and timelines.
    pub fn second(&self, at: Timestamp) -> Moment {
        let clock = self.clock_seconds(at);
        let text = if self.same_day(at) {
            clock
        } else {
            format!("{}, {clock}", self.day(at))
        };
        self.moment(at, text)
    }

    /// `in 53 min`, `in 27 days`; what has passed reads `now`.
    pub fn ahead(&self, at: Timestamp) -> Moment {
        let seconds = at.as_second().saturating_sub(self.now.as_second());
        let text = match u64::try_from(seconds) {
            Err(_) | Ok(0) => "now".to_owned(),
            Ok(seconds @ 1..60) => format!("in {seconds} s"),
            Ok(seconds @ 60..3600) => format!("in {} min", seconds / 60),
            Ok(seconds) => format!("in {}", duration(Duration::from_secs(seconds))),
        };
        self.moment(at, text)
    }

    /// `23 Nov 2026` as a moment, exact on hover.
    pub fn dated(&self, at: Timestamp) -> Moment {
        self.moment(at, self.date(at))
    }

    /// `today, 10:41`, else `22 Nov, 10:41`.
    pub fn in_words(&self, at: Timestamp) -> String {
        if self.same_day(at) {
            format!("today, {}", self.clock(at))
        } else {
            self.on(at)
        }
    }

    fn on(&self, at: Timestamp) -> String {
        let clock = self.clock(at);
        if self.same_day(at) {
            clock
        } else {
            format!("{}, {clock}", self.day(at))
        }
    }

    fn same_day(&self, at: Timestamp) -> bool {
        self.zoned(at).date() == self.zoned(self.now).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur() -> Currency {
        "EUR".parse().unwrap()
    }

    #[test]
    fn prices_keep_the_digits_of_the_currency_and_up_to_four() {
        assert_eq!(price(18_720_000, eur()), "18.72");
        assert_eq!(price(1_234_500_000, eur()), "1,234.50");
        assert_eq!(price(12_345_678, eur()), "12.3457");
        assert_eq!(price(-620_000, eur()), "\u{2212}0.62");
        assert_eq!(price(0, eur()), "0.00");
        assert_eq!(price(1_999_999_999, eur()), "2,000.00");
        assert_eq!(price(1_500_000_000, "JPY".parse().unwrap()), "1,500");
        assert_eq!(price(1_500_000, "KWD".parse().unwrap()), "1.500");
        assert_eq!(difference(18_100_000, 18_720_000, eur()), "+0.62");
        assert_eq!(price(i64::MIN, eur()), "\u{2212}9,223,372,036,854.7758");
    }

    #[test]
    fn usage_rates_keep_all_their_digits() {
        let rate = Amount::parse("5.06e-6", Scale::Rate).unwrap();
        assert_eq!(amount(&rate, eur()), "0.00000506");
        let noisy = Amount::parse("811.94534500000009", Scale::Price).unwrap();
        assert_eq!(amount(&noisy, eur()), "811.9453");
    }

    #[test]
    fn moves_are_told_in_percent() {
        assert_eq!(
            moved(Some(18_100_000), Some(18_720_000)),
            Delta::Up("3.4\u{202f}%".into())
        );
        assert_eq!(
            moved(Some(41_000_000), Some(39_200_000)),
            Delta::Down("4.4\u{202f}%".into())
        );
        assert_eq!(moved(Some(5), Some(5)), Delta::Words("same".into()));
        assert_eq!(moved(Some(0), Some(5)), Delta::Words("first seen".into()));
        assert_eq!(
            moved(Some(1_000_000), Some(1_000_001)),
            Delta::Up("under 0.1\u{202f}%".into())
        );
        assert_eq!(
            moved(Some(i64::MAX), Some(1)),
            Delta::Down("100.0\u{202f}%".into())
        );
    }

    #[test]
    fn a_variant_is_called_by_what_tells_it_apart() {
        assert_eq!(
            within("Teams Rooms Pro", "Teams Rooms Pro, Monthly"),
            "Monthly"
        );
        assert_eq!(
            within("Teams", "Teams Rooms Pro, Annual"),
            "Rooms Pro, Annual"
        );
        assert_eq!(
            within("Teams Rooms Pro", "Teams Rooms Pro"),
            "Teams Rooms Pro"
        );
        assert_eq!(
            within("Kettle", "Kettle, step-up, Annual"),
            "step-up, Annual"
        );
        assert_eq!(within("Kettle", "Teapot, Annual"), "Teapot, Annual");
    }

    #[test]
    fn figures_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(20_114), "20,114");
        assert_eq!(counted(1, "product", "products"), "1 product");
        assert_eq!(bytes(41_300), "41 kB");
        assert_eq!(bytes(9_100), "9.1 kB");
        assert_eq!(bytes(112_000_000), "112 MB");
        assert_eq!(share(598, 1000), "59.8\u{202f}%");
        assert_eq!(share(14, 20_114), "under 0.1\u{202f}%");
        assert_eq!(share(108, 402), "26.9\u{202f}%");
        assert_eq!(share(20_113, 20_114), "99.9\u{202f}%");
        assert_eq!(share(7, 7), "100.0\u{202f}%");
        assert_eq!(share(0, 0), "0.0\u{202f}%");
    }

    #[test]
    fn spans_read_like_speech() {
        let told = |millis| duration(Duration::from_millis(millis));
        assert_eq!(told(84), "84 ms");
        assert_eq!(told(1_900), "1.9 s");
        assert_eq!(told(220_000), "3 min 40 s");
        assert_eq!(told(4_980_000), "1 h 23 min");
        assert_eq!(told(27 * 86_400_000), "27 days");
        assert_eq!(about(Duration::from_secs(7)), "about 7 seconds");
        assert_eq!(about(Duration::from_secs(31)), "about 35 seconds");
        assert_eq!(about(Duration::from_secs(200)), "about 3 minutes");
    }

    #[test]
    fn times_are_relative_only_while_they_are_near() {
        let times = Times::new("2026-11-23T10:42:00Z".parse().unwrap(), TimeZone::UTC);
        let ago = |at: &str| times.ago(at.parse().unwrap()).text;
        assert_eq!(ago("2026-11-23T10:42:00Z"), "now");
        assert_eq!(ago("2026-11-23T10:40:00Z"), "2 min ago");
        assert_eq!(ago("2026-11-23T03:12:00Z"), "03:12");
        assert_eq!(ago("2026-11-22T03:12:00Z"), "22 Nov, 03:12");
        assert_eq!(ago("2025-11-22T03:12:00Z"), "22 Nov 2025, 03:12");
        assert_eq!(
            times.ahead("2026-11-23T11:35:00Z".parse().unwrap()).text,
            "in 53 min"
        );
        assert_eq!(times.long_date(times.now), "Monday, 23 November 2026");
        let moment = times.second("2026-11-23T03:12:19Z".parse().unwrap());
        assert_eq!(
            (moment.text.as_str(), moment.exact.as_str()),
            ("03:12:19", "23 Nov 2026, 03:12:19 UTC")
        );
    }

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        assert_eq!(initials("Sam Sample"), "SS");
        assert_eq!(initials("Alex van der Example"), "AE");
        assert_eq!(initials("sam@reseller.example"), "SE");
        assert_eq!(initials(""), "");
    }
}
