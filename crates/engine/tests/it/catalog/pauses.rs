//! What Ion asks to wait is waited, judged by the times of its ledger; and where an interrupted run goes on.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use domain::run::RunStatus;
use domain::{Clock, SystemClock};
use ion_sandbox::{Action, BodyKind, Fault, SandboxConfig};
use jiff::Timestamp;
use store::runs;
use store::testing::for_both;

use super::bed::{Bed, PAGE};

const LIST: &str = "/api/v3/accounts/10412/products";

fn busy(code: u16, retry_after: Option<&str>, times: u32) -> Fault {
    Fault {
        path: LIST.to_owned(),
        skip: 2,
        times,
        every: 1,
        action: Action::Status {
            code,
            body: BodyKind::Html,
            retry_after: retry_after.map(str::to_owned),
        },
    }
}

#[tokio::test]
async fn nothing_is_sent_before_a_pause_is_over_and_the_list_goes_on_behind_it() {
    for_both(|store| async move {
        // A 503 with Retry-After asks for the same.
        for (code, retry_after, times, least) in [
            (429, Some("1"), 2, 1000),
            (503, Some("1"), 1, 1000),
            (429, Some("date:2"), 1, 1000),
            (429, Some("0"), 1, 0),
            (429, None, 2, 0),
            (429, Some("soon"), 1, 0),
        ] {
            let name = format!("{code} {retry_after:?}");
            let bed = Bed::new(&store, 100).await;
            bed.sandbox.inject(busy(code, retry_after, times));
            let end = bed.import().await;
            assert_eq!(
                (end.status, end.counts.read),
                (RunStatus::Done, 100),
                "{name}"
            );
            let entries = bed.sandbox.ledger().entries;
            let refusals: Vec<_> = entries
                .iter()
                .filter(|entry| entry.status == code)
                .collect();
            assert_eq!(refusals.len(), times as usize, "{name}");
            for refusal in refusals {
                let next = entries.iter().find(|entry| entry.n > refusal.n).unwrap();
                assert!(
                    next.at_ms >= refusal.at_ms + least,
                    "{name}: {refusal:?}, then {next:?}"
                );
                assert_eq!(next.query, refusal.query, "{name}: the same page again");
            }
            assert_eq!(
                entries.len(),
                (100 / PAGE + times) as usize,
                "{name}: no page is asked for twice but the one that was refused"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_pause_that_is_too_long_ends_the_run_and_keeps_what_was_read() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.sandbox.inject(busy(429, Some("7200"), 0));
        let run = bed.run(false).await;
        let end = bed.go(run).await.unwrap();
        assert_eq!((end.status, end.counts.read), (RunStatus::Failed, 40));
        assert_eq!(bed.dump().await.len(), 40);
        assert_eq!(
            bed.sandbox.ledger().entries.len(),
            3,
            "nothing is sent into the pause"
        );
        let outcome = runs::find(store.read(), run)
            .await
            .unwrap()
            .unwrap()
            .outcome
            .unwrap();
        assert!(outcome.contains("What was read is saved"), "{outcome}");
    })
    .await;
}

#[tokio::test]
async fn errors_that_stay_end_the_run_after_a_handful_of_tries() {
    for_both(|store| async move {
        for action in [
            Action::Status {
                code: 503,
                body: BodyKind::Platform,
                retry_after: None,
            },
            Action::StatusAfter { code: 500 },
            Action::Html,
            Action::CutBody { bytes: 5000 },
        ] {
            let bed = Bed::new(&store, 60).await;
            bed.import().await;
            let before = bed.dump().await;
            bed.sandbox.clear_ledger();
            bed.sandbox.inject(Fault {
                path: LIST.to_owned(),
                skip: 1,
                times: 0,
                every: 1,
                action: action.clone(),
            });
            let end = bed.import().await;
            assert_eq!(
                (end.status, end.counts.withdrawn),
                (RunStatus::Failed, 0),
                "{action:?}"
            );
            let sent = bed.sandbox.ledger().entries.len();
            assert!(sent <= 25, "{action:?}: {sent} requests");
            assert_eq!(bed.dump().await, before, "{action:?}");
        }
    })
    .await;
}

/// The machine's clock, whose steady count runs ahead: each look is three seconds after the last.
#[derive(Debug)]
struct HastyClock(SystemClock, AtomicU64);

impl Clock for HastyClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn steady(&self) -> Duration {
        Duration::from_secs(3 * self.1.fetch_add(1, Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_killed_run_goes_on_at_its_checkpoint_and_the_end_is_the_same() {
    for_both(|store| async move {
        let clean = Bed::new(&store, 100).await;
        clean.import().await;
        let expected = clean.dump().await;
        let clock = HastyClock(SystemClock::new(), AtomicU64::new(0));
        let bed = Bed::with_clock(
            &store,
            SandboxConfig {
                products: 100,
                ..SandboxConfig::default()
            },
            std::sync::Arc::new(clock),
        )
        .await;
        let run = bed.run(false).await;
        let token = async || {
            runs::find(store.read(), run)
                .await
                .unwrap()
                .unwrap()
                .checkpoint
        };
        // Killed, without a word, as soon as a checkpoint is there.
        {
            let mut going = std::pin::pin!(bed.go(run));
            while token().await.is_none() {
                let ended = std::future::poll_fn(|context| {
                    Poll::Ready(going.as_mut().poll(context).is_ready())
                })
                .await;
                assert!(!ended, "a checkpoint is written before the end");
            }
        }
        let checkpoint = token().await.unwrap();
        bed.sandbox.clear_ledger();
        let end = bed.go(run).await.unwrap();
        assert_eq!(
            (end.status, end.counts.read, end.counts.added),
            (RunStatus::Done, 100, 100)
        );
        let entries = bed.sandbox.ledger().entries;
        let list = entries.iter().filter(|entry| entry.path == LIST);
        // Once each: what the killed one had asked for may have come to the sandbox only now.
        let asked: BTreeSet<&str> = list
            .map(|entry| entry.query.split_once("pageToken="))
            .map(|token| token.expect("not from its beginning").1)
            .collect();
        let is_checkpoint = |token: &&str| checkpoint.contains(token.trim_end_matches("%3D"));
        assert!(
            asked.iter().any(is_checkpoint),
            "behind what was written: {checkpoint} {asked:?}"
        );
        assert!(asked.len() < 5, "{asked:?}");
        assert_eq!(bed.dump().await, expected);
        // A run that saw a part only withdraws nothing; the next one sees the whole.
        let next = bed.import().await;
        assert_eq!(
            (next.status, next.counts.unchanged, next.counts.withdrawn),
            (RunStatus::Done, 100, 0)
        );
    })
    .await;
}
