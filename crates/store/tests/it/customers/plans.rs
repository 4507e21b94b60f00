//! Plans of a sync: one waits, and a person chooses what of it is done.

use std::collections::BTreeMap;

use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{ConnectionId, CustomerId, PlanId, RunId};
use rules::customers::decide::{Action, Merge};
use rules::customers::plan::{Counts, Entry};
use rules::customers::rule::Rule;
use store::customers::{self, EntryFilter, PlanEntryRow, PlanRow, PlanState};
use store::testing::for_both;
use store::{Store, runs};

use crate::make::{Make, seconds};

fn plan(make: &Make, connection: ConnectionId, run: RunId) -> PlanRow {
    PlanRow {
        id: PlanId::new(&make.ids),
        connection,
        run,
        first: true,
        held: false,
        state: PlanState::Waiting,
        counts: Counts {
            pushed: 3,
            ..Counts::default()
        },
        read_here: 40,
        read_in_ion: 50,
        made_at: make.now(),
        decided_at: None,
        decided_by: None,
        applied_run: None,
    }
}

fn entry(make: &Make, seq: u64, name: &str, action: Action) -> PlanEntryRow {
    let entry = Entry {
        local: Some(CustomerId::new(&make.ids).to_string()),
        remote: Some(format!("ion-{seq}")),
        name: name.to_owned(),
        rule: Rule::C21,
        action,
    };
    PlanEntryRow {
        seq,
        chosen: entry.is_chosen(),
        entry,
        blocked: None,
        outcome: None,
    }
}

async fn keep(store: &Store, plan: &PlanRow, entries: &[PlanEntryRow]) {
    let tx = store.begin().await.unwrap();
    customers::insert_plan(&tx, plan, entries).await.unwrap();
    tx.commit().await.unwrap();
}

async fn state(store: &Store, id: PlanId) -> PlanState {
    customers::find_plan(store.read(), id)
        .await
        .unwrap()
        .unwrap()
        .state
}

#[tokio::test]
async fn one_plan_of_a_connection_waits() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let run = make.run(&store, connection).await;
        let first = plan(&make, connection, run);
        keep(&store, &first, &[]).await;
        let elsewhere = plan(&make, other, make.run(&store, other).await);
        keep(&store, &elsewhere, &[]).await;
        let kept = customers::find_waiting_plan(store.read(), connection)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(format!("{kept:?}"), format!("{first:?}"));
        make.clock.advance(seconds(5));
        let second = PlanRow {
            made_at: make.now(),
            ..plan(&make, connection, run)
        };
        keep(&store, &second, &[entry(&make, 0, "One", Action::Import)]).await;
        assert_eq!(state(&store, first.id).await, PlanState::Superseded);
        assert_eq!(state(&store, elsewhere.id).await, PlanState::Waiting);
        assert_eq!(
            customers::find_waiting_plan(store.read(), connection)
                .await
                .unwrap()
                .unwrap()
                .id,
            second.id
        );
        assert_eq!(
            customers::list_plans(store.read(), 10).await.unwrap()[0].id,
            second.id
        );
        assert_eq!(
            customers::list_plans(store.read(), 2).await.unwrap().len(),
            2
        );

        let applies = RunId::new(&make.ids);
        let settle = async |id, to| {
            let tx = store.begin().await.unwrap();
            let settled = customers::settle_plan(&tx, id, to, "kim", Some(applies), make.now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
            settled
        };
        assert!(
            !settle(first.id, PlanState::Applied).await,
            "superseded, it cannot be applied"
        );
        assert!(settle(second.id, PlanState::Applied).await);
        assert!(
            !settle(second.id, PlanState::Discarded).await,
            "decided once"
        );
        let kept = customers::find_plan_of_run(store.read(), applies)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (kept.id, kept.decided_at, kept.decided_by.as_deref()),
            (second.id, Some(make.now()), Some("kim"))
        );

        let reopen = async |id| {
            let tx = store.begin().await.unwrap();
            customers::reopen_plan(&tx, id).await.unwrap();
            tx.commit().await.unwrap();
        };
        reopen(second.id).await;
        assert_eq!(
            state(&store, second.id).await,
            PlanState::Waiting,
            "nothing of it was done"
        );
        settle(second.id, PlanState::Applied).await;
        let tx = store.begin().await.unwrap();
        customers::set_outcomes(&tx, second.id, &[(0, "done".into())])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        reopen(second.id).await;
        assert_eq!(
            state(&store, second.id).await,
            PlanState::Applied,
            "a part of it was done"
        );
        reopen(first.id).await;
        assert_eq!(state(&store, first.id).await, PlanState::Superseded);
    })
    .await;
}

