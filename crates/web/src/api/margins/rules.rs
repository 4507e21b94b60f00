//! Margin rules: a list, one, made, changed, taken out of use.

#![expect(
    unused_qualifications,
    reason = "the description of parameters is generated with whole paths"
)]

use ::rules::margins::choose::closeness;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::MarginRuleId;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use store::margins::{self, MarginRow};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::{Rule, RuleDraft, tag};
use crate::api::body::Body;
use crate::api::etag;
use crate::api::once::Once;
use crate::api::page::Page;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, Problem};

/// Which rules.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Those out of use too.
    #[serde(default)]
    retired: bool,
}

/// Margin rules, in the order in which they win; all on one page
#[utoipa::path(get, path = "/api/v1/margins", tag = "margins", operation_id = "list_margin_rules", params(Which), responses(
    (status = OK, body = Page<Rule>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Page<Rule>>, Fault> {
    let mut rows = margins::list(app.store().read(), which.retired).await?;
    rows.sort_by_key(|row| {
        (
            row.retired_at.is_some(),
            std::cmp::Reverse((closeness(&row.rule.scope), row.rule.from, row.rule.id)),
        )
    });
    Ok(Json(Page::whole(
        rows.into_iter().map(Rule::from).collect(),
    )))
}

async fn find(app: &App, id: Uuid) -> Result<MarginRow, Fault> {
    margins::find(app.store().read(), MarginRuleId(id))
        .await?
        .ok_or_else(|| Fault::not_found("margin rule"))
}

fn answer(row: MarginRow) -> Response {
    let rule = Rule::from(row);
    (etag::header(&rule.tag()), Json(rule)).into_response()
}

/// One margin rule; the `ETag` is for edits
#[utoipa::path(get, path = "/api/v1/margins/{id}", tag = "margins", operation_id = "get_margin_rule", params(("id" = Uuid, Path)), responses(
    (status = OK, body = Rule),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Response, Fault> {
    Ok(answer(find(&app, id).await?))
}

/// Make a margin rule
#[utoipa::path(post, path = "/api/v1/margins", tag = "margins", operation_id = "create_margin_rule", request_body = RuleDraft,
    params(("Idempotency-Key" = String, Header, description = "A new one for each rule")), responses(
    (status = CREATED, body = Rule),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Once { body, key }: Once<RuleDraft>,
) -> Result<Response, Fault> {
    let effect = async {
        let row = app
            .engine()
            .save_margin_rule(body.read()?, None, &caller.actor())
            .await?;
        Ok((StatusCode::CREATED, Rule::from(row)))
    };
    key.around(&app, effect).await
}

/// Replace what a margin rule says
#[utoipa::path(put, path = "/api/v1/margins/{id}", tag = "margins", operation_id = "replace_margin_rule", request_body = RuleDraft,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = Rule),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is out of use"),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Body(draft): Body<RuleDraft>,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    etag::require(&headers, &tag(row.rule.id, row.version))?;
    let saved = app
        .engine()
        .save_margin_rule(
            draft.read()?,
            Some((row.rule.id, row.version)),
            &caller.actor(),
        )
        .await?;
    Ok(answer(saved))
}

/// Take a margin rule out of use; it is kept, since prices were worked out by it
#[utoipa::path(delete, path = "/api/v1/margins/{id}", tag = "margins", operation_id = "retire_margin_rule",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the last GET")), responses(
    (status = OK, body = Rule),
))]
pub(crate) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let row = find(&app, id).await?;
    etag::require(&headers, &tag(row.rule.id, row.version))?;
    app.engine()
        .retire_margin_rule(row.rule.id, row.version, &caller.actor())
        .await?;
    Ok(answer(find(&app, id).await?))
}
