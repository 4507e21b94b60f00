//! The catalog of an account (Ion API notes 2.3 and 4.1).

use std::collections::BTreeMap;

use futures::Stream;
use serde::Deserialize;
use serde_json::json;

use crate::client::IonClient;
use crate::decimal::ExactDecimal;
use crate::error::{Error, decode};
use crate::page::{Item, Page, PageToken, fetch, stream};

/// Products of one account.
#[derive(Debug, Clone, Copy)]
pub struct Products<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

macro_rules! model {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name { $($(#[$fmeta])* pub $field: Option<$type>),+ }
    )+};
}

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
        /// What people read.
        marketing: Marketing,
        /// What is sold.
        definition: Definition,
        /// Shared by the distributor.
        is_shared_product: bool,
        /// Not shown in the marketplace.
        hide_from_marketplace: bool,
        /// Changes with the listing, not with the price book.
        etag: String,
        /// When made, as received.
        create_time: String,
        /// When last changed, as received.
        update_time: String,
        /// Id in an older catalog.
        legacy_product_id: String,
    }
    /// What people read of a product.
    Marketing {
        /// Name.
        display_name: String,
        /// First line.
        caption: String,
        /// HTML.
        description: String,
    }
    /// What is sold of a product.
    Definition {
        /// Currencies.
        supported_currencies: Vec<String>,
        /// `PREPAY` or `POSTPAY`.
        billing_mode: String,
        /// What can be bought.
        skus: Vec<Sku>,
        /// What can be bought with it.
        add_ons: Vec<AddOn>,
        /// Named details.
        custom_fields: Vec<CustomField>,
    }
    /// A named detail of a product.
    CustomField {
        /// Name.
        name: String,
        /// Value.
        content: String,
    }
    /// What is bought. Its id is unique only inside its product.
    Sku {
        /// Id.
        id: String,
        /// Name.
        display_name: String,
        /// Text.
        description: String,
        /// When a cancellation takes effect.
        cancel_timing: String,
        /// Terms of buying.
        plans: Vec<Plan>,
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
        /// Terms of buying.
        plans: Vec<Plan>,
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
        /// False: known, but not in the price book.
        product_availability: bool,
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
        count: i64,
        /// For ever.
        unlimited: bool,
    }
    /// A rate that is paid by use.
    Usage {
        /// Name of the meter.
        usage: String,
        /// Another name of it.
        display_name: String,
        /// Rate by currency.
        price: BTreeMap<String, ExactDecimal>,
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
        /// False: not in the price book.
        product_availability: bool,
    }
    /// Answer of `products:pricing`.
    Pricing {
        /// Prices; ids that are not known are left out.
        plans: Vec<PlanPrice>,
    }
    /// A category.
    Category {
        /// Resource name.
        name: String,
        /// Name.
        display_name: String,
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
    /// All charges, undecoded.
    Charges {
        /// The charges.
        charges: Vec<serde_json::Value>,
    }
}

/// In which view a product is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRole {
    /// The published catalog with price-book prices.
    Customer,
    /// The design view, without them.
    Owner,
}

/// External ids of one provider, for `products:pricing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderProducts {
    /// Word of the provider; its vocabulary is not known for sure (Ion API notes 7).
    pub provider: String,
    /// The vendor's ids.
    pub external_ids: Vec<String>,
}

impl<'a> Products<'a> {
    /// A list to narrow down and read.
    pub fn list(self) -> ProductList<'a> {
        ProductList {
            products: self,
            query: Vec::new(),
            start: None,
        }
    }

    /// One product to read.
    pub fn get(self, id: &'a str) -> GetProduct<'a> {
        GetProduct {
            products: self,
            id,
            query: Vec::new(),
        }
    }

    /// All categories.
    pub async fn categories(self) -> Result<Categories, Error> {
        Ok(decode(
            &self.ion.get(&self.path("/categories"), &[]).await?,
        )?)
    }

    /// All verticals.
    pub async fn verticals(self) -> Result<Verticals, Error> {
        Ok(decode(&self.ion.get(&self.path("/verticals"), &[]).await?)?)
    }

    /// All charges.
    pub async fn charges(self) -> Result<Charges, Error> {
        Ok(decode(&self.ion.get(&self.path("/charges"), &[]).await?)?)
    }

    /// Price-book prices of external ids. Changes nothing, so it is repeated like a read.
    pub async fn pricing(
        self,
        products: &[ProviderProducts],
        price_book_customer: Option<i32>,
    ) -> Result<Pricing, Error> {
        let wanted: Vec<_> = products
            .iter()
            .map(|one| json!({"provider": one.provider, "externalProducts": one.external_ids}))
            .collect();
        let mut body = json!({ "externalProductWithProvider": wanted });
        if let Some(customer) = price_book_customer {
            body["priceBookCustomerId"] = customer.into();
        }
        Ok(decode(
            &self.ion.post_query(&self.path(":pricing"), &body).await?,
        )?)
    }

    fn path(self, rest: &str) -> String {
        format!("/api/v3/accounts/{}/products{rest}", self.account)
    }
}

