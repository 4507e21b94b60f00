//! For whom an order is, and how that customer stands to Ion.

use domain::customer::{CustomerField, LinkState};
use domain::{ConnectionId, CustomerId};
use rules::orders::draft::CustomerView;
use store::customers::{self, CustomerRow, IonRow, WriteKind};
use store::orders::OrderRow;
use store::{ConnectionTrait, StoreError};

use super::view::LinkFacts;

/// Name of a customer of ours, for people.
pub(super) fn name_of(row: &CustomerRow) -> String {
    let fields = &row.customer.fields;
    [
        CustomerField::Organisation,
        CustomerField::ContactName,
        CustomerField::Email,
    ]
    .into_iter()
    .map(|field| fields.get(field))
    .find(|name| !name.is_empty())
    .unwrap_or_default()
    .to_owned()
}

/// Name of one of Ion's, for people.
pub(super) fn ion_name_of(row: &IonRow) -> String {
    row.customer
        .fields
        .get(CustomerField::Organisation)
        .to_owned()
}

/// How a customer stands to Ion in a connection.
pub(super) async fn link_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    customer: Option<&CustomerRow>,
) -> Result<LinkFacts, StoreError> {
    let Some(customer) = customer else {
        return Ok(LinkFacts::default());
    };
    let link = customers::find_link_of(conn, connection, customer.id).await?;
    let creating = link.is_none()
        && customers::find_open_write(conn, connection, customer.id, WriteKind::Create)
            .await?
            .is_some();
    let theirs = match &link {
        Some(link) => customers::find_ion(conn, connection, &link.ion_id).await?,
        None => None,
    };
    let state = match (&link, &theirs) {
        _ if customer.customer.archived => LinkState::Archived,
        // What holds in another connection says nothing here.
        (None, _) => match customer.link_state {
            state @ (LinkState::Proposed | LinkState::Ignored | LinkState::Failed) => state,
            _ => LinkState::NotInIon,
        },
        (Some(_), Some(theirs)) if theirs.gone_at.is_some() => LinkState::Gone,
        (Some(_), Some(theirs)) if !theirs.customer.active => LinkState::Inactive,
        (Some(link), _) if link.failed.is_some() => LinkState::Failed,
        (Some(_), _) if customer.link_state == LinkState::Conflict => LinkState::Conflict,
        (Some(_), _) => LinkState::Linked,
    };
    Ok(LinkFacts {
        failed: link
            .as_ref()
            .and_then(|link| Some(link.failed.as_ref()?.message.clone())),
        ion_id: link.map(|link| link.ion_id),
        state: Some(state),
        can_create: matches!(state, LinkState::NotInIon | LinkState::Failed) && !creating,
        creating,
    })
}

/// What a review needs of the customer of an order.
pub(super) fn customer_view(
    row: &OrderRow,
    customer: Option<&CustomerRow>,
    link: &LinkFacts,
) -> CustomerView {
    match customer {
        Some(customer) => CustomerView {
            name: name_of(customer),
            link: link.state,
            ion_customer_id: link.ion_id.clone().unwrap_or_default(),
        },
        // A change of a subscription goes to the customer that Ion has it under, linked here or not.
        None if row.action.is_change() && !row.ion_customer_id.is_empty() => CustomerView {
            name: row.customer_name.clone(),
            link: Some(LinkState::Linked),
            ion_customer_id: row.ion_customer_id.clone(),
        },
        None => CustomerView::default(),
    }
}

/// A customer by id.
pub(super) async fn find(
    conn: &impl ConnectionTrait,
    id: Option<CustomerId>,
) -> Result<Option<CustomerRow>, StoreError> {
    match id {
        Some(id) => customers::find(conn, id).await,
        None => Ok(None),
    }
}
