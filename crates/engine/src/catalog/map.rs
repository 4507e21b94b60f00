//! From Ion's listing to a product as we keep it (Ion API notes 4.1 and 4.2). Ion's types stop here.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use domain::catalog::{PricePoint, PriceSource, Product, Variant, VariantKey};
use domain::{Amount, BillingPeriod, Currency, Scale, Term};
use ion_client::{ExactDecimal, Phase, Plan};
use jiff::Timestamp;

use super::vendor::vendor_of;

/// Longest name, caption or id that is believed, in bytes.
const LONGEST_NAME: usize = 4096;
/// Longest description that is believed, in bytes.
const LONGEST_TEXT: usize = 1024 * 1024;

/// Why a listing cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// JSON path, as `$.definition.skus[3].plans[0].pricebookPrice`.
    pub(super) path: String,
    /// What is wrong there.
    pub(super) message: String,
}

impl From<ion_client::DecodeError> for Unreadable {
    fn from(error: ion_client::DecodeError) -> Self {
        Self {
            path: error.path,
            message: error.message,
        }
    }
}

/// What a SKU and an add-on have in common.
struct Sold {
    path: String,
    add_on: bool,
    id: Option<String>,
    name: Option<String>,
    plans: Vec<Plan>,
    external_id: Option<String>,
    price: Option<ExactDecimal>,
    currency: Option<String>,
    list: Option<ExactDecimal>,
    availability: Option<bool>,
    disabled: bool,
    provider: Option<String>,
}

/// A listing as a product.
pub(super) fn product(listing: ion_client::Product) -> Result<Product, Unreadable> {
    let ion_id = last_segment(listing.name.as_deref().unwrap_or_default());
    if ion_id.is_empty() {
        return Err(unreadable("$.name", "the listing has no name"));
    }
    let marketing = listing.marketing.unwrap_or_default();
    let definition = listing.definition.unwrap_or_default();
    let categories = categories(&listing.categories.unwrap_or_default());
    let sold = sold(definition.skus, definition.add_ons);
    let provider_ids = providers(&sold);
    let billing_mode = definition.billing_mode.unwrap_or_default();
    let context = Context {
        postpay: billing_mode == "POSTPAY",
        only_currency: match definition.supported_currencies.as_deref() {
            Some([only]) => Some(only.clone()),
            _ => None,
        },
        price_book: sold.iter().any(Sold::has_price_book),
    };
    let mut variants = Vec::new();
    let mut ids = HashSet::new();
    for one in sold {
        let id = needed(one.id.as_deref(), &one.path, "id")?;
        if !ids.insert((one.add_on, id.to_owned())) {
            let message = format!("the id {id} occurs twice");
            return Err(unreadable(&format!("{}.id", one.path), &message));
        }
        variants.extend(of_sold(&one, id, &context)?);
    }
    let name = needed(
        marketing.display_name.as_deref(),
        "$.marketing",
        "displayName",
    )?
    .to_owned();
    Ok(Product {
        vendor: vendor_of(&provider_ids, &categories, &name).into_owned(),
        ion_id: ion_id.to_owned(),
        name,
        provider_ids,
        kind: listing.kind.unwrap_or_default(),
        caption: bounded(marketing.caption, "$.marketing.caption")?.unwrap_or_default(),
        description: description(marketing.description)?,
        categories,
        billing_mode,
        disabled: listing.disabled.unwrap_or_default(),
        etag: listing.etag,
        ion_created_at: time(listing.create_time),
        ion_updated_at: time(listing.update_time),
        variants,
    })
}

/// What the plans of one product are judged by.
struct Context {
    postpay: bool,
    only_currency: Option<String>,
    /// Some price-book member came: then a plan without one is not in the price book.
    price_book: bool,
}

fn sold(skus: Option<Vec<ion_client::Sku>>, add_ons: Option<Vec<ion_client::AddOn>>) -> Vec<Sold> {
    macro_rules! sold {
        ($item:ident, $path:expr, $add_on:literal) => {
            Sold {
                path: $path,
                add_on: $add_on,
                id: $item.id,
                name: $item.display_name,
                plans: $item.plans.unwrap_or_default(),
                external_id: $item.product_id,
                price: $item.pricebook_price,
                currency: $item.pricebook_currency,
                list: $item.pricebook_master_price,
                availability: $item.product_availability,
                disabled: $item.disabled.unwrap_or_default(),
                provider: $item.product_cloud_provider_name,
            }
        };
    }
    let skus = skus.unwrap_or_default().into_iter().enumerate();
    let add_ons = add_ons.unwrap_or_default().into_iter().enumerate();
    skus.map(|(n, item)| sold!(item, format!("$.definition.skus[{n}]"), false))
        .chain(add_ons.map(|(n, item)| sold!(item, format!("$.definition.addOns[{n}]"), true)))
        .collect()
}

impl Sold {
    fn has_price_book(&self) -> bool {
        self.price.is_some()
            || self.availability.is_some()
            || self
                .plans
                .iter()
                .any(|plan| plan.pricebook_price.is_some() || plan.product_availability.is_some())
    }
}

