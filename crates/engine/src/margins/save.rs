//! Rules made, changed and taken out of use.

use domain::margin::{MarginKind, MarginRule, MarginScope, Rounding};
use domain::{Currency, MarginRuleId};
use jiff::Timestamp;
use jiff::civil::Date;
use rules::margins::check::problems;
use rules::margins::price::words;
use rules::orders::check::Problem;
use rust_decimal::Decimal;
use store::audit::{self, Actor};
use store::margins::{self, MarginRow};

use super::reprice::enqueue_reprice;
use crate::Engine;
use crate::orders::OrderError;

/// A rule as a person fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarginDraft {
    /// Its name.
    pub name: String,
    /// What it applies to.
    pub scope: MarginScope,
    /// How the sale price is worked out.
    pub kind: MarginKind,
    /// Percent, or the fixed amount.
    pub value: Decimal,
    /// Currency of a fixed amount.
    pub currency: Option<Currency>,
    /// Rounding.
    pub rounding: Rounding,
    /// A margin below this percent of the sale price is told.
    pub floor: Option<Decimal>,
    /// First day on which it holds.
    pub from: Date,
    /// Last day on which it holds.
    pub until: Option<Date>,
}

impl MarginDraft {
    /// The rule of this draft. Empty parts of its scope are none.
    pub(super) fn rule(&self, id: MarginRuleId) -> MarginRule {
        let part = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        MarginRule {
            id,
            name: self.name.trim().to_owned(),
            scope: MarginScope {
                vendor: part(&self.scope.vendor),
                product_ion_id: part(&self.scope.product_ion_id),
                sku_id: part(&self.scope.sku_id),
                customer: self.scope.customer,
            },
            kind: self.kind,
            value: self.value.normalize(),
            currency: self.currency,
            rounding: self.rounding,
            floor: self.floor.map(|floor| floor.normalize()),
            from: self.from,
            until: self.until,
        }
    }
}

impl From<&MarginRule> for MarginDraft {
    fn from(rule: &MarginRule) -> Self {
        Self {
            name: rule.name.clone(),
            scope: rule.scope.clone(),
            kind: rule.kind,
            value: rule.value,
            currency: rule.currency,
            rounding: rule.rounding,
            floor: rule.floor,
            from: rule.from,
            until: rule.until,
        }
    }
}

/// What is wrong with a rule, by field.
pub(super) fn wrong(rule: &MarginRule) -> Vec<Problem> {
    problems(rule)
        .into_iter()
        .map(|problem| Problem {
            path: problem.field,
            label: problem.label,
            message: problem.message,
        })
        .collect()
}

impl Engine {
    /// Saves a rule: a new one, or against the version that was read. What running subscriptions are sold for is worked out anew by a job.
    pub async fn save_margin_rule(
        &self,
        draft: MarginDraft,
        expected: Option<(MarginRuleId, u64)>,
        actor: &Actor,
    ) -> Result<MarginRow, OrderError> {
        let now = self.clock().now();
        let id = expected.map_or_else(|| MarginRuleId::new(self.ids()), |(id, _)| id);
        let rule = draft.rule(id);
        let problems = wrong(&rule);
        if !problems.is_empty() {
            return Err(OrderError::Invalid(problems));
        }
        let tx = self.store().begin().await?;
        if let Some(customer) = rule.scope.customer
            && store::customers::find(&tx, customer).await?.is_none()
        {
            return Err(OrderError::Invalid(vec![Problem {
                path: "scope.customer".to_owned(),
                label: "Customer".to_owned(),
                message: "there is no such customer here; choose another one.".to_owned(),
            }]));
        }
        let (row, action, detail) = match expected {
            None => {
                let row = new_row(rule, actor, now);
                margins::insert(&tx, &row).await?;
                let detail = said(&row.rule);
                (row, "margin.create", detail)
            }
            Some((id, version)) => {
                let before = margins::find(&tx, id).await?.ok_or(OrderError::Gone)?;
                if before.retired_at.is_some() {
                    return Err(OrderError::Refused(
                        "This rule was taken out of use. Make a new one.".to_owned(),
                    ));
                }
                let detail = format!("{} -> {}", said(&before.rule), said(&rule));
                let row = MarginRow {
                    rule,
                    version: version + 1,
                    edited_by: actor.name.clone(),
                    edited_at: now,
                    ..before
                };
                if !margins::save(&tx, &row, version).await? {
                    return Err(moved());
                }
                (row, "margin.change", detail)
            }
        };
        let about = format!("margin rule {id}");
        audit::append(&tx, &**self.clock(), actor, action, &about, &detail).await?;
        enqueue_reprice(self, &tx, now).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Takes a rule out of use. It is kept, since prices were worked out by it.
    pub async fn retire_margin_rule(
        &self,
        rule: MarginRuleId,
        version: u64,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let before = margins::find(&tx, rule).await?.ok_or(OrderError::Gone)?;
        if before.retired_at.is_some() {
            return Ok(());
        }
        if !margins::retire(&tx, rule, version, &actor.name, now).await? {
            return Err(moved());
        }
        let about = format!("margin rule {rule}");
        let detail = said(&before.rule);
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "margin.retire",
            &about,
            &detail,
        )
        .await?;
        enqueue_reprice(self, &tx, now).await?;
        Ok(tx.commit().await?)
    }
}

fn new_row(rule: MarginRule, actor: &Actor, now: Timestamp) -> MarginRow {
    MarginRow {
        rule,
        version: 1,
        created_by: actor.name.clone(),
        created_at: now,
        edited_by: actor.name.clone(),
        edited_at: now,
        retired_at: None,
    }
}

fn moved() -> OrderError {
    OrderError::Refused(
        "Somebody else changed this rule meanwhile. Look at it again, then save.".to_owned(),
    )
}

/// A rule in one line, for the audit log.
fn said(rule: &MarginRule) -> String {
    let floor = rule
        .floor
        .map_or_else(String::new, |floor| format!(", floor {floor} %"));
    let until = rule
        .until
        .map_or_else(String::new, |until| format!(" until {until}"));
    format!(
        "\"{}\": {}{floor}, from {}{until}",
        rule.name,
        words(rule),
        rule.from
    )
}
