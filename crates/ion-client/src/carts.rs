//! Carts of a customer, from the first item to the checkout (Ion API notes 2.4). No account stands in their addresses.

mod model;

use futures::Stream;
use http::Method;
use serde_json::value::RawValue;

use crate::answer::Success;
use crate::client::IonClient;
use crate::error::{DecodeError, Error, decode};
use crate::filters::filters;
use crate::http::segment;
use crate::offset::{OffsetPage, OffsetQuery, fetch, stream};
use crate::orders::OrderReply;
use crate::page::Item;
use crate::write::WriteError;

pub use model::{
    Cart, CartAddOn, CartAddOnDraft, CartDraft, CartItem, CartItemDraft, CartPayment,
    CartPaymentSpec, CartPrice, CartPurchase, CartQuantitySpec, Checkout, CheckoutLine,
};

/// Carts of one customer.
#[derive(Debug, Clone, Copy)]
pub struct Carts<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) customer: &'a str,
}

impl<'a> Carts<'a> {
    /// A list of the carts in this state, which Ion wants to be told: `OPEN`, `SAVED_FOR_LATER`, `CHECKED_OUT` or `QUOTE`.
    pub fn list(self, status: &str) -> CartList<'a> {
        let mut query = OffsetQuery::new();
        query.set("status", status.to_owned());
        CartList { carts: self, query }
    }

    /// Makes a cart. Sent once.
    pub async fn create(self, draft: &CartDraft) -> Result<Item<Cart>, WriteError> {
        let path = self.path();
        let answer = self
            .ion
            .write(Method::POST, &path, Some(&draft.body().to_string()))
            .await?;
        item(&answer).map_err(WriteError::unreadable)
    }

    /// One cart.
    pub async fn get(self, id: &str) -> Result<Item<Cart>, Error> {
        Ok(item(&self.ion.get(&self.path_of(id), &[]).await?)?)
    }

    /// Changes a cart: what the draft leaves empty is not sent.
    pub async fn update(self, id: &str, draft: &CartDraft) -> Result<Item<Cart>, WriteError> {
        let path = self.path_of(id);
        let answer = self
            .ion
            .write(Method::PUT, &path, Some(&draft.body().to_string()))
            .await?;
        item(&answer).map_err(WriteError::unreadable)
    }

    /// Deletes a cart.
    pub async fn delete(self, id: &str) -> Result<(), WriteError> {
        let path = self.path_of(id);
        self.ion.command(Method::DELETE, &path, None).await
    }

    /// The items of a cart.
    pub fn items(self, id: &'a str) -> CartItems<'a> {
        CartItems {
            carts: self,
            cart: id,
        }
    }

    /// Turns a cart into an order. Sent once: where the effect is unclear, look at the cart's state and for an order whose `referenceId`
    /// is the name of the cart before anything is sent again.
    pub async fn checkout(self, id: &str, checkout: &Checkout) -> Result<OrderReply, WriteError> {
        let path = format!("{}:checkout", self.path_of(id));
        let answer = self
            .ion
            .write(Method::POST, &path, Some(&checkout.body().to_string()))
            .await?;
        OrderReply::read(&answer.body).map_err(WriteError::unreadable)
    }

    fn path(self) -> String {
        format!("/api/v3/customers/{}/carts", segment(self.customer))
    }

    fn path_of(self, id: &str) -> String {
        format!("{}/{}", self.path(), segment(id))
    }
}

fn item<T: serde::de::DeserializeOwned>(answer: &Success) -> Result<Item<T>, DecodeError> {
    Ok(Item::new(decode::<Box<RawValue>>(&answer.body)?))
}

/// A list of carts.
#[derive(Debug, Clone)]
pub struct CartList<'a> {
    carts: Carts<'a>,
    query: OffsetQuery,
}

filters! { CartList:
    /// Records a page. 100 where nothing is said.
    limit: u32 = "pagination.limit",
    /// Ion's name of a member.
    sort_by: &str = "pagination.sortBy",
    /// A text whose grammar is not documented.
    filter: &str = "pagination.filter",
    /// A portal user.
    user: &str = "pagination.userId",
}

impl CartList<'_> {
    /// Starts behind so many.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.start_at(offset);
        self
    }

    /// Largest first, or smallest first.
    #[must_use]
    pub fn descending(mut self, descending: bool) -> Self {
        let word = if descending { "DESC" } else { "ASC" };
        self.query.set("pagination.sortOrder", word.to_owned());
        self
    }

    /// One part. Ion does not tell how many carts there are.
    pub async fn send(self) -> Result<OffsetPage<Cart>, Error> {
        fetch(self.carts.ion, &self.carts.path(), &["carts"], &self.query).await
    }

    /// All parts, one after the other, up to one that is empty.
    pub fn pages(self) -> impl Stream<Item = Result<OffsetPage<Cart>, Error>> + Send + use<> {
        let path = self.carts.path();
        stream(self.carts.ion.clone(), path, &["carts"], self.query)
    }
}

/// Items of one cart.
#[derive(Debug, Clone, Copy)]
pub struct CartItems<'a> {
    carts: Carts<'a>,
    cart: &'a str,
}

impl CartItems<'_> {
    /// All items. Described as `cartitems`, read as `cartItems` as well.
    pub async fn list(self) -> Result<Vec<Item<CartItem>>, Error> {
        let answer = self.carts.ion.get(&self.path(), &[]).await?;
        Ok(crate::page::find(&answer.body, &["cartitems", "cartItems"])?.take_items())
    }

    /// Puts an item into the cart. Sent once.
    pub async fn create(self, draft: &CartItemDraft) -> Result<Item<CartItem>, WriteError> {
        let path = self.path();
        let answer = self
            .carts
            .ion
            .write(Method::POST, &path, Some(&draft.body().to_string()))
            .await?;
        item(&answer).map_err(WriteError::unreadable)
    }

    /// One item.
    pub async fn get(self, id: &str) -> Result<Item<CartItem>, Error> {
        Ok(item(&self.carts.ion.get(&self.path_of(id), &[]).await?)?)
    }

    /// Changes an item.
    pub async fn update(
        self,
        id: &str,
        draft: &CartItemDraft,
    ) -> Result<Item<CartItem>, WriteError> {
        let path = self.path_of(id);
        let answer = self
            .carts
            .ion
            .write(Method::PUT, &path, Some(&draft.body().to_string()))
            .await?;
        item(&answer).map_err(WriteError::unreadable)
    }

    /// Takes an item out of the cart.
    pub async fn delete(self, id: &str) -> Result<(), WriteError> {
        let path = self.path_of(id);
        self.carts.ion.command(Method::DELETE, &path, None).await
    }

    fn path(self) -> String {
        format!("{}/cartItems", self.carts.path_of(self.cart))
    }

    fn path_of(self, id: &str) -> String {
        format!("{}/{}", self.path(), segment(id))
    }
}