/// A run of this kind that waits for a person, with so many set aside.
async fn asks(
    (make, store): (&Make, &Store),
    connection: ConnectionId,
    kind: RunKind,
    set_aside: u64,
) -> RunId {
    let run = RunId::new(&make.ids);
    let counts = RunCounts {
        set_aside,
        ..RunCounts::default()
    };
    let tx = store.begin().await.unwrap();
    runs::insert(&tx, run, connection, kind, false, "kim", make.now())
        .await
        .unwrap();
    let status = RunStatus::NeedsDecision;
    runs::finish(&tx, run, status, &counts, "read", make.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    run
}

#[tokio::test]
async fn the_run_of_a_plan_waits_as_long_as_its_plan() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let other = make.connection(&store, "1002").await;
        let sync = RunKind::CustomerSync;
        let first_run = asks((&make, &store), connection, sync, 2).await;
        let first = plan(&make, connection, first_run);
        keep(&store, &first, &[]).await;
        // It found the same, and waits for the same plan.
        let same = asks((&make, &store), connection, sync, 0).await;
        let elsewhere = asks((&make, &store), other, sync, 0).await;
        let import = asks((&make, &store), connection, RunKind::CatalogImport, 0).await;
        let status = async |run| {
            let row = runs::find(store.read(), run).await.unwrap().unwrap();
            assert_eq!(row.outcome.as_deref(), Some("read"));
            row.status
        };
        let waits = RunStatus::NeedsDecision;
        assert_eq!(status(first_run).await, waits);

        // A later plan takes its place; its own run has not ended yet.
        make.clock.advance(seconds(5));
        let second_run = RunId::new(&make.ids);
        let tx = store.begin().await.unwrap();
        runs::insert(&tx, second_run, connection, sync, false, "kim", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let second = PlanRow {
            made_at: make.now(),
            ..plan(&make, connection, second_run)
        };
        keep(&store, &second, &[entry(&make, 0, "One", Action::Import)]).await;
        assert_eq!(status(first_run).await, RunStatus::DoneSetAside);
        assert_eq!(status(same).await, RunStatus::Done);
        let tx = store.begin().await.unwrap();
        let counts = RunCounts::default();
        runs::finish(&tx, second_run, waits, &counts, "read", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();

        // Decided, opened again, decided again.
        for to in [PlanState::Applied, PlanState::Discarded] {
            let tx = store.begin().await.unwrap();
            let settled = customers::settle_plan(&tx, second.id, to, "kim", None, make.now());
            assert!(settled.await.unwrap());
            // Nothing of it is seen before all of it is written.
            assert_eq!(status(second_run).await, waits);
            tx.commit().await.unwrap();
            assert_eq!(status(second_run).await, RunStatus::Done);
            let tx = store.begin().await.unwrap();
            customers::reopen_plan(&tx, second.id).await.unwrap();
            tx.commit().await.unwrap();
            let again = match to {
                PlanState::Applied => waits,
                _ => RunStatus::Done,
            };
            assert_eq!(status(second_run).await, again, "{to}");
            assert_eq!(status(first_run).await, RunStatus::DoneSetAside);
        }
        // What another connection or another kind asks is not decided with it.
        assert_eq!(status(elsewhere).await, waits);
        assert_eq!(status(import).await, waits);
    })
    .await;
}

