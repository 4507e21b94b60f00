//! What a cart is, and what is sent to make one (Ion API notes 2.4).

use serde_json::{Map, Value, json};

use crate::decimal::ExactDecimal;
use crate::model::{id_behind, model, one_or_many, text, whole};

model! {
    /// A cart. Every member may be missing.
    Cart {
        /// `customers/{c}/carts/{k}`, without an account before it.
        name: String,
        /// Its name for people.
        cart_display_name: String,
        /// The portal user whose it is.
        user_name: String,
        /// How it is paid.
        payment: CartPayment,
        /// `OPEN`, `SAVED_FOR_LATER`, `CHECKED_OUT` or `QUOTE`.
        status: String,
        /// Currency.
        currency_code: String,
        /// How many items it has.
        #[serde(deserialize_with = "whole")]
        total_items: i64,
    }
    /// How a cart or an item is paid.
    CartPayment {
        /// `OFFLINE` or `CREDIT_CARD`.
        payment_type: String,
        /// Name of the card.
        credit_card_name: String,
    }
    /// An item of a cart.
    CartItem {
        /// `customers/{c}/carts/{k}/cartItems/{i}`.
        name: String,
        /// Name of the cart.
        cart_name: String,
        /// The portal user whose it is.
        user_name: String,
        /// What it is.
        title: String,
        /// Resource name of the plan; its grammar is not documented.
        plan_name: String,
        /// `MONTH`, `YEAR`, `ONE_TIME`: other words than those of the catalog.
        period: String,
        /// `DRAFT`, `PENDING` or `ACTIVE`.
        status: String,
        /// How it is paid.
        payment: CartPayment,
        /// How many.
        #[serde(deserialize_with = "whole")]
        quantity: i64,
        /// What is paid once.
        upfront_price: CartPrice,
        /// What is paid each period.
        recurring_price: CartPrice,
        /// Add-ons. Drawn as one object, and read as a list as well.
        #[serde(deserialize_with = "one_or_many")]
        add_ons: Vec<CartAddOn>,
        /// Terms.
        terms_content: String,
        /// What came of the purchase.
        purchase_info: CartPurchase,
        /// Currency.
        currency_code: String,
        /// How it may be paid.
        payment_spec: CartPaymentSpec,
        /// Taxes are worked out.
        taxes_enabled: bool,
        /// Id of the terms.
        #[serde(deserialize_with = "text")]
        term_uid: String,
        /// `SUCCESS`, `FAILED` or `UNSPECIFIED`.
        checked_out: String,
        /// Whose it is.
        #[serde(deserialize_with = "text")]
        owner_id: String,
        /// `PRODUCT`, `ADDON` or `UNSPECIFIED_PRODUCT_TYPE`.
        product_type: String,
    }
    /// An amount. Zero is left out.
    CartPrice {
        /// Currency.
        currency: String,
        /// Amount.
        value: ExactDecimal,
    }
    /// An add-on of an item.
    CartAddOn {
        /// Id of the plan.
        #[serde(deserialize_with = "text")]
        plan_id: String,
        /// Name.
        display_name: String,
        /// How many.
        #[serde(deserialize_with = "whole")]
        quantity: i64,
        /// How many there may be.
        quantity_spec: CartQuantitySpec,
        /// What is paid once.
        upfront_price: CartPrice,
        /// What is paid each period.
        recurring_price: CartPrice,
        /// What it hangs on.
        #[serde(deserialize_with = "text")]
        parent: String,
        /// Id of what it hangs on.
        #[serde(deserialize_with = "text")]
        parent_identifier: String,
    }
    /// How many there may be.
    CartQuantitySpec {
        /// Needed.
        is_required: bool,
        /// At least.
        #[serde(deserialize_with = "whole")]
        min_quantity: i64,
        /// At most.
        #[serde(deserialize_with = "whole")]
        max_quantity: i64,
    }
    /// What came of a purchase.
    CartPurchase {
        /// Something is to be deployed.
        has_deployment_actions: bool,
        /// Use is billed.
        has_consumption_billing: bool,
        /// Name of the subscription that was made.
        created_subscription_name: String,
    }
    /// How an item may be paid.
    CartPaymentSpec {
        /// By invoice.
        offline_allowed: bool,
        /// By card.
        credit_cards_allowed: bool,
        /// May not be changed.
        immutable: bool,
    }
}

