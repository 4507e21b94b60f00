//! Orders follow their customer: linked, unlinked, made one, split again.

use std::collections::BTreeMap;

use domain::customer::{Customer, CustomerField};
use domain::order::OrderState;
use domain::{ConnectionId, CustomerId};
use store::Store;
use store::orders::{self, OrderFilter};
use store::testing::for_both;

use super::bed::{draft, in_state, insert, numbers, read};
use crate::make::Make;

async fn customer(store: &Store, make: &Make, name: &str) -> CustomerId {
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

async fn relink(
    store: &Store,
    connection: ConnectionId,
    ion_id: &str,
    customer: Option<CustomerId>,
    name: &str,
) {
    let tx = store.begin().await.unwrap();
    orders::relink(&tx, connection, ion_id, customer, name)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_confirmed_goes_with_ions_customer_and_a_draft_stays_with_ours() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let (tea, sea) = (
            customer(&store, &make, "Tea").await,
            customer(&store, &make, "Sea").await,
        );
        let mut placed = in_state(draft(&make, connection, 1), OrderState::Placed, &make);
        placed.ion_customer_id = "42".to_owned();
        let mut waits = draft(&make, connection, 2);
        waits.customer = Some(tea);
        let mut elsewhere = draft(&make, second, 3);
        elsewhere.customer = Some(tea);
        let mut second_placed = in_state(draft(&make, second, 4), OrderState::Placed, &make);
        second_placed.ion_customer_id = "42".to_owned();
        let all = [placed.id, waits.id, elsewhere.id, second_placed.id];
        insert(&store, &[placed, waits, elsewhere, second_placed]).await;
        let stand = async || {
            let mut stand = Vec::new();
            for id in all {
                let order = read(&store, id).await;
                stand.push((
                    order.customer,
                    order.ion_customer_id,
                    order.customer_name,
                    order.version,
                ));
            }
            stand
        };
        let row = |customer, ion_id: &str, name: &str, version| {
            (customer, ion_id.to_owned(), name.to_owned(), version)
        };
        relink(&store, connection, "42", Some(tea), "Tea Ltd").await;
        let linked = [
            row(Some(tea), "42", "Tea Ltd", 2),
            row(Some(tea), "42", "Tea Ltd", 2),
            row(Some(tea), "", "Customer 3", 1),
            row(None, "42", "Customer 4", 1),
        ];
        assert_eq!(stand().await, linked);
        relink(&store, connection, "42", Some(tea), "Tea Ltd").await;
        assert_eq!(stand().await, linked, "said twice, nothing changes");
        relink(&store, connection, "42", Some(sea), "Sea Ltd").await;
        assert_eq!(
            stand().await[..2],
            [
                row(Some(sea), "42", "Sea Ltd", 3),
                row(Some(tea), "", "Tea Ltd", 3)
            ],
            "a draft is never sent to somebody else's account"
        );
        relink(&store, connection, "42", None, "Ion's name").await;
        assert_eq!(
            stand().await[..2],
            [
                row(None, "42", "Ion's name", 4),
                row(Some(tea), "", "Tea Ltd", 3)
            ]
        );
        let filter = OrderFilter {
            text: "ION'S".to_owned(),
            ..OrderFilter::default()
        };
        assert_eq!(numbers(&store, &filter).await, [1], "found by its new name");
    })
    .await;
}

#[tokio::test]
async fn orders_move_with_a_customer_that_becomes_a_part_of_another_and_back() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (kept, other) = (
            customer(&store, &make, "Kettle").await,
            customer(&store, &make, "Kettle & Sons").await,
        );
        let mut orders_of = Vec::new();
        for (number, of) in [(1, kept), (2, other), (3, other)] {
            let mut order = draft(&make, connection, number);
            order.customer = Some(of);
            orders_of.push(order);
        }
        insert(&store, &orders_of).await;
        let of = async |customer| {
            let filter = OrderFilter {
                customer: Some(customer),
                ..OrderFilter::default()
            };
            numbers(&store, &filter).await
        };
        let tx = store.begin().await.unwrap();
        let mut moved = orders::move_customer(&tx, other, kept).await.unwrap();
        tx.commit().await.unwrap();
        moved.sort_unstable();
        assert_eq!(moved, [orders_of[1].id, orders_of[2].id]);
        assert_eq!(of(kept).await, [3, 2, 1]);
        let now = read(&store, orders_of[1].id).await;
        assert_eq!((now.customer_name.as_str(), now.version), ("Kettle", 2));
        let tx = store.begin().await.unwrap();
        orders::set_customer(&tx, &moved, kept, other)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!((of(kept).await, of(other).await), (vec![1], vec![3, 2]));
        let now = read(&store, orders_of[1].id).await;
        assert_eq!(now.customer_name, "Kettle & Sons");
    })
    .await;
}
