//! Every cart.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::catalog::{CURRENCY, Offer};
use crate::money::Money;

/// What a request said of the payment.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credit_card_name: Option<String>,
}

/// An add-on of an item.
#[derive(Debug, Clone)]
pub(super) struct CartAddOn {
    pub(super) offer: Arc<Offer>,
    pub(super) display: String,
}

/// An item.
#[derive(Debug, Clone)]
pub(super) struct CartItem {
    pub(super) id: u64,
    /// As it was sent.
    pub(super) plan_name: String,
    pub(super) offer: Arc<Offer>,
    pub(super) quantity: i64,
    pub(super) payment: Payment,
    pub(super) add_ons: Vec<CartAddOn>,
}

impl CartItem {
    pub(super) fn total(&self) -> Money {
        let add_ons: Money = self.add_ons.iter().map(|one| one.offer.price).sum();
        self.offer.price.plus(add_ons).times(self.quantity)
    }
}

/// A cart.
#[derive(Debug, Clone)]
pub(super) struct Cart {
    pub(super) id: u64,
    pub(super) customer: String,
    pub(super) display: Option<String>,
    pub(super) user: Option<String>,
    pub(super) payment: Payment,
    pub(super) status: String,
    pub(super) currency: Option<String>,
    pub(super) items: Vec<CartItem>,
}

impl Cart {
    pub(super) fn name(&self) -> String {
        format!("customers/{}/carts/{}", self.customer, self.id)
    }

    pub(super) fn checked_out(&self) -> bool {
        self.status == "CHECKED_OUT"
    }

    pub(super) fn total(&self) -> Money {
        self.items.iter().map(CartItem::total).sum()
    }

    /// `counted`: with the number of items, as only a single cart shows it.
    pub(super) fn json(&self, counted: bool) -> Value {
        let mut body = json!({"name": self.name()});
        let mut put = |name: &str, text: Option<&str>| {
            if let Some(text) = text {
                body[name] = text.into();
            }
        };
        put("cartDisplayName", self.display.as_deref());
        put("userName", self.user.as_deref());
        put("status", Some(&self.status));
        put(
            "currencyCode",
            Some(self.currency.as_deref().unwrap_or(CURRENCY)),
        );
        if self.payment.payment_type.is_some() {
            body["payment"] = json!(self.payment);
        }
        if counted && !self.items.is_empty() {
            body["totalItems"] = self.items.len().into();
        }
        body
    }
}

/// Every cart, the oldest first.
#[derive(Debug)]
pub(crate) struct CartBook {
    pub(super) carts: BTreeMap<u64, Cart>,
    next: u64,
    next_item: u64,
}

impl CartBook {
    pub(crate) fn new() -> Self {
        Self {
            carts: BTreeMap::new(),
            next: 112,
            next_item: 151,
        }
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub(crate) fn next_item_id(&mut self) -> u64 {
        self.next_item += 1;
        self.next_item - 1
    }

    pub(super) fn of(&self, customer: &str, id: &str) -> Option<&Cart> {
        let cart = self.carts.get(&id.parse().ok()?)?;
        (cart.customer == customer).then_some(cart)
    }

    pub(super) fn of_mut(&mut self, customer: &str, id: &str) -> Option<&mut Cart> {
        let cart = self.carts.get_mut(&id.parse().ok()?)?;
        (cart.customer == customer).then_some(cart)
    }
}
