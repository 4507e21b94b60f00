//! What follows from prices that an import found to have moved.

use domain::catalog::ChangeKind;
use domain::notice::{NoticeKind, Severity};
use domain::order::OrderState;
use domain::{ConnectionId, OrderId, RunId, SubscriptionId};
use rules::margins::price::shown_percent;
use rules::orders::money::moved;
use rust_decimal::Decimal;
use store::orders::{self, OrderFilter};
use store::runs::{self, RunRow};
use store::subscriptions::{self, SubscriptionRow};
use store::{StoreError, catalog};

use super::book::MarginBook;
use super::reprice::{Live, adopt_products, reprice_rows};
use crate::Engine;
use crate::notices::{NewNotice, raise};
use crate::subscriptions::money::ask_at;
use crate::subscriptions::{Listed, Prices, today};

/// A rise by this share, in percent, is told whatever the margin is.
const STEEP: Decimal = Decimal::from_parts(10, 0, 0, false, 0);
/// Subscriptions that a notice names.
const NAMED: usize = 5;
/// Drafts that are read at a time.
const PART: u32 = 200;

/// Marks drafts whose price moved, gives subscriptions the products that came, works out anew what they are sold for, and tells of what
/// will renew below the floor of its margin rule, or at a much higher cost.
pub async fn after_import(engine: &Engine, run: RunId) -> Result<(), StoreError> {
    let Some(run) = runs::find(engine.store().read(), run).await? else {
        return Ok(());
    };
    if !run.baseline && !brought_prices(engine, &run).await? {
        return Ok(());
    }
    let touched = mark_drafts(engine, run.connection).await?;
    if touched > 0 {
        tracing::info!(run = %run.id, drafts = touched, "prices of drafts moved");
    }
    let mut live = Live::of(engine, Some(run.connection));
    let mut prices = Prices::default();
    let mut told = Told::default();
    while let Some(rows) = live.next().await? {
        let rows = if adopt_products(engine, run.connection, &rows).await? > 0 {
            let ids: Vec<SubscriptionId> = rows.iter().map(|row| row.id).collect();
            subscriptions::find_many(engine.store().read(), &ids).await?
        } else {
            rows
        };
        prices.load(engine.store().read(), &rows).await?;
        reprice_rows(engine, &rows, &prices).await?;
        if !run.baseline {
            let book = MarginBook::load(engine.store().read()).await?;
            for row in &rows {
                told.look_at(engine, &run, row, &prices, &book);
            }
        }
    }
    told.raise(engine, &run).await
}

/// Whether an import found anything that prices of ours depend on.
async fn brought_prices(engine: &Engine, run: &RunRow) -> Result<bool, StoreError> {
    let counts = catalog::change_counts(engine.store().read(), run.id).await?;
    Ok(counts.iter().any(|count| {
        count.count > 0
            && !matches!(
                count.kind,
                ChangeKind::Details | ChangeKind::Availability | ChangeKind::Withdrawn
            )
    }))
}

