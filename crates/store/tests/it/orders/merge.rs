//! An order that was first seen as placed elsewhere turns out to be ours.

use domain::order::{OrderOrigin, OrderState};
use store::orders::{self, OrderEventKind, OrderEventRow};
use store::testing::for_both;

use super::bed::{at_ion, draft, in_state, insert, read, save};
use crate::make::Make;
use crate::subscriptions::bed as subscription;

#[tokio::test]
async fn what_points_at_the_row_that_was_seen_points_at_ours_then() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut ours = in_state(draft(&make, connection, 1), OrderState::Unconfirmed, &make);
        let mut seen = in_state(draft(&make, connection, 2), OrderState::Placed, &make);
        seen.origin = OrderOrigin::Ion;
        seen.ion_id = Some("o-1".to_owned());
        seen.ion = Some(at_ion("o-1", &ours.reference));
        insert(&store, &[ours.clone(), seen.clone()]).await;
        let mut one = subscription::new(&make, "1");
        one.order = Some(seen.id);
        subscription::write(&store, &make, connection, std::slice::from_ref(&one)).await;
        let tx = store.begin().await.unwrap();
        let event = OrderEventRow {
            order: seen.id,
            at: make.now(),
            kind: OrderEventKind::Seen,
            actor: "Ion".to_owned(),
            message: String::new(),
            detail: String::new(),
            request_id: None,
        };
        orders::add_events(&tx, &[event]).await.unwrap();
        orders::take_place_of(&tx, seen.id, ours.id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(orders::find(store.read(), seen.id).await.unwrap().is_none());
        // Ion's id is free again.
        ours.ion_id = Some("o-1".to_owned());
        assert!(save(&store, &ours, 1).await);
        let row = subscription::read(&store, one.id).await;
        assert_eq!(row.order, Some(ours.id));
        assert_eq!(read(&store, ours.id).await.ion_id.as_deref(), Some("o-1"));
    })
    .await;
}
