//! What the catalog, the margin rules and the templates say of the lines of an order.

use std::collections::HashMap;

use domain::catalog::{PricePoint, ProductState};
use domain::order::{AddOnLine, LinePrice, OrderAction, OrderContent, OrderLine};
use domain::{ConnectionId, Currency, CustomerId};
use jiff::civil::Date;
use rules::orders::draft::{AddOnView, LineView, Offered};
use rules::subscriptions::change::action_of;
use store::catalog::{Offer, find_offer, find_product_state};
use store::{ConnectionTrait, StoreError};

use crate::Engine;
use crate::margins::{MarginBook, PriceAsk};

/// Looks offers up, each once.
pub(super) struct Offers<'a, C> {
    conn: &'a C,
    connection: ConnectionId,
    found: HashMap<(String, String, String, bool), Option<Offer>>,
}

impl<'a, C: ConnectionTrait> Offers<'a, C> {
    pub(super) fn new(conn: &'a C, connection: ConnectionId) -> Self {
        Self {
            conn,
            connection,
            found: HashMap::new(),
        }
    }

    async fn find(
        &mut self,
        product_ion_id: &str,
        sku_id: &str,
        plan_id: &str,
        add_on: bool,
    ) -> Result<Option<Offer>, StoreError> {
        let key = (
            product_ion_id.to_owned(),
            sku_id.to_owned(),
            plan_id.to_owned(),
            add_on,
        );
        if let Some(found) = self.found.get(&key) {
            return Ok(found.clone());
        }
        let offer = find_offer(
            self.conn,
            self.connection,
            product_ion_id,
            (sku_id, plan_id, add_on),
        )
        .await?;
        self.found.insert(key, offer.clone());
        Ok(offer)
    }

    /// What is sold under the ids of a line.
    pub(super) async fn of_line(&mut self, line: &OrderLine) -> Result<Option<Offer>, StoreError> {
        self.find(&line.product_ion_id, &line.sku_id, &line.plan_id, false)
            .await
    }

    /// What is sold under the ids of an add-on of a line.
    pub(super) async fn of_add_on(
        &mut self,
        line: &OrderLine,
        add_on: &AddOnLine,
    ) -> Result<Option<Offer>, StoreError> {
        let (id, plan) = (&add_on.add_on_id, &add_on.plan_id);
        self.find(&line.product_ion_id, id, plan, true).await
    }

    /// What a line's review needs of the catalog.
    pub(super) async fn view(&mut self, line: &OrderLine) -> Result<LineView, StoreError> {
        let offer = self.of_line(line).await?;
        let currency = line.price.as_ref().map(|price| price.currency);
        let mut add_ons = Vec::new();
        for add_on in &line.add_ons {
            let offer = self.of_add_on(line, add_on).await?;
            let currency = add_on.price.as_ref().map(|price| price.currency);
            add_ons.push(AddOnView {
                offered: self.offered(&line.product_ion_id, offer.as_ref()).await?,
                // The catalog keeps the add-ons of a product; which SKU lists which, Ion itself refuses.
                fits: offer.is_some(),
                price: offer.as_ref().and_then(|offer| price_of(offer, currency)),
            });
        }
        Ok(LineView {
            offered: self.offered(&line.product_ion_id, offer.as_ref()).await?,
            price: offer.as_ref().and_then(|offer| price_of(offer, currency)),
            by_use: offer
                .as_ref()
                .is_some_and(|offer| offer.variant.variant.by_use),
            add_ons,
            ..LineView::default()
        })
    }

    async fn offered(
        &self,
        product_ion_id: &str,
        offer: Option<&Offer>,
    ) -> Result<Offered, StoreError> {
        let Some(offer) = offer else {
            let product = find_product_state(self.conn, self.connection, product_ion_id).await?;
            return Ok(match product {
                None => Offered::NotInCatalog,
                Some((_, state)) => of_state(state).unwrap_or(Offered::VariantGone),
            });
        };
        let variant = &offer.variant.variant;
        Ok(match of_state(offer.state) {
            Some(offered) => offered,
            None if offer.disabled => Offered::Disabled,
            None if offer.gone => Offered::VariantGone,
            None if variant.disabled => Offered::VariantDisabled,
            None if !variant.in_price_book => Offered::NotInPriceBook,
            None => Offered::Yes,
        })
    }
}

fn of_state(state: ProductState) -> Option<Offered> {
    match state {
        ProductState::Available => None,
        ProductState::NotInPriceBook => Some(Offered::NotInPriceBook),
        ProductState::SetAside => Some(Offered::SetAside),
        ProductState::Withdrawn => Some(Offered::Withdrawn),
    }
}

/// What one costs now: in this currency where there is a price in it, else the first.
fn price_of(offer: &Offer, currency: Option<Currency>) -> Option<PricePoint> {
    let variant = &offer.variant.variant;
    if variant.by_use {
        return None;
    }
    let mut prices = variant.prices.iter().filter(|price| price.meter.is_empty());
    let first = prices.clone().next();
    prices
        .find(|price| Some(price.currency) == currency)
        .or(first)
        .cloned()
}

