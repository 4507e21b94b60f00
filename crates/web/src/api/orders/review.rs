//! A draft, reviewed: what each line costs and binds to, what stands against it, how it must be confirmed.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::order::{FieldKind, OrderAction, Template};
use domain::{Currency, OrderId};
use engine::orders::{OrderView, TemplateState};
use jiff::Timestamp;
use rules::margins::price::shown_percent;
use rules::orders::review::{self as ours, Confirmation};
use rules::orders::state::spoken;
use rules::orders::{cancel_window, check};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refuse::{field, message, refused};
use super::shape::{OrderTotals, sums};
use crate::api::etag;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, FieldFault, Problem, WrongField};

/// A draft, reviewed. Money is text, exact; what it costs is told only where the API token's scope includes `see_cost`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderReview {
    /// The version of the order that was reviewed.
    version: u64,
    /// Each line, in their order.
    lines: Vec<ReviewedLine>,
    /// What it costs and binds to.
    totals: OrderTotals,
    /// Share of the sales a month that is margin, in percent, by currency. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    margin_percent: Option<BTreeMap<String, String>>,
    /// What binds for a year or longer, or for an unknown time.
    commitments: Vec<OrderCommitment>,
    /// Subscriptions to the same product that are there already: change their seats instead?
    duplicates: Vec<OrderDuplicate>,
    /// How it must be confirmed.
    confirmation: ToConfirm,
    /// What holds it back.
    problems: Vec<WrongField>,
    /// What is told and may be passed by.
    warnings: Vec<WrongField>,
}

/// A line, reviewed.
#[expect(
    clippy::option_option,
    reason = "left out, unknown and known are three answers"
)]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewedLine {
    /// What it does: `buy`, `seats`, `suspend`, `resume`, `cancel`, `renewal_on`, `renewal_off` or `other`.
    #[schema(value_type = String, example = "buy")]
    action: OrderAction,
    /// Currency of the amounts; null where no price is known.
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
    /// What your customer pays for one, each billing period.
    sale: Option<String>,
    /// When the commitment ends.
    bound_until: Option<LastDay>,
    /// What the vendor asks for: the line's `attributes`.
    vendor_form: VendorForm,
    /// What you pay for one, each billing period. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "18.72")]
    cost: Option<Option<String>>,
    /// What it costs a month; of a change the difference. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly: Option<BTreeMap<String, String>>,
    /// What is owed over the whole commitment. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<BTreeMap<String, String>>,
    /// Share of the sale price that is margin, in percent. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    margin_percent: Option<Option<String>>,
    /// The price moved since it was seen. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MovedPrice>)]
    moved: Option<Option<MovedPrice>>,
}

/// What a vendor asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VendorForm {
    /// Where it is known from: `ion`: Ion's template; `waiting`: Ion is being asked for it; `failed`: Ion could not be asked; `built_in`: Ion has
    /// none. All but the first are what Ionbridge knows of the vendor itself.
    #[schema(example = "ion")]
    source: &'static str,
    /// Why Ion could not be asked.
    failed: Option<String>,
    /// An attribute that is none of these is refused.
    closed: bool,
    /// The attributes.
    fields: Vec<VendorField>,
}

/// An attribute that a vendor asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VendorField {
    /// The name that `attributes` takes.
    #[schema(example = "domainName")]
    name: String,
    /// What people call it.
    label: String,
    /// What it takes: `text`, `choice`, `date`, `bool`, `number` or `email`.
    #[schema(value_type = String, example = "text")]
    kind: FieldKind,
    /// An order without it is refused.
    required: bool,
    /// Values that it takes; of a choice.
    choices: Vec<VendorChoice>,
    /// What it is for, and what it looks like.
    help: String,
}

/// A value that an attribute takes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VendorChoice {
    /// The value.
    value: String,
    /// What people call it.
    label: String,
}

/// A day by which something ends.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct LastDay {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Ion has not said it yet: it is expected by the term or the vendor's policy.
    expected: bool,
}

/// A price that moved since the draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovedPrice {
    /// What one cost.
    before: String,
    /// In which currency.
    #[schema(value_type = String)]
    currency_before: Currency,
    /// What one costs now.
    now: String,
    /// In which currency.
    #[schema(value_type = String)]
    currency: Currency,
    /// What that makes over the whole commitment; negative where it costs less.
    over_term: Option<String>,
}

/// Something that binds for a year or longer, or for an unknown time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderCommitment {
    /// The line, counted from 0.
    line: usize,
    /// What it is.
    name: String,
    /// Term and billing in words.
    #[schema(example = "1 year, monthly")]
    words: String,
    /// When it ends; null where the term is not known.
    bound_until: Option<LastDay>,
    /// The last day to cancel; null where the vendor's policy is not known.
    last_day_to_cancel: Option<LastDay>,
    /// More may be owed than is known.
    open_ended: bool,
    /// What is owed after that day, by currency. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    owed_after: Option<BTreeMap<String, String>>,
}

/// A subscription of the customer to what a line would buy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderDuplicate {
    /// The line, counted from 0.
    line: usize,
    /// Ion's id of the subscription.
    ion_id: String,
    /// Its name.
    name: String,
    /// Its seats; null where it has none.
    seats: Option<u32>,
    /// The seats that it would have with those of the line.
    seats_together: Option<u32>,
}

/// How an order must be confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToConfirm {
    /// Submitting it needs `confirm_total`.
    total_needed: bool,
    /// What to give: the total; where `currency` is null, how many are ordered in all, since no price is known. Left out where none is needed, and
    /// where it is a total without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5690.10")]
    total: Option<String>,
    /// Currency of the total; null where none is needed, or where a number of seats is.
    #[schema(value_type = Option<String>, example = "EUR")]
    currency: Option<Currency>,
}

