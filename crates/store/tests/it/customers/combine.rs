//! Two of ours made one, and two again.

use domain::CombineId;
use store::customers::{self, CombineBefore, CombineRow};
use store::testing::for_both;

use super::bed::{insert, named, read};
use crate::make::{Make, seconds};

#[tokio::test]
async fn what_two_were_is_kept_for_a_split() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (kept, other) = (named("Kept", "a@b.example"), named("Other", "b@b.example"));
        let (keep, gone) = (
            insert(&store, &make, &kept).await,
            insert(&store, &make, &other).await,
        );
        let combine = |at| CombineRow {
            id: CombineId::new(&make.ids),
            kept: keep,
            other: gone,
            before: CombineBefore {
                kept: kept.clone(),
                other: other.clone(),
                links: vec![(connection, "42".into())],
                orders: Vec::new(),
            },
            at,
            actor: "kim".into(),
            split_at: None,
        };
        let (first, second) = (combine(make.now()), combine(make.now() + seconds(9)));
        let tx = store.begin().await.unwrap();
        customers::insert_combine(&tx, &first).await.unwrap();
        customers::insert_combine(&tx, &second).await.unwrap();
        customers::set_merged_into(&tx, gone, Some(keep), make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let found = customers::find_combine(store.read(), first.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(format!("{found:?}"), format!("{first:?}"));
        let list = customers::list_combines(store.read(), keep).await.unwrap();
        assert_eq!(
            list.iter().map(|row| row.id).collect::<Vec<_>>(),
            [second.id, first.id]
        );
        assert_eq!(
            customers::list_combines(store.read(), gone)
                .await
                .unwrap()
                .len(),
            0
        );
        assert_eq!(read(&store, gone).await.merged_into, Some(keep));
        let tx = store.begin().await.unwrap();
        customers::mark_split(&tx, second.id, "ada", make.now())
            .await
            .unwrap();
        customers::set_merged_into(&tx, gone, None, make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let list = customers::list_combines(store.read(), keep).await.unwrap();
        assert_eq!(
            list.iter().map(|row| row.id).collect::<Vec<_>>(),
            [first.id]
        );
        assert_eq!(
            customers::find_combine(store.read(), second.id)
                .await
                .unwrap()
                .unwrap()
                .split_at,
            Some(make.now())
        );
        assert_eq!(read(&store, gone).await.merged_into, None);
    })
    .await;
}
