//! What a margin rule would do, before it is saved.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::MarginRuleId;
use domain::order::Sums;
use engine::margins::{MarginPreview, MarginSample};
use rules::margins::price::shown_percent;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::RuleDraft;
use crate::api::body::Body;
use crate::app::App;
use crate::fault::{Fault, Problem};

/// A rule to try.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Trial {
    /// The rule.
    rule: RuleDraft,
    /// The rule whose place it takes.
    #[serde(default)]
    replaces: Option<Uuid>,
}

/// An example. Money is text, exact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sample {
    /// Name of the product.
    product: String,
    /// Name of the SKU.
    sku: String,
    /// Name of the plan.
    plan: String,
    /// The customer, where it is a subscription; null for what the catalog sells.
    customer: Option<String>,
    /// Currency of the amounts.
    #[schema(example = "EUR")]
    currency: String,
    /// What one costs, each billing period.
    cost: String,
    /// Sale price now.
    old_sale: Option<String>,
    /// Sale price with the rule.
    new_sale: Option<String>,
    /// Rule that gives the price now.
    old_rule: Option<String>,
    /// Rule that would give it.
    new_rule: Option<String>,
    /// Margin now, in percent of the sale price, rounded down.
    old_margin_percent: Option<String>,
    /// Margin with the rule.
    new_margin_percent: Option<String>,
    /// Why that rule.
    why: String,
}

/// A rule that wins where the tried one does not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BeatenBy {
    /// Its name.
    rule: String,
    /// Why it is closer.
    why: String,
}

/// What a rule would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    /// Live subscriptions whose sale price would be another.
    affected: u64,
    /// Sale a month of what the rule is for, as it is, by currency.
    monthly_before: BTreeMap<String, String>,
    /// The same with the rule.
    monthly_after: BTreeMap<String, String>,
    /// Live subscriptions whose margin would be below their floor.
    below_floor: u64,
    /// How many of them are below it now.
    below_floor_before: u64,
    /// There are more subscriptions than were looked at.
    partial: bool,
    /// Examples.
    samples: Vec<Sample>,
    /// Rules that win in its place.
    beaten_by: Vec<BeatenBy>,
}

fn texts(sums: &Sums) -> BTreeMap<String, String> {
    sums.iter()
        .map(|(currency, sum)| (currency.to_string(), sum.to_string()))
        .collect()
}

impl From<MarginSample> for Sample {
    fn from(sample: MarginSample) -> Self {
        let text = |value: Option<Decimal>| value.map(|value| value.normalize().to_string());
        let percent = |value: Option<Decimal>| value.map(|value| shown_percent(value).to_string());
        Self {
            product: sample.product,
            sku: sample.sku,
            plan: sample.plan,
            customer: sample.customer,
            currency: sample.currency.to_string(),
            cost: sample.cost.normalize().to_string(),
            old_sale: text(sample.old_sale),
            new_sale: text(sample.new_sale),
            old_rule: sample.old_rule,
            new_rule: sample.new_rule,
            old_margin_percent: percent(sample.old_margin),
            new_margin_percent: percent(sample.new_margin),
            why: sample.why,
        }
    }
}

impl From<MarginPreview> for Preview {
    fn from(preview: MarginPreview) -> Self {
        Self {
            affected: preview.affected,
            monthly_before: texts(&preview.monthly_before),
            monthly_after: texts(&preview.monthly_after),
            below_floor: preview.below_floor,
            below_floor_before: preview.below_floor_before,
            partial: preview.partial,
            samples: preview.samples.into_iter().map(Sample::from).collect(),
            beaten_by: preview
                .beaten_by
                .into_iter()
                .map(|(rule, why)| BeatenBy { rule, why })
                .collect(),
        }
    }
}

/// Try a margin rule: what it would do at today's cost. Nothing is saved
#[utoipa::path(post, path = "/api/v1/margins/preview", tag = "margins", operation_id = "preview_margin_rule", request_body = Trial, responses(
    (status = OK, body = Preview),
    (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn preview(
    State(app): State<App>,
    Body(trial): Body<Trial>,
) -> Result<Json<Preview>, Fault> {
    let draft = trial.rule.read()?;
    let preview = app
        .engine()
        .preview_margin(&draft, trial.replaces.map(MarginRuleId))
        .await?;
    Ok(Json(preview.into()))
}
