//! Ion's customers as they were last shown.

use domain::ConnectionId;
use domain::customer::{CustomerField as Field, IonCustomer};
use store::Store;
use store::customers::{self, IonRow, LinkRow, PairState};
use store::testing::for_both;

use super::bed::{insert, link, named, pair, read, show, theirs};
use crate::make::{Make, seconds};

type List = (Vec<IonRow>, Option<String>, u64);

fn ids((rows, _, total): &List) -> (Vec<&str>, u64) {
    let ids = rows.iter().map(|row| row.customer.ion_id.as_str());
    (ids.collect(), *total)
}

async fn only_in_ion(store: &Store, text: &str) -> List {
    customers::list_only_in_ion(store.read(), None, text, None, 50)
        .await
        .unwrap()
}

async fn one(store: &Store, connection: ConnectionId, ion_id: &str) -> IonRow {
    customers::find_ion(store.read(), connection, ion_id)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn what_ion_showed_last_is_kept_whole() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let shown = IonCustomer {
            uid: "uid-9".into(),
            created_at: Some(make.now() - seconds(500)),
            updated_at: Some(make.now() - seconds(50)),
            ..theirs("42", "Ø \"Quoted\" \0شركة 🔆 100 %")
        };
        show(&store, &make, connection, shown.clone()).await;
        let first = one(&store, connection, "42").await;
        assert_eq!((first.connection, &first.customer), (connection, &shown));
        assert_eq!(
            (first.hash, first.missed, first.gone_at, first.ignored),
            ([1; 32], 0, None, false)
        );
        assert_eq!(
            (first.first_seen_at, first.changed_at),
            (make.now(), make.now())
        );

        let tx = store.begin().await.unwrap();
        customers::add_miss(&tx, connection, &["42".into(), "none".into()])
            .await
            .unwrap();
        customers::mark_gone(&tx, connection, "42", make.now())
            .await
            .unwrap();
        customers::mark_gone(&tx, connection, "42", make.now() + seconds(9))
            .await
            .unwrap();
        customers::set_ion_ignored(&tx, connection, "42", true)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let gone = one(&store, connection, "42").await;
        assert_eq!(
            (gone.missed, gone.gone_at, gone.ignored),
            (2, Some(make.now()), true),
            "gone since the first time"
        );

        make.clock.advance(seconds(60));
        let renamed = IonCustomer {
            active: false,
            ..theirs("42", "Kettle")
        };
        let tx = store.begin().await.unwrap();
        customers::upsert_many(&tx, connection, &[(renamed.clone(), [2; 32])], make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let back = one(&store, connection, "42").await;
        assert_eq!((&back.customer, back.hash), (&renamed, [2; 32]));
        assert_eq!((back.missed, back.gone_at), (0, None), "it is there again");
        assert!(back.ignored, "what a person said stays");
        assert_eq!(
            (back.first_seen_at, back.changed_at),
            (first.first_seen_at, make.now())
        );
        let other = make.connection(&store, "1002").await;
        assert!(
            customers::find_ion(store.read(), other, "42")
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn many_are_kept_and_found_at_once() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let many: Vec<_> = (0..1_200)
            .map(|n| {
                (
                    theirs(&format!("{n:04}"), &format!("Name {}", n % 7)),
                    [3; 32],
                )
            })
            .collect();
        let tx = store.begin().await.unwrap();
        customers::upsert_many(&tx, connection, &many, make.now())
            .await
            .unwrap();
        customers::upsert_many(&tx, connection, &[], make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let asked: Vec<String> = (600..1_300).map(|n| format!("{n:04}")).collect();
        let found = customers::find_ion_many(store.read(), connection, &asked)
            .await
            .unwrap();
        assert_eq!(found.len(), 600);
        assert_eq!(
            customers::find_ion_many(store.read(), connection, &[])
                .await
                .unwrap()
                .len(),
            0
        );
        let known = customers::list_known(store.read(), connection)
            .await
            .unwrap();
        assert_eq!(known.len(), 1_200);
        let tx = store.begin().await.unwrap();
        customers::add_miss(&tx, connection, &asked).await.unwrap();
        tx.commit().await.unwrap();
        let known = customers::list_known(store.read(), connection)
            .await
            .unwrap();
        assert_eq!(known.iter().filter(|known| known.missed == 1).count(), 600);

        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let (rows, next, total) = customers::list_only_in_ion(
                store.read(),
                Some(connection),
                "",
                after.as_deref(),
                100,
            )
            .await
            .unwrap();
            assert_eq!(total, 1_200);
            seen.extend(rows.into_iter().map(|row| {
                (
                    row.customer.fields.get(Field::Organisation).to_owned(),
                    row.customer.ion_id,
                )
            }));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 1_200);
        assert!(seen.is_sorted(), "by name, then by id");
        seen.dedup();
        assert_eq!(seen.len(), 1_200, "none twice");
        let lost = customers::list_only_in_ion(store.read(), None, "", Some("nonsense"), 10).await;
        assert!(matches!(lost, Err(store::StoreError::Missing(_))));
    })
    .await;
}

