//! What a person sees before the button: what each line costs, what it binds to and until when, what moved, what is there already, and how
//! the order must be confirmed.

use domain::order::{OrderAction, OrderLine, OrderTotals, Sums};
use domain::subscription::Subscription;
use domain::{Currency, Term};
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::cancel_window::{self, LastDay, Policy, before_purchase};
use super::check::{Checked, Problem, check, line_name};
use super::draft::{DraftView, LineView};
use super::money::{
    Moved, a_month, commitment_words, delta_over_term, line_totals, moved, rest_of_term, totals,
    units,
};
use super::typed;
use crate::margins::price::margin_percent;
use crate::subscriptions::change::action_of;

/// A draft, reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Each line, in their order.
    pub lines: Vec<ReviewLine>,
    /// What the order costs and binds to.
    pub totals: OrderTotals,
    /// Margin of the sales a month, in percent, for each currency; empty where a sale price is missing.
    pub margins: Vec<(Currency, Decimal)>,
    /// What binds for long or for an unknown time.
    pub commitments: Vec<Commitment>,
    /// Live subscriptions of the customer to the same product and SKU: change their seats instead?
    pub duplicates: Vec<Duplicate>,
    /// How it must be confirmed.
    pub confirmation: Confirmation,
    /// A second person must agree. No policy asks for that yet.
    pub approval_needed: bool,
    /// What is told and may be passed by.
    pub warnings: Vec<Problem>,
    /// What holds the order back.
    pub problems: Vec<Problem>,
}

/// A line, reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewLine {
    /// What it does.
    pub action: OrderAction,
    /// Currency of the amounts; nothing where no price is known.
    pub currency: Option<Currency>,
    /// Cost of one, each billing period.
    pub unit: Option<Decimal>,
    /// What the line costs a month, add-ons included; of a change the difference.
    pub monthly: Sums,
    /// What it binds to over the whole commitment; of added seats until the end of the running term.
    pub bound: Sums,
    /// When the commitment ends; expected until Ion gives its own day.
    pub bound_until: Option<LastDay>,
    /// Sale price of one, each billing period.
    pub sale: Option<Decimal>,
    /// Margin of the sale price in percent.
    pub margin: Option<Decimal>,
    /// The price moved since the person saw it.
    pub moved: Option<Moved>,
    /// What that makes over the whole commitment; negative where it costs less.
    pub moved_over_term: Option<Decimal>,
}

/// Something that binds for long, or for an unknown time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The line, counted from 0.
    pub line: usize,
    /// What it is, such as "Business Premium".
    pub name: String,
    /// Term and billing in words: "1 year, monthly".
    pub words: String,
    /// When it ends; nothing where the term is unknown.
    pub bound_until: Option<LastDay>,
    /// The last day to cancel; nothing where the vendor's policy is not known.
    pub last_day_to_cancel: Option<LastDay>,
    /// What is owed after that day.
    pub owed_after: Sums,
    /// The term is unknown: more may be owed.
    pub open_ended: bool,
}

/// A live subscription to what a line would buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The line.
    pub line: usize,
    /// The subscription.
    pub subscription: Subscription,
    /// The seats it would have with the line's added; nothing where it has no seats.
    pub seats_together: Option<u32>,
}

/// How an order must be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// The button is enough.
    Button,
    /// The total must be typed.
    TypeTotal {
        /// The total.
        total: Decimal,
        /// It as it is shown: `5,690.10`.
        text: String,
        /// Its currency.
        currency: Currency,
    },
    /// What it binds to has no known price: how many are ordered in all must be typed.
    TypeQuantity {
        /// The quantities of all lines together.
        quantity: u64,
    },
}

