//! Which order a subscription came of, and which order a change of it came of.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::order::{OrderAction, OrderLine, OrderState};
use domain::subscription::{Subscription, SubscriptionEventKind};
use domain::{ConnectionId, CustomerId, OrderId, SubscriptionId};
use jiff::{SignedDuration, Timestamp};
use rules::subscriptions::diff::SubscriptionEvent;
use store::orders::{self, OrderEventKind, OrderEventRow, OrderFilter, OrderHit, OrderRow};
use store::subscriptions::{self, SubscriptionRow};
use store::{ConnectionTrait, StoreError};

/// Orders of one customer, or of one subscription, that are looked at: the newest.
const LOOKED_AT: u32 = 200;
/// How far the day of purchase may lie before the order: clocks differ.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// How far it may lie after the order ended, or after it began where it has not ended.
const AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long after its order a change may show.
const CHANGE_WITHIN: SignedDuration = SignedDuration::from_hours(45 * 24);

/// Finds orders by what was bought, reading each customer's once.
pub(super) struct Origins {
    connection: ConnectionId,
    /// Orders of new subscriptions, by customer.
    hits: HashMap<CustomerId, Vec<OrderHit>>,
    orders: HashMap<OrderId, OrderRow>,
    /// Lines that have their subscription, by order and variant.
    taken: HashMap<(OrderId, Variant), usize>,
}

/// Product, SKU and plan, as Ion names them.
type Variant = (String, String, String);

impl Origins {
    pub(super) fn new(connection: ConnectionId) -> Self {
        Self {
            connection,
            hits: HashMap::new(),
            orders: HashMap::new(),
            taken: HashMap::new(),
        }
    }

    /// The order that a new subscription came of. It then has its line, and no other subscription gets it.
    ///
    /// An order that has not ended may still fail, and what looks like its own be an earlier order's: where it fits best and Ion does not name
    /// the subscription, nothing is said yet. Carried out, it is looked at again.
    pub(super) async fn of(
        &mut self,
        conn: &impl ConnectionTrait,
        of: &Subscription,
        customer: Option<CustomerId>,
    ) -> Result<Option<OrderId>, StoreError> {
        let Some(customer) = customer.filter(|_| !of.product_ion_id.is_empty()) else {
            return Ok(None);
        };
        self.load(conn, customer).await?;
        let near: Vec<OrderId> = self.hits[&customer]
            .iter()
            .filter(|hit| is_near(hit, of.purchased_at))
            .map(|hit| hit.id)
            .collect();
        let mut best: Option<(Closeness, OrderId)> = None;
        for id in near {
            if let Entry::Vacant(place) = self.orders.entry(id) {
                let Some(row) = orders::find(conn, id).await? else {
                    continue;
                };
                place.insert(row);
            }
            let order = &self.orders[&id];
            let taken = self.taken.get(&(id, variant(of))).copied().unwrap_or(0);
            if let Some(close) = closeness(order, of, taken)
                && best.as_ref().is_none_or(|(other, _)| close > *other)
            {
                best = Some((close, id));
            }
        }
        let Some(((named, ..), id)) = best else {
            return Ok(None);
        };
        if !named && self.orders[&id].state != OrderState::Completed {
            return Ok(None);
        }
        *self.taken.entry((id, variant(of))).or_default() += 1;
        Ok(Some(id))
    }

    async fn load(
        &mut self,
        conn: &impl ConnectionTrait,
        customer: CustomerId,
    ) -> Result<(), StoreError> {
        if self.hits.contains_key(&customer) {
            return Ok(());
        }
        let filter = OrderFilter {
            customer: Some(customer),
            connection: Some(self.connection),
            limit: LOOKED_AT,
            ..OrderFilter::default()
        };
        let mut hits = orders::search(conn, &filter).await?.orders;
        hits.retain(|hit| {
            let failed = hit.state == OrderState::Failed;
            hit.action == OrderAction::Buy && (is_at_ion(hit.state) || failed)
        });
        if !hits.is_empty() {
            for row in subscriptions::list_of_customer(conn, customer).await? {
                if let Some(order) = row.order {
                    let variant = variant(&row.subscription);
                    *self.taken.entry((order, variant)).or_default() += 1;
                }
            }
        }
        self.hits.insert(customer, hits);
        Ok(())
    }
}

/// How well an order fits: the vendor's id says it, the purchase orders, the number of seats, how near in time.
type Closeness = (bool, bool, bool, std::cmp::Reverse<SignedDuration>);