/// A list of products.
#[derive(Debug, Clone)]
pub struct ProductList<'a> {
    products: Products<'a>,
    query: Vec<(&'static str, String)>,
    start: Option<PageToken>,
}

macro_rules! filters {
    ($($(#[$meta:meta])* $method:ident: $type:ty = $name:literal),+ $(,)?) => {
        impl ProductList<'_> {$(
            $(#[$meta])*
            #[must_use]
            pub fn $method(mut self, value: $type) -> Self {
                self.query.push(($name, value.to_string()));
                self
            }
        )+}
    };
}

filters! {
    /// Records a page.
    page_size: u32 = "pageSize",
    /// Language of the texts.
    language: &str = "language",
    /// Part of the name.
    name: &str = "filter.name",
    /// The vendor's id of a SKU.
    sku_external_id: &str = "filter.skuExternalId",
    /// The vendor's id of an add-on.
    add_on_external_id: &str = "filter.addonExternalId",
    /// Id of a SKU.
    sku_id: &str = "filter.skuId",
    /// Id of an add-on.
    add_on_id: &str = "filter.addonId",
    /// Name of a SKU, exactly.
    sku_display_name: &str = "filter.skuDisplayName",
    /// Name of an add-on, exactly.
    add_on_display_name: &str = "filter.addonDisplayName",
    /// Number of a provider; 30 is Microsoft.
    cloud_provider_id: u32 = "filter.cloudProviderId",
    /// Manufacturer part number, exactly.
    mfg_part_number: &str = "filter.mfgPartNumber",
}

impl ProductList<'_> {
    /// Goes on where an earlier list stopped.
    #[must_use]
    pub fn start_at(mut self, token: PageToken) -> Self {
        self.start = Some(token);
        self
    }

    /// One page.
    pub async fn send(self) -> Result<Page<Product>, Error> {
        let mut query = self.query;
        query.extend(self.start.map(|token| ("pageToken", token.0)));
        fetch(
            self.products.ion,
            &self.products.path(""),
            "products",
            &query,
        )
        .await
    }

    /// All pages.
    pub fn pages(self) -> impl Stream<Item = Result<Page<Product>, Error>> + Send + use<> {
        stream(
            self.products.ion.clone(),
            self.products.path(""),
            "products",
            self.query,
            self.start,
        )
    }
}

/// One product to read.
#[derive(Debug, Clone)]
pub struct GetProduct<'a> {
    products: Products<'a>,
    id: &'a str,
    query: Vec<(&'static str, String)>,
}

impl GetProduct<'_> {
    /// With the prices of this customer's price book.
    #[must_use]
    pub fn price_book_customer(self, customer: i32) -> Self {
        self.with("priceBookCustomerId", customer.to_string())
    }

    /// In this view.
    #[must_use]
    pub fn client_role(self, role: ClientRole) -> Self {
        self.with(
            "clientRole",
            if role == ClientRole::Owner {
                "OWNER"
            } else {
                "CUSTOMER"
            }
            .to_owned(),
        )
    }

    /// Language of the texts.
    #[must_use]
    pub fn language(self, language: &str) -> Self {
        self.with("language", language.to_owned())
    }

    /// Leaves a part out: `Pricing`, `Marketing`, `Definition`, `VersionHistory` or `Deployment`.
    #[must_use]
    pub fn exclude(self, part: &'static str) -> Self {
        let name = match part {
            "Pricing" => "excludeFilter.excludePricing",
            "Marketing" => "excludeFilter.excludeMarketing",
            "Definition" => "excludeFilter.excludeDefinition",
            "VersionHistory" => "excludeFilter.excludeVersionHistory",
            _ => "excludeFilter.excludeDeployment",
        };
        self.with(name, "true".to_owned())
    }

    /// The product.
    pub async fn send(self) -> Result<Item<Product>, Error> {
        let text = self
            .products
            .ion
            .get(&self.products.path(&format!("/{}", self.id)), &self.query)
            .await?;
        Ok(Item::new(decode(&text)?))
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.query.push((name, value));
        self
    }
}
