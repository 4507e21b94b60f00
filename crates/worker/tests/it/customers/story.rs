//! The first sync, and what follows of it: edits here, edits there, edits on both sides, creates.

use domain::customer::{CustomerField as Field, LinkState, Winner};
use domain::run::RunStatus;
use store::customers;
use store::testing::for_both;

use ion_sandbox::{Action, Fault};
use worker::{Worker, WorkerSettings};

use super::bed::{Bed, kim, ours};

#[tokio::test]
async fn customers_only_in_ion_are_imported_and_nothing_goes_there() {
    for_both(|store| async move {
        let bed = Bed::start(store, 30).await;
        let run = bed.sync().await;
        assert_eq!(
            bed.run(run).await.0,
            RunStatus::Done,
            "{}",
            bed.run(run).await.1
        );
        let all = bed.all().await;
        assert_eq!(all.len(), 30);
        assert!(all.iter().all(|row| row.link_state == LinkState::Linked));
        assert_eq!((bed.writes("POST"), bed.writes("PUT")), (0, 0));
        assert_eq!(bed.history(all[0].id).await, ["imported from_ion - C20"]);
        // Nothing is left to ask, so that edits go to Ion from now on.
        bed.poll().await;
        assert_eq!(bed.all().await.len(), 30, "the second look makes nothing");
    })
    .await;
}

#[tokio::test]
async fn an_edit_here_reaches_ion_and_does_not_come_back() {
    for_both(|store| async move {
        let bed = Bed::start(store, 3).await;
        bed.sync().await;
        let customer = bed.all().await[0].clone();
        let ion_id = bed.ion_id(customer.id).await;
        bed.edit(customer.id, Field::Phone, "+44 20 5550 0110")
            .await;
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.in_ion(&ion_id, "/customerPhone"), "+44 20 5550 0110");
        assert_eq!(bed.writes("PUT"), 1);
        for _ in 0..2 {
            bed.poll().await;
        }
        assert_eq!(bed.writes("PUT"), 1, "our own write is no change");
        let history = bed.history(customer.id).await;
        assert_eq!(
            history,
            [
                "imported from_ion - C20",
                "field here phone -",
                "field to_ion phone C03"
            ]
        );
        let others = bed.lab.sandbox.portal().customer(&ion_id).unwrap();
        assert_eq!(
            others["customerAddress"]["city"].as_str().unwrap(),
            customer.customer.fields.get(Field::City),
            "the rest was sent too"
        );
    })
    .await;
}

#[tokio::test]
async fn an_edit_in_ion_is_here_after_the_next_look() {
    for_both(|store| async move {
        let bed = Bed::start(store, 3).await;
        bed.sync().await;
        let customer = bed.all().await[1].clone();
        let ion_id = bed.ion_id(customer.id).await;
        assert!(
            bed.lab
                .sandbox
                .portal()
                .edit(&ion_id, "customerAddress/city", "Porto")
        );
        bed.poll().await;
        assert_eq!(
            bed.row(customer.id).await.customer.fields.get(Field::City),
            "Porto"
        );
        assert_eq!(bed.writes("PUT"), 0);
        assert_eq!(
            bed.history(customer.id).await.last().unwrap(),
            "field from_ion city C02"
        );
    })
    .await;
}

