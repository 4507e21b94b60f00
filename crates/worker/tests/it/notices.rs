//! What people are told beyond the screen: once, signed, retried, and never a secret.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::Clock as _;
use domain::connection::ConnectionStatus;
use domain::run::JobState;
use ion_sandbox::{Action, BodyKind, Fault};
use sha2::{Digest as _, Sha256};
use store::audit::Actor;
use store::notices;
use store::testing::for_both;

use crate::bench::{Bench, SECRET, SMTP_PASSWORD};
use crate::receiver::Received;

const DAY: u64 = 86_400;

/// The signature of Standard Webhooks, by the definition of HMAC (RFC 2104).
fn signature(request: &Received) -> String {
    let key = BASE64.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let pad = |byte: u8| -> Vec<u8> {
        (0..64)
            .map(|n| key.get(n).copied().unwrap_or(0) ^ byte)
            .collect()
    };
    let text = format!(
        "{}.{}.{}",
        request.headers["webhook-id"], request.headers["webhook-timestamp"], request.body
    );
    let inner = Sha256::digest([pad(0x36), text.into_bytes()].concat());
    let outer = Sha256::digest([pad(0x5c), inner.to_vec()].concat());
    format!("v1,{}", BASE64.encode(outer))
}

fn kinds(received: &[Received]) -> Vec<String> {
    received.iter().map(|request| kind(&request.body)).collect()
}

fn kind(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap();
    value["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_mark_of_the_tokens_life_is_told_once_by_every_way_also_across_a_restart() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine();
        let connection = bench.lab.connect(&engine).await;
        let mut told = 0;
        // Ion gives 32 days: 15 left, 14, still 14, 7, 3, 1.
        for (days, mark) in [
            (17, None),
            (1, Some("14 days")),
            (3, None),
            (4, Some("7 days")),
            (4, Some("3 days")),
            (2, Some("a day")),
        ] {
            bench.lab.pass(Duration::from_secs(days * DAY));
            // Twice by this process, and by one that was started anew.
            for engine in [&engine, &engine, &bench.engine()] {
                engine.look_at_logins().await.unwrap();
                Bench::worker_on(engine.clone()).drain().await.unwrap();
            }
            told += usize::from(mark.is_some());
            let (hooks, mails) = (bench.hook.received(), bench.mail.mails());
            assert_eq!(
                (hooks.len(), mails.len()),
                (told, told),
                "{days} days later: {hooks:?}"
            );
            if let Some(mark) = mark {
                let title = format!("The login to \"Lab\" ends in {mark}");
                assert_eq!(kind(&hooks[told - 1].body), "connection.login_ends_soon");
                assert!(
                    hooks[told - 1]
                        .body
                        .contains(&serde_json::to_string(&title).unwrap()),
                    "{}",
                    hooks[told - 1].body
                );
                assert_eq!(
                    mails[told - 1].header("Subject"),
                    Some(format!("Ionbridge: {title}").as_str())
                );
                let shown = notices::list_open(bench.store.read()).await.unwrap();
                assert!(
                    shown.iter().any(
                        |notice| notice.title == title && notice.connection == Some(connection)
                    )
                );
            }
        }
        assert_eq!(told, 4);
        assert!(
            bench
                .hook
                .received()
                .iter()
                .all(|request| signature(request) == request.headers["webhook-signature"])
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_refresh_is_told_at_once_then_that_it_works_again_then_that_it_ended() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let (engine, worker) = (bench.engine(), bench.worker());
        let connection = bench.lab.connect(&engine).await;
        bench.lab.pass(Duration::from_secs(60));
        let refused = Action::Status {
            code: 400,
            body: BodyKind::Oauth,
            retry_after: None,
        };
        bench.lab.sandbox.inject(Fault {
            path: "/oauth/token".to_owned(),
            skip: 0,
            times: 1,
            every: 1,
            action: refused,
        });
        engine.refresh_now(connection, &Actor::cli()).await.unwrap();
        worker.drain().await.unwrap();
        assert_eq!(
            kinds(&bench.hook.received()),
            ["connection.refresh_refused"]
        );
        for _ in 0..2 {
            bench.lab.pass(Duration::from_secs(61));
            engine.look_at_logins().await.unwrap();
            worker.drain().await.unwrap();
        }
        assert_eq!(
            kinds(&bench.hook.received()),
            ["connection.refresh_refused", "connection.recovered"]
        );
        bench.lab.sandbox.revoke_all();
        let status = async || {
            store::connections::find(bench.store.read(), connection)
                .await
                .unwrap()
                .unwrap()
                .login
                .status
        };
        while status().await != ConnectionStatus::NeedsNewCredentials {
            bench.lab.pass(Duration::from_secs(901));
            engine.look_at_logins().await.unwrap();
            worker.drain().await.unwrap();
        }
        engine.look_at_logins().await.unwrap();
        worker.drain().await.unwrap();
        let told = kinds(&bench.hook.received());
        assert_eq!(
            told[2..],
            [
                "connection.refresh_refused",
                "connection.needs_new_credentials"
            ]
        );
        assert_eq!(bench.mail.mails().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_login_that_works_again_still_ends_soon() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let (engine, worker) = (bench.engine(), bench.worker());
        let connection = bench.lab.connect(&engine).await;
        bench.lab.pass(Duration::from_secs(19 * DAY));
        engine.look_at_logins().await.unwrap();
        bench.lab.pass(Duration::from_secs(60));
        let refused = Action::Status {
            code: 400,
            body: BodyKind::Oauth,
            retry_after: None,
        };
        bench.lab.sandbox.inject(Fault {
            path: "/oauth/token".to_owned(),
            skip: 0,
            times: 1,
            every: 1,
            action: refused,
        });
        engine.refresh_now(connection, &Actor::cli()).await.unwrap();
        assert_eq!(
            notices::list_open(bench.store.read()).await.unwrap().len(),
            2
        );
        bench.lab.pass(Duration::from_secs(61));
        engine.look_at_logins().await.unwrap();
        worker.drain().await.unwrap();
        assert_eq!(
            kinds(&bench.hook.received()).last().unwrap(),
            "connection.recovered"
        );
        let open = notices::list_open(bench.store.read()).await.unwrap();
        let titles: Vec<_> = open.iter().map(|notice| notice.title.as_str()).collect();
        assert_eq!(titles, ["The login to \"Lab\" ends in 14 days"]);
    })
    .await;
}

#[tokio::test]
async fn a_login_that_ion_gives_more_time_is_warned_of_anew_when_that_ends() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let (engine, worker) = (bench.engine(), bench.worker());
        let connection = bench.lab.connect(&engine).await;
        bench
            .lab
            .sandbox
            .set_knob("refresh-extends-life", "true")
            .unwrap();
        for times in 1..=2 {
            // The server was off for long: the warning comes first, then the refresh that makes it void.
            bench.lab.pass(Duration::from_secs(19 * DAY));
            engine.look_at_logins().await.unwrap();
            worker.drain().await.unwrap();
            assert_eq!(
                kinds(&bench.hook.received()),
                vec!["connection.login_ends_soon"; times]
            );
            let open = notices::list_open(bench.store.read()).await.unwrap();
            assert!(open.is_empty(), "{open:?}");
        }
        assert_eq!(
            store::connections::find(bench.store.read(), connection)
                .await
                .unwrap()
                .unwrap()
                .warned_days,
            None
        );
    })
    .await;
}