fn of_sold(one: &Sold, id: &str, context: &Context) -> Result<Vec<Variant>, Unreadable> {
    let sku_name = bounded(one.name.clone(), &format!("{}.displayName", one.path))?;
    let sku_name = sku_name.unwrap_or_else(|| id.to_owned());
    let mut ids = HashSet::new();
    let mut variants = Vec::with_capacity(one.plans.len());
    for (n, plan) in one.plans.iter().enumerate() {
        let path = format!("{}.plans[{n}]", one.path);
        let plan_id = needed(plan.id.as_deref(), &path, "id")?;
        if !ids.insert(plan_id) {
            let message = format!("the id {plan_id} occurs twice");
            return Err(unreadable(&format!("{path}.id"), &message));
        }
        let plan_name = bounded(plan.display_name.clone(), &format!("{path}.displayName"))?;
        let part_number = bounded(plan.mpn_id.clone(), &format!("{path}.mpnId"))?;
        let priced = priced(one, plan, &path, context)?;
        variants.push(Variant {
            key: VariantKey {
                sku_id: id.to_owned(),
                plan_id: plan_id.to_owned(),
                add_on: one.add_on,
            },
            sku_name: sku_name.clone(),
            plan_name: plan_name.unwrap_or_else(|| plan_id.to_owned()),
            term: part_number
                .as_deref()
                .map_or(Term::Unknown, Term::of_part_number),
            part_number,
            external_id: plan.product_id.clone().or_else(|| one.external_id.clone()),
            billing: plan
                .billing_period
                .as_deref()
                .map_or(BillingPeriod::Unspecified, BillingPeriod::of_ion),
            by_use: priced.by_use,
            in_price_book: priced.in_price_book,
            disabled: one.disabled,
            prices: priced.prices,
        });
    }
    Ok(variants)
}

struct Priced {
    prices: Vec<PricePoint>,
    by_use: bool,
    in_price_book: bool,
}

/// The prices of a plan: the price book's, else its own; then its usage rates.
fn priced(one: &Sold, plan: &Plan, path: &str, context: &Context) -> Result<Priced, Unreadable> {
    let phases = plan.phases.as_deref().unwrap_or_default();
    let mut prices = Vec::new();
    let book = book_price(one, plan, path, context)?;
    let has_book = book.is_some();
    match book {
        Some(price) => prices.push(price),
        None => own_prices(phases, path, &mut prices)?,
    }
    let metered = phases.iter().any(|phase| phase.usages.is_some());
    let free = prices.iter().all(|price| price.cost.units() == 0);
    let by_use = free && (metered || context.postpay);
    if by_use {
        // A zero stands for "see the rates", not for a price.
        prices.clear();
    }
    usage_rates(phases, path, &mut prices)?;
    let availability = plan.product_availability.or(one.availability);
    let external = plan.product_id.is_some() || one.external_id.is_some();
    // Ion leaves out what is false: where its neighbours carry the price book, one without it is not in there.
    let missing = context.price_book && external && !has_book && !by_use;
    Ok(Priced {
        prices,
        by_use,
        in_price_book: availability.unwrap_or(!missing),
    })
}

fn book_price(
    one: &Sold,
    plan: &Plan,
    path: &str,
    context: &Context,
) -> Result<Option<PricePoint>, Unreadable> {
    let (cost, currency, list, path) = match (&plan.pricebook_price, &one.price) {
        (Some(cost), _) => (
            cost,
            &plan.pricebook_currency,
            &plan.pricebook_master_price,
            path,
        ),
        (None, Some(cost)) => (cost, &one.currency, &one.list, one.path.as_str()),
        (None, None) => return Ok(None),
    };
    let Some(code) = currency.as_ref().or(context.only_currency.as_ref()) else {
        let path = format!("{path}.pricebookCurrency");
        return Err(unreadable(&path, "a price without a currency"));
    };
    let list = list
        .as_ref()
        .map(|list| amount(list, Scale::Price, &format!("{path}.pricebookMasterPrice")))
        .transpose()?;
    Ok(Some(PricePoint {
        currency: currency_of(code, &format!("{path}.pricebookCurrency"))?,
        meter: String::new(),
        cost: amount(cost, Scale::Price, &format!("{path}.pricebookPrice"))?,
        list,
        source: PriceSource::PriceBook,
    }))
}

/// The prices of the phase that lasts: trial and discount come before it (Ion API notes 4.1).
fn own_prices(
    phases: &[Phase],
    path: &str,
    prices: &mut Vec<PricePoint>,
) -> Result<(), Unreadable> {
    let Some((n, phase)) = lasting(phases) else {
        return Ok(());
    };
    let empty = BTreeMap::new();
    let recurring = phase.recurring_price.as_ref().unwrap_or(&empty);
    let fixed = phase.fixed_price.as_ref().unwrap_or(&empty);
    let (member, amounts) = if recurring.is_empty() {
        ("fixedPrice", fixed)
    } else {
        ("recurringPrice", recurring)
    };
    for (code, cost) in amounts {
        let path = format!("{path}.phases[{n}].{member}.{code}");
        prices.push(PricePoint {
            currency: currency_of(code, &path)?,
            meter: String::new(),
            cost: amount(cost, Scale::Price, &path)?,
            list: None,
            source: PriceSource::Plan,
        });
    }
    Ok(())
}

