//! For whom a draft is: another customer, or the first one.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::CustomerId;
use domain::customer::CustomerField;
use engine::orders::changes_subscription;
use http::HeaderMap;
use serde::Deserialize;
use uuid::Uuid;

use super::compose::{is_part, open};
use super::new::customers_like;
use super::{PATH, href, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::customers::{detail, name};
use crate::pages::go_to;
use crate::view::format::{count, initials};
use crate::view::orders::new::{ChooseCustomerPage, CustomerFound, CustomersFound};
use crate::view::{Html, status};

const SHOWN: u32 = 12;

/// The page, or the customers that htmx asks for.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let here = step_href(id.into(), "customer");
    let address = Address::new(here.clone(), query.as_deref());
    let Some(mut draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    // Its subscription says for whom it is.
    if changes_subscription(draft.row()) {
        return Ok(go_to(&step_href(id.into(), "review")));
    }
    let query: String = address
        .get("q")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(200)
        .collect();
    let row = draft.row();
    let chosen = row.customer;
    let (rows, total) = customers_like(&app, &query, chosen, SHOWN).await?;
    let shown = rows.len() as u64;
    let list = CustomersFound {
        csrf: draft.around.frame.csrf.clone(),
        action_href: here.clone(),
        label: "Choose",
        keep: vec![("version".to_owned(), row.version.to_string())],
        nothing: if rows.is_empty() {
            format!("Nobody is called “{query}” here")
        } else {
            String::new()
        },
        more: if total > shown {
            format!(
                "The first {} of {}. Type more letters.",
                count(shown),
                count(total)
            )
        } else {
            String::new()
        },
        rows: rows
            .iter()
            .map(|found| CustomerFound {
                id: found.id.to_string(),
                initials: initials(found.customer.fields.get(CustomerField::Organisation)),
                name: name(found).to_owned(),
                detail: detail(found),
                status: status::customer(found.link_state),
                on: chosen == Some(found.id),
            })
            .collect(),
        without: false,
    };
    if is_part(&headers) {
        return Ok(Html(list).into_response());
    }
    let number = super::number_text(row.origin, row.number, None);
    let back_href = step_href(row.id, "review");
    "For whom".clone_into(&mut draft.around.frame.title);
    draft
        .around
        .frame
        .crumbs
        .push(crate::view::Link::new(number.clone(), back_href.clone()));
    Ok(Html(ChooseCustomerPage {
        number,
        here,
        back_href,
        orders_href: PATH.to_owned(),
        query,
        list,
        frame: draft.around.frame,
    })
    .into_response())
}

/// A customer that was chosen.
#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    version: u64,
    #[serde(default)]
    customer: String,
}

/// Takes the customer.
pub(crate) async fn choose(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Chosen>,
) -> Result<Response, Fault> {
    let address = Address::new(step_href(id.into(), "customer"), None);
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    let customer: Option<CustomerId> = form.customer.parse().ok();
    if customer.is_some() {
        app.engine()
            .edit_order(
                id.into(),
                form.version,
                draft.row().content.clone(),
                customer,
                &caller.actor(),
            )
            .await?;
    }
    let step = if draft.row().content.lines.is_empty() {
        "products"
    } else {
        "review"
    };
    Ok(go_to(&format!(
        "{}?done=customer",
        step_href(id.into(), step)
    )))
}
