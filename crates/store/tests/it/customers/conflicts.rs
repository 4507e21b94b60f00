//! Fields that a person decides, and what people chose.

use domain::customer::{CustomerField as Field, Winner};
use rules::customers::decide::{Choice, FieldDecision};
use rules::customers::rule::Rule;
use store::customers::{self, ChoiceRow};
use store::testing::for_both;

use super::bed::{insert, link, named, open};
use crate::make::{Make, seconds};

#[tokio::test]
async fn conflicts_that_stay_keep_their_time() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let second = insert(&store, &make, &named("Second", "b@b.example")).await;
        let began = make.now();
        let set = async |connection, decisions: Vec<FieldDecision>| {
            let tx = store.begin().await.unwrap();
            let opened =
                customers::set_conflicts(&tx, connection, id, "42", &decisions, make.now())
                    .await
                    .unwrap();
            tx.commit().await.unwrap();
            opened
        };
        let (city, zip) = (
            open(Field::City, "here", "there"),
            open(Field::Zip, "1", "2"),
        );
        assert_eq!(
            set(connection, vec![city.clone(), zip.clone()]).await,
            [Field::City, Field::Zip]
        );
        make.clock.advance(seconds(60));
        assert_eq!(set(connection, vec![zip.clone()]).await, []);
        let kept = customers::list_conflicts(store.read(), id).await.unwrap();
        assert_eq!(
            (
                kept.len(),
                kept[0].field,
                kept[0].since,
                kept[0].base.clone()
            ),
            (1, Field::Zip, began, None)
        );

        let moved_on = FieldDecision {
            remote: "3".into(),
            ..zip.clone()
        };
        assert_eq!(
            set(connection, vec![moved_on.clone()]).await,
            [Field::Zip],
            "other values are a new question"
        );
        let why = FieldDecision {
            rule: Rule::C11,
            base: Some("0".into()),
            ..moved_on
        };
        assert_eq!(
            set(connection, vec![why]).await,
            [],
            "another reason is none"
        );
        let kept = customers::list_conflicts(store.read(), id).await.unwrap();
        assert_eq!(
            (
                kept[0].rule,
                kept[0].base.as_deref(),
                kept[0].remote.as_str(),
                kept[0].since
            ),
            (Rule::C11, Some("0"), "3", began)
        );

        set(other, vec![city]).await;
        let tx = store.begin().await.unwrap();
        customers::set_conflicts(
            &tx,
            connection,
            second,
            "77",
            &[open(Field::City, "a", "b"), open(Field::Suite, "", "b")],
            make.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let queue = customers::list_conflicted(store.read()).await.unwrap();
        let rows: Vec<_> = queue
            .iter()
            .map(|row| {
                (
                    row.connection,
                    row.customer,
                    row.number,
                    row.name.as_str(),
                    row.fields,
                    row.since,
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                (connection, id, 1, "Kettle", 1, began),
                (other, id, 1, "Kettle", 1, make.now()),
                (connection, second, 2, "Second", 2, make.now())
            ]
        );
        assert_eq!(
            customers::mapping_counts(store.read())
                .await
                .unwrap()
                .conflicts,
            2,
            "customers, not fields"
        );
        set(connection, vec![]).await;
        assert_eq!(
            customers::list_conflicts(store.read(), id)
                .await
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_choice_counts_for_the_values_that_a_person_saw() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let chosen = |field, winner| ChoiceRow {
            choice: Choice {
                field,
                winner,
                local: "it's".into(),
                remote: String::new(),
            },
            decided_at: make.now(),
            decided_by: "kim".into(),
        };
        let tx = store.begin().await.unwrap();
        customers::link(&tx, &link(id, connection, "42", make.now()))
            .await
            .unwrap();
        for (ion_id, row) in [
            ("42", chosen(Field::City, Winner::Ion)),
            ("42", chosen(Field::City, Winner::Ionbridge)),
            ("42", chosen(Field::Zip, Winner::Ion)),
            ("43", chosen(Field::Zip, Winner::Ion)),
        ] {
            customers::choose(&tx, connection, ion_id, &row)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let kept = customers::list_choices(store.read(), connection, "42")
            .await
            .unwrap();
        assert_eq!(
            kept.iter().map(|row| &row.choice).collect::<Vec<_>>(),
            [
                &chosen(Field::City, Winner::Ionbridge).choice,
                &chosen(Field::Zip, Winner::Ion).choice
            ]
        );
        assert_eq!(
            (kept[0].decided_at, kept[0].decided_by.as_str()),
            (make.now(), "kim")
        );
        let many = customers::list_choices_many(store.read(), connection)
            .await
            .unwrap();
        assert_eq!((many["42"].len(), many["43"].len(), many.len()), (2, 1, 2));
        let tx = store.begin().await.unwrap();
        customers::clear_choices(&tx, connection, "42", &[Field::City])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            customers::list_choices(store.read(), connection, "42")
                .await
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}
