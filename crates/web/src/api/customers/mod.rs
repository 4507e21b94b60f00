//! Customers: ours, how they stand to Ion, what syncs would do and did, files of them.

pub(crate) mod combine;
pub(crate) mod conflicts;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod mapping;
pub(crate) mod plans;
pub(crate) mod policy;
pub(crate) mod shape;
pub(crate) mod syncs;

use domain::CustomerId;
use domain::customer::CustomerField;
use store::customers::{self, CustomerHit, CustomerRow};
use store::runs;
use uuid::Uuid;

use crate::api::runs::Run;
use crate::app::App;
use crate::fault::{Fault, FieldFault};

/// One of our customers; a fault where there is none.
pub(crate) async fn find(app: &App, id: Uuid) -> Result<CustomerRow, Fault> {
    customers::find(app.store().read(), CustomerId(id))
        .await?
        .ok_or_else(|| Fault::not_found("customer"))
}

/// One of our customers with its links.
pub(crate) async fn hit(app: &App, row: CustomerRow) -> Result<CustomerHit, Fault> {
    let links = customers::list_links(app.store().read(), row.id).await?;
    Ok(CustomerHit {
        links: links
            .into_iter()
            .map(|link| (link.connection, link.ion_id))
            .collect(),
        row,
    })
}

/// A run as the API tells it.
pub(crate) async fn run(app: &App, id: domain::RunId) -> Result<Run, Fault> {
    runs::find(app.store().read(), id)
        .await?
        .map(Run::from)
        .ok_or_else(|| Fault::not_found("run"))
}

/// A word of a closed list; a fault that names the field where it is none of them.
pub(crate) fn word<T: std::str::FromStr>(
    field: &str,
    text: &str,
    all: &[&str],
) -> Result<T, Fault> {
    text.parse().map_err(|_| {
        Fault::invalid(vec![FieldFault {
            field: field.to_owned(),
            message: format!("Give one of: {}.", all.join(", ")),
        }])
    })
}

/// A field that both sides hold, by its name.
pub(crate) fn field(place: &str, name: &str) -> Result<CustomerField, Fault> {
    let all: Vec<&str> = CustomerField::ALL
        .iter()
        .map(|field| field.as_str())
        .collect();
    word(place, name, &all)
}
