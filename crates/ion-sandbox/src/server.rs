//! The sandbox as a server, and as a value in tests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::carts::CartBook;
use crate::catalog::{Corruption, Listings, MovedPrice};
use crate::clock::{Clock, ClockMode};
use crate::customers::CustomerBook;
use crate::fault::{Fault, Rules};
use crate::gate::{Gate, GateState};
use crate::knobs::{KnobError, Knobs};
use crate::ledger::Ledger;
use crate::oauth::{Credentials, Tokens};
use crate::orders::{Order, OrderBook};
use crate::portal::Portal;
use crate::programs::Programs;
use crate::reports::ReportBook;
use crate::schedule::Schedule;
use crate::serve::{carry_out_late, serve};
use crate::state::State;
use crate::subscriptions::{Subscription, SubscriptionBook};
use crate::views::{OfferView, OrderView, SubscriptionView};
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
    /// Number of subscriptions at the start, with the orders that they came of; none where there are no products or customers.
    pub subscriptions: usize,
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
            subscriptions: 0,
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
    pub(crate) gates: Mutex<Vec<(String, Arc<GateState>)>>,
    pub(crate) key: Option<String>,
}

impl Inner {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state after all that had to happen by now.
    pub(crate) fn settled(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.settle();
        state
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
        let mut state = State {
            orders: OrderBook::new(),
            subscriptions: SubscriptionBook::new(config.seed),
            carts: CartBook::new(),
            reports: ReportBook::new(),
            programs: Programs::default(),
            schedule: Schedule::default(),
            listings: Listings::new(&config.account_id, config.seed, config.products),
            customers: CustomerBook::new(&config.account_id, config.seed, config.customers),
            account: config.account_id,
            knobs: config.knobs,
            rules,
            clock: Clock::new(config.clock),
            tokens: Tokens::default(),
            ledger: Ledger::default(),
            requests: 0,
            late: Vec::new(),
            recent: std::collections::VecDeque::new(),
        };
        crate::subscriptions::seed(&mut state, config.subscriptions);
        crate::orders::seed(&mut state);
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

    /// Every order that Ion holds, in the order in which they were made.
    pub fn orders(&self) -> Vec<OrderView> {
        let state = self.inner.settled();
        state.orders.all().iter().map(Order::view).collect()
    }

    /// Every subscription that Ion holds, whether or not lists show it yet, in the order in which they were made.
    pub fn subscriptions(&self) -> Vec<SubscriptionView> {
        let state = self.inner.settled();
        let all = state.subscriptions.all().iter();
        all.map(Subscription::view).collect()
    }

    /// Its portal, where people change customers, orders and subscriptions.
    pub fn portal(&self) -> Portal<'_> {
        Portal(&self.inner)
    }

    /// Lets the effects happen that a fault put off.
    pub fn let_late_effects_happen(&self) {
        carry_out_late(&mut self.inner.state(), u64::MAX);
    }

    /// Holds every request to this path (`PUT /path` for one method) until the gate is opened.
    pub fn hold(&self, path: &str) -> Gate {
        let gate = Arc::new(GateState::new());
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
pub struct Catalog<'a>(pub(crate) &'a Inner);

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

    /// Everything that it sells.
    pub fn offers(&self) -> Vec<OfferView> {
        self.0.state().listings.offer_views()
    }

    /// Deletes a product.
    pub fn remove(&self, id: &str) -> bool {
        self.0.state().listings.remove(id)
    }

    /// Disables a product, or enables it.
    pub fn set_disabled(&self, id: &str, disabled: bool) -> bool {
        let listings = &mut self.0.state().listings;
        listings.set_disabled(id, disabled).is_some()
    }

    /// Sets the price of a plan to these digits; stamp and etag stay as they are.
    pub fn set_price(&self, product: &str, sku: &str, plan: &str, price: &str) -> bool {
        let listings = &mut self.0.state().listings;
        listings.set_price(product, sku, plan, price)
    }

    /// Renames a product.
    pub fn rename(&self, id: &str, name: &str) -> bool {
        self.0.state().listings.rename(id, name)
    }
}