impl Cart {
    /// Its id: the last segment of the name.
    pub fn id(&self) -> Option<&str> {
        id_behind(self.name.as_ref(), "carts")
    }
}

impl CartItem {
    /// Its id: the last segment of the name.
    pub fn id(&self) -> Option<&str> {
        id_behind(self.name.as_ref(), "cartItems")
    }
}

/// A cart to make or change. Empty texts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CartDraft {
    /// `OPEN`, `SAVED_FOR_LATER`, `CHECKED_OUT` or `QUOTE`; making a cart needs it.
    pub status: String,
    /// Its name for people.
    pub display_name: String,
    /// The portal user whose it is.
    pub user_name: String,
    /// `OFFLINE` or `CREDIT_CARD`.
    pub payment_type: String,
    /// Name of the card.
    pub credit_card_name: String,
    /// Currency.
    pub currency: String,
}

/// An item to put into a cart or to change. Empty texts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CartItemDraft {
    /// Resource name of the plan; its grammar is not documented.
    pub plan_name: String,
    /// How many.
    pub quantity: Option<u32>,
    /// `OFFLINE` or `CREDIT_CARD`.
    pub payment_type: String,
    /// Name of the card.
    pub credit_card_name: String,
    /// Add-ons. One goes out as the object that is described, several as a list, which is not.
    pub add_ons: Vec<CartAddOnDraft>,
}

/// An add-on of an item. Empty texts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CartAddOnDraft {
    /// Id of the plan; required.
    pub plan_id: String,
    /// Name; required.
    pub display_name: String,
    /// What it hangs on.
    pub parent: String,
    /// Id of what it hangs on.
    pub parent_identifier: String,
}

/// What turns a cart into an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkout {
    /// The total that the caller works out: a whole number, as it is described. What Ion does about another total is not documented.
    pub total_calculated_value: i64,
    /// What the vendor is told, for each item that needs it.
    pub lines: Vec<CheckoutLine>,
}

/// What the vendor is told for an item of a cart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckoutLine {
    /// Id of the item.
    pub cart_item_id: String,
    /// Attributes, in this order.
    pub attributes: Vec<(String, String)>,
}

impl CartDraft {
    pub(super) fn body(&self) -> Value {
        let mut cart = texts(&[
            ("cartDisplayName", &self.display_name),
            ("userName", &self.user_name),
            ("status", &self.status),
            ("currencyCode", &self.currency),
        ]);
        put_payment(&mut cart, &self.payment_type, &self.credit_card_name);
        cart.into()
    }
}

impl CartItemDraft {
    pub(super) fn body(&self) -> Value {
        let mut item = texts(&[("planName", &self.plan_name)]);
        if let Some(quantity) = self.quantity {
            item.insert("quantity".to_owned(), quantity.into());
        }
        put_payment(&mut item, &self.payment_type, &self.credit_card_name);
        let mut add_ons: Vec<Value> = self
            .add_ons
            .iter()
            .map(|add_on| {
                texts(&[
                    ("planId", &add_on.plan_id),
                    ("displayName", &add_on.display_name),
                    ("parent", &add_on.parent),
                    ("parentIdentifier", &add_on.parent_identifier),
                ])
                .into()
            })
            .collect();
        match add_ons.len() {
            0 => {}
            1 => {
                item.insert("addOns".to_owned(), add_ons.remove(0));
            }
            _ => {
                item.insert("addOns".to_owned(), add_ons.into());
            }
        }
        item.into()
    }
}

impl Checkout {
    pub(super) fn body(&self) -> Value {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                let attributes: Vec<Value> = line
                    .attributes
                    .iter()
                    .map(|(name, value)| json!({"name": name, "value": value}))
                    .collect();
                // Described as a number; an id of another kind goes out as it is.
                let id = line
                    .cart_item_id
                    .parse::<i64>()
                    .map_or_else(|_| Value::from(line.cart_item_id.as_str()), Value::from);
                json!({"cartItemId": id, "attributes": attributes})
            })
            .collect();
        json!({"totalCalculatedValue": self.total_calculated_value, "provisionData": lines})
    }
}

fn texts(members: &[(&str, &String)]) -> Map<String, Value> {
    members
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| ((*name).to_owned(), text.as_str().into()))
        .collect()
}

fn put_payment(members: &mut Map<String, Value>, kind: &String, card: &String) {
    let payment = texts(&[("paymentType", kind), ("creditCardName", card)]);
    if !payment.is_empty() {
        members.insert("payment".to_owned(), payment.into());
    }
}
