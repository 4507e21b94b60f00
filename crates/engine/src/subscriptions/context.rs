//! What subscriptions are written with: customer, product, vendor, and what they are sold for.

use std::collections::HashMap;

use domain::customer::CustomerField;
use domain::subscription::Subscription;
use domain::{ConnectionId, CustomerId, OrderId, ProductId, SubscriptionId};
use store::subscriptions::{NewSubscription, RenewalFigures, SubscriptionRow};
use store::{Tx, catalog, customers};

use super::error::SubscriptionSyncError;
use super::intake::Found;
use super::money::monthly;
use super::renewals::Priced;
use super::today::Prices;
use crate::Engine;
use crate::catalog::vendor_of as catalog_vendor;
use crate::margins::MarginBook;

/// What a batch is written with, read once in its transaction.
pub(super) struct Context {
    customers: HashMap<String, (CustomerId, String)>,
    products: HashMap<String, (ProductId, String)>,
    book: MarginBook,
    today: jiff::civil::Date,
}

impl Context {
    pub(super) async fn load(
        engine: &Engine,
        tx: &Tx,
        connection: ConnectionId,
        found: &[Found],
    ) -> Result<Self, SubscriptionSyncError> {
        let mut linked = HashMap::new();
        let mut product_ids = Vec::new();
        for one in found {
            let of = &one.subscription;
            if !of.ion_customer_id.is_empty() && !linked.contains_key(&of.ion_customer_id) {
                let link = customers::find_link(tx, connection, &of.ion_customer_id).await?;
                linked.insert(of.ion_customer_id.clone(), link.map(|link| link.customer));
            }
            if !of.product_ion_id.is_empty() && !product_ids.contains(&of.product_ion_id) {
                product_ids.push(of.product_ion_id.clone());
            }
        }
        let ids: Vec<CustomerId> = linked.values().copied().flatten().collect();
        let names: HashMap<CustomerId, String> = customers::find_many(tx, &ids)
            .await?
            .into_iter()
            .map(|row| {
                (
                    row.id,
                    row.customer
                        .fields
                        .get(CustomerField::Organisation)
                        .to_owned(),
                )
            })
            .collect();
        let customers = linked
            .into_iter()
            .filter_map(|(ion_id, customer)| {
                let customer = customer?;
                let name = names.get(&customer).cloned().unwrap_or_default();
                Some((ion_id, (customer, name)))
            })
            .collect();
        let products = catalog::load_known(tx, connection, &product_ids)
            .await?
            .into_iter()
            .map(|(ion_id, known)| (ion_id, (known.id, known.vendor)))
            .collect();
        Ok(Self {
            customers,
            products,
            book: MarginBook::load(tx).await?,
            today: today(engine),
        })
    }

    pub(super) fn row(
        &self,
        one: &Found,
        before: Option<&SubscriptionRow>,
        order: Option<OrderId>,
    ) -> NewSubscription {
        let of = &one.subscription;
        let product = self.products.get(&of.product_ion_id);
        let vendor = product.map_or_else(|| vendor_of(of), |(_, vendor)| vendor.clone());
        let customer = self.customers.get(&of.ion_customer_id);
        let customer_name = match (customer, before) {
            (Some((_, name)), _) if !name.is_empty() => name.clone(),
            (None, Some(before)) if of.ion_customer_name.is_empty() => before.customer_name.clone(),
            _ => of.ion_customer_name.clone(),
        };
        let customer = customer.map(|(customer, _)| *customer);
        let money = monthly(of, &vendor, customer, &self.book, self.today);
        NewSubscription {
            id: one.id,
            subscription: of.clone(),
            hash: one.hash,
            vendor,
            product: product.map(|(id, _)| *id),
            customer,
            customer_name,
            sale_units: money.sale_units,
            monthly_units: money.cost_units,
            margin_permille: money.margin_permille,
            order,
        }
    }
}

impl Context {
    /// What is kept of the renewal of one that is to be written.
    pub(super) fn renewal(
        &self,
        connection: ConnectionId,
        row: &NewSubscription,
        prices: &Prices,
    ) -> (SubscriptionId, RenewalFigures) {
        let whose = (connection, row.vendor.as_str(), row.customer);
        let of = Priced::of(&row.subscription, whose, (prices, &self.book), self.today);
        (row.id, of.figures())
    }
}

/// The vendor by what Ion tells of the subscription itself.
pub(crate) fn vendor_of(of: &Subscription) -> String {
    let kind = of.resource_type.split("::").next().unwrap_or_default();
    let kind = match kind {
        "GSUITE" | "GCP" => "Google",
        other => other,
    };
    let words = [of.product_name.clone(), kind.to_owned()];
    catalog_vendor(std::slice::from_ref(&of.provider_id), &words, &of.sku_name).into_owned()
}

/// The day of the rules, UTC.
pub(crate) fn today(engine: &Engine) -> jiff::civil::Date {
    engine
        .clock()
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}
