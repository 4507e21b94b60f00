//! Customers, in every table that there is of them.

use std::collections::BTreeMap;

use domain::customer::{Customer, CustomerField as Field, IonCustomer, LinkState, Winner};
use domain::{ChangeId, CombineId, ConnectionId, CustomerId, FileId, PlanId, WriteId};
use rules::customers::decide::{Action, Choice, FieldDecision, Policy};
use rules::customers::plan::{Counts, Entry};
use rules::customers::rule::Rule;
use store::Store;
use store::customers::{
    self, ChangeKind, ChangeRow, ChoiceRow, CombineBefore, CombineRow, CustomerFilter, FileLine,
    FileOutcome, FileRow, FileState, LinkRow, PairState, PlanEntryRow, PlanRow, PlanState, Way,
    WriteKind, WriteRow, WriteState,
};

use crate::make::Make;

/// Every table of customers; a new one is added here, and filled below.
pub(super) const TABLES: [&str; 17] = [
    "customer",
    "customer_content",
    "customer_tag",
    "customer_external",
    "ion_customer",
    "customer_link",
    "customer_pair",
    "customer_conflict",
    "customer_choice",
    "customer_change",
    "customer_write",
    "sync_plan",
    "sync_plan_entry",
    "sync_setting",
    "customer_combine",
    "customer_file",
    "customer_file_row",
];