/// Marks the drafts of a connection that show a price which no longer holds. Gives how many.
async fn mark_drafts(engine: &Engine, connection: ConnectionId) -> Result<usize, StoreError> {
    let conn = engine.store().read();
    let mut filter = OrderFilter {
        states: vec![OrderState::Draft],
        connection: Some(connection),
        limit: PART,
        ..OrderFilter::default()
    };
    let mut touched: Vec<OrderId> = Vec::new();
    loop {
        let page = orders::search(conn, &filter).await?;
        for hit in page.orders.iter().filter(|hit| !hit.price_moved) {
            if has_moved(engine, connection, hit.id).await? {
                touched.push(hit.id);
            }
        }
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    if !touched.is_empty() {
        let tx = engine.store().begin().await?;
        orders::mark_price_moved(&tx, &touched).await?;
        tx.commit().await?;
    }
    Ok(touched.len())
}

/// Whether a line of a draft shows a price that no longer holds. A change of a subscription has the price of its term, not the catalog's.
async fn has_moved(
    engine: &Engine,
    connection: ConnectionId,
    order: OrderId,
) -> Result<bool, StoreError> {
    let conn = engine.store().read();
    let Some(order) = orders::find(conn, order).await? else {
        return Ok(false);
    };
    for line in order
        .content
        .lines
        .iter()
        .filter(|line| line.resource_id.is_none())
    {
        let mut sold = vec![(
            line.sku_id.as_str(),
            line.plan_id.as_str(),
            false,
            &line.price,
        )];
        sold.extend(line.add_ons.iter().map(|add_on| {
            let (id, plan) = (add_on.add_on_id.as_str(), add_on.plan_id.as_str());
            (id, plan, true, &add_on.price)
        }));
        for (sku, plan, add_on, seen) in sold {
            let Some(seen) = seen else { continue };
            let key = (sku, plan, add_on);
            let Some(offer) =
                catalog::find_offer(conn, connection, &line.product_ion_id, key).await?
            else {
                continue;
            };
            let prices = &offer.variant.variant.prices;
            let in_currency = |price: &&domain::catalog::PricePoint| {
                price.currency == seen.currency && price.meter.is_empty()
            };
            let now = prices.iter().find(in_currency).or_else(|| prices.first());
            if now.is_some_and(|now| moved(seen, now).is_some()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What people are told.
#[derive(Default)]
struct Told {
    /// Renews below its floor: what is said of it, and how much is at stake a month.
    below: Vec<(i64, String)>,
    /// Renews at a much higher cost.
    steep: Vec<(i64, String)>,
}

impl Told {
    fn look_at(
        &mut self,
        engine: &Engine,
        run: &RunRow,
        row: &SubscriptionRow,
        prices: &Prices,
        book: &MarginBook,
    ) {
        let Some(listed) = prices.listed(row) else {
            return;
        };
        let of = &row.subscription;
        // Only what this import brought is told.
        let Some(currency) = of.currency.filter(|_| listed.since >= run.requested_at) else {
            return;
        };
        let stake = row.monthly_units.unwrap_or(0);
        let ask = ask_at(
            of,
            &row.vendor,
            row.customer,
            listed.cost.clone(),
            currency,
            today(engine),
        );
        let who = format!("{}, {}", row.customer_name, name(row));
        let (rule, sale) = (book.winner(&ask), book.quick(&ask));
        if let (Some(rule), Some(sale)) = (rule, sale)
            && sale.below_floor
        {
            let percent = |percent: Option<Decimal>| {
                percent.map_or_else(
                    || "none".to_owned(),
                    |percent| format!("{} %", shown_percent(percent).normalize()),
                )
            };
            let (margin, floor) = (percent(sale.margin), percent(rule.floor));
            self.below.push((
                stake,
                format!("{who}: margin {margin} at the renewal, floor {floor}."),
            ));
        } else if let Some(rise) = rise(&listed).filter(|rise| *rise >= STEEP) {
            let rise = rise.round_dp(1).normalize();
            self.steep
                .push((stake, format!("{who}: costs {rise} % more at the renewal.")));
        }
    }

    async fn raise(mut self, engine: &Engine, run: &RunRow) -> Result<(), StoreError> {
        if self.below.is_empty() && self.steep.is_empty() {
            return Ok(());
        }
        let (below, steep) = (self.below.len(), self.steep.len());
        for part in [&mut self.below, &mut self.steep] {
            part.sort_by(|a, b| b.cmp(a));
        }
        let mut lines: Vec<String> = self
            .below
            .into_iter()
            .chain(self.steep)
            .map(|(_, line)| line)
            .collect();
        let more = lines.len().saturating_sub(NAMED);
        lines.truncate(NAMED);
        if more > 0 {
            lines.push(format!("And {more} more."));
        }
        lines.push("Running subscriptions keep their cost until they renew. Look at the margin rules, or talk to the customers.".to_owned());
        let many = |count: usize| {
            if count == 1 {
                "1 subscription".to_owned()
            } else {
                format!("{count} subscriptions")
            }
        };
        let title = if below > 0 {
            format!(
                "Prices moved: {} would renew below the margin floor",
                many(below)
            )
        } else {
            format!(
                "Prices moved: {} would cost at least {STEEP} % more",
                many(steep)
            )
        };
        let new = NewNotice {
            kind: NoticeKind::MarginFloor,
            severity: Severity::Warn,
            connection: Some(run.connection),
            run: None,
            title,
            text: lines.join("\n"),
            dedupe_key: format!("margin-floor:{}", run.id),
        };
        let tx = engine.store().begin().await?;
        raise(engine, &tx, new).await?;
        tx.commit().await
    }
}

/// By how many percent it costs more than before.
fn rise(listed: &Listed) -> Option<Decimal> {
    let before = Decimal::from(listed.before_units.filter(|units| *units > 0)?);
    let now = Decimal::from(listed.cost.units());
    Some((now - before) * Decimal::ONE_HUNDRED / before)
}

fn name(row: &SubscriptionRow) -> &str {
    let of = &row.subscription;
    if of.sku_name.is_empty() {
        &of.name
    } else {
        &of.sku_name
    }
}