/// How well an order fits a subscription; nothing where it does not, or where each of its lines has one.
fn closeness(order: &OrderRow, of: &Subscription, taken: usize) -> Option<Closeness> {
    let by_resource = is_named(order, of);
    // Of one that failed a part may have been carried out: only Ion knows which.
    if !by_resource && order.state == OrderState::Failed {
        return None;
    }
    let fitting: Vec<Bought<'_>> = bought(order)
        .filter(|one| {
            one.variant == variant(of)
                && may_be(&one.line.reseller_po, &of.reseller_po)
                && may_be(&one.line.customer_po, &of.customer_po)
        })
        .collect();
    if !by_resource && fitting.len() <= taken {
        return None;
    }
    let same_po = fitting.iter().any(|one| {
        let (ours, theirs) = (one.line, of);
        !ours.reseller_po.is_empty() && ours.reseller_po == theirs.reseller_po
            || !ours.customer_po.is_empty() && ours.customer_po == theirs.customer_po
    });
    let same_seats = fitting.iter().any(|one| Some(one.quantity) == of.seats);
    let at = order.submitted_at.unwrap_or(order.created_at);
    let apart = of.purchased_at.map_or(SignedDuration::MAX, |bought| {
        bought.duration_since(at).abs()
    });
    Some((by_resource, same_po, same_seats, std::cmp::Reverse(apart)))
}

/// Whether Ion's own answer on an order names this subscription, by the vendor's id.
fn is_named(order: &OrderRow, of: &Subscription) -> bool {
    !of.resource_id.is_empty()
        && order.ion.as_ref().is_some_and(|ion| {
            let mut lines = ion.lines.iter();
            lines.any(|line| line.resource_id.as_deref() == Some(of.resource_id.as_str()))
        })
}

/// Subscriptions that came of a purchase. Of one that failed or was called off only those that Ion names in it.
pub(super) async fn came_of(
    conn: &impl ConnectionTrait,
    order: &OrderRow,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let Some(customer) = order.customer.filter(|_| order.ion_id.is_some()) else {
        return Ok(Vec::new());
    };
    let void = matches!(order.state, OrderState::Failed | OrderState::Cancelled);
    let mut all = subscriptions::list_of_customer(conn, customer).await?;
    all.retain(|row| row.order == Some(order.id) && (!void || is_named(order, &row.subscription)));
    Ok(all)
}

/// Two purchase order numbers do not contradict each other: Ion may leave one out.
fn may_be(ordered: &str, shown: &str) -> bool {
    ordered.is_empty() || shown.is_empty() || ordered == shown
}

fn variant(of: &Subscription) -> Variant {
    (
        of.product_ion_id.clone(),
        of.sku_id.clone(),
        of.plan_id.clone(),
    )
}

/// Something that an order buys: a line, or what comes with it, which Ion shows as a subscription of its own.
struct Bought<'a> {
    variant: Variant,
    quantity: u32,
    line: &'a OrderLine,
}

fn bought(order: &OrderRow) -> impl Iterator<Item = Bought<'_>> {
    let lines = order.content.lines.iter();
    lines
        .filter(|line| line.resource_id.is_none())
        .flat_map(|line| {
            let id = |sku: &str, plan: &str| {
                (line.product_ion_id.clone(), sku.to_owned(), plan.to_owned())
            };
            let itself = Bought {
                variant: id(&line.sku_id, &line.plan_id),
                quantity: line.quantity,
                line,
            };
            let add_ons = line.add_ons.iter().map(move |add_on| Bought {
                variant: id(&add_on.add_on_id, &add_on.plan_id),
                quantity: add_on.quantity,
                line,
            });
            [itself].into_iter().chain(add_ons)
        })
}

/// Whether each line of a purchase has its subscription. What comes with a line may be part of it.
pub(super) fn has_all(order: &OrderRow, rows: &[SubscriptionRow]) -> bool {
    let mut left: Vec<Variant> = rows
        .iter()
        .filter(|row| row.order == Some(order.id))
        .map(|row| variant(&row.subscription))
        .collect();
    order.content.lines.iter().all(|line| {
        let wanted = (
            line.product_ion_id.clone(),
            line.sku_id.clone(),
            line.plan_id.clone(),
        );
        match left.iter().position(|one| *one == wanted) {
            Some(place) => {
                left.swap_remove(place);
                true
            }
            None => false,
        }
    })
}

/// True where Ion is known to have the order, and may have made something of it.
pub(super) fn is_at_ion(state: OrderState) -> bool {
    state.is_followed() || state == OrderState::Completed
}

fn is_near(hit: &OrderHit, bought: Option<Timestamp>) -> bool {
    let from = hit.submitted_at.unwrap_or(hit.created_at);
    let until = if hit.state.is_final() {
        hit.state_since
    } else {
        Timestamp::MAX
    };
    bought.is_none_or(|bought| {
        bought.duration_since(from) >= -BEFORE
            && (until == Timestamp::MAX || bought.duration_since(until) <= AFTER)
    })
}