fn usage_rates(
    phases: &[Phase],
    path: &str,
    prices: &mut Vec<PricePoint>,
) -> Result<(), Unreadable> {
    let Some((n, phase)) = lasting(phases) else {
        return Ok(());
    };
    let usages = phase.usages.as_deref().unwrap_or_default();
    for (m, usage) in usages.iter().enumerate() {
        let name = usage.display_name.as_ref().or(usage.usage.as_ref());
        for (code, rate) in usage.price.iter().flatten() {
            let path = format!("{path}.phases[{n}].usages[{m}].price.{code}");
            let currency = currency_of(code, &path)?;
            let mut meter = name.cloned().unwrap_or_else(|| format!("meter {}", m + 1));
            if prices
                .iter()
                .any(|price| price.currency == currency && price.meter == meter)
            {
                meter = format!("{meter} ({})", m + 1);
            }
            prices.push(PricePoint {
                currency,
                meter,
                cost: amount(rate, Scale::Rate, &path)?,
                list: None,
                source: PriceSource::Usage,
            });
        }
    }
    Ok(())
}

fn lasting(phases: &[Phase]) -> Option<(usize, &Phase)> {
    let passing = |phase: &Phase| matches!(phase.kind.as_deref(), Some("TRIAL" | "DISCOUNT"));
    let numbered = || phases.iter().enumerate();
    numbered()
        .rfind(|(_, phase)| !passing(phase))
        .or_else(|| numbered().next_back())
}

fn amount(decimal: &ExactDecimal, scale: Scale, path: &str) -> Result<Amount, Unreadable> {
    Amount::parse(decimal.as_str(), scale).map_err(|error| unreadable(path, &error.to_string()))
}

fn currency_of(code: &str, path: &str) -> Result<Currency, Unreadable> {
    code.parse()
        .map_err(|error: domain::money::CurrencyError| unreadable(path, &error.to_string()))
}

/// Display names of categories: their slugs as words, since the list itself carries no others.
fn categories(names: &[String]) -> Vec<String> {
    let mut categories: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let words = last_segment(name).replace(['-', '_'], " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() && !categories.contains(&words) {
            categories.push(words);
        }
    }
    categories
}

fn providers(sold: &[Sold]) -> Vec<String> {
    let mut providers: Vec<String> = Vec::new();
    for name in sold.iter().filter_map(|one| one.provider.as_deref()) {
        let number = last_segment(name);
        if !number.is_empty() && !providers.iter().any(|known| known == number) {
            providers.push(number.to_owned());
        }
    }
    providers
}

/// HTML from outside, made safe: no script, no style, no picture that would be fetched from elsewhere.
fn description(html: Option<String>) -> Result<String, Unreadable> {
    let html = html.unwrap_or_default();
    if html.len() > LONGEST_TEXT {
        let message = format!("a text of {} bytes", html.len());
        return Err(unreadable("$.marketing.description", &message));
    }
    // Plain text cannot hold markup; most descriptions are that.
    if !html.contains(['<', '>', '&']) {
        return Ok(html);
    }
    // Its lists of what is allowed are made once: that takes longer than to clean one text.
    static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
        let mut cleaner = ammonia::Builder::default();
        cleaner.rm_tags(["img"]);
        cleaner.link_rel(Some("noopener noreferrer nofollow"));
        cleaner
    });
    Ok(CLEANER.clean(&html).to_string())
}

fn time(text: Option<String>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// The last part of a resource name: the id by which Ion's URLs and orders name a thing.
pub(super) fn last_segment(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn needed<'a>(text: Option<&'a str>, path: &str, member: &str) -> Result<&'a str, Unreadable> {
    let path = || format!("{path}.{member}");
    match text {
        Some(text) if text.len() > LONGEST_NAME => Err(too_long(text, &path())),
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(unreadable(&path(), "missing")),
    }
}

fn bounded(text: Option<String>, path: &str) -> Result<Option<String>, Unreadable> {
    match text {
        Some(text) if text.len() > LONGEST_NAME => Err(too_long(&text, path)),
        Some(text) if text.is_empty() => Ok(None),
        other => Ok(other),
    }
}

fn too_long(text: &str, path: &str) -> Unreadable {
    let message = format!("a text of {} bytes where a name belongs", text.len());
    unreadable(path, &message)
}

fn unreadable(path: &str, message: &str) -> Unreadable {
    Unreadable {
        path: path.to_owned(),
        message: message.to_owned(),
    }
}

/// The name of a listing that cannot be read as a whole.
pub(super) fn display_name(raw: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        marketing: Name,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Name {
        display_name: String,
    }
    let named: Named = serde_json::from_str(raw).ok()?;
    Some(named.marketing.display_name).filter(|name| !name.is_empty())
}
