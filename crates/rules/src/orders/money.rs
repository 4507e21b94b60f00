//! What an order costs a month and what it binds to over its whole commitment. Exact, rounded once, at the end.

use std::collections::BTreeMap;

use domain::catalog::PricePoint;
use domain::order::{
    AddOnLine, LinePrice, OrderAction, OrderContent, OrderLine, OrderTotals, Sums,
};
use domain::{Amount, BillingPeriod, Currency, Term};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::subscriptions::change::action_of;

/// Rounds to the digits of a currency, half away from zero.
pub fn round(value: Decimal, currency: Currency) -> Decimal {
    value.round_dp_with_strategy(currency.exponent(), RoundingStrategy::MidpointAwayFromZero)
}

/// Billing periods in a year; nothing for a single payment, or where Ion does not say.
pub fn periods_a_year(billing: BillingPeriod) -> Option<u32> {
    match billing {
        BillingPeriod::OneTime | BillingPeriod::Unspecified => None,
        BillingPeriod::Minutely => Some(525_600),
        BillingPeriod::Hourly => Some(8_760),
        BillingPeriod::Daily => Some(365),
        BillingPeriod::Weekly => Some(52),
        BillingPeriod::Biweekly => Some(26),
        BillingPeriod::Monthly => Some(12),
        BillingPeriod::Quarterly => Some(4),
        BillingPeriod::Biannual => Some(2),
        BillingPeriod::Annual => Some(1),
    }
}

/// Months of a term; nothing where it is unknown.
pub fn months(term: Term) -> Option<u32> {
    match term {
        Term::P1M => Some(1),
        Term::P1Y => Some(12),
        Term::P3Y => Some(36),
        Term::Unknown => None,
    }
}

/// How often a price is owed over the whole commitment; at least once, whatever the term.
///
/// A begun period counts in full. Of an unknown term one period is certain; see [`is_open_ended`].
pub fn periods_owed(term: Term, billing: BillingPeriod) -> u32 {
    let Some((months, a_year)) = months(term).zip(periods_a_year(billing)) else {
        return 1;
    };
    // A month of weeks is 4.33 of them: the fifth is begun.
    (months * a_year).div_ceil(12).max(1)
}

/// Whether more may be owed than is known.
pub fn is_open_ended(term: Term, billing: BillingPeriod) -> bool {
    match billing {
        BillingPeriod::OneTime => false,
        BillingPeriod::Unspecified => true,
        _ => term == Term::Unknown,
    }
}

/// A price of a billing period as a sum of twelve months; zero for a single payment, nothing where the period is unknown.
///
/// A year is the unit that every period divides, so that nothing is rounded before the end.
pub fn a_year(price: Decimal, billing: BillingPeriod) -> Option<Decimal> {
    match billing {
        BillingPeriod::OneTime => Some(Decimal::ZERO),
        BillingPeriod::Unspecified => None,
        _ => price.checked_mul(Decimal::from(periods_a_year(billing)?)),
    }
}

/// A price of a billing period as a price a month, not rounded.
pub fn a_month(price: Decimal, billing: BillingPeriod) -> Option<Decimal> {
    a_year(price, billing).map(|year| year / Decimal::from(12))
}

/// What an order costs and binds to.
///
/// A purchase counts with all that it brings; a change of seats with the difference; the end of a subscription takes its cost away;
/// anything else costs nothing. `unpriced` is set where a price, or the period that it is for, is not known: the sums are then too small.
pub fn totals(content: &OrderContent) -> OrderTotals {
    let mut sums = Gathered::default();
    for line in &content.lines {
        sums.line(line);
    }
    sums.finish()
}

/// What one line costs and binds to, its add-ons included.
pub fn line_totals(line: &OrderLine) -> OrderTotals {
    let mut sums = Gathered::default();
    sums.line(line);
    sums.finish()
}

