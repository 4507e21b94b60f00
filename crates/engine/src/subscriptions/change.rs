//! Changes of a subscription: a draft order with one `UPDATE` line, reviewed and sent as any other.

use domain::SubscriptionId;
use domain::order::{LinePrice, OrderContent, OrderLine};
use jiff::{SignedDuration, Timestamp};
use rules::subscriptions::change::{SubscriptionChange, at_renewal, change};
use rules::subscriptions::remind::coming;
use store::StoreError;
use store::audit::Actor;
use store::orders::{self, OrderRow};
use store::subscriptions::{self, SubscriptionRow};

use super::context::today;
use super::money;
use super::today::Prices;
use super::view::increases_at;
use crate::Engine;
use crate::margins::MarginBook;
use crate::orders::{NewDraft, OrderError};

/// How long before a renewal a change is sent that is to hold from it on. Hours, not days: a change of the clocks moves no instant.
const BEFORE_RENEWAL: SignedDuration = SignedDuration::from_hours(24);

/// When a change is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// As soon as it is confirmed.
    Now,
    /// At this time.
    At(Timestamp),
    /// With the renewal: 24 hours before it; fewer seats, which a vendor takes back only once the term has rolled over, an hour after it.
    Renewal,
}

impl Engine {
    /// Begins the order of a change. The time stands in the draft's `scheduled_for`; it counts once the order is confirmed.
    pub async fn change_subscription(
        &self,
        subscription: SubscriptionId,
        wanted: SubscriptionChange,
        when: When,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let now = self.clock().now();
        let conn = self.store().read();
        let row = subscriptions::find(conn, subscription)
            .await?
            .ok_or(OrderError::Gone)?;
        if row.gone_at.is_some() {
            return Err(OrderError::Refused(
                "Ion no longer shows this subscription, so it cannot be changed. Order the product anew.".to_owned(),
            ));
        }
        let at = send_at(&row, wanted, when, now)?;
        let added = increases_at(conn, &row, at, now).await?;
        let mut line = change(&row.subscription, wanted, &added, now)
            .map_err(|refusal| OrderError::Refused(refusal.to_string()))?;
        self.fill_in(&row, &mut line).await?;
        let new = NewDraft {
            customer: row.customer,
            connection: Some(row.connection),
            content: OrderContent {
                lines: vec![line],
                note: String::new(),
            },
        };
        self.begin_change(new, &row, at, actor).await
    }

    /// What only we know of it: our product, the vendor's name, the sale price, today's price of the catalog.
    async fn fill_in(&self, row: &SubscriptionRow, line: &mut OrderLine) -> Result<(), OrderError> {
        let conn = self.store().read();
        let of = &row.subscription;
        line.product = row.product;
        line.vendor.clone_from(&row.vendor);
        line.customer_po.clone_from(&of.customer_po);
        line.reseller_po.clone_from(&of.reseller_po);
        let listed = Prices::of(conn, std::slice::from_ref(row))
            .await?
            .listed(row);
        let listed = listed.map(|listed| (listed.cost, listed.since));
        // Within its term a subscription costs what it cost; what Ion does not say, the catalog does.
        let known = line.price.take().map(|price| (price.cost, price.since));
        let price = known.or(listed).zip(of.currency);
        let Some(((cost, since), currency)) = price else {
            return Ok(());
        };
        let ask = money::ask_at(
            of,
            &row.vendor,
            row.customer,
            cost.clone(),
            currency,
            today(self),
        );
        let sale = MarginBook::load(conn).await?.price(&ask);
        line.price = Some(LinePrice {
            currency,
            cost,
            sale_rule: sale.as_ref().map(|sale| sale.rule_name.clone()),
            sale: sale.map(|sale| sale.amount),
            since,
        });
        Ok(())
    }

    /// Begins the draft, and notes which subscription it changes and when it is to be sent.
    async fn begin_change(
        &self,
        new: NewDraft,
        of: &SubscriptionRow,
        at: Option<Timestamp>,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let tx = self.store().begin().await?;
        let mut order = self.begin_in(&tx, new, actor).await?;
        let version = order.version;
        order.subscription = Some(of.id);
        order.scheduled_for = at;
        if order.ion_customer_id.is_empty() {
            // A change goes to the customer that Ion has it under, linked or not.
            let ion = &of.subscription;
            order.ion_customer_id.clone_from(&ion.ion_customer_id);
            order.customer_name.clone_from(&of.customer_name);
        }
        if !orders::save(&tx, &order, version).await? {
            return Err(StoreError::Missing("the draft that was just made").into());
        }
        tx.commit().await?;
        order.version = version + 1;
        Ok(order)
    }
}

/// When the order is to be sent; nothing for at once.
fn send_at(
    row: &SubscriptionRow,
    wanted: SubscriptionChange,
    when: When,
    now: Timestamp,
) -> Result<Option<Timestamp>, OrderError> {
    let of = &row.subscription;
    match when {
        When::Now => Ok(None),
        When::At(at) if at <= now => Err(OrderError::Refused(
            "This time is over. Choose a later one, or send the change now.".to_owned(),
        )),
        When::At(at) => Ok(Some(at)),
        When::Renewal => {
            let fewer = matches!(wanted, SubscriptionChange::Seats(total) if of.seats.is_some_and(|seats| total < seats));
            let Some(coming) = coming(of) else {
                return Err(OrderError::Refused(
                    "Ion does not say when this subscription renews. Send the change now, or choose a time.".to_owned(),
                ));
            };
            if coming.ends && fewer {
                return Err(OrderError::Refused(
                    "This subscription ends and does not renew, so fewer seats can be had only in a new order. Turn its renewal on first, or let it end.".to_owned(),
                ));
            }
            if coming.at <= now {
                return Err(OrderError::Refused(
                    "Ion shows a renewal that is over. Read the subscriptions again, then choose."
                        .to_owned(),
                ));
            }
            if fewer {
                return Ok(at_renewal(of, now));
            }
            let before = coming.at - BEFORE_RENEWAL;
            if before <= now {
                return Err(OrderError::Refused(
                    "It renews or ends in less than 24 hours. Send the change now.".to_owned(),
                ));
            }
            Ok(Some(before))
        }
    }
}
