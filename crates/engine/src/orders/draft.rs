//! Drafts: begun, edited, copied, thrown away. Nothing of it is known to Ion.

use domain::connection::ConnectionStatus;
use domain::order::{OrderAction, OrderContent, OrderLine, OrderOrigin, OrderState};
use domain::{ConnectionId, CustomerId, OrderId, VariantId};
use jiff::Timestamp;
use rules::orders::check::{MAX_LINES, Problem};
use rules::orders::money::totals;
use rules::orders::reconcile::reference;
use rules::subscriptions::change::action_of;
use store::audit::{self, Actor};
use store::customers::{self, CustomerRow};
use store::orders::{self, OrderEventKind, OrderRow};
use store::{ConnectionTrait, StoreError, Tx, connections};

use super::buyer;
use super::due::price_moved;
use super::error::OrderError;
use super::fill;
use super::happen::{Turn, number_text};
use super::offers::{self, Take};
use crate::Engine;

/// A draft to begin.
#[derive(Debug, Clone, Default)]
pub struct NewDraft {
    /// For whom; may be said later.
    pub customer: Option<CustomerId>,
    /// By which connection: else the one that the customer is linked in, else the only one.
    pub connection: Option<ConnectionId>,
    /// What is asked for.
    pub content: OrderContent,
}

