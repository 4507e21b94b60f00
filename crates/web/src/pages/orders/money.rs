//! What an order costs and binds to, as its pages show it.

use domain::Currency;
use domain::order::{OrderAction, OrderContent, OrderLine, Sums};
use engine::orders::OrderView;
use jiff::Timestamp;
use rules::orders::check::line_name;
use rules::orders::money::commitment_words;
use rules::orders::review::ReviewLine;
use rules::subscriptions::change::action_of;
use rust_decimal::Decimal;

use crate::view::Times;
use crate::view::format::{self, amount, count, counted};
use crate::view::orders::money::{GoOn, OrderSummary, SumLine, SummaryLine};

/// An exact sum in the digits of its currency.
pub(super) fn sum_text(sum: Decimal, currency: Currency) -> String {
    format::sum(sum, currency).unwrap_or_else(|| sum.to_string())
}

/// `5,616.00 EUR and 100.00 USD`; nothing for none.
pub(super) fn sums_text(sums: &Sums) -> String {
    sums.iter()
        .map(|(currency, sum)| format!("{} {currency}", sum_text(*sum, *currency)))
        .collect::<Vec<_>>()
        .join(" and ")
}

/// The only currency of an order; nothing where it has several, or none.
pub(super) fn only_currency(content: &OrderContent) -> Option<Currency> {
    let mut all = content.lines.iter().flat_map(|line| {
        line.price
            .iter()
            .chain(line.add_ons.iter().filter_map(|one| one.price.as_ref()))
            .map(|price| price.currency)
    });
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// `25 seats`; of a change `12 → 15 seats`.
pub(super) fn quantity_words(line: &OrderLine) -> String {
    match (action_of(line), line.quantity_before) {
        (OrderAction::Seats, Some(before)) => {
            format!(
                "{before} → {}",
                counted(u64::from(line.quantity), "seat", "seats")
            )
        }
        (OrderAction::Buy | OrderAction::Seats | OrderAction::Other, _) => {
            counted(u64::from(line.quantity), "seat", "seats")
        }
        (OrderAction::Suspend, _) => "suspend".to_owned(),
        (OrderAction::Resume, _) => "resume".to_owned(),
        (OrderAction::Cancel, _) => "cancel".to_owned(),
        (OrderAction::RenewalOn, _) => "renews by itself".to_owned(),
        (OrderAction::RenewalOff, _) => "ends with its term".to_owned(),
    }
}

/// `a month`, `a year`, `once`.
pub(super) fn per(line: &OrderLine) -> &'static str {
    use domain::BillingPeriod as B;
    match line.billing {
        B::Monthly => "a month",
        B::Annual => "a year",
        B::Quarterly => "a quarter",
        B::Biannual => "a half-year",
        B::OneTime => "once",
        B::Weekly => "a week",
        B::Biweekly => "each second week",
        B::Daily => "a day",
        B::Hourly => "an hour",
        B::Minutely => "a minute",
        B::Unspecified => "a period that Ion does not name",
    }
}

/// What a line costs in its billing period: the price of one times how many; of a change the difference. Nothing without a price.
pub(super) fn line_amount(line: &OrderLine) -> Option<(Decimal, Currency)> {
    let price = line.price.as_ref()?;
    let units = rules::orders::money::units(line);
    Some((price.cost.decimal().checked_mul(units)?, price.currency))
}

/// `25 × 18.72, 1 year, monthly`; without a price `25 seats, 1 year, monthly`.
pub(super) fn line_detail(line: &OrderLine, costs: bool) -> String {
    let terms = commitment_words(line.term, line.billing);
    let words = quantity_words(line);
    match (&line.price, action_of(line)) {
        (Some(price), OrderAction::Buy) if costs => format!(
            "{} × {}, {terms}",
            counted(u64::from(line.quantity), "seat", "seats"),
            amount(&price.cost, price.currency)
        ),
        (Some(price), OrderAction::Seats) if costs => {
            format!(
                "{words} at {}, {terms}",
                amount(&price.cost, price.currency)
            )
        }
        (_, OrderAction::Buy | OrderAction::Seats | OrderAction::Other) => {
            format!("{words}, {terms}")
        }
        _ => words,
    }
}

