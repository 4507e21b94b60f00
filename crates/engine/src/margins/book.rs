//! The rules in force, and the sale price that they give.

use domain::{Amount, Currency, CustomerId, MarginRuleId};
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::{ConnectionTrait, StoreError};

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
    pub cost: Decimal,
    /// Currency of the cost.
    pub currency: Currency,
    /// On which day.
    pub on: Date,
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
    /// Why that rule, in words.
    pub why: String,
    /// Share of the price that is margin, in percent; nothing where the price is zero.
    pub margin_percent: Option<Decimal>,
    /// The margin is below the rule's floor.
    pub below_floor: bool,
}

/// The rules in force, read once for many prices.
#[derive(Debug, Clone, Default)]
pub struct MarginBook {}

impl MarginBook {
    /// The rules in force.
    pub async fn load(conn: &impl ConnectionTrait) -> Result<Self, StoreError> {
        let _ = conn;
        Ok(Self::default())
    }

    /// The sale price; nothing where no rule applies.
    pub fn price(&self, ask: &PriceAsk) -> Option<SalePrice> {
        let _ = ask;
        None
    }
}

/// One sale price.
pub async fn sale_price(
    conn: &impl ConnectionTrait,
    ask: &PriceAsk,
) -> Result<Option<SalePrice>, StoreError> {
    Ok(MarginBook::load(conn).await?.price(ask))
}
