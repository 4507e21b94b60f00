//! A margin rule as programs read and write it.

use domain::margin::{MarginKind, MarginScope, Rounding};
use domain::{Currency, MarginRuleId};
use engine::margins::MarginDraft;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::margins::MarginRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::etag;
use crate::fault::{Fault, FieldFault};

/// What a rule applies to. Each part that is set narrows it down; with none it is for everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Scope {
    /// Vendor.
    #[schema(example = "Microsoft")]
    vendor: Option<String>,
    /// Ion's id of a product.
    product_ion_id: Option<String>,
    /// Ion's id of a SKU; with a product.
    sku_id: Option<String>,
    /// A customer of ours.
    customer_id: Option<Uuid>,
}

impl From<MarginScope> for Scope {
    fn from(scope: MarginScope) -> Self {
        Self {
            vendor: scope.vendor,
            product_ion_id: scope.product_ion_id,
            sku_id: scope.sku_id,
            customer_id: scope.customer.map(Into::into),
        }
    }
}

impl From<Scope> for MarginScope {
    fn from(scope: Scope) -> Self {
        Self {
            vendor: scope.vendor,
            product_ion_id: scope.product_ion_id,
            sku_id: scope.sku_id,
            customer: scope.customer_id.map(Into::into),
        }
    }
}

/// A margin rule. Of those that fit, the most specific one gives the sale price: customer before SKU, product, vendor, all; of equals the
/// one that holds from a later day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rule {
    /// Id.
    id: Uuid,
    /// Name, for people.
    #[schema(example = "Microsoft")]
    name: String,
    /// What it applies to.
    scope: Scope,
    /// How the sale price is worked out: `markup` on the cost, `margin` of the sale price, `fixed`.
    #[schema(value_type = String, example = "markup")]
    kind: MarginKind,
    /// Percent, or the fixed amount for one, each billing period.
    #[schema(example = "18")]
    value: String,
    /// Currency of a fixed amount.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// How the sale price is rounded up: `cent`, `five_cents`, `ten_cents`, `unit`, `ninety_nine`.
    #[schema(value_type = String, example = "cent")]
    rounding: Rounding,
    /// A margin below this percent of the sale price is told.
    #[schema(example = "15")]
    floor: Option<String>,
    /// First day on which it holds.
    #[schema(value_type = String, format = Date, example = "2027-01-01")]
    from: Date,
    /// Last day on which it holds; null where it has no end.
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<Date>,
    /// Counts every change.
    version: u64,
    /// Who made it.
    created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Who last changed it.
    edited_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    edited_at: Timestamp,
    /// Since when it is out of use; null where it is in use.
    #[schema(value_type = Option<String>, format = DateTime)]
    retired_at: Option<Timestamp>,
}

impl Rule {
    /// The version that an edit names.
    pub(crate) fn tag(&self) -> String {
        tag(MarginRuleId(self.id), self.version)
    }
}

/// The version of a rule that an edit names.
pub(crate) fn tag(id: MarginRuleId, version: u64) -> String {
    etag::of(&format!("margin {id} {version}"))
}

impl From<MarginRow> for Rule {
    fn from(row: MarginRow) -> Self {
        let rule = row.rule;
        Self {
            id: rule.id.into(),
            name: rule.name,
            scope: rule.scope.into(),
            kind: rule.kind,
            value: rule.value.normalize().to_string(),
            currency: rule.currency.map(|currency| currency.to_string()),
            rounding: rule.rounding,
            floor: rule.floor.map(|floor| floor.normalize().to_string()),
            from: rule.from,
            until: rule.until,
            version: row.version,
            created_by: row.created_by,
            created_at: row.created_at,
            edited_by: row.edited_by,
            edited_at: row.edited_at,
            retired_at: row.retired_at,
        }
    }
}

/// A rule to make, or all of what an edit leaves of one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct RuleDraft {
    /// Name, for people.
    #[schema(example = "Microsoft")]
    name: String,
    /// What it applies to; everything where it is left out.
    #[serde(default)]
    scope: Scope,
    /// `markup` on the cost, `margin` of the sale price, or `fixed`.
    #[schema(example = "markup")]
    kind: String,
    /// Percent, or the fixed amount for one, each billing period: a text, exact.
    #[schema(example = "18")]
    value: String,
    /// Currency of a fixed amount.
    #[serde(default)]
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// `cent`, `five_cents`, `ten_cents`, `unit` or `ninety_nine`; `cent` where it is left out.
    #[serde(default)]
    rounding: Option<String>,
    /// A margin below this percent of the sale price is told: a text, exact.
    #[serde(default)]
    #[schema(example = "15")]
    floor: Option<String>,
    /// First day on which it holds.
    #[schema(format = Date, example = "2027-01-01")]
    from: String,
    /// Last day on which it holds.
    #[serde(default)]
    #[schema(format = Date)]
    until: Option<String>,
}

impl RuleDraft {
    /// The rule that these texts mean; faults name each that is none.
    pub(crate) fn read(self) -> Result<MarginDraft, Fault> {
        let mut faults = Vec::new();
        let kind = word(
            &mut faults,
            "kind",
            Some(&self.kind),
            MarginKind::Markup,
            &["markup", "margin", "fixed"],
        );
        let rounding = word(
            &mut faults,
            "rounding",
            self.rounding.as_deref(),
            Rounding::Cent,
            &["cent", "five_cents", "ten_cents", "unit", "ninety_nine"],
        );
        let value = parsed::<Decimal>(
            &mut faults,
            "value",
            Some(&self.value),
            "Give a decimal number as text, such as \"18.5\".",
        );
        let floor = parsed::<Decimal>(
            &mut faults,
            "floor",
            self.floor.as_deref(),
            "Give a decimal number as text, such as \"15\".",
        );
        let currency = parsed::<Currency>(
            &mut faults,
            "currency",
            self.currency.as_deref(),
            "Give a currency code of three letters, such as EUR.",
        );
        let from = parsed::<Date>(
            &mut faults,
            "from",
            Some(&self.from),
            "Give a day such as 2027-01-01.",
        );
        let until = parsed::<Date>(
            &mut faults,
            "until",
            self.until.as_deref(),
            "Give a day such as 2027-12-31.",
        );
        match (value, from) {
            (Some(value), Some(from)) if faults.is_empty() => Ok(MarginDraft {
                name: self.name,
                scope: self.scope.into(),
                kind,
                value,
                currency,
                rounding,
                floor,
                from,
                until,
            }),
            _ => Err(Fault::invalid(faults)),
        }
    }
}

fn word<T: std::str::FromStr>(
    faults: &mut Vec<FieldFault>,
    field: &str,
    text: Option<&str>,
    usual: T,
    all: &[&str],
) -> T {
    match text.map(str::parse::<T>) {
        None => usual,
        Some(Ok(word)) => word,
        Some(Err(_)) => {
            faults.push(FieldFault {
                field: field.to_owned(),
                message: format!("Give one of: {}.", all.join(", ")),
            });
            usual
        }
    }
}

fn parsed<T: std::str::FromStr>(
    faults: &mut Vec<FieldFault>,
    field: &str,
    text: Option<&str>,
    message: &str,
) -> Option<T> {
    let parsed = text?.trim().parse().ok();
    if parsed.is_none() {
        faults.push(FieldFault {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    }
    parsed
}
