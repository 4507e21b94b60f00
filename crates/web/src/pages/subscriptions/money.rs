//! What a change of seats costs, before it is ordered.

use domain::order::{LinePrice, OrderLine, Sums};
use domain::{Amount, Scale};
use engine::subscriptions::SubscriptionView;
use jiff::Timestamp;
use rules::orders::money::{line_totals, rest_of_term};
use rules::subscriptions::change::{ChangeRefusal, SubscriptionChange, at_renewal, change, line};
use rules::subscriptions::remind::coming;
use rust_decimal::Decimal;

use super::change::Moment;
use super::href;
use super::row::last_instant;
use crate::view::format::{self, counted};
use crate::view::subscriptions::detail::{ChangeEffect, EffectLine};
use crate::view::{Link, Times};

/// What is typed into the form, and what it means.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) seats: String,
    pub(super) when: Moment,
}

/// What this change comes to.
pub(super) fn effect(
    view: &SubscriptionView,
    typed: &Typed,
    times: &Times,
    costs: bool,
) -> ChangeEffect {
    let of = &view.row.subscription;
    let now = of.seats.unwrap_or(0);
    let mut effect = ChangeEffect {
        delta: String::new(),
        now: format!("now {}", format::count(u64::from(now))),
        lines: Vec::new(),
        error: String::new(),
        label: "Review the change".to_owned(),
        ready: false,
        back: Link::new(
            format!("Back to {}", format::count(u64::from(now))),
            href(view.row.id),
        ),
        oob: false,
    };
    let Some(total) = read_seats(&typed.seats) else {
        "Give a whole number of seats, such as 12.".clone_into(&mut effect.error);
        return effect;
    };
    if total == now {
        return effect;
    }
    effect.delta = if total > now {
        format!("+{}", format::count(u64::from(total - now)))
    } else {
        format!("\u{2212}{}", format::count(u64::from(now - total)))
    };
    effect.ready = true;
    let when = match typed.when {
        Moment::Now => "now",
        Moment::Renewal => "at the renewal",
    };
    effect.label = format!(
        "Review: {} {when}",
        counted(u64::from(total), "seat", "seats")
    );
    let wanted = SubscriptionChange::Seats(total);
    let mut made = match change(of, wanted, &view.increases, times.now) {
        Ok(made) => made,
        Err(ChangeRefusal::SeatsBound { .. })
            if typed.when == Moment::Renewal && at_renewal(of, times.now).is_some() =>
        {
            line(of, wanted)
        }
        Err(refusal) => {
            effect.error = refusal.words(&times.zone);
            return effect;
        }
    };
    if !costs {
        return effect;
    }
    if typed.when == Moment::Renewal || made.price.is_none() {
        price_of_renewal(view, &mut made);
    }
    effect.lines = lines(view, &made, typed.when, times);
    effect
}

/// A whole number, thousands grouped or not.
pub(super) fn read_seats(text: &str) -> Option<u32> {
    let digits: String = text
        .chars()
        .filter(|letter| !matches!(letter, ' ' | ',' | '\u{a0}' | '\u{202f}'))
        .collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than a number of seats has are too many seats: the rules say so.
    Some(digits.parse().unwrap_or(u32::MAX))
}

/// From the renewal on it costs what the catalog says then, as far as it is known now.
fn price_of_renewal(view: &SubscriptionView, made: &mut OrderLine) {
    let Some((next, currency)) = view.price_next.as_ref().zip(view.row.subscription.currency)
    else {
        return;
    };
    if let Ok(cost) = Amount::parse(&next.cost.to_string(), Scale::Price) {
        made.price = Some(LinePrice {
            currency,
            cost,
            sale: None,
            sale_rule: None,
            since: next.since,
        });
    }
}

fn lines(
    view: &SubscriptionView,
    made: &OrderLine,
    when: Moment,
    times: &Times,
) -> Vec<EffectLine> {
    let quiet = |name: String, amount: String| EffectLine {
        name,
        amount,
        total: false,
        quiet: true,
    };
    let Some(price) = &made.price else {
        return vec![quiet(
            "What it costs".to_owned(),
            "not known: Ion says no price".to_owned(),
        )];
    };
    let before = made.quantity_before.unwrap_or(0);
    let by = made.quantity.abs_diff(before);
    let more = made.quantity > before;
    let each = format::amount(&price.cost, price.currency);
    let monthly = sums(&line_totals(made).monthly);
    let mut lines = vec![EffectLine {
        name: format!(
            "{} {} × {each}, {}",
            format::count(u64::from(by)),
            match (more, by) {
                (true, 1) => "more seat",
                (true, _) => "more seats",
                (false, 1) => "seat fewer",
                (false, _) => "seats fewer",
            },
            rules::orders::money::billing_words(made.billing)
        ),
        amount: if monthly.is_empty() {
            "unknown a month".to_owned()
        } else {
            format!("{} a month", monthly.join(", "))
        },
        total: false,
        quiet: false,
    }];
    if let Some(sale) = view.margin.as_ref().filter(|_| when == Moment::Now) {
        let sold = sale.amount.decimal() * Decimal::from(by);
        if let Some(text) = format::sum(sold, price.currency) {
            lines.push(quiet(
                format!("Sold for, by rule “{}”", sale.rule_name),
                format!("{text} {}", price.currency),
            ));
        }
    }
    let Some(end) = coming(&view.row.subscription) else {
        return lines;
    };
    let last = last_instant(end.at);
    match (more, when) {
        (true, Moment::Now) => lines.push(bound(view, made, by, times.now, end.at, last, times)),
        (true, Moment::Renewal) if end.ends => {}
        (_, Moment::Renewal) => lines.push(quiet(
            format!("From {} on, for the new term", times.date(end.at)),
            "nothing more until then".to_owned(),
        )),
        (false, Moment::Now) => lines.push(quiet(
            "What was paid for them".to_owned(),
            "the vendor decides what comes back".to_owned(),
        )),
    }
    lines
}

fn bound(
    view: &SubscriptionView,
    made: &OrderLine,
    by: u32,
    now: Timestamp,
    ends_at: Timestamp,
    last: Timestamp,
    times: &Times,
) -> EffectLine {
    let rest = made
        .price
        .as_ref()
        .and_then(|price| rest_of_term(by, price, view.row.subscription.billing, now, ends_at));
    EffectLine {
        name: format!("Bound until {}, about", times.date(last)),
        amount: rest
            .and_then(|rest| {
                Some(format!(
                    "{} {}",
                    format::sum(rest.bound, rest.currency)?,
                    rest.currency
                ))
            })
            .unwrap_or_else(|| "not known".to_owned()),
        total: true,
        quiet: false,
    }
}

/// Sums with their currencies.
pub(crate) fn sums(sums: &Sums) -> Vec<String> {
    sums.iter()
        .filter_map(|(currency, sum)| Some(format!("{} {currency}", format::sum(*sum, *currency)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_read_as_people_write_them() {
        assert_eq!(read_seats(" 1,200 "), Some(1200));
        assert_eq!(read_seats("12"), Some(12));
        assert_eq!(read_seats("99999999999999"), Some(u32::MAX));
        for bad in ["", "-1", "+6", "1.5", "a", "1e3"] {
            assert_eq!(read_seats(bad), None, "{bad}");
        }
    }
}
