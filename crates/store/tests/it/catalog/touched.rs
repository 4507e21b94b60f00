//! Whom a change of a product touches.

use domain::ProductId;
use domain::order::OrderState;
use store::subscriptions::{self, NewSubscription, Touched};
use store::testing::for_both;

use super::bed::{Bed, product};
use crate::orders::bed as order;
use crate::subscriptions::bed as subscription;

#[tokio::test]
async fn customers_and_open_orders_of_a_product_are_counted_once() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let make = &bed.make;
        let elsewhere = make.connection(&store, "1002").await;
        let products = [
            bed.fresh(product("p-1", "Premium", "Microsoft", vec![])),
            bed.fresh(product("p-2", "Standard", "Microsoft", vec![])),
        ];
        let ids: Vec<ProductId> = products.iter().map(|one| one.id).collect();
        bed.write(&store, make.now(), &products).await;
        let of = |ion_id: &str, customer: &str, product: &str| {
            let mut one = subscription::new(make, ion_id);
            customer.clone_into(&mut one.subscription.ion_customer_id);
            product.clone_into(&mut one.subscription.product_ion_id);
            one
        };
        let all: Vec<NewSubscription> = vec![
            of("a", "42", "p-1"),
            of("b", "42", "p-1"),
            of("c", "43", "p-1"),
            of("gone", "44", "p-1"),
            of("other", "44", "p-3"),
        ];
        subscription::write(&store, make, bed.connection, &all).await;
        subscription::gone(&store, make, all[3].id).await;
        // The same id in another connection is another product.
        subscription::write(&store, make, elsewhere, &[of("f", "45", "p-1")]).await;
        let mut twice = order::draft(make, bed.connection, 1);
        "p-1".clone_into(&mut twice.content.lines[0].product_ion_id);
        twice.content.lines.push(twice.content.lines[0].clone());
        let mut done = order::in_state(
            order::draft(make, bed.connection, 2),
            OrderState::Completed,
            make,
        );
        "p-2".clone_into(&mut done.content.lines[0].product_ion_id);
        let tx = store.begin().await.unwrap();
        store::orders::insert_many(&tx, &[twice, done])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let touched = subscriptions::touched(store.read(), &ids).await.unwrap();
        let expected = Touched {
            customers: 2,
            subscriptions: 3,
            open_orders: 1,
        };
        assert_eq!(
            touched.into_iter().collect::<Vec<_>>(),
            [(ids[0], expected)]
        );
        let none = subscriptions::touched(store.read(), &[]).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}
