//! The orders of a customer, on its card.

use domain::CustomerId;
use domain::access::Right;
use store::orders::{self, OrderFilter};

use super::PATH;
use super::list::rows;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::view::Button;
use crate::view::orders::list::OrderList;
use crate::view::parts::Empty;

/// Columns on the card: whose they are is known there.
const COLUMNS: &str = "columns=what,month,bound,next,placed";

/// The orders of a customer, the newest first; where one is begun; and all of them in the list.
pub(crate) async fn of_customer(
    app: &App,
    caller: &Caller,
    around: &Around,
    customer: CustomerId,
) -> Result<(OrderList, Option<String>, String), Fault> {
    let filter = OrderFilter {
        customer: Some(customer),
        limit: 100,
        ..OrderFilter::default()
    };
    let page = orders::search(app.store().read(), &filter).await?;
    let address = Address::new(PATH, Some(COLUMNS));
    let mut list = rows(&page, &filter, &address, around, caller.may(Right::SeeCost));
    let all = format!("{PATH}?customer={customer}");
    let new = caller
        .may(Right::PlaceOrders)
        .then(|| format!("{PATH}/new?customer={customer}"));
    for column in &mut list.columns {
        // It is sorted in the list of all.
        column.href.clear();
        column.sorted = None;
    }
    list.pager.sizes.clear();
    list.pager.previous = None;
    list.pager.next = page.next.is_some().then(|| all.clone());
    if list.rows.is_empty() {
        let nothing = Empty::new(
            "receipt",
            "No orders of this customer",
            "What is ordered here, or placed in the Ion portal, stands here.",
        );
        list.empty = Some(match &new {
            Some(href) => nothing.with(Button::link("New order", href).primary()),
            None => nothing,
        });
    }
    Ok((list, new, all))
}
