//! One word for how a customer stands to Ion.

use domain::WriteId;
use domain::customer::{Customer, CustomerField as Field, IonCustomer, LinkState};
use rules::customers::rule::Rule;
use store::customers::{self, ConflictRow, LinkRow, WriteFailure, WriteKind, WriteRow, WriteState};
use store::testing::for_both;
use store::{Backend, ConnectionTrait as _, Store};

use super::bed::{found, insert, link, named, open, pair, show, theirs};
use crate::make::Make;

#[tokio::test]
async fn one_word_says_how_a_customer_stands_to_ion() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let other = make.connection(&store, "1002").await;
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        show(&store, &make, connection, theirs("42", "Kettle")).await;
        show(&store, &make, other, theirs("43", "Kettle")).await;
        let now = make.now();
        let expect = async |state: LinkState| {
            let tx = store.begin().await.unwrap();
            customers::settle_state(&tx, id).await.unwrap();
            tx.commit().await.unwrap();
            let row = customers::find(store.read(), id).await.unwrap().unwrap();
            assert_eq!(row.link_state, state);
        };
        expect(LinkState::NotInIon).await;

        let write = WriteRow {
            id: WriteId::new(&make.ids),
            connection,
            customer: id,
            ion_id: None,
            kind: WriteKind::Create,
            state: WriteState::Started,
            sent: named("Kettle", "a@b.example").fields,
            run: None,
            requested_by: "kim".into(),
            started_at: now,
            finished_at: None,
            outcome: String::new(),
            has_password: false,
        };
        let tx = store.begin().await.unwrap();
        customers::begin_write(&tx, &write).await.unwrap();
        customers::finish_write(&tx, write.id, WriteState::Refused, None, "no", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Failed).await;

        let tx = store.begin().await.unwrap();
        customers::set_ignored(&tx, id, true, now).await.unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Ignored).await;

        let tx = store.begin().await.unwrap();
        customers::propose(&tx, &[pair(id, connection, "42", now)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Proposed).await;

        let tx = store.begin().await.unwrap();
        customers::link(&tx, &link(id, connection, "42", now))
            .await
            .unwrap();
        customers::link(&tx, &link(id, other, "43", now))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Linked).await;

        show(
            &store,
            &make,
            other,
            IonCustomer {
                active: false,
                ..theirs("43", "Kettle")
            },
        )
        .await;
        expect(LinkState::Inactive).await;

        let tx = store.begin().await.unwrap();
        customers::mark_gone(&tx, connection, "42", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Gone).await;

        let tx = store.begin().await.unwrap();
        let known = customers::find_link(&tx, other, "43")
            .await
            .unwrap()
            .unwrap();
        let failed = WriteFailure {
            message: "no".into(),
            field: Some(Field::Email),
            at: now,
        };
        customers::save_link(
            &tx,
            &LinkRow {
                failed: Some(failed.clone()),
                ..known.clone()
            },
            known.revision,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Failed).await;
        let kept = customers::find_link(store.read(), other, "43")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.failed, Some(failed));

        let decision = rules::customers::decide::FieldDecision {
            field: Field::City,
            rule: Rule::C08,
            local: "here".into(),
            remote: "there".into(),
            base: None,
            winner: None,
        };
        let tx = store.begin().await.unwrap();
        let opened = customers::set_conflicts(
            &tx,
            connection,
            id,
            "42",
            std::slice::from_ref(&decision),
            now,
        )
        .await
        .unwrap();
        assert_eq!(opened, [Field::City]);
        let again = customers::set_conflicts(&tx, connection, id, "42", &[decision], now)
            .await
            .unwrap();
        assert_eq!(again, [], "the same again is nothing new");
        tx.commit().await.unwrap();
        expect(LinkState::Conflict).await;
        let open: Vec<ConflictRow> = customers::list_conflicts(store.read(), id).await.unwrap();
        assert_eq!((open.len(), open[0].local.as_str()), (1, "here"));

        let row = customers::find(store.read(), id).await.unwrap().unwrap();
        let tx = store.begin().await.unwrap();
        let archived = Customer {
            archived: true,
            ..row.customer.clone()
        };
        customers::save(&tx, id, row.version, &archived, &row.origins, false, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        expect(LinkState::Archived).await;
        assert_eq!(
            found(&store, "kettle").await.len(),
            0,
            "put away, it is in no list"
        );
    })
    .await;
}

/// From now on a changed or deleted row is an error.
async fn freeze(store: &Store) {
    let refuse = match store.backend() {
        Backend::Sqlite => "BEGIN SELECT RAISE(ABORT, 'written'); END",
        Backend::Postgres => {
            let function = "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'written'; END $$ LANGUAGE plpgsql";
            store.write().execute_unprepared(function).await.unwrap();
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    };
    for table in [
        "customer",
        "customer_content",
        "customer_pair",
        "customer_conflict",
        "customer_link",
        "ion_customer",
    ] {
        for what in ["UPDATE", "DELETE"] {
            let sql = format!("CREATE TRIGGER no_{what}_{table} BEFORE {what} ON {table} {refuse}");
            store.write().execute_unprepared(&sql).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_says_nothing_new_writes_no_row() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let (id, alike) = (
            insert(&store, &make, &named("Kettle", "a@b.example")).await,
            insert(&store, &make, &named("Alike", "b@b.example")).await,
        );
        for (ion_id, name) in [("42", "Kettle"), ("43", "Alike")] {
            show(&store, &make, connection, theirs(ion_id, name)).await;
        }
        let now = make.now();
        let again = async || {
            let tx = store.begin().await.unwrap();
            customers::propose(&tx, &[pair(alike, connection, "43", now)])
                .await
                .unwrap();
            customers::withdraw_pairs(&tx, connection, &[(alike, "43".into())])
                .await
                .unwrap();
            let conflict = [open(Field::City, "here", "there")];
            customers::set_conflicts(&tx, connection, id, "42", &conflict, now)
                .await
                .unwrap();
            customers::set_ignored(&tx, id, false, now).await.unwrap();
            customers::set_ion_ignored(&tx, connection, "42", false)
                .await
                .unwrap();
            customers::unsettle(&tx, connection, None).await.unwrap();
            customers::settle_states(&tx, &[id, alike]).await.unwrap();
            tx.commit().await.unwrap();
        };
        let tx = store.begin().await.unwrap();
        customers::link(&tx, &link(id, connection, "42", now))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        again().await;
        freeze(&store).await;
        again().await;
        let tx = store.begin().await.unwrap();
        let changed = customers::set_ion_ignored(&tx, connection, "42", true).await;
        assert!(changed.is_err(), "what is new would be written");
    })
    .await;
}
