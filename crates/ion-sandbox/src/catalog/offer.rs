//! What the catalog sells: a plan of a SKU, with names and price as they are when somebody asks.

use std::sync::Arc;

use super::Listings;
use crate::generate::{Plan, Product, Sku, VENDORS};
use crate::money::Money;
use crate::views::OfferView;

/// A plan of a SKU.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) product: String,
    pub(crate) product_name: String,
    pub(crate) sku: String,
    pub(crate) sku_name: String,
    pub(crate) plan: String,
    pub(crate) plan_name: String,
    pub(crate) vendor: usize,
    pub(crate) billing: &'static str,
    pub(crate) mpn: Option<String>,
    pub(crate) external_id: String,
    pub(crate) price: Money,
    /// Of the vendor's own list.
    pub(crate) list: Money,
    pub(crate) by_use: bool,
}

/// Which part of an order the catalog does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Product,
    Sku,
    Plan,
    /// It is there, and nobody may buy it.
    NotForSale,
}

impl Offer {
    fn new(product: &Product, sku: &Sku, plan: &Plan) -> Self {
        Self {
            product: product.slug.clone(),
            product_name: product.name.clone(),
            sku: sku.id.clone(),
            sku_name: sku.name.clone(),
            plan: plan.id.clone(),
            plan_name: plan.name.clone(),
            vendor: product.vendor,
            billing: plan.billing,
            mpn: plan.mpn.clone(),
            external_id: sku.external_id.clone(),
            price: if plan.by_use {
                Money::default()
            } else {
                Money::of(&plan.price)
            },
            list: if plan.by_use {
                Money::default()
            } else {
                Money::of(&plan.list)
            },
            by_use: plan.by_use,
        }
    }

    fn word(&self) -> &'static str {
        VENDORS[self.vendor].word
    }

    pub(crate) fn microsoft(&self) -> bool {
        self.word() == "azure"
    }

    /// Sold by seats under Microsoft's new commerce: with terms, windows and renewal settings.
    pub(crate) fn new_commerce(&self) -> bool {
        self.microsoft() && !self.by_use
    }

    /// As orders name the provider. Only AZURE and UNSPECIFIED are published (Ion API notes 2.5).
    pub(crate) fn provider(&self) -> &'static str {
        match self.word() {
            "azure" => "AZURE",
            "gcp" if self.by_use => "GCP",
            "gcp" => "GWS",
            "aws" => "AWS",
            "ibm" => "IBM",
            "sophos" => "SOPHOS",
            "acronis" => "ACRONIS",
            _ => "UNSPECIFIED",
        }
    }

    /// As subscriptions name the kind of resource (Ion API notes 2.6).
    pub(crate) fn resource_type(&self) -> &'static str {
        match self.word() {
            "azure" => "AZURE::Subscription",
            "gcp" if self.by_use => "GCP::Resource",
            "gcp" => "GSUITE::Subscription",
            "aws" => "AWS::Resource",
            "ibm" => "IBM::Order",
            "sophos" => "SOPHOS::Tenant",
            "acronis" => "ACRONIS::Tenant",
            _ => "ITG::Product",
        }
    }

    /// Commitment where the part number says it: its third part.
    pub(crate) fn committed(&self) -> Option<&str> {
        self.mpn.as_deref()?.split(':').nth(2)
    }

    /// Commitment, or the period of billing where nothing is said.
    pub(crate) fn term(&self) -> &str {
        self.committed().unwrap_or(match self.billing {
            "ANNUAL" => "P1Y",
            _ => "P1M",
        })
    }

    /// Months of a term.
    pub(crate) fn months(&self) -> i64 {
        match self.term() {
            "P3Y" => 36,
            "P1Y" => 12,
            _ => 1,
        }
    }
}

impl Listings {
    /// Something to buy. `NotForSale`: out of the price book, or disabled.
    pub(crate) fn offer(&self, product: &str, sku: &str, plan: &str) -> Result<Offer, Missing> {
        let product = self.listed(product)?;
        let sku = product.skus.iter().find(|one| one.id == sku && !one.add_on);
        sold(product, sku.ok_or(Missing::Sku)?, plan)
    }

