//! Ion's orders are read for what changed: those placed in its portal become orders here, ours are updated, and late ones of ours are found.

use std::collections::{HashMap, HashSet};

use domain::order::{IonOrder, OrderAction, OrderContent, OrderLine, OrderOrigin, OrderState};
use domain::{BillingPeriod, ConnectionId, OrderId, Term};
use ion_client::{IonClient, Item, Order, OrderSort, PageToken};
use jiff::Timestamp;
use rules::orders::reconcile::{MatchedBy, any_reference, match_order, reference, reference_in};
use rules::orders::state::ion_state;
use rules::subscriptions::change::action_of;
use store::StoreError;
use store::customers;
use store::orders::{self, OrderEventKind, OrderEventRow, OrderRow, OrderSetting};

use super::error::SubmitError;
use super::facts::next_poll;
use super::happen::{ION, follow_key};
use super::jobs::JobEnd;
use super::way::way;
use super::{buyer, follow, map, offers, search, words};
use crate::Engine;

/// Ion's clock and ours differ, and a list may lag: so far behind the last reading the next one goes back.
const OVERLAP: std::time::Duration = std::time::Duration::from_secs(600);
/// Pages of one reading. The first one of a large account may take several readings.
const MOST_PAGES: u32 = 2000;
/// Pages that bring nothing new, in a row, after which a list is taken to run in a circle.
const EMPTY_TURNS: u32 = 3;
/// Times that the list is begun anew because its page token ran out.
const RESTARTS: u32 = 3;
/// The pause of a reading after a backup was restored, where it did not come to its end.
const RESTORED_PAUSE: std::time::Duration = std::time::Duration::from_secs(30);
/// The pause of a reading that waits for a login.
const LOGIN_PAUSE: std::time::Duration = std::time::Duration::from_secs(300);

/// Reads the orders of a connection that changed at Ion.
pub async fn read(engine: &Engine, connection: ConnectionId) -> Result<JobEnd, SubmitError> {
    let Some((ion, row)) = way(engine, connection).await? else {
        return Ok(JobEnd::Again(LOGIN_PAUSE));
    };
    let setting = orders::setting(engine.store().read(), connection).await?;
    let reading = Reading {
        engine,
        ion,
        account: row.account_id,
        connection,
        began_at: engine.order_time(),
        mark: setting.orders_until,
        back_to: setting
            .orders_until
            .map(|until| until.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN)),
    };
    let walked = reading.run().await?;
    let restored = setting.orders_until.is_some() && setting.orders_read_at.is_none();
    if restored && !walked.complete {
        // Nothing is sent before all was read that may have been sent before.
        return Ok(JobEnd::Again(RESTORED_PAUSE));
    }
    reading.finish(&setting, walked).await?;
    Ok(JobEnd::Done)
}

/// What a reading came to.
#[derive(Debug, Clone, Copy)]
struct Walked {
    /// The latest change that was seen.
    newest: Option<Timestamp>,
    /// All was read back to the last reading, and kept.
    complete: bool,
}

struct Reading<'a> {
    engine: &'a Engine,
    ion: IonClient,
    account: String,
    connection: ConnectionId,
    began_at: Timestamp,
    /// The latest change that an earlier reading saw.
    mark: Option<Timestamp>,
    /// Orders that changed before this are known.
    back_to: Option<Timestamp>,
}