/// The money of an order beside its steps.
pub(super) fn summary(
    view: &OrderView,
    times: &Times,
    go_on: Option<GoOn>,
    source: String,
) -> OrderSummary {
    let content = &view.row.content;
    let only = only_currency(content);
    let code = |currency: Currency| match only {
        Some(_) => String::new(),
        None => currency.to_string(),
    };
    let mut lines = Vec::new();
    for line in &content.lines {
        let (amount, currency) = match line_amount(line) {
            Some((sum, currency)) => (sum_text(sum, currency), code(currency)),
            None => ("no price".to_owned(), String::new()),
        };
        let changes = matches!(action_of(line), OrderAction::Buy | OrderAction::Seats);
        lines.push(SummaryLine {
            name: line_name(line).to_owned(),
            detail: line_detail(line, true),
            amount: if changes { amount } else { String::new() },
            currency: if changes { currency } else { String::new() },
            per: if changes && line.price.is_some() {
                per(line).to_owned()
            } else {
                String::new()
            },
        });
        for add_on in &line.add_ons {
            let (amount, currency) = match &add_on.price {
                Some(price) => (
                    sum_text(
                        price.cost.decimal() * Decimal::from(add_on.quantity),
                        price.currency,
                    ),
                    code(price.currency),
                ),
                None => ("no price".to_owned(), String::new()),
            };
            lines.push(SummaryLine {
                name: add_on.name.clone(),
                detail: format!(
                    "{} as add-on, {}",
                    count(u64::from(add_on.quantity)),
                    commitment_words(add_on.term, add_on.billing)
                ),
                amount,
                currency,
                per: String::new(),
            });
        }
    }
    OrderSummary {
        words: without_tax(only),
        lines,
        sums: sums(view, times, only),
        go_on,
        source,
    }
}

/// `EUR, without tax`.
pub(super) fn without_tax(only: Option<Currency>) -> String {
    match only {
        Some(currency) => format!("{currency}, without tax"),
        None => "without tax".to_owned(),
    }
}

/// Cost, sale and margin a month, and what it binds to.
fn sums(view: &OrderView, times: &Times, only: Option<Currency>) -> Vec<SumLine> {
    let totals = &view.review.totals;
    let mut sums = Vec::new();
    let mut add = |name: &str, amount: String, currency: Currency, strong, detail: String| {
        sums.push(SumLine {
            name: name.to_owned(),
            amount,
            currency: match only {
                Some(_) => String::new(),
                None => currency.to_string(),
            },
            strong,
            detail,
        });
    };
    let changes = view
        .row
        .content
        .lines
        .iter()
        .any(|line| !matches!(action_of(line), OrderAction::Buy | OrderAction::Other));
    for (currency, sum) in &totals.monthly {
        // A change that costs nothing says no money; one that saves says what.
        if changes && *sum <= Decimal::ZERO {
            if !sum.is_zero() {
                add(
                    "Saves per month",
                    sum_text(sum.abs(), *currency),
                    *currency,
                    true,
                    String::new(),
                );
            }
            continue;
        }
        add(
            "Cost per month",
            sum_text(*sum, *currency),
            *currency,
            true,
            String::new(),
        );
        let sale = totals
            .monthly_sale
            .as_ref()
            .and_then(|sales| sales.get(currency));
        if let Some(sale) = sale {
            add(
                "Sales per month",
                sum_text(*sale, *currency),
                *currency,
                false,
                String::new(),
            );
            let percent = view
                .review
                .margins
                .iter()
                .find(|(other, _)| other == currency)
                .map(|(_, percent)| format!(", {}", percent_text(*percent)))
                .unwrap_or_default();
            add(
                "Margin",
                format!("{}{percent}", sum_text(*sale - *sum, *currency)),
                *currency,
                false,
                String::new(),
            );
        }
    }
    let mut first = true;
    for (currency, sum) in &totals.bound {
        if changes && *sum <= Decimal::ZERO {
            continue;
        }
        let detail = if std::mem::take(&mut first) {
            until_words(&view.review.lines, times, only)
        } else {
            String::new()
        };
        let name = if totals.open_ended {
            "You are bound for at least"
        } else {
            "You are bound for"
        };
        add(name, sum_text(*sum, *currency), *currency, true, detail);
    }
    if totals.unpriced {
        sums.push(SumLine {
            name: "Not in these sums".to_owned(),
            amount: String::new(),
            currency: String::new(),
            strong: false,
            detail: "What is billed by use, and what has no known price.".to_owned(),
        });
    }
    sums
}

