//! What a subscription costs and is sold for a month, as lists keep it.

use domain::subscription::Subscription;
use domain::{Amount, Currency, CustomerId};
use jiff::civil::Date;
use rules::orders::money::a_month;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::margins::{MarginBook, PriceAsk};

/// Cost and sale of all seats a month, as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Monthly {
    /// Cost, 10^-6.
    pub(crate) cost_units: Option<i64>,
    /// Sale, 10^-6.
    pub(crate) sale_units: Option<i64>,
    /// Share of the sale price that is margin, in thousandths.
    pub(crate) margin_permille: Option<i64>,
    /// The margin is below the floor of its rule.
    pub(crate) below_floor: bool,
}

/// What a sale price is asked for; nothing where Ion tells no cost or no currency.
pub(crate) fn ask(
    of: &Subscription,
    vendor: &str,
    customer: Option<CustomerId>,
    on: Date,
) -> Option<PriceAsk> {
    let (cost, currency) = of.cost.clone().zip(of.currency)?;
    Some(ask_at(of, vendor, customer, cost, currency, on))
}

/// The same at another cost.
pub(crate) fn ask_at(
    of: &Subscription,
    vendor: &str,
    customer: Option<CustomerId>,
    cost: Amount,
    currency: Currency,
    on: Date,
) -> PriceAsk {
    PriceAsk {
        vendor: vendor.to_owned(),
        product_ion_id: of.product_ion_id.clone(),
        sku_id: of.sku_id.clone(),
        customer,
        cost,
        currency,
        on,
    }
}

/// What it costs and is sold for a month.
pub(crate) fn monthly(
    of: &Subscription,
    vendor: &str,
    customer: Option<CustomerId>,
    book: &MarginBook,
    on: Date,
) -> Monthly {
    let Some(ask) = ask(of, vendor, customer, on) else {
        return Monthly::default();
    };
    let cost_units = month_units(ask.cost.decimal(), of);
    let Some(sale) = book.quick(&ask) else {
        return Monthly {
            cost_units,
            ..Monthly::default()
        };
    };
    Monthly {
        cost_units,
        sale_units: month_units(sale.price.decimal(), of),
        margin_permille: sale.margin.and_then(permille),
        below_floor: sale.below_floor,
    }
}

/// A percentage in thousandths, rounded down.
pub(crate) fn permille(percent: Decimal) -> Option<i64> {
    (percent * Decimal::TEN).floor().to_i64()
}

/// A price of one a month for all seats, 10^-6.
pub(crate) fn month_units(price: Decimal, of: &Subscription) -> Option<i64> {
    let month = a_month(price, of.billing)?;
    month
        .checked_mul(Decimal::from(of.seats.unwrap_or(1)))?
        .checked_mul(Decimal::from(1_000_000))?
        .round()
        .to_i64()
}