#[tokio::test]
async fn a_name_of_any_length_can_be_kept() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        // Nothing that can be pressed together: each sign another one, four bytes each.
        let long: String = (0..5_000_u32)
            .filter_map(|n| char::from_u32(0x1_0400 + n * 7 % 9_000 + 0x1_0000))
            .collect();
        let mut shown = theirs("42", &long);
        shown.fields.set(Field::Email, &format!("{long}@a.example"));
        show(&store, &make, connection, shown.clone()).await;
        assert_eq!(one(&store, connection, "42").await.customer, shown);
        let found =
            customers::find_ion_by_email(store.read(), connection, shown.fields.get(Field::Email))
                .await
                .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(only_in_ion(&store, &long).await.2, 1, "found by all of it");
        let mut ours = named(&long, "a@b.example");
        ours.fields = shown.fields;
        let id = insert(&store, &make, &ours).await;
        assert_eq!(read(&store, id).await.customer, ours);
        assert_eq!(
            customers::find_by_organisation(store.read(), &long)
                .await
                .unwrap(),
            [id]
        );
    })
    .await;
}

#[tokio::test]
async fn ions_customers_stand_alone_until_somebody_has_them() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        for (ion_id, name) in [
            ("1", "Alone"),
            ("2", "Linked"),
            ("3", "Proposed"),
            ("4", "Ignored"),
            ("5", "Gone"),
            ("6", "Gone and ignored"),
            ("7", "Linked and ignored"),
        ] {
            show(&store, &make, connection, theirs(ion_id, name)).await;
        }
        show(
            &store,
            &make,
            other,
            theirs("2", "The same id at another connection"),
        )
        .await;
        let now = make.now();
        let id = insert(&store, &make, &named("Linked", "a@b.example")).await;
        let second = insert(&store, &make, &named("Second", "b@b.example")).await;
        let tx = store.begin().await.unwrap();
        customers::link(
            &tx,
            &LinkRow {
                settled_version: Some(1),
                ..link(id, connection, "2", now)
            },
        )
        .await
        .unwrap();
        customers::link(&tx, &link(second, connection, "7", now))
            .await
            .unwrap();
        let third = pair(id, other, "2", now);
        customers::propose(&tx, &[pair(second, connection, "3", now), third.clone()])
            .await
            .unwrap();
        customers::decide_pair(&tx, other, id, "2", PairState::Rejected, "kim", now)
            .await
            .unwrap();
        for ion_id in ["4", "6", "7"] {
            customers::set_ion_ignored(&tx, connection, ion_id, true)
                .await
                .unwrap();
        }
        for ion_id in ["5", "6"] {
            customers::mark_gone(&tx, connection, ion_id, now)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();

        assert_eq!(ids(&only_in_ion(&store, "").await), (vec!["1", "2"], 2));
        assert_eq!(
            ids(&only_in_ion(&store, "connection SAME").await),
            (vec!["2"], 1)
        );
        assert_eq!(ids(&only_in_ion(&store, "office@1.").await), (vec!["1"], 1));
        assert_eq!(only_in_ion(&store, "%").await.2, 0, "no pattern");
        let here = customers::list_only_in_ion(store.read(), Some(connection), "", None, 50)
            .await
            .unwrap();
        assert_eq!(ids(&here), (vec!["1"], 1));
        let ignored = customers::list_ignored_ion(store.read(), None, "", None, 50)
            .await
            .unwrap();
        assert_eq!(ids(&ignored), (vec!["4", "7"], 2));
        let by_hand = customers::search_ion(store.read(), Some(connection), "", None, 50)
            .await
            .unwrap();
        assert_eq!(
            ids(&by_hand),
            (vec!["1", "4", "3"], 3),
            "who is left or proposed can be linked by hand"
        );
        let unlinked = customers::list_unlinked_ion(store.read(), connection)
            .await
            .unwrap();
        assert_eq!(
            unlinked
                .iter()
                .map(|row| row.customer.ion_id.as_str())
                .collect::<Vec<_>>(),
            ["1", "3", "4"]
        );
        let counts = customers::mapping_counts(store.read()).await.unwrap();
        assert_eq!(
            (counts.only_in_ion, counts.to_confirm, counts.ignored),
            (2, 1, 2)
        );

        let mut known = customers::list_known(store.read(), connection)
            .await
            .unwrap();
        known.sort_by(|one, other| one.ion_id.cmp(&other.ion_id));
        assert_eq!(known.len(), 7);
        let linked = known[1].link.unwrap();
        assert_eq!(
            (
                linked.customer,
                linked.revision,
                linked.settled,
                linked.archived
            ),
            (id, 1, true, false)
        );
        assert!(known[0].link.is_none() && !known[6].link.unwrap().settled);
        assert_eq!(
            known
                .iter()
                .map(|known| (known.gone, known.ignored))
                .collect::<Vec<_>>(),
            [
                (false, false),
                (false, false),
                (false, false),
                (false, true),
                (true, false),
                (true, true),
                (false, true)
            ]
        );

        let mut row = read(&store, id).await;
        row.customer.archived = true;
        let tx = store.begin().await.unwrap();
        assert!(
            customers::save(&tx, id, 1, &row.customer, &row.origins, false, now)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let known = customers::list_known(store.read(), connection)
            .await
            .unwrap();
        let linked = known
            .iter()
            .find(|known| known.ion_id == "2")
            .unwrap()
            .link
            .unwrap();
        assert_eq!(
            (linked.settled, linked.archived),
            (false, true),
            "settled is said of one version"
        );
    })
    .await;
}