/// `5,616.00 until Nov 2027, 74.10 until Dec 2026`.
fn until_words(lines: &[ReviewLine], times: &Times, only: Option<Currency>) -> String {
    let mut groups: Vec<(String, Timestamp, Sums)> = Vec::new();
    let mut open = false;
    for line in lines.iter().filter(|line| !line.bound.is_empty()) {
        let Some(until) = line.bound_until else {
            open = true;
            continue;
        };
        let month = times.month(until.at);
        let group = groups.iter_mut().find(|(name, _, _)| *name == month);
        let sums = match group {
            Some((_, _, sums)) => sums,
            None => {
                groups.push((month, until.at, Sums::new()));
                &mut groups.last_mut().expect("one was just added").2
            }
        };
        for (currency, sum) in &line.bound {
            *sums.entry(*currency).or_default() += *sum;
        }
    }
    groups.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
    let mut words: Vec<String> = groups
        .iter()
        .map(|(month, _, sums)| {
            let text = match only.and_then(|only| Some((only, sums.get(&only)?))) {
                Some((only, sum)) => sum_text(*sum, only),
                None => sums_text(sums),
            };
            format!("{text} until {month}")
        })
        .collect();
    if open {
        words.push("and what nobody knows the end of".to_owned());
    }
    words.join(", ")
}

/// A percentage with one digit: `15.3 %`.
pub(super) fn percent_text(percent: Decimal) -> String {
    let tenths = (percent * Decimal::TEN).round();
    let negative = tenths.is_sign_negative() && !tenths.is_zero();
    let text = format::percent(u64::try_from(tenths.abs().mantissa()).unwrap_or(0));
    if negative {
        format!("\u{2212}{text}")
    } else {
        text
    }
}

/// What the button that places an order names: what it binds to, else what it costs a month.
pub(super) fn button_amount(view: &OrderView) -> String {
    let totals = &view.review.totals;
    let text = if totals.bound.is_empty() {
        sums_text(&totals.monthly)
    } else {
        sums_text(&totals.bound)
    };
    let text = match (text.is_empty(), only_currency(&view.row.content)) {
        (true, Some(currency)) if !totals.unpriced => {
            format!("{} {currency}", sum_text(Decimal::ZERO, currency))
        }
        (true, _) => "by use".to_owned(),
        (false, _) => text,
    };
    if totals.open_ended {
        format!("{text} at least")
    } else {
        text
    }
}

/// Where the prices come from: the last import.
pub(super) async fn source(
    app: &crate::app::App,
    times: &Times,
) -> Result<String, store::StoreError> {
    let last = store::runs::find_last_complete(app.store().read()).await?;
    Ok(last.map_or_else(String::new, |run| {
        format!(
            "Prices of import {}, {}.",
            count(run.number),
            times.in_words(run.finished_at.unwrap_or(run.requested_at))
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_one_digit_and_their_sign() {
        let percent = |text: &str| percent_text(text.parse().unwrap());
        assert_eq!(percent("15.25"), "15.2\u{202f}%");
        assert_eq!(percent("15.3"), "15.3\u{202f}%");
        assert_eq!(percent("-4"), "\u{2212}4.0\u{202f}%");
        assert_eq!(percent("0"), "0.0\u{202f}%");
        assert_eq!(percent("100"), "100.0\u{202f}%");
    }
}
