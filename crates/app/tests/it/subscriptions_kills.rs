//! The server killed at every named instant of a reading of subscriptions: the next one goes on, and each is there once.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::run::RunStatus;
use ion_sandbox::{Knobs, Sandbox, SandboxConfig};
use store::audit::{Actor, Via};
use store::subscriptions::{self, SubscriptionFilter};
use testkit::{Lab, TestBinary};
use worker::{Worker, WorkerSettings};

use crate::BINARY;

/// Seeded ones: more than fit into one transaction.
const COUNT: usize = 450;

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_a_reading() {
    for point in [
        "subscriptions.after-page:1",
        "subscriptions.after-page:4",
        "subscriptions.before-end",
    ] {
        let config = SandboxConfig {
            customers: 5,
            products: 20,
            subscriptions: COUNT,
            knobs: Knobs {
                max_subscription_limit: 100,
                ..Knobs::default()
            },
            ..SandboxConfig::default()
        };
        let mut lab = Lab::start(BINARY, SandboxConfig::default()).await;
        lab.sandbox = Sandbox::start(config).await.unwrap();
        // The child works by the machine's time: what is asked for is due there.
        lab.clock.step_wall(crate::tokens::kills::jiff_now());
        let engine = lab.engine(None).await;
        let connection = lab.connect(&engine).await;
        let kim = Actor {
            name: "kim@reseller.example".to_owned(),
            via: Via::Browser,
        };
        let asked = engine
            .request_subscription_sync(connection, &kim)
            .await
            .unwrap();
        let binary = TestBinary::new(BINARY, lab.environment()).with("IONBRIDGE_KILL_AT", point);
        let ended = binary.start(&["serve", "--only", "worker"]).end();
        assert_eq!(
            ended.code, None,
            "{point}: it was to be killed: {} {}",
            ended.out, ended.err
        );

        // Another server goes on, once the lease of the dead one has run out.
        let settings = WorkerSettings {
            import_schedule: String::new(),
            ..WorkerSettings::default()
        };
        let worker = Worker::new(engine.clone(), settings).unwrap();
        for _ in 0..3 {
            lab.pass(Duration::from_secs(60));
            worker.beat().await;
            worker.drain().await.unwrap();
        }
        let run = store::runs::find(engine.store().read(), asked.run)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(run.status, RunStatus::Done, "{point}: {:?}", run.outcome);
        let mut filter = SubscriptionFilter {
            with_ended: true,
            limit: 200,
            ..SubscriptionFilter::default()
        };
        let mut seen = BTreeSet::new();
        loop {
            let page = subscriptions::search(engine.store().read(), &filter)
                .await
                .unwrap();
            for row in page.subscriptions {
                assert!(seen.insert(row.subscription.ion_id), "{point}: each once");
                let told = subscriptions::list_events(engine.store().read(), row.id)
                    .await
                    .unwrap();
                assert_eq!(told.len(), 1, "{point}: told once");
                assert!(row.gone_at.is_none() && row.missed == 0, "{point}");
            }
            match page.next {
                Some(next) => filter.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), COUNT, "{point}");
    }
}
