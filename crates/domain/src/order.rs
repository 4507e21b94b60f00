//! An order: what is asked for, what it binds to, and how it stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Amount, BillingPeriod, Currency, ProductId, Term, text_enum};

text_enum! {
    /// How an order stands.
    pub enum OrderState {
        /// Being put together; nothing was sent.
        Draft = "draft",
        /// A second person must agree first.
        AwaitingApproval = "awaiting_approval",
        /// Confirmed, and sent by itself at its time.
        Scheduled = "scheduled",
        /// Confirmed; the one request to Ion is about to leave, or under way.
        Submitting = "submitting",
        /// Sent, and nobody knows whether Ion has it. It is searched for, never sent again by itself.
        Unconfirmed = "unconfirmed",
        /// Ion has it.
        Placed = "placed",
        /// Ion keeps it back.
        OnHold = "on_hold",
        /// Ion or the vendor works on it.
        InProgress = "in_progress",
        /// Ion carried it out.
        Completed = "completed",
        /// Ion or the vendor refused it, or it could not be sent.
        Failed = "failed",
        /// Called off before it was carried out.
        Cancelled = "cancelled",
    }
}

impl OrderState {
    /// True where nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// True where Ion is known to have it, and it has not ended.
    pub const fn is_followed(self) -> bool {
        matches!(self, Self::Placed | Self::OnHold | Self::InProgress)
    }

    /// True where nothing left for Ion yet.
    pub const fn is_unsent(self) -> bool {
        matches!(self, Self::Draft | Self::AwaitingApproval | Self::Scheduled)
    }
}

text_enum! {
    /// Where an order was placed.
    pub enum OrderOrigin {
        /// Here.
        Here = "here",
        /// Elsewhere: in the Ion portal, or by another program.
        Ion = "ion",
    }
}

text_enum! {
    /// What an order is for.
    pub enum OrderAction {
        /// New subscriptions.
        Buy = "buy",
        /// Another number of seats.
        Seats = "seats",
        /// Stops a subscription for a while.
        Suspend = "suspend",
        /// Lets it go on.
        Resume = "resume",
        /// Ends a subscription.
        Cancel = "cancel",
        /// It renews by itself at its end.
        RenewalOn = "renewal_on",
        /// It ends at its end.
        RenewalOff = "renewal_off",
        /// A change placed elsewhere, whose kind cannot be told.
        Other = "other",
    }
}

impl OrderAction {
    /// True where it changes a subscription that is there (Ion's `UPDATE`).
    pub const fn is_change(self) -> bool {
        !matches!(self, Self::Buy)
    }
}

/// A name with a value that the vendor asks for, such as `domainName` (Ion API notes 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Ion's name of it.
    pub name: String,
    /// The value.
    pub value: String,
}

/// What a unit of a line costs, as the person saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePrice {
    /// Currency of all amounts.
    pub currency: Currency,
    /// What the reseller pays for one, each billing period, without tax.
    pub cost: Amount,
    /// What its customer pays for one, each billing period; by the margin rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Amount>,
    /// The margin rule that gave the sale price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_rule: Option<String>,
    /// From when the cost holds, by the price ledger.
    pub since: Timestamp,
}

/// Something that comes with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddOnLine {
    /// Ion's id of the add-on.
    pub add_on_id: String,
    /// Ion's id of its plan.
    pub plan_id: String,
    /// Name of the add-on.
    #[serde(default)]
    pub name: String,
    /// Name of its plan.
    #[serde(default)]
    pub plan_name: String,
    /// Commitment.
    pub term: Term,
    /// Billing.
    pub billing: BillingPeriod,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<LinePrice>,
}

/// One line of an order: a variant and how many of it; or a subscription and how many it is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Our product, where the catalog has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// Ion's id of the product.
    pub product_ion_id: String,
    /// Ion's id of the SKU.
    pub sku_id: String,
    /// Ion's id of the plan.
    pub plan_id: String,
    /// Vendor as people know it.
    #[serde(default)]
    pub vendor: String,
    /// Ion's number of the provider, such as 30 for Microsoft; empty where not known.
    #[serde(default)]
    pub provider_id: String,
    /// Name of the product.
    #[serde(default)]
    pub product_name: String,
    /// Name of the SKU.
    #[serde(default)]
    pub sku_name: String,
    /// Name of the plan.
    #[serde(default)]
    pub plan_name: String,
    /// Manufacturer part number, where Ion has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_number: Option<String>,
    /// Commitment.
    pub term: Term,
    /// Billing.
    pub billing: BillingPeriod,
    /// How many; of a change the new total.
    pub quantity: u32,
    /// How many there are now; of a change of seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_before: Option<u32>,
    /// The vendor's id of the subscription that is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Purchase order number of the end customer.
    #[serde(default)]
    pub customer_po: String,
    /// Purchase order number of the reseller.
    #[serde(default)]
    pub reseller_po: String,
    /// What comes with it.
    #[serde(default)]
    pub add_ons: Vec<AddOnLine>,
    /// What the vendor asks for.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// What one costs, as the person saw it; nothing where no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<LinePrice>,
}