#[tokio::test]
async fn an_edit_on_both_sides_waits_for_a_person_and_the_rest_goes_on() {
    for_both(|store| async move {
        let bed = Bed::start(store, 3).await;
        bed.sync().await;
        let customer = bed.all().await[0].clone();
        let ion_id = bed.ion_id(customer.id).await;
        let portal = bed.lab.sandbox.portal();
        assert!(portal.edit(&ion_id, "customerAddress/city", "Porto"));
        assert!(portal.edit(&ion_id, "customerTitle", "Dr"));
        bed.edit(customer.id, Field::City, "Lisbon").await;
        bed.edit(customer.id, Field::Phone, "+351 1").await;
        bed.worker.drain().await.unwrap();
        let row = bed.row(customer.id).await;
        assert_eq!(row.link_state, LinkState::Conflict);
        assert_eq!(row.customer.fields.get(Field::City), "Lisbon", "ours stays");
        assert_eq!(
            bed.in_ion(&ion_id, "/customerAddress/city"),
            "Porto",
            "theirs stays"
        );
        assert_eq!(
            row.customer.fields.get(Field::Title),
            "Dr",
            "what only they changed came"
        );
        assert_eq!(
            bed.in_ion(&ion_id, "/customerPhone"),
            "+351 1",
            "what only we changed went"
        );
        let open = customers::list_conflicts(bed.store.read(), customer.id)
            .await
            .unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(
            (
                open[0].field,
                open[0].local.as_str(),
                open[0].remote.as_str()
            ),
            (Field::City, "Lisbon", "Porto")
        );
        bed.poll().await;
        assert_eq!(bed.writes("PUT"), 1, "an open conflict writes nothing more");

        bed.engine
            .decide_conflict(
                bed.connection,
                customer.id,
                &[(Field::City, Winner::Ionbridge)],
                &kim(),
            )
            .await
            .unwrap();
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.in_ion(&ion_id, "/customerAddress/city"), "Lisbon");
        assert_eq!(bed.row(customer.id).await.link_state, LinkState::Linked);
        assert!(
            bed.history(customer.id)
                .await
                .contains(&"decided here city C09".to_owned())
        );
        bed.poll().await;
        bed.poll().await;
        assert_eq!(bed.writes("PUT"), 2);
    })
    .await;
}

#[tokio::test]
async fn the_first_sync_shows_a_plan_and_writes_only_what_a_person_applies() {
    for_both(|store| async move {
        let bed = Bed::start(store, 4).await;
        let theirs = bed.lab.sandbox.portal().customers();
        let text = |n: usize, member: &str| theirs[n][member].as_str().unwrap().to_owned();
        // One is the same but for its phone, one only looks alike, one is only here.
        let mut same = ours(&text(0, "customerOrganization"), &text(0, "customerEmail"));
        for field in [
            Field::Street,
            Field::City,
            Field::State,
            Field::Zip,
            Field::Country,
        ] {
            let member = theirs[0]["customerAddress"][field.as_str()]
                .as_str()
                .unwrap();
            same.fields.set(field, member);
        }
        same.fields.set(Field::Title, "Dr");
        let same = bed
            .engine
            .create_customer(same, None, &kim())
            .await
            .unwrap();
        let alike = ours(
            &text(1, "customerOrganization"),
            "somebody@elsewhere.example",
        );
        let alike = bed
            .engine
            .create_customer(alike, None, &kim())
            .await
            .unwrap();
        let alone = bed
            .engine
            .create_customer(ours("Only Here Ltd", "only@here.example"), None, &kim())
            .await
            .unwrap();

        let run = bed.sync().await;
        assert_eq!(bed.run(run).await.0, RunStatus::NeedsDecision);
        assert_eq!(
            bed.all().await.len(),
            3 + 2,
            "the two that resemble none of ours"
        );
        assert_eq!((bed.writes("POST"), bed.writes("PUT")), (0, 0));
        assert_eq!(bed.row(alike).await.link_state, LinkState::Proposed);
        bed.poll().await;
        bed.poll().await;
        assert_eq!(
            (bed.writes("POST"), bed.writes("PUT")),
            (0, 0),
            "nothing goes to Ion before the plan is applied"
        );

        let plan = customers::find_waiting_plan(bed.store.read(), bed.connection)
            .await
            .unwrap()
            .unwrap();
        assert!(plan.first);
        let counts = customers::entry_counts(bed.store.read(), plan.id)
            .await
            .unwrap();
        let counts: Vec<(&str, u64, u64)> = counts
            .iter()
            .map(|(action, all, chosen)| (action.as_str(), *all, *chosen))
            .collect();
        assert_eq!(counts, [("link", 1, 1), ("offer", 1, 0), ("propose", 1, 0)]);
        bed.apply().await;
        let ion_id = bed.ion_id(same).await;
        assert_eq!(
            bed.in_ion(&ion_id, "/customerTitle"),
            "Dr",
            "linked, and what Ion lacked was sent"
        );
        assert_eq!((bed.writes("POST"), bed.writes("PUT")), (0, 1));
        assert_eq!(bed.row(alone).await.link_state, LinkState::NotInIon);
        assert_eq!(
            bed.row(alike).await.link_state,
            LinkState::Proposed,
            "it waits for a person still"
        );

        let pair = customers::list_pairs_of(bed.store.read(), alike)
            .await
            .unwrap();
        bed.engine
            .reject_pair(bed.connection, alike, &pair[0].ion_id, &kim())
            .await
            .unwrap();
        bed.poll().await;
        assert_eq!(
            bed.all().await.len(),
            6,
            "told to be another one, Ion's is imported"
        );
        assert_eq!(bed.row(alike).await.link_state, LinkState::NotInIon);
    })
    .await;
}

