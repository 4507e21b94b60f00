//! Customers to start from, on both sides.

use std::collections::BTreeMap;

use domain::customer::{Customer, CustomerField as Field, IonCustomer};
use domain::{ConnectionId, CustomerId};
use jiff::Timestamp;
use rules::customers::decide::FieldDecision;
use rules::customers::match_up::Signal;
use rules::customers::rule::Rule;
use store::Store;
use store::customers::{self, CustomerFilter, CustomerRow, LinkRow, PairCause, PairRow, PairState};

use crate::make::Make;

pub(super) fn named(organisation: &str, email: &str) -> Customer {
    let mut customer = Customer::default();
    customer.fields.set(Field::Organisation, organisation);
    customer.fields.set(Field::Email, email);
    customer
}

pub(super) async fn insert(store: &Store, make: &Make, customer: &Customer) -> CustomerId {
    let id = CustomerId::new(&make.ids);
    let tx = store.begin().await.unwrap();
    customers::insert(&tx, id, customer, &BTreeMap::new(), "kim", make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

pub(super) fn theirs(ion_id: &str, organisation: &str) -> IonCustomer {
    IonCustomer {
        ion_id: ion_id.to_owned(),
        uid: "u".to_owned(),
        fields: named(organisation, &format!("office@{ion_id}.example")).fields,
        active: true,
        created_at: None,
        updated_at: None,
    }
}

pub(super) async fn show(
    store: &Store,
    make: &Make,
    connection: ConnectionId,
    customer: IonCustomer,
) {
    let tx = store.begin().await.unwrap();
    customers::upsert_many(&tx, connection, &[(customer, [1; 32])], make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

pub(super) fn link(
    customer: CustomerId,
    connection: ConnectionId,
    ion_id: &str,
    at: Timestamp,
) -> LinkRow {
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

pub(super) fn pair(
    customer: CustomerId,
    connection: ConnectionId,
    ion_id: &str,
    at: Timestamp,
) -> PairRow {
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

pub(super) fn open(field: Field, local: &str, remote: &str) -> FieldDecision {
    FieldDecision {
        field,
        rule: Rule::C08,
        local: local.to_owned(),
        remote: remote.to_owned(),
        base: None,
        winner: None,
    }
}

pub(super) async fn read(store: &Store, id: CustomerId) -> CustomerRow {
    customers::find(store.read(), id).await.unwrap().unwrap()
}

/// Names of what a search finds, in its order.
pub(super) async fn found(store: &Store, text: &str) -> Vec<String> {
    let filter = CustomerFilter {
        text: text.to_owned(),
        limit: 50,
        ..CustomerFilter::default()
    };
    let page = customers::search(store.read(), &filter).await.unwrap();
    assert_eq!(page.total, page.customers.len() as u64);
    let name = |row: &CustomerRow| row.customer.fields.get(Field::Organisation).to_owned();
    page.customers.iter().map(|hit| name(&hit.row)).collect()
}
