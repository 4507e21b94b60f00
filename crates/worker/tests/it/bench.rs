//! A lab with workers on one store, and receivers of what goes out.

use std::time::Duration;

use domain::notice::{NoticeKind, Severity};
use domain::run::{JobState, RunKind};
use domain::{ConnectionId, JobId, NoticeId};
use engine::notices::{NewNotice, raise};
use engine::{Engine, NoticeSettings, SmtpSettings, SmtpTls, WebhookSettings};
use ion_sandbox::SandboxConfig;
use jiff::tz::TimeZone;
use store::orders::OrderSetting;
use store::queue::{self, Job};
use store::{Store, orders, runs};
use testkit::Lab;
use worker::{Worker, WorkerSettings};

use crate::mail_server::MailServer;
use crate::receiver::Receiver;

/// Secret of the webhook: 24 bytes.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const SMTP_PASSWORD: &str = "correct-horse-battery";

/// How long a claim holds in these tests.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

pub(crate) struct Bench {
    pub(crate) lab: Lab,
    pub(crate) store: Store,
    pub(crate) hook: Receiver,
    pub(crate) mail: MailServer,
}

impl Bench {
    pub(crate) async fn start(store: Store) -> Self {
        let config = SandboxConfig {
            customers: 2,
            products: 30,
            ..SandboxConfig::default()
        };
        let lab = Lab::start_with(crate::keeper::command(), config).await;
        Self {
            lab,
            store,
            hook: Receiver::start().await,
            mail: MailServer::start().await,
        }
    }

    /// Connects the sandbox's account, as if its orders and subscriptions had just been read: only what a test asks for is due.
    pub(crate) async fn connect(&self, engine: &Engine) -> ConnectionId {
        let connection = self.lab.connect(engine).await;
        let now = engine.clock().now();
        let read = OrderSetting {
            orders_until: Some(now),
            orders_read_at: Some(now),
            subscriptions_read_at: Some(now),
            next_subscriptions_at: Some(now + Duration::from_secs(3600)),
        };
        let tx = self.store.begin().await.unwrap();
        orders::save_setting(&tx, connection, &read).await.unwrap();
        tx.commit().await.unwrap();
        connection
    }

    /// An engine that sends by webhook and e-mail.
    pub(crate) fn engine(&self) -> Engine {
        self.engine_with(|_| ())
    }

    pub(crate) fn engine_with(&self, adjust: impl FnOnce(&mut NoticeSettings)) -> Engine {
        self.lab.engine_with(self.store.clone(), None, |settings| {
            settings.ion.page_size = 10;
            settings.notices = NoticeSettings {
                public_url: Some("https://ionbridge.example".to_owned()),
                email: Some(SmtpSettings {
                    host: "127.0.0.1".to_owned(),
                    port: self.mail.port(),
                    tls: SmtpTls::None,
                    username: None,
                    password: Some(SMTP_PASSWORD.to_owned().into()),
                    from: "Ionbridge <ionbridge@reseller.example>".to_owned(),
                    to: vec![
                        "licensing@reseller.example".to_owned(),
                        "Ops <ops@reseller.example>".to_owned(),
                    ],
                }),
                webhook: Some(WebhookSettings {
                    url: self.hook.url("/hook"),
                    secret: SECRET.to_owned().into(),
                    allow_private: true,
                }),
            };
            adjust(&mut settings.notices);
        })
    }

    pub(crate) fn worker(&self) -> Worker {
        Self::worker_on(self.engine())
    }

    pub(crate) fn worker_on(engine: Engine) -> Worker {
        Worker::new(engine, settings()).unwrap()
    }

    pub(crate) fn worker_that_polls(engine: Engine, poll: Duration) -> Worker {
        let settings = WorkerSettings { poll, ..settings() };
        Worker::new(engine, settings).unwrap()
    }

    /// A notice that is raised now.
    pub(crate) async fn raise(&self, engine: &Engine, key: &str, title: &str) -> NoticeId {
        let tx = self.store.begin().await.unwrap();
        let new = NewNotice {
            kind: NoticeKind::ImportFailed,
            severity: Severity::Bad,
            connection: None,
            run: None,
            title: title.to_owned(),
            text: "What it means.".to_owned(),
            dedupe_key: key.to_owned(),
        };
        let id = raise(engine, &tx, new).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        queue::find(self.store.read(), id).await.unwrap().unwrap()
    }

    /// Jobs of a kind, the newest first.
    pub(crate) async fn jobs(&self, state: JobState) -> Vec<Job> {
        let all = queue::list(self.store.read(), 1000).await.unwrap();
        all.into_iter().filter(|job| job.state == state).collect()
    }

    /// Runs of a connection.
    pub(crate) async fn runs(&self, connection: ConnectionId) -> Vec<runs::RunRow> {
        let all = runs::list(self.store.read(), Some(connection), None, 1000)
            .await
            .unwrap();
        all.into_iter()
            .filter(|run| run.kind == RunKind::CatalogImport)
            .collect()
    }
}

pub(crate) fn settings() -> WorkerSettings {
    WorkerSettings {
        slots: 2,
        lease: LEASE,
        poll: Duration::from_millis(5),
        import_schedule: "10 3 * * *".to_owned(),
        keep_jobs: Duration::from_secs(30 * 86_400),
        host: "test".to_owned(),
        time_zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}
