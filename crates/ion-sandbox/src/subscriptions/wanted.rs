//! Filters of the list of subscriptions: every one that is described (Ion API notes 2.6).

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::show::billing_cycle;
use super::subscription::Subscription;
use crate::api::Call;
use crate::generate::VENDORS;
use crate::reply::Reply;
use crate::stamp::read;
use crate::state::State;

/// The described states; they are asked for in capitals.
const STATES: [&str; 19] = [
    "ACCEPTED",
    "ACTIVE",
    "AVAILABLE",
    "CANCELLED",
    "COMPLETE",
    "CONFIRMED",
    "DELETED",
    "DISABLED",
    "ENABLED",
    "ERROR",
    "EXPIRED",
    "FAILED",
    "INITIATED",
    "IN_PROGRESS",
    "PAUSED",
    "PENDING",
    "RUNNING",
    "STOPPED",
    "SUSPENDED",
];

/// From when to when, both inside.
pub(crate) type Days = (Timestamp, Timestamp);

/// What a list is asked for. Texts are compared without regard to case.
#[derive(Debug, Default)]
pub(super) struct Wanted<'a> {
    texts: Vec<(&'static str, &'a str)>,
    start: Option<Days>,
    end: Option<Days>,
    account: String,
    /// Nothing can fit: a custom field is asked for, and nobody has one.
    nothing: bool,
}

const TEXTS: [&str; 16] = [
    "customerId",
    "subscriptionId",
    "resellerId",
    "providerId",
    "subscriptionStatus",
    "billingTerm",
    "billingCycle",
    "totalLicense",
    "ccpProductId",
    "providerProductId",
    "customerPo",
    "resellerPo",
    "cloudProviderName",
    "accountName",
    "customerName",
    "subscriptionName",
];

impl<'a> Wanted<'a> {
    pub(super) fn read(state: &State, call: &'a Call<'_>) -> Result<Self, Reply> {
        if state.knobs.filters_ignored {
            return Ok(Self::default());
        }
        let refuse = |name: &str, text: &str| {
            let words = format!("parsing field {name:?}: {text} is not valid");
            call.error(400, "INVALID_ARGUMENT", &words)
        };
        let texts = TEXTS.into_iter().chain(["resourceType"]);
        let texts: Vec<_> = texts
            .filter_map(|name| Some((name, call.param(name)?)))
            .collect();
        for (name, text) in &texts {
            let number = matches!(
                *name,
                "customerId" | "resellerId" | "providerId" | "totalLicense"
            );
            let wrong = number && text.parse::<i64>().is_err()
                || *name == "subscriptionStatus" && !STATES.contains(text);
            if wrong {
                return Err(refuse(name, text));
            }
        }
        let now = state.clock.now();
        let range = |name: &str| -> Result<Option<Days>, Reply> {
            let relative = format!("{name}.relativeDateRange");
            let (from, to) = (
                format!("{name}.fixedDateRange.startDate"),
                format!("{name}.fixedDateRange.endDate"),
            );
            let time = |name: &str, usual: Timestamp| match call.param(name) {
                None => Ok(usual),
                Some(text) => read(text).ok_or_else(|| refuse(name, text)),
            };
            let fixed = (time(&from, Timestamp::MIN)?, time(&to, Timestamp::MAX)?);
            let asked = call.param(&from).is_some() || call.param(&to).is_some();
            match call.param(&relative) {
                None | Some("UNKNOWN_RELATIVE_DATE_RANGE" | "CUSTOM") => Ok(asked.then_some(fixed)),
                Some(word) => {
                    let found = relative_range(word, now).ok_or_else(|| refuse(&relative, word));
                    found.map(Some)
                }
            }
        };
        let mut end = range("endDateRange")?;
        if let Some(text) = call.param("endDate") {
            // Until the end of that day, or until that instant.
            let day = text.parse::<Date>().ok();
            let until = match day {
                Some(day) => day
                    .tomorrow()
                    .ok()
                    .and_then(|next| at(next)?.checked_sub(1.millisecond()).ok()),
                None => text.parse().ok(),
            };
            let until = until.ok_or_else(|| refuse("endDate", text))?;
            let (from, to) = end.unwrap_or((Timestamp::MIN, Timestamp::MAX));
            end = Some((from, to.min(until)));
        }
        Ok(Self {
            texts,
            start: range("startDateRange")?,
            end,
            account: state.account.clone(),
            nothing: call.param("customField.field").is_some(),
        })
    }

    /// The one customer that is asked for.
    pub(super) fn customer(&self) -> Option<&str> {
        let mut texts = self.texts.iter();
        let (_, text) = texts.find(|(name, _)| *name == "customerId")?;
        Some(text)
    }

