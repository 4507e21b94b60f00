//! Customers: found by what people type, never saved over another's edit, and one word for how each stands to Ion.

use std::collections::{BTreeMap, HashSet};

use domain::customer::{Customer, CustomerField as Field, IonCustomer, LinkState};
use domain::{ConnectionId, CustomerId, WriteId};
use jiff::Timestamp;
use rules::customers::match_up::Signal;
use rules::customers::rule::Rule;
use store::Store;
use store::customers::{
    self, ConflictRow, CustomerFilter, CustomerSort, LinkRow, PairCause, PairRow, PairState,
    WriteFailure, WriteKind, WriteRow, WriteState,
};
use store::testing::for_both;

use crate::make::Make;

fn named(organisation: &str, email: &str) -> Customer {
    let mut customer = Customer::default();
    customer.fields.set(Field::Organisation, organisation);
    customer.fields.set(Field::Email, email);
    customer
}

async fn insert(store: &Store, make: &Make, customer: &Customer) -> CustomerId {
    let id = CustomerId::new(&make.ids);
    let tx = store.begin().await.unwrap();
    customers::insert(&tx, id, customer, &BTreeMap::new(), "kim", make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

fn theirs(ion_id: &str, organisation: &str) -> IonCustomer {
    IonCustomer {
        ion_id: ion_id.to_owned(),
        uid: "u".to_owned(),
        fields: named(organisation, &format!("office@{ion_id}.example")).fields,
        active: true,
        created_at: None,
        updated_at: None,
    }
}

async fn show(store: &Store, make: &Make, connection: ConnectionId, customer: IonCustomer) {
    let tx = store.begin().await.unwrap();
    customers::upsert_many(&tx, connection, &[(customer, [1; 32])], make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn link(customer: CustomerId, connection: ConnectionId, ion_id: &str, at: Timestamp) -> LinkRow {
    LinkRow {
        customer,
        connection,
        ion_id: ion_id.to_owned(),
        base: None,
        revision: 1,
        settled_version: None,
        failed: None,
        synced_at: None,
        linked_at: at,
        linked_by: "kim".to_owned(),
        rule: Rule::C28,
    }
}

fn pair(customer: CustomerId, connection: ConnectionId, ion_id: &str, at: Timestamp) -> PairRow {
    PairRow {
        connection,
        customer,
        ion_id: ion_id.to_owned(),
        score: 60,
        signals: vec![Signal::Email],
        state: PairState::Proposed,
        cause: PairCause::Matched,
        since: at,
        decided_at: None,
        decided_by: None,
        local_name: String::new(),
        remote_name: String::new(),
    }
}

async fn found(store: &Store, text: &str) -> Vec<String> {
    let filter = CustomerFilter {
        text: text.to_owned(),
        limit: 50,
        ..CustomerFilter::default()
    };
    let page = customers::search(store.read(), &filter).await.unwrap();
    assert_eq!(page.total, page.customers.len() as u64);
    let name =
        |row: &customers::CustomerRow| row.customer.fields.get(Field::Organisation).to_owned();
    page.customers.iter().map(|hit| name(&hit.row)).collect()
}

#[tokio::test]
async fn customers_are_found_by_what_people_type() {
    for_both(|store| async move {
        let make = Make::new();
        let long = "x".repeat(500);
        let odd = [
            "Åkerblom & Söner AB",
            "شركة المنارة",
            "100 % Tea_House!",
            "“Quoted” Works",
            "Bright 🔆 Solar",
            &long,
        ];
        for name in odd {
            insert(&store, &make, &named(name, "a@b.example")).await;
        }
        let mut tea = named("Whistling Kettle", "office@kettle.example");
        tea.tags = vec!["gold".into()];
        tea.external_ids.insert("crm".into(), "K-77".into());
        let tea = insert(&store, &make, &tea).await;
        assert_eq!(
            found(&store, "akerblom soner").await,
            ["Åkerblom & Söner AB"]
        );
        assert_eq!(found(&store, "المنارة").await, ["شركة المنارة"]);
        assert_eq!(found(&store, "100 %").await, ["100 % Tea_House!"]);
        assert_eq!(found(&store, "tea_house!").await, ["100 % Tea_House!"]);
        assert_eq!(
            found(&store, "t_a").await,
            Vec::<String>::new(),
            "an underline is no pattern"
        );
        assert_eq!(found(&store, "🔆").await, ["Bright 🔆 Solar"]);
        for text in ["KETTLE whist", "office@kettle", "C-0007", "K-77", "gold"] {
            assert_eq!(found(&store, text).await, ["Whistling Kettle"], "{text}");
        }
        assert_eq!(
            customers::find_by_external(store.read(), "crm", "K-77")
                .await
                .unwrap(),
            [tea]
        );
        assert_eq!(
            customers::find_by_email(store.read(), "OFFICE@kettle.example")
                .await
                .unwrap(),
            [tea]
        );
        assert_eq!(
            customers::find_by_number(store.read(), 7)
                .await
                .unwrap()
                .unwrap()
                .id,
            tea
        );
        let facets = customers::facets(store.read(), &CustomerFilter::default())
            .await
            .unwrap();
        assert_eq!(facets.tags, [("gold".to_owned(), 1)]);
        assert_eq!(facets.states, [(LinkState::NotInIon, 7)]);
    })
    .await;
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped_in_every_order() {
    for_both(|store| async move {
        let make = Make::new();
        let many: Vec<_> = (0..257)
            .map(|n| {
                let mut customer = named(&format!("Name {}", n % 40), &format!("{n}@a.example"));
                customer.fields.set(Field::Country, ["DE", "US", ""][n % 3]);
                (CustomerId::new(&make.ids), customer, BTreeMap::new())
            })
            .collect();
        let tx = store.begin().await.unwrap();
        customers::insert_many(&tx, &many, "kim", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for sort in CustomerSort::ALL {
            for descending in [false, true] {
                let mut seen = HashSet::new();
                let mut filter = CustomerFilter {
                    sort: *sort,
                    descending,
                    limit: 20,
                    ..CustomerFilter::default()
                };
                loop {
                    let page = customers::search(store.read(), &filter).await.unwrap();
                    assert_eq!(page.total, 257);
                    for hit in &page.customers {
                        assert!(seen.insert(hit.row.id), "{sort} {descending}: twice");
                    }
                    filter.after = page.next;
                    if filter.after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen.len(), 257, "{sort} {descending}");
            }
        }
        let filter = CustomerFilter {
            after: Some("nonsense".into()),
            ..CustomerFilter::default()
        };
        assert!(customers::search(store.read(), &filter).await.is_err());
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

#[tokio::test]
async fn a_pair_that_was_rejected_is_not_proposed_again_unless_ion_names_it() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        show(&store, &make, connection, theirs("42", "Kettle Ltd")).await;
        let now = make.now();
        let waiting = async || {
            customers::list_pairs(store.read(), None, "", None, 10)
                .await
                .unwrap()
                .2
        };
        let tx = store.begin().await.unwrap();
        customers::propose(&tx, &[pair(id, connection, "42", now)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(waiting().await, 1);
        let tx = store.begin().await.unwrap();
        customers::decide_pair(&tx, connection, id, "42", PairState::Rejected, "kim", now)
            .await
            .unwrap();
        customers::propose(&tx, &[pair(id, connection, "42", now)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(waiting().await, 0);
        assert_eq!(
            customers::list_rejected(store.read(), connection)
                .await
                .unwrap(),
            [(id, "42".to_owned())]
        );
        let refused = PairRow {
            cause: PairCause::Refused,
            ..pair(id, connection, "42", now)
        };
        let tx = store.begin().await.unwrap();
        customers::propose(&tx, &[refused]).await.unwrap();
        let gone = customers::withdraw_pairs(&tx, connection, &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            (waiting().await, gone.len()),
            (1, 0),
            "what Ion named stays until a person decides"
        );
    })
    .await;
}