/// Units by which a line changes what is paid for: all of a purchase, the difference of a change of seats.
pub fn units(line: &OrderLine) -> Decimal {
    let quantity = Decimal::from(line.quantity);
    match action_of(line) {
        OrderAction::Buy => quantity,
        OrderAction::Seats => line
            .quantity_before
            .map_or(quantity, |before| quantity - Decimal::from(before)),
        OrderAction::Cancel => -quantity,
        _ => Decimal::ZERO,
    }
}

#[derive(Default)]
struct Gathered {
    cost_a_year: Sums,
    sale_a_year: Sums,
    bound: Sums,
    open_ended: bool,
    unpriced: bool,
    without_sale: bool,
    any: bool,
}

impl Gathered {
    fn line(&mut self, line: &OrderLine) {
        let units = units(line);
        let buys = units > Decimal::ZERO;
        self.part(line.price.as_ref(), line.term, line.billing, units);
        if action_of(line) == OrderAction::Buy {
            for add_on in &line.add_ons {
                self.add_on(add_on);
            }
        }
        // Whatever else is missing, a purchase of unknown length is open.
        self.open_ended |= buys && is_open_ended(line.term, line.billing);
    }

    fn add_on(&mut self, add_on: &AddOnLine) {
        let units = Decimal::from(add_on.quantity);
        self.part(add_on.price.as_ref(), add_on.term, add_on.billing, units);
        self.open_ended |= units > Decimal::ZERO && is_open_ended(add_on.term, add_on.billing);
    }

    fn part(
        &mut self,
        price: Option<&LinePrice>,
        term: Term,
        billing: BillingPeriod,
        units: Decimal,
    ) {
        if units.is_zero() {
            return;
        }
        let Some(price) = price else {
            self.unpriced = true;
            return;
        };
        self.any = true;
        let cost = price.cost.decimal();
        match a_year(cost, billing).and_then(|year| year.checked_mul(units)) {
            Some(year) => add(&mut self.cost_a_year, price.currency, year),
            None => self.unpriced = true,
        }
        let sale = price.sale.as_ref().map(Amount::decimal);
        match sale
            .and_then(|sale| a_year(sale, billing))
            .and_then(|year| year.checked_mul(units))
        {
            Some(year) => add(&mut self.sale_a_year, price.currency, year),
            None => self.without_sale = true,
        }
        if units > Decimal::ZERO {
            let owed = Decimal::from(periods_owed(term, billing));
            match cost
                .checked_mul(units)
                .and_then(|sum| sum.checked_mul(owed))
            {
                Some(sum) => add(&mut self.bound, price.currency, sum),
                None => self.unpriced = true,
            }
        }
    }

    fn finish(self) -> OrderTotals {
        let monthly = |year: &Sums| -> Sums {
            year.iter()
                .map(|(currency, sum)| (*currency, round(sum / Decimal::from(12), *currency)))
                .collect()
        };
        let bound: BTreeMap<_, _> = self
            .bound
            .iter()
            .map(|(currency, sum)| (*currency, round(*sum, *currency)))
            .collect();
        OrderTotals {
            monthly: monthly(&self.cost_a_year),
            monthly_sale: (self.any && !self.without_sale && !self.unpriced)
                .then(|| monthly(&self.sale_a_year)),
            bound,
            open_ended: self.open_ended,
            unpriced: self.unpriced,
        }
    }
}

fn add(sums: &mut Sums, currency: Currency, value: Decimal) {
    let sum = sums.entry(currency).or_insert(Decimal::ZERO);
    match sum.checked_add(value) {
        Some(total) => *sum = total,
        // Beyond 28 digits there is no money.
        None => *sum = Decimal::MAX,
    }
}

/// A price that is no longer what the person saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Currency of the price that was seen.
    pub currency_before: Currency,
    /// What one cost.
    pub before: Amount,
    /// Currency of the price that holds now.
    pub currency: Currency,
    /// What one costs now.
    pub now: Amount,
}

