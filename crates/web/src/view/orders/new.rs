//! Where an order begins: for whom.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::view::Status;
use crate::view::filters;
use crate::view::form::Choice;
use crate::view::frame::Frame;
use crate::view::parts::Note;

/// `GET /orders/new`. Nothing is written before a button is pressed.
#[derive(Debug, Template)]
#[template(path = "order/new.html")]
pub struct NewOrderPage {
    /// Around it.
    pub frame: Frame,
    /// What stands against it, such as that nothing is connected.
    pub notes: Vec<Note>,
    /// What will be in it, `Microsoft 365 Business Premium, 1 year, monthly`; may be empty.
    pub product: String,
    /// Connections to choose from; empty where there is one.
    pub connections: Vec<Choice>,
    /// Everything else that the address says, for the search.
    pub keep: Vec<(String, String)>,
    /// What is looked for.
    pub query: String,
    /// The customers.
    pub list: CustomersFound,
}

/// Customers to order for: the partial.
#[derive(Debug, Template)]
#[template(path = "order/customers_found.html")]
pub struct CustomersFound {
    /// Token for the buttons.
    pub csrf: String,
    /// Where a choice is posted.
    pub action_href: String,
    /// `Order for them`.
    pub label: &'static str,
    /// What a post says beside the customer: variant, product, connection.
    pub keep: Vec<(String, String)>,
    /// The customers; an order may be begun for each.
    pub rows: Vec<CustomerFound>,
    /// Why there are none; may be empty.
    pub nothing: String,
    /// `The first 12 of 1,226. Type more letters.`; may be empty.
    pub more: String,
    /// An order may be begun without one: the customer is chosen later.
    pub without: bool,
}

impl HtmlSafe for CustomersFound {}

/// A customer to order for.
#[derive(Debug, Clone)]
pub struct CustomerFound {
    /// As sent.
    pub id: String,
    /// `QL`.
    pub initials: String,
    /// Name.
    pub name: String,
    /// `C-0188 · London, GB`.
    pub detail: String,
    /// How it stands to Ion.
    pub status: Status,
    /// It is the one that the address names.
    pub on: bool,
}

/// `GET /orders/{id}/edit/customer`: another customer for a draft.
#[derive(Debug, Template)]
#[template(path = "order/choose_customer.html")]
pub struct ChooseCustomerPage {
    /// Around it.
    pub frame: Frame,
    /// `O-2041`.
    pub number: String,
    /// This page, for the search.
    pub here: String,
    /// The review.
    pub back_href: String,
    /// The list.
    pub orders_href: String,
    /// What is looked for.
    pub query: String,
    /// The customers.
    pub list: CustomersFound,
}
