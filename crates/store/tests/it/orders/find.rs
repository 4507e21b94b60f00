//! An order is found by what we and Ion call it.

use domain::order::OrderOrigin;
use store::orders;
use store::testing::for_both;

use super::bed::{draft, insert};
use crate::make::Make;

#[tokio::test]
async fn an_order_is_found_by_each_of_its_names() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let mut ours = draft(&make, connection, 1);
        ours.ion_id = Some("o-1".to_owned());
        let mut theirs = draft(&make, connection, 2);
        theirs.origin = OrderOrigin::Ion;
        theirs.ion_id = Some("o-2".to_owned());
        theirs.reference = "IB-1".to_owned();
        let mut second_one = draft(&make, second, 3);
        second_one.ion_id = Some("o-1".to_owned());
        insert(&store, &[theirs.clone(), ours.clone(), second_one.clone()]).await;
        let read = store.read();
        let found = orders::find_by_number(read, 2).await.unwrap().unwrap();
        assert_eq!(found.id, theirs.id);
        assert!(orders::find_by_number(read, 9).await.unwrap().is_none());
        let found = orders::find_by_ion(read, connection, "o-1").await.unwrap();
        assert_eq!(found.unwrap().id, ours.id);
        let found = orders::find_by_ion(read, second, "o-1").await.unwrap();
        assert_eq!(found.unwrap().id, second_one.id);
        let found = orders::find_by_reference(read, "IB-1").await.unwrap();
        assert_eq!(
            found.unwrap().id,
            ours.id,
            "not one that somebody else called so"
        );
        let ask = ["o-2", "o-1", "o-9"].map(str::to_owned);
        let mut found: Vec<u64> = orders::find_many_by_ion(read, connection, &ask)
            .await
            .unwrap()
            .iter()
            .map(|order| order.number)
            .collect();
        found.sort_unstable();
        assert_eq!(found, [1, 2]);
        let ask = ["IB-1", "IB-2", "IB-3"].map(str::to_owned);
        let mut found: Vec<u64> = orders::find_many_by_reference(read, &ask)
            .await
            .unwrap()
            .iter()
            .map(|order| order.number)
            .collect();
        found.sort_unstable();
        assert_eq!(found, [1, 3]);
        let hits = orders::find_hits(read, &[second_one.id, ours.id])
            .await
            .unwrap();
        let numbers: Vec<u64> = hits.iter().map(|hit| hit.number).collect();
        assert_eq!(numbers, [3, 1], "in the order that was asked for");
    })
    .await;
}
