//! Orders, subscriptions and offers as tests and the control page see them: what the sandbox holds, whatever its replies show.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderView {
    /// Six digits.
    pub id: String,
    /// `accounts/{a}/customers/{c}/orders/{o}`.
    pub name: String,
    /// Account that it belongs to: this one or one below it.
    pub account_id: String,
    /// Id of the customer.
    pub customer_id: String,
    /// As it was received, whatever the replies echo; empty where none was sent.
    pub reference_id: String,
    /// As it was received; empty where none was sent.
    pub display_name: String,
    /// `NEW`, `ON_HOLD`, `CONFIRMED`, `IN_PROGRESS`, `COMPLETED`, `ERROR` or `CANCELED`.
    pub status: String,
    /// Number in the ledger of the request that made it; `None` where the portal did, or where it was there at the start.
    pub request: Option<u64>,
    /// Its lines.
    pub items: Vec<OrderItemView>,
    /// Digits.
    pub total: String,
    /// Three letters.
    pub currency: String,
    /// What went wrong.
    pub errors: Vec<OrderError>,
    /// When it was placed.
    pub created: Timestamp,
    /// When it changed last.
    pub updated: Timestamp,
}

impl OrderView {
    /// Nothing happens to it any more.
    pub fn ended(&self) -> bool {
        matches!(self.status.as_str(), "COMPLETED" | "ERROR" | "CANCELED")
    }
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderItemView {
    /// Its number.
    pub id: String,
    /// `CREATE` or `UPDATE`.
    pub action: String,
    /// Product of the catalog.
    pub product_id: String,
    /// SKU of the product.
    pub sku_id: String,
    /// Plan of the SKU.
    pub plan_id: String,
    /// Seats; of an update: the new total.
    pub quantity: i64,
    /// The vendor's id of the subscription that an update names; empty for a create.
    pub resource_id: String,
    /// As it was received; empty where none was sent.
    pub reference_id: String,
    /// Attributes as they were sent.
    pub attributes: BTreeMap<String, String>,
    /// Add-ons: id, plan, quantity.
    pub add_ons: Vec<(String, String, i64)>,
    /// Purchase order of the customer; empty where none was sent.
    pub customer_po: String,
    /// Purchase order of the reseller; empty where none was sent.
    pub reseller_po: String,
    /// Digits, for one seat and period.
    pub price: String,
    /// Its own state.
    pub status: String,
    /// Id of the subscription that came of it or was changed by it.
    pub subscription: Option<String>,
}

/// What went wrong with an order, in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderError {
    /// Such as `MSFT_CR_033`.
    pub code: String,
    /// For people.
    pub detail: String,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubscriptionView {
    /// Ion's own number.
    pub id: String,
    /// The vendor's id.
    pub subscription_id: String,
    /// Id of the customer.
    pub customer_id: String,
    /// Product of the catalog.
    pub product_id: String,
    /// SKU of the product.
    pub sku_id: String,
    /// Plan of the SKU.
    pub plan_id: String,
    /// Its friendly name.
    pub name: String,
    /// In small letters: `active`, `suspended`, `deleted`, `expired` ...
    pub status: String,
    /// Seats.
    pub quantity: i64,
    /// Goes on at the end of its term.
    pub auto_renew: bool,
    /// Digits, for one seat and period.
    pub price: String,
    /// Three letters.
    pub currency: String,
    /// Begin of the term.
    pub start: Timestamp,
    /// End of the term.
    pub end: Timestamp,
    /// Until when the vendor takes it back; not every vendor says so.
    pub cancel_until: Option<Timestamp>,
    /// Id of the order that it came of.
    pub order_id: Option<String>,
    /// When it changed last.
    pub updated: Timestamp,
    /// Lists show it by now.
    pub shown: bool,
}

/// Something that the catalog sells: a plan of a SKU, with what one seat costs for a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferView {
    /// Product of the catalog.
    pub product_id: String,
    /// SKU of the product.
    pub sku_id: String,
    /// Plan of the SKU.
    pub plan_id: String,
    /// Name of the SKU.
    pub name: String,
    /// `Microsoft`, `Google` ...
    pub vendor: String,
    /// As filters of orders name the provider: `AZURE`, `GWS` ...
    pub provider: String,
    /// Commitment where the part number says it: `P1M`, `P1Y`, `P3Y`.
    pub term: Option<String>,
    /// `MONTHLY` or `ANNUAL`.
    pub billing: String,
    /// Part number of the manufacturer.
    pub part_number: Option<String>,
    /// Digits.
    pub price: String,
    /// Three letters.
    pub currency: String,
    /// Billed by use, not by seats.
    pub by_use: bool,
    /// May be bought: in the price book, neither product nor SKU disabled.
    pub for_sale: bool,
    /// Add-ons that the SKU lists, each with its plans.
    pub add_ons: Vec<(String, Vec<String>)>,
}

impl OfferView {
    /// An order of it, as the portal places it.
    pub fn order(&self, customer_id: &str, quantity: i64) -> PortalOrder {
        PortalOrder {
            customer_id: customer_id.to_owned(),
            product_id: self.product_id.clone(),
            sku_id: self.sku_id.clone(),
            plan_id: self.plan_id.clone(),
            quantity,
        }
    }
}

/// What a person orders in Ion's portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalOrder {
    /// Id of the customer.
    pub customer_id: String,
    /// Product of the catalog.
    pub product_id: String,
    /// SKU of the product.
    pub sku_id: String,
    /// Plan of the SKU.
    pub plan_id: String,
    /// Seats.
    pub quantity: i64,
}
