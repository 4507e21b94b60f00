//! The catalog: its objects (Ion API notes 4.1). What is not listed here stands in [`Item::raw`](crate::Item::raw).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::decimal::ExactDecimal;
use crate::model::{instant, model};

model! {
    /// A listing. Every member may be missing.
    Product {
        /// `accounts/{a}/products/{slug}`.
        name: String,
        /// `SUBSCRIPTION_PRODUCT` and others.
        #[serde(rename = "type")]
        kind: String,
        /// Disabled by the reseller.
        disabled: bool,
        /// Resource names of categories.
        categories: Vec<String>,
        /// Resource names of verticals.
        verticals: Vec<String>,
        /// A version is published.
        has_published_versions: bool,
        /// The published version is not the newest.
        has_unpublished_changes: bool,
        /// What people read.
        marketing: Marketing,
        /// What is sold.
        definition: Definition,
        /// Ids of SKUs, add-ons and plans of all published versions.
        ids_in_use: Vec<String>,
        /// Id of the terms of use.
        term_uid: String,
        /// Shared by the distributor.
        is_shared_product: bool,
        /// Not shown in the marketplace.
        hide_from_marketplace: bool,
        /// Tags.
        tags_values: Vec<TagValue>,
        /// Changes with the listing, not with the price book.
        etag: String,
        /// When made, as received.
        create_time: String,
        /// When last changed, as received.
        update_time: String,
        /// Id in an older catalog.
        legacy_product_id: String,
    }
    /// A tag and its value.
    TagValue {
        /// `accounts/{a}/product/tags/{t}/value/{v}`.
        name: String,
        /// Value.
        display_name: String,
        /// Tag.
        tag_display_name: String,
        /// `accounts/{a}/product/tags/{t}`.
        tag_name: String,
    }
    /// What people read of a product.
    Marketing {
        /// Name.
        display_name: String,
        /// First line.
        caption: String,
        /// HTML.
        description: String,
        /// Words for a search.
        search_keywords: Vec<String>,
        /// Logo.
        default_image: Image,
    }
    /// A picture of a product.
    Image {
        /// Title.
        title: String,
        /// Address.
        content: String,
        /// `MEDIA_TYPE_IMAGE`.
        #[serde(rename = "type")]
        kind: String,
    }
    /// What is sold of a product.
    Definition {
        /// Language of the texts.
        product_language: String,
        /// Currencies.
        supported_currencies: Vec<String>,
        /// `PREPAY` or `POSTPAY`.
        billing_mode: String,
        /// What SKUs may have.
        features: Vec<Feature>,
        /// What is counted.
        usage_units: Vec<UsageUnit>,
        /// What is paid by use.
        usages: Vec<UsageDefinition>,
        /// What can be bought.
        skus: Vec<Sku>,
        /// What can be bought with it.
        add_ons: Vec<AddOn>,
        /// Named details.
        custom_fields: Vec<CustomField>,
    }
    /// Something that a SKU may have.
    Feature {
        /// Id.
        id: String,
        /// Name.
        display_name: String,
    }
    /// A named detail of a product.
    CustomField {
        /// Name.
        name: String,
        /// Value.
        content: String,
        /// `STRING` and others.
        #[serde(rename = "type")]
        kind: String,
    }
    /// What is bought. Its id is unique only inside its product.
    Sku {
        /// Id.
        id: String,
        /// Name.
        display_name: String,
        /// Another name.
        alias: String,
        /// Text.
        description: String,
        /// When a cancellation takes effect.
        cancel_timing: String,
        /// Ids of add-ons that come with it.
        included_add_ons: Vec<String>,
        /// Ids of add-ons that can be bought with it.
        available_add_ons: Vec<String>,
        /// Terms of buying.
        plans: Vec<Plan>,
        /// Code for the tax.
        tax_code: String,
        /// The vendor's id, by which the price book asks.
        product_id: String,
        /// `accounts/{a}/cloudProviders/{n}`.
        product_cloud_provider_name: String,
        /// What the reseller pays by its price book.
        pricebook_price: ExactDecimal,
        /// Its currency.
        pricebook_currency: String,
        /// The upstream list price.
        pricebook_master_price: ExactDecimal,
        /// What else the price book says.
        #[serde(deserialize_with = "crate::model::details")]
        pricebook_details: Vec<(String, String)>,
        /// False: known, but not in the price book.
        product_availability: bool,
        /// Cannot be bought now.
        disabled: bool,
    }
    /// What can be bought with a SKU that lists it.
    AddOn {
        /// Id.
        id: String,
        /// Name.
        display_name: String,
        /// Another name.
        alias: String,
        /// Text.
        description: String,
        /// `PURCHASE_DATE` or `SUBSCRIPTION_DATE`.
        alignment: String,
        /// When a cancellation takes effect.
        cancel_timing: String,
        /// Can be bought more than once, as seats are.
        allow_multiple: bool,
        /// Terms of buying.
        plans: Vec<Plan>,
        /// Code for the tax.
        tax_code: String,
        /// The vendor's id.
        product_id: String,
        /// `accounts/{a}/cloudProviders/{n}`.
        product_cloud_provider_name: String,
        /// What the reseller pays by its price book.
        pricebook_price: ExactDecimal,
        /// Its currency.
        pricebook_currency: String,
        /// The upstream list price.
        pricebook_master_price: ExactDecimal,
        /// What else the price book says.
        #[serde(deserialize_with = "crate::model::details")]
        pricebook_details: Vec<(String, String)>,
        /// False: known, but not in the price book.
        product_availability: bool,
        /// Cannot be bought now.
        disabled: bool,
    }
    /// One billing term and price of a SKU or add-on.
    Plan {
        /// Id.
        id: String,
        /// Name.
        display_name: String,
        /// `MONTHLY`, `ANNUAL`...
        billing_period: String,
        /// An order waits for an approval.
        approval_required: bool,
        /// Prices over time: trial, discount, then the lasting one.
        phases: Vec<Phase>,
        /// The vendor's id.
        product_id: String,
        /// What the reseller pays by its price book.
        pricebook_price: ExactDecimal,
        /// Its currency.
        pricebook_currency: String,
        /// The upstream list price.
        pricebook_master_price: ExactDecimal,
        /// What else the price book says.
        #[serde(deserialize_with = "crate::model::details")]
        pricebook_details: Vec<(String, String)>,
        /// False: known, but not in the price book.
        product_availability: bool,
        /// `PRICE_DISPLAY_SHOW_PLAN` and others.
        price_display: String,
        /// Manufacturer part number, with term and billing.
        mpn_id: String,
    }
    /// A span of a plan.
    Phase {
        /// `TRIAL`, `DISCOUNT`, `FIXED` or `UNLIMITED_PHASE`.
        #[serde(rename = "type")]
        kind: String,
        /// How long it lasts.
        duration: Duration,
        /// Paid once, by currency.
        fixed_price: BTreeMap<String, ExactDecimal>,
        /// Paid each period, by currency.
        recurring_price: BTreeMap<String, ExactDecimal>,
        /// Paid by use.
        usages: Vec<Usage>,
    }
    /// How long a phase lasts.
    Duration {
        /// `MONTH`, `YEAR`...
        unit: String,
        /// How many.
        #[serde(deserialize_with = "crate::model::whole")]
        count: i64,
        /// For ever.
        unlimited: bool,
    }
    /// What is counted.
    UsageUnit {
        /// Id.
        id: String,
        /// Name.
        display_name: String,
        /// `minute(s)`.
        unit_display_name: String,
    }
    /// What is paid by use.
    UsageDefinition {
        /// Id, by which a phase names it.
        id: String,
        /// `USAGE_TYPE_CONSUMABLE` or `USAGE_TYPE_CAPACITY`.
        #[serde(rename = "type")]
        kind: String,
        /// What it costs.
        consumable: Consumable,
    }
    /// What a use costs.
    Consumable {
        /// Id of the unit.
        unit: String,
        /// How the tiers work together.
        charge_mode: String,
        /// Prices by amount.
        tiers: Vec<ConsumableTier>,
    }
    /// The price of some units.
    ConsumableTier {
        /// Name.
        display_name: String,
        /// Price of a unit by currency.
        price: BTreeMap<String, ExactDecimal>,
        /// Up to so many units; -1 is without end.
        #[serde(deserialize_with = "crate::model::whole")]
        max: i64,
    }
    /// The price of one external id, as `products:pricing` answers.
    PlanPrice {
        /// The vendor's id that was asked for.
        product_id: String,
        /// What the reseller pays by its price book.
        pricebook_price: ExactDecimal,
        /// Its currency.
        pricebook_currency: String,
        /// The upstream list price.
        pricebook_master_price: ExactDecimal,
        /// What else the price book says: `SkuDescription`, `Market`, `ProductId`, `SkuId`, `UnitOfMeasure`.
        #[serde(deserialize_with = "crate::model::details")]
        pricebook_details: Vec<(String, String)>,
        /// False: not in the price book.
        product_availability: bool,
    }
    /// Answer of `products:pricing`.
    Pricing {
        /// Prices; ids that are not known are left out.
        plans: Vec<PlanPrice>,
    }
    /// A category, or a vertical, which has the first members only.
    Category {
        /// Resource name.
        name: String,
        /// Name.
        display_name: String,
        /// Text.
        description: String,
        /// Products that are in it.
        #[serde(deserialize_with = "crate::model::whole")]
        count: i64,
        /// Address of a page about it.
        external_link: String,
        /// Resource name of the category above.
        parent: String,
        /// Resource names of the categories below.
        children: Vec<String>,
    }
    /// All categories.
    Categories {
        /// The categories.
        categories: Vec<Category>,
    }
    /// All verticals.
    Verticals {
        /// The verticals.
        verticals: Vec<Category>,
    }
    /// A charge on top of prices.
    Charge {
        /// Resource name.
        name: String,
        /// Name.
        charge_name: String,
        /// `FIXED_AMOUNT`, `FIXED_PERCENT` or `TIERED`.
        plan_type: String,
        /// `CUSTOMER_COST` or `SELLER_COST`.
        apply_rate_to: String,
        /// Holds where no other does.
        default: bool,
        /// Handed on as it is.
        pass_through: bool,
        /// Rates.
        tiers: Vec<ChargeTier>,
        /// Its currency.
        currency: String,
        /// When made, as received.
        create_time: String,
        /// When last changed, as received.
        update_time: String,
    }
    /// A rate of a charge.
    ChargeTier {
        /// Name.
        name: String,
        /// Rate.
        value: ExactDecimal,
        /// `PERCENT` or `FIXED`.
        #[serde(rename = "type")]
        kind: String,
    }
    /// A program, and whether a product is in it.
    Program {
        /// Resource name of the membership; only where it was changed.
        name: String,
        /// Its name for people.
        program_display_name: String,
        /// `accounts/{a}/programs/{id}`.
        program_name: String,
        /// Text.
        description: String,
        /// The product that was asked about.
        product_name: String,
        /// The product is in it.
        product_was_added: bool,
    }
    /// All charges.
    Charges {
        /// The charges.
        charges: Vec<Charge>,
    }
}

