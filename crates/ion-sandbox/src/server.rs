//! The sandbox as a server, and as a value in tests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::header;
use axum::response::Response;
use futures::StreamExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::api::{Call, answer, parse_query};
use crate::catalog::{Corruption, Listings, MovedPrice};
use crate::clock::{Clock, ClockMode};
use crate::customers::CustomerBook;
use crate::fault::{Action, BodyKind, Fault, Rules, fits};
use crate::knobs::{KnobError, Knobs};
use crate::ledger::{Entry, Ledger};
use crate::oauth::{Credentials, Tokens};
use crate::portal::Portal;
use crate::reply::Reply;
use crate::state::State;
use crate::wire::{CuttableListener, Wire};

/// How a sandbox is made.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Account ID.
    pub account_id: String,
    /// Seed of catalog and customers.
    pub seed: u64,
    /// Number of products.
    pub products: usize,
    /// Number of customers.
    pub customers: usize,
    /// Knobs.
    pub knobs: Knobs,
    /// Faults from the start.
    pub faults: Vec<Fault>,
    /// Its time.
    pub clock: ClockMode,
    /// Key of the control page; without one there is no page.
    pub control_key: Option<String>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            listen: ([127, 0, 0, 1], 0).into(),
            account_id: "10412".to_owned(),
            seed: 1,
            products: 0,
            customers: 0,
            knobs: Knobs::default(),
            faults: Vec::new(),
            clock: ClockMode::Automatic,
            control_key: None,
        }
    }
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The address is taken or cannot be used.
    #[error("the sandbox cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

pub(crate) struct Inner {
    state: Mutex<State>,
    gates: Mutex<Vec<(String, Arc<GateState>)>>,
    pub(crate) key: Option<String>,
}

impl Inner {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running sandbox. Ends when dropped.
pub struct Sandbox {
    inner: Arc<Inner>,
    address: SocketAddr,
    stop: CancellationToken,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sandbox({})", self.address)
    }
}

impl Sandbox {
    /// Starts a sandbox.
    pub async fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let listen = |source| SandboxError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let mut rules = Rules::default();
        config
            .faults
            .iter()
            .cloned()
            .for_each(|fault| rules.add(fault));
        let state = State {
            listings: Listings::new(&config.account_id, config.seed, config.products),
            customers: CustomerBook::new(&config.account_id, config.seed, config.customers),
            account: config.account_id,
            knobs: config.knobs,
            rules,
            clock: Clock::new(config.clock),
            tokens: Tokens::default(),
            ledger: Ledger::default(),
            requests: 0,
            recent: std::collections::VecDeque::new(),
        };
        let inner = Arc::new(Inner {
            state: Mutex::new(state),
            gates: Mutex::default(),
            key: config.control_key,
        });
        let app = Router::new()
            .merge(crate::control::router(Arc::clone(&inner)))
            .fallback(serve)
            .with_state(Arc::clone(&inner));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            let server = axum::serve(
                CuttableListener(listener),
                app.into_make_service_with_connect_info::<Wire>(),
            );
            tokio::select! {
                _ = server => {}
                () = stopped.cancelled() => {}
            }
        });
        Ok(Self {
            inner,
            address,
            stop,
            task: Some(task),
        })
    }

    /// Where it is.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port, as allow-lists want it.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Account ID.
    pub fn account_id(&self) -> String {
        self.inner.state().account.clone()
    }

    /// *Request New Credentials* of the portal.
    pub fn request_new_credentials(&self) -> Credentials {
        let mut state = self.inner.state();
        let (account, knobs, now) = (
            state.account.clone(),
            state.knobs.clone(),
            state.clock.now(),
        );
        state.tokens.request_new(&account, &knobs, now)
    }

    /// Ends every token.
    pub fn revoke_all(&self) {
        self.inner.state().tokens.revoke_all();
    }

    /// What was received so far.
    pub fn ledger(&self) -> Ledger {
        self.inner.state().ledger.clone()
    }

    /// Forgets what was received.
    pub fn clear_ledger(&self) {
        self.inner.state().ledger.entries.clear();
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault) {
        self.inner.state().rules.add(fault);
    }

    /// Takes every fault away.
    pub fn clear_faults(&self) {
        self.inner.state().rules.clear();
    }

    /// Turns a knob.
    pub fn set_knob(&self, name: &str, value: &str) -> Result<(), KnobError> {
        self.inner.state().knobs.set(name, value)
    }

    /// Moves its time.
    pub fn advance(&self, by: Duration) {
        self.inner.state().clock.advance(by);
    }

    /// The catalog, to move things in it.
    pub fn catalog(&self) -> Catalog<'_> {
        Catalog(&self.inner)
    }

    /// Its portal, where people change customers.
    pub fn portal(&self) -> Portal<'_> {
        Portal(&self.inner)
    }

    /// Holds every request to this path until the gate is opened.
    pub fn hold(&self, path: &str) -> Gate {
        let gate = Arc::new(GateState {
            arrived: tokio::sync::watch::Sender::new(0),
            open: CancellationToken::new(),
        });
        self.inner
            .gates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((path.to_owned(), Arc::clone(&gate)));
        Gate(gate)
    }

    /// Stops it.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            // A server that panicked has stopped too.
            drop(task.await);
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The sandbox's catalog.
pub struct Catalog<'a>(&'a Inner);

