//! Price-book prices where the list carries none (Ion API notes 4.2 and 7).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ion_client::{AddOn, Class, Error, IonClient, Plan, PlanPrice, Product, ProviderProducts, Sku};

use super::map::last_segment;
use crate::CatalogSettings;

/// Words by which `products:pricing` may know a provider. Its vocabulary is not known for sure, so they are tried in turn.
const WORDS: [(&str, &[&str]); 3] = [
    ("30", &["azure", "microsoft", "nce"]),
    ("1", &["aws", "amazon"]),
    ("8", &["gcp", "google", "gws"]),
];

/// So many ids without one answer prove that no word was understood; fewer may just be unknown.
const ENOUGH: usize = 20;

/// Asks for prices, and learns which words are understood.
#[derive(Debug)]
pub(super) struct PriceBook {
    batch: usize,
    configured: HashMap<String, String>,
    /// The word that worked, by provider number; `None` where none did.
    learnt: HashMap<String, Option<String>>,
    /// Ion does not offer bulk prices to this login: products are asked for one by one.
    one_by_one: bool,
}

/// Prices by external id.
pub(super) type Prices = HashMap<String, PlanPrice>;

impl PriceBook {
    pub(super) fn new(settings: &CatalogSettings) -> Self {
        Self {
            batch: settings.pricing_batch.max(1),
            configured: settings.pricing_providers.iter().cloned().collect(),
            learnt: HashMap::new(),
            one_by_one: false,
        }
    }

    /// Products must be asked for one by one.
    pub(super) fn one_by_one(&self) -> bool {
        self.one_by_one
    }