#[tokio::test]
async fn an_import_that_failed_is_told_by_every_way() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let (engine, worker) = (bench.engine(), bench.worker());
        let connection = bench.lab.connect(&engine).await;
        let denied = Action::Status {
            code: 403,
            body: BodyKind::Platform,
            retry_after: None,
        };
        bench.lab.sandbox.inject(Fault {
            path: "/api/v3/accounts/10412/products".to_owned(),
            skip: 0,
            times: 0,
            every: 1,
            action: denied,
        });
        engine
            .request_import(connection, false, &Actor::cli())
            .await
            .unwrap();
        worker.drain().await.unwrap();
        assert_eq!(kinds(&bench.hook.received()), ["import.failed"]);
        assert_eq!(bench.mail.mails().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_signed_and_tried_again_under_the_same_id() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine_with(|settings| settings.email = None);
        let worker = Bench::worker_on(engine.clone());
        let notice = bench.raise(&engine, "one", "An import failed").await;
        // A redirect is no yes, and is not followed; nor is an error of the server.
        bench.hook.answer(&format!(
            "302 Found\r\nlocation: {}",
            bench.hook.url("/elsewhere")
        ));
        bench.hook.answer("503 Service Unavailable");
        let mut times = Vec::new();
        for _ in 0..3 {
            worker.drain().await.unwrap();
            times.push(bench.lab.clock.now().as_second().to_string());
            bench.lab.pass(Duration::from_secs(60));
        }
        worker.drain().await.unwrap();
        let received = bench.hook.received();
        assert_eq!(received.len(), 3, "after a yes never again: {received:?}");
        for (request, time) in received.iter().zip(times) {
            assert_eq!(request.path, "/hook");
            assert_eq!(request.headers["webhook-id"], notice.to_string());
            assert_eq!(request.headers["webhook-timestamp"], time);
            assert_eq!(request.headers["webhook-signature"], signature(request));
            assert_eq!(request.headers["content-type"], "application/json");
            assert_eq!(request.body, received[0].body);
            assert!(!request.body.contains(SECRET.trim_start_matches("whsec_")));
        }
        let sent = &notices::list_deliveries(bench.store.read(), 10)
            .await
            .unwrap()[0];
        assert_eq!(
            (sent.channel.as_str(), sent.state.as_str(), sent.attempts),
            ("webhook", "delivered", 3)
        );
        // A job that runs once more, because its worker went away before it could end it, sends nothing.
        engine::notices::deliver(&engine, notice, "webhook", false)
            .await
            .unwrap();
        assert_eq!(bench.hook.received().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_is_never_taken_ends_as_failed_after_two_days() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine_with(|settings| settings.email = None);
        let worker = Bench::worker_on(engine.clone());
        bench.raise(&engine, "one", "An import failed").await;
        for _ in 0..60 {
            bench.hook.answer("500 Internal Server Error");
        }
        let start = bench.lab.clock.now();
        while let [job] = bench.jobs(JobState::Queued).await.as_slice() {
            let wait = job.run_at.duration_since(bench.lab.clock.now());
            bench.lab.pass(Duration::try_from(wait).unwrap_or_default());
            assert_eq!(worker.drain().await.unwrap(), 1);
        }
        let took = bench.lab.clock.now().duration_since(start).as_hours();
        assert!((40..=60).contains(&took), "{took} hours");
        let sent = &notices::list_deliveries(bench.store.read(), 10)
            .await
            .unwrap()[0];
        assert_eq!(
            (sent.state.as_str(), sent.attempts),
            ("failed", bench.hook.received().len() as u64)
        );
        assert!(sent.last_error.as_deref().unwrap().contains("HTTP 500"));
    })
    .await;
}

