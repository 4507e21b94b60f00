//! The catalog in use: rendered products, and what moves in it.

use std::collections::HashMap;

use axum::body::Bytes;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::generate::{Price, Product, VENDORS, product};

mod answers;
mod offer;
mod render;

pub(crate) use answers::{answer, pricing};
pub(crate) use offer::{Missing, Offer};
use render::{quote, render};

/// Currency of the price book.
pub(crate) const CURRENCY: &str = "EUR";

/// A price that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedPrice {
    /// The product.
    pub product: String,
    /// Its SKU.
    pub sku: String,
    /// Its plan.
    pub plan: String,
    /// The price before, as digits.
    pub before: String,
    /// The price now, as digits.
    pub after: String,
}

/// How a product is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corruption {
    /// `marketing` is left out: the name is missing.
    NoName,
    /// A price is a word.
    PriceIsText,
    /// `skus` is an object.
    SkusIsObject,
    /// A price is larger than any.
    PriceTooLarge,
    /// A price is below zero.
    NegativePrice,
    /// A price is the word by which protocol buffers write what is no number.
    NotANumber,
    /// The name is a number.
    NameIsNumber,
    /// Two SKUs have one id.
    TwiceTheSku,
    /// A SKU has no id.
    NoSkuId,
    /// A plan has no id.
    NoPlanId,
    /// The description has two million letters.
    LongText,
    /// The description has five million letters.
    HugeText,
}

impl Corruption {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::NoName,
        Self::PriceIsText,
        Self::SkusIsObject,
        Self::PriceTooLarge,
        Self::NegativePrice,
        Self::NotANumber,
        Self::NameIsNumber,
        Self::TwiceTheSku,
        Self::NoSkuId,
        Self::NoPlanId,
        Self::LongText,
        Self::HugeText,
    ];

    /// The JSON path of what is wrong in a listing that is spoiled like this; `$` is the whole of it.
    pub const fn json_path(self) -> &'static str {
        match self {
            Self::NoName | Self::NameIsNumber => "$.marketing.displayName",
            Self::PriceIsText | Self::PriceTooLarge | Self::NegativePrice | Self::NotANumber => {
                "$.definition.skus[0].plans[0].pricebookPrice"
            }
            Self::SkusIsObject => "$.definition.skus",
            Self::TwiceTheSku => "$.definition.skus[1].id",
            Self::NoSkuId => "$.definition.skus[0].id",
            Self::NoPlanId => "$.definition.skus[0].plans[0].id",
            Self::LongText => "$.marketing.description",
            Self::HugeText => "$",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) product: Product,
    pub(crate) corruption: Option<Corruption>,
    rendered: Option<Bytes>,
}

/// Every product, in Ion's order.
#[derive(Debug)]
pub(crate) struct Listings {
    pub(crate) account: String,
    pub(crate) all: Vec<Listing>,
    places: HashMap<String, usize>,
    seed: u64,
    made: usize,
}

impl Listings {
    pub(crate) fn new(account: &str, seed: u64, count: usize) -> Self {
        let mut listings = Self {
            account: account.to_owned(),
            all: Vec::with_capacity(count),
            places: HashMap::with_capacity(count),
            seed,
            made: 0,
        };
        listings.add(count);
        listings
    }

    pub(crate) fn add(&mut self, count: usize) {
        for number in self.made..self.made + count {
            let product = product(self.seed, number);
            self.places.insert(product.slug.clone(), self.all.len());
            self.all.push(Listing {
                product,
                corruption: None,
                rendered: None,
            });
        }
        self.made += count;
    }

    /// Puts the list into another order, by chance of this seed.
    pub(crate) fn resort(&mut self, seed: u64) {
        self.all
            .shuffle(&mut ChaCha8Rng::seed_from_u64(self.seed ^ seed));
        self.place();
    }

    fn place(&mut self) {
        let slugs = self.all.iter().map(|listing| listing.product.slug.clone());
        self.places = slugs.zip(0..).collect();
    }

    pub(crate) fn find(&self, slug: &str) -> Option<usize> {
        self.places.get(slug).copied()
    }

    /// Takes one product out.
    pub(crate) fn remove(&mut self, slug: &str) -> bool {
        let Some(at) = self.find(slug) else {
            return false;
        };
        self.all.remove(at);
        self.place();
        true
    }

    /// Disables a product, or enables it. False where it is so already; `None` where there is none.
    pub(crate) fn set_disabled(&mut self, slug: &str, disabled: bool) -> Option<bool> {
        let at = self.find(slug)?;
        let listing = &mut self.all[at];
        let changes = listing.product.disabled != disabled;
        listing.product.disabled = disabled;
        listing.rendered = None;
        Some(changes)
    }

    /// Sets the price of a plan to these digits.
    pub(crate) fn set_price(&mut self, slug: &str, sku: &str, plan: &str, digits: &str) -> bool {
        let Some(at) = self.find(slug) else {
            return false;
        };
        let listing = &mut self.all[at];
        let skus = listing.product.skus.iter_mut();
        let plan = skus
            .filter(|one| one.id == sku)
            .flat_map(|sku| &mut sku.plans)
            .find(|one| one.id == plan);
        let (Some(plan), Some(price)) = (plan, Price::parse(digits)) else {
            return false;
        };
        plan.price = price;
        listing.rendered = None;
        true
    }

