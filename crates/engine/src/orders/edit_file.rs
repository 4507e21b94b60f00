//! A change of a draft as JSON: for programs. What it may say, `rules::orders::file::read_change` says.

use domain::order::OrderLine;
use domain::{CustomerId, OrderId};
use rules::orders::file;
use store::audit::Actor;
use store::orders::OrderRow;

use super::draft::{changes_subscription, draft_of, keeps_customer, same_line};
use super::error::OrderError;
use super::file::{customer_of, lines_of, live, wrong};
use crate::Engine;

impl Engine {
    /// Changes a draft by JSON, against the version that was edited: only what is given changes, and lines are given as a whole list.
    /// What is wrong is named by its path, such as `/lines/0/quantity`, all at once.
    ///
    /// A line that is given again keeps the price that was seen: one that moved since is accepted when the order is submitted, not here.
    pub async fn edit_order_from_file(
        &self,
        id: OrderId,
        expected_version: u64,
        value: &serde_json::Value,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let change = file::read_change(value).map_err(OrderError::Invalid)?;
        let conn = self.store().read();
        let row = draft_of(conn, id, expected_version).await?;
        if change == file::FileChange::default() {
            return Ok(row);
        }
        let customer = match &change.customer {
            Some(named) => {
                let all = live(conn).await?;
                let (customer, _) = customer_of(conn, &all, Some(row.connection), named).await?;
                Some(customer)
            }
            None => row.customer,
        };
        let lines = match &change.lines {
            Some(wanted) => Some(lines_of(conn, row.connection, wanted).await?),
            None => None,
        };
        keeps_subscription(&row, customer, lines.is_some())?;
        let mut content = row.content.clone();
        if let Some(note) = change.note {
            content.note = note;
        }
        if let Some(lines) = lines {
            content.lines = as_seen(lines, content.lines);
        }
        self.edit_order(id, expected_version, content, customer, actor)
            .await
    }
}

/// What a change of a subscription is about stays: neither another customer nor other lines make sense in it.
fn keeps_subscription(
    row: &OrderRow,
    customer: Option<CustomerId>,
    lines: bool,
) -> Result<(), OrderError> {
    if !changes_subscription(row) {
        return Ok(());
    }
    if lines {
        return Err(wrong(
            "/lines",
            "Lines",
            "this order changes a subscription, and its line stays as it is. Discard it, and change the subscription anew.",
        ));
    }
    keeps_customer(row, customer)
}

/// Lines with the prices that were seen of the same lines before.
fn as_seen(mut lines: Vec<OrderLine>, mut before: Vec<OrderLine>) -> Vec<OrderLine> {
    for line in &mut lines {
        let Some(place) = before.iter().position(|old| same_line(old, line)) else {
            continue;
        };
        let old = before.remove(place);
        line.price = old.price;
        for add_on in &mut line.add_ons {
            let same = old.add_ons.iter().find(|other| {
                other.add_on_id == add_on.add_on_id && other.plan_id == add_on.plan_id
            });
            add_on.price = same.and_then(|same| same.price.clone());
        }
    }
    lines
}