/// Reviews a draft.
pub fn review(draft: &DraftView, now: Timestamp) -> Review {
    let unknown = LineView::default();
    let view = |index: usize| draft.line(index).unwrap_or(&unknown);
    let lines: Vec<_> = draft
        .content
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| review_line(line, view(index), now))
        .collect();
    let mut sums = totals(&draft.content);
    sums.bound = Sums::new();
    for line in &lines {
        for (currency, sum) in &line.bound {
            *sums.bound.entry(*currency).or_default() += *sum;
        }
    }
    let commitments: Vec<_> = draft
        .content
        .lines
        .iter()
        .enumerate()
        .filter(|(index, line)| binds_for_long(line, view(*index)))
        .map(|(index, line)| commitment(index, line, view(index), &lines[index], now))
        .collect();
    let duplicates: Vec<_> = draft
        .content
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| action_of(line) == OrderAction::Buy)
        .flat_map(|(index, line)| {
            view(index)
                .has
                .iter()
                .filter(|subscription| subscription.state.is_live())
                .map(move |subscription| Duplicate {
                    line: index,
                    subscription: subscription.clone(),
                    seats_together: subscription
                        .seats
                        .map(|seats| seats.saturating_add(line.quantity)),
                })
        })
        .collect();
    let Checked {
        problems,
        mut warnings,
    } = check(draft, now);
    warnings.extend(
        duplicates
            .iter()
            .map(|duplicate| already_there(duplicate, &draft.content.lines[duplicate.line])),
    );
    warnings.extend(commitments.iter().filter(|it| it.open_ended).map(|it| {
        Problem::new(
            format!("/lines/{}", it.line),
            "Commitment",
            format!(
                "how long {} binds is not known, so more may be owed than is shown. Ask the distributor before you order.",
                it.name
            ),
        )
    }));
    Review {
        margins: margins(&sums),
        confirmation: confirmation(&commitments, &sums, &draft.content.lines),
        lines,
        totals: sums,
        commitments,
        duplicates,
        approval_needed: false,
        warnings,
        problems,
    }
}

/// Whether what a person typed confirms an order. Where the button is enough, whatever was typed does.
pub fn confirmation_ok(review: &Review, typed: &str) -> bool {
    match &review.confirmation {
        Confirmation::Button => true,
        Confirmation::TypeTotal {
            total, currency, ..
        } => typed::is_amount(typed, *total, *currency),
        Confirmation::TypeQuantity { quantity } => typed::is_quantity(typed, *quantity),
    }
}

fn review_line(line: &OrderLine, view: &LineView, now: Timestamp) -> ReviewLine {
    let price = line.price.as_ref();
    let own = line_totals(line);
    let moved = price
        .zip(view.price.as_ref())
        .and_then(|(seen, now)| moved(seen, now));
    let action = action_of(line);
    let sale = price.and_then(|price| price.sale.as_ref());
    let mut bound = own.bound;
    let mut bound_until = until(line, now);
    if action == OrderAction::Seats
        && let Some(subscription) = &view.subscription
    {
        bound_until = subscription
            .ends_at
            .filter(|ends| *ends > now)
            .map(|at| LastDay {
                at,
                expected: false,
            });
        let rest = price
            .zip(bound_until)
            .zip(added(line))
            .and_then(|((price, until), added)| {
                rest_of_term(added, price, line.billing, now, until.at)
            });
        if let Some(rest) = rest {
            bound = Sums::from([(rest.currency, rest.bound)]);
        }
    }
    ReviewLine {
        action,
        currency: price.map(|price| price.currency),
        unit: price.map(|price| price.cost.decimal()),
        monthly: own.monthly,
        bound_until: bound_until.filter(|_| units(line) > Decimal::ZERO),
        bound,
        sale: sale.map(domain::Amount::decimal),
        margin: price
            .zip(sale)
            .and_then(|(price, sale)| margin_percent(price.cost.decimal(), sale.decimal())),
        moved_over_term: moved
            .as_ref()
            .and_then(|moved| delta_over_term(moved, line)),
        moved,
    }
}

/// Seats that a change adds.
fn added(line: &OrderLine) -> Option<u32> {
    line.quantity
        .checked_sub(line.quantity_before?)
        .filter(|added| *added > 0)
}

/// When the commitment of a purchase of now ends: a day that the order itself sets, else a term from now.
fn until(line: &OrderLine, now: Timestamp) -> Option<LastDay> {
    let set = line
        .attribute("customTermEndDate")
        .and_then(|day| day.trim().parse::<jiff::civil::Date>().ok())
        .and_then(|day| day.to_zoned(TimeZone::UTC).ok())
        .map(|day| day.timestamp());
    set.or_else(|| after_term(line.term, now))
        .map(|at| LastDay { at, expected: true })
}

/// The end of a term that begins now; nothing where the term is unknown. A month from 31 January ends on the last day of February.
pub fn after_term(term: Term, now: Timestamp) -> Option<Timestamp> {
    let span = match term {
        Term::P1M => 1.month(),
        Term::P1Y => 1.year(),
        Term::P3Y => 3.years(),
        Term::Unknown => return None,
    };
    now.to_zoned(TimeZone::UTC)
        .checked_add(span)
        .ok()
        .map(|end| end.timestamp())
}