    pub(super) fn everything(&self) -> bool {
        self.texts.is_empty() && self.start.is_none() && self.end.is_none() && !self.nothing
    }

    /// Two lists of one key find the same.
    pub(super) fn key(&self) -> String {
        format!(
            "{:?}{:?}{:?}{}",
            self.texts, self.start, self.end, self.nothing
        )
    }

    pub(super) fn fits(&self, one: &Subscription) -> bool {
        let within = |range: &Option<Days>, time: Timestamp| {
            range.is_none_or(|(from, to)| (from..=to).contains(&time))
        };
        let term = one.shown_term();
        !self.nothing
            && within(&self.start, term.start)
            && within(&self.end, term.end)
            && self
                .texts
                .iter()
                .all(|(name, text)| self.text_fits(one, name, text))
    }

    fn text_fits(&self, one: &Subscription, name: &str, text: &str) -> bool {
        let offer = &one.offer;
        let vendor = &VENDORS[offer.vendor];
        let same = |known: &str| known.eq_ignore_ascii_case(text);
        let known = |known: &Option<String>| known.as_deref().is_some_and(same);
        match name {
            "customerId" => one.customer == text,
            "subscriptionId" => same(&one.guid),
            "resellerId" => self.account == text,
            "providerId" => vendor.provider.to_string() == text,
            // One L or two.
            "subscriptionStatus" => {
                same(&one.status) || text == "CANCELLED" && one.status == "canceled"
            }
            "billingTerm" => same(offer.term()),
            "billingCycle" => same(billing_cycle(one)),
            "totalLicense" => one.quantity.to_string() == text,
            "ccpProductId" => offer.product == text,
            "providerProductId" => {
                let product = offer.external_id.split(':').next();
                product.is_some_and(same)
            }
            "customerPo" => known(&one.customer_po),
            "resellerPo" => known(&one.reseller_po),
            "cloudProviderName" => same(vendor.name),
            "accountName" => self.account == text,
            "customerName" => contains(&one.customer_name, text),
            "subscriptionName" => contains(&one.name, text),
            "resourceType" => same(offer.resource_type()),
            _ => true,
        }
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn at(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The days of a word, as they are at this time in UTC. None for a word that there is not.
pub(crate) fn relative_range(word: &str, now: Timestamp) -> Option<Days> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let month = today.first_of_month();
    let back = |months: i32| month.checked_sub(months.months()).ok();
    let quarter = back(i32::from((today.month() - 1) % 3))?;
    let year = today.first_of_year();
    let since = today.weekday().since(Weekday::Monday);
    let week = today.checked_sub(i32::from(since).days()).ok()?;
    let (from, before) = match word {
        "TODAY" => (today, None),
        "WEEK_TO_DATE" => (week, None),
        "MONTH_TO_DATE" | "LATEST_MONTH" => (month, None),
        "QUARTER_TO_DATE" => (quarter, None),
        "YEAR_TO_DATE" => (year, None),
        "LAST_WEEK" => (week.checked_sub(7.days()).ok()?, Some(week)),
        "LAST_MONTH" => (back(1)?, Some(month)),
        "TWO_MONTHS_AGO" => (back(2)?, Some(back(1)?)),
        "LAST_QUARTER" => (quarter.checked_sub(3.months()).ok()?, Some(quarter)),
        "LAST_YEAR" => (year.checked_sub(1.year()).ok()?, Some(year)),
        _ => return None,
    };
    let to = match before {
        None => now,
        Some(day) => at(day)?.checked_sub(1.millisecond()).ok()?,
    };
    Some((at(from)?, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_time_are_days() {
        let now: Timestamp = "2026-11-25T10:00:00Z".parse().unwrap();
        let from = |word| {
            let (from, to) = relative_range(word, now).unwrap();
            format!("{from} {to}")
        };
        let until_now = |day| format!("{day}T00:00:00Z 2026-11-25T10:00:00Z");
        assert_eq!(from("TODAY"), until_now("2026-11-25"));
        assert_eq!(from("WEEK_TO_DATE"), until_now("2026-11-23"));
        assert_eq!(from("QUARTER_TO_DATE"), until_now("2026-10-01"));
        assert_eq!(from("YEAR_TO_DATE"), until_now("2026-01-01"));
        assert_eq!(
            from("LAST_MONTH"),
            "2026-10-01T00:00:00Z 2026-10-31T23:59:59.999Z"
        );
        assert_eq!(
            from("LAST_QUARTER"),
            "2026-07-01T00:00:00Z 2026-09-30T23:59:59.999Z"
        );
        assert_eq!(
            from("LAST_WEEK"),
            "2026-11-16T00:00:00Z 2026-11-22T23:59:59.999Z"
        );
        assert!(relative_range("LAST_365_DAYS", now).is_none());
    }
}