impl std::fmt::Debug for Catalog<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalog")
    }
}

impl Catalog<'_> {
    /// Ids of all products.
    pub fn ids(&self) -> Vec<String> {
        self.0
            .state()
            .listings
            .all
            .iter()
            .map(|listing| listing.product.slug.clone())
            .collect()
    }

    /// Moves one price of so many products in a thousand. Stamp and etag move only where asked.
    pub fn move_prices(&self, per_mille: u32, touch_etag: bool) -> Vec<MovedPrice> {
        self.0.state().listings.move_prices(per_mille, touch_etag)
    }

    /// Adds products.
    pub fn add(&self, count: usize) {
        self.0.state().listings.add(count);
    }

    /// Takes products out.
    pub fn withdraw(&self, count: usize) -> Vec<String> {
        self.0.state().listings.withdraw(count)
    }

    /// Spoils a product, or mends it.
    pub fn corrupt(&self, id: &str, corruption: Option<Corruption>) -> bool {
        self.0.state().listings.corrupt(id, corruption)
    }

    /// Renames a product.
    pub fn rename(&self, id: &str, name: &str) -> bool {
        self.0.state().listings.rename(id, name)
    }
}

struct GateState {
    arrived: tokio::sync::watch::Sender<usize>,
    open: CancellationToken,
}

/// Requests that wait.
pub struct Gate(Arc<GateState>);

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}

impl Gate {
    /// Returns when so many requests wait or have waited.
    pub async fn arrived(&self, count: usize) {
        let mut seen = self.0.arrived.subscribe();
        // The sender lives as long as this gate.
        drop(seen.wait_for(|arrived| *arrived >= count).await);
    }

    /// Lets all of them go on, and all that come later.
    pub fn release(&self) {
        self.0.open.cancel();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.release();
    }
}

async fn serve(
    Shared(inner): Shared<Arc<Inner>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (method, path) = (
        parts.method.as_str().to_owned(),
        parts.uri.path().to_owned(),
    );
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(body, 8 * 1024 * 1024)
        .await
        .unwrap_or_default();
    let access = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();

    let held: Vec<_> = inner
        .gates
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .filter(|(pattern, _)| fits(pattern, &path))
        .map(|(_, gate)| Arc::clone(gate))
        .collect();
    for gate in held {
        gate.arrived.send_modify(|arrived| *arrived += 1);
        gate.open.cancelled().await;
    }
    let received = Received {
        method,
        path,
        query,
        body,
        access,
        kind,
    };
    let (reply, action, skew, delay) = handle(&inner, &received);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match action {
        Some(Action::CutBefore | Action::CutAfter) => wire.cut_after(0),
        Some(Action::CutBody { bytes }) => wire.cut_after(bytes),
        Some(Action::HugeBody) => return huge(),
        _ => {}
    }
    let mut response = reply.send();
    // Its own time, also where that is driven: a Retry-After that is a date is read against it.
    let date = inner
        .state()
        .clock
        .now()
        .checked_add(jiff::SignedDuration::from_secs(skew))
        .unwrap_or_default();
    if let Ok(text) = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date)
        && let Ok(value) = text.parse()
    {
        response.headers_mut().insert(header::DATE, value);
    }
    response
}

struct Received {
    method: String,
    path: String,
    query: String,
    body: Bytes,
    access: Option<String>,
    kind: String,
}

