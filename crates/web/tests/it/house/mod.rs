//! A server of its own for each test, with people, programs and a catalog.

mod answer;
mod browser;
mod people;
mod plan;
mod program;
mod stock;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use domain::{ManualClock, SeededIds};
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings};
use http::Request;
use store::seal::{MasterKey, Sealer};
use store::testing::TestDatabase;
use store::{Backend, Store, StoreSettings};
use tower::ServiceExt as _;
use web::WebParts;

pub(crate) use answer::Answer;
pub(crate) use browser::{Browser, csrf};
pub(crate) use people::PASSWORD;
pub(crate) use plan::Plan;
pub(crate) use program::Program;

/// Address of every test server.
pub(crate) const HOST: &str = "127.0.0.1:8080";

/// A server with its store.
pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<SeededIds>,
    pub(crate) engine: Engine,
    pub(crate) home: tempfile::TempDir,
    pub(crate) public_url: url::Url,
    pub(crate) database: Arc<TestDatabase>,
    backend: Backend,
    key: Arc<MasterKey>,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Backend::Sqlite, &format!("http://{HOST}")).await
    }

    pub(crate) async fn with(backend: Backend, public_url: &str) -> Self {
        Plan::new(backend, public_url).build().await
    }

    /// Another server on the same database, as a second replica.
    pub(crate) async fn twin(&self) -> Self {
        let plan = Plan::new(self.backend, self.public_url.as_str());
        let settings = StoreSettings {
            url: self.database.url().clone(),
            max_connections: 4,
        };
        let store = Store::open(&settings).await.unwrap();
        Self::on(
            plan,
            Arc::clone(&self.database),
            store,
            Arc::clone(&self.clock),
            Arc::clone(&self.key),
            10,
        )
    }

    fn on(
        plan: Plan,
        database: Arc<TestDatabase>,
        store: Store,
        clock: Arc<ManualClock>,
        key: Arc<MasterKey>,
        seed: u32,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let ids = Arc::new(SeededIds::new(seed));
        let engine = Engine::new(EngineParts {
            store: store.clone(),
            sealer: Sealer::new(&key),
            clock: Arc::clone(&clock) as Arc<dyn domain::Clock>,
            ids: Arc::clone(&ids) as Arc<dyn domain::IdGen>,
            settings: EngineSettings {
                data_dir: home.path().to_owned(),
                host: format!("host-{seed}"),
                keeper: plan.keeper,
                ion: plan.ion,
                catalog: CatalogSettings::default(),
                customers: engine::CustomerSettings::default(),
                orders: engine::OrderSettings::default(),
                notices: plan.notices,
            },
        });
        let public_url = plan.settings.public_url.clone();
        let router = web::router(WebParts {
            engine: engine.clone(),
            settings: plan.settings,
            metrics: plan.metrics,
        });
        Self {
            router,
            store,
            clock,
            ids,
            engine,
            home,
            public_url,
            database,
            backend: plan.backend,
            key,
        }
    }

    /// The Host header of this server.
    pub(crate) fn host(&self) -> String {
        match self.public_url.port() {
            Some(port) => format!("{}:{port}", self.public_url.host_str().unwrap()),
            None => self.public_url.host_str().unwrap().to_owned(),
        }
    }

    /// The Origin header of this server's own pages.
    pub(crate) fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Name of the session's cookie.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.public_url.scheme() == "https" {
            "__Host-ib_session"
        } else {
            "ib_session"
        }
    }

    /// Runs a statement on the database, to break or look at it as no route can.
    pub(crate) async fn sql(&self, statement: &str) {
        use store::ConnectionTrait as _;
        let tx = self.store.begin().await.unwrap();
        tx.execute_unprepared(statement).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
