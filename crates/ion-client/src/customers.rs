//! Customers of an account (Ion API notes 2.2).

use futures::Stream;
use serde::Deserialize;

use crate::client::IonClient;
use crate::error::Error;
use crate::page::{Item, Page, PageToken, fetch, stream};

/// Customers of one account.
#[derive(Debug, Clone, Copy)]
pub struct Customers<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

/// A customer. Every member may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Customer {
    /// `accounts/{a}/customers/{c}`.
    pub name: Option<String>,
    /// Organisation.
    pub customer_organization: Option<String>,
    /// Address.
    pub customer_address: Option<CustomerAddress>,
    /// Name of the primary contact.
    pub customer_name: Option<String>,
    /// E-mail of the primary contact; unique at Ion.
    pub customer_email: Option<String>,
    /// Title of the primary contact.
    pub customer_title: Option<String>,
    /// Phone.
    pub customer_phone: Option<String>,
    /// When made, as received.
    pub create_time: Option<String>,
    /// When last changed, as received.
    pub update_time: Option<String>,
    /// Two capital letters.
    pub language_code: Option<String>,
    /// Opaque short text.
    pub uid: Option<String>,
    /// `ACTIVE` or `INACTIVE`.
    pub customer_status: Option<String>,
}

/// An address of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CustomerAddress {
    /// Street.
    pub street: Option<String>,
    /// Suite.
    pub suite: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State: a code, or free text.
    pub state: Option<String>,
    /// Postal code.
    pub zip: Option<String>,
    /// Country code.
    pub country: Option<String>,
}

impl<'a> Customers<'a> {
    /// A list to narrow down and read.
    pub fn list(self) -> CustomerList<'a> {
        CustomerList {
            customers: self,
            query: Vec::new(),
            start: None,
        }
    }

    /// One customer.
    pub async fn get(self, id: &str) -> Result<Item<Customer>, Error> {
        let text = self
            .ion
            .get(
                &format!("/api/v3/accounts/{}/customers/{id}", self.account),
                &[],
            )
            .await?;
        Ok(Item::new(crate::error::decode(&text)?))
    }

    fn path(self) -> String {
        format!("/api/v3/accounts/{}/customers", self.account)
    }
}

/// A list of customers.
#[derive(Debug, Clone)]
pub struct CustomerList<'a> {
    customers: Customers<'a>,
    query: Vec<(&'static str, String)>,
    start: Option<PageToken>,
}

impl CustomerList<'_> {
    /// Records a page.
    #[must_use]
    pub fn page_size(self, size: u32) -> Self {
        self.with("pageSize", size)
    }

    /// `ACTIVE` or `INACTIVE`.
    #[must_use]
    pub fn status(self, status: &str) -> Self {
        self.with("filter.customerStatus", status)
    }

    /// Name of the primary contact.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.with("filter.customerName", name)
    }

    /// E-mail of the primary contact.
    #[must_use]
    pub fn email(self, email: &str) -> Self {
        self.with("filter.customerEmail", email)
    }

    /// Language code.
    #[must_use]
    pub fn language(self, code: &str) -> Self {
        self.with("filter.languageCode", code)
    }

    /// Goes on where an earlier list stopped.
    #[must_use]
    pub fn start_at(mut self, token: PageToken) -> Self {
        self.start = Some(token);
        self
    }

    /// One page.
    pub async fn send(self) -> Result<Page<Customer>, Error> {
        let mut query = self.query;
        query.extend(self.start.map(|token| ("pageToken", token.0)));
        fetch(
            self.customers.ion,
            &self.customers.path(),
            "customers",
            &query,
        )
        .await
    }

    /// All pages.
    pub fn pages(self) -> impl Stream<Item = Result<Page<Customer>, Error>> + Send + use<> {
        stream(
            self.customers.ion.clone(),
            self.customers.path(),
            "customers",
            self.query,
            self.start,
        )
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }
}
