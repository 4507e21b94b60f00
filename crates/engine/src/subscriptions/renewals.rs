//! What renews or ends soon, by urgency and money.

use domain::order::Sums;
use domain::subscription::Subscription;
use domain::{ConnectionId, Currency, CustomerId, SubscriptionId, Term, text_enum};
use jiff::{SignedDuration, Timestamp};
use rules::margins::price::{is_below, margin_percent};
use rules::subscriptions::remind::{Coming, coming};
use rules::subscriptions::renewal::{bound, is_large};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use store::StoreError;
use store::subscriptions::{
    self, RenewalFigures, RenewalFilter, RenewalOrder, RenewalSteps, RenewalSums, Span,
    SubscriptionRow,
};

use super::context::today;
use super::money;
use super::today::Prices;
use crate::Engine;
use crate::margins::MarginBook;

/// A renewal that can be stopped for no longer than this is urgent.
const URGENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// For no longer than this it is to be looked at soon.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

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

/// A part of a list of renewals.
#[derive(Debug, Clone)]
pub struct RenewalList {
    /// The renewals, in the order of the list.
    pub rows: Vec<RenewalRow>,
    /// Where it goes on; nothing at the end.
    pub next: Option<String>,
}

/// What stands in a day of the calendar.
#[derive(Debug, Clone)]
pub struct RenewalDay {
    /// The first of them: what presses, what is weighty, what ends, what renews.
    pub rows: Vec<RenewalRow>,
    /// How many there are.
    pub total: u64,
}

impl Engine {
    /// A part of what renews or ends from `from` on and before `until`: the most urgent first, then the dearest, then by time.
    pub async fn renewals(
        &self,
        (from, until): Span,
        after: Option<String>,
        limit: u32,
    ) -> Result<RenewalList, StoreError> {
        self.renewal_list(RenewalFilter {
            span: (from, until),
            steps: self.renewal_steps(Timestamp::UNIX_EPOCH),
            only_pressing: false,
            order: RenewalOrder::Urgency,
            after,
            limit,
        })
        .await
    }

    /// What is urgent and renews at `until` or before, the dearest first, and of how many customers all such are.
    pub async fn pressing_renewals(
        &self,
        until: Timestamp,
        limit: u32,
    ) -> Result<(Vec<RenewalRow>, u64), StoreError> {
        let steps = self.renewal_steps(until);
        let behind = until + SignedDuration::from_micros(1);
        let list = self.renewal_list(RenewalFilter {
            span: (steps.now, behind),
            steps,
            only_pressing: true,
            order: RenewalOrder::Urgency,
            after: None,
            limit,
        });
        let rows = list.await?.rows;
        let customers =
            subscriptions::count_pressing_customers(self.store().read(), &steps).await?;
        Ok((rows, customers))
    }

    /// What renews and ends in each of these spans, summed up. What is urgent presses where it renews at `pressing_until` or before.
    pub async fn renewal_sums(
        &self,
        spans: &[Span],
        pressing_until: Timestamp,
    ) -> Result<Vec<RenewalSums>, StoreError> {
        let steps = self.renewal_steps(pressing_until);
        subscriptions::sum_renewals(self.store().read(), spans, &steps).await
    }

    /// What stands in each of these days, `each` at most. What presses stands on its last day to stop: that before, where it renews when
    /// a day begins.
    pub async fn renewals_of_days(
        &self,
        days: &[Span],
        pressing_until: Timestamp,
        each: u32,
    ) -> Result<Vec<RenewalDay>, StoreError> {
        let steps = self.renewal_steps(pressing_until);
        let conn = self.store().read();
        let found = subscriptions::list_renewals_of_days(conn, days, &steps, each).await?;
        let (rows, totals): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let counts: Vec<usize> = rows.iter().map(Vec::len).collect();
        let all = rows.into_iter().flatten().collect();
        let mut rows = self.as_renewals(all).await?.into_iter();
        Ok(counts
            .into_iter()
            .zip(totals)
            .map(|(count, total)| RenewalDay {
                rows: rows.by_ref().take(count).collect(),
                total,
            })
            .collect())
    }