impl Engine {
    /// Begins a draft. Prices of lines without one are those of the catalog today.
    pub async fn begin_order(&self, new: NewDraft, actor: &Actor) -> Result<OrderRow, OrderError> {
        let tx = self.store().begin().await?;
        let row = self.begin_in(&tx, new, actor).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// The same inside a transaction.
    pub(crate) async fn begin_in(
        &self,
        tx: &Tx,
        new: NewDraft,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let now = self.order_time();
        let customer = self.customer_of(tx, new.customer).await?;
        let connection = connection_for(tx, new.connection, customer.as_ref()).await?;
        let id = OrderId::new(self.ids());
        let number = orders::next_number(tx).await?;
        let mut row = blank(id, number, connection, actor, now);
        row.customer = new.customer;
        row.content = tidy(new.content);
        self.settle(tx, &mut row, customer.as_ref(), None, Take::Missing)
            .await?;
        orders::insert(tx, &row).await?;
        let mut turn = Turn::of(&row);
        turn.tell(
            (OrderEventKind::Created, &actor.name),
            now,
            "The draft was begun.",
        );
        orders::add_events(tx, &turn.lines).await?;
        self.want_readings(tx, &row).await?;
        let about = number_text(number);
        audit::append(tx, &**self.clock(), actor, "order.draft", &about, "").await?;
        Ok(row)
    }

    /// Changes a draft against the version that was edited. What the catalog knows of a line is taken from the catalog. An order that changes a
    /// subscription keeps its customer.
    pub async fn edit_order(
        &self,
        id: OrderId,
        expected_version: u64,
        content: OrderContent,
        customer: Option<CustomerId>,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.change_draft((id, expected_version), Take::Missing, actor, |row| {
            keeps_customer(row, customer)?;
            row.content = tidy(content.clone());
            row.customer = customer;
            Ok(())
        })
        .await
    }

    /// Adds a line to a draft: this variant, at the price of the catalog today.
    pub async fn add_order_line(
        &self,
        id: OrderId,
        expected_version: u64,
        variant: VariantId,
        quantity: u32,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let offer = store::catalog::find_offer_of(self.store().read(), variant)
            .await?
            .ok_or_else(|| {
                OrderError::Refused(
                    "The catalog no longer has this. Choose another plan.".to_owned(),
                )
            })?;
        self.change_draft((id, expected_version), Take::Missing, actor, |row| {
            if offer.connection != row.connection {
                return Err(OrderError::Refused(
                    "This product is of another connection than the order. Begin an order there."
                        .to_owned(),
                ));
            }
            if offer.variant.variant.key.add_on {
                return Err(OrderError::Refused(
                    "This is an add-on. Add it to a line of its product.".to_owned(),
                ));
            }
            let key = &offer.variant.variant.key;
            let same = row.content.lines.iter_mut().find(|line| {
                line.resource_id.is_none()
                    && line.product_ion_id == offer.product_ion_id
                    && line.sku_id == key.sku_id
                    && line.plan_id == key.plan_id
            });
            match same {
                Some(line) => line.quantity = line.quantity.saturating_add(quantity),
                None => {
                    let mut line = line_of(&offer.product_ion_id, &key.sku_id, &key.plan_id);
                    line.quantity = quantity;
                    offers::describe(&mut line, &offer);
                    row.content.lines.push(line);
                }
            }
            Ok(())
        })
        .await
    }

    /// Takes a line out of a draft; lines are counted from 0.
    pub async fn remove_order_line(
        &self,
        id: OrderId,
        expected_version: u64,
        line: usize,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.change_draft((id, expected_version), Take::Missing, actor, |row| {
            if line < row.content.lines.len() {
                row.content.lines.remove(line);
            }
            Ok(())
        })
        .await
    }

    /// Takes the prices of the catalog today into a draft.
    pub async fn accept_prices(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        self.change_draft((id, expected_version), Take::All, actor, |_| Ok(()))
            .await
    }

    /// A new draft with what another order asked for, at the prices of today.
    pub async fn copy_order(&self, id: OrderId, actor: &Actor) -> Result<OrderRow, OrderError> {
        let tx = self.store().begin().await?;
        let from = orders::find(&tx, id).await?.ok_or(OrderError::Gone)?;
        if from.content.lines.is_empty() {
            return Err(OrderError::Refused(
                "Ion does not say what this order was for, so it cannot be copied.".to_owned(),
            ));
        }
        let mut content = from.content.clone();
        for line in &mut content.lines {
            if action_of(line) == OrderAction::Buy {
                line.price = None;
                for add_on in &mut line.add_ons {
                    add_on.price = None;
                }
            }
        }
        let new = NewDraft {
            customer: from.customer,
            connection: Some(from.connection),
            content,
        };
        let mut row = self.begin_in(&tx, new, actor).await?;
        if from.subscription.is_some() || row.ion_customer_id.is_empty() {
            let version = row.version;
            row.subscription = from.subscription;
            if row.customer.is_none() {
                row.ion_customer_id.clone_from(&from.ion_customer_id);
                row.customer_name.clone_from(&from.customer_name);
            }
            if !orders::save(&tx, &row, version).await? {
                return Err(StoreError::Missing("the draft that was just made").into());
            }
            row.version = version + 1;
        }
        tx.commit().await?;
        Ok(row)
    }

    /// Throws a draft away that was never confirmed.
    pub async fn discard_order(
        &self,
        id: OrderId,
        expected_version: u64,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let tx = self.store().begin().await?;
        let row = draft_of(&tx, id, expected_version).await?;
        if !orders::remove_draft(&tx, id, expected_version).await? {
            return Err(OrderError::Moved { now: Box::new(row) });
        }
        let now = self.order_time();
        super::notice::forget(&tx, id, now).await?;
        let about = number_text(row.number);
        audit::append(&tx, &**self.clock(), actor, "order.discard", &about, "").await?;
        Ok(tx.commit().await?)
    }

    /// Changes a draft, fills in what is known, and stores it where nobody else changed it.
    async fn change_draft(
        &self,
        (id, expected): (OrderId, u64),
        take: Take,
        actor: &Actor,
        change: impl Fn(&mut OrderRow) -> Result<(), OrderError>,
    ) -> Result<OrderRow, OrderError> {
        let now = self.order_time();
        let tx = self.store().begin().await?;
        let before = draft_of(&tx, id, expected).await?;
        let mut row = before.clone();
        change(&mut row)?;
        if row.content.lines.len() > MAX_LINES {
            return Err(OrderError::Invalid(vec![Problem::new(
                "/lines",
                "Lines",
                format!("more than {MAX_LINES} lines; make two orders of it."),
            )]));
        }
        let customer = self.customer_of(&tx, row.customer).await?;
        self.settle(&tx, &mut row, customer.as_ref(), Some(&before), take)
            .await?;
        row.edited_by.clone_from(&actor.name);
        row.edited_at = now;
        let mut turn = Turn::of(&before);
        turn.row = row;
        let message = match take {
            Take::All => "The prices of today were taken into the draft.",
            Take::Missing => "The draft was changed.",
        };
        turn.tell((OrderEventKind::Edited, &actor.name), now, message);
        turn.audit = Some((actor.clone(), "order.edit", String::new()));
        let Some(row) = self.write_in(&tx, turn).await? else {
            drop(tx);
            return Err(self.moved(id).await?);
        };
        self.want_readings(&tx, &row).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Asks Ion for what the form of a draft is made of and filled in from, as far as that is missing or old.
    async fn want_readings(&self, tx: &Tx, row: &OrderRow) -> Result<(), StoreError> {
        self.want_templates(tx, row).await?;
        self.want_cloud_profiles(tx, row).await
    }

    /// What follows from customer and lines: Ion's id of the customer, names and prices, what it is for, its totals.
    async fn settle(
        &self,
        tx: &Tx,
        row: &mut OrderRow,
        customer: Option<&CustomerRow>,
        before: Option<&OrderRow>,
        take: Take,
    ) -> Result<(), OrderError> {
        if let Some(before) = before {
            keep_changes(&mut row.content.lines, &before.content.lines);
        }
        let buyer = self.buyer(row.connection, row.customer);
        offers::fill(tx, buyer, &mut row.content, take).await?;
        if let Some(customer) = customer {
            let link = buyer::link_of(tx, row.connection, Some(customer)).await?;
            row.customer_name = buyer::name_of(customer);
            row.ion_customer_id = link.ion_id.unwrap_or_default();
        } else if row.subscription.is_none() {
            row.customer_name = String::new();
            row.ion_customer_id = String::new();
        }
        fill::fill_in(tx, row, customer, before).await?;
        row.action = row
            .content
            .lines
            .first()
            .map_or(OrderAction::Buy, action_of);
        let view = self.view_of(tx, row.clone()).await?;
        row.totals = Some(totals(&row.content));
        row.price_moved = price_moved(&view);
        Ok(())
    }

    pub(super) async fn customer_of(
        &self,
        tx: &Tx,
        id: Option<CustomerId>,
    ) -> Result<Option<CustomerRow>, OrderError> {
        let found = buyer::find(tx, id).await?;
        if id.is_some() && found.is_none() {
            return Err(OrderError::Invalid(vec![Problem::new(
                "/customer",
                "Customer",
                "there is no such customer here.",
            )]));
        }
        Ok(found)
    }

    /// Somebody else changed it meanwhile.
    pub(super) async fn moved(&self, id: OrderId) -> Result<OrderError, StoreError> {
        let now = orders::find(self.store().read(), id).await?;
        Ok(now.map_or(OrderError::Gone, |now| OrderError::Moved {
            now: Box::new(now),
        }))
    }
}

/// Whether an order changes a subscription: its customer is the one that Ion has the subscription under.
pub fn changes_subscription(row: &OrderRow) -> bool {
    let changes = |line: &OrderLine| action_of(line) != OrderAction::Buy;
    row.subscription.is_some() || row.content.lines.iter().any(changes)
}

/// Refuses another customer for an order that changes a subscription.
pub(super) fn keeps_customer(
    row: &OrderRow,
    customer: Option<CustomerId>,
) -> Result<(), OrderError> {
    if customer == row.customer || !changes_subscription(row) {
        return Ok(());
    }
    Err(OrderError::Invalid(vec![Problem::new(
        "/customer",
        "Customer",
        "this order changes a subscription, which stays with its customer.",
    )]))
}

/// A draft of this version.
pub(super) async fn draft_of(
    conn: &impl ConnectionTrait,
    id: OrderId,
    expected_version: u64,
) -> Result<OrderRow, OrderError> {
    let row = orders::find(conn, id).await?.ok_or(OrderError::Gone)?;
    if row.state != OrderState::Draft {
        return Err(OrderError::Refused(format!(
            "This order is {}; only a draft can be changed.",
            rules::orders::state::spoken(row.state)
        )));
    }
    if row.version != expected_version {
        return Err(OrderError::Moved { now: Box::new(row) });
    }
    Ok(row)
}

async fn connection_for(
    tx: &Tx,
    named: Option<ConnectionId>,
    customer: Option<&CustomerRow>,
) -> Result<ConnectionId, OrderError> {
    let all: Vec<_> = connections::list(tx)
        .await?
        .into_iter()
        .filter(|row| row.login.status != ConnectionStatus::Removed)
        .collect();
    if let Some(named) = named {
        let known = all.iter().any(|row| row.id == named);
        return known.then_some(named).ok_or(OrderError::NoConnection);
    }
    if let Some(customer) = customer {
        for row in &all {
            if customers::find_link_of(tx, row.id, customer.id)
                .await?
                .is_some()
            {
                return Ok(row.id);
            }
        }
    }
    match all.as_slice() {
        [] => Err(OrderError::NoConnection),
        [only] => Ok(only.id),
        _ => Err(OrderError::Invalid(vec![Problem::new(
            "/connection",
            "Connection",
            "there are several; say which one the order goes by.",
        )])),
    }
}

fn blank(
    id: OrderId,
    number: u64,
    connection: ConnectionId,
    actor: &Actor,
    now: Timestamp,
) -> OrderRow {
    OrderRow {
        id,
        number,
        connection,
        customer: None,
        ion_customer_id: String::new(),
        customer_name: String::new(),
        origin: OrderOrigin::Here,
        action: OrderAction::Buy,
        subscription: None,
        state: OrderState::Draft,
        state_since: now,
        version: 1,
        reference: reference(id),
        ion_id: None,
        content: OrderContent::default(),
        totals: None,
        payload: None,
        ion: None,
        failure: None,
        created_by: actor.name.clone(),
        created_at: now,
        edited_by: actor.name.clone(),
        edited_at: now,
        submitted_by: None,
        submitted_at: None,
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
        ended_at: None,
        price_moved: false,
        has_secret: false,
    }
}

pub(super) fn line_of(product: &str, sku: &str, plan: &str) -> OrderLine {
    OrderLine {
        product: None,
        product_ion_id: product.to_owned(),
        sku_id: sku.to_owned(),
        plan_id: plan.to_owned(),
        vendor: String::new(),
        provider_id: String::new(),
        product_name: String::new(),
        sku_name: String::new(),
        plan_name: String::new(),
        part_number: None,
        term: domain::Term::Unknown,
        billing: domain::BillingPeriod::Unspecified,
        quantity: 1,
        quantity_before: None,
        resource_id: None,
        customer_po: String::new(),
        reseller_po: String::new(),
        add_ons: Vec::new(),
        attributes: Vec::new(),
        price: None,
    }
}

pub(super) fn same_line(one: &OrderLine, other: &OrderLine) -> bool {
    one.product_ion_id == other.product_ion_id
        && one.sku_id == other.sku_id
        && one.plan_id == other.plan_id
        && one.resource_id == other.resource_id
}

/// White space around what people type, zero bytes, and attributes without a value are dropped.
fn tidy(mut content: OrderContent) -> OrderContent {
    let clean = |text: &mut String| {
        let tidied = text.replace('\0', "");
        tidied.trim().clone_into(text);
    };
    clean(&mut content.note);
    for line in &mut content.lines {
        for text in [
            &mut line.product_ion_id,
            &mut line.sku_id,
            &mut line.plan_id,
            &mut line.customer_po,
            &mut line.reseller_po,
        ] {
            clean(text);
        }
        if let Some(resource) = &mut line.resource_id {
            clean(resource);
        }
        line.resource_id = line.resource_id.take().filter(|id| !id.is_empty());
        line.attributes.retain_mut(|attribute| {
            clean(&mut attribute.name);
            clean(&mut attribute.value);
            !attribute.value.is_empty()
        });
    }
    content
}

/// What a change of a subscription is about stays as it was made: who edits it chooses seats, PO numbers and what the vendor asks for.
fn keep_changes(lines: &mut [OrderLine], before: &[OrderLine]) {
    for line in lines.iter_mut().filter(|line| line.resource_id.is_some()) {
        let Some(old) = before
            .iter()
            .find(|old| old.resource_id == line.resource_id)
        else {
            continue;
        };
        let edited = std::mem::replace(line, old.clone());
        line.customer_po = edited.customer_po;
        line.reseller_po = edited.reseller_po;
        if action_of(old) == OrderAction::Seats {
            line.quantity = edited.quantity;
        }
    }
}
