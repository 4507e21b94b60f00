//! The catalog of an account: what can be asked (Ion API notes 2.3).

use futures::Stream;
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::catalog::{Categories, Charges, Pricing, Product, Program, Verticals};
use crate::client::IonClient;
use crate::error::{Error, decode};
use crate::filters::filters;
use crate::http::segment;
use crate::page::{Item, Page, PageToken, Query, fetch, stream};
use crate::write::WriteError;

/// Products of one account.
#[derive(Debug, Clone, Copy)]
pub struct Products<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
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
            query: Query::new(),
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
        self.all("/categories").await
    }

    /// All verticals.
    pub async fn verticals(self) -> Result<Verticals, Error> {
        self.all("/verticals").await
    }

    /// All charges.
    pub async fn charges(self) -> Result<Charges, Error> {
        self.all("/charges").await
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
        let path = self.path(":pricing");
        let answer = self.ion.post_query(&path, &body.to_string()).await?;
        Ok(decode(&answer.body)?)
    }

    /// Offers a product to customers. One that is offered already is refused.
    pub async fn enable(self, id: &str) -> Result<(), WriteError> {
        let path = self.path(&format!("/{}:enable", segment(id)));
        self.ion.command(Method::POST, &path, None).await
    }

    /// Offers a product to customers no more. One that is not offered is refused.
    pub async fn disable(self, id: &str) -> Result<(), WriteError> {
        let path = self.path(&format!("/{}:disable", segment(id)));
        self.ion.command(Method::POST, &path, None).await
    }

    /// Programs, and whether a product is in them.
    pub async fn programs(self, id: &str) -> Result<Vec<Program>, Error> {
        let query = [("productName", id.to_owned())];
        let answer = self.ion.get(&self.programs_path(""), &query).await?;
        let list: Programs = decode(&answer.body)?;
        Ok(list.programs.unwrap_or_default())
    }

    /// Puts a product into a program of a partner: `accounts/{a}/programs/{id}` and `accounts/{a}`.
    pub async fn update_program(
        self,
        id: &str,
        program: &str,
        partner: &str,
    ) -> Result<Vec<Program>, WriteError> {
        let path = self.programs_path(&format!("/{}:batchUpdate", segment(id)));
        // Described so, unlike all other bodies: another spelling, and one object.
        let body = json!({"product_programs": {"programName": program, "partnerName": partner}});
        let answer = self
            .ion
            .write(Method::PUT, &path, Some(&body.to_string()))
            .await?;
        let list: Programs = decode(&answer.body).map_err(WriteError::unreadable)?;
        Ok(list.programs.unwrap_or_default())
    }

    fn programs_path(self, rest: &str) -> String {
        let account = segment(self.account);
        format!("/api/v3/accounts/{account}/products_programs{rest}")
    }

    async fn all<T: DeserializeOwned>(self, path: &str) -> Result<T, Error> {
        let answer = self.ion.get(&self.path(path), &[]).await?;
        Ok(decode(&answer.body)?)
    }

    fn path(self, rest: &str) -> String {
        format!("/api/v3/accounts/{}/products{rest}", segment(self.account))
    }
}

#[derive(Deserialize)]
struct Programs {
    programs: Option<Vec<Program>>,
}

/// A list of products.
#[derive(Debug, Clone)]
pub struct ProductList<'a> {
    products: Products<'a>,
    query: Query,
}

filters! { ProductList:
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
        self.query.start_at(token);
        self
    }

    /// One page.
    pub async fn send(self) -> Result<Page<Product>, Error> {
        let query = self.query.first();
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

    /// This version of it.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        self.with("productVersion", version.to_owned())
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
        let answer = self
            .products
            .ion
            .get(
                &self.products.path(&format!("/{}", segment(self.id))),
                &self.query,
            )
            .await?;
        Ok(Item::new(decode(&answer.body)?))
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.query.push((name, value));
        self
    }
}