/// Answers a request and writes the ledger, in one step under the lock.
fn handle(inner: &Inner, received: &Received) -> (Reply, Option<Action>, i64, Duration) {
    let mut state = inner.state();
    state.requests += 1;
    let number = state.requests;
    let action = state.rules.meet(&received.path);
    let (mut reply, mut effect, refresh) =
        (Reply::json(200, "{}"), false, presented(&state, received));
    let access_number = received
        .access
        .as_deref()
        .map(|token| state.tokens.access_number(token));
    let skips_effect = matches!(
        action,
        Some(
            Action::Status { .. }
                | Action::CutBefore
                | Action::Html
                | Action::HugeBody
                | Action::Redirect { .. }
        )
    );
    if action == Some(Action::Resorted) {
        state.listings.resort(number);
        state.customers.all.reverse();
    }
    if !skips_effect {
        (reply, effect) = dispatch(&mut state, received, number, action.as_ref());
    }
    let mut delay = Duration::from_millis(state.knobs.latency_ms);
    match &action {
        Some(Action::Status {
            code,
            body,
            retry_after,
        }) => {
            reply = match body {
                BodyKind::Platform => {
                    Reply::error(*code, "UNAVAILABLE", "a fault of the sandbox", number)
                }
                BodyKind::Oauth => Reply {
                    status: *code,
                    ..Reply::oauth_error()
                },
                BodyKind::Html => Reply::html(*code),
                BodyKind::Empty => Reply::json(*code, ""),
            };
            if let Some(wait) = retry_after {
                reply = reply.with("retry-after", retry_after_text(&state, wait));
            }
        }
        Some(Action::StatusAfter { code }) => {
            reply = Reply::error(*code, "INTERNAL_ERROR", "Internal Server Error", number)
        }
        Some(Action::Html) => reply = Reply::html(200),
        Some(Action::Redirect { to }) => reply = Reply::json(302, "").with("location", to.clone()),
        Some(Action::Delay { ms }) => delay += Duration::from_millis(*ms),
        _ => {}
    }
    let cut = matches!(action, Some(Action::CutBefore | Action::CutAfter));
    let entry = Entry {
        n: number,
        at_ms: state.clock.real_ms(),
        method: received.method.clone(),
        path: received.path.clone(),
        query: received.query.clone(),
        access: access_number,
        refresh,
        status: if cut { 0 } else { reply.status },
        effect,
        fault: action.as_ref().map(Action::name),
        bytes: reply.body.len(),
    };
    state.ledger.entries.push(entry);
    let skew = state.knobs.clock_skew_s;
    (reply, action, skew, delay)
}

fn retry_after_text(state: &State, wait: &str) -> String {
    let Some(seconds) = wait
        .strip_prefix("date:")
        .and_then(|seconds| seconds.parse::<u64>().ok())
    else {
        return wait.to_owned();
    };
    let skew = jiff::SignedDuration::from_secs(state.knobs.clock_skew_s);
    let until = state
        .clock
        .now()
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or_default()
        .checked_add(skew)
        .unwrap_or_default();
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&until)
        .unwrap_or_default()
}

fn form(received: &Received) -> std::collections::HashMap<String, String> {
    if received
        .kind
        .starts_with("application/x-www-form-urlencoded")
    {
        return parse_query(&String::from_utf8_lossy(&received.body));
    }
    let Some(boundary) = received
        .kind
        .strip_prefix("multipart/form-data")
        .and_then(|rest| rest.split("boundary=").nth(1))
    else {
        return std::collections::HashMap::new();
    };
    let text = String::from_utf8_lossy(&received.body);
    text.split(&format!("--{}", boundary.trim_matches('"')))
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let name = head.split("name=\"").nth(1)?.split('"').next()?;
            Some((name.to_owned(), value.trim_end_matches("\r\n").to_owned()))
        })
        .collect()
}

fn presented(state: &State, received: &Received) -> Option<crate::ledger::TokenUse> {
    (received.path == "/oauth/token")
        .then(|| {
            form(received)
                .get("refresh_token")
                .map(|token| state.tokens.used(token))
        })
        .flatten()
}

fn dispatch(
    state: &mut State,
    received: &Received,
    number: u64,
    fault: Option<&Action>,
) -> (Reply, bool) {
    let (knobs, now) = (state.knobs.clone(), state.clock.now());
    match (received.method.as_str(), received.path.as_str()) {
        ("POST", "/oauth/token") => {
            let form = form(received);
            state.tokens.exchange(
                form.get("grant_type").map(String::as_str),
                form.get("refresh_token").map(String::as_str),
                &knobs,
                now,
            )
        }
        ("POST" | "GET", "/oauth/validateAccess") => {
            let form = form(received);
            (
                state.tokens.validate(
                    form.get("access_token")
                        .or(received.access.as_ref())
                        .map(String::as_str),
                    now,
                ),
                false,
            )
        }
        (_, path) if path.starts_with("/api/v3/") => {
            let call = Call {
                number,
                method: &received.method,
                path: path.strip_suffix('/').unwrap_or(path),
                query: parse_query(&received.query),
                access: received.access.clone(),
                body: &received.body,
                fault,
            };
            answer(state, &call)
        }
        _ => (Reply::html(404), false),
    }
}

/// Gigabytes of JSON that never end.
fn huge() -> Response {
    let part = Bytes::from(vec![b' '; 1024 * 1024]);
    let stream =
        futures::stream::iter(0..10_240).map(move |_| Ok::<_, std::io::Error>(part.clone()));
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}