    /// An add-on of a SKU. `Sku`: the SKU does not list it.
    pub(crate) fn add_on(
        &self,
        product: &str,
        sku: &str,
        add_on: &str,
        plan: &str,
    ) -> Result<Offer, Missing> {
        let product = self.listed(product)?;
        let sku = product.skus.iter().find(|one| one.id == sku);
        let mut listed = product.add_ons_of(sku.ok_or(Missing::Sku)?);
        let add_on = listed.find(|one| one.id == add_on);
        sold(product, add_on.ok_or(Missing::Sku)?, plan)
    }

    /// An add-on of a SKU by its plan.
    pub(crate) fn add_on_of_plan(&self, product: &str, sku: &str, plan: &str) -> Option<Offer> {
        let product = self.listed(product).ok()?;
        let sku = product.skus.iter().find(|one| one.id == sku)?;
        let mut add_ons = product.add_ons_of(sku);
        add_ons.find_map(|add_on| sold(product, add_on, plan).ok())
    }

    fn listed(&self, product: &str) -> Result<&Product, Missing> {
        let at = self.find(product).ok_or(Missing::Product)?;
        Ok(&self.all[at].product)
    }

    /// The first thing for sale whose plan has this id, perhaps only of one product and one SKU.
    pub(crate) fn offer_of_plan(
        &self,
        product: Option<&str>,
        sku: Option<&str>,
        plan: &str,
    ) -> Option<Offer> {
        let of_product = |one: &&Product| product.is_none_or(|slug| one.slug == slug);
        let products = self.all.iter().map(|listing| &listing.product);
        products.filter(of_product).find_map(|product| {
            let skus = product.skus.iter().filter(|one| !one.add_on);
            skus.filter(|one| sku.is_none_or(|id| one.id == id))
                .find_map(|sku| sold(product, sku, plan).ok())
        })
    }

    /// So many things for sale, spread over the catalog, for what was bought before the start.
    pub(crate) fn some_offers(&self, count: usize) -> Vec<Arc<Offer>> {
        let step = (self.all.len() / count.max(1)).max(1);
        let products = self.all.iter().map(|listing| &listing.product);
        let some = products.step_by(step).flat_map(|product| {
            let skus = product.skus.iter().filter(|one| !one.add_on);
            skus.flat_map(move |sku| sku.plans.iter().map(move |plan| (product, sku, plan)))
        });
        some.filter_map(|(product, sku, plan)| sold(product, sku, &plan.id).ok())
            .map(Arc::new)
            .collect()
    }

    /// Everything that is listed, for sale or not.
    pub(crate) fn offer_views(&self) -> Vec<OfferView> {
        let products = self.all.iter().map(|listing| &listing.product);
        let skus = products.flat_map(|product| {
            let skus = product.skus.iter().filter(|one| !one.add_on);
            skus.map(move |sku| (product, sku))
        });
        skus.flat_map(|(product, sku)| sku.plans.iter().map(move |plan| view(product, sku, plan)))
            .collect()
    }
}

fn for_sale(product: &Product, sku: &Sku, plan: &Plan) -> bool {
    plan.available && !sku.disabled && !product.disabled
}

fn sold(product: &Product, sku: &Sku, plan: &str) -> Result<Offer, Missing> {
    let plan = sku.plans.iter().find(|one| one.id == plan);
    let plan = plan.ok_or(Missing::Plan)?;
    if for_sale(product, sku, plan) {
        Ok(Offer::new(product, sku, plan))
    } else {
        Err(Missing::NotForSale)
    }
}

fn view(product: &Product, sku: &Sku, plan: &Plan) -> OfferView {
    let offer = Offer::new(product, sku, plan);
    let plans = |sku: &Sku| sku.plans.iter().map(|plan| plan.id.clone()).collect();
    OfferView {
        vendor: VENDORS[product.vendor].name.to_owned(),
        provider: offer.provider().to_owned(),
        term: offer.committed().map(str::to_owned),
        price: offer.price.text(),
        currency: super::CURRENCY.to_owned(),
        for_sale: for_sale(product, sku, plan),
        add_ons: product
            .add_ons_of(sku)
            .map(|add_on| (add_on.id.clone(), plans(add_on)))
            .collect(),
        product_id: offer.product,
        sku_id: offer.sku,
        plan_id: offer.plan,
        name: offer.sku_name,
        billing: offer.billing.to_owned(),
        part_number: offer.mpn,
        by_use: offer.by_use,
    }
}
