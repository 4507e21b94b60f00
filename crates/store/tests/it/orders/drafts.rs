//! Drafts: deleted while nothing was sent, and told when a price moved.

use domain::OrderId;
use domain::order::OrderState;
use store::orders::{self, OrderEventKind, OrderEventRow};
use store::testing::for_both;

use super::bed::{add_on, draft, in_state, insert, read, save};
use crate::make::{Make, seconds};

fn event(order: OrderId, make: &Make) -> OrderEventRow {
    OrderEventRow {
        order,
        at: make.now(),
        kind: OrderEventKind::Created,
        actor: "kim".to_owned(),
        message: "Begun.".to_owned(),
        detail: String::new(),
        request_id: None,
    }
}

#[tokio::test]
async fn a_draft_is_deleted_and_nothing_that_was_confirmed_or_sent() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let plain = draft(&make, connection, 1);
        let placed = in_state(draft(&make, connection, 2), OrderState::Placed, &make);
        let mut confirmed = draft(&make, connection, 3);
        confirmed.submitted_at = Some(make.now());
        let mut sent = draft(&make, connection, 4);
        sent.sends = 1;
        insert(
            &store,
            &[
                plain.clone(),
                placed.clone(),
                confirmed.clone(),
                sent.clone(),
            ],
        )
        .await;
        let tx = store.begin().await.unwrap();
        orders::add_events(&tx, &[event(plain.id, &make)])
            .await
            .unwrap();
        for order in [&placed, &confirmed, &sent] {
            let removed = orders::remove_draft(&tx, order.id, 1).await.unwrap();
            assert!(!removed, "{}", order.number);
        }
        assert!(!orders::remove_draft(&tx, plain.id, 2).await.unwrap());
        assert!(orders::remove_draft(&tx, plain.id, 1).await.unwrap());
        tx.commit().await.unwrap();
        assert!(
            orders::find(store.read(), plain.id)
                .await
                .unwrap()
                .is_none()
        );
        for order in [&placed, &confirmed, &sent] {
            read(&store, order.id).await;
        }
    })
    .await;
}

#[tokio::test]
async fn drafts_that_are_empty_and_forgotten_go() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let empty = |number| {
            let mut order = draft(&make, connection, number);
            order.content.lines.clear();
            order
        };
        let forgotten = empty(1);
        let with_line = draft(&make, connection, 2);
        let mut sent = empty(3);
        sent.sent_at = Some(make.now());
        let failed = in_state(empty(4), OrderState::Failed, &make);
        insert(&store, &[forgotten.clone(), with_line, sent, failed]).await;
        make.clock.advance(seconds(60));
        insert(&store, &[empty(5)]).await;
        let tx = store.begin().await.unwrap();
        assert_eq!(orders::prune_drafts(&tx, make.now()).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let left = orders::find(store.read(), forgotten.id).await.unwrap();
        assert!(left.is_none());
    })
    .await;
}

#[tokio::test]
async fn changes_of_the_catalog_find_the_drafts_that_they_touch() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let plain = draft(&make, connection, 1);
        let mut with = draft(&make, connection, 2);
        with.content.lines[0].sku_id = "other".to_owned();
        with.content.lines[0].add_ons = vec![add_on("Teams"), add_on("Visio")];
        let elsewhere = draft(&make, second, 3);
        let placed = in_state(draft(&make, connection, 4), OrderState::Placed, &make);
        insert(
            &store,
            &[plain.clone(), with.clone(), elsewhere, placed.clone()],
        )
        .await;
        let variant = |product: &str, sku: &str, plan: &str| {
            (product.to_owned(), sku.to_owned(), plan.to_owned())
        };
        let premium = variant("p-Premium", "s-Premium", "n-Premium");
        let visio = variant("p-Premium", "a-Visio", "n-Visio");
        let of = async |variants: &[(String, String, String)]| {
            orders::list_drafts_of(store.read(), connection, variants)
                .await
                .unwrap()
        };
        assert_eq!(of(std::slice::from_ref(&premium)).await, [plain.id]);
        assert_eq!(of(std::slice::from_ref(&visio)).await, [with.id]);
        assert_eq!(of(&[premium, visio]).await, [plain.id, with.id]);
        assert_eq!(of(&[variant("p-Premium", "s-Premium", "x")]).await, []);

        let tx = store.begin().await.unwrap();
        orders::mark_price_moved(&tx, &[plain.id, placed.id])
            .await
            .unwrap();
        orders::mark_price_moved(&tx, &[plain.id]).await.unwrap();
        tx.commit().await.unwrap();
        let marked = read(&store, plain.id).await;
        assert!(marked.price_moved);
        assert_eq!(marked.version, 2, "who had it open looks again, once");
        assert!(!save(&store, &plain, 1).await);
        let left = read(&store, placed.id).await;
        assert_eq!((left.price_moved, left.version), (false, 1));
    })
    .await;
}