    /// Takes products out. Gives their ids.
    pub(crate) fn withdraw(&mut self, count: usize) -> Vec<String> {
        let step = (self.all.len() / count.max(1)).max(1);
        let mut gone = Vec::new();
        for n in (0..count.min(self.all.len())).rev() {
            let at = (n * step).min(self.all.len() - 1);
            gone.push(self.all.remove(at).product.slug);
        }
        self.place();
        gone
    }

    /// Moves one price of every n-th product. Stamp and etag move only where asked.
    pub(crate) fn move_prices(&mut self, per_mille: u32, touch_etag: bool) -> Vec<MovedPrice> {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ 0x5eed);
        let mut moved = Vec::new();
        let every = (1000 / per_mille.clamp(1, 1000)) as usize;
        for listing in self.all.iter_mut().step_by(every.max(1)) {
            let product = &mut listing.product;
            let Some((sku, plan)) = product.skus.iter_mut().find_map(|sku| {
                Some((
                    sku.id.clone(),
                    sku.plans
                        .iter_mut()
                        .find(|plan| plan.available && !plan.by_use)?,
                ))
            }) else {
                continue;
            };
            let before = plan.price.text();
            let percent = if chance.random_ratio(2, 3) {
                100 + chance.random_range(1..9_i64)
            } else {
                100 - chance.random_range(1..6_i64)
            };
            plan.price = Price {
                units: (plan.price.units * percent / 100).max(10) / 10 * 10,
                noise: "",
            };
            moved.push(MovedPrice {
                product: product.slug.clone(),
                sku,
                plan: plan.id.clone(),
                before,
                after: plan.price.text(),
            });
            if touch_etag {
                product.version += 1;
                product.updated += 3600;
            }
            listing.rendered = None;
        }
        moved
    }

    pub(crate) fn corrupt(&mut self, slug: &str, corruption: Option<Corruption>) -> bool {
        let Some(at) = self.find(slug) else {
            return false;
        };
        self.all[at].corruption = corruption;
        self.all[at].rendered = None;
        true
    }

    pub(crate) fn rename(&mut self, slug: &str, name: &str) -> bool {
        let Some(at) = self.find(slug) else {
            return false;
        };
        name.clone_into(&mut self.all[at].product.name);
        self.all[at].rendered = None;
        true
    }

    /// The JSON of a product, kept for the next time.
    pub(crate) fn json(&mut self, at: usize, with_price_book: bool) -> Bytes {
        let listing = &mut self.all[at];
        if !with_price_book {
            return render(&self.account, listing, false).into();
        }
        if listing.rendered.is_none() {
            listing.rendered = Some(render(&self.account, listing, true).into());
        }
        listing.rendered.clone().unwrap_or_default()
    }

    /// Prices of external ids, as `products:pricing` answers.
    pub(crate) fn pricing(&self, provider: &str, vocabulary: &str, ids: &[&str]) -> Vec<String> {
        let known = |vendor: usize| {
            let vendor = &VENDORS[vendor];
            let (name, number) = (
                provider.eq_ignore_ascii_case(vendor.word),
                provider == vendor.provider.to_string(),
            );
            match vocabulary {
                "name" => name,
                "number" => number,
                _ => name || number || provider.eq_ignore_ascii_case(vendor.name),
            }
        };
        let mut out = Vec::new();
        for product in self
            .all
            .iter()
            .map(|listing| &listing.product)
            .filter(|product| known(product.vendor))
        {
            for plan_id in product
                .skus
                .iter()
                .flat_map(|sku| sku.plans.iter().map(move |plan| (sku, plan)))
            {
                let (sku, plan) = plan_id;
                let id = plan.mpn.as_deref().unwrap_or(&sku.external_id);
                if ids.contains(&id) && !plan.by_use {
                    out.push(if plan.available {
                        format!(r#"{{"productId":{},"pricebookPrice":{},"pricebookCurrency":"EUR","productAvailability":true,"pricebookMasterPrice":{}}}"#, quote(id), plan.price.text(), plan.list.text())
                    } else {
                        format!(r#"{{"productId":{},"productAvailability":false}}"#, quote(id))
                    });
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_product_is_json_of_about_eight_kilobytes() {
        let mut listings = Listings::new("10412", 1, 2000);
        let mut bytes = 0;
        for at in 0..2000 {
            let json = listings.json(at, true);
            bytes += json.len();
            let value: Value = serde_json::from_slice(&json).unwrap();
            assert!(value["definition"]["skus"].is_array());
        }
        assert!(
            (5_500..10_500).contains(&(bytes / 2000)),
            "{}",
            bytes / 2000
        );
        for corruption in Corruption::ALL {
            let slug = listings.all[5].product.slug.clone();
            listings.corrupt(&slug, Some(corruption));
            serde_json::from_slice::<Box<serde_json::value::RawValue>>(&listings.json(5, true))
                .unwrap();
        }
    }

    #[test]
    fn moved_prices_are_told_exactly() {
        let mut listings = Listings::new("1", 1, 1000);
        let before: Vec<_> = (0..1000).map(|at| listings.json(at, true)).collect();
        let moved = listings.move_prices(10, false);
        assert_eq!(moved.len(), 10);
        let changed = (0..1000)
            .filter(|at| listings.json(*at, true) != before[*at])
            .count();
        assert_eq!(
            changed,
            moved
                .iter()
                .filter(|moved| moved.before != moved.after)
                .count()
        );
    }
}
