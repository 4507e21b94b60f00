//! For whom an order is.

use domain::access::Right;
use domain::order::OrderLine;

use crate::auth::Caller;
use crate::pages::orders::compose::Draft;
use crate::view::{Button, Fact, Link, Value, status};

/// For whom, and what must be done for them first.
pub(super) fn whom(draft: &Draft, caller: &Caller) -> (Vec<Fact>, Vec<Button>) {
    let (view, row) = (&draft.view, draft.row());
    let mut facts = Vec::new();
    facts.push(Fact::new(
        "Customer",
        match row.customer {
            Some(id) => Value::Link(Link::new(
                row.customer_name.clone(),
                crate::pages::customers::href(id),
            )),
            None if !row.customer_name.is_empty() => Value::text(row.customer_name.clone()),
            None => Value::Absent("not chosen yet".to_owned()),
        },
    ));
    let link = &view.link;
    facts.push(Fact::new(
        "In Ion",
        match (link.state, &link.ion_id) {
            (Some(state), Some(ion_id)) => {
                Value::text(format!("{}, {ion_id}", status::customer(state).word))
            }
            (Some(state), None) => Value::Status(status::customer(state)),
            (None, _) => Value::Absent("not known".to_owned()),
        },
    ));
    let mut once = |name: &str, of: fn(&OrderLine) -> &str, mono: bool| {
        let mut all: Vec<&str> = row
            .content
            .lines
            .iter()
            .map(of)
            .filter(|text| !text.is_empty())
            .collect();
        all.dedup();
        if !all.is_empty() {
            let text = all.join(", ");
            facts.push(Fact::new(
                name,
                if mono {
                    Value::Mono(text)
                } else {
                    Value::text(text)
                },
            ));
        }
    };
    once(
        "Tenant",
        |line| line.attribute("domainName").unwrap_or_default(),
        true,
    );
    once("Customer’s PO", |line| &line.customer_po, false);
    once("Your PO", |line| &line.reseller_po, false);
    if draft.around.connections.len() > 1
        && let Some(connection) = draft.around.connection(row.connection)
    {
        facts.push(Fact::new(
            "Connection",
            Value::text(connection.name.clone()),
        ));
    }
    let mut actions = Vec::new();
    if let Some(customer) = row.customer
        && link.can_create
        && caller.may(Right::EditCustomers)
    {
        actions.push(
            Button::post(
                format!("Create {} in Ion", row.customer_name),
                format!(
                    "{}/create/{}",
                    crate::pages::customers::href(customer),
                    row.connection
                ),
            )
            .with_icon("cloud-up"),
        );
    }
    (facts, actions)
}