impl OrderLine {
    /// The value of an attribute; names are compared as Ion writes them.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// Sets an attribute; an empty value takes it away.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        let value = value.trim();
        self.attributes.retain(|attribute| attribute.name != name);
        if !value.is_empty() {
            self.attributes.push(Attribute {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }
}

/// What a person or program asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderContent {
    /// The lines.
    pub lines: Vec<OrderLine>,
    /// Words of ours; never sent.
    pub note: String,
}

text_enum! {
    /// What Ion says of an order (Ion API notes 2.5). In replies it is free text: a word that we do not know is `Unknown`.
    pub enum IonOrderStatus {
        /// Taken.
        New = "NEW",
        /// Confirmed.
        Confirmed = "CONFIRMED",
        /// Kept back.
        OnHold = "ON_HOLD",
        /// Under way.
        InProgress = "IN_PROGRESS",
        /// Carried out.
        Completed = "COMPLETED",
        /// Failed.
        Error = "ERROR",
        /// Called off.
        Canceled = "CANCELED",
        /// A word that we do not know.
        Unknown = "UNKNOWN",
    }
}

/// What Ion or the vendor says is wrong with an order or a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFault {
    /// Ion's or the vendor's code, such as `COMM-VL-004`; empty where there is none.
    pub code: String,
    /// Their words.
    pub text: String,
    /// Where it came from, as Ion names it.
    #[serde(default)]
    pub source: String,
    /// The line that it is about, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// A line as Ion shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IonOrderLine {
    /// Our reference of it, where Ion gives it back.
    pub reference: String,
    /// `CREATE` or `UPDATE`.
    pub action: String,
    /// Ion's id of the product.
    pub product_ion_id: String,
    /// Ion's id of the SKU.
    pub sku_id: String,
    /// Ion's id of the plan.
    pub plan_id: String,
    /// Name of the product.
    pub product_name: String,
    /// How many.
    pub quantity: u32,
    /// The vendor's id of the subscription.
    pub resource_id: Option<String>,
    /// Free text.
    pub status: String,
    /// What one costs.
    pub price: Option<Amount>,
    /// Attributes, less secrets.
    pub attributes: Vec<Attribute>,
}

/// An order as Ion shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IonOrder {
    /// Ion's id, the last segment of its name; opaque.
    pub ion_id: String,
    /// Ion's id of the customer, from its name.
    pub ion_customer_id: String,
    /// The label that whoever placed it gave.
    pub reference: String,
    /// Its name for people.
    pub display_name: String,
    /// How it stands.
    pub status: IonOrderStatus,
    /// Ion's own word for that.
    pub status_word: String,
    /// Currency, where Ion says it.
    pub currency: Option<Currency>,
    /// Total, where Ion says it.
    pub total: Option<Amount>,
    /// Its lines.
    pub lines: Vec<IonOrderLine>,
    /// What is wrong.
    pub faults: Vec<OrderFault>,
    /// Who placed it there.
    pub placed_by: String,
    /// When it was made there.
    pub created_at: Option<Timestamp>,
    /// When it last changed there.
    pub updated_at: Option<Timestamp>,
    /// When Ion will carry it out, where it says so.
    pub scheduled_at: Option<Timestamp>,
}

/// An amount of money in one currency, exact. May be negative: a difference.
pub type Sums = BTreeMap<Currency, rust_decimal::Decimal>;

/// What an order costs and binds to, in each currency. Two currencies are never one sum.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTotals {
    /// Cost a month.
    pub monthly: Sums,
    /// Sale a month, where every line has a sale price.
    pub monthly_sale: Option<Sums>,
    /// What is owed over the whole commitment; for an unknown term one billing period at least.
    pub bound: Sums,
    /// A line's term is unknown: more may be owed than is known.
    pub open_ended: bool,
    /// A line has no price.
    pub unpriced: bool,
}

text_enum! {
    /// What a provisioning attribute takes.
    pub enum FieldKind {
        /// A text.
        Text = "text",
        /// One of the choices.
        Choice = "choice",
        /// A day, `2026-11-23`.
        Date = "date",
        /// Yes or no.
        Bool = "bool",
        /// A whole number.
        Number = "number",
        /// An e-mail address.
        Email = "email",
    }
}

/// One attribute that a vendor asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateField {
    /// Ion's name of it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Values it takes with their labels; for a choice.
    pub choices: Vec<(String, String)>,
    /// An order without it is refused.
    pub required: bool,
    /// What it is for, and what it looks like.
    pub help: String,
}

/// What a vendor asks for, for one kind of order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Ion's id of it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its fields.
    pub fields: Vec<TemplateField>,
    /// Where true, an attribute that it does not name is refused.
    pub closed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_there_once() {
        let mut line: OrderLine = serde_json::from_value(serde_json::json!({
            "product_ion_id": "p", "sku_id": "s", "plan_id": "n", "term": "P1Y", "billing": "monthly", "quantity": 5
        }))
        .unwrap();
        line.set_attribute("domainName", " a.example ");
        line.set_attribute("domainName", "b.example");
        assert_eq!(line.attribute("domainName"), Some("b.example"));
        assert_eq!(line.attributes.len(), 1);
        line.set_attribute("domainName", " ");
        assert!(line.attributes.is_empty());
    }

    #[test]
    fn each_state_is_one_of_unsent_under_way_followed_or_final() {
        for state in OrderState::ALL {
            let kinds = [state.is_unsent(), state.is_followed(), state.is_final()];
            let at_most = usize::from(!matches!(
                state,
                OrderState::Submitting | OrderState::Unconfirmed
            ));
            assert_eq!(
                kinds.iter().filter(|kind| **kind).count(),
                at_most,
                "{state}"
            );
        }
    }
}