#[tokio::test]
async fn a_customer_of_ours_is_made_in_ion_once_and_its_password_is_shown_once() {
    for_both(|store| async move {
        let bed = Bed::start(store, 2).await;
        bed.sync().await;
        let id = bed
            .engine
            .create_customer(
                ours("New & Shiny Ltd", "new@shiny.example"),
                Some(bed.connection),
                &kim(),
            )
            .await
            .unwrap();
        bed.worker.drain().await.unwrap();
        let row = bed.row(id).await;
        assert_eq!(row.link_state, LinkState::Linked);
        let ion_id = bed.ion_id(id).await;
        assert_eq!(
            bed.in_ion(&ion_id, "/customerOrganization"),
            "New & Shiny Ltd"
        );
        assert_eq!(bed.writes("POST"), 1);
        let write = &customers::list_writes(bed.store.read(), id, 5)
            .await
            .unwrap()[0];
        let other = store::audit::Actor {
            name: "other@reseller.example".into(),
            ..kim()
        };
        assert!(
            bed.engine
                .take_first_password(write.id, &other)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            bed.engine
                .take_first_password(write.id, &kim())
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            bed.engine
                .take_first_password(write.id, &kim())
                .await
                .unwrap()
                .is_none()
        );
        bed.poll().await;
        assert_eq!(bed.all().await.len(), 3);
        assert_eq!((bed.writes("POST"), bed.writes("PUT")), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn an_email_that_ion_knows_makes_a_proposal_not_a_second_customer() {
    for_both(|store| async move {
        let bed = Bed::start(store, 2).await;
        bed.sync().await;
        // Added in the portal after our last look.
        let theirs = bed
            .lab
            .sandbox
            .portal()
            .add("Whistling Kettle Cafe", "office@kettle.example");
        let id = bed
            .engine
            .create_customer(
                ours("Whistling Kettle Café Srl", "office@kettle.example"),
                Some(bed.connection),
                &kim(),
            )
            .await
            .unwrap();
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.writes("POST"), 0);
        assert_eq!(bed.row(id).await.link_state, LinkState::Proposed);
        let pairs = customers::list_pairs_of(bed.store.read(), id)
            .await
            .unwrap();
        assert_eq!(
            (pairs[0].ion_id.as_str(), pairs[0].cause),
            (theirs.as_str(), customers::PairCause::Refused)
        );
        bed.poll().await;
        assert_eq!(
            bed.row(id).await.link_state,
            LinkState::Proposed,
            "it stays proposed"
        );
        bed.engine
            .confirm_pair(bed.connection, id, &theirs, &kim())
            .await
            .unwrap();
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.lab.sandbox.portal().ids().len(), 3);
        assert_eq!(
            bed.row(id).await.link_state,
            LinkState::Conflict,
            "two names and no common past: a person decides"
        );
    })
    .await;
}

#[tokio::test]
async fn one_that_is_gone_from_ion_is_shown_so_and_comes_back() {
    for_both(|store| async move {
        let bed = Bed::start(store, 3).await;
        bed.sync().await;
        let customer = bed.all().await[0].clone();
        let ion_id = bed.ion_id(customer.id).await;
        let portal = bed.lab.sandbox.portal();
        portal.set_active(&bed.ion_id(bed.all().await[1].id).await, false);
        let taken = portal.remove(&ion_id).unwrap();
        bed.poll().await;
        assert_eq!(bed.row(customer.id).await.link_state, LinkState::Gone);
        assert_eq!(bed.all().await[1].link_state, LinkState::Inactive);
        bed.edit(customer.id, Field::Phone, "1").await;
        bed.poll().await;
        assert_eq!(
            bed.writes("POST") + bed.writes("PUT"),
            0,
            "it is not made again"
        );
        portal.put_back(taken);
        bed.poll().await;
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.row(customer.id).await.link_state, LinkState::Linked);
        assert_eq!(
            bed.in_ion(&ion_id, "/customerPhone"),
            "1",
            "what waited went"
        );
    })
    .await;
}

/// A list takes its time: what a push wrote after its page was read is newer than what the page said.
#[tokio::test]
async fn a_push_during_a_look_is_not_taken_back() {
    for_both(|store| async move {
        let bed = Bed::start(store, 5).await;
        bed.sync().await;
        let first = bed.lab.sandbox.portal().ids()[0].clone();
        let link = customers::find_link(bed.store.read(), bed.connection, &first)
            .await
            .unwrap()
            .unwrap();
        let list = bed.path("");
        let slow = bed
            .lab
            .engine_with(bed.store.clone(), Some("slow"), |settings| {
                settings.ion.page_size = 2;
            });
        let slow = Worker::new(slow, WorkerSettings::default()).unwrap();
        bed.lab.sandbox.clear_ledger();
        bed.lab.sandbox.inject(Fault {
            path: list.clone(),
            skip: 1,
            times: 1,
            every: 1,
            action: Action::Delay { ms: 2000 },
        });
        bed.engine
            .request_sync(bed.connection, false, &kim())
            .await
            .unwrap();
        let looking = tokio::spawn(async move { slow.drain().await.unwrap() });
        while bed.lab.sandbox.ledger().count(&list) == 0 {
            tokio::task::yield_now().await;
        }
        // The first page was read, the second one is on its way.
        bed.edit(link.customer, Field::Phone, "+44 new").await;
        bed.second.drain().await.unwrap();
        assert_eq!(bed.in_ion(&first, "/customerPhone"), "+44 new");
        assert!(
            !looking.is_finished(),
            "the look was to be slower than the push"
        );
        looking.await.unwrap();
        bed.settle_down("after both").await;
        assert_eq!(
            bed.row(link.customer)
                .await
                .customer
                .fields
                .get(Field::Phone),
            "+44 new"
        );
        assert_eq!(bed.in_ion(&first, "/customerPhone"), "+44 new");
    })
    .await;
}

/// Who was read by a run that did not match them is matched by the next one, before anybody is imported.
#[tokio::test]
async fn one_that_looks_like_ours_is_never_imported_unlooked_at() {
    for_both(|store| async move {
        let bed = Bed::start(store, 2).await;
        let ours_alone = ours("Whistling Kettle Srl", "a@kettle.example");
        let id = bed
            .engine
            .create_customer(ours_alone, None, &kim())
            .await
            .unwrap();
        bed.sync().await;
        // Added in Ion while the plan waits: the run that applies it reads the newcomer, and does nothing with it.
        bed.lab
            .sandbox
            .portal()
            .add("WHISTLING KETTLE", "b@elsewhere.example");
        bed.apply().await;
        bed.poll().await;
        assert_eq!(bed.row(id).await.link_state, LinkState::Proposed);
        assert_eq!(bed.all().await.len(), 3, "nobody is here twice");
    })
    .await;
}
