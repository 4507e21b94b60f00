//! Margin rules: what a customer pays, worked out from what it costs. Cost stays cost.

use serde::{Deserialize, Serialize};

use crate::{CustomerId, MarginRuleId, text_enum};

text_enum! {
    /// How a sale price is worked out.
    pub enum MarginKind {
        /// Cost plus this percent of the cost.
        Markup = "markup",
        /// So that this percent of the sale price is margin.
        Margin = "margin",
        /// This amount for one, each billing period.
        Fixed = "fixed",
    }
}

text_enum! {
    /// How a sale price is rounded, up to the next step.
    pub enum Rounding {
        /// To the digits of the currency.
        Cent = "cent",
        /// To five hundredths.
        FiveCents = "five_cents",
        /// To tenths.
        TenCents = "ten_cents",
        /// To whole units.
        Unit = "unit",
        /// To whole units, less one hundredth.
        NinetyNine = "ninety_nine",
    }
}

/// What a rule applies to. Each part that is set narrows it down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MarginScope {
    /// Vendor as people know it.
    pub vendor: Option<String>,
    /// Ion's id of a product.
    pub product_ion_id: Option<String>,
    /// Ion's id of a SKU; with a product.
    pub sku_id: Option<String>,
    /// A customer of ours.
    pub customer: Option<CustomerId>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginRule {
    /// Its id.
    pub id: MarginRuleId,
    /// Its name, for people.
    pub name: String,
    /// What it applies to.
    pub scope: MarginScope,
    /// How the sale price is worked out.
    pub kind: MarginKind,
    /// Percent, or the fixed amount.
    pub value: rust_decimal::Decimal,
    /// Currency of a fixed amount.
    pub currency: Option<crate::Currency>,
    /// Rounding.
    pub rounding: Rounding,
    /// A margin below this percent of the sale price is told; nothing where none is.
    pub floor: Option<rust_decimal::Decimal>,
    /// First day on which it holds.
    pub from: jiff::civil::Date,
    /// Last day on which it holds; nothing where it has no end.
    pub until: Option<jiff::civil::Date>,
}
