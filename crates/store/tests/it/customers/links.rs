//! Which customer of ours is which of Ion's.

use domain::customer::CustomerField as Field;
use store::customers::{self, LinkRow, WriteFailure};
use store::testing::for_both;

use super::bed::{insert, link, named, open, read, show, theirs};
use crate::make::{Make, seconds};

#[tokio::test]
async fn a_link_keeps_what_both_sides_agreed_on() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let now = make.now();
        let made = LinkRow {
            base: Some(named("Kettle", "a@b.example").fields),
            settled_version: Some(1),
            synced_at: Some(now),
            ..link(id, connection, "42", now)
        };
        let tx = store.begin().await.unwrap();
        customers::link_many(&tx, &[made.clone(), link(id, other, "42", now)])
            .await
            .unwrap();
        customers::link_many(&tx, &[]).await.unwrap();
        tx.commit().await.unwrap();
        let conn = store.read();
        let kept = customers::find_link(conn, connection, "42")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(format!("{kept:?}"), format!("{made:?}"));
        assert_eq!(
            customers::find_link_of(conn, other, id)
                .await
                .unwrap()
                .unwrap()
                .base,
            None
        );
        assert_eq!(customers::list_links(conn, id).await.unwrap().len(), 2);
        assert_eq!(
            customers::list_links_many(conn, connection, &["42".into(), "43".into()])
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(
            customers::find_link(conn, connection, "43")
                .await
                .unwrap()
                .is_none()
        );

        let failed = WriteFailure {
            message: "Ion does not take it.".into(),
            field: None,
            at: now,
        };
        let next = LinkRow {
            base: None,
            settled_version: None,
            failed: Some(failed),
            synced_at: Some(now + seconds(5)),
            ..kept
        };
        let tx = store.begin().await.unwrap();
        assert!(customers::save_link(&tx, &next, 1).await.unwrap());
        tx.commit().await.unwrap();
        let kept = customers::find_link(store.read(), connection, "42")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            format!("{kept:?}"),
            format!(
                "{:?}",
                LinkRow {
                    revision: 2,
                    ..next
                }
            )
        );

        let tx = store.begin().await.unwrap();
        customers::save_link(
            &tx,
            &LinkRow {
                settled_version: Some(4),
                ..kept
            },
            2,
        )
        .await
        .unwrap();
        customers::unsettle(&tx, connection, Some(&["41".into()]))
            .await
            .unwrap();
        assert_eq!(
            customers::find_link(&tx, connection, "42")
                .await
                .unwrap()
                .unwrap()
                .settled_version,
            Some(4)
        );
        customers::unsettle(&tx, connection, Some(&["42".into()]))
            .await
            .unwrap();
        let opened = customers::find_link(&tx, connection, "42")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (opened.settled_version, opened.revision),
            (None, 3),
            "who read it before goes on"
        );
        customers::unsettle(&tx, connection, None).await.unwrap();
        assert!(customers::unlink(&tx, connection, "42").await.unwrap());
        assert!(!customers::unlink(&tx, connection, "42").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(
            customers::list_links(store.read(), id).await.unwrap().len(),
            1,
            "the link of the other connection stays"
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_goes_over_to_another_customer_with_its_conflicts() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (one, other) = (
            insert(&store, &make, &named("One", "a@b.example")).await,
            insert(&store, &make, &named("Other", "b@b.example")).await,
        );
        let now = make.now();
        let tx = store.begin().await.unwrap();
        customers::link(
            &tx,
            &LinkRow {
                settled_version: Some(1),
                ..link(one, connection, "42", now)
            },
        )
        .await
        .unwrap();
        customers::set_conflicts(
            &tx,
            connection,
            one,
            "42",
            &[open(Field::City, "here", "there")],
            now,
        )
        .await
        .unwrap();
        customers::move_link(&tx, connection, "42", other)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let moved = customers::find_link(store.read(), connection, "42")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (moved.customer, moved.revision, moved.settled_version),
            (other, 2, None)
        );
        assert_eq!(
            customers::list_conflicts(store.read(), one)
                .await
                .unwrap()
                .len(),
            0
        );
        assert_eq!(
            customers::list_conflicts(store.read(), other)
                .await
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn lists_tell_who_is_linked_who_is_not_and_whose_write_failed() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let mut kettle = named("Kettle", "a@b.example");
        kettle.domains = vec!["kettle.example".into()];
        let kettle = insert(&store, &make, &kettle).await;
        let alone = insert(&store, &make, &named("Alone", "b@b.example")).await;
        let mut away = named("Away", "c@b.example");
        away.archived = true;
        let away = insert(&store, &make, &away).await;
        show(&store, &make, connection, theirs("1", "Kettle Works")).await;
        let now = make.now();
        let failed = |at| {
            Some(WriteFailure {
                message: "no".into(),
                field: Some(Field::Email),
                at,
            })
        };
        let tx = store.begin().await.unwrap();
        customers::link(
            &tx,
            &LinkRow {
                failed: failed(now),
                ..link(kettle, connection, "1", now)
            },
        )
        .await
        .unwrap();
        customers::link(
            &tx,
            &LinkRow {
                failed: failed(now + seconds(9)),
                ..link(kettle, other, "1", now)
            },
        )
        .await
        .unwrap();
        customers::link(
            &tx,
            &LinkRow {
                failed: failed(now),
                ..link(away, connection, "3", now)
            },
        )
        .await
        .unwrap();
        customers::settle_states(&tx, &[kettle, alone, away])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let conn = store.read();
        let unlinked = customers::list_unlinked(conn, connection).await.unwrap();
        assert_eq!(
            unlinked.iter().map(|row| row.id).collect::<Vec<_>>(),
            [alone],
            "archived ones are left out"
        );
        assert_eq!(unlinked[0].fields.get(Field::Organisation), "Alone");
        assert_eq!(
            customers::list_unlinked(conn, make.connection(&store, "1003").await)
                .await
                .unwrap()[0]
                .domains,
            ["kettle.example"]
        );
        assert_eq!(customers::count_linked(conn, connection).await.unwrap(), 2);
        let all = customers::list_failed(conn, None).await.unwrap();
        assert_eq!(
            all.iter()
                .map(|(link, name)| (link.connection, name.as_str()))
                .collect::<Vec<_>>(),
            [(other, "Kettle"), (connection, "Kettle")],
            "the latest first"
        );
        assert_eq!(
            customers::list_failed(conn, Some(connection))
                .await
                .unwrap()
                .len(),
            1
        );

        let (linked, next, total) = customers::list_linked(conn, None, "", None, 50)
            .await
            .unwrap();
        let mut names: Vec<_> = linked
            .iter()
            .map(|(link, ours, ions)| (link.connection, ours.as_str(), ions.as_str()))
            .collect();
        names.sort();
        let mut expected = vec![
            (connection, "Kettle", "Kettle Works"),
            (other, "Kettle", ""),
        ];
        expected.sort();
        assert_eq!(
            (names, next, total),
            (expected, None, 2),
            "also where Ion never showed it"
        );
        assert_eq!(
            customers::list_linked(conn, None, "works", None, 50)
                .await
                .unwrap()
                .2,
            1,
            "by the name at Ion, too"
        );
        assert_eq!(
            customers::list_linked(conn, Some(other), "kett", None, 50)
                .await
                .unwrap()
                .2,
            1
        );
        let (first, next, _) = customers::list_linked(conn, None, "", None, 1)
            .await
            .unwrap();
        let (second, _, _) = customers::list_linked(conn, None, "", next.as_deref(), 1)
            .await
            .unwrap();
        assert_ne!(first[0].0.connection, second[0].0.connection);
        assert!(
            customers::list_linked(conn, None, "", Some("x"), 1)
                .await
                .is_err()
        );
        let counts = customers::mapping_counts(conn).await.unwrap();
        assert_eq!((counts.linked, counts.not_in_ion), (2, 1));
        assert_eq!(counts.failed, all.len() as u64, "as many as are listed");
        assert!(read(&store, away).await.archived_at.is_some());
    })
    .await;
}
