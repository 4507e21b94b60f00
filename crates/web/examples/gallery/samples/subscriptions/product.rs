//! What the page of a product shows of prices and subscriptions.

use super::*;
use crate::view::subscriptions::product::{SaleCard, UsedBy, User};

/// How a sale price comes about.
pub(crate) fn sale_card() -> SaleCard {
    SaleCard {
        variant: "1 year, monthly".to_owned(),
        facts: vec![
            fact("Cost", "18.72 EUR"),
            Fact::new("Rule", Value::Link(Link::new("Microsoft", "/settings/margins/1"))),
            fact("How", "cost + 18 %"),
            fact("Rounding", "up to the cent"),
            fact("Sale", "22.09 EUR"),
            fact("Margin", "15.3 %"),
            fact("Floor", "15 %, kept"),
        ],
        sentence: "22.09 by rule “Microsoft”: cost + 18 %, for this vendor; it comes before \"Everything else\".".to_owned(),
        rules: Link::new("Margins", "/settings/margins"),
    }
}

/// Who has a product.
pub(crate) fn used_by() -> UsedBy {
    let user = |name: &str, seats: &str| User {
        href: "/subscriptions/1".to_owned(),
        name: name.to_owned(),
        seats: seats.to_owned(),
    };
    UsedBy {
        rows: vec![
            user("Far Meadow Schools Trust", "180 seats"),
            user("Hedgehog Logistics Oy", "74 seats"),
            user(LONG, "15 seats"),
        ],
        all: Some(Link::new("All 38", "/subscriptions?product=x")),
    }
}