    /// Prices of these external ids by provider number. Empty where bulk prices are not offered.
    pub(super) async fn ask(
        &mut self,
        ion: &IonClient,
        account: &str,
        wanted: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Prices, Error> {
        let mut prices = Prices::new();
        let flat: Vec<(&String, &String)> = wanted
            .iter()
            .flat_map(|(provider, ids)| ids.iter().map(move |id| (provider, id)))
            .collect();
        for batch in flat.chunks(self.batch) {
            let mut open: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
            for (provider, id) in batch {
                open.entry(provider).or_default().push(id);
            }
            for turn in 0.. {
                let request = self.request(&open, turn);
                if request.is_empty() {
                    break;
                }
                let asked = ion
                    .products(account)
                    .pricing(&words_only(&request), None)
                    .await;
                let answer = match asked {
                    Ok(answer) => answer,
                    Err(error)
                        if matches!(error.class(), Class::Transient { .. } | Class::Config) =>
                    {
                        return Err(error);
                    }
                    Err(error) => {
                        tracing::info!(error = %error, "bulk prices are not offered; products are asked for one by one");
                        self.one_by_one = true;
                        return Ok(Prices::new());
                    }
                };
                for price in answer.plans.unwrap_or_default() {
                    if let Some(id) = price.product_id.clone() {
                        prices.insert(id, price);
                    }
                }
                self.learn(&request, &prices);
                open.retain(|provider, _| !self.learnt.contains_key(*provider));
            }
        }
        Ok(prices)
    }

    /// The requests of one turn: a known word, or the next one to try.
    fn request(
        &mut self,
        open: &BTreeMap<&String, Vec<&String>>,
        turn: usize,
    ) -> Vec<(String, ProviderProducts)> {
        let mut request = Vec::new();
        for (number, ids) in open {
            let word = match self.learnt.get(*number) {
                Some(known) if turn == 0 => known.clone(),
                Some(_) => None,
                None => {
                    let next = self.candidates(number).into_iter().nth(turn);
                    if next.is_none() && ids.len() >= ENOUGH {
                        self.learnt.insert((*number).clone(), None);
                    }
                    next
                }
            };
            if let Some(provider) = word {
                let external_ids = ids.iter().map(|id| (*id).clone()).collect();
                request.push((
                    (*number).clone(),
                    ProviderProducts {
                        provider,
                        external_ids,
                    },
                ));
            }
        }
        request
    }

    fn candidates(&self, number: &str) -> Vec<String> {
        if let Some(word) = self.configured.get(number) {
            return vec![word.clone()];
        }
        let known = WORDS.iter().filter(|(known, _)| *known == number);
        let words = known.flat_map(|(_, words)| words.iter().map(|word| (*word).to_owned()));
        std::iter::once(number.to_owned()).chain(words).collect()
    }

    fn learn(&mut self, request: &[(String, ProviderProducts)], prices: &Prices) {
        for (number, asked) in request {
            let known = self.learnt.contains_key(number);
            if !known && asked.external_ids.iter().any(|id| prices.contains_key(id)) {
                self.learnt
                    .insert(number.clone(), Some(asked.provider.clone()));
            }
        }
    }
}

fn words_only(request: &[(String, ProviderProducts)]) -> Vec<ProviderProducts> {
    request.iter().map(|(_, asked)| asked.clone()).collect()
}

/// True where the text of a listing carries price-book members.
pub(super) fn carries_prices(raw: &str) -> bool {
    raw.contains("\"pricebookPrice\"") || raw.contains("\"productAvailability\"")
}

/// Adds what a listing needs prices for, by provider number.
pub(super) fn collect_wanted(listing: &Product, wanted: &mut BTreeMap<String, BTreeSet<String>>) {
    for_each_plan(listing, |provider, id| {
        wanted
            .entry(provider.to_owned())
            .or_default()
            .insert(id.to_owned());
    });
}

/// External ids of a listing, in its order.
pub(super) fn external_ids(listing: &Product) -> Vec<String> {
    let mut ids = Vec::new();
    for_each_plan(listing, |_, id| ids.push(id.to_owned()));
    ids
}

fn for_each_plan(listing: &Product, mut each: impl FnMut(&str, &str)) {
    let Some(definition) = &listing.definition else {
        return;
    };
    for Sku {
        plans,
        product_id,
        product_cloud_provider_name,
        ..
    } in definition.skus.iter().flatten()
    {
        for plan in plans.iter().flatten() {
            if let (Some(provider), Some(id)) = (
                product_cloud_provider_name,
                asked_id(plan, product_id.as_deref()),
            ) {
                each(last_segment(provider), id);
            }
        }
    }
    for AddOn {
        plans,
        product_id,
        product_cloud_provider_name,
        ..
    } in definition.add_ons.iter().flatten()
    {
        for plan in plans.iter().flatten() {
            if let (Some(provider), Some(id)) = (
                product_cloud_provider_name,
                asked_id(plan, product_id.as_deref()),
            ) {
                each(last_segment(provider), id);
            }
        }
    }
}

/// The id by which the price book knows a plan: its own, its part number, or the SKU's.
fn asked_id<'a>(plan: &'a Plan, sku: Option<&'a str>) -> Option<&'a str> {
    plan.product_id
        .as_deref()
        .or(plan.mpn_id.as_deref())
        .or(sku)
        .filter(|id| !id.is_empty())
}

/// Puts prices into a listing, as if the list had carried them.
pub(super) fn fill(listing: &mut Product, prices: &Prices) {
    let Some(definition) = &mut listing.definition else {
        return;
    };
    for sku in definition.skus.iter_mut().flatten() {
        fill_plans(sku.plans.as_mut(), sku.product_id.as_deref(), prices);
    }
    for add_on in definition.add_ons.iter_mut().flatten() {
        fill_plans(add_on.plans.as_mut(), add_on.product_id.as_deref(), prices);
    }
}

fn fill_plans(plans: Option<&mut Vec<Plan>>, sku: Option<&str>, prices: &Prices) {
    for plan in plans.into_iter().flatten() {
        let Some(price) = asked_id(plan, sku).and_then(|id| prices.get(id)) else {
            continue;
        };
        plan.pricebook_price.clone_from(&price.pricebook_price);
        plan.pricebook_currency
            .clone_from(&price.pricebook_currency);
        plan.pricebook_master_price
            .clone_from(&price.pricebook_master_price);
        plan.product_availability = price.product_availability;
    }
}