impl Reading<'_> {
    /// Reads page by page.
    async fn run(&self) -> Result<Walked, SubmitError> {
        let (mut token, mut restarts, mut pages, mut idle): (Option<PageToken>, _, _, _) =
            (None, 0, 0, 0);
        let (mut sight, mut complete) = (Sight::default(), true);
        loop {
            let list = self
                .ion
                .orders(&self.account)
                .list()
                .page_size(self.engine.settings().orders.page_size)
                .sort_by(OrderSort::UpdateTime)
                .descending(true);
            let list = match token.clone() {
                Some(token) => list.start_at(token),
                None => list,
            };
            let page = match list.send().await {
                Ok(page) => page,
                Err(error)
                    if token.is_some() && error.page_token_expired() && restarts < RESTARTS =>
                {
                    restarts += 1;
                    token = None;
                    sight.restart();
                    continue;
                }
                Err(error) => return Err(SubmitError::Ion(error)),
            };
            pages += 1;
            let read: Vec<IonOrder> = page
                .items
                .iter()
                .filter_map(|item| self.one(item))
                .collect();
            // A page without an order, or without one that can be read, says nothing about going round: its token leads on.
            let says_something = !read.is_empty();
            let fresh: Vec<IonOrder> = read
                .into_iter()
                .filter(|order| sight.is_new(order))
                .collect();
            if !fresh.is_empty() {
                idle = 0;
            } else if says_something {
                idle += 1;
            }
            complete &= self.keep(&fresh).await?;
            let known = self
                .back_to
                .is_some_and(|back_to| sight.is_past(back_to, self.mark));
            let last = page.next.is_none() || known || idle >= EMPTY_TURNS;
            if last || pages >= MOST_PAGES {
                if !last {
                    tracing::warn!(connection = %self.connection, pages, "Ion's list of orders is longer than one reading; what is older stays unread");
                }
                return Ok(Walked {
                    newest: sight.newest,
                    complete: complete && (page.next.is_none() || known),
                });
            }
            token = page.next;
        }
    }

    /// One that cannot be read stops nothing: it is told, and comes again when it changes. What carries a reference of ours is known by
    /// that alone, and asked for by id.
    fn one(&self, item: &Item<Order>) -> Option<IonOrder> {
        match item.decode() {
            Ok(order) => map::from_ion(&order),
            Err(error) => {
                let reference = reference_in(item.raw());
                if let Some(order) = reference.and_then(|it| search::nameless(item, &it)) {
                    return Some(order);
                }
                tracing::warn!(connection = %self.connection, order = item.id(), path = error.path, error = %error.message, "an order of Ion's cannot be read; it is left out");
                None
            }
        }
    }

    /// False where one could not be brought up to date.
    async fn keep(&self, page: &[IonOrder]) -> Result<bool, SubmitError> {
        if page.is_empty() {
            return Ok(true);
        }
        let conn = self.engine.store().read();
        let ids: Vec<String> = page.iter().map(|order| order.ion_id.clone()).collect();
        let mut known: HashMap<String, OrderRow> =
            orders::find_many_by_ion(conn, self.connection, &ids)
                .await?
                .into_iter()
                .filter_map(|row| Some((row.ion_id.clone()?, row)))
                .collect();
        let references: Vec<String> = page.iter().filter_map(any_reference).collect();
        let ours: HashMap<String, OrderRow> = orders::find_many_by_reference(conn, &references)
            .await?
            .into_iter()
            .filter(|row| row.connection == self.connection)
            .map(|row| (row.reference.clone(), row))
            .collect();
        let (mut strangers, mut all) = (Vec::new(), true);
        for order in page {
            let outcome = match known.remove(&order.ion_id) {
                Some(row) => self.again(&row, order).await,
                None => match any_reference(order).and_then(|reference| ours.get(&reference)) {
                    // A second one with our reference: told once, and from then on followed as one that was placed elsewhere.
                    Some(row) if row.ion_id.as_ref().is_some_and(|id| *id != order.ion_id) => {
                        strangers.push(order);
                        self.ours(row, order).await
                    }
                    Some(row) => self.ours(row, order).await,
                    None => {
                        strangers.push(order);
                        Ok(())
                    }
                },
            };
            all &= self.go_on(order, outcome)?;
        }
        self.see(&strangers).await?;
        Ok(all)
    }

    /// What a single order costs is that order; what the store costs is the reading.
    fn go_on(
        &self,
        order: &IonOrder,
        outcome: Result<(), SubmitError>,
    ) -> Result<bool, SubmitError> {
        match outcome {
            Err(
                SubmitError::Store(StoreError::Corrupt { .. } | StoreError::Conflict { .. })
                | SubmitError::Busy,
            ) => {
                tracing::warn!(connection = %self.connection, order = order.ion_id, "an order could not be brought up to date; the next reading tries again");
                Ok(false)
            }
            other => other.map(|()| true),
        }
    }

    /// One that is known by Ion's id.
    async fn again(&self, row: &OrderRow, order: &IonOrder) -> Result<(), SubmitError> {
        // Its details could not be read: they stay as they are known.
        if order.lines.is_empty() && order.status_word.is_empty() && row.ion.is_some() {
            return Ok(());
        }
        let same = row.ion.as_ref().is_some_and(|ion| {
            ion.status_word == order.status_word
                && ion.updated_at == order.updated_at
                && ion.faults == order.faults
                && ion.lines.len() == order.lines.len()
        });
        if same {
            return Ok(());
        }
        follow::heard(self.engine, row.id, order, &[])
            .await
            .map(drop)
    }

    /// One of ours whose answer was lost, or that another copy of this installation sent.
    async fn ours(&self, row: &OrderRow, order: &IonOrder) -> Result<(), SubmitError> {
        let by = match_order(&row.reference, order).unwrap_or(MatchedBy::Reference);
        if row.state.is_unsent() || (row.state == OrderState::Submitting && row.sends == 0) {
            self.engine.sent_elsewhere(row.id, order, by).await?;
        } else {
            self.engine.found(row.id, order, by).await?;
        }
        Ok(())
    }

    /// Those that were placed elsewhere.
    async fn see(&self, strangers: &[&IonOrder]) -> Result<(), SubmitError> {
        if strangers.is_empty() {
            return Ok(());
        }
        let engine = self.engine;
        let now = engine.order_time();
        let mut rows = Vec::new();
        let tx = engine.store().begin().await?;
        for order in strangers {
            // Taken in between by an answer that arrived.
            if orders::find_by_ion(&tx, self.connection, &order.ion_id)
                .await?
                .is_some()
            {
                continue;
            }
            let link = customers::find_link(&tx, self.connection, &order.ion_customer_id).await?;
            let customer = match &link {
                Some(link) => customers::find(&tx, link.customer).await?,
                None => None,
            };
            let name = match &customer {
                Some(customer) => buyer::name_of(customer),
                None => customers::find_ion(&tx, self.connection, &order.ion_customer_id)
                    .await?
                    .map_or_else(String::new, |ion| buyer::ion_name_of(&ion)),
            };
            let number = orders::next_number(&tx).await?;
            let id = OrderId::new(engine.ids());
            let mut row = seen(id, number, self.connection, order, now);
            row.customer = customer.map(|customer| customer.id);
            row.customer_name = name;
            offers::name_lines(&tx, self.connection, &mut row.content).await?;
            row.totals = Some(rules::orders::money::totals(&row.content));
            row.next_look_at = next_poll(&row, now);
            rows.push(row);
        }
        let events: Vec<OrderEventRow> = rows.iter().map(|row| first_line(row, now)).collect();
        orders::insert_many(&tx, &rows).await?;
        orders::add_events(&tx, &events).await?;
        for row in &rows {
            if let Some(at) = row.next_look_at {
                let payload = store::queue::Payload::FollowOrder { order: row.id };
                engine.wake(&tx, payload, &follow_key(row.id), at).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn finish(&self, before: &OrderSetting, walked: Walked) -> Result<(), SubmitError> {
        // Ion's clock may be behind ours: then what it saw last is the mark. What was not read to its end is read again.
        let newest = walked.newest.filter(|_| walked.complete);
        let until = newest
            .map(|newest| newest.min(self.began_at))
            .max(before.orders_until);
        let tx = self.engine.store().begin().await?;
        let mut setting = orders::setting(&tx, self.connection).await?;
        setting.orders_until = until;
        setting.orders_read_at = Some(self.began_at);
        orders::save_setting(&tx, self.connection, &setting).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What was seen of a list.
#[derive(Debug)]
struct Sight {
    ids: HashSet<String>,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// When the first one of the list changed.
    first: Option<Timestamp>,
    is_sorted: bool,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            ids: HashSet::new(),
            oldest: None,
            newest: None,
            first: None,
            is_sorted: true,
        }
    }
}

impl Sight {
    /// Whether an order was not seen before in this reading.
    fn is_new(&mut self, order: &IonOrder) -> bool {
        if !self.ids.insert(order.ion_id.clone()) {
            return false;
        }
        match order.updated_at {
            Some(at) => {
                if self.oldest.is_some_and(|oldest| at > oldest) {
                    self.is_sorted = false;
                }
                self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
                self.newest = self.newest.max(Some(at));
                self.first.get_or_insert(at);
            }
            None => self.is_sorted = false,
        }
        true
    }

    /// Whether all that changed since was seen: the list comes newest first, and is older by now.
    ///
    /// A list that comes oldest first may look sorted for a page, where orders were made at one time. It does not begin with the latest
    /// change that is known.
    fn is_past(&self, back_to: Timestamp, mark: Option<Timestamp>) -> bool {
        self.is_sorted && self.first >= mark && self.oldest.is_some_and(|oldest| oldest < back_to)
    }

    fn restart(&mut self) {
        let newest = self.newest;
        *self = Self {
            newest,
            ..Self::default()
        };
    }
}

/// An order that was placed elsewhere, as a row.
fn seen(
    id: OrderId,
    number: u64,
    connection: ConnectionId,
    order: &IonOrder,
    now: Timestamp,
) -> OrderRow {
    let made = order.created_at.unwrap_or(now);
    let state = ion_state(order.status, OrderState::Placed);
    let changed = order.updated_at.unwrap_or(made);
    let lines: Vec<OrderLine> = order.lines.iter().map(line).collect();
    OrderRow {
        id,
        number,
        connection,
        customer: None,
        ion_customer_id: order.ion_customer_id.clone(),
        customer_name: String::new(),
        origin: OrderOrigin::Ion,
        action: kind_of(&lines),
        subscription: None,
        state,
        state_since: changed,
        version: 1,
        // Unique as all are; Ion's own label stands in what Ion shows.
        reference: reference(id),
        ion_id: Some(order.ion_id.clone()),
        content: OrderContent {
            lines,
            note: String::new(),
        },
        totals: None,
        payload: None,
        ion: Some(order.clone()),
        failure: None,
        created_by: who(order),
        created_at: made,
        edited_by: who(order),
        edited_at: made,
        submitted_by: None,
        submitted_at: Some(made),
        scheduled_for: None,
        sent_at: None,
        sends: 0,
        looks: 0,
        looked_at: None,
        looked_complete: false,
        next_look_at: None,
        not_found_at: None,
        polled_at: None,
        polls: 0,
        cancel_asked_at: None,
        stuck_at: None,
        ended_at: state.is_final().then_some(changed),
        price_moved: false,
        has_secret: false,
    }
}

fn who(order: &IonOrder) -> String {
    if order.placed_by.is_empty() {
        ION.to_owned()
    } else {
        order.placed_by.clone()
    }
}

fn line(line: &domain::order::IonOrderLine) -> OrderLine {
    OrderLine {
        product: None,
        product_ion_id: line.product_ion_id.clone(),
        sku_id: line.sku_id.clone(),
        plan_id: line.plan_id.clone(),
        vendor: String::new(),
        provider_id: String::new(),
        product_name: line.product_name.clone(),
        sku_name: String::new(),
        plan_name: String::new(),
        part_number: None,
        term: Term::Unknown,
        billing: BillingPeriod::Unspecified,
        quantity: line.quantity,
        quantity_before: None,
        resource_id: line.resource_id.clone(),
        customer_po: String::new(),
        reseller_po: String::new(),
        add_ons: Vec::new(),
        attributes: line.attributes.clone(),
        price: None,
    }
}

/// What an order placed elsewhere is for, as far as its first line tells.
fn kind_of(lines: &[OrderLine]) -> OrderAction {
    lines.first().map_or(OrderAction::Other, action_of)
}

fn first_line(row: &OrderRow, now: Timestamp) -> OrderEventRow {
    OrderEventRow {
        order: row.id,
        at: now,
        kind: OrderEventKind::Seen,
        actor: ION.to_owned(),
        message: format!(
            "First seen here. It was placed elsewhere, as Ion's {}.",
            row.ion_id.as_deref().unwrap_or_default()
        ),
        detail: row.ion.as_ref().map_or_else(String::new, words::ion_status),
        request_id: None,
    }
}
