//! Subscriptions to start from.

use std::collections::BTreeMap;

use domain::customer::{Customer, CustomerField};
use domain::subscription::{Subscription, SubscriptionState};
use domain::{BillingPeriod, ConnectionId, CustomerId, SubscriptionId, Term};
use store::Store;
use store::subscriptions::{self, NewSubscription, SubscriptionFilter, SubscriptionRow};

use crate::make::Make;

/// A live one of Microsoft, 10 seats at 10.00 a month, sold for 12.00 each.
pub(crate) fn new(make: &Make, ion_id: &str) -> NewSubscription {
    NewSubscription {
        id: SubscriptionId::new(&make.ids),
        subscription: Subscription {
            ion_id: ion_id.to_owned(),
            resource_id: format!("r-{ion_id}"),
            name: format!("Premium {ion_id}"),
            ion_customer_id: "42".to_owned(),
            ion_customer_name: "Tea Ltd".to_owned(),
            provider_id: "30".to_owned(),
            resource_type: "AZURE::Subscription".to_owned(),
            product_ion_id: "p-Premium".to_owned(),
            sku_id: "s-Premium".to_owned(),
            plan_id: "n-Premium".to_owned(),
            product_name: "Premium".to_owned(),
            sku_name: "Business Premium".to_owned(),
            plan_name: "Annual".to_owned(),
            part_number: Some("CFQ7TTC0LH18:000D:P1Y:M".to_owned()),
            state: SubscriptionState::Active,
            state_word: "active".to_owned(),
            seats: Some(10),
            term: Term::P1Y,
            billing: BillingPeriod::Monthly,
            currency: Some("EUR".parse().unwrap()),
            cost: None,
            price: None,
            list: None,
            purchased_at: None,
            starts_at: None,
            ends_at: None,
            renews_at: None,
            cancellable_until: None,
            auto_renew: Some(true),
            trial: false,
            reseller_po: String::new(),
            customer_po: String::new(),
            updated_at: None,
        },
        hash: [1; 32],
        vendor: "Microsoft".to_owned(),
        product: None,
        customer: None,
        customer_name: "Tea Ltd".to_owned(),
        sale_units: Some(120_000_000),
        monthly_units: Some(100_000_000),
        margin_permille: Some(167),
        order: None,
    }
}

pub(crate) async fn write(
    store: &Store,
    make: &Make,
    connection: ConnectionId,
    all: &[NewSubscription],
) {
    let tx = store.begin().await.unwrap();
    subscriptions::upsert_many(&tx, connection, all, make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn gone(store: &Store, make: &Make, id: SubscriptionId) {
    let tx = store.begin().await.unwrap();
    subscriptions::set_gone(&tx, &[id], make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn read(store: &Store, id: SubscriptionId) -> SubscriptionRow {
    subscriptions::find(store.read(), id)
        .await
        .unwrap()
        .unwrap()
}

pub(crate) async fn customer(store: &Store, make: &Make, name: &str) -> CustomerId {
    let id = CustomerId::new(&make.ids);
    let mut customer = Customer::default();
    customer.fields.set(CustomerField::Organisation, name);
    let tx = store.begin().await.unwrap();
    store::customers::insert(&tx, id, &customer, &BTreeMap::new(), "kim", make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Ion's ids of those that a filter finds; that they are counted right is looked at too.
pub(crate) async fn found(store: &Store, filter: &SubscriptionFilter) -> Vec<String> {
    let page = subscriptions::search(store.read(), filter).await.unwrap();
    assert_eq!(page.total, page.subscriptions.len() as u64, "{filter:?}");
    let rows = page.subscriptions.into_iter();
    rows.map(|row| row.subscription.ion_id).collect()
}