/// The order from here that a change of a subscription came of.
pub(super) async fn cause(
    conn: &impl ConnectionTrait,
    subscription: SubscriptionId,
    events: &[SubscriptionEvent],
    now: Timestamp,
) -> Result<Option<OrderId>, StoreError> {
    if !events.iter().any(|event| is_ordered(event.kind)) {
        return Ok(None);
    }
    let filter = OrderFilter {
        subscription: Some(subscription),
        limit: LOOKED_AT,
        ..OrderFilter::default()
    };
    for hit in orders::search(conn, &filter).await?.orders {
        let asked = hit.submitted_at.unwrap_or(hit.created_at);
        if !hit.action.is_change()
            || !is_at_ion(hit.state)
            || now.duration_since(asked) > CHANGE_WITHIN
        {
            continue;
        }
        let Some(order) = orders::find(conn, hit.id).await? else {
            continue;
        };
        let quantity = order.content.lines.first().map(|line| line.quantity);
        if events
            .iter()
            .any(|event| explains(hit.action, quantity, event))
        {
            return Ok(Some(hit.id));
        }
    }
    Ok(None)
}

/// What orders do to a subscription.
fn is_ordered(kind: SubscriptionEventKind) -> bool {
    matches!(
        kind,
        SubscriptionEventKind::Seats
            | SubscriptionEventKind::State
            | SubscriptionEventKind::Renewal
    )
}

/// Whether an order of this kind did what an event tells.
fn explains(action: OrderAction, quantity: Option<u32>, event: &SubscriptionEvent) -> bool {
    use SubscriptionEventKind as Kind;
    let after = event.after.as_str();
    match action {
        OrderAction::Seats => {
            event.kind == Kind::Seats && quantity.is_some_and(|seats| after == seats.to_string())
        }
        OrderAction::Suspend => event.kind == Kind::State && after == "suspended",
        OrderAction::Resume => {
            event.kind == Kind::State && matches!(after, "active" | "ends" | "trial")
        }
        OrderAction::Cancel => {
            event.kind == Kind::State && matches!(after, "cancelled" | "expired")
        }
        OrderAction::RenewalOn => event.kind == Kind::Renewal && after == "on",
        OrderAction::RenewalOff => event.kind == Kind::Renewal && after == "off",
        OrderAction::Buy | OrderAction::Other => false,
    }
}

/// Whether a subscription stands as a change asked for it.
pub(super) fn shows(action: OrderAction, quantity: u32, of: &Subscription) -> bool {
    use domain::subscription::SubscriptionState as S;
    match action {
        OrderAction::Seats => of.seats == Some(quantity),
        OrderAction::Suspend => of.state == S::Suspended,
        OrderAction::Resume => matches!(of.state, S::Active | S::Ends | S::Trial),
        OrderAction::Cancel => !of.state.is_live(),
        OrderAction::RenewalOn => of.auto_renew == Some(true),
        OrderAction::RenewalOff => of.auto_renew == Some(false),
        OrderAction::Buy | OrderAction::Other => true,
    }
}

/// The event of one that is shown again.
pub(super) fn returned() -> SubscriptionEvent {
    SubscriptionEvent {
        kind: SubscriptionEventKind::Returned,
        before: String::new(),
        after: String::new(),
    }
}

/// A line of an order's timeline: its subscription was seen, or shows its change.
pub(super) fn told(
    order: OrderId,
    of: &Subscription,
    events: &[SubscriptionEvent],
    now: Timestamp,
) -> OrderEventRow {
    let mut parts = Vec::new();
    for event in events {
        match event.kind {
            SubscriptionEventKind::Seen => parts.push(event.after.clone()),
            SubscriptionEventKind::Seats => {
                parts.push(format!("{} seats, before {}", event.after, event.before));
            }
            SubscriptionEventKind::State => parts.push(event.after.clone()),
            SubscriptionEventKind::Renewal => parts.push(format!("renewal {}", event.after)),
            _ => {}
        }
    }
    let name = if of.name.is_empty() {
        &of.sku_name
    } else {
        &of.name
    };
    OrderEventRow {
        order,
        at: now,
        kind: OrderEventKind::Subscription,
        actor: "Ion".to_owned(),
        message: format!(
            "Its subscription was seen in Ion: {name}, {}.",
            parts.join(", ")
        ),
        detail: format!("Ion's id {}", of.ion_id),
        request_id: None,
    }
}

#[cfg(test)]
mod tests;
