//! Our customers: looked up by what they carry, and never saved over an edit that nobody saw.

use std::collections::BTreeMap;

use domain::CustomerId;
use domain::customer::{Contact, Customer, CustomerField as Field, LinkState};
use store::customers::{self, Origin};
use store::testing::for_both;

use super::bed::{found, insert, link, named, read};
use crate::make::{Make, seconds};

/// With something in every place.
fn whole() -> Customer {
    let mut customer = named("Kettle & \"Sons\"", "Office@Kettle.example");
    customer.fields.set(Field::Country, "gb");
    Customer {
        registration_number: "HRB 1".into(),
        vat_number: "GB1".into(),
        domains: vec!["kettle.example".into(), "tea.example".into()],
        contacts: vec![Contact {
            name: "Sam".into(),
            email: "sam@kettle.example".into(),
            title: "Dr".into(),
            phone: "1".into(),
        }],
        notes: "100 % شركة 🔆".into(),
        tags: vec!["gold".into(), "new".into()],
        external_ids: [
            ("crm".to_owned(), "K-1".to_owned()),
            ("erp".to_owned(), "9".to_owned()),
        ]
        .into(),
        archived: false,
        ..customer
    }
}

#[tokio::test]
async fn a_customer_is_kept_whole_and_found_by_each_of_its_keys() {
    for_both(|store| async move {
        let make = Make::new();
        let origins: customers::Origins = [(
            Field::City,
            Origin {
                at: make.now(),
                by: "Ion".into(),
            },
        )]
        .into();
        let id = CustomerId::new(&make.ids);
        let tx = store.begin().await.unwrap();
        let number = customers::insert(&tx, id, &whole(), &origins, "kim", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept = read(&store, id).await;
        assert_eq!((&kept.customer, &kept.origins), (&whole(), &origins));
        assert_eq!(
            (kept.number, number, kept.version, kept.link_state),
            (1, 1, 1, LinkState::NotInIon)
        );
        assert_eq!(
            (
                kept.created_by.as_str(),
                kept.created_at,
                kept.edited_at,
                kept.archived_at
            ),
            ("kim", make.now(), make.now(), None)
        );
        assert_eq!((kept.ignored, kept.merged_into), (false, None));
        let conn = store.read();
        for (system, external, there) in [
            ("crm", "K-1", true),
            ("erp", "9", true),
            ("erp", "K-1", false),
        ] {
            let found = customers::find_by_external(conn, system, external)
                .await
                .unwrap();
            assert_eq!(found.contains(&id), there);
        }
        assert_eq!(
            customers::find_by_email(conn, " office@KETTLE.example")
                .await
                .unwrap(),
            [id]
        );
        assert_eq!(customers::find_by_email(conn, "").await.unwrap(), []);
        assert_eq!(
            customers::find_by_organisation(conn, "KETTLE & \"sons\" ")
                .await
                .unwrap(),
            [id]
        );
        assert!(customers::find_by_number(conn, 2).await.unwrap().is_none());
        assert!(
            customers::find(conn, CustomerId::new(&make.ids))
                .await
                .unwrap()
                .is_none()
        );

        // Saved, nothing of before is found any more.
        make.clock.advance(seconds(60));
        let mut next = named("Pot", "pot@b.example");
        next.tags = vec!["silver".into()];
        let tx = store.begin().await.unwrap();
        assert!(
            customers::save(&tx, id, 1, &next, &BTreeMap::new(), false, make.now())
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let kept = read(&store, id).await;
        assert_eq!((&kept.customer, kept.version), (&next, 2));
        assert_eq!(kept.edited_at, kept.created_at, "a sync is no edit");
        assert_eq!(
            customers::find_by_external(conn, "crm", "K-1")
                .await
                .unwrap(),
            []
        );
        assert_eq!(
            customers::find_by_email(conn, "office@kettle.example")
                .await
                .unwrap(),
            []
        );
        assert_eq!(customers::tags(conn).await.unwrap(), ["silver"]);
        assert_eq!(
            (
                found(&store, "kettle").await.len(),
                found(&store, "silver").await.len()
            ),
            (0, 1)
        );

        // Put away, and taken back.
        let put = async |version, archived| {
            let tx = store.begin().await.unwrap();
            let customer = Customer {
                archived,
                ..next.clone()
            };
            assert!(
                customers::save(
                    &tx,
                    id,
                    version,
                    &customer,
                    &BTreeMap::new(),
                    true,
                    make.now()
                )
                .await
                .unwrap()
            );
            customers::settle_state(&tx, id).await.unwrap();
            tx.commit().await.unwrap();
            read(&store, id).await
        };
        let away = put(2, true).await;
        assert_eq!(
            (away.archived_at, away.customer.archived, away.edited_at),
            (Some(make.now()), true, make.now())
        );
        assert_eq!(customers::count_all(conn).await.unwrap(), 0);
        assert_eq!(
            customers::find_by_email(conn, "pot@b.example")
                .await
                .unwrap(),
            []
        );
        let since = make.now();
        make.clock.advance(seconds(60));
        assert_eq!(
            put(3, true).await.archived_at,
            Some(since),
            "since the first time"
        );
        assert_eq!(put(4, false).await.archived_at, None);
        assert_eq!(customers::count_all(conn).await.unwrap(), 1);

        let tx = store.begin().await.unwrap();
        make.clock.advance(seconds(60));
        customers::set_ignored(&tx, id, true, make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let left = read(&store, id).await;
        assert!(left.ignored && left.edited_at < make.now());
        let tx = store.begin().await.unwrap();
        customers::set_ignored(&tx, id, false, make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            read(&store, id).await.edited_at,
            make.now(),
            "taken in again, it is matched anew"
        );
        assert!(
            !customers::save(
                &store.begin().await.unwrap(),
                CustomerId::new(&make.ids),
                1,
                &next,
                &BTreeMap::new(),
                true,
                make.now()
            )
            .await
            .unwrap()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_given_out_once_whoever_asks() {
    for_both(|store| async move {
        let make = Make::new();
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let (store, ids): (_, Vec<_>) = (
                    store.clone(),
                    (0..5).map(|_| CustomerId::new(&make.ids)).collect(),
                );
                let now = make.now();
                tokio::spawn(async move {
                    let many: Vec<_> = ids
                        .into_iter()
                        .map(|id| (id, named(&format!("Task {task}"), ""), BTreeMap::new()))
                        .collect();
                    let tx = store.begin().await.unwrap();
                    customers::insert_many(&tx, &many, "kim", now)
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                    many.into_iter().map(|(id, ..)| id).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            let ids = task.await.unwrap();
            let mut rows = customers::find_many(store.read(), &ids).await.unwrap();
            rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
            let own: Vec<u64> = rows.iter().map(|row| row.number).collect();
            assert!(
                own.windows(2).all(|pair| pair[1] == pair[0] + 1),
                "one after the other, in their order: {own:?}"
            );
            numbers.extend(own);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
        let tx = store.begin().await.unwrap();
        customers::insert_many(&tx, &[], "kim", make.now())
            .await
            .unwrap();
        assert_eq!(customers::find_many(&tx, &[]).await.unwrap().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_of_one_version_one_is_refused() {
    for_both(|store| async move {
        let make = Make::new();
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let write = |name: &'static str| {
            let (store, now) = (store.clone(), make.now());
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let mut customer = named(name, "a@b.example");
                customer.tags = vec![name.to_owned()];
                let saved = customers::save(&tx, id, 1, &customer, &BTreeMap::new(), true, now)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                saved
            })
        };
        let (one, other) = (write("One"), write("Other"));
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        assert!(one ^ other);
        let kept = read(&store, id).await;
        let name = if one { "One" } else { "Other" };
        assert_eq!(
            (
                kept.version,
                kept.customer.fields.get(Field::Organisation),
                kept.customer.tags.as_slice()
            ),
            (2, name, [name.to_owned()].as_slice())
        );
        assert_eq!(customers::tags(store.read()).await.unwrap(), [name]);
    })
    .await;
}

#[tokio::test]
async fn nobody_saves_over_an_edit_that_they_did_not_see() {
    for_both(|store| async move {
        let make = Make::new();
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let save = async |version, name: &str| {
            let tx = store.begin().await.unwrap();
            let saved = customers::save(
                &tx,
                id,
                version,
                &named(name, "a@b.example"),
                &BTreeMap::new(),
                true,
                make.now(),
            )
            .await;
            tx.commit().await.unwrap();
            saved.unwrap()
        };
        assert!(save(1, "First").await);
        assert!(!save(1, "Second").await);
        let row = customers::find(store.read(), id).await.unwrap().unwrap();
        assert_eq!(
            (row.version, row.customer.fields.get(Field::Organisation)),
            (2, "First")
        );
        assert_eq!(found(&store, "second").await.len(), 0);

        let connection = make.connection(&store, "1001").await;
        let tx = store.begin().await.unwrap();
        customers::link(&tx, &link(id, connection, "42", make.now()))
            .await
            .unwrap();
        let known = customers::find_link(&tx, connection, "42")
            .await
            .unwrap()
            .unwrap();
        assert!(customers::save_link(&tx, &known, 1).await.unwrap());
        assert!(
            !customers::save_link(&tx, &known, 1).await.unwrap(),
            "the revision moved"
        );
        tx.commit().await.unwrap();
        let tx = store.begin().await.unwrap();
        let again = customers::link(&tx, &link(id, connection, "43", make.now())).await;
        assert!(
            matches!(again, Err(store::StoreError::Conflict { .. })),
            "one link in a connection"
        );
    })
    .await;
}
