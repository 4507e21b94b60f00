//! One subscription.

use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::{CURRENCY, Offer};
use crate::views::SubscriptionView;

/// A term: from when to when, and until when it can be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) cancel_until: Option<Timestamp>,
}

/// Something that happened to a subscription.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) at: Timestamp,
    pub(crate) details: String,
}

/// A subscription.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    /// Ion's number.
    pub(crate) id: u64,
    pub(crate) customer: String,
    /// What `customerName` says.
    pub(crate) customer_name: String,
    /// The vendor's id.
    pub(crate) guid: String,
    pub(crate) name: String,
    pub(crate) offer: Arc<Offer>,
    pub(crate) quantity: i64,
    /// In small letters.
    pub(crate) status: String,
    pub(crate) purchased: Timestamp,
    pub(crate) term: Term,
    /// The term that replies show where it is another: one that rolled over shows late.
    pub(crate) shown_term: Option<Term>,
    pub(crate) auto_renew: bool,
    pub(crate) trial: bool,
    pub(crate) customer_po: Option<String>,
    pub(crate) reseller_po: Option<String>,
    pub(crate) order: Option<u64>,
    pub(crate) updated: Timestamp,
    /// The newest first.
    pub(crate) activities: Vec<Activity>,
    /// Lists show it.
    pub(crate) shows: bool,
}

impl Subscription {
    pub(crate) fn active(&self) -> bool {
        self.status == "active"
    }

    pub(crate) fn alive(&self) -> bool {
        matches!(self.status.as_str(), "active" | "suspended")
    }

    /// As replies show it.
    pub(crate) fn shown_term(&self) -> Term {
        self.shown_term.unwrap_or(self.term)
    }

    /// By customer, then by number: the order of the list.
    pub(crate) fn place(&self) -> (u64, &str, u64) {
        let number = self.customer.parse().unwrap_or(u64::MAX);
        (number, &self.customer, self.id)
    }

    pub(crate) fn view(&self) -> SubscriptionView {
        SubscriptionView {
            id: self.id.to_string(),
            subscription_id: self.guid.clone(),
            customer_id: self.customer.clone(),
            product_id: self.offer.product.clone(),
            sku_id: self.offer.sku.clone(),
            plan_id: self.offer.plan.clone(),
            name: self.name.clone(),
            status: self.status.clone(),
            quantity: self.quantity,
            auto_renew: self.auto_renew,
            price: self.offer.price.text(),
            currency: CURRENCY.to_owned(),
            start: self.term.start,
            end: self.term.end,
            cancel_until: self.term.cancel_until,
            order_id: self.order.map(|id| id.to_string()),
            updated: self.updated,
            shown: self.shows,
        }
    }
}