#[tokio::test]
async fn a_person_chooses_entries_of_a_plan() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let plan = plan(&make, connection, make.run(&store, connection).await);
        let mut entries: Vec<PlanEntryRow> = (0..900)
            .map(|seq| {
                entry(
                    &make,
                    seq,
                    &format!("Åkerblom & Söner {seq}"),
                    Action::Import,
                )
            })
            .collect();
        entries.push(entry(
            &make,
            900,
            "100 % _Tea_",
            Action::Merge(Merge::default()),
        ));
        entries.push(entry(&make, 901, "Proposed", Action::Propose));
        entries.push(entry(&make, 902, "Offered", Action::Offer));
        entries.push(PlanEntryRow {
            blocked: Some("E-mail is missing.".into()),
            chosen: false,
            ..entry(&make, 903, "Blocked", Action::Offer)
        });
        keep(&store, &plan, &entries).await;
        let list = async |filter: EntryFilter, after, limit| {
            customers::list_entries(store.read(), plan.id, &filter, after, limit)
                .await
                .unwrap()
        };
        let text = |text: &str| EntryFilter {
            text: text.into(),
            ..EntryFilter::default()
        };

        let (all, total) = list(EntryFilter::default(), None, 2_000).await;
        assert_eq!((all.len(), total), (904, 904));
        assert_eq!(format!("{:?}", all[900]), format!("{:?}", entries[900]));
        let (page, total) = list(EntryFilter::default(), Some(899), 2).await;
        assert_eq!((page[0].seq, page.len(), total), (900, 2, 904));
        assert_eq!(
            list(text("åkerblom SONER"), None, 10).await.1,
            900,
            "accents and capitals say nothing"
        );
        assert_eq!(list(text("100 %"), None, 10).await.1, 1);
        assert_eq!(
            list(text("t_a"), None, 10).await.1,
            0,
            "an underline is no pattern"
        );
        assert_eq!(list(text("ion-902"), None, 10).await.1, 1);
        assert_eq!(
            list(text("c21 blocked"), None, 10).await.1,
            1,
            "by the rule, too"
        );
        assert_eq!(
            list(
                EntryFilter {
                    action: Some("merge".into()),
                    ..EntryFilter::default()
                },
                None,
                10
            )
            .await
            .1,
            1
        );
        assert_eq!(
            list(
                EntryFilter {
                    chosen: Some(false),
                    ..EntryFilter::default()
                },
                None,
                10
            )
            .await
            .1,
            3
        );

        let counts = async || -> BTreeMap<String, (u64, u64)> {
            let counts = customers::entry_counts(store.read(), plan.id)
                .await
                .unwrap();
            counts
                .into_iter()
                .map(|(action, all, chosen)| (action, (all, chosen)))
                .collect()
        };
        let choose = async |seqs: Option<&[u64]>, action: Option<&str>, on| {
            let tx = store.begin().await.unwrap();
            customers::set_chosen(&tx, plan.id, seqs, action, on)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        assert_eq!(counts().await["import"], (900, 900));
        let some: Vec<u64> = (0..700).collect();
        choose(Some(&some), None, false).await;
        assert_eq!(counts().await["import"], (900, 200));
        choose(None, Some("offer"), true).await;
        assert_eq!(counts().await["offer"], (2, 1), "what is blocked stays out");
        choose(None, None, true).await;
        assert_eq!(counts().await["import"], (900, 900));
        assert_eq!(
            counts().await["propose"],
            (1, 0),
            "a proposal is confirmed, not applied"
        );
        choose(None, None, false).await;
        assert!(counts().await.values().all(|(_, chosen)| *chosen == 0));

        let tx = store.begin().await.unwrap();
        customers::set_outcomes(&tx, plan.id, &[(3, "done".into()), (900, "moved".into())])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let (all, _) = list(EntryFilter::default(), None, 2_000).await;
        let told: Vec<_> = all
            .iter()
            .filter_map(|row| Some((row.seq, row.outcome.as_deref()?)))
            .collect();
        assert_eq!(told, [(3, "done"), (900, "moved")]);
    })
    .await;
}
