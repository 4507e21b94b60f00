//! A calendar of renewals and ends as text (RFC 5545): lines end with CRLF, are folded at 75 bytes, and texts are escaped.

use domain::order::Sums;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::StoreError;
use store::subscriptions::{RenewalFilter, RenewalOrder, Span};

use super::renewals::RenewalRow;
use crate::Engine;

/// Longest line in bytes, without its end.
const LINE: usize = 75;
/// Events of a part.
const PART: u32 = 200;

/// A calendar of renewals and ends, written part by part: there may be very many.
#[derive(Debug)]
pub struct RenewalCalendar {
    engine: Engine,
    filter: RenewalFilter,
    costs: bool,
    now: Timestamp,
    at: At,
}

#[derive(Debug, Clone, Copy)]
enum At {
    Begin,
    Events,
    End,
}

impl Engine {
    /// What renews or ends from `from` on and before `until` as a calendar (RFC 5545), times in UTC.
    ///
    /// Without `costs` nothing in it tells what a renewal costs or earns.
    pub fn renewals_ics(&self, span: Span, costs: bool) -> RenewalCalendar {
        RenewalCalendar {
            engine: self.clone(),
            filter: RenewalFilter {
                span,
                steps: self.renewal_steps(Timestamp::UNIX_EPOCH),
                only_pressing: false,
                order: RenewalOrder::Due,
                after: None,
                limit: PART,
            },
            costs,
            now: self.clock().now(),
            at: At::Begin,
        }
    }
}

impl RenewalCalendar {
    /// The next part of the text; nothing at its end.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        let mut text = String::new();
        match self.at {
            At::Begin => {
                begin(&mut text);
                self.at = At::Events;
            }
            At::Events => {
                let list = self.engine.renewal_list(self.filter.clone()).await?;
                let public_url = self.engine.settings().notices.public_url.as_deref();
                for row in &list.rows {
                    event(&mut text, row, public_url, (self.now, self.costs));
                }
                if list.next.is_none() {
                    fold(&mut text, "END:VCALENDAR");
                    self.at = At::End;
                }
                self.filter.after = list.next;
            }
            At::End => return Ok(None),
        }
        Ok(Some(text))
    }

    /// All of it in one text.
    pub async fn whole(mut self) -> Result<String, StoreError> {
        let mut text = String::new();
        while let Some(part) = self.next().await? {
            text.push_str(&part);
        }
        Ok(text)
    }
}

fn begin(text: &mut String) {
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ionbridge//Renewals//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Renewals",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ] {
        fold(text, line);
    }
}

fn event(
    text: &mut String,
    row: &RenewalRow,
    public_url: Option<&str>,
    (now, costs): (Timestamp, bool),
) {
    let of = &row.row.subscription;
    let name = if of.sku_name.is_empty() {
        &of.name
    } else {
        &of.sku_name
    };
    let seats = of
        .seats
        .map_or_else(String::new, |seats| format!("{seats} × "));
    let what = if row.ends { "ends" } else { "renews" };
    let summary = format!("{}: {seats}{name} {what}", row.row.customer_name);
    let mut about = Vec::new();
    if row.ends {
        about.push("It ends and does not renew.".to_owned());
    } else {
        if costs && !row.cost_of_renewal.is_empty() {
            about.push(format!("Binds to {}.", sums(&row.cost_of_renewal)));
        }
        if let Some(stop) = row.last_day_to_stop {
            about.push(format!("Can be stopped until {} UTC.", minutes(stop)));
        }
        if costs && row.low_margin {
            about.push("Its margin is below the floor.".to_owned());
        }
    }
    let address =
        public_url.map(|url| format!("{}/subscriptions/{}", url.trim_end_matches('/'), row.row.id));
    fold(text, "BEGIN:VEVENT");
    // One renewal is one event, whatever becomes of its details: the next one has another time.
    fold(
        text,
        &format!("UID:{}-{}@ionbridge", row.row.id, row.due_at.as_second()),
    );
    fold(text, &format!("DTSTAMP:{}", stamp(now)));
    fold(
        text,
        &format!("LAST-MODIFIED:{}", stamp(row.row.changed_at)),
    );
    fold(text, &format!("DTSTART:{}", stamp(row.due_at)));
    fold(text, &format!("SUMMARY:{}", escaped(&summary)));
    if !about.is_empty() {
        fold(text, &format!("DESCRIPTION:{}", escaped(&about.join("\n"))));
    }
    if let Some(address) = address {
        fold(text, &format!("URL:{address}"));
    }
    fold(
        text,
        if row.ends {
            "CATEGORIES:End"
        } else {
            "CATEGORIES:Renewal"
        },
    );
    fold(text, "TRANSP:TRANSPARENT");
    fold(text, "END:VEVENT");
}

/// Sums in words: `3,369.60 EUR and 12.00 USD`.
pub(super) fn sums(sums: &Sums) -> String {
    let parts: Vec<String> = sums
        .iter()
        .map(|(currency, sum)| {
            let digits = usize::try_from(currency.exponent()).unwrap_or(2);
            format!("{} {currency}", grouped(&format!("{sum:.digits$}")))
        })
        .collect();
    parts.join(" and ")
}

/// Digits in groups of three.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

fn stamp(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

fn minutes(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%-d %b %Y, %H:%M")
        .to_string()
}

/// A text value: backslash, comma, semicolon and line ends are escaped; other control signs have no place in it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            ',' => escaped.push_str("\\,"),
            ';' => escaped.push_str("\\;"),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Writes a line in parts of at most 75 bytes, each further one after a space; no letter is cut in two.
fn fold(text: &mut String, line: &str) {
    let mut used = 0;
    for letter in line.chars() {
        if used + letter.len_utf8() > LINE {
            text.push_str("\r\n ");
            used = 1;
        }
        text.push(letter);
        used += letter.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters() {
        let line = format!("SUMMARY:{}", "ü€𝄞".repeat(40));
        let mut text = String::new();
        fold(&mut text, &line);
        assert!(text.ends_with("\r\n"));
        for part in text.trim_end().split("\r\n") {
            assert!(part.len() <= LINE, "{} bytes", part.len());
        }
        assert_eq!(text.replace("\r\n ", "").trim_end(), line);
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(
            escaped("Tin, Lantern; C:\\x\r\nnext\u{7}"),
            "Tin\\, Lantern\\; C:\\\\x\\nnext"
        );
        assert_eq!(escaped("a\rb"), "a\\nb");
    }

    #[test]
    fn sums_are_grouped_by_their_currency() {
        let sum = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
        let all: Sums = [
            ("EUR".parse().unwrap(), sum("16623.36")),
            ("JPY".parse().unwrap(), sum("120000")),
            ("USD".parse().unwrap(), sum("-1234.5")),
        ]
        .into();
        assert_eq!(
            sums(&all),
            "16,623.36 EUR and 120,000 JPY and -1,234.50 USD"
        );
    }
}
