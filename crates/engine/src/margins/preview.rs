//! What a rule would do, before it is saved.

use std::collections::BTreeMap;

use domain::margin::MarginRule;
use domain::order::Sums;
use domain::{Currency, MarginRuleId};
use rules::margins::choose::why_not;
use rules::orders::money::round;
use rust_decimal::Decimal;
use store::catalog::{self, ProductFilter};
use store::subscriptions::{self, SubscriptionFilter, SubscriptionRow};
use store::{StoreError, margins};
use uuid::Uuid;

use super::book::{MarginBook, PriceAsk};
use super::reprice::add;
use super::save::{MarginDraft, wrong};
use crate::Engine;
use crate::orders::OrderError;
use crate::subscriptions::money::{Monthly, ask, monthly};
use crate::subscriptions::today;

/// Live subscriptions that are looked at: an answer is wanted while somebody types.
const LOOKED_AT: u64 = 20_000;
/// Subscriptions that are read at a time.
const PART: u32 = 500;
/// Examples that are shown.
const SAMPLES: usize = 6;
/// Of them, such that another rule keeps.
const BEATEN: usize = 2;
/// Products of the catalog that are looked at for examples.
const PRODUCTS: u32 = 6;

/// What a rule would do.
#[derive(Debug, Clone, Default)]
pub struct MarginPreview {
    /// Live subscriptions whose sale price would be another.
    pub affected: u64,
    /// Some of what it touches or nearly touches.
    pub samples: Vec<MarginSample>,
    /// Rules that win somewhere in its place: name, and why.
    pub beaten_by: Vec<(String, String)>,
    /// Sale a month of the live subscriptions that it is for, as it is.
    pub monthly_before: Sums,
    /// The same with the rule.
    pub monthly_after: Sums,
    /// Live subscriptions that it is for whose margin would be below their floor.
    pub below_floor: u64,
    /// How many of them are below it now.
    pub below_floor_before: u64,
    /// There are more subscriptions than were looked at: the numbers are of the first ones.
    pub partial: bool,
}

/// One example. Without a customer it is what the catalog sells.
#[derive(Debug, Clone)]
pub struct MarginSample {
    /// Name of the product.
    pub product: String,
    /// Name of the SKU.
    pub sku: String,
    /// Name of the plan.
    pub plan: String,
    /// The customer, where it is a subscription.
    pub customer: Option<String>,
    /// What one costs, each billing period.
    pub cost: Decimal,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Sale price now.
    pub old_sale: Option<Decimal>,
    /// Sale price with the rule.
    pub new_sale: Option<Decimal>,
    /// Rule that gives the price now.
    pub old_rule: Option<String>,
    /// Rule that would give it.
    pub new_rule: Option<String>,
    /// Share of the sale price that is margin now, in percent, not rounded.
    pub old_margin: Option<Decimal>,
    /// The same with the rule.
    pub new_margin: Option<Decimal>,
    /// Why that rule, in words.
    pub why: String,
}

/// The rules as they are, and as they would be.
struct Compared {
    old: MarginBook,
    new: MarginBook,
    rule: MarginRule,
    /// The day on which both are compared.
    day: jiff::civil::Date,
}

impl Engine {
    /// What a rule would do, at what things cost today. `replaced`: the rule that it takes the place of.
    pub async fn preview_margin(
        &self,
        draft: &MarginDraft,
        replaced: Option<MarginRuleId>,
    ) -> Result<MarginPreview, OrderError> {
        // A new rule is the newest one: it wins over those that are as close.
        let rule = draft.rule(replaced.unwrap_or(MarginRuleId(Uuid::max())));
        let problems = wrong(&rule);
        if !problems.is_empty() {
            return Err(OrderError::Invalid(problems));
        }
        let all: Vec<MarginRule> = margins::list(self.store().read(), false)
            .await?
            .into_iter()
            .map(|row| row.rule)
            .collect();
        let before = all.iter().find(|other| Some(other.id) == replaced).cloned();
        let with: Vec<MarginRule> = all
            .iter()
            .filter(|other| Some(other.id) != replaced)
            .cloned()
            .chain([rule.clone()])
            .collect();
        let compared = Compared {
            // A rule that holds from a later day is judged on that day.
            day: today(self).max(rule.from),
            old: MarginBook::of(all),
            new: MarginBook::of(with),
            rule,
        };
        let mut filter = scope_filter(&compared.rule);
        if before.is_some_and(|before| before.scope != compared.rule.scope) {
            // It leaves some, and takes others: all are looked at.
            filter = SubscriptionFilter::default();
        }
        let mut preview = self.compare(&compared, filter).await?;
        if preview.samples.len() < SAMPLES {
            self.add_catalog_samples(&compared, &mut preview).await?;
        }
        Ok(preview)
    }

    async fn compare(
        &self,
        compared: &Compared,
        filter: SubscriptionFilter,
    ) -> Result<MarginPreview, StoreError> {
        let mut filter = SubscriptionFilter {
            limit: PART,
            ..filter
        };
        let mut preview = MarginPreview::default();
        let mut beaten: BTreeMap<String, u64> = BTreeMap::new();
        let mut looked_at = 0;
        loop {
            let page = subscriptions::list(self.store().read(), &filter).await?;
            for row in &page.subscriptions {
                looked_at += 1;
                compared.look_at(row, &mut preview, &mut beaten);
            }
            match page.next {
                Some(_) if looked_at >= LOOKED_AT => {
                    preview.partial = true;
                    break;
                }
                Some(next) => filter.after = Some(next),
                None => break,
            }
        }
        for sums in [&mut preview.monthly_before, &mut preview.monthly_after] {
            for (currency, sum) in sums.iter_mut() {
                *sum = round(*sum, *currency);
            }
        }
        preview.beaten_by = beaten
            .into_iter()
            .map(|(name, count)| {
                let subscriptions = if count == 1 {
                    "1 subscription".to_owned()
                } else {
                    format!("{count} subscriptions")
                };
                let why = format!("it is closer or newer: {subscriptions} keep their price");
                (name, why)
            })
            .collect();
        Ok(preview)
    }

