//! The rules in force, and the sale price that they give.

use domain::margin::MarginRule;
use domain::{Amount, Currency, CustomerId, MarginRuleId};
use jiff::civil::Date;
use rules::margins::choose::{Chosen, Sold, choose, winner};
use rules::margins::price;
use rust_decimal::Decimal;
use store::{ConnectionTrait, StoreError, margins};

/// Something that is sold, and to whom.
#[derive(Debug, Clone)]
pub struct PriceAsk {
    /// Vendor as people know it.
    pub vendor: String,
    /// Ion's id of the product.
    pub product_ion_id: String,
    /// Ion's id of the SKU.
    pub sku_id: String,
    /// Our customer.
    pub customer: Option<CustomerId>,
    /// What one costs, each billing period.
    pub cost: Amount,
    /// Currency of the cost.
    pub currency: Currency,
    /// On which day.
    pub on: Date,
}

impl PriceAsk {
    pub(super) fn sold(&self) -> Sold<'_> {
        Sold {
            vendor: &self.vendor,
            product_ion_id: &self.product_ion_id,
            sku_id: &self.sku_id,
            customer: self.customer,
            currency: self.currency,
        }
    }
}

/// A sale price, and why it is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalePrice {
    /// Price of one, each billing period.
    pub amount: Amount,
    /// The rule that gave it.
    pub rule: MarginRuleId,
    /// Its name.
    pub rule_name: String,
    /// What the rule does and for whom, and which others it was closer or newer than, in words.
    pub why: String,
    /// Share of the price that is margin, in percent, not rounded; nothing where it is sold for nothing.
    pub margin_percent: Option<Decimal>,
    /// The margin is below the rule's floor.
    pub below_floor: bool,
}

/// The rules in force, read once for many prices.
#[derive(Debug, Clone, Default)]
pub struct MarginBook {
    rules: Vec<MarginRule>,
}

impl MarginBook {
    /// The rules in force.
    pub async fn load(conn: &impl ConnectionTrait) -> Result<Self, StoreError> {
        let rows = margins::list(conn, false).await?;
        Ok(Self {
            rules: rows.into_iter().map(|row| row.rule).collect(),
        })
    }

    /// These rules.
    pub(crate) fn of(rules: Vec<MarginRule>) -> Self {
        Self { rules }
    }

    /// The rules, in no order.
    pub fn rules(&self) -> &[MarginRule] {
        &self.rules
    }

    /// The sale price with its reasons; nothing where no rule applies.
    pub fn price(&self, ask: &PriceAsk) -> Option<SalePrice> {
        let chosen = choose(&self.rules, &ask.sold(), ask.on)?;
        let found = price::by_rule(chosen.rule, ask.currency, &ask.cost)?;
        Some(SalePrice {
            amount: found.price,
            rule: found.rule,
            rule_name: chosen.rule.name.clone(),
            why: why(&chosen),
            margin_percent: found.margin,
            below_floor: found.below_floor,
        })
    }

    /// The rule that gives the price.
    pub(crate) fn winner(&self, ask: &PriceAsk) -> Option<&MarginRule> {
        winner(&self.rules, &ask.sold(), ask.on)
    }

    /// The sale price without its reasons: for long lists.
    pub(crate) fn quick(&self, ask: &PriceAsk) -> Option<price::SalePrice> {
        price::by_rule(self.winner(ask)?, ask.currency, &ask.cost)
    }
}

/// One sale price.
pub async fn sale_price(
    conn: &impl ConnectionTrait,
    ask: &PriceAsk,
) -> Result<Option<SalePrice>, StoreError> {
    Ok(MarginBook::load(conn).await?.price(ask))
}

/// "cost + 18 %, for this vendor; closer than "Everything else"".
fn why(chosen: &Chosen<'_>) -> String {
    let scope = &chosen.rule.scope;
    let mut parts = Vec::new();
    if scope.customer.is_some() {
        parts.push("this customer");
    }
    if scope.sku_id.is_some() {
        parts.push("this SKU");
    } else if scope.product_ion_id.is_some() {
        parts.push("this product");
    } else if scope.vendor.is_some() {
        parts.push("this vendor");
    }
    let whom = if parts.is_empty() {
        "everything".to_owned()
    } else {
        parts.join(" and ")
    };
    let mut text = format!("{}, for {whom}", price::words(chosen.rule));
    let beaten: Vec<String> = chosen
        .beaten
        .iter()
        .filter(|(_, why)| why.was_beaten())
        .map(|(rule, _)| format!("\"{}\"", rule.name))
        .collect();
    if !beaten.is_empty() {
        text.push_str(&format!("; it comes before {}", beaten.join(", ")));
    }
    text
}
