//! Customers as people see and change them in a browser: list, form, card, mapping, conflicts, plans, files, settings.

mod card;
mod files;
mod mapping;
mod plans;

use std::collections::BTreeSet;

use axum::body::Body;
use domain::access::Role;
use domain::customer::{
    Customer, CustomerField as Field, CustomerFields, IonCustomer, LinkState, Winner,
};
use domain::{Clock as _, ConnectionId, CustomerId, PlanId, WriteId};
use http::{Method, StatusCode};
use rules::customers::decide::{Action, FieldDecision, Merge};
use rules::customers::match_up::Signal;
use rules::customers::plan::{Counts, Entry};
use rules::customers::rule::Rule;
use secrecy::SecretString;
use store::audit::{Actor, Via};
use store::customers::{
    self, LinkRow, PairCause, PairRow, PairState, PlanEntryRow, PlanRow, PlanState, WriteKind,
    WriteRow, WriteState,
};
use store::seal::Place;

use crate::house::{Answer, Browser, HOST, House, csrf};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";
const NAME: &str = "Café & Söhne <b>\u{1f375}";

fn actor() -> Actor {
    Actor {
        name: "sam@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

fn whole(name: &str, email: &str) -> CustomerFields {
    CustomerFields::default()
        .with(Field::Organisation, name)
        .with(Field::Street, "Via Finta 12")
        .with(Field::City, "Milano")
        .with(Field::State, "MI")
        .with(Field::Zip, "20100")
        .with(Field::Country, "IT")
        .with(Field::ContactName, "Robin Example")
        .with(Field::Email, email)
        .with(Field::Language, "IT")
}

impl House {
    async fn customer(&self, name: &str, email: &str) -> CustomerId {
        let customer = Customer {
            fields: whole(name, email),
            ..Customer::default()
        };
        self.engine
            .create_customer(customer, None, &actor())
            .await
            .unwrap()
    }

    async fn in_ion(&self, connection: ConnectionId, ion_id: &str, name: &str, email: &str) {
        let customer = IonCustomer {
            ion_id: ion_id.to_owned(),
            uid: format!("u{ion_id}"),
            fields: whole(name, email),
            active: true,
            created_at: None,
            updated_at: None,
        };
        let tx = self.store.begin().await.unwrap();
        customers::upsert_many(&tx, connection, &[(customer, [1; 32])], self.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn propose(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        ion_id: &str,
        score: u8,
    ) {
        let pair = PairRow {
            connection,
            customer,
            ion_id: ion_id.to_owned(),
            score,
            signals: vec![Signal::Domain, Signal::Address],
            state: PairState::Proposed,
            cause: PairCause::Matched,
            since: self.clock.now(),
            decided_at: None,
            decided_by: None,
            local_name: String::new(),
            remote_name: String::new(),
        };
        let tx = self.store.begin().await.unwrap();
        customers::propose(&tx, &[pair]).await.unwrap();
        customers::settle_state(&tx, customer).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn link(&self, connection: ConnectionId, customer: CustomerId, ion_id: &str) {
        let now = self.clock.now();
        let link = LinkRow {
            customer,
            connection,
            ion_id: ion_id.to_owned(),
            base: None,
            revision: 1,
            settled_version: None,
            failed: None,
            synced_at: Some(now),
            linked_at: now,
            linked_by: "sam@reseller.example".to_owned(),
            rule: Rule::C28,
        };
        let tx = self.store.begin().await.unwrap();
        customers::link(&tx, &link).await.unwrap();
        customers::settle_state(&tx, customer).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn state(&self, customer: CustomerId) -> LinkState {
        customers::find(self.store.read(), customer)
            .await
            .unwrap()
            .unwrap()
            .link_state
    }
}

fn has(answer: &Answer, parts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    for part in parts {
        assert!(
            answer.text.contains(part),
            "{part} is missing: {}",
            answer.text
        );
    }
}

fn goes_to(answer: &Answer, start: &str) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let to = answer.header("location").to_owned();
    assert!(to.starts_with(start), "{to}");
    to
}