impl Moved {
    /// True where it costs more, in the same currency.
    pub fn is_rise(&self) -> bool {
        self.currency == self.currency_before && self.now.decimal() > self.before.decimal()
    }
}

/// Whether a price moved since it was seen. A difference below the scale of prices is none.
pub fn moved(seen: &LinePrice, now: &PricePoint) -> Option<Moved> {
    (seen.currency != now.currency || !seen.cost.same_price(&now.cost)).then(|| Moved {
        currency_before: seen.currency,
        before: seen.cost.clone(),
        currency: now.currency,
        now: now.cost.clone(),
    })
}

/// What a moved price makes of a line over its whole commitment; negative where it costs less. Nothing where the currencies differ.
pub fn delta_over_term(moved: &Moved, line: &OrderLine) -> Option<Decimal> {
    delta(moved, units(line), line.term, line.billing)
}

/// The same for any number of units.
pub fn delta(moved: &Moved, units: Decimal, term: Term, billing: BillingPeriod) -> Option<Decimal> {
    if moved.currency != moved.currency_before {
        return None;
    }
    let each = moved.now.decimal() - moved.before.decimal();
    each.checked_mul(units)?
        .checked_mul(Decimal::from(periods_owed(term, billing)))
        .map(|sum| round(sum, moved.currency))
}

/// What seats that are added to a running term cost until its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestOfTerm {
    /// Billing periods until the end, the begun one as its share.
    pub periods: Decimal,
    /// What is owed for them.
    pub bound: Decimal,
    /// Currency.
    pub currency: Currency,
}

/// What more units cost until the end of the term: the share of the begun billing period by the day, and each full one after it.
///
/// An estimate: how a vendor shares a period out is its own affair. Nothing where the end or the period is not known, or the end is over.
pub fn rest_of_term(
    units: u32,
    price: &LinePrice,
    billing: BillingPeriod,
    now: jiff::Timestamp,
    ends_at: jiff::Timestamp,
) -> Option<RestOfTerm> {
    let a_year = periods_a_year(billing)?;
    let left = ends_at.duration_since(now);
    if !left.is_positive() {
        return None;
    }
    // Days of 24 hours, in hours, so that no float is needed.
    let hours = Decimal::from(left.as_secs() / 3600);
    let periods = hours
        .checked_mul(Decimal::from(a_year))?
        .checked_div(Decimal::from(365 * 24))?;
    let bound = price
        .cost
        .decimal()
        .checked_mul(Decimal::from(units))?
        .checked_mul(periods)?;
    Some(RestOfTerm {
        periods: periods.round_dp(2),
        bound: round(bound, price.currency),
        currency: price.currency,
    })
}

/// The commitment in words: "1 year, monthly".
pub fn commitment_words(term: Term, billing: BillingPeriod) -> String {
    format!("{}, {}", term_words(term), billing_words(billing))
}

/// A term in words.
pub fn term_words(term: Term) -> &'static str {
    match term {
        Term::P1M => "1 month",
        Term::P1Y => "1 year",
        Term::P3Y => "3 years",
        Term::Unknown => "unknown term",
    }
}

/// A billing period in words.
pub fn billing_words(billing: BillingPeriod) -> &'static str {
    match billing {
        BillingPeriod::OneTime => "paid once",
        BillingPeriod::Minutely => "by the minute",
        BillingPeriod::Hourly => "hourly",
        BillingPeriod::Daily => "daily",
        BillingPeriod::Weekly => "weekly",
        BillingPeriod::Biweekly => "every second week",
        BillingPeriod::Monthly => "monthly",
        BillingPeriod::Quarterly => "quarterly",
        BillingPeriod::Biannual => "half-yearly",
        BillingPeriod::Annual => "yearly",
        BillingPeriod::Unspecified => "billing unknown",
    }
}

#[cfg(test)]
mod tests;
