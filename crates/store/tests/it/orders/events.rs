//! The timeline of an order keeps its order.

use store::orders::{self, OrderEventKind, OrderEventRow};
use store::testing::for_both;

use super::bed::{draft, insert};
use crate::make::{Make, seconds};

#[tokio::test]
async fn a_timeline_tells_the_newest_first_and_nothing_gets_lost() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (one, other) = (draft(&make, connection, 1), draft(&make, connection, 2));
        insert(&store, &[one.clone(), other.clone()]).await;
        let line = |order: &orders::OrderRow, message: String| OrderEventRow {
            order: order.id,
            at: make.now(),
            kind: OrderEventKind::Looked,
            actor: "Ionbridge".to_owned(),
            message,
            detail: "3 pages".to_owned(),
            request_id: Some("r-1".to_owned()),
        };
        let add = async |lines: Vec<OrderEventRow>| {
            let tx = store.begin().await.unwrap();
            orders::add_events(&tx, &lines).await.unwrap();
            tx.commit().await.unwrap();
        };
        add(vec![
            line(&one, "1".to_owned()),
            line(&other, "elsewhere".to_owned()),
            line(&one, "2".to_owned()),
        ])
        .await;
        // A clock that was set back changes no order.
        make.clock.advance(seconds(60));
        let mut later = line(&one, "3".to_owned());
        later.at = crate::make::noon() - seconds(60);
        add(vec![later]).await;
        add(vec![]).await;
        let messages = async |order: &orders::OrderRow| {
            let events = orders::list_events(store.read(), order.id).await.unwrap();
            events
                .iter()
                .map(|event| event.message.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(messages(&one).await, ["3", "2", "1"]);
        assert_eq!(messages(&other).await, ["elsewhere"]);
        let events = orders::list_events(store.read(), other.id).await.unwrap();
        assert_eq!(events[0].kind, OrderEventKind::Looked);
        assert_eq!(events[0].detail, "3 pages");
        assert_eq!(events[0].request_id.as_deref(), Some("r-1"));
        let at_once = (0..6).map(|number| add(vec![line(&one, format!("at once {number}"))]));
        futures::future::join_all(at_once).await;
        assert_eq!(messages(&one).await.len(), 9);
    })
    .await;
}
