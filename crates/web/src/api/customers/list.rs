//! Customers: a list, and one.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::customer::LinkState;
use serde::Deserialize;
use store::StoreError;
use store::customers::{self, CustomerFilter, CustomerSort};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::Customer;
use super::word;
use crate::api::etag;
use crate::api::page::{Page, Paging, cursor_behind, unknown_cursor};
use crate::app::App;
use crate::fault::{Fault, Problem};

/// Which customers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Words of name, contact, address, number or ids; each must occur.
    #[serde(default)]
    pub(crate) q: Option<String>,
    /// Of these states, parted by commas: `linked`, `proposed`, `conflict`, `not_in_ion`, `inactive`, `gone`, `ignored`, `archived`,
    /// `failed`. Archived ones are left out where none is named.
    #[serde(default)]
    pub(crate) sync_state: Option<String>,
    /// Of this country, by its ISO code.
    #[serde(default)]
    pub(crate) country: Option<String>,
    /// With this label.
    #[serde(default)]
    pub(crate) tag: Option<String>,
    /// Linked at this connection.
    #[serde(default)]
    pub(crate) connection_id: Option<Uuid>,
    /// `name`, `number`, `country`, `state` or `changed`; `-` before it for the other way. By name where none is named.
    #[serde(default)]
    pub(crate) sort: Option<String>,
}

/// Which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    limit: Option<u32>,
}

impl From<Part> for Paging {
    fn from(part: Part) -> Self {
        Self {
            cursor: part.cursor,
            limit: part.limit,
        }
    }
}

impl Which {
    /// The filter that these words mean.
    pub(crate) fn filter(self) -> Result<CustomerFilter, Fault> {
        let text = |text: Option<String>| {
            text.map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        let all: Vec<&str> = LinkState::ALL.iter().map(|state| state.as_str()).collect();
        let states = text(self.sync_state)
            .iter()
            .flat_map(|states| states.split(','))
            .map(|state| word("sync_state", state.trim(), &all))
            .collect::<Result<_, _>>()?;
        let sort = text(self.sort).unwrap_or_default();
        let name = sort.trim_start_matches('-');
        let sorts: Vec<&str> = CustomerSort::ALL.iter().map(|sort| sort.as_str()).collect();
        Ok(CustomerFilter {
            text: text(self.q).unwrap_or_default().chars().take(200).collect(),
            states,
            country: text(self.country).map(|code| code.to_uppercase()),
            tag: text(self.tag),
            connection: self.connection_id.map(Into::into),
            descending: sort.starts_with('-'),
            sort: if name.is_empty() {
                CustomerSort::Name
            } else {
                word("sort", name, &sorts)?
            },
            after: None,
            limit: 0,
        })
    }
}

/// Search customers
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", operation_id = "search_customers", params(Which, Part), responses(
    (status = OK, body = Page<Customer>),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn search(
    State(app): State<App>,
    Query(which): Query<Which>,
    Query(part): Query<Part>,
) -> Result<Json<Page<Customer>>, Fault> {
    let (mut filter, paging) = (which.filter()?, Paging::from(part));
    let order = format!(
        "customers {}{}",
        if filter.descending { "-" } else { "" },
        filter.sort
    );
    filter.limit = paging.limit()?;
    filter.after = paging.behind(&order)?;
    let page = customers::search(app.store().read(), &filter)
        .await
        .map_err(|error| match error {
            StoreError::Missing(_) => unknown_cursor(),
            other => other.into(),
        })?;
    Ok(Json(Page {
        items: page.customers.into_iter().map(Customer::from).collect(),
        next: page.next.map(|place| cursor_behind(&order, &place)),
    }))
}

/// One customer; the `ETag` is for edits
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", operation_id = "get_customer", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Customer),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    answer(&app, id).await
}

/// A customer with its version, as it is now.
pub(crate) async fn answer(app: &App, id: Uuid) -> Result<Response, Fault> {
    let row = super::find(app, id).await?;
    let customer = Customer::from(super::hit(app, row).await?);
    Ok((etag::header(&customer.tag()), Json(customer)).into_response())
}