/// A year or more, or nobody knows how long. What is billed by use has no commitment.
fn binds_for_long(line: &OrderLine, view: &LineView) -> bool {
    let own = line.term != Term::P1M && !view.by_use && units(line) > Decimal::ZERO;
    let add_ons = action_of(line) == OrderAction::Buy
        && line.add_ons.iter().any(|add_on| add_on.term != Term::P1M);
    own || add_ons
}

fn commitment(
    index: usize,
    line: &OrderLine,
    view: &LineView,
    reviewed: &ReviewLine,
    now: Timestamp,
) -> Commitment {
    let policy = view.subscription.as_ref().map_or_else(
        || Policy::of(&line.provider_id, &line.vendor, line.part_number.as_deref()),
        Policy::of_subscription,
    );
    // Seats that are added count by their own day, never by that of the purchase.
    let last_day_to_cancel = before_purchase(policy, now);
    Commitment {
        line: index,
        name: line_name(line).to_owned(),
        words: commitment_words(line.term, line.billing),
        bound_until: reviewed.bound_until,
        last_day_to_cancel,
        owed_after: reviewed.bound.clone(),
        open_ended: line_totals(line).open_ended && reviewed.bound_until.is_none(),
    }
}

fn already_there(duplicate: &Duplicate, line: &OrderLine) -> Problem {
    let seats = duplicate
        .subscription
        .seats
        .map_or_else(String::new, |seats| format!(" with {seats} seats"));
    Problem::new(
        format!("/lines/{}", duplicate.line),
        "Already there",
        format!(
            "the customer has {} already{seats}. Ordering adds a second subscription; you can change the seats of the first instead.",
            line_name(line)
        ),
    )
}

fn margins(totals: &OrderTotals) -> Vec<(Currency, Decimal)> {
    let Some(sales) = &totals.monthly_sale else {
        return Vec::new();
    };
    sales
        .iter()
        .filter_map(|(currency, sale)| {
            let cost = totals.monthly.get(currency).copied().unwrap_or_default();
            Some((*currency, margin_percent(cost, *sale)?))
        })
        .collect()
}

fn confirmation(
    commitments: &[Commitment],
    totals: &OrderTotals,
    lines: &[OrderLine],
) -> Confirmation {
    if commitments.is_empty() {
        return Confirmation::Button;
    }
    // Where there are two currencies, the order is held back anyway.
    let Some((currency, total)) = totals
        .bound
        .iter()
        .max_by(|one, other| one.1.cmp(other.1))
        .filter(|(_, total)| !total.is_zero())
    else {
        // What costs nothing needs the button; of what has no price nobody knows what it costs.
        let unpriced = commitments
            .iter()
            .filter_map(|one| lines.get(one.line))
            .any(is_unpriced);
        return if unpriced {
            Confirmation::TypeQuantity {
                quantity: lines.iter().map(|line| u64::from(line.quantity)).sum(),
            }
        } else {
            Confirmation::Button
        };
    };
    Confirmation::TypeTotal {
        total: *total,
        text: typed::shown(*total, *currency),
        currency: *currency,
    }
}

/// A line, or an add-on of it, without a known price.
fn is_unpriced(line: &OrderLine) -> bool {
    line.price.is_none() || line.add_ons.iter().any(|add_on| add_on.price.is_none())
}

/// What a unit of a line costs a month, rounded to the currency; for pages.
pub fn unit_a_month(line: &OrderLine) -> Option<Decimal> {
    let price = line.price.as_ref()?;
    a_month(price.cost.decimal(), line.billing)
        .map(|month| super::money::round(month, price.currency))
}

/// The last day to cancel what a line does, as far as it can be said now; for pages that show one line.
pub fn last_day_of(line: &OrderLine, view: &LineView, now: Timestamp) -> Option<LastDay> {
    match &view.subscription {
        Some(subscription) if action_of(line) != OrderAction::Seats => {
            cancel_window::of_subscription(subscription)
        }
        _ => before_purchase(
            Policy::of(&line.provider_id, &line.vendor, line.part_number.as_deref()),
            now,
        ),
    }
}

#[cfg(test)]
mod tests;
