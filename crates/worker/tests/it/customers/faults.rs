//! Every fault at every request of a push and of a create: in the end Ion holds what we hold, and nobody twice.

use domain::CustomerId;
use domain::customer::{CustomerField as Field, LinkState};
use ion_sandbox::{Action, Fault, all_faults, write_faults};
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
    let path = bed.path(&ion_id);
    // The reading before, the write, the reading after; and the write by each way that only writes have.
    let faults = (0..3)
        .flat_map(|place| all_faults(&path, place))
        .chain(write_faults(&format!("PUT {path}"), 0));
    for fault in faults {
        n += 1;
        let what = format!("{}, skip {}: {:?}", fault.path, fault.skip, fault.action);
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
    let path = bed.path("");
    let faults = all_faults(&path, 0)
        .into_iter()
        .chain(write_faults(&format!("POST {path}"), 0));
    for (n, fault) in faults.enumerate() {
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
async fn a_create_is_found_though_the_list_shows_it_late_and_its_e_mail_is_written_another_way() {
    let (_database, bed) = bed().await;
    let turn = |knob: &str, value: &str| bed.lab.sandbox.set_knob(knob, value).unwrap();
    turn("list-lag-s", "200");
    turn("values-normalised", "all");
    turn("create-shows-password", "false");
    let path = bed.path("");
    for (n, fault) in write_faults(&format!("POST {path}"), 0)
        .into_iter()
        .enumerate()
    {
        let what = format!("{:?}", fault.action);
        bed.lab.sandbox.inject(fault);
        let email = format!("Office@Late{n}.Example");
        let mut customer = ours(&format!("Late  {n} Ltd"), &email);
        customer.fields.set(Field::Country, "gb");
        let id = bed
            .engine
            .create_customer(customer, Some(bed.connection), &kim())
            .await
            .unwrap();
        bed.settle_down(&what).await;
        bed.lab.sandbox.clear_faults();
        bed.lab.sandbox.let_late_effects_happen();
        assert_eq!(bed.with_email(&email.to_lowercase()), 1, "{what}");
        assert_eq!(bed.row(id).await.link_state, LinkState::Linked, "{what}");
    }
    for _ in 0..2 {
        bed.poll().await;
        bed.settle_down("after all").await;
    }
    bed.lab.sandbox.clear_ledger();
    let before = bed.written().await;
    for _ in 0..2 {
        bed.poll().await;
    }
    assert_eq!(bed.writes("PUT") + bed.writes("POST"), 0);
    assert_eq!(bed.written().await, before);
    assert_eq!(bed.all().await.len(), bed.lab.sandbox.portal().ids().len());
}

#[tokio::test]
async fn an_e_mail_that_a_stranger_has_is_told_and_never_tried_again() {
    let (_database, bed) = bed().await;
    bed.lab.sandbox.portal().take_email("office@new1.example");
    let (id, email) = bed.create(1).await;
    bed.settle_down("a stranger's e-mail").await;
    assert_eq!(bed.with_email(&email), 0);
    assert_ne!(bed.row(id).await.link_state, LinkState::Linked);
    assert_eq!(
        bed.history(id).await.last().unwrap(),
        "failed to_ion email -"
    );
    let posts = || {
        let ledger = bed.lab.sandbox.ledger();
        ledger
            .entries
            .iter()
            .filter(|one| one.method == "POST" && one.path == bed.path(""))
            .count()
    };
    assert_eq!(posts(), 1);
    for _ in 0..3 {
        bed.poll().await;
    }
    assert_eq!(posts(), 1);
    // Of a customer that is linked, the same: what it says stays until one of the sides changes.
    let linked = bed
        .all()
        .await
        .iter()
        .find(|row| row.link_state == LinkState::Linked)
        .unwrap()
        .id;
    bed.edit(linked, Field::Email, "office@new1.example").await;
    bed.settle_down("a stranger's e-mail, by an edit").await;
    assert_eq!(bed.row(linked).await.link_state, LinkState::Failed);
    let ion_id = bed.ion_id(linked).await;
    bed.lab.sandbox.portal().free_email("office@new1.example");
    bed.edit(linked, Field::Phone, "+44 5").await;
    bed.settle_down("it is free again").await;
    assert_eq!(bed.in_ion(&ion_id, "/customerEmail"), "office@new1.example");
    assert_eq!(bed.row(linked).await.link_state, LinkState::Linked);
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