/// A row in every table of customers, odd texts in some.
pub(super) async fn fill(store: &Store, make: &Make, connection: ConnectionId) {
    let (run, now) = (make.run(store, connection).await, make.now());
    let mut ours = Customer {
        tags: vec!["it's".into()],
        external_ids: [("crm".to_owned(), "K-1".to_owned())].into(),
        ..Customer::default()
    };
    ours.fields
        .set(Field::Organisation, "Tea & \"Sons\" \u{1f980}");
    let (id, other) = (CustomerId::new(&make.ids), CustomerId::new(&make.ids));
    let theirs = IonCustomer {
        ion_id: "42".into(),
        uid: "u".into(),
        fields: ours.fields.clone(),
        active: false,
        created_at: Some(now),
        updated_at: None,
    };
    let tx = store.begin().await.unwrap();
    let both = [
        (id, ours.clone(), BTreeMap::new()),
        (other, ours.clone(), BTreeMap::new()),
    ];
    customers::insert_many(&tx, &both, "kim", now)
        .await
        .unwrap();
    customers::set_merged_into(&tx, other, Some(id), now)
        .await
        .unwrap();
    customers::upsert_many(&tx, connection, &[(theirs, [255; 32])], now)
        .await
        .unwrap();
    let link = LinkRow {
        customer: id,
        connection,
        ion_id: "42".into(),
        base: Some(ours.fields.clone()),
        revision: 3,
        settled_version: None,
        failed: None,
        synced_at: None,
        linked_at: now,
        linked_by: "kim".into(),
        rule: Rule::C28,
    };
    customers::link(&tx, &link).await.unwrap();
    customers::decide_pair(
        &tx,
        connection,
        other,
        "42",
        PairState::Rejected,
        "kim",
        now,
    )
    .await
    .unwrap();
    let decision = FieldDecision {
        field: Field::City,
        rule: Rule::C08,
        local: "here".into(),
        remote: "there".into(),
        base: None,
        winner: None,
    };
    customers::set_conflicts(&tx, connection, id, "42", &[decision], now)
        .await
        .unwrap();
    let chosen = ChoiceRow {
        choice: Choice {
            field: Field::City,
            winner: Winner::Ion,
            local: "here".into(),
            remote: "there".into(),
        },
        decided_at: now,
        decided_by: "kim".into(),
    };
    customers::choose(&tx, connection, "42", &chosen)
        .await
        .unwrap();
    let line = ChangeRow {
        id: ChangeId::new(&make.ids),
        customer: id,
        connection: Some(connection),
        ion_id: Some("42".into()),
        run: Some(run),
        at: now,
        kind: ChangeKind::Linked,
        way: Way::Here,
        field: None,
        before: String::new(),
        after: "it's".into(),
        rule: Some(Rule::C28),
        actor: "kim".into(),
        request_id: None,
        note: String::new(),
        undone_at: None,
        undone_by: None,
    };
    customers::add_changes(&tx, &[line]).await.unwrap();
    let write = WriteRow {
        id: WriteId::new(&make.ids),
        connection,
        customer: id,
        ion_id: None,
        kind: WriteKind::Create,
        state: WriteState::Started,
        sent: ours.fields.clone(),
        run: Some(run),
        requested_by: "kim".into(),
        started_at: now,
        finished_at: None,
        outcome: String::new(),
        has_password: false,
    };
    customers::begin_write(&tx, &write).await.unwrap();
    customers::set_write_password(&tx, write.id, &[0, 39, 255])
        .await
        .unwrap();
    let plan = PlanRow {
        id: PlanId::new(&make.ids),
        connection,
        run,
        first: true,
        held: false,
        state: PlanState::Waiting,
        counts: Counts::default(),
        read_here: 2,
        read_in_ion: 1,
        made_at: now,
        decided_at: None,
        decided_by: None,
        applied_run: None,
    };
    let entry = PlanEntryRow {
        seq: 0,
        entry: Entry {
            local: Some(id.to_string()),
            remote: None,
            name: "Tea".into(),
            rule: Rule::C22,
            action: Action::Create,
        },
        chosen: true,
        blocked: None,
        outcome: None,
    };
    customers::insert_plan(&tx, &plan, &[entry]).await.unwrap();
    customers::save_policy(&tx, connection, &Policy::default(), true)
        .await
        .unwrap();
    let combine = CombineRow {
        id: CombineId::new(&make.ids),
        kept: id,
        other,
        before: CombineBefore {
            kept: ours.clone(),
            other: ours.clone(),
            links: vec![(connection, "42".into())],
            orders: Vec::new(),
        },
        at: now,
        actor: "kim".into(),
        split_at: None,
    };
    customers::insert_combine(&tx, &combine).await.unwrap();
    let file = FileRow {
        id: FileId::new(&make.ids),
        name: "it's.csv".into(),
        format: "csv".into(),
        columns: vec![("Name".into(), None)],
        state: FileState::Read,
        brought_at: now,
        brought_by: "kim".into(),
        applied_at: None,
    };
    let row = FileLine {
        line: 2,
        outcome: FileOutcome::New,
        name: "Tea".into(),
        customer: None,
        version: None,
        content: Some(ours),
        message: String::new(),
        field: None,
        chosen: true,
        applied_at: None,
        result: None,
    };
    customers::insert_file(&tx, &file, &[row]).await.unwrap();
    customers::settle_states(&tx, &[id, other]).await.unwrap();
    tx.commit().await.unwrap();
}

/// What is told of the customers, and what waits.
pub(super) async fn holds(store: &Store) {
    let filter = CustomerFilter {
        text: "tea sons".into(),
        limit: 10,
        ..CustomerFilter::default()
    };
    let page = customers::search(store.read(), &filter).await.unwrap();
    let states: Vec<LinkState> = page
        .customers
        .iter()
        .map(|hit| hit.row.link_state)
        .collect();
    assert_eq!(states, [LinkState::Conflict, LinkState::NotInIon]);
    let first = &page.customers[0];
    assert_eq!(
        customers::find_by_external(store.read(), "crm", "K-1")
            .await
            .unwrap()
            .len(),
        2
    );
    let (connection, ion_id) = &first.links[0];
    let link = customers::find_link(store.read(), *connection, ion_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (link.revision, link.base.as_ref()),
        (3, Some(&first.row.customer.fields))
    );
    let known = customers::list_known(store.read(), *connection)
        .await
        .unwrap();
    assert_eq!(known[0].hash, [255; 32]);
    let write = &customers::list_writes(store.read(), first.row.id, 1)
        .await
        .unwrap()[0];
    let tx = store.begin().await.unwrap();
    let password = customers::take_write_password(&tx, write.id).await.unwrap();
    assert_eq!(password, Some(vec![0, 39, 255]));
    drop(tx);
}