#[tokio::test]
async fn private_targets_and_plain_http_are_refused_unless_allowed() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let port = bench.hook.url("").rsplit(':').next().unwrap().to_owned();
        let targets = [
            (
                format!("https://127.0.0.1:{port}/"),
                false,
                "private address",
            ),
            (
                format!("https://localhost:{port}/"),
                false,
                "private address",
            ),
            (
                format!("https://[::ffff:127.0.0.1]:{port}/"),
                false,
                "private address",
            ),
            (
                "https://169.254.169.254/latest".to_owned(),
                false,
                "private address",
            ),
            (format!("http://127.0.0.1:{port}/"), false, "must be https"),
            ("http://93.184.216.34/".to_owned(), true, "must be https"),
            ("nonsense".to_owned(), true, "no address"),
        ];
        for (n, (url, allow, words)) in targets.into_iter().enumerate() {
            let engine = bench.engine_with(|settings| {
                settings.email = None;
                let hook = settings.webhook.as_mut().unwrap();
                (hook.url, hook.allow_private) = (url.clone(), allow);
            });
            bench
                .raise(&engine, &n.to_string(), "An import failed")
                .await;
            Bench::worker_on(engine).drain().await.unwrap();
            let failed = &bench.jobs(JobState::Failed).await[0];
            assert!(
                failed.last_error.as_deref().unwrap().contains(words),
                "{url}: {failed:?}"
            );
            let sent = notices::list_deliveries(bench.store.read(), 10)
                .await
                .unwrap();
            assert!(
                sent.iter()
                    .all(|sent| sent.state == "failed" && sent.attempts == 1),
                "{url}: {sent:?}"
            );
            bench.lab.pass(Duration::from_secs(1));
        }
        assert!(bench.hook.received().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_mail_is_plain_complete_and_sent_until_the_server_takes_it_once() {
    for_both(|store| async move {
        let bench = Bench::start(store).await;
        let engine = bench.engine_with(|settings| settings.webhook = None);
        let worker = Bench::worker_on(engine.clone());
        bench.mail.answer("451 try again later");
        let notice = bench
            .raise(&engine, "one", "Größer\r\nBcc: evil@elsewhere.example")
            .await;
        worker.drain().await.unwrap();
        assert!(bench.mail.mails().iter().all(|mail| !mail.accepted));
        worker.drain().await.unwrap();
        assert_eq!(bench.mail.mails().len(), 1, "not before its time");
        bench.lab.pass(Duration::from_secs(10));
        worker.drain().await.unwrap();
        engine::notices::deliver(&engine, notice, "email", false)
            .await
            .unwrap();
        let mails = bench.mail.mails();
        assert_eq!(
            mails.iter().map(|mail| mail.accepted).collect::<Vec<_>>(),
            [false, true]
        );
        let mail = &mails[1];
        assert_eq!(mail.from, "ionbridge@reseller.example");
        assert_eq!(
            mail.to,
            ["licensing@reseller.example", "ops@reseller.example"]
        );
        assert_eq!(
            mail.header("From"),
            Some("Ionbridge <ionbridge@reseller.example>")
        );
        assert_eq!(
            mail.header("Message-ID"),
            Some(format!("<{notice}@reseller.example>").as_str())
        );
        assert_eq!(
            mails[0].header("Message-ID"),
            mail.header("Message-ID"),
            "the same at each try"
        );
        assert!(
            mail.header("Date").is_some() && mail.header("Bcc").is_none(),
            "{}",
            mail.data
        );
        assert!(
            mail.data.contains("What it means.") && mail.data.contains("https://ionbridge.example"),
            "{}",
            mail.data
        );
        assert!(!mail.data.contains(SMTP_PASSWORD) && !mail.data.contains(SECRET));
        let sent = &notices::list_deliveries(bench.store.read(), 10)
            .await
            .unwrap()[0];
        assert_eq!((sent.state.as_str(), sent.attempts), ("delivered", 2));
    })
    .await;
}
