//! Which margin rule gives the sale price: the most specific one; of equals the one that holds from a later day, then the one made later.

use domain::margin::{MarginKind, MarginRule, MarginScope};
use domain::{Currency, CustomerId};
use jiff::civil::Date;

/// What is sold, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold<'a> {
    /// Vendor as people know it.
    pub vendor: &'a str,
    /// Ion's id of the product.
    pub product_ion_id: &'a str,
    /// Ion's id of the SKU.
    pub sku_id: &'a str,
    /// Our customer; nothing for a price that is nobody's.
    pub customer: Option<CustomerId>,
    /// Currency of the cost.
    pub currency: Currency,
}

/// Why a rule did not give the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// It is for another customer.
    OtherCustomer,
    /// It is for another vendor.
    OtherVendor,
    /// It is for another product.
    OtherProduct,
    /// It is for another SKU.
    OtherSku,
    /// It does not hold yet.
    NotYet(Date),
    /// It no longer holds.
    Over(Date),
    /// Its fixed price is in another currency.
    OtherCurrency(Option<Currency>),
    /// The rule that won is closer.
    LessSpecific,
    /// The rule that won is as close, and newer.
    Older,
}

impl WhyNot {
    /// In words, for people.
    pub fn words(self) -> String {
        match self {
            Self::OtherCustomer => "is for another customer".to_owned(),
            Self::OtherVendor => "is for another vendor".to_owned(),
            Self::OtherProduct => "is for another product".to_owned(),
            Self::OtherSku => "is for another SKU".to_owned(),
            Self::NotYet(from) => format!("holds only from {from}"),
            Self::Over(until) => format!("held until {until}"),
            Self::OtherCurrency(Some(currency)) => format!("its fixed price is in {currency}"),
            Self::OtherCurrency(None) => "its fixed price has no currency".to_owned(),
            Self::LessSpecific => "the rule that won is closer".to_owned(),
            Self::Older => "the rule that won is newer".to_owned(),
        }
    }

    /// True where the rule would have given the price, had the other not been there.
    pub fn was_beaten(self) -> bool {
        matches!(self, Self::LessSpecific | Self::Older)
    }
}

/// The rule that won, and why the others did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// The rule.
    pub rule: &'a MarginRule,
    /// All others, in the order in which they were given.
    pub beaten: Vec<(&'a MarginRule, WhyNot)>,
}

/// How narrow a scope is: with a customer before without, then SKU, product, vendor, everything.
pub fn closeness(scope: &MarginScope) -> u8 {
    let part = if scope.sku_id.is_some() {
        3
    } else if scope.product_ion_id.is_some() {
        2
    } else {
        u8::from(scope.vendor.is_some())
    };
    part + if scope.customer.is_some() { 4 } else { 0 }
}

/// The rule that gives the price on a day, and why no other does; nothing where none applies.
pub fn choose<'a>(rules: &'a [MarginRule], sold: &Sold<'_>, on: Date) -> Option<Chosen<'a>> {
    let winner = winner(rules, sold, on)?;
    let beaten = rules
        .iter()
        .filter(|rule| rule.id != winner.id)
        .map(|rule| {
            let why = why_not(rule, sold, on).unwrap_or({
                if closeness(&rule.scope) < closeness(&winner.scope) {
                    WhyNot::LessSpecific
                } else {
                    WhyNot::Older
                }
            });
            (rule, why)
        })
        .collect();
    Some(Chosen {
        rule: winner,
        beaten,
    })
}

/// The rule that gives the price, without the reasons: for long lists.
pub fn winner<'a>(rules: &'a [MarginRule], sold: &Sold<'_>, on: Date) -> Option<&'a MarginRule> {
    rules
        .iter()
        .filter(|rule| why_not(rule, sold, on).is_none())
        .max_by_key(|rule| (closeness(&rule.scope), rule.from, rule.id))
}

/// The rules in the order in which they win, closest first; for the list that people see.
pub fn in_order(rules: &mut [MarginRule]) {
    rules.sort_by_key(|rule| std::cmp::Reverse((closeness(&rule.scope), rule.from, rule.id)));
}

/// Why a rule does not apply at all; nothing where it does.
pub fn why_not(rule: &MarginRule, sold: &Sold<'_>, on: Date) -> Option<WhyNot> {
    let scope = &rule.scope;
    let other = |wanted: &Option<String>, is: &str| wanted.as_deref().is_some_and(|it| it != is);
    if scope.customer.is_some() && scope.customer != sold.customer {
        Some(WhyNot::OtherCustomer)
    } else if scope
        .vendor
        .as_deref()
        .is_some_and(|vendor| !vendor.trim().eq_ignore_ascii_case(sold.vendor.trim()))
    {
        Some(WhyNot::OtherVendor)
    } else if other(&scope.product_ion_id, sold.product_ion_id) {
        Some(WhyNot::OtherProduct)
    } else if other(&scope.sku_id, sold.sku_id) {
        Some(WhyNot::OtherSku)
    } else if on < rule.from {
        Some(WhyNot::NotYet(rule.from))
    } else if let Some(until) = rule.until.filter(|until| on > *until) {
        Some(WhyNot::Over(until))
    } else if rule.kind == MarginKind::Fixed && rule.currency != Some(sold.currency) {
        Some(WhyNot::OtherCurrency(rule.currency))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
