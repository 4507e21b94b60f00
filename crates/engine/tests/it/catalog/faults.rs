//! What goes wrong on the way.

use domain::run::RunStatus;
use ion_sandbox::{Action, BodyKind, Fault};
use store::{notices, runs};

use store::testing::for_both;

use super::bed::Bed;

const LIST: &str = "/api/v3/accounts/10412/products";

fn once(skip: u32, action: Action) -> Fault {
    Fault {
        path: LIST.to_owned(),
        skip,
        times: 1,
        every: 1,
        action,
    }
}

#[tokio::test]
async fn an_expired_page_token_starts_the_list_anew_and_counts_each_product_once() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.sandbox.inject(once(2, Action::ExpireToken));
        let end = bed.import().await;
        assert_eq!(
            (end.status, end.counts.read, end.counts.added),
            (RunStatus::Done, 100, 100)
        );
        assert_eq!(
            end.counts.pages, 7,
            "two pages, then the five of the whole list"
        );
    })
    .await;
}

#[tokio::test]
async fn page_tokens_that_always_expire_fail_the_run_and_keep_what_was_read() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.sandbox.inject(Fault {
            path: LIST.to_owned(),
            skip: 1,
            times: 0,
            every: 2,
            action: Action::ExpireToken,
        });
        let run = bed.run(false).await;
        let end = bed.go(run).await.unwrap();
        assert_eq!((end.status, end.counts.read), (RunStatus::Failed, 20));
        assert_eq!(bed.dump().await.len(), 20);
        let row = runs::find(store.read(), run).await.unwrap().unwrap();
        let outcome = row.outcome.unwrap();
        assert!(
            outcome.contains("page tokens ran out") && outcome.contains("What was read is saved"),
            "{outcome}"
        );
        let open = notices::list_open(store.read()).await.unwrap();
        assert!(open.iter().any(|notice| notice.run == Some(run)));
        bed.sandbox.clear_faults();
        assert_eq!(bed.import().await.status, RunStatus::Done);
        let open = notices::list_open(store.read()).await.unwrap();
        assert!(
            !open.iter().any(|notice| notice.run == Some(run)),
            "a good run ends the notice"
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_ends_with_words() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 100).await;
        bed.sandbox.inject(Fault {
            times: 0,
            ..once(2, Action::SameToken)
        });
        let run = bed.run(false).await;
        let end = bed.go(run).await.unwrap();
        assert_eq!(end.status, RunStatus::Failed);
        assert!(end.counts.pages <= 4, "{:?}", end.counts);
        let outcome = runs::find(store.read(), run)
            .await
            .unwrap()
            .unwrap()
            .outcome
            .unwrap();
        assert!(outcome.contains("round in circles"), "{outcome}");
    })
    .await;
}

#[tokio::test]
async fn a_login_that_may_not_read_products_says_so() {
    for_both(|store| async move {
        let bed = Bed::new(&store, 20).await;
        bed.sandbox.inject(Fault {
            times: 0,
            ..once(
                0,
                Action::Status {
                    code: 403,
                    body: BodyKind::Platform,
                    retry_after: None,
                },
            )
        });
        let run = bed.run(false).await;
        assert_eq!(bed.go(run).await.unwrap().status, RunStatus::Failed);
        let outcome = runs::find(store.read(), run)
            .await
            .unwrap()
            .unwrap()
            .outcome
            .unwrap();
        assert!(
            outcome.starts_with("Nothing was imported: this login may not read products"),
            "{outcome}"
        );
    })
    .await;
}
