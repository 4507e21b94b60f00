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
use crate::write::WriteError;

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
    /// What a customer has at Microsoft, as it was told before there were [`CloudProfile`]s. Ion calls it deprecated.
    AzureProfile {
        /// Microsoft's id of the customer.
        id: String,
        /// The organisation.
        company_profile: AzureCompanyProfile,
        /// Who is billed.
        billing_profile: AzureBillingProfile,
        /// Domains.
        custom_domains: Vec<String>,
        /// Whether delegated access is allowed.
        allow_delegated_access: bool,
        /// State of the agreement with Microsoft.
        agreement_status: String,
        /// Agreements with Microsoft.
        agreements: Vec<AzureAgreement>,
    }
    /// An organisation at Microsoft.
    AzureCompanyProfile {
        /// Tenant.
        tenant_id: String,
        /// Domain.
        domain: String,
        /// Name.
        company_name: String,
        /// E-mail.
        email: String,
        /// Address.
        address: AzureAddress,
    }
    /// Who is billed at Microsoft.
    AzureBillingProfile {
        /// Id.
        id: String,
        /// E-mail.
        email: String,
        /// How numbers and dates are written, such as `en-GB`.
        culture: String,
        /// Language.
        language: String,
        /// Name.
        company_name: String,
        /// Address.
        default_address: AzureAddress,
    }
    /// An address at Microsoft, whose members are called otherwise than those of a customer.
    AzureAddress {
        /// Country code.
        country: String,
        /// Region.
        region: String,
        /// City.
        city: String,
        /// State.
        state: String,
        /// First line.
        address_line1: String,
        /// Second line.
        address_line2: String,
        /// Postal code.
        postal_code: String,
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// Phone.
        phone_number: String,
    }
    /// An agreement with Microsoft.
    AzureAgreement {
        /// First name of who agreed.
        first_name: String,
        /// Last name.
        last_name: String,
        /// Middle name.
        middle_name: String,
        /// E-mail.
        email: String,
        /// Phone.
        phone_number: String,
        /// Which agreement.
        template_id: String,
        /// When, as received.
        date_agreed: String,
        /// Kind.
        #[serde(rename = "type")]
        kind: String,
        /// Where it can be read.
        agreement_link: String,
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

/// Which cloud profiles are asked for. What is `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloudProfileFilter {
    /// Ion's number of a provider; 30 is Microsoft.
    pub provider: Option<String>,
    /// Those alone that are offered to the customer.
    pub enabled_only: Option<bool>,
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
            .write(Method::POST, &self.path(), Some(&draft.body().to_string()))
            .await?;
        // The only place where the password is read; what goes on from here has none.
        let password = serde_json::from_str::<Made>(&answer.body)
            .ok()
            .and_then(|made| made.user?.password);
        let customer = decode(&answer.body).map_err(WriteError::unreadable)?;
        Ok(CreatedCustomer { customer, password })
    }

    /// Replaces a customer: Ion is taken to forget what is not sent.
    pub async fn update(self, id: &str, draft: &CustomerDraft) -> Result<Customer, WriteError> {
        let path = format!("{}/{}", self.path(), segment(id));
        let answer = self
            .ion
            .write(Method::PUT, &path, Some(&draft.body().to_string()))
            .await?;
        decode(&answer.body).map_err(WriteError::unreadable)
    }

    /// What the customer has at the vendors' clouds. Complete only where the portal shows the provider to customers.
    pub async fn cloud_profiles(self, id: &str) -> Result<Vec<CloudProfile>, Error> {
        self.some_cloud_profiles(id, &CloudProfileFilter::default())
            .await
    }

    /// The same, narrowed down.
    pub async fn some_cloud_profiles(
        self,
        id: &str,
        filter: &CloudProfileFilter,
    ) -> Result<Vec<CloudProfile>, Error> {
        let path = format!("{}/{}/cloudProfiles", self.path(), segment(id));
        let mut query = Vec::new();
        query.extend(filter.provider.clone().map(|id| ("providerId", id)));
        query.extend(
            filter
                .enabled_only
                .map(|only| ("enabledOnly", only.to_string())),
        );
        let answer = self.ion.get(&path, &query).await?;
        let list: CloudProfiles = decode(&answer.body)?;
        Ok(list.customer_cloud_profiles.unwrap_or_default())
    }

    /// What the customer has at Microsoft. Ion calls it deprecated: [`Customers::cloud_profiles`] tells more. The refresh asks the
    /// vendor first, which takes its time.
    pub async fn cloud_profile(
        self,
        id: &str,
        provider: &str,
        refresh: bool,
    ) -> Result<Item<AzureProfile>, Error> {
        let path = format!("{}/{}/cloudProfile", self.path(), segment(id));
        let query = [
            ("providerId", provider.to_owned()),
            ("refresh", refresh.to_string()),
        ];
        let answer = self.ion.get(&path, &query).await?;
        Ok(Item::new(decode(&answer.body)?))
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
