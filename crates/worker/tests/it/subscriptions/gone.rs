//! What Ion no longer shows: gone once that is proven, never before.

use std::time::Duration;

use domain::RunId;
use domain::notice::NoticeKind;
use domain::run::RunStatus;
use engine::catalog::DecideError;
use ion_sandbox::{Action, BodyKind, Fault, Knobs};
use store::Store;
use store::notices::{self, NoticeRow};
use store::runs::{self, RunRow};
use store::testing::for_both;

use super::bed::{Bed, config, kim, on_sqlite, short_pages};

#[tokio::test]
async fn what_ion_does_not_know_by_id_is_gone_and_comes_back_when_it_is_shown() {
    for_both(|store| async move {
        let bed = Bed::start(store, 30).await;
        bed.read().await;
        let theirs = bed.running();
        assert!(bed.lab.sandbox.portal().remove_subscription(&theirs.id));
        bed.poll().await;
        let row = bed.row(&theirs.id).await;
        assert_eq!(row.gone_at, Some(bed.now()));
        assert!(!row.is_live());
        assert_eq!(bed.last(row.id).await, "gone  ->");
        // Nothing is told twice of it.
        bed.poll().await;
        assert_eq!(bed.told(row.id).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn where_ion_cannot_be_asked_by_id_it_takes_two_complete_readings() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(30, short_pages(7))).await;
        bed.read().await;
        let theirs = bed.running();
        assert!(bed.lab.sandbox.portal().remove_subscription(&theirs.id));
        bed.refuse("/api/v3/accounts/*/customers/*", 500);
        let run = bed.read().await;
        assert_eq!(bed.outcome(run).await.0, RunStatus::Done);
        let row = bed.row(&theirs.id).await;
        assert_eq!((row.missed, row.gone_at), (1, None));
        // A reading that broke off counts nothing.
        bed.disturb(
            Action::Status {
                code: 503,
                body: BodyKind::Platform,
                retry_after: None,
            },
            2,
            0,
        );
        let run = bed.read().await;
        assert_eq!(bed.outcome(run).await.0, RunStatus::Failed);
        let row = bed.row(&theirs.id).await;
        assert_eq!((row.missed, row.gone_at), (1, None));
        bed.lab.sandbox.clear_faults();
        bed.refuse("/api/v3/accounts/*/customers/*", 500);
        bed.read().await;
        assert!(bed.row(&theirs.id).await.gone_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn the_id_that_ion_takes_is_found_out_before_anything_is_called_gone() {
    for ids in ["id", "guid", "both"] {
        on_sqlite(|store| async move {
            let mut knobs = short_pages(5);
            knobs.subscription_ids = ids.to_owned();
            let bed = Bed::bare(store, config(23, knobs)).await;
            bed.read().await;
            let (hidden, removed) = (bed.in_ion()[3].clone(), bed.running());
            assert_ne!(hidden.id, removed.id);
            assert!(bed.lab.sandbox.portal().remove_subscription(&removed.id));
            bed.read().await;
            assert!(bed.row(&removed.id).await.gone_at.is_some(), "{ids}");
            assert!(bed.row(&hidden.id).await.gone_at.is_none(), "{ids}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_list_that_lacks_most_of_them_is_not_believed() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(60, Knobs::default())).await;
        bed.read().await;
        // The account shows nothing any more, as when its rights were cut; by id nothing can be asked.
        let all = bed.in_ion();
        for one in &all {
            bed.lab.sandbox.portal().remove_subscription(&one.id);
        }
        bed.refuse("/api/v3/accounts/*/customers/*", 403);
        for _ in 0..3 {
            let run = bed.read().await;
            let log = runs::list_log(bed.store.read(), run).await.unwrap();
            assert!(
                log.iter()
                    .any(|line| line.message.contains("unusually many")),
                "{log:?}"
            );
        }
        assert!(bed.stored().await.values().all(|row| row.gone_at.is_none()));
    })
    .await;
}

/// A bed of sixty of which Ion no longer shows, nor knows by id, so many.
async fn lacking(store: Store, many: usize) -> Bed {
    let bed = Bed::bare(store, config(60, Knobs::default())).await;
    bed.read().await;
    for one in bed.in_ion().iter().take(many) {
        bed.lab.sandbox.portal().remove_subscription(&one.id);
    }
    bed
}

impl Bed {
    /// How many are called gone.
    async fn gone(&self) -> usize {
        let stored = self.stored().await;
        stored.values().filter(|row| row.gone_at.is_some()).count()
    }

    /// Readings that ask a person, and how many subscriptions each asks for.
    async fn questions(&self) -> Vec<(RunId, u64)> {
        let all = runs::list(self.store.read(), Some(self.connection), None, 100).await;
        let asks = |run: &RunRow| run.status == RunStatus::NeedsDecision;
        let all = all.unwrap().into_iter().filter(asks);
        all.map(|run| (run.id, run.counts.held)).collect()
    }

    async fn waits(&self) -> usize {
        let open = notices::list_open(self.store.read()).await.unwrap();
        let waits = |notice: &&NoticeRow| notice.kind == NoticeKind::SubscriptionsWait;
        open.iter().filter(waits).count()
    }
}

#[tokio::test]
async fn whether_most_are_gone_is_a_persons_to_say() {
    for_both(|store| async move {
        let bed = lacking(store, 40).await;
        // No reading says so, however often, whoever asks for it; those that nobody asked for ask once.
        bed.poll().await;
        let asked = bed.questions().await;
        assert_eq!((asked.len(), asked[0].1), (1, 40));
        for _ in 0..3 {
            bed.poll().await;
            assert_eq!(bed.questions().await, asked);
        }
        let run = bed.read().await;
        assert_eq!(bed.questions().await, [(run, 40)], "it takes the place");
        assert_eq!((bed.gone().await, bed.waits().await), (0, 1));

        // A person says so, of this run and no other.
        let before = bed.engine.decide_run(asked[0].0, true, &kim()).await;
        assert!(matches!(before, Err(DecideError::Settled)));
        bed.engine.decide_run(run, true, &kim()).await.unwrap();
        assert_eq!(
            (bed.gone().await, bed.waits().await),
            (0, 0),
            "Ion is asked"
        );
        bed.work().await;
        assert_eq!((bed.gone().await, bed.questions().await.len()), (40, 0));
        let again = bed.engine.decide_run(run, true, &kim()).await;
        assert!(matches!(again, Err(DecideError::Settled)));
    })
    .await;
}

#[tokio::test]
async fn what_a_person_said_is_gone_is_not_said_of_more_than_they_saw() {
    on_sqlite(|store| async move {
        let bed = lacking(store, 25).await;
        let run = bed.read().await;
        assert_eq!(bed.questions().await, [(run, 25)]);
        bed.engine.decide_run(run, true, &kim()).await.unwrap();
        // Until Ion is asked, it shows fewer yet.
        for one in bed.in_ion().iter().take(20) {
            bed.lab.sandbox.portal().remove_subscription(&one.id);
        }
        bed.work().await;
        assert_eq!(bed.gone().await, 0);
        let asked = bed.questions().await;
        assert_eq!((asked.len(), asked[0].1), (1, 45), "it asks anew");
        assert_ne!(asked[0].0, run);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_lets_stay_stays_and_is_not_asked_again_the_same_day() {
    on_sqlite(|store| async move {
        let bed = lacking(store, 40).await;
        bed.poll().await;
        let run = bed.questions().await[0].0;
        bed.engine.decide_run(run, false, &kim()).await.unwrap();
        for _ in 0..3 {
            bed.poll().await;
            assert_eq!((bed.questions().await.len(), bed.gone().await), (0, 0));
        }
        // More than that is another question, and so is another day.
        let more = bed.in_ion()[0].id.clone();
        bed.lab.sandbox.portal().remove_subscription(&more);
        bed.poll().await;
        let asked = bed.questions().await;
        assert_eq!((asked.len(), asked[0].1, bed.gone().await), (1, 41, 0));
        bed.engine
            .decide_run(asked[0].0, false, &kim())
            .await
            .unwrap();
        bed.lab.pass(Duration::from_secs(25 * 3600));
        bed.poll().await;
        assert_eq!((bed.questions().await.len(), bed.gone().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_question_ends_where_so_few_are_missing_that_each_is_judged_by_itself() {
    on_sqlite(|store| async move {
        let bed = lacking(store, 25).await;
        bed.poll().await;
        assert_eq!((bed.questions().await.len(), bed.waits().await), (1, 1));
        let customer = bed.lab.sandbox.portal().ids()[0].clone();
        for _ in 0..40 {
            bed.buy(&bed.offer("P1M"), &customer, 3);
        }
        bed.poll().await;
        // The new ones were stored after the missing were counted; from the next reading on, a few of a hundred are missing.
        bed.poll().await;
        assert_eq!((bed.questions().await.len(), bed.waits().await), (0, 0));
        assert_eq!(bed.gone().await, 25);
    })
    .await;
}

#[tokio::test]
async fn many_are_not_called_gone_a_few_at_a_time_either() {
    on_sqlite(|store| async move {
        let bed = lacking(store, 40).await;
        // Ion answers fifteen of the questions by id, and fails at the next.
        for _ in 0..3 {
            bed.lab.sandbox.inject(Fault {
                path: "/api/v3/accounts/*/customers/*".to_owned(),
                skip: 30,
                times: 0,
                every: 1,
                action: Action::Status {
                    code: 500,
                    body: BodyKind::Platform,
                    retry_after: None,
                },
            });
            bed.poll().await;
            bed.lab.sandbox.clear_faults();
        }
        assert_eq!((bed.gone().await, bed.questions().await.len()), (0, 1));
    })
    .await;
}