impl OrderReview {
    fn of(view: &OrderView, costs: bool) -> Self {
        let review = &view.review;
        Self {
            version: view.row.version,
            lines: review
                .lines
                .iter()
                .enumerate()
                .map(|(index, line)| {
                    let form = VendorForm::of(
                        view.templates.get(index).and_then(Option::as_ref),
                        view.template_state.get(index),
                    );
                    ReviewedLine::of(line, form, costs)
                })
                .collect(),
            totals: OrderTotals::of(&review.totals, costs),
            margin_percent: costs.then(|| {
                let margins = review.margins.iter();
                margins
                    .map(|(currency, margin)| (currency.to_string(), percent(*margin)))
                    .collect()
            }),
            commitments: review
                .commitments
                .iter()
                .map(|one| OrderCommitment {
                    line: one.line,
                    name: one.name.clone(),
                    words: one.words.clone(),
                    bound_until: one.bound_until.map(Into::into),
                    last_day_to_cancel: one.last_day_to_cancel.map(Into::into),
                    open_ended: one.open_ended,
                    owed_after: costs.then(|| sums(&one.owed_after)),
                })
                .collect(),
            duplicates: review
                .duplicates
                .iter()
                .map(|one| OrderDuplicate {
                    line: one.line,
                    ion_id: one.subscription.ion_id.clone(),
                    name: one.subscription.name.clone(),
                    seats: one.subscription.seats,
                    seats_together: one.seats_together,
                })
                .collect(),
            confirmation: ToConfirm::of(&review.confirmation, costs),
            problems: told(&review.problems, costs),
            warnings: told(&review.warnings, costs),
        }
    }
}

impl ReviewedLine {
    fn of(line: &ours::ReviewLine, vendor_form: VendorForm, costs: bool) -> Self {
        let moved = line.moved.as_ref().map(|moved| MovedPrice {
            before: moved.before.decimal().to_string(),
            currency_before: moved.currency_before,
            now: moved.now.decimal().to_string(),
            currency: moved.currency,
            over_term: line.moved_over_term.map(|over| over.to_string()),
        });
        Self {
            action: line.action,
            currency: line.currency,
            sale: line.sale.map(|sale| sale.to_string()),
            bound_until: line.bound_until.map(Into::into),
            vendor_form,
            cost: costs.then(|| line.unit.map(|unit| unit.to_string())),
            monthly: costs.then(|| sums(&line.monthly)),
            bound: costs.then(|| sums(&line.bound)),
            margin_percent: costs.then(|| line.margin.map(percent)),
            moved: costs.then_some(moved),
        }
    }
}

impl VendorForm {
    fn of(template: Option<&Template>, state: Option<&TemplateState>) -> Self {
        let (source, failed) = match state {
            Some(TemplateState::Fresh) => ("ion", None),
            Some(TemplateState::Waiting) => ("waiting", None),
            Some(TemplateState::Failed(why)) => ("failed", Some(why.clone())),
            Some(TemplateState::BuiltIn) | None => ("built_in", None),
        };
        let fields = template.map_or(&[][..], |template| &template.fields);
        Self {
            source,
            failed,
            closed: template.is_some_and(|template| template.closed),
            fields: fields
                .iter()
                .map(|field| VendorField {
                    name: field.name.clone(),
                    label: field.label.clone(),
                    kind: field.kind,
                    required: field.required,
                    choices: field
                        .choices
                        .iter()
                        .map(|(value, label)| VendorChoice {
                            value: value.clone(),
                            label: label.clone(),
                        })
                        .collect(),
                    help: field.help.clone(),
                })
                .collect(),
        }
    }
}

impl From<cancel_window::LastDay> for LastDay {
    fn from(day: cancel_window::LastDay) -> Self {
        Self {
            at: day.at,
            expected: day.expected,
        }
    }
}

impl ToConfirm {
    fn of(confirmation: &Confirmation, costs: bool) -> Self {
        match confirmation {
            Confirmation::Button => Self {
                total_needed: false,
                total: None,
                currency: None,
            },
            // Without a known price, how many are ordered in all: no cost, so everybody is told.
            Confirmation::TypeQuantity { quantity } => Self {
                total_needed: true,
                total: Some(quantity.to_string()),
                currency: None,
            },
            Confirmation::TypeTotal {
                total, currency, ..
            } => Self {
                total_needed: true,
                total: costs.then(|| {
                    let mut total = *total;
                    total.rescale(currency.exponent());
                    total.to_string()
                }),
                currency: Some(*currency),
            },
        }
    }
}

fn percent(margin: Decimal) -> String {
    shown_percent(margin).to_string()
}

fn told(problems: &[check::Problem], costs: bool) -> Vec<WrongField> {
    problems
        .iter()
        .map(|problem| {
            WrongField::from(&FieldFault {
                field: field(&problem.path),
                message: message(problem, costs),
            })
        })
        .collect()
}

/// What a draft costs and binds to, what stands against it, and how it must be confirmed; the `ETag` is for its submission
#[utoipa::path(get, path = "/api/v1/orders/{id}/review", tag = "orders", operation_id = "review_order", params(("id" = Uuid, Path)), responses(
    (status = OK, body = OrderReview),
    (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`refused`: it is on its way already; its timeline says what was confirmed"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let view = app
        .engine()
        .view_order(OrderId(id))
        .await
        .map_err(|error| refused(error, costs))?;
    if !view.row.state.is_unsent() {
        return Err(Fault::conflict(
            "refused",
            format!(
                "This order is {}; only a draft is reviewed. Its timeline says what was confirmed.",
                spoken(view.row.state)
            ),
        ));
    }
    let tag = super::tag(&view.row);
    Ok((etag::header(&tag), Json(OrderReview::of(&view, costs))).into_response())
}
