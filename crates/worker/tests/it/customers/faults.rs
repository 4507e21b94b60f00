//! Every fault at every request of a push and of a create: in the end Ion holds what we hold, and nobody twice.

use domain::CustomerId;
use domain::customer::{CustomerField as Field, LinkState};
use ion_sandbox::{Action, Fault, all_faults};
use store::Backend;
use store::testing::TestDatabase;

use super::bed::{Bed, kim, ours};

async fn bed() -> (TestDatabase, Bed) {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::start(database.store().clone(), 3).await;
    bed.sync().await;
    bed.lab.sandbox.clear_ledger();
    (database, bed)
}

impl Bed {
    pub(super) fn path(&self, id: &str) -> String {
        let list = format!(
            "/api/v3/accounts/{}/customers",
            self.lab.sandbox.account_id()
        );
        if id.is_empty() {
            list
        } else {
            format!("{list}/{id}")
        }
    }

    async fn create(&self, n: usize) -> (CustomerId, String) {
        let email = format!("office@new{n}.example");
        let customer = ours(&format!("New {n} Ltd"), &email);
        let id = self
            .engine
            .create_customer(customer, Some(self.connection), &kim())
            .await
            .unwrap();
        (id, email)
    }
}

#[tokio::test]
async fn whatever_happens_to_a_push_ion_gets_the_edit_and_nothing_else() {
    let (_database, bed) = bed().await;
    let customer = bed.all().await[0].id;
    let ion_id = bed.ion_id(customer).await;
    let mut n = 0;
    // The reading before, the write, the reading after.
    for place in 0..3 {
        for fault in all_faults(&bed.path(&ion_id), place) {
            n += 1;
            let what = format!("request {place}, {:?}", fault.action);
            let phone = format!("+44 {n}");
            bed.lab.sandbox.inject(fault);
            bed.edit(customer, Field::Phone, &phone).await;
            bed.settle_down(&what).await;
            bed.lab.sandbox.clear_faults();
            assert_eq!(bed.in_ion(&ion_id, "/customerPhone"), phone, "{what}");
            assert_eq!(
                bed.in_ion(&ion_id, "/customerOrganization"),
                bed.row(customer)
                    .await
                    .customer
                    .fields
                    .get(Field::Organisation),
                "{what}"
            );
            assert_eq!(
                bed.row(customer).await.link_state,
                LinkState::Linked,
                "{what}"
            );
        }
    }
    bed.lab.sandbox.clear_ledger();
    bed.poll().await;
    bed.poll().await;
    assert_eq!(
        bed.writes("PUT") + bed.writes("POST"),
        0,
        "nothing is left to write"
    );
    assert_eq!(bed.lab.sandbox.portal().ids().len(), 3);
}

#[tokio::test]
async fn whatever_happens_to_a_create_there_is_one_in_ion_and_it_is_linked() {
    let (_database, bed) = bed().await;
    for (n, fault) in all_faults(&bed.path(""), 0).into_iter().enumerate() {
        let what = format!("{:?}", fault.action);
        bed.lab.sandbox.inject(fault);
        let (id, email) = bed.create(n).await;
        bed.settle_down(&what).await;
        bed.lab.sandbox.clear_faults();
        assert_eq!(bed.with_email(&email), 1, "{what}");
        assert_eq!(bed.row(id).await.link_state, LinkState::Linked, "{what}");
    }
    bed.lab.sandbox.clear_ledger();
    bed.poll().await;
    bed.poll().await;
    assert_eq!(
        bed.writes("PUT") + bed.writes("POST"),
        0,
        "nothing is left to write"
    );
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_whatever_happens_to_the_search() {
    let (_database, bed) = bed().await;
    for (n, fault) in all_faults(&bed.path(""), 1).into_iter().enumerate() {
        let what = format!("{:?}", fault.action);
        let lost = Fault {
            skip: 0,
            action: Action::CutAfter,
            ..fault.clone()
        };
        bed.lab.sandbox.inject(lost);
        bed.lab.sandbox.inject(fault);
        let (id, email) = bed.create(n).await;
        bed.settle_down(&what).await;
        bed.lab.sandbox.clear_faults();
        assert_eq!(bed.with_email(&email), 1, "{what}");
        assert_eq!(bed.row(id).await.link_state, LinkState::Linked, "{what}");
    }
}

#[tokio::test]
async fn a_create_that_was_refused_names_the_field_and_is_not_tried_again() {
    let (_database, bed) = bed().await;
    // A stranger's e-mail: the list does not show who has it.
    let theirs = bed
        .lab
        .sandbox
        .portal()
        .add("Stranger", "taken@stranger.example");
    let stranger = bed.lab.sandbox.portal().customer(&theirs).unwrap();
    let mut customer = ours("Ours Ltd", "taken@stranger.example");
    customer.fields.set(Field::Language, "EN");
    bed.lab.sandbox.set_knob("filters-ignored", "true").unwrap();
    let id = bed
        .engine
        .create_customer(customer, Some(bed.connection), &kim())
        .await
        .unwrap();
    bed.settle_down("a stranger's e-mail").await;
    assert_eq!(bed.with_email("taken@stranger.example"), 1);
    assert_eq!(bed.row(id).await.link_state, LinkState::Proposed);
    assert_eq!(stranger["customerOrganization"], "Stranger");
    let history = bed.history(id).await;
    assert_eq!(history.last().unwrap(), "failed to_ion email -");
}
