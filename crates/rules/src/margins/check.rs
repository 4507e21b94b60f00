//! What is wrong with a margin rule, by field; said before it is saved.

use domain::margin::{MarginKind, MarginRule};
use rust_decimal::Decimal;

pub use crate::customers::check::Problem;

/// The longest name of a rule.
pub const LONGEST_NAME: usize = 100;
/// The largest markup, in percent.
pub const LARGEST_MARKUP: u32 = 1000;
/// Digits behind the point of a fixed price, as prices are kept.
const DIGITS: u32 = 6;

/// What is wrong with a rule; nothing where it can be saved.
pub fn problems(rule: &MarginRule) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |field: &str, label: &str, message: &str| {
        found.push(Problem {
            field: field.to_owned(),
            label: label.to_owned(),
            message: message.to_owned(),
        });
    };
    let name = rule.name.trim();
    if name.is_empty() {
        say(
            "name",
            "Name",
            "give the rule a name, so that people know it.",
        );
    } else if name.chars().count() > LONGEST_NAME {
        say("name", "Name", "longer than 100 characters.");
    }
    if let Some(message) = wrong_value(rule) {
        say("value", value_label(rule.kind), message);
    }
    match (rule.kind, rule.currency) {
        (MarginKind::Fixed, None) => say(
            "currency",
            "Currency",
            "a fixed price needs a currency; it holds for costs in that currency only.",
        ),
        (MarginKind::Markup | MarginKind::Margin, Some(_)) => say(
            "currency",
            "Currency",
            "only a fixed price has a currency; leave it empty.",
        ),
        _ => {}
    }
    if let Some(floor) = rule.floor
        && (floor.is_sign_negative() || floor >= Decimal::ONE_HUNDRED)
    {
        say("floor", "Floor", "a percentage from 0 to below 100.");
    }
    if rule.kind == MarginKind::Margin && rule.floor.is_some_and(|floor| floor > rule.value) {
        say(
            "floor",
            "Floor",
            "higher than the margin itself: every price would be below it.",
        );
    }
    if rule.until.is_some_and(|until| until < rule.from) {
        say(
            "until",
            "Until",
            "before the first day; the rule would never hold.",
        );
    }
    let scope = &rule.scope;
    for (field, label, text) in [
        ("scope.vendor", "Vendor", &scope.vendor),
        ("scope.product_ion_id", "Product", &scope.product_ion_id),
        ("scope.sku_id", "SKU", &scope.sku_id),
    ] {
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            say(field, label, "choose one, or remove the filter.");
        }
    }
    if scope.sku_id.is_some() && scope.product_ion_id.is_none() {
        say(
            "scope.sku_id",
            "SKU",
            "a SKU is known only inside its product; choose the product too.",
        );
    }
    found
}

fn value_label(kind: MarginKind) -> &'static str {
    match kind {
        MarginKind::Markup => "Markup",
        MarginKind::Margin => "Margin",
        MarginKind::Fixed => "Fixed price",
    }
}

fn wrong_value(rule: &MarginRule) -> Option<&'static str> {
    let value = rule.value;
    match rule.kind {
        MarginKind::Markup if value.is_sign_negative() && !value.is_zero() => {
            Some("below 0: that sells below cost. Use a fixed price where you mean it.")
        }
        MarginKind::Markup if value > Decimal::from(LARGEST_MARKUP) => {
            Some("more than 1000 %; check the number.")
        }
        MarginKind::Margin if value.is_sign_negative() && !value.is_zero() => {
            Some("below 0: that sells below cost. Use a fixed price where you mean it.")
        }
        MarginKind::Margin if value >= Decimal::ONE_HUNDRED => Some(
            "a margin is a share of the sale price, so it stays below 100 %. Did you mean a markup?",
        ),
        MarginKind::Fixed if value.is_sign_negative() && !value.is_zero() => {
            Some("a price is not below 0.")
        }
        MarginKind::Fixed if value.normalize().scale() > DIGITS => {
            Some("at most 6 digits behind the point.")
        }
        MarginKind::Fixed if value >= Decimal::from(1_000_000_000) => {
            Some("larger than any price; check the number.")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
