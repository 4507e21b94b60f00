//! What running subscriptions are sold for, worked out anew: when rules change, when a day brings another rule, and after an import.

use domain::order::Sums;
use domain::subscription::Subscription;
use domain::{ConnectionId, SubscriptionId};
use jiff::Timestamp;
use rust_decimal::Decimal;
use store::queue::{self, NewJob, Payload};
use store::subscriptions::{self, NewSubscription, SubscriptionFilter, SubscriptionRow};
use store::{StoreError, Tx, catalog};

use super::book::MarginBook;
use crate::Engine;
use crate::subscriptions::money::{Monthly, monthly};
use crate::subscriptions::{Prices, renewal_figures, today, vendor_of};

/// Subscriptions that are read, and written, at a time.
const PART: u32 = 200;
/// Times that the job is tried.
const TRIES: u32 = 10;

/// Asks for the job, in the transaction of what makes it needed.
pub(super) async fn enqueue_reprice(
    engine: &Engine,
    tx: &Tx,
    now: Timestamp,
) -> Result<(), StoreError> {
    let new = NewJob {
        payload: Payload::PriceSubscriptions,
        run_at: now,
        // One that runs already may have read the rules as they were: so a second one may wait behind it.
        dedupe_key: None,
        max_attempts: TRIES,
        run: None,
    };
    queue::enqueue(tx, engine.ids(), now, &new).await.map(drop)
}

impl Engine {
    /// Asks for what running subscriptions are sold for to be worked out anew: rules begin and end with a day.
    pub async fn request_reprice(&self) -> Result<(), StoreError> {
        let tx = self.store().begin().await?;
        enqueue_reprice(self, &tx, self.clock().now()).await?;
        tx.commit().await
    }
}

/// Live subscriptions, part by part.
pub(super) struct Live<'a> {
    engine: &'a Engine,
    filter: SubscriptionFilter,
    done: bool,
}

impl<'a> Live<'a> {
    pub(super) fn of(engine: &'a Engine, connection: Option<ConnectionId>) -> Self {
        let filter = SubscriptionFilter {
            connection,
            limit: PART,
            ..SubscriptionFilter::default()
        };
        Self {
            engine,
            filter,
            done: false,
        }
    }

    /// The next part; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<SubscriptionRow>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let page = subscriptions::list(self.engine.store().read(), &self.filter).await?;
        self.done = page.next.is_none();
        self.filter.after = page.next;
        Ok(Some(page.subscriptions))
    }
}

/// Works out anew what all live subscriptions are sold for, and what their renewals bind to. Writes only what differs, in short transactions.
/// Gives how many are sold for something else.
pub async fn reprice(engine: &Engine) -> Result<u64, StoreError> {
    let mut live = Live::of(engine, None);
    let mut prices = Prices::default();
    let mut written = 0;
    while let Some(rows) = live.next().await? {
        prices.load(engine.store().read(), &rows).await?;
        written += reprice_rows(engine, &rows, &prices).await?;
    }
    Ok(written)
}

/// The same for some, by these prices of the catalog.
pub(super) async fn reprice_rows(
    engine: &Engine,
    rows: &[SubscriptionRow],
    prices: &Prices,
) -> Result<u64, StoreError> {
    let (book, day) = (
        MarginBook::load(engine.store().read()).await?,
        today(engine),
    );
    let sales = different(rows, &book, day);
    let renewals = renewal_figures(rows, (prices, &book), day);
    let renewals = subscriptions::other_renewals(engine.store().read(), &renewals).await?;
    if sales.is_empty() && renewals.is_empty() {
        return Ok(0);
    }
    let tx = engine.store().begin().await?;
    subscriptions::set_sale_many(&tx, &sales).await?;
    subscriptions::set_renewals(&tx, &renewals).await?;
    tx.commit().await?;
    Ok(sales.len() as u64)
}

/// Those whose sale price is another by these rules.
pub(crate) fn different(
    rows: &[SubscriptionRow],
    book: &MarginBook,
    day: jiff::civil::Date,
) -> Vec<(SubscriptionId, Option<i64>, Option<i64>)> {
    rows.iter()
        .filter_map(|row| {
            let now = monthly(&row.subscription, &row.vendor, row.customer, book, day);
            let same =
                row.sale_units == now.sale_units && row.margin_permille == now.margin_permille;
            (!same).then_some((row.id, now.sale_units, now.margin_permille))
        })
        .collect()
}

/// Gives subscriptions the product and vendor that an import brought, where they had none.
pub(super) async fn adopt_products(
    engine: &Engine,
    connection: ConnectionId,
    rows: &[SubscriptionRow],
) -> Result<u64, StoreError> {
    let orphans: Vec<&SubscriptionRow> = rows
        .iter()
        .filter(|row| row.product.is_none() && !row.subscription.product_ion_id.is_empty())
        .collect();
    if orphans.is_empty() {
        return Ok(0);
    }
    let mut ids: Vec<String> = orphans
        .iter()
        .map(|row| row.subscription.product_ion_id.clone())
        .collect();
    ids.sort();
    ids.dedup();
    let known = catalog::load_known(engine.store().read(), connection, &ids).await?;
    let found: Vec<NewSubscription> = {
        let book = MarginBook::load(engine.store().read()).await?;
        let day = today(engine);
        orphans
            .into_iter()
            .filter_map(|row| {
                let product = known.get(&row.subscription.product_ion_id)?;
                let money = monthly(&row.subscription, &product.vendor, row.customer, &book, day);
                Some(rewritten(row, product.id, &product.vendor, money))
            })
            .collect()
    };
    if found.is_empty() {
        return Ok(0);
    }
    let tx = engine.store().begin().await?;
    subscriptions::upsert_many(&tx, connection, &found, engine.clock().now()).await?;
    tx.commit().await?;
    Ok(found.len() as u64)
}

fn rewritten(
    row: &SubscriptionRow,
    product: domain::ProductId,
    vendor: &str,
    money: Monthly,
) -> NewSubscription {
    let vendor = if vendor.is_empty() {
        vendor_of(&row.subscription)
    } else {
        vendor.to_owned()
    };
    NewSubscription {
        id: row.id,
        subscription: row.subscription.clone(),
        hash: row.hash,
        vendor,
        product: Some(product),
        customer: row.customer,
        customer_name: row.customer_name.clone(),
        sale_units: money.sale_units,
        monthly_units: money.cost_units,
        margin_permille: money.margin_permille,
        order: row.order,
    }
}

/// Adds units of a subscription to sums.
pub(super) fn add(sums: &mut Sums, of: &Subscription, units: Option<i64>) {
    if let (Some(units), Some(currency)) = (units, of.currency) {
        *sums.entry(currency).or_default() += Decimal::new(units, 6);
    }
}
