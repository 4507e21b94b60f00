//! Every setting of every knob of the sandbox: what nobody knows of Ion makes no second customer, loses no edit, and brings none back.

use domain::CustomerId;
use domain::customer::{CustomerField as Field, LinkState, Winner};
use engine::customers::Chosen;
use futures::StreamExt as _;
use ion_sandbox::{Knobs, SandboxConfig, Setting, all_knobs};
use store::Backend;
use store::customers;
use store::testing::TestDatabase;

use super::bed::{Bed, kim, ours};

/// Customers in Ion at the start.
const IN_ION: usize = 7;

#[tokio::test]
async fn customers_stay_in_sync_whatever_ion_is_like() {
    // A login that may not read customers cannot be connected; that is told at the set-up.
    let settings = all_knobs().filter(|setting| setting.knob != "may-read-customers");
    let failed: Vec<Option<String>> = futures::stream::iter(settings)
        .map(|Setting { knob, value, knobs }| {
            let name = format!("{knob}={value}");
            let told = name.clone();
            // A task of its own, so that all that fail are named, not only the first.
            async move { tokio::spawn(journey(knobs, name)).await.err().map(|_| told) }
        })
        .buffer_unordered(4)
        .collect()
        .await;
    let failed: Vec<String> = failed.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// First plan, edits on each side, a conflict, a create; then rest.
async fn journey(knobs: Knobs, what: String) {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let config = SandboxConfig {
        customers: IN_ION,
        products: 1,
        knobs,
        ..SandboxConfig::default()
    };
    // Short pages, so that the order of the list matters.
    let bed = Bed::with_pages(database.store().clone(), config, 3).await;
    first_plan(&bed, &what).await;
    assert_eq!(bed.lab.sandbox.ledger().creates().count(), 1, "{what}");
    assert_eq!(bed.lab.sandbox.ledger().updates().count(), 1, "{what}");

    let linked: Vec<CustomerId> = bed.all().await.iter().map(|row| row.id).collect();
    let (here, there, both) = (linked[0], linked[1], linked[2]);
    let (here_in_ion, there_in_ion) = (bed.ion_id(here).await, bed.ion_id(there).await);
    let both_in_ion = bed.ion_id(both).await;
    let portal = bed.lab.sandbox.portal();
    bed.lab.sandbox.clear_ledger();
    bed.edit(here, Field::Phone, "+44 1").await;
    assert!(portal.edit(&there_in_ion, "customerTitle", "Dr"));
    assert!(portal.edit(&both_in_ion, "customerPhone", "+44 there"));
    bed.edit(both, Field::Phone, "+44 here").await;
    let new = ours("New One Ltd", "Office@NewOne.example");
    let made = bed
        .engine
        .create_customer(new, Some(bed.connection), &kim())
        .await
        .unwrap();
    // Longer than any list lags.
    for _ in 0..4 {
        bed.settle_down(&what).await;
        assert_eq!(bed.field(here, Field::Phone).await, "+44 1", "{what}");
        assert_eq!(bed.row(made).await.link_state, LinkState::Linked, "{what}");
        assert_eq!(bed.field(both, Field::Phone).await, "+44 here", "{what}");
        bed.poll().await;
    }
    bed.settle_down(&what).await;
    assert_eq!(
        bed.in_ion(&here_in_ion, "/customerPhone"),
        "+44 1",
        "{what}"
    );
    assert_eq!(bed.field(there, Field::Title).await, "Dr", "{what}");
    assert_eq!(
        bed.row(both).await.link_state,
        LinkState::Conflict,
        "{what}"
    );
    bed.engine
        .decide_conflict(
            bed.connection,
            both,
            &[(Field::Phone, Winner::Ionbridge)],
            &kim(),
        )
        .await
        .unwrap();
    for _ in 0..4 {
        bed.settle_down(&what).await;
        assert_eq!(bed.field(both, Field::Phone).await, "+44 here", "{what}");
        bed.poll().await;
    }
    bed.settle_down(&what).await;
    assert_eq!(
        bed.in_ion(&both_in_ion, "/customerPhone"),
        "+44 here",
        "{what}"
    );

    let ledger = bed.lab.sandbox.ledger();
    let puts = |id: &str| ledger.updates_of(id).count();
    assert_eq!(
        (puts(&here_in_ion), puts(&there_in_ion), puts(&both_in_ion)),
        (1, 0, 1),
        "{what}: exactly what was changed here is written"
    );
    assert_eq!(
        (ledger.updates().count(), ledger.creates().count()),
        (2, 1),
        "{what}"
    );
    rest(&bed, &what).await;
}

/// One that is in Ion too and differs, one that is only here; both are chosen, and all of Ion's come.
async fn first_plan(bed: &Bed, what: &str) {
    let first = bed.lab.sandbox.portal().customers()[0].clone();
    let text = |member: &str| first[member].as_str().unwrap().to_owned();
    let mut same = ours(&text("customerOrganization"), &text("customerEmail"));
    let address = [
        Field::Street,
        Field::City,
        Field::State,
        Field::Zip,
        Field::Country,
    ];
    for field in address {
        let part = &first["customerAddress"][field.as_str()];
        same.fields.set(field, part.as_str().unwrap());
    }
    same.fields.set(Field::Phone, &text("customerPhone"));
    same.fields.set(Field::Title, "Owner");
    let alone = ours("Only Here Ltd", "only@here.example");
    for customer in [same, alone] {
        bed.engine
            .create_customer(customer, None, &kim())
            .await
            .unwrap();
    }
    let pair =
        |row: &customers::PlanEntryRow| row.entry.local.is_some() && row.entry.remote.is_some();
    // A list in another order for each page may not show the one that is here too.
    for _ in 0..40 {
        bed.sync().await;
        bed.settle_down(what).await;
        let plan = bed.waiting_plan().await;
        let (rows, _) = customers::list_entries(
            bed.store.read(),
            plan,
            &customers::EntryFilter::default(),
            None,
            100,
        )
        .await
        .unwrap();
        if rows.iter().any(pair) {
            bed.engine
                .choose_entries(plan, &Chosen::All, true)
                .await
                .unwrap();
            break;
        }
    }
    bed.apply().await;
    bed.settle_down(what).await;
    for _ in 0..60 {
        for pair in bed.proposed().await {
            bed.engine
                .confirm_pair(bed.connection, pair.customer, &pair.ion_id, &kim())
                .await
                .unwrap();
        }
        let states: Vec<LinkState> = bed.all().await.iter().map(|row| row.link_state).collect();
        if states.len() == IN_ION + 1 && states.iter().all(|state| *state == LinkState::Linked) {
            return;
        }
        bed.poll().await;
        bed.settle_down(what).await;
    }
    let all = bed.all().await;
    let states: Vec<_> = all
        .iter()
        .map(|row| (row.customer.fields.get(Field::Organisation), row.link_state))
        .collect();
    panic!("{what}: not all are linked: {states:?}");
}

/// Two more looks write nothing on either side.
async fn rest(bed: &Bed, what: &str) {
    bed.lab.sandbox.clear_ledger();
    let before = bed.written().await;
    for _ in 0..2 {
        bed.poll().await;
        bed.settle_down(what).await;
    }
    assert_eq!(
        bed.writes("PUT") + bed.writes("POST"),
        0,
        "{what}: nothing is left to write in Ion"
    );
    assert_eq!(
        bed.written().await,
        before,
        "{what}: nothing is left to write here"
    );
    assert_eq!(bed.all().await.len(), IN_ION + 2, "{what}");
    assert_eq!(bed.lab.sandbox.portal().ids().len(), IN_ION + 2, "{what}");
}
