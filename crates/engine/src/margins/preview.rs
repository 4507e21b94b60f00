//! What a rule would do, before it is saved.

use domain::order::Sums;
use domain::{Currency, MarginRuleId};
use rust_decimal::Decimal;

use super::save::MarginDraft;
use crate::Engine;
use crate::orders::OrderError;

/// What a rule would do.
#[derive(Debug, Clone, Default)]
pub struct MarginPreview {
    /// Live subscriptions whose sale price would be another.
    pub affected: u64,
    /// Some of what it touches or nearly touches.
    pub samples: Vec<MarginSample>,
    /// Rules that win somewhere in its place: name, and why.
    pub beaten_by: Vec<(String, String)>,
    /// Sale a month of all live subscriptions, as it is.
    pub monthly_before: Sums,
    /// The same with the rule.
    pub monthly_after: Sums,
    /// Live subscriptions whose margin would be below their floor.
    pub below_floor: u64,
    /// How many are below it now.
    pub below_floor_before: u64,
}

/// One example.
#[derive(Debug, Clone)]
pub struct MarginSample {
    /// Name of the product.
    pub product: String,
    /// Name of the SKU.
    pub sku: String,
    /// Name of the plan.
    pub plan: String,
    /// The customer, where it is a subscription.
    pub customer: Option<String>,
    /// What one costs, each billing period.
    pub cost: Decimal,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Sale price now.
    pub old_sale: Option<Decimal>,
    /// Sale price with the rule.
    pub new_sale: Option<Decimal>,
    /// Rule that gives the price now.
    pub old_rule: Option<String>,
    /// Rule that would give it.
    pub new_rule: Option<String>,
    /// Share of the new sale price that is margin, in percent.
    pub new_margin: Option<Decimal>,
    /// Why that rule.
    pub why: String,
}

impl Engine {
    /// What a rule would do. `replaced`: the rule that it takes the place of.
    pub async fn preview_margin(
        &self,
        draft: &MarginDraft,
        replaced: Option<MarginRuleId>,
    ) -> Result<MarginPreview, OrderError> {
        let _ = (draft, replaced);
        Err(OrderError::Refused("not written yet".to_owned()))
    }
}