/// What the catalog knows of a line: names, part number, term, billing. Never what a caller says of them.
pub(super) fn describe(line: &mut OrderLine, offer: &Offer) {
    let variant = &offer.variant.variant;
    line.product = Some(offer.product);
    line.vendor.clone_from(&offer.vendor);
    line.provider_id = offer.provider_ids.first().cloned().unwrap_or_default();
    line.product_name.clone_from(&offer.product_name);
    line.sku_name.clone_from(&variant.sku_name);
    line.plan_name.clone_from(&variant.plan_name);
    line.part_number.clone_from(&variant.part_number);
    line.term = variant.term;
    line.billing = variant.billing;
}

fn describe_add_on(add_on: &mut AddOnLine, offer: &Offer) {
    let variant = &offer.variant.variant;
    add_on.name.clone_from(&variant.sku_name);
    add_on.plan_name.clone_from(&variant.plan_name);
    add_on.term = variant.term;
    add_on.billing = variant.billing;
}

/// Which prices are taken from the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// Those of lines that have none.
    Missing,
    /// All: a person accepted what they cost today.
    All,
}

/// For whom prices are worked out, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buyer {
    pub(super) connection: ConnectionId,
    pub(super) customer: Option<CustomerId>,
    pub(super) on: Date,
}

/// Fills in what the catalog knows of the purchases of an order, and their prices by the margin rules.
pub(super) async fn fill(
    conn: &impl ConnectionTrait,
    buyer: Buyer,
    content: &mut OrderContent,
    take: Take,
) -> Result<(), StoreError> {
    let book = MarginBook::load(conn).await?;
    let mut offers = Offers::new(conn, buyer.connection);
    let mut currency = content
        .lines
        .iter()
        .find_map(|line| Some(line.price.as_ref()?.currency));
    for line in &mut content.lines {
        if action_of(line) != OrderAction::Buy {
            continue;
        }
        if let Some(offer) = offers.of_line(line).await? {
            describe(line, &offer);
            let sku = line.sku_id.clone();
            let price = &mut line.price;
            take_price(price, &mut currency, &offer, (&sku, buyer, &book), take);
        } else {
            line.product = None;
        }
        let mut add_ons = std::mem::take(&mut line.add_ons);
        for add_on in &mut add_ons {
            if let Some(offer) = offers.of_add_on(line, add_on).await? {
                describe_add_on(add_on, &offer);
                let sku = add_on.add_on_id.clone();
                let price = &mut add_on.price;
                take_price(price, &mut currency, &offer, (&sku, buyer, &book), take);
            }
        }
        line.add_ons = add_ons;
    }
    Ok(())
}

fn take_price(
    price: &mut Option<LinePrice>,
    currency: &mut Option<Currency>,
    offer: &Offer,
    (sku_id, buyer, book): (&str, Buyer, &MarginBook),
    take: Take,
) {
    let seen = price.as_ref().map(|price| price.currency).or(*currency);
    let Some(now) = price_of(offer, seen) else {
        *price = None;
        return;
    };
    let keep = take == Take::Missing && price.is_some();
    let (cost, in_currency, since) = match price.take() {
        Some(seen) if keep => (seen.cost, seen.currency, seen.since),
        _ => (now.cost, now.currency, offer.variant.since),
    };
    // What the customer pays follows from the cost that stands in the order.
    let sale = book.price(&PriceAsk {
        vendor: offer.vendor.clone(),
        product_ion_id: offer.product_ion_id.clone(),
        sku_id: sku_id.to_owned(),
        customer: buyer.customer,
        cost: cost.clone(),
        currency: in_currency,
        on: buyer.on,
    });
    currency.get_or_insert(in_currency);
    *price = Some(LinePrice {
        currency: in_currency,
        cost,
        sale_rule: sale.as_ref().map(|sale| sale.rule_name.clone()),
        sale: sale.map(|sale| sale.amount),
        since,
    });
}

/// Fills in names alone: of an order that was placed elsewhere, what it cost then is not known here.
pub(super) async fn name_lines(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    content: &mut OrderContent,
) -> Result<(), StoreError> {
    let mut offers = Offers::new(conn, connection);
    for line in &mut content.lines {
        if let Some(offer) = offers.of_line(line).await? {
            let said = std::mem::take(&mut line.product_name);
            describe(line, &offer);
            if line.product_name.is_empty() {
                line.product_name = said;
            }
        }
    }
    Ok(())
}

impl Engine {
    /// For whom prices are worked out today. The day of the margin rules is that of UTC.
    pub(super) fn buyer(&self, connection: ConnectionId, customer: Option<CustomerId>) -> Buyer {
        let today = self.order_time().to_zoned(jiff::tz::TimeZone::UTC).date();
        Buyer {
            connection,
            customer,
            on: today,
        }
    }
}
