//! What renews or ends soon, by urgency and money.

use domain::order::Sums;
use domain::{Term, text_enum};
use jiff::{SignedDuration, Timestamp};
use rules::margins::price::{is_below, margin_percent};
use rules::subscriptions::remind::coming;
use rust_decimal::Decimal;
use store::StoreError;
use store::subscriptions::{self, SubscriptionRow};

use super::context::today;
use super::ics;
use super::money;
use super::today::{Prices, bound_sum};
use crate::Engine;
use crate::margins::MarginBook;
use crate::orders::OrderError;

/// A renewal that can be stopped for no longer than this is urgent.
const URGENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// For no longer than this it is to be looked at soon.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A renewal that binds to more than this, in any currency, is large: looked at a step earlier.
const LARGE: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

text_enum! {
    /// How soon a person must look at a renewal.
    pub enum Urgency {
        /// It can be stopped for a few days more; for some weeks, where it binds to much or its margin is low.
        Now = "now",
        /// It can be stopped for some weeks more.
        Soon = "soon",
        /// There is time.
        Later = "later",
        /// Nothing is to be decided: it ends, or can no longer be stopped.
        Decided = "decided",
    }
}

/// One renewal or end.
#[derive(Debug, Clone)]
pub struct RenewalRow {
    /// The subscription.
    pub row: SubscriptionRow,
    /// When it renews or ends.
    pub due_at: Timestamp,
    /// What the renewal binds to, by today's catalog where it has a price, else by what it costs now. Empty where it ends, or where no price is known.
    pub cost_of_renewal: Sums,
    /// It ends, and does not renew.
    pub ends: bool,
    /// Until when the renewal can be stopped.
    pub last_day_to_stop: Option<Timestamp>,
    /// How soon a person must look at it.
    pub urgency: Urgency,
    /// The margin after it is below the floor of its rule.
    pub low_margin: bool,
    /// Share of the sale price that is margin after it, in percent, not rounded; nothing where there is no sale price.
    pub margin_percent: Option<Decimal>,
}

impl Engine {
    /// What renews or ends from `from` on and before `until`: the most urgent first, then the dearest, then by time.
    pub async fn renewals(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RenewalRow>, OrderError> {
        Ok(self.renewal_rows(from, until).await?)
    }

    /// The same as a calendar (RFC 5545), times in UTC.
    pub async fn renewals_ics(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<String, StoreError> {
        let mut rows = self.renewal_rows(from, until).await?;
        rows.sort_by_key(|row| (row.due_at, row.row.id));
        let public_url = self.settings().notices.public_url.as_deref();
        Ok(ics::calendar(&rows, public_url, self.clock().now()))
    }

    async fn renewal_rows(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RenewalRow>, StoreError> {
        let conn = self.store().read();
        let rows = subscriptions::renewals(conn, from, until).await?;
        let prices = Prices::of(conn, &rows).await?;
        let book = MarginBook::load(conn).await?;
        let (now, day) = (self.clock().now(), today(self));
        let mut renewals: Vec<RenewalRow> = rows
            .into_iter()
            .filter_map(|row| {
                let coming = coming(&row.subscription)?;
                Some(renewal(
                    row,
                    coming.at,
                    coming.ends,
                    (&prices, &book),
                    now,
                    day,
                ))
            })
            .collect();
        renewals.sort_by(|a, b| {
            let money = |row: &RenewalRow| row.cost_of_renewal.values().copied().max();
            a.urgency
                .cmp(&b.urgency)
                .then_with(|| money(b).cmp(&money(a)))
                .then_with(|| a.due_at.cmp(&b.due_at))
                .then_with(|| a.row.id.cmp(&b.row.id))
        });
        Ok(renewals)
    }
}

fn renewal(
    row: SubscriptionRow,
    due_at: Timestamp,
    ends: bool,
    (prices, book): (&Prices, &MarginBook),
    now: Timestamp,
    day: jiff::civil::Date,
) -> RenewalRow {
    let of = &row.subscription;
    let cost = prices
        .listed(&row)
        .map(|listed| listed.cost)
        .or_else(|| of.cost.clone())
        .zip(of.currency);
    let mut margin = (None, false);
    if let Some((cost, currency)) = cost.clone().filter(|_| !ends) {
        let each = cost.decimal();
        let ask = money::ask_at(of, &row.vendor, row.customer, cost, currency, day);
        if let Some(rule) = book.winner(&ask)
            && let Some(sale) = book.quick(&ask)
        {
            let percent = margin_percent(each, sale.price.decimal());
            margin = (percent, is_below(rule.floor, percent));
        }
    }
    let cost_of_renewal = match &cost {
        Some((cost, _)) if !ends => bound_sum(of, cost.decimal()),
        _ => Sums::new(),
    };
    // A renewal is stopped by turning it off, which counts until the term ends.
    let last_day_to_stop = (!ends).then_some(due_at);
    let large = cost_of_renewal.values().any(|sum| *sum >= LARGE);
    RenewalRow {
        urgency: urgency(last_day_to_stop, now, of.term, large || margin.1),
        due_at,
        cost_of_renewal,
        ends,
        last_day_to_stop,
        low_margin: margin.1,
        margin_percent: margin.0,
        row,
    }
}

/// How soon a person must look at it. What is bound by the month is never urgent: little is lost.
fn urgency(stop: Option<Timestamp>, now: Timestamp, term: Term, weighty: bool) -> Urgency {
    let Some(stop) = stop.filter(|stop| *stop > now) else {
        return Urgency::Decided;
    };
    let left = stop.duration_since(now);
    if term == Term::P1M && !weighty {
        return if left <= URGENT {
            Urgency::Soon
        } else {
            Urgency::Later
        };
    }
    if left <= URGENT || weighty && left <= SOON {
        Urgency::Now
    } else if left <= SOON || weighty {
        Urgency::Soon
    } else {
        Urgency::Later
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_soon_no_longer_be_stopped_is_urgent() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let days = |days: i64| Some(now + SignedDuration::from_hours(24 * days));
        for (stop, term, weighty, urgency_is) in [
            (days(2), Term::P1Y, false, Urgency::Now),
            (days(8), Term::P1Y, false, Urgency::Soon),
            (days(8), Term::P1Y, true, Urgency::Now),
            (days(40), Term::P1Y, false, Urgency::Later),
            (days(40), Term::P3Y, true, Urgency::Soon),
            (days(2), Term::P1M, false, Urgency::Soon),
            (days(20), Term::P1M, false, Urgency::Later),
            (days(2), Term::Unknown, false, Urgency::Now),
            (days(-1), Term::P1Y, true, Urgency::Decided),
            (None, Term::P1Y, true, Urgency::Decided),
        ] {
            assert_eq!(
                urgency(stop, now, term, weighty),
                urgency_is,
                "{stop:?} {term}"
            );
        }
    }
}
