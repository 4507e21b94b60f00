//! Subscriptions: what customers have (Ion API notes 2.6).

mod model;

use futures::Stream;
use serde_json::value::RawValue;

use crate::client::IonClient;
use crate::error::{Error, decode};
use crate::filters::filters;
use crate::http::segment;
use crate::offset::{OffsetPage, OffsetQuery, fetch, stream};
use crate::page::Item;

pub use model::{
    ActivityLog, ActivityLogs, BillingItem, Contact, CustomValue, Entitlement, IncludedProduct,
    LineItem, PriceAdjustment, ResourceDetail, Subscription, SubscriptionDetail,
    SubscriptionProduct,
};

/// Subscriptions of one account.
#[derive(Debug, Clone, Copy)]
pub struct Subscriptions<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

impl<'a> Subscriptions<'a> {
    /// A list to narrow down and read, of all customers where nothing else is said.
    pub fn list(self) -> SubscriptionList<'a> {
        SubscriptionList {
            subscriptions: self,
            query: OffsetQuery::new(),
        }
    }

    /// One subscription by Ion's id. The vendor's id is described as well and seen in examples (Ion API notes 3, row 31).
    pub fn get(self, customer: &'a str, id: &'a str) -> GetSubscription<'a> {
        GetSubscription {
            subscriptions: self,
            customer,
            id,
            refresh: None,
        }
    }

    fn path(self) -> String {
        format!("/api/v3/accounts/{}/subscriptions", segment(self.account))
    }
}

/// A list of subscriptions.
#[derive(Debug, Clone)]
pub struct SubscriptionList<'a> {
    subscriptions: Subscriptions<'a>,
    query: OffsetQuery,
}

filters! { SubscriptionList:
    /// Records a page. 100 where nothing is said; nobody is seen to ask for more.
    limit: u32 = "pagination.limit",
    /// Ion's name of a member. Which names it knows is not documented.
    sort_by: &str = "pagination.sortBy",
    /// A text whose grammar is not documented.
    filter: &str = "pagination.filter",
    /// A portal user.
    user: &str = "pagination.userId",
    /// Ion's id of a customer.
    customer: &str = "customerId",
    /// Part of the organisation of a customer.
    customer_name: &str = "customerName",
    /// Ion's id of a reseller.
    reseller: &str = "resellerId",
    /// Name of a reseller.
    account_name: &str = "accountName",
    /// Ion's number of a provider; 30 is Microsoft.
    provider: &str = "providerId",
    /// Name of a provider.
    provider_name: &str = "cloudProviderName",
    /// The vendor's id of the subscription.
    subscription_id: &str = "subscriptionId",
    /// The vendor's name of the subscription.
    subscription_name: &str = "subscriptionName",
    /// Id of a product in the catalog.
    product: &str = "ccpProductId",
    /// The vendor's id of a product.
    provider_product: &str = "providerProductId",
    /// Such as `AZURE::Subscription`.
    resource_type: &str = "resourceType",
    /// Commitment, such as `P1M` and `P1Y`.
    billing_term: &str = "billingTerm",
    /// Such as `monthly`.
    billing_cycle: &str = "billingCycle",
    /// Licences.
    total_license: u64 = "totalLicense",
    /// Purchase order of the customer.
    customer_po: &str = "customerPo",
    /// Purchase order of the reseller.
    reseller_po: &str = "resellerPo",
    /// A date on which the term ends.
    end_date: &str = "endDate",
    /// The term began in this span, such as `LAST_MONTH`.
    started_in: &str = "startDateRange.relativeDateRange",
    /// The term ends in this span, such as `MONTH_TO_DATE`.
    ending_in: &str = "endDateRange.relativeDateRange",
}

impl SubscriptionList<'_> {
    /// Starts behind so many.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.start_at(offset);
        self
    }

    /// Largest first, or smallest first.
    #[must_use]
    pub fn descending(self, descending: bool) -> Self {
        let word = if descending { "DESC" } else { "ASC" };
        self.with("pagination.sortOrder", word)
    }

    /// In this state, however it is spelt.
    #[must_use]
    pub fn status(self, status: &str) -> Self {
        self.with("subscriptionStatus", &model::one_spelling(status))
    }

    /// The term began between these times, in RFC 3339.
    #[must_use]
    pub fn start_date_range(self, from: &str, to: &str) -> Self {
        self.with("startDateRange.fixedDateRange.startDate", from)
            .with("startDateRange.fixedDateRange.endDate", to)
    }

    /// The term ends between these times, in RFC 3339.
    #[must_use]
    pub fn end_date_range(self, from: &str, to: &str) -> Self {
        self.with("endDateRange.fixedDateRange.startDate", from)
            .with("endDateRange.fixedDateRange.endDate", to)
    }

    /// Whose field of the reseller's own has this value.
    #[must_use]
    pub fn custom_field(self, field: &str, value: &str) -> Self {
        self.with("customField.field", field)
            .with("customField.value", value)
    }

    /// One part.
    pub async fn send(self) -> Result<OffsetPage<Subscription>, Error> {
        let path = self.subscriptions.path();
        fetch(self.subscriptions.ion, &path, &["items"], &self.query).await
    }

    /// All parts, one after the other.
    pub fn pages(
        self,
    ) -> impl Stream<Item = Result<OffsetPage<Subscription>, Error>> + Send + use<> {
        let path = self.subscriptions.path();
        stream(self.subscriptions.ion.clone(), path, &["items"], self.query)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.query.set(name, value.to_owned());
        self
    }
}

/// One subscription to read.
#[derive(Debug, Clone)]
pub struct GetSubscription<'a> {
    subscriptions: Subscriptions<'a>,
    customer: &'a str,
    id: &'a str,
    refresh: Option<bool>,
}

impl GetSubscription<'_> {
    /// Ion asks the vendor first, which takes its time.
    #[must_use]
    pub fn refresh(mut self, refresh: bool) -> Self {
        self.refresh = Some(refresh);
        self
    }

    /// The subscription.
    pub async fn send(self) -> Result<Item<SubscriptionDetail>, Error> {
        let path = format!(
            "/api/v3/accounts/{}/customers/{}/subscriptions/{}",
            segment(self.subscriptions.account),
            segment(self.customer),
            segment(self.id)
        );
        let refresh = self.refresh.map(|refresh| ("refresh", refresh.to_string()));
        let answer = self
            .subscriptions
            .ion
            .get(&path, refresh.as_slice())
            .await?;
        Ok(Item::new(decode::<Box<RawValue>>(&answer.body)?))
    }
}