impl Product {
    /// When made, where that can be read.
    pub fn created(&self) -> Option<jiff::Timestamp> {
        instant(self.create_time.as_ref())
    }

    /// When last changed, where that can be read.
    pub fn updated(&self) -> Option<jiff::Timestamp> {
        instant(self.update_time.as_ref())
    }
}

/// A rate that is paid by use.
///
/// The official description has ids of [`Definition::usages`] in its place; then the id is `usage` and all else is missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Id or name of the meter.
    pub usage: Option<String>,
    /// Another name of it.
    pub display_name: Option<String>,
    /// Rate by currency.
    pub price: Option<BTreeMap<String, ExactDecimal>>,
}

/// A rate that is an object.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct UsageRate {
    usage: Option<String>,
    display_name: Option<String>,
    price: Option<BTreeMap<String, ExactDecimal>>,
}

impl<'de> Deserialize<'de> for Usage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdOrRate;
        impl<'de> Visitor<'de> for IdOrRate {
            type Value = Usage;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a usage, or an object")
            }
            fn visit_str<E: Error>(self, id: &str) -> Result<Usage, E> {
                Ok(Usage {
                    usage: Some(id.to_owned()),
                    ..Usage::default()
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Usage, A::Error> {
                let rate = UsageRate::deserialize(MapAccessDeserializer::new(members))?;
                Ok(Usage {
                    usage: rate.usage,
                    display_name: rate.display_name,
                    price: rate.price,
                })
            }
        }
        deserializer.deserialize_any(IdOrRate)
    }
}
