//! Customers of an account (Ion API notes 2.2).

use futures::Stream;
use http::Method;
use secrecy::SecretString;
use serde::Deserialize;

use crate::client::IonClient;
use crate::error::{Error, decode};
use crate::http::segment;
use crate::model::{instant, model, whole};
use crate::page::{Item, Page, PageToken, Query, fetch, stream};
use crate::write::{Effect, WriteError};

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
    /// What a customer has at a vendor's cloud.
    CloudProfile {
        /// Ion's number of the provider.
        #[serde(deserialize_with = "whole")]
        provider_id: i64,
        /// Its name, such as `Microsoft`.
        display_name: String,
        /// Its short name.
        short_name: String,
        /// Whether it is offered to the customer.
        enabled: bool,
        /// The customer's id there, such as a Microsoft tenant.
        customer_tenant_id: String,
        /// The customer's domain there.
        customer_domain: String,
        /// State of the agreement with the vendor; Microsoft alone.
        agreement_status: String,
        /// Whether delegated access is allowed; Microsoft alone.
        allow_delegated_access: bool,
        /// State of granular delegated rights; Microsoft alone.
        gdap_status: String,
        /// Level of granular delegated rights; Microsoft alone.
        gdap_level: String,
        /// Roles of granular delegated rights; Microsoft alone.
        gdap_roles: Vec<String>,
        /// Billing accounts; Google alone.
        billing_accounts: String,
        /// Whether savings by reserved instances are passed on; AWS alone.
        pass_ri_optimization: bool,
        /// Whether they are passed on in part; AWS alone.
        discounted_ri_optimization: bool,
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

/// What is sent when a customer is made or changed (Ion API notes 2.2). An update replaces the whole customer: send every member.
///
/// Empty texts are left out. `alternate_email`, `domain` and the names of the primary contact are taken and never shown again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerDraft {
    /// Organisation; required.
    pub organization: String,
    /// Street; required.
    pub street: String,
    /// Suite.
    pub suite: String,
    /// City; required.
    pub city: String,
    /// State; required. A code where the country has codes, else free text.
    pub state: String,
    /// Postal code; required.
    pub zip: String,
    /// Country code; required.
    pub country: String,
    /// Name of the primary contact; required.
    pub contact_name: String,
    /// E-mail of the primary contact; required, and unique at Ion.
    pub email: String,
    /// Title.
    pub title: String,
    /// Phone.
    pub phone: String,
    /// Two capital letters; required.
    pub language: String,
    /// A second e-mail.
    pub alternate_email: String,
    /// Domain of the organisation.
    pub domain: String,
}

impl CustomerDraft {
    fn body(&self) -> serde_json::Value {
        fn put(members: &mut serde_json::Map<String, serde_json::Value>, name: &str, text: &str) {
            if !text.is_empty() {
                members.insert(name.to_owned(), text.into());
            }
        }
        let mut address = serde_json::Map::new();
        for (name, text) in [
            ("street", &self.street),
            ("suite", &self.suite),
            ("city", &self.city),
            ("state", &self.state),
            ("zip", &self.zip),
            ("country", &self.country),
        ] {
            put(&mut address, name, text);
        }
        let mut members = serde_json::Map::new();
        for (name, text) in [
            ("customerOrganization", &self.organization),
            ("customerName", &self.contact_name),
            ("customerEmail", &self.email),
            ("customerTitle", &self.title),
            ("customerPhone", &self.phone),
            ("languageCode", &self.language),
            ("alternateEmail", &self.alternate_email),
            ("customerDomain", &self.domain),
        ] {
            put(&mut members, name, text);
        }
        members.insert("customerAddress".to_owned(), address.into());
        members.into()
    }
}

/// A customer that was made, and the password of the portal user that Ion made with it.
#[derive(Debug, Clone)]
pub struct CreatedCustomer {
    /// The customer.
    pub customer: Customer,
    /// Shown by Ion this once.
    pub password: Option<SecretString>,
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

    /// Makes a customer. Not idempotent: where the effect is unclear, search by e-mail before anything is sent again.
    pub async fn create(self, draft: &CustomerDraft) -> Result<CreatedCustomer, WriteError> {
        let answer = self
            .ion
            .write(Method::POST, &self.path(), &draft.body())
            .await?;
        // The only place where the password is read; what goes on from here has none.
        let password = serde_json::from_str::<Made>(&answer.body)
            .ok()
            .and_then(|made| made.user?.password);
        let customer = decode(&answer.body).map_err(|error| WriteError {
            error: error.into(),
            effect: Effect::Unclear,
        })?;
        Ok(CreatedCustomer { customer, password })
    }

    /// Replaces a customer: Ion is taken to forget what is not sent.
    pub async fn update(self, id: &str, draft: &CustomerDraft) -> Result<Customer, WriteError> {
        let path = format!("{}/{}", self.path(), segment(id));
        let answer = self.ion.write(Method::PUT, &path, &draft.body()).await?;
        decode(&answer.body).map_err(|error| WriteError {
            error: error.into(),
            effect: Effect::Unclear,
        })
    }

    /// What the customer has at the vendors' clouds. Complete only where the portal shows the provider to customers.
    pub async fn cloud_profiles(self, id: &str) -> Result<Vec<CloudProfile>, Error> {
        let path = format!("{}/{}/cloudProfiles", self.path(), segment(id));
        let answer = self.ion.get(&path, &[]).await?;
        let list: CloudProfiles = decode(&answer.body)?;
        Ok(list.customer_cloud_profiles.unwrap_or_default())
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

#[derive(Deserialize)]
struct Made {
    user: Option<MadeUser>,
}

#[derive(Deserialize)]
struct MadeUser {
    password: Option<SecretString>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CloudProfiles {
    customer_cloud_profiles: Option<Vec<CloudProfile>>,
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
