//! The sale price that a rule gives, and the margin that is left. Cost stays cost; a price is only ever rounded up.

use domain::margin::{MarginKind, MarginRule, Rounding};
use domain::order::LinePrice;
use domain::{Amount, Currency, MarginRuleId, Scale};
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use super::choose::{Sold, winner};

/// A sale price, worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalePrice {
    /// What a customer pays for one, each billing period.
    pub price: Amount,
    /// Share of it that is margin, in percent, not rounded; nothing where it is sold for nothing.
    pub margin: Option<Decimal>,
    /// The margin is below the rule's floor.
    pub below_floor: bool,
    /// The rule that gave it.
    pub rule: MarginRuleId,
}

/// The sale price by the rule that wins; nothing where none does, or where the sum is beyond all money.
pub fn sale_price(
    rules: &[MarginRule],
    sold: &Sold<'_>,
    cost: &Amount,
    on: Date,
) -> Option<SalePrice> {
    by_rule(winner(rules, sold, on)?, sold.currency, cost)
}

/// The sale price by one rule.
pub fn by_rule(rule: &MarginRule, currency: Currency, cost: &Amount) -> Option<SalePrice> {
    let each = cost.decimal();
    let hundred = Decimal::ONE_HUNDRED;
    let raw = match rule.kind {
        MarginKind::Fixed => rule.value,
        MarginKind::Markup => each.checked_mul((hundred + rule.value) / hundred)?,
        MarginKind::Margin if rule.value < hundred => each
            .checked_mul(hundred)?
            .checked_div(hundred - rule.value)?,
        MarginKind::Margin => return None,
    };
    // What is fixed is meant as it is; a rate of use has no cents; nothing stays nothing.
    let rounded = if rule.kind == MarginKind::Fixed || raw.is_zero() {
        raw
    } else if cost.scale() == Scale::Rate {
        raw.round_dp_with_strategy(Scale::Rate.digits(), RoundingStrategy::ToPositiveInfinity)
    } else {
        round_up(raw, rule.rounding, currency)?
    };
    let price = Amount::parse(&rounded.normalize().to_string(), cost.scale()).ok()?;
    let margin = margin_percent(each, price.decimal());
    Some(SalePrice {
        below_floor: is_below(rule.floor, margin),
        price,
        margin,
        rule: rule.id,
    })
}

/// Rounds up to the next step; never below what it was.
pub fn round_up(value: Decimal, rounding: Rounding, currency: Currency) -> Option<Decimal> {
    let digit = Decimal::new(1, currency.exponent());
    let step = match rounding {
        Rounding::Cent => digit,
        Rounding::FiveCents => Decimal::new(5, 2).max(digit),
        Rounding::TenCents => Decimal::new(1, 1).max(digit),
        Rounding::Unit | Rounding::NinetyNine => Decimal::ONE,
    };
    let less = if rounding == Rounding::NinetyNine && currency.exponent() >= 2 {
        Decimal::new(1, 2)
    } else {
        Decimal::ZERO
    };
    (value.checked_add(less)? / step)
        .ceil()
        .checked_mul(step)?
        .checked_sub(less)
}

/// Share of the sale price that is margin, in percent, not rounded; negative where it is sold below cost, nothing where for nothing.
pub fn margin_percent(cost: Decimal, sale: Decimal) -> Option<Decimal> {
    if sale.is_zero() {
        return None;
    }
    sale.checked_sub(cost)?
        .checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(sale)
}

/// A percentage with one digit, as people see it; rounded down, so that no margin looks larger than it is.
pub fn shown_percent(percent: Decimal) -> Decimal {
    percent.round_dp_with_strategy(1, RoundingStrategy::ToNegativeInfinity)
}

/// Whether a margin is below a floor. What is sold for nothing is below any.
pub fn is_below(floor: Option<Decimal>, margin: Option<Decimal>) -> bool {
    floor.is_some_and(|floor| margin.is_none_or(|margin| margin < floor))
}

/// The margin of a line's price, where it has a sale price.
pub fn margin_of(price: &LinePrice) -> Option<Decimal> {
    margin_percent(price.cost.decimal(), price.sale.as_ref()?.decimal())
}

/// What a rule does, in words: "cost + 18 %".
pub fn words(rule: &MarginRule) -> String {
    let value = rule.value.normalize();
    match (rule.kind, rule.currency) {
        (MarginKind::Markup, _) => format!("cost + {value} %"),
        (MarginKind::Margin, _) => format!("margin {value} %"),
        (MarginKind::Fixed, Some(currency)) => format!("fixed {value} {currency}"),
        (MarginKind::Fixed, None) => format!("fixed {value}"),
    }
}

#[cfg(test)]
mod tests;
