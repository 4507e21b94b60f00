//! What a renewal binds to, and whether that is much.

use domain::Currency;
use domain::subscription::Subscription;
use rust_decimal::Decimal;

use crate::orders::money::{periods_owed, round};

/// A renewal that binds to this much, in any currency, is large: looked at a step earlier.
const LARGE: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

/// What one more term of all seats costs at this price of one a billing period; nothing where the currency is not known.
pub fn bound(of: &Subscription, cost: Decimal) -> Option<(Currency, Decimal)> {
    let currency = of.currency?;
    let seats = Decimal::from(of.seats.unwrap_or(1));
    let owed = Decimal::from(periods_owed(of.term, of.billing));
    let all = cost.checked_mul(owed)?.checked_mul(seats)?;
    Some((currency, round(all, currency)))
}

/// Whether a renewal that binds to this is large.
pub fn is_large(bound: Decimal) -> bool {
    bound >= LARGE
}
