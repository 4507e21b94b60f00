//! A server of its own for each test, with people, programs and a catalog.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::access::Role;
use domain::catalog::{PricePoint, PriceSource, Product, Variant, VariantKey};
use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{
    Amount, ApiTokenId, BillingPeriod, Clock as _, ConnectionId, ManualClock, ProductId, RunId,
    Scale, SeededIds, Term, UserId, VariantId,
};
use engine::connection::keeper::KeeperCommand;
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings, IonSettings, NoticeSettings};
use http::{HeaderMap, Method, Request, StatusCode};
use rules::tokens::Login;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use store::catalog::{LedgerEntry, ProductWrite, VariantWrite, write_products};
use store::connections::{self, NewConnection};
use store::seal::{MasterKey, Sealer};
use store::sessions::{self, SessionRow};
use store::testing::TestDatabase;
use store::users::{self, ApiTokenRow, UserRow};
use store::{Backend, Store, StoreSettings};
use tower::ServiceExt as _;
use web::{Metrics, WebParts, WebSettings};

/// Address of every test server.
pub(crate) const HOST: &str = "127.0.0.1:8080";
/// Password of every person.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// Token of every session's forms.
const CSRF: &str = "the-csrf-token-of-a-session-in-tests-0123456";

/// What a house is built of.
pub(crate) struct Plan {
    pub(crate) backend: Backend,
    pub(crate) settings: WebSettings,
    pub(crate) ion: IonSettings,
    pub(crate) notices: NoticeSettings,
    pub(crate) keeper: KeeperCommand,
    pub(crate) metrics: Option<Metrics>,
}

impl Plan {
    /// A house on this database at this address, whose Ion does not answer.
    pub(crate) fn new(backend: Backend, public_url: &str) -> Self {
        Self {
            backend,
            settings: WebSettings::at(public_url.parse().unwrap()),
            // A port on which nothing listens.
            ion: IonSettings {
                base_url: "http://127.0.0.1:9".to_owned(),
                allowed_hosts: vec!["127.0.0.1:9".to_owned()],
                plain_http_loopback: true,
                ..IonSettings::default()
            },
            notices: NoticeSettings::default(),
            keeper: KeeperCommand {
                program: PathBuf::from("/bin/false"),
                args: Vec::new(),
            },
            metrics: None,
        }
    }

