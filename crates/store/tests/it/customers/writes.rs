//! Writes to Ion: the intent first, then what came of it.

use domain::{ConnectionId, CustomerId, WriteId};
use store::customers::{self, WriteKind, WriteRow, WriteState};
use store::testing::for_both;
use store::{Store, StoreError};

use super::bed::{insert, named};
use crate::make::{Make, seconds};

fn write(make: &Make, connection: ConnectionId, customer: CustomerId, kind: WriteKind) -> WriteRow {
    WriteRow {
        id: WriteId::new(&make.ids),
        connection,
        customer,
        ion_id: None,
        kind,
        state: WriteState::Started,
        sent: named("Kettle", "a@b.example").fields,
        run: None,
        requested_by: "kim".into(),
        started_at: make.now(),
        finished_at: None,
        outcome: String::new(),
        has_password: false,
    }
}

async fn begin(store: &Store, write: &WriteRow) -> Result<(), StoreError> {
    let tx = store.begin().await.unwrap();
    customers::begin_write(&tx, write).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_customer_is_made_in_ion_by_one_write_at_a_time() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let first = write(&make, connection, id, WriteKind::Create);
        begin(&store, &first).await.unwrap();
        let again = begin(&store, &write(&make, connection, id, WriteKind::Create)).await;
        assert!(
            matches!(again, Err(StoreError::Conflict { .. })),
            "{again:?}"
        );
        begin(&store, &write(&make, other, id, WriteKind::Create))
            .await
            .unwrap();
        for _ in 0..2 {
            begin(&store, &write(&make, connection, id, WriteKind::Update))
                .await
                .unwrap();
        }
        let open = customers::find_open_write(store.read(), connection, id, WriteKind::Create)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(format!("{open:?}"), format!("{first:?}"));

        make.clock.advance(seconds(5));
        let tx = store.begin().await.unwrap();
        customers::finish_write(
            &tx,
            first.id,
            WriteState::Done,
            Some("42"),
            "Ion has it.",
            make.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let done = customers::find_write(store.read(), first.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (
                done.state,
                done.ion_id.as_deref(),
                done.outcome.as_str(),
                done.finished_at
            ),
            (
                WriteState::Done,
                Some("42"),
                "Ion has it.",
                Some(make.now())
            )
        );
        assert!(
            customers::find_open_write(store.read(), connection, id, WriteKind::Create)
                .await
                .unwrap()
                .is_none()
        );
        let next = write(&make, connection, id, WriteKind::Create);
        begin(&store, &next).await.unwrap();
        let tx = store.begin().await.unwrap();
        customers::finish_write(
            &tx,
            first.id,
            WriteState::Done,
            None,
            "Ion has it.",
            make.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let kept = customers::find_write(store.read(), first.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            kept.ion_id.as_deref(),
            Some("42"),
            "what is known stays known"
        );
        let list = customers::list_writes(store.read(), id, 3).await.unwrap();
        assert_eq!((list.len(), list[0].id), (3, next.id));
    })
    .await;
}

#[tokio::test]
async fn a_first_password_is_given_once() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let made = write(&make, connection, id, WriteKind::Create);
        begin(&store, &made).await.unwrap();
        let has = async || {
            customers::find_write(store.read(), made.id)
                .await
                .unwrap()
                .unwrap()
                .has_password
        };
        assert!(!has().await);
        let tx = store.begin().await.unwrap();
        customers::set_write_password(&tx, made.id, &[0, 1, 255])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(has().await);
        let tx = store.begin().await.unwrap();
        assert_eq!(
            customers::take_write_password(&tx, made.id).await.unwrap(),
            Some(vec![0, 1, 255])
        );
        drop(tx);
        assert!(
            has().await,
            "taken in a transaction that was not kept, it is still there"
        );
        let tx = store.begin().await.unwrap();
        assert!(
            customers::take_write_password(&tx, made.id)
                .await
                .unwrap()
                .is_some()
        );
        tx.commit().await.unwrap();
        let tx = store.begin().await.unwrap();
        assert_eq!(
            customers::take_write_password(&tx, made.id).await.unwrap(),
            None
        );
        assert!(!has().await);
    })
    .await;
}
