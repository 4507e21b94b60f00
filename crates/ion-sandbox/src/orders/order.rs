//! One order: its lines, its state, what went wrong with it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::Offer;
use crate::money::Money;
use crate::views::{OrderError, OrderItemView, OrderView};

/// State of an order, in Ion's words (Ion API notes 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    New,
    OnHold,
    Confirmed,
    InProgress,
    Completed,
    Error,
    Canceled,
}

impl Status {
    pub(crate) const ALL: [Self; 7] = [
        Self::New,
        Self::OnHold,
        Self::Confirmed,
        Self::InProgress,
        Self::Completed,
        Self::Error,
        Self::Canceled,
    ];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::OnHold => "ON_HOLD",
            Self::Confirmed => "CONFIRMED",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Error => "ERROR",
            Self::Canceled => "CANCELED",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.text() == text)
    }

    pub(crate) const fn ended(self) -> bool {
        matches!(self, Self::Completed | Self::Error | Self::Canceled)
    }

    /// A request may still cancel it.
    pub(crate) const fn may_be_cancelled(self) -> bool {
        matches!(self, Self::New | Self::OnHold)
    }
}

/// Who placed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A request of this number.
    Request(u64),
    /// A person in the portal.
    Portal,
    /// It was there at the start; placed by the API or in the portal.
    Past { portal: bool },
}

/// An add-on of a line.
#[derive(Debug, Clone)]
pub(crate) struct AddOn {
    pub(crate) offer: Arc<Offer>,
    pub(crate) action: String,
    pub(crate) quantity: i64,
}

/// A line.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) reference: Option<String>,
    /// It changes the subscription with this id of the vendor; without one it makes a subscription.
    pub(crate) resource: Option<String>,
    pub(crate) offer: Arc<Offer>,
    pub(crate) quantity: i64,
    pub(crate) add_ons: Vec<AddOn>,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) customer_po: Option<String>,
    pub(crate) reseller_po: Option<String>,
    pub(crate) from_cart: Option<u64>,
    pub(crate) status: Status,
    pub(crate) errors: Vec<OrderError>,
    /// Name and password of the first user of a tenant that it made.
    pub(crate) login: Option<(String, String)>,
    /// Id of the subscription that came of it or was changed by it.
    pub(crate) subscription: Option<u64>,
}

impl Item {
    pub(crate) fn action(&self) -> &'static str {
        if self.resource.is_some() {
            "UPDATE"
        } else {
            "CREATE"
        }
    }

    /// An add-on that is bought with a line.
    pub(crate) fn add_on(offer: &Arc<Offer>, quantity: i64) -> AddOn {
        AddOn {
            offer: Arc::clone(offer),
            action: "CREATE".to_owned(),
            quantity,
        }
    }

    /// An attribute that was sent with some text.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        let (_, text) = all.find(|(known, text)| known == name && !text.is_empty())?;
        Some(text)
    }

    /// Seats times price, and the add-ons.
    pub(crate) fn sub_total(&self) -> Money {
        let add_ons = self.add_ons.iter();
        let add_ons: Money = add_ons.map(|one| one.offer.price.times(one.quantity)).sum();
        self.offer.price.times(self.quantity).plus(add_ons)
    }
}

/// An order.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) account: String,
    pub(crate) customer: String,
    pub(crate) reference: Option<String>,
    pub(crate) display: Option<String>,
    pub(crate) cart: Option<u64>,
    pub(crate) items: Vec<Item>,
    pub(crate) status: Status,
    pub(crate) errors: Vec<OrderError>,
    pub(crate) origin: Origin,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// When it goes on by itself.
    pub(crate) due: Option<Timestamp>,
    /// What it fails with in the end, whatever the vendor would say.
    pub(crate) doom: Option<OrderError>,
}

impl Order {
    pub(crate) fn name(&self) -> String {
        let (account, customer, id) = (&self.account, &self.customer, self.id);
        format!("accounts/{account}/customers/{customer}/orders/{id}")
    }

    pub(crate) fn total(&self) -> Money {
        self.items.iter().map(Item::sub_total).sum()
    }

    /// Placed in the portal, not by the API.
    pub(crate) fn by_portal(&self) -> bool {
        matches!(self.origin, Origin::Portal | Origin::Past { portal: true })
    }

    pub(crate) fn view(&self) -> OrderView {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let item = |item: &Item| OrderItemView {
            id: item.id.to_string(),
            action: item.action().to_owned(),
            product_id: item.offer.product.clone(),
            sku_id: item.offer.sku.clone(),
            plan_id: item.offer.plan.clone(),
            quantity: item.quantity,
            resource_id: text(&item.resource),
            reference_id: text(&item.reference),
            attributes: item.attributes.iter().cloned().collect(),
            add_ons: item
                .add_ons
                .iter()
                .map(|one| (one.offer.sku.clone(), one.offer.plan.clone(), one.quantity))
                .collect(),
            customer_po: text(&item.customer_po),
            reseller_po: text(&item.reseller_po),
            price: item.offer.price.text(),
            status: item.status.text().to_owned(),
            subscription: item.subscription.map(|id| id.to_string()),
        };
        OrderView {
            id: self.id.to_string(),
            name: self.name(),
            account_id: self.account.clone(),
            customer_id: self.customer.clone(),
            reference_id: text(&self.reference),
            display_name: text(&self.display),
            status: self.status.text().to_owned(),
            request: match self.origin {
                Origin::Request(number) => Some(number),
                Origin::Portal | Origin::Past { .. } => None,
            },
            items: self.items.iter().map(item).collect(),
            total: self.total().text(),
            currency: crate::catalog::CURRENCY.to_owned(),
            errors: self.errors.clone(),
            created: self.created,
            updated: self.updated,
        }
    }
}
