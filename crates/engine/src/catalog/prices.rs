//! Price-book prices where the list carries none (Ion API notes 4.2 and 7).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{Amount, Scale};
use ion_client::{
    AddOn, Class, Error, ExactDecimal, IonClient, Plan, PlanPrice, Product, ProviderProducts, Sku,
};

use super::map::last_segment;
use crate::CatalogSettings;

/// Words by which `products:pricing` may know a provider. Its vocabulary is not known for sure, so they are tried in turn.
const WORDS: [(&str, &[&str]); 3] = [
    ("30", &["azure", "microsoft", "nce"]),
    ("1", &["aws", "amazon"]),
    ("8", &["gcp", "google", "gws"]),
];

/// Words that are tried for one provider.
const WORDS_TRIED: usize = 5;
/// The detail of a listing that says how it is provisioned.
const PROVISIONING: &str = "ProvisioningCategory";

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

/// What one provider is asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// External ids.
    ids: BTreeSet<String>,
    /// What its listings call their kind of provisioning: it may be the word that the price book knows.
    words: BTreeSet<String>,
}

/// What is asked for, by provider number.
pub(super) type Wanted = BTreeMap<String, Asked>;

/// Prices by external id. Plans that share an id have several.
pub(super) type Prices = HashMap<String, Vec<PlanPrice>>;

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
        wanted: &Wanted,
    ) -> Result<Prices, Error> {
        let mut prices = Prices::new();
        let flat: Vec<(&String, &String)> = wanted
            .iter()
            .flat_map(|(provider, asked)| asked.ids.iter().map(move |id| (provider, id)))
            .collect();
        for batch in flat.chunks(self.batch) {
            let mut open: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
            for (provider, id) in batch {
                open.entry(provider).or_default().push(id);
            }
            for turn in 0.. {
                let request = self.request(&open, wanted, turn);
                if request.is_empty() {
                    break;
                }
                let asked = ion
                    .products(account)
                    .pricing(&words_only(&request), None)
                    .await;
                let answer = match asked {
                    Ok(answer) => answer,
                    Err(error) if ends_the_run(&error) => {
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
                        let known: &mut Vec<PlanPrice> = prices.entry(id).or_default();
                        if !known.contains(&price) {
                            known.push(price);
                        }
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
        wanted: &Wanted,
        turn: usize,
    ) -> Vec<(String, ProviderProducts)> {
        let mut request = Vec::new();
        for (number, ids) in open {
            let word = match self.learnt.get(*number) {
                Some(known) if turn == 0 => known.clone(),
                Some(_) => None,
                None => {
                    let next = self
                        .candidates(number, &wanted[*number])
                        .into_iter()
                        .nth(turn);
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

    /// Words for a provider, the likeliest first.
    fn candidates(&self, number: &str, asked: &Asked) -> Vec<String> {
        if let Some(word) = self.configured.get(number) {
            return vec![word.clone()];
        }
        let known = WORDS.iter().filter(|(known, _)| *known == number);
        let known = known.flat_map(|(_, words)| words.iter().map(|word| (*word).to_owned()));
        let mut words = vec![number.to_owned()];
        for word in known.chain(asked.words.iter().cloned()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.truncate(WORDS_TRIED);
        words
    }

    /// Providers for which no word was understood: their products are asked for one by one.
    pub(super) fn not_understood(&self) -> HashSet<String> {
        let none = self.learnt.iter().filter(|(_, word)| word.is_none());
        none.map(|(number, _)| number.clone()).collect()
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

/// True where an error would meet every other request too.
pub(super) fn ends_the_run(error: &Error) -> bool {
    matches!(error.class(), Class::Transient { .. } | Class::Config)
}

/// True where the text of a listing carries price-book members.
pub(super) fn carries_prices(raw: &str) -> bool {
    raw.contains("\"pricebookPrice\"") || raw.contains("\"productAvailability\"")
}

/// Adds what a listing needs prices for.
pub(super) fn collect_wanted(listing: &Product, wanted: &mut Wanted) {
    let definition = listing.definition.as_ref();
    let fields = definition.and_then(|definition| definition.custom_fields.as_deref());
    let mut fields = fields.unwrap_or_default().iter();
    let word = fields.find(|field| field.name.as_deref() == Some(PROVISIONING));
    let word = word.and_then(|field| field.content.as_ref());
    for_each_plan(listing, |provider, id| {
        let asked = wanted.entry(provider.to_owned()).or_default();
        asked.ids.insert(id.to_owned());
        asked.words.extend(word.map(|word| word.to_lowercase()));
    });
}

/// Whether something of a listing is sold by one of these providers.
pub(super) fn sold_by(listing: &Product, providers: &HashSet<String>) -> bool {
    let mut found = false;
    for_each_plan(listing, |provider, _| found |= providers.contains(provider));
    found
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

/// The prices of these ids as text: differs when one of them does.
pub(super) fn digest(ids: &[String], prices: &Prices) -> String {
    let mut text = String::new();
    for id in ids {
        text.push_str(id);
        for price in prices.get(id).into_iter().flatten() {
            let digits = |decimal: &Option<ExactDecimal>| {
                let text = decimal.as_ref().map(ExactDecimal::as_str);
                text.unwrap_or_default().to_owned()
            };
            for part in [
                digits(&price.pricebook_price),
                digits(&price.pricebook_master_price),
                price.pricebook_currency.clone().unwrap_or_default(),
                format!("{:?}", price.product_availability),
            ] {
                text.push('\0');
                text.push_str(&part);
            }
        }
        text.push('\n');
    }
    text
}

/// Puts prices into a listing, as if the list had carried them. False where it cannot be told which price is which plan's.
pub(super) fn fill(listing: &mut Product, prices: &Prices) -> bool {
    let Some(definition) = &mut listing.definition else {
        return true;
    };
    let skus = definition.skus.iter_mut().flatten();
    let skus = skus.map(|sku| (sku.plans.as_mut(), sku.product_id.as_deref()));
    let add_ons = definition.add_ons.iter_mut().flatten();
    let add_ons = add_ons.map(|add_on| (add_on.plans.as_mut(), add_on.product_id.as_deref()));
    let mut plans: HashMap<String, Vec<&mut Plan>> = HashMap::new();
    for (own, sku) in skus.chain(add_ons) {
        for plan in own.into_iter().flatten() {
            if let Some(id) = asked_id(plan, sku).map(str::to_owned) {
                plans.entry(id).or_default().push(plan);
            }
        }
    }
    let mut clear = true;
    for (id, plans) in plans {
        if let Some(answers) = prices.get(&id) {
            clear &= fill_plans(plans, answers);
        }
    }
    clear
}

/// Gives each plan its price. Plans that share an id are told apart by their list price.
fn fill_plans(mut plans: Vec<&mut Plan>, answers: &[PlanPrice]) -> bool {
    if let ([plan], [answer]) = (plans.as_mut_slice(), answers) {
        set(plan, answer);
        return true;
    }
    let missing = answers
        .iter()
        .find(|answer| answer.pricebook_price.is_none());
    let mut clear = true;
    for plan in plans {
        let mut fitting = answers.iter().filter(|answer| has_list_price(plan, answer));
        match (fitting.next(), fitting.next(), missing) {
            (Some(answer), None, _) | (None, _, Some(answer)) => set(plan, answer),
            // A plan billed by use has no price here.
            (None, _, None)
                if own_price(plan).is_none_or(|prices| prices.values().all(is_zero)) => {}
            _ => clear = false,
        }
    }
    clear
}

fn set(plan: &mut Plan, answer: &PlanPrice) {
    plan.pricebook_price.clone_from(&answer.pricebook_price);
    plan.pricebook_currency
        .clone_from(&answer.pricebook_currency);
    plan.pricebook_master_price
        .clone_from(&answer.pricebook_master_price);
    plan.product_availability = answer.product_availability.or(plan.product_availability);
}

fn has_list_price(plan: &Plan, answer: &PlanPrice) -> bool {
    let (Some(list), Some(currency)) = (&answer.pricebook_master_price, &answer.pricebook_currency)
    else {
        return false;
    };
    let own = own_price(plan).and_then(|prices| prices.get(currency));
    let units = |text: &str| Amount::parse(text, Scale::Price).ok();
    match (
        own.and_then(|own| units(own.as_str())),
        units(list.as_str()),
    ) {
        (Some(own), Some(list)) => own.same_price(&list),
        _ => false,
    }
}

fn own_price(plan: &Plan) -> Option<&BTreeMap<String, ExactDecimal>> {
    let phase = plan.phases.as_ref()?.last()?;
    phase
        .recurring_price
        .as_ref()
        .or(phase.fixed_price.as_ref())
}

fn is_zero(decimal: &ExactDecimal) -> bool {
    !decimal
        .as_str()
        .contains(|digit: char| ('1'..='9').contains(&digit))
}