    pub(crate) async fn build(self) -> House {
        let database = Arc::new(TestDatabase::migrated(self.backend).await);
        let clock = Arc::new(ManualClock::new("2026-11-23T10:42:00Z".parse().unwrap()));
        let store = database.store().clone();
        House::on(
            self,
            database,
            store,
            clock,
            Arc::new(MasterKey::generate()),
            9,
        )
    }
}

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

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| web::auth::password::hash(&SecretString::from(PASSWORD)).unwrap())
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

    /// Adds a person.
    pub(crate) async fn person(&self, email: &str, role: Role) -> UserId {
        let id = UserId::new(&*self.ids);
        let row = UserRow {
            id,
            email: email.to_owned(),
            name: "Sam Sample".to_owned(),
            role,
            password_hash: password_hash().to_owned(),
            disabled: false,
            created_at: self.clock.now(),
            seen_at: None,
        };
        let tx = self.store.begin().await.unwrap();
        users::insert(&tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A browser in which a person is logged in, with a session that was changed by `edit`.
    pub(crate) async fn browser_of(
        &self,
        user: UserId,
        edit: impl FnOnce(&mut SessionRow),
    ) -> Browser<'_> {
        let id = web_ids(&self.ids);
        let now = self.clock.now();
        let mut row = SessionRow {
            id_hash: Sha256::digest(id.as_bytes()).to_vec(),
            user,
            csrf: CSRF.to_owned(),
            seen_at: now,
            expires_at: now + Duration::from_hours(7 * 24),
            confirmed_at: now,
        };
        edit(&mut row);
        let tx = self.store.begin().await.unwrap();
        sessions::insert(&tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        Browser {
            house: self,
            cookie: Some(format!("{}={id}", self.cookie_name())),
        }
    }

    /// A browser in which somebody of this role is logged in.
    pub(crate) async fn browser(&self, role: Role) -> Browser<'_> {
        let user = self
            .person(
                &format!("{role}-{}@reseller.example", web_ids(&self.ids)),
                role,
            )
            .await;
        self.browser_of(user, |_| ()).await
    }

    /// A browser in which nobody is logged in.
    pub(crate) fn stranger(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookie: None,
        }
    }

    /// A program with a token of this role, changed by `edit`.
    pub(crate) async fn program_of(
        &self,
        role: Role,
        edit: impl FnOnce(&mut ApiTokenRow),
    ) -> Program<'_> {
        let secret = format!("ib_{}", web_ids(&self.ids));
        let mut row = ApiTokenRow {
            id: ApiTokenId::new(&*self.ids),
            name: format!("{role} program"),
            prefix: "ib_test".to_owned(),
            role,
            created_by: "admin@reseller.example".to_owned(),
            created_at: self.clock.now(),
            used_at: None,
            expires_at: None,
            revoked_at: None,
        };
        edit(&mut row);
        let tx = self.store.begin().await.unwrap();
        users::insert_api_token(&tx, &row, &Sha256::digest(secret.as_bytes()))
            .await
            .unwrap();
        if let Some(at) = row.revoked_at {
            users::revoke_api_token(&tx, row.id, at).await.unwrap();
        }
        tx.commit().await.unwrap();
        Program {
            house: self,
            secret,
        }
    }

    pub(crate) async fn program(&self, role: Role) -> Program<'_> {
        self.program_of(role, |_| ()).await
    }

    /// A connection with a living login.
    pub(crate) async fn connection(&self, name: &str, sandbox: bool) -> ConnectionId {
        let id = ConnectionId::new(&*self.ids);
        let now = self.clock.now();
        let new = NewConnection {
            id,
            name: name.to_owned(),
            account_id: format!("104{}", name.len()),
            base_url: "http://127.0.0.1:9".to_owned(),
            sandbox,
            login: Login {
                status: ConnectionStatus::Active,
                profile: VendorProfile::Unknown,
                generation: 1,
                access_expires_at: now + Duration::from_hours(2),
                access_life: Duration::from_hours(2),
                refreshed_at: now,
                next_refresh_at: now + Duration::from_hours(1),
                refusals: 0,
                unsent: 0,
                loss: None,
                cause: None,
            },
            fingerprint: name.as_bytes().to_vec(),
            created_by: "admin@reseller.example".to_owned(),
            at: now,
        };
        let tx = self.store.begin().await.unwrap();
        connections::insert(&tx, &new).await.unwrap();
        connections::set_refresh_end(&tx, id, now + Duration::from_hours(27 * 24))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A run that is waiting.
    pub(crate) async fn run(&self, connection: ConnectionId) -> RunId {
        let id = RunId::new(&*self.ids);
        let tx = self.store.begin().await.unwrap();
        store::runs::insert(
            &tx,
            id,
            connection,
            RunKind::CatalogImport,
            false,
            "admin@reseller.example",
            self.clock.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Writes products as an import would, and ends its run.
    pub(crate) async fn import(
        &self,
        connection: ConnectionId,
        products: Vec<ProductWrite>,
    ) -> RunId {
        let run = self.run(connection).await;
        let (now, count) = (self.clock.now(), products.len() as u64);
        let tx = self.store.begin().await.unwrap();
        write_products(&tx, connection, run, now, &products)
            .await
            .unwrap();
        let counts = RunCounts {
            read: count,
            added: count,
            variants: count,
            ..RunCounts::default()
        };
        store::runs::mark_running(&tx, run, now).await.unwrap();
        store::runs::finish(&tx, run, RunStatus::Done, &counts, "All read.", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        run
    }

    /// A product of one variant, new in the catalog.
    pub(crate) fn product(&self, name: &str, vendor: &str, cost: &str) -> ProductWrite {
        let eur = "EUR".parse().unwrap();
        let cost = Amount::parse(cost, Scale::Price).unwrap();
        let variant = Variant {
            key: VariantKey {
                sku_id: format!("sku-{name}"),
                plan_id: "plan".to_owned(),
                add_on: false,
            },
            sku_name: name.to_owned(),
            plan_name: format!("{name} yearly"),
            part_number: Some(format!("CFQ7TTC0{}:0001:P1Y:M", name.len())),
            external_id: None,
            term: Term::P1Y,
            billing: BillingPeriod::Monthly,
            by_use: false,
            in_price_book: true,
            disabled: false,
            prices: vec![PricePoint {
                currency: eur,
                meter: String::new(),
                cost: cost.clone(),
                list: None,
                source: PriceSource::PriceBook,
            }],
        };
        let id = VariantId::new(&*self.ids);
        let product = Product {
            ion_id: format!("ion-{name}"),
            name: name.to_owned(),
            vendor: vendor.to_owned(),
            provider_ids: vec!["1".to_owned()],
            kind: "SAAS".to_owned(),
            caption: String::new(),
            description: "<p>Good.</p><script>alert(1)</script>".to_owned(),
            categories: vec!["Productivity".to_owned()],
            billing_mode: "PREPAY".to_owned(),
            disabled: false,
            etag: None,
            ion_created_at: None,
            ion_updated_at: None,
            variants: vec![variant.clone()],
        };
        let raw = format!("{{\"name\":\"{name}\",\"price\":{}}}", cost.text());
        ProductWrite {
            id: ProductId::new(&*self.ids),
            doc_id: 0,
            product,
            before: None,
            raw_hash: vec![1; 16],
            raw_size: raw.len(),
            raw: zstd::bulk::compress(raw.as_bytes(), 1).unwrap(),
            first_seen_at: self.clock.now(),
            changed_at: self.clock.now(),
            variants: vec![VariantWrite {
                id,
                position: 0,
                variant,
                since: self.clock.now(),
                previous_units: None,
                dirty: true,
            }],
            gone: Vec::new(),
            ledger: vec![LedgerEntry {
                variant: id,
                currency: eur,
                meter: String::new(),
                cost,
                list: None,
                source: PriceSource::PriceBook,
            }],
            changes: Vec::new(),
        }
    }
}

fn web_ids(ids: &SeededIds) -> String {
    use domain::IdGen as _;
    ids.uuid().to_string()
}

/// A browser.
pub(crate) struct Browser<'a> {
    pub(crate) house: &'a House,
    pub(crate) cookie: Option<String>,
}

/// The token of a session as a form sends it; the mask is all zeros.
pub(crate) fn csrf() -> String {
    let mut bytes = vec![0_u8; CSRF.len()];
    bytes.extend_from_slice(CSRF.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Browser<'_> {
    pub(crate) fn request(&self, method: &Method, path: &str) -> http::request::Builder {
        let builder = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.house.host());
        match &self.cookie {
            Some(cookie) => builder.header("cookie", cookie),
            None => builder,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.house
            .send(
                self.request(&Method::GET, path)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await
    }

    /// The part of a page that htmx asks for.
    pub(crate) async fn part(&self, path: &str) -> Answer {
        let request = self
            .request(&Method::GET, path)
            .header("hx-request", "true")
            .header("hx-request-type", "partial");
        self.house.send(request.body(Body::empty()).unwrap()).await
    }

    /// A form of one of our pages, sent as a browser sends it.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("csrf", csrf())];
        pairs.extend(
            form.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let request = self
            .request(&Method::POST, path)
            .header("origin", self.house.origin())
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.house
            .send(request.body(Body::from(body)).unwrap())
            .await
    }
}

/// A program.
pub(crate) struct Program<'a> {
    pub(crate) house: &'a House,
    pub(crate) secret: String,
}

impl Program<'_> {
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<serde_json::Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.house.host())
            .header("authorization", format!("Bearer {}", self.secret));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.house.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: serde_json::Value) -> Answer {
        self.call(Method::POST, path, &[("idempotency-key", key)], Some(body))
            .await
    }
}
