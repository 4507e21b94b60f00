//! Notices: raised once while they hold, and free to be raised again afterwards.

use domain::NoticeId;
use domain::notice::{NoticeKind, Severity};
use store::notices::{self, NoticeRow};
use store::testing::for_both;

use crate::make::{Make, seconds};

fn notice(make: &Make, severity: Severity) -> NoticeRow {
    NoticeRow {
        id: NoticeId::new(&make.ids),
        kind: NoticeKind::RefreshRefused,
        severity,
        connection: None,
        run: None,
        title: "Ion refused a refresh".to_owned(),
        text: "It is tried again.".to_owned(),
        created_at: make.now(),
        resolved_at: None,
    }
}

#[tokio::test]
async fn a_notice_is_raised_once_until_it_no_longer_holds() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1").await;
        let raise = async |severity| {
            notices::insert(
                &store.write(),
                &NoticeRow {
                    connection: Some(connection),
                    ..notice(&make, severity)
                },
                "refused",
            )
            .await
            .unwrap()
        };
        assert!(raise(Severity::Bad).await);
        assert!(!raise(Severity::Bad).await);
        assert_eq!(notices::list_open(store.read()).await.unwrap().len(), 1);
        assert_eq!(
            notices::resolve_connection(&store.write(), connection, make.now())
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            notices::resolve_connection(&store.write(), connection, make.now())
                .await
                .unwrap(),
            0
        );
        assert!(notices::list_open(store.read()).await.unwrap().is_empty());
        assert!(raise(Severity::Bad).await, "it happened again");
        assert_eq!(notices::list(store.read(), 10).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_worst_is_listed_first_and_news_do_not_wait_for_anybody() {
    for_both(|store| async move {
        let make = Make::new();
        for severity in [Severity::Info, Severity::Bad, Severity::Warn] {
            notices::insert(&store.write(), &notice(&make, severity), severity.as_str())
                .await
                .unwrap();
            make.clock.advance(seconds(1));
        }
        let open = notices::list_open(store.read()).await.unwrap();
        assert_eq!(
            open.iter().map(|row| row.severity).collect::<Vec<_>>(),
            [Severity::Bad, Severity::Warn]
        );
        assert!(
            notices::resolve(&store.write(), open[0].id, make.now())
                .await
                .unwrap()
        );
        assert!(
            !notices::resolve(&store.write(), open[0].id, make.now())
                .await
                .unwrap()
        );
        assert!(
            notices::find(store.read(), open[0].id)
                .await
                .unwrap()
                .unwrap()
                .resolved_at
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_delivery_counts_its_tries() {
    for_both(|store| async move {
        let make = Make::new();
        let row = notice(&make, Severity::Bad);
        notices::insert(&store.write(), &row, "key").await.unwrap();
        notices::set_delivery(
            &store.write(),
            row.id,
            "webhook",
            "retrying",
            Some("refused"),
            make.now(),
        )
        .await
        .unwrap();
        notices::set_delivery(
            &store.write(),
            row.id,
            "webhook",
            "delivered",
            None,
            make.now(),
        )
        .await
        .unwrap();
        let deliveries = notices::list_deliveries(store.read(), 10).await.unwrap();
        assert_eq!(deliveries.len(), 1);
        assert_eq!(
            (
                deliveries[0].state.as_str(),
                deliveries[0].attempts,
                deliveries[0].last_error.as_deref()
            ),
            ("delivered", 2, None)
        );
    })
    .await;
}
