//! The catalog in use: rendered products, and what moves in it.

use axum::body::Bytes;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::{Value, json};

use crate::generate::{Plan, Price, Product, Sku, VENDORS, product};

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
    seed: u64,
    made: usize,
}

impl Listings {
    pub(crate) fn new(account: &str, seed: u64, count: usize) -> Self {
        let mut listings = Self {
            account: account.to_owned(),
            all: Vec::with_capacity(count),
            seed,
            made: 0,
        };
        listings.add(count);
        listings
    }

    pub(crate) fn add(&mut self, count: usize) {
        for number in self.made..self.made + count {
            self.all.push(Listing {
                product: product(self.seed, number),
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
    }

    pub(crate) fn find(&self, slug: &str) -> Option<usize> {
        self.all
            .iter()
            .position(|listing| listing.product.slug == slug)
    }

    /// Takes products out. Gives their ids.
    pub(crate) fn withdraw(&mut self, count: usize) -> Vec<String> {
        let step = (self.all.len() / count.max(1)).max(1);
        let mut gone = Vec::new();
        for n in (0..count.min(self.all.len())).rev() {
            let at = (n * step).min(self.all.len() - 1);
            gone.push(self.all.remove(at).product.slug);
        }
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

fn quote(text: &str) -> String {
    Value::from(text).to_string()
}

fn render(account: &str, listing: &Listing, with_price_book: bool) -> String {
    let product = &listing.product;
    let vendor = &VENDORS[product.vendor];
    let time = |seconds: i64| {
        jiff::Timestamp::from_second(seconds)
            .unwrap_or_default()
            .to_string()
    };
    let skus = |add_on: bool| {
        product
            .skus
            .iter()
            .filter(|sku| sku.add_on == add_on)
            .map(|sku| {
                render_sku(
                    account,
                    vendor.provider,
                    sku,
                    with_price_book,
                    listing.corruption,
                )
            })
            .collect::<Vec<_>>()
    };
    let mut sold = skus(false);
    if listing.corruption == Some(Corruption::TwiceTheSku)
        && let Some(first) = sold.first().cloned()
    {
        sold.insert(1, first);
    }
    let sold = sold.join(",");
    let sold = if listing.corruption == Some(Corruption::SkusIsObject) {
        "{\"0\":\"one\"}".to_owned()
    } else {
        format!("[{sold}]")
    };
    let add_ons = skus(true).join(",");
    let name = match listing.corruption {
        Some(Corruption::NameIsNumber) => json!(365),
        _ => json!(product.name),
    };
    let text = match listing.corruption {
        Some(Corruption::LongText) => "x".repeat(2_000_000),
        Some(Corruption::HugeText) => "x".repeat(5_000_000),
        _ => product.text.clone(),
    };
    let marketing = json!({
        "displayName": name, "caption": product.caption, "description": text,
        "searchKeywords": [vendor.name, product.category],
        "defaultImage": {"title": "Logo", "content": format!("https://images.example/{}/logo.png", product.slug), "type": "MEDIA_TYPE_IMAGE"},
    });
    let fields = json!([
        {"name": "productType", "content": product.category, "type": "STRING"},
        {"name": "ProvisioningCategory", "content": vendor.word, "type": "STRING"},
        {"name": "region", "content": "EMEA", "type": "STRING"},
    ]);
    let features = json!([
        {"id": "Cost-effective", "displayName": "Cost effective"},
        {"id": "Flexible", "displayName": "Flexible"},
        {"id": "Managed", "displayName": "Managed by your reseller"},
    ]);
    let mut out = format!(
        r#"{{"name":"accounts/{account}/products/{}","type":"SUBSCRIPTION_PRODUCT","categories":["accounts/{account}/categories/{}"],"hasPublishedVersions":true,"#,
        product.slug,
        product.category.replace(' ', "-")
    );
    if listing.corruption != Some(Corruption::NoName) {
        out.push_str(&format!(r#""marketing":{marketing},"#));
    }
    out.push_str(&format!(r#""definition":{{"supportedCurrencies":["EUR","USD"],"billingMode":"{}","features":{features},"skus":{sold},"#, if product.skus.iter().any(|sku| sku.plans.iter().any(|plan| plan.by_use)) { "POSTPAY" } else { "PREPAY" }));
    if !add_ons.is_empty() {
        out.push_str(&format!(r#""addOns":[{add_ons}],"#));
    }
    out.push_str(&format!(
        r#""customFields":{fields}}},"isSharedProduct":true,"#
    ));
    if product.disabled {
        out.push_str(r#""disabled":true,"#);
    }
    if product.secret {
        out.push_str(&format!(
            r#""previewAuthToken":"/+blob-signature+/{}=","#,
            product.slug
        ));
    }
    out.push_str(&format!(
        r#""etag":"E{:x}-{}","createTime":"{}","updateTime":"{}"}}"#,
        product.created,
        product.version,
        time(product.created),
        time(product.updated).replace(
            'Z',
            if product.updated % 2 == 0 {
                ".475Z"
            } else {
                "Z"
            }
        )
    ));
    out
}

fn render_sku(
    account: &str,
    provider: u32,
    sku: &Sku,
    with_price_book: bool,
    corruption: Option<Corruption>,
) -> String {
    let plans = sku
        .plans
        .iter()
        .enumerate()
        .map(|(n, plan)| render_plan(plan, with_price_book, corruption.filter(|_| n == 0)))
        .collect::<Vec<_>>()
        .join(",");
    let id = match corruption {
        Some(Corruption::NoSkuId) => String::new(),
        _ => format!(r#""id":{},"#, quote(&sku.id)),
    };
    let mut out = format!(
        r#"{{{id}"displayName":{},"description":"{}","cancelTiming":"END_OF_TERM","plans":[{plans}],"productId":{},"productCloudProviderName":"accounts/{account}/cloudProviders/{provider}","supportPlanAsProductPlan":{{"details":{{}}}}"#,
        quote(&sku.name),
        if sku.plans.iter().any(|plan| plan.by_use) {
            "Based on Usage"
        } else {
            "Per seat"
        },
        quote(&sku.external_id)
    );
    if with_price_book && !sku.plans.iter().any(|plan| plan.available) {
        out.push_str(r#","productAvailability":false"#);
    } else if with_price_book {
        out.push_str(r#","productAvailability":true"#);
    }
    if sku.disabled {
        out.push_str(r#","disabled":true"#);
    }
    out.push('}');
    out
}

fn render_plan(plan: &Plan, with_price_book: bool, corruption: Option<Corruption>) -> String {
    let phases = if plan.by_use {
        format!(
            r#"[{{"type":"UNLIMITED_PHASE","recurringPrice":{{"EUR":0}},"usages":[{{"usage":"Compute-hour","displayName":"Compute hour","price":{{"EUR":{}e-6}}}}]}}]"#,
            plan.price.units / 10
        )
    } else {
        format!(
            r#"[{{"type":"UNLIMITED_PHASE","duration":{{"unlimited":true}},"recurringPrice":{{"EUR":{},"USD":{}}}}}]"#,
            plan.list.text(),
            Price {
                units: plan.list.units * 109 / 100,
                noise: ""
            }
            .text()
        )
    };
    let id = match corruption {
        Some(Corruption::NoPlanId) => String::new(),
        _ => format!(r#""id":{},"#, quote(&plan.id)),
    };
    let mut out = format!(
        r#"{{{id}"displayName":{},"billingPeriod":"{}","phases":{phases},"supportPlan":{{}},"priceDisplay":"PRICE_DISPLAY_SHOW_PLAN""#,
        quote(&plan.name),
        plan.billing
    );
    if let Some(mpn) = &plan.mpn {
        out.push_str(&format!(r#","mpnId":{}"#, quote(mpn)));
    }
    if with_price_book && !plan.by_use {
        let price = match corruption {
            Some(Corruption::PriceIsText) => "\"on request\"".to_owned(),
            Some(Corruption::PriceTooLarge) => "1e308".to_owned(),
            Some(Corruption::NegativePrice) => "-1".to_owned(),
            Some(Corruption::NotANumber) => "\"NaN\"".to_owned(),
            _ => plan.price.text(),
        };
        if plan.available {
            out.push_str(&format!(r#","pricebookPrice":{price},"pricebookCurrency":"EUR","pricebookMasterPrice":{},"productAvailability":true"#, plan.list.text()));
        } else {
            out.push_str(r#","productAvailability":false"#);
        }
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
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
