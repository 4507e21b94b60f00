//! Orders: what was bought and what is changed (Ion API notes 2.5).

mod draft;
mod model;
mod reply;

use futures::Stream;
use http::Method;
use serde_json::Value;

use crate::client::IonClient;
use crate::error::Error;
use crate::http::segment;
use crate::page::{Page, PageToken, Query, fetch, stream};
use crate::write::WriteError;

pub use draft::{AddOnDraft, OrderAction, OrderDraft, OrderLineDraft};
pub use model::{Attribute, Order, OrderAddOn, OrderError, OrderItem, ProvisioningInfo};
pub use reply::{OrderReply, OrderSecret};

/// Orders of one account.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

/// By which time a list of orders is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSort {
    /// When made; what Ion does where nothing is said.
    CreateTime,
    /// When last changed.
    UpdateTime,
}

impl<'a> Orders<'a> {
    /// Orders of the account and, where nothing else is said, of the accounts below it.
    ///
    /// First log-ins of new tenants are taken out of lists and dropped: [`Orders::get`] gives them.
    pub fn list(self) -> OrderList<'a> {
        OrderList {
            orders: self,
            query: Query::new(),
        }
    }

    /// Orders of one customer; `-` stands for all customers, those of lower accounts among them.
    ///
    /// First log-ins of new tenants are taken out of lists and dropped: [`Orders::get`] gives them.
    pub fn list_of(self, customer: &'a str) -> CustomerOrderList<'a> {
        CustomerOrderList {
            orders: self,
            customer,
            query: Query::new(),
        }
    }

    /// One order. The customer may be `-`.
    pub async fn get(self, customer: &str, id: &str) -> Result<OrderReply, Error> {
        let path = format!("{}/{}", self.path_of(customer), segment(id));
        let answer = self.ion.get(&path, &[]).await?;
        Ok(OrderReply::read(&answer.body)?)
    }

    /// Places an order. Sent once: Ion knows no idempotency key, so where the effect is unclear, look for the `referenceId` among the
    /// orders before anything is sent again (Ion API notes 4.4).
    pub async fn create(
        self,
        customer: &str,
        draft: &OrderDraft,
    ) -> Result<OrderReply, WriteError> {
        self.create_raw(customer, &draft.to_json()).await
    }

    /// Places an order by the body that [`OrderDraft::to_json`] made. The same as [`Orders::create`] otherwise.
    pub async fn create_raw(
        self,
        customer: &str,
        payload: &Value,
    ) -> Result<OrderReply, WriteError> {
        let path = self.path_of(customer);
        let body = payload.to_string();
        let answer = self.ion.write(Method::POST, &path, Some(&body)).await?;
        OrderReply::read(&answer.body).map_err(WriteError::unreadable)
    }

    /// Cancels an order, which Ion does while it is `NEW` or `ON_HOLD`. Sent once.
    pub async fn cancel(self, customer: &str, id: &str) -> Result<OrderReply, WriteError> {
        let path = format!("{}/{}:cancel", self.path_of(customer), segment(id));
        let answer = self.ion.write(Method::POST, &path, None).await?;
        OrderReply::read(&answer.body).map_err(WriteError::unreadable)
    }

    fn path(self) -> String {
        format!("/api/v3/accounts/{}/orders", segment(self.account))
    }

    fn path_of(self, customer: &str) -> String {
        let account = segment(self.account);
        format!(
            "/api/v3/accounts/{account}/customers/{}/orders",
            segment(customer)
        )
    }
}

/// A list of the orders of an account.
#[derive(Debug, Clone)]
pub struct OrderList<'a> {
    orders: Orders<'a>,
    query: Query,
}

impl OrderList<'_> {
    /// Records a page.
    #[must_use]
    pub fn page_size(self, size: u32) -> Self {
        self.with("pageSize", size.to_string())
    }

    /// `NEW`, `CONFIRMED`, `ON_HOLD`, `IN_PROGRESS`, `COMPLETED`, `ERROR` or `CANCELED`.
    #[must_use]
    pub fn status(self, status: &str) -> Self {
        self.with("status", status.to_owned())
    }

    /// Of these customers alone; of all where none is named.
    #[must_use]
    pub fn customers(self, ids: &[&str]) -> Self {
        self.among("filter.customerIdList", ids)
    }

    /// Of these accounts alone; of all where none is named.
    #[must_use]
    pub fn accounts(self, ids: &[&str]) -> Self {
        self.among("filter.accountIdList", ids)
    }

    /// Of these providers alone; of all where none is named.
    #[must_use]
    pub fn providers(self, names: &[&str]) -> Self {
        self.among("filter.providerNameList", names)
    }

    /// Without the accounts below this one.
    #[must_use]
    pub fn exclude_sub_accounts(self, exclude: bool) -> Self {
        self.with("filter.excludeSubAccounts", exclude.to_string())
    }

    /// By which time it is sorted.
    #[must_use]
    pub fn sort_by(self, sort: OrderSort) -> Self {
        let word = match sort {
            OrderSort::CreateTime => "createTime",
            OrderSort::UpdateTime => "updateTime",
        };
        self.with("sortBy", word.to_owned())
    }

    /// Newest first, or oldest first. Newest first is what Ion does where nothing is said.
    #[must_use]
    pub fn descending(self, descending: bool) -> Self {
        let word = if descending { "DESC" } else { "ASC" };
        self.with("sortOrder", word.to_owned())
    }

    /// Goes on where an earlier list stopped.
    #[must_use]
    pub fn start_at(mut self, token: PageToken) -> Self {
        self.query.start_at(token);
        self
    }

    /// One page.
    pub async fn send(self) -> Result<Page<Order>, Error> {
        let query = self.query.first();
        fetch(self.orders.ion, &self.orders.path(), "orders", &query).await
    }

    /// All pages.
    pub fn pages(self) -> impl Stream<Item = Result<Page<Order>, Error>> + Send + use<> {
        let ion = self.orders.ion.clone();
        stream(ion, self.orders.path(), "orders", self.query)
    }

    fn among(self, name: &'static str, values: &[&str]) -> Self {
        if values.is_empty() {
            return self;
        }
        self.with(name, values.join(","))
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.query.set(name, value);
        self
    }
}

/// A list of the orders of a customer.
#[derive(Debug, Clone)]
pub struct CustomerOrderList<'a> {
    orders: Orders<'a>,
    customer: &'a str,
    query: Query,
}

impl CustomerOrderList<'_> {
    /// Records a page.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.query.set("pageSize", size.to_string());
        self
    }

    /// `NEW`, `CONFIRMED`, `ON_HOLD`, `IN_PROGRESS`, `COMPLETED`, `ERROR` or `CANCELED`.
    #[must_use]
    pub fn status(mut self, status: &str) -> Self {
        self.query.set("status", status.to_owned());
        self
    }

    /// Goes on where an earlier list stopped.
    #[must_use]
    pub fn start_at(mut self, token: PageToken) -> Self {
        self.query.start_at(token);
        self
    }

    /// One page.
    pub async fn send(self) -> Result<Page<Order>, Error> {
        let path = self.orders.path_of(self.customer);
        fetch(self.orders.ion, &path, "orders", &self.query.first()).await
    }

    /// All pages.
    pub fn pages(self) -> impl Stream<Item = Result<Page<Order>, Error>> + Send + use<> {
        let path = self.orders.path_of(self.customer);
        stream(self.orders.ion.clone(), path, "orders", self.query)
    }
}