    pub(super) async fn renewal_list(
        &self,
        filter: RenewalFilter,
    ) -> Result<RenewalList, StoreError> {
        let page = subscriptions::list_renewals(self.store().read(), &filter).await?;
        Ok(RenewalList {
            rows: self.as_renewals(page.subscriptions).await?,
            next: page.next,
        })
    }

    pub(super) fn renewal_steps(&self, pressing_until: Timestamp) -> RenewalSteps {
        let now = self.clock().now();
        RenewalSteps {
            now,
            urgent_until: now + URGENT,
            soon_until: now + SOON,
            pressing_until,
        }
    }

    async fn as_renewals(&self, rows: Vec<SubscriptionRow>) -> Result<Vec<RenewalRow>, StoreError> {
        let conn = self.store().read();
        let prices = Prices::of(conn, &rows).await?;
        let book = MarginBook::load(conn).await?;
        let (now, day) = (self.clock().now(), today(self));
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let coming = coming(&row.subscription)?;
                let of = Priced::of(
                    &row.subscription,
                    (row.connection, &row.vendor, row.customer),
                    (&prices, &book),
                    day,
                );
                Some(renewal(row, coming, &of, now))
            })
            .collect())
    }
}

/// What a renewal costs, and what is earned by it.
pub(crate) struct Priced {
    bound: Option<(Currency, Decimal)>,
    low_margin: bool,
    margin_percent: Option<Decimal>,
}

impl Priced {
    /// By today's catalog where it has a price, else by what it costs now. Nothing where it does not renew.
    pub(crate) fn of(
        of: &Subscription,
        (connection, vendor, customer): (ConnectionId, &str, Option<CustomerId>),
        (prices, book): (&Prices, &MarginBook),
        day: jiff::civil::Date,
    ) -> Self {
        let mut priced = Self {
            bound: None,
            low_margin: false,
            margin_percent: None,
        };
        if coming(of).is_none_or(|coming| coming.ends) {
            return priced;
        }
        let cost = prices
            .listed_of(connection, of)
            .map(|listed| listed.cost)
            .or_else(|| of.cost.clone());
        let Some((cost, currency)) = cost.zip(of.currency) else {
            return priced;
        };
        let each = cost.decimal();
        priced.bound = bound(of, each);
        let ask = money::ask_at(of, vendor, customer, cost, currency, day);
        if let Some(rule) = book.winner(&ask)
            && let Some(sale) = book.quick(&ask)
        {
            priced.margin_percent = margin_percent(each, sale.price.decimal());
            priced.low_margin = is_below(rule.floor, priced.margin_percent);
        }
        priced
    }

    fn is_weighty(&self) -> bool {
        self.low_margin || self.bound.is_some_and(|(_, sum)| is_large(sum))
    }

    /// As it is kept.
    pub(crate) fn figures(&self) -> RenewalFigures {
        let units = |sum: Decimal| sum.checked_mul(Decimal::from(1_000_000))?.round().to_i64();
        RenewalFigures {
            bound: self
                .bound
                .and_then(|(currency, sum)| Some((currency, units(sum)?))),
            weighty: self.is_weighty(),
        }
    }
}

/// What is kept of the renewals of these.
pub(crate) fn renewal_figures(
    rows: &[SubscriptionRow],
    prices: (&Prices, &MarginBook),
    day: jiff::civil::Date,
) -> Vec<(SubscriptionId, RenewalFigures)> {
    rows.iter()
        .map(|row| {
            let whose = (row.connection, row.vendor.as_str(), row.customer);
            let priced = Priced::of(&row.subscription, whose, prices, day);
            (row.id, priced.figures())
        })
        .collect()
}

fn renewal(row: SubscriptionRow, coming: Coming, of: &Priced, now: Timestamp) -> RenewalRow {
    // A renewal is stopped by turning it off, which counts until the term ends.
    let last_day_to_stop = (!coming.ends).then_some(coming.at);
    RenewalRow {
        urgency: urgency(
            last_day_to_stop,
            now,
            row.subscription.term,
            of.is_weighty(),
        ),
        due_at: coming.at,
        cost_of_renewal: of.bound.into_iter().collect(),
        ends: coming.ends,
        last_day_to_stop,
        low_margin: of.low_margin,
        margin_percent: of.margin_percent,
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
