//! What is sent to place an order (Ion API notes 2.5): new subscriptions and changes of those that are there.

use serde_json::{Map, Value, json};

/// What a line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderAction {
    /// A new subscription.
    Create,
    /// A change of one that is there.
    Update,
}

impl OrderAction {
    /// Ion's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
        }
    }
}

/// An order to place. Empty texts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderDraft {
    /// The caller's label. Whether it must be unique is not documented: search for it before anything is sent a second time.
    pub reference_id: String,
    /// Shown in the portal.
    pub display_name: String,
    /// Its lines.
    pub lines: Vec<OrderLineDraft>,
}

/// A line of an order to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLineDraft {
    /// The caller's label of the line.
    pub reference_id: String,
    /// A new subscription or a change.
    pub action: OrderAction,
    /// Id of the product: the last segment of its name.
    pub product_id: String,
    /// Id of the SKU.
    pub sku_id: String,
    /// Id of the plan.
    pub plan_id: String,
    /// Licences. In an update the new total, also where only something else changes (Ion API notes 4.3).
    pub quantity: u32,
    /// The vendor's id of the subscription; an update needs it.
    pub resource_id: Option<String>,
    /// What the vendor is told, such as `domainName` and `renewalSetting`, in this order.
    pub attributes: Vec<(String, String)>,
    /// Word of the provider, such as `AZURE`. Not described; some clients send it and Ion takes it (Ion API notes 3, row 14).
    pub provider_name: Option<String>,
    /// Purchase order of the end customer.
    pub end_customer_po: Option<String>,
    /// Purchase order of the reseller.
    pub reseller_po: Option<String>,
    /// Add-ons of the line.
    pub add_ons: Vec<AddOnDraft>,
}

/// An add-on of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddOnDraft {
    /// Id of the add-on. Goes out as `id` and `addOnId`: Ion describes both with the same words.
    pub add_on_id: String,
    /// Id of the plan.
    pub plan_id: String,
    /// New or changed.
    pub action: OrderAction,
    /// How many.
    pub quantity: u32,
}

impl OrderDraft {
    /// The body that is posted, which [`Orders::create_raw`](crate::Orders::create_raw) takes again.
    pub fn to_json(&self) -> Value {
        let mut order = Map::new();
        put(&mut order, "referenceId", &self.reference_id);
        put(&mut order, "displayName", &self.display_name);
        let lines: Vec<Value> = self.lines.iter().map(OrderLineDraft::to_json).collect();
        order.insert("orderItems".to_owned(), lines.into());
        order.into()
    }
}

impl OrderLineDraft {
    fn to_json(&self) -> Value {
        let mut line = Map::new();
        put(&mut line, "referenceId", &self.reference_id);
        line.insert("action".to_owned(), self.action.as_str().into());
        put_some(&mut line, "resourceId", self.resource_id.as_ref());
        for (name, id) in [
            ("productId", &self.product_id),
            ("skuId", &self.sku_id),
            ("planId", &self.plan_id),
        ] {
            // Required, so that Ion says what is missing.
            line.insert(name.to_owned(), id.as_str().into());
        }
        line.insert("quantity".to_owned(), self.quantity.into());
        put_some(&mut line, "providerName", self.provider_name.as_ref());
        put_some(&mut line, "endCustomerPO", self.end_customer_po.as_ref());
        put_some(&mut line, "resellerPO", self.reseller_po.as_ref());
        if !self.add_ons.is_empty() {
            let add_ons: Vec<Value> = self.add_ons.iter().map(AddOnDraft::to_json).collect();
            line.insert("addOns".to_owned(), add_ons.into());
        }
        let attributes: Vec<Value> = self
            .attributes
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        line.insert("attributes".to_owned(), attributes.into());
        line.into()
    }
}

impl AddOnDraft {
    fn to_json(&self) -> Value {
        json!({
            "id": self.add_on_id,
            "addOnId": self.add_on_id,
            "planId": self.plan_id,
            "action": self.action.as_str(),
            "quantity": self.quantity,
        })
    }
}

fn put(members: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        members.insert(name.to_owned(), text.into());
    }
}

fn put_some(members: &mut Map<String, Value>, name: &str, text: Option<&String>) {
    put(members, name, text.map_or("", String::as_str));
}
