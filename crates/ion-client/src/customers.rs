//! Customers of an account (Ion API notes 2.2).

use futures::Stream;

use crate::client::IonClient;
use crate::error::{Error, decode};
use crate::http::segment;
use crate::model::{instant, model};
use crate::page::{Item, Page, PageToken, Query, fetch, stream};

/// Customers of one account.
#[derive(Debug, Clone, Copy)]
pub struct Customers<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

model! {
    /// A customer. Every member may be missing.
    Customer {
        /// `accounts/{a}/customers/{c}`.
        name: String,
        /// Organisation.
        customer_organization: String,
        /// Address.
        customer_address: CustomerAddress,
        /// Name of the primary contact.
        customer_name: String,
        /// E-mail of the primary contact; unique at Ion.
        customer_email: String,
        /// Title of the primary contact.
        customer_title: String,
        /// Phone.
        customer_phone: String,
        /// When made, as received.
        create_time: String,
        /// When last changed, as received.
        update_time: String,
        /// Two capital letters.
        language_code: String,
        /// Opaque short text.
        uid: String,
        /// `ACTIVE` or `INACTIVE`.
        customer_status: String,
    }
    /// An address of a customer.
    CustomerAddress {
        /// Street.
        street: String,
        /// Suite.
        suite: String,
        /// City.
        city: String,
        /// State: a code, or free text.
        state: String,
        /// Postal code.
        zip: String,
        /// Country code.
        country: String,
    }
}

impl Customer {
    /// When made, where that can be read.
    pub fn created(&self) -> Option<jiff::Timestamp> {
        instant(self.create_time.as_ref())
    }

    /// When last changed, where that can be read.
    pub fn updated(&self) -> Option<jiff::Timestamp> {
        instant(self.update_time.as_ref())
    }
}

impl<'a> Customers<'a> {
    /// A list to narrow down and read.
    pub fn list(self) -> CustomerList<'a> {
        CustomerList {
            customers: self,
            query: Query::new(),
        }
    }

    /// One customer.
    pub async fn get(self, id: &str) -> Result<Item<Customer>, Error> {
        let answer = self
            .ion
            .get(&format!("{}/{}", self.path(), segment(id)), &[])
            .await?;
        Ok(Item::new(decode(&answer.body)?))
    }

    fn path(self) -> String {
        format!("/api/v3/accounts/{}/customers", segment(self.account))
    }
}

/// A list of customers.
#[derive(Debug, Clone)]
pub struct CustomerList<'a> {
    customers: Customers<'a>,
    query: Query,
}

impl CustomerList<'_> {
    /// Records a page.
    #[must_use]
    pub fn page_size(self, size: u32) -> Self {
        self.with("pageSize", &size)
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
        self.query.start_at(token);
        self
    }

    /// One page.
    pub async fn send(self) -> Result<Page<Customer>, Error> {
        let query = self.query.first();
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
        )
    }

    fn with(mut self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.query.set(name, value.to_string());
        self
    }
}
