//! Rules made, changed and taken out of use.

use domain::MarginRuleId;
use domain::margin::{MarginKind, MarginScope, Rounding};
use domain::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::audit::Actor;
use store::margins::MarginRow;

use crate::Engine;
use crate::orders::OrderError;

/// A rule as a person fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarginDraft {
    /// Its name.
    pub name: String,
    /// What it applies to.
    pub scope: MarginScope,
    /// How the sale price is worked out.
    pub kind: MarginKind,
    /// Percent, or the fixed amount.
    pub value: Decimal,
    /// Currency of a fixed amount.
    pub currency: Option<Currency>,
    /// Rounding.
    pub rounding: Rounding,
    /// A margin below this percent of the sale price is told.
    pub floor: Option<Decimal>,
    /// First day on which it holds.
    pub from: Date,
    /// Last day on which it holds.
    pub until: Option<Date>,
}

impl Engine {
    /// Saves a rule: a new one, or against the version that was read.
    pub async fn save_margin_rule(
        &self,
        draft: MarginDraft,
        expected: Option<(MarginRuleId, u64)>,
        actor: &Actor,
    ) -> Result<MarginRow, OrderError> {
        let _ = (draft, expected, actor);
        Err(OrderError::Refused("not written yet".to_owned()))
    }

    /// Takes a rule out of use.
    pub async fn retire_margin_rule(
        &self,
        rule: MarginRuleId,
        version: u64,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let _ = (rule, version, actor);
        Err(OrderError::Refused("not written yet".to_owned()))
    }
}