    /// Adds examples of what the catalog sells.
    async fn add_catalog_samples(
        &self,
        compared: &Compared,
        preview: &mut MarginPreview,
    ) -> Result<(), StoreError> {
        let conn = self.store().read();
        let scope = &compared.rule.scope;
        let filter = ProductFilter {
            vendor: scope.vendor.clone(),
            limit: PRODUCTS,
            ..ProductFilter::default()
        };
        for hit in catalog::search(conn, &filter).await?.products {
            let Some(product) = catalog::find_product(conn, hit.id).await? else {
                continue;
            };
            let is_other =
                |wanted: &Option<String>, is: &str| wanted.as_deref().is_some_and(|it| it != is);
            if is_other(&scope.product_ion_id, &product.product.ion_id) {
                continue;
            }
            let variant = product.variants.iter().find(|stored| {
                let key = &stored.variant.key;
                !key.add_on && !stored.variant.by_use && !is_other(&scope.sku_id, &key.sku_id)
            });
            let Some((variant, price)) =
                variant.and_then(|stored| Some((&stored.variant, stored.variant.prices.first()?)))
            else {
                continue;
            };
            let ask = PriceAsk {
                vendor: product.product.vendor.clone(),
                product_ion_id: product.product.ion_id.clone(),
                sku_id: variant.key.sku_id.clone(),
                customer: scope.customer,
                cost: price.cost.clone(),
                currency: price.currency,
                on: compared.day,
            };
            let names = [&product.product.name, &variant.sku_name, &variant.plan_name];
            preview.samples.push(compared.sample(names, None, &ask));
            if preview.samples.len() >= SAMPLES {
                break;
            }
        }
        Ok(())
    }
}

impl Compared {
    fn look_at(
        &self,
        row: &SubscriptionRow,
        preview: &mut MarginPreview,
        beaten: &mut BTreeMap<String, u64>,
    ) {
        let of = &row.subscription;
        let Some(ask) = ask(of, &row.vendor, row.customer, self.day) else {
            return;
        };
        let by = |book| -> Monthly { monthly(of, &row.vendor, row.customer, book, self.day) };
        let (before, after) = (by(&self.old), by(&self.new));
        let winner = self.new.winner(&ask);
        let applies = why_not(&self.rule, &ask.sold(), self.day).is_none();
        let touched = (before.sale_units, before.margin_permille)
            != (after.sale_units, after.margin_permille);
        if !applies && !touched {
            return;
        }
        add(&mut preview.monthly_before, of, before.sale_units);
        add(&mut preview.monthly_after, of, after.sale_units);
        preview.below_floor_before += u64::from(before.below_floor);
        preview.below_floor += u64::from(after.below_floor);
        preview.affected += u64::from(touched);
        let other = winner.filter(|winner| applies && winner.id != self.rule.id);
        if let Some(other) = other {
            *beaten.entry(other.name.clone()).or_default() += 1;
        }
        let kept = preview
            .samples
            .iter()
            .filter(|sample| sample.old_sale == sample.new_sale)
            .count();
        let wanted = if other.is_some() {
            kept < BEATEN
        } else {
            touched && preview.samples.len() - kept < SAMPLES - BEATEN
        };
        let known = preview.samples.iter().any(|sample| {
            let same = sample.sku == of.sku_name && sample.plan == of.plan_name;
            same && other.is_none() && sample.old_sale != sample.new_sale
        });
        if wanted && !known {
            let names = [&of.product_name, &of.sku_name, &of.plan_name];
            let sample = self.sample(names, Some(row.customer_name.clone()), &ask);
            preview.samples.push(sample);
        }
    }

    fn sample(
        &self,
        [product, sku, plan]: [&String; 3],
        customer: Option<String>,
        ask: &PriceAsk,
    ) -> MarginSample {
        let (old, new) = (self.old.price(ask), self.new.price(ask));
        let why = match &new {
            Some(sale) if sale.rule == self.rule.id => "this rule".to_owned(),
            Some(sale) => format!("\"{}\" is closer or newer: not touched", sale.rule_name),
            None => "no rule".to_owned(),
        };
        MarginSample {
            product: product.clone(),
            sku: sku.clone(),
            plan: plan.clone(),
            customer,
            cost: ask.cost.decimal(),
            currency: ask.currency,
            old_sale: old.as_ref().map(|sale| sale.amount.decimal()),
            new_sale: new.as_ref().map(|sale| sale.amount.decimal()),
            old_margin: old.as_ref().and_then(|sale| sale.margin_percent),
            new_margin: new.as_ref().and_then(|sale| sale.margin_percent),
            old_rule: old.map(|sale| sale.rule_name),
            new_rule: new.map(|sale| sale.rule_name),
            why,
        }
    }
}

/// The live subscriptions that a rule is for.
fn scope_filter(rule: &MarginRule) -> SubscriptionFilter {
    SubscriptionFilter {
        customer: rule.scope.customer,
        vendor: rule.scope.vendor.clone(),
        product_ion_id: rule.scope.product_ion_id.clone(),
        ..SubscriptionFilter::default()
    }
}
