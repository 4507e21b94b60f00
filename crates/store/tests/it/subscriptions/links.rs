//! Subscriptions follow their customer.

use domain::subscription::SubscriptionState as State;
use store::subscriptions::{self, SubscriptionFilter, SubscriptionSort};
use store::testing::for_both;

use super::bed::{customer, found, new, read, write};
use crate::make::{Make, noon, seconds};

#[tokio::test]
async fn subscriptions_are_those_of_whoever_is_linked() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let zebra = customer(&store, &make, "Zebra").await;
        let mut all: Vec<_> = (1..4).map(|id| new(&make, &id.to_string())).collect();
        all[2].subscription.ion_customer_id = "43".to_owned();
        write(&store, &make, connection, &all).await;
        write(&store, &make, second, &[new(&make, "elsewhere")]).await;
        let relink = async |customer, name: &str| {
            let tx = store.begin().await.unwrap();
            subscriptions::relink(&tx, connection, "42", customer, name)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        relink(Some(zebra), "Zebra Söner").await;
        let of_zebra = SubscriptionFilter {
            customer: Some(zebra),
            ..SubscriptionFilter::default()
        };
        assert_eq!(found(&store, &of_zebra).await, ["1", "2"]);
        let row = read(&store, all[0].id).await;
        assert_eq!(
            (row.customer, row.customer_name.as_str()),
            (Some(zebra), "Zebra Söner")
        );
        let by_name = SubscriptionFilter {
            sort: SubscriptionSort::Customer,
            descending: true,
            connection: Some(connection),
            ..SubscriptionFilter::default()
        };
        assert_eq!(found(&store, &by_name).await, ["2", "1", "3"]);
        let typed = SubscriptionFilter {
            text: "zebra SONER".to_owned(),
            ..SubscriptionFilter::default()
        };
        assert_eq!(
            found(&store, &typed).await.len(),
            2,
            "found by its new name"
        );
        let unknown = SubscriptionFilter {
            unknown_customer: true,
            ..SubscriptionFilter::default()
        };
        assert_eq!(found(&store, &unknown).await, ["3", "elsewhere"]);
        relink(None, "Tea Ltd").await;
        assert_eq!(found(&store, &of_zebra).await, [""; 0]);
        let row = read(&store, all[0].id).await;
        assert_eq!(
            (row.customer, row.customer_name.as_str()),
            (None, "Tea Ltd")
        );
    })
    .await;
}

#[tokio::test]
async fn subscriptions_move_with_a_customer_that_becomes_a_part_of_another_and_back() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (kept, other) = (
            customer(&store, &make, "Kettle").await,
            customer(&store, &make, "Kettle & Sons").await,
        );
        let mut all: Vec<_> = (1..4).map(|id| new(&make, &id.to_string())).collect();
        all[0].customer = Some(kept);
        all[1].customer = Some(other);
        all[2].customer = Some(other);
        all[2].subscription.state = State::Expired;
        write(&store, &make, connection, &all).await;
        let tx = store.begin().await.unwrap();
        let mut moved = subscriptions::move_customer(&tx, other, kept)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        moved.sort_unstable();
        assert_eq!(moved, [all[1].id, all[2].id]);
        let row = read(&store, all[1].id).await;
        assert_eq!(
            (row.customer, row.customer_name.as_str()),
            (Some(kept), "Kettle")
        );
        let tx = store.begin().await.unwrap();
        subscriptions::set_customer(&tx, &moved, other)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let row = read(&store, all[1].id).await;
        assert_eq!(
            (row.customer, row.customer_name.as_str()),
            (Some(other), "Kettle & Sons")
        );
        assert_eq!(read(&store, all[0].id).await.customer, Some(kept));
    })
    .await;
}

#[tokio::test]
async fn a_customers_subscriptions_are_told_and_what_an_order_would_double() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let tea = customer(&store, &make, "Tea").await;
        let mut all: Vec<_> = (1..5).map(|id| new(&make, &id.to_string())).collect();
        for one in &mut all {
            one.customer = Some(tea);
        }
        all[0].subscription.renews_at = Some(noon() + seconds(500));
        all[1].subscription.renews_at = Some(noon() + seconds(100));
        all[1].subscription.sku_id = "other".to_owned();
        all[2].subscription.state = State::Cancelled;
        all[2].subscription.renews_at = Some(noon() + seconds(1));
        all[3].subscription.ion_customer_id = "43".to_owned();
        write(&store, &make, connection, &all).await;
        write(&store, &make, second, &[new(&make, "elsewhere")]).await;
        let ids = |rows: Vec<subscriptions::SubscriptionRow>| {
            let ids = rows.into_iter().map(|row| row.subscription.ion_id);
            ids.collect::<Vec<_>>()
        };
        let rows = subscriptions::list_of_customer(store.read(), tea)
            .await
            .unwrap();
        assert_eq!(ids(rows), ["2", "1", "4", "3"]);
        let doubled =
            subscriptions::list_live_of(store.read(), connection, "42", "p-Premium", "s-Premium")
                .await
                .unwrap();
        assert_eq!(ids(doubled), ["1"]);
    })
    .await;
}
