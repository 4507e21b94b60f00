//! One order as its pages need it, from the store alone.

use domain::OrderId;
use domain::customer::LinkState;
use domain::order::Template;
use rules::orders::review::Review;
use store::customers::CustomerRow;
use store::orders::OrderRow;

use super::error::OrderError;
use super::template::TemplateState;
use crate::Engine;

/// An order with all that its pages show beside it.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// The order.
    pub row: OrderRow,
    /// What it costs and binds to, what is wrong with it, what the person must know before the button.
    pub review: Review,
    /// What the vendor asks for, of each line.
    pub templates: Vec<Option<Template>>,
    /// Where that comes from, of each line.
    pub template_state: Vec<TemplateState>,
    /// For whom.
    pub customer: Option<CustomerRow>,
    /// How the customer stands to Ion in the order's connection.
    pub link: LinkFacts,
}

/// How a customer stands to Ion in the connection of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// Ion's id of it, where it is linked.
    pub ion_id: Option<String>,
    /// How it stands; nothing where no customer is said.
    pub state: Option<LinkState>,
    /// It may be made in Ion by `create_in_ion`.
    pub can_create: bool,
    /// It is being made in Ion.
    pub creating: bool,
    /// Why its last write to Ion failed.
    pub failed: Option<String>,
}

impl Engine {
    /// An order with all that its pages show.
    pub async fn view_order(&self, id: OrderId) -> Result<OrderView, OrderError> {
        let _ = id;
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }
}
