//! What a report is asked.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{DecodeError, decode};
use crate::page::Item;
use crate::reports::model::Report;

/// Over which time a report is asked to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportRange {
    /// By a word: `MONTH_TO_DATE`, `LAST_MONTH`, `YEAR_TO_DATE` and others.
    Relative(String),
    /// By two times in RFC 3339.
    Fixed {
        /// From when.
        from: String,
        /// Until when.
        to: String,
    },
}

/// The smallest question that a report is known to answer (Ion API notes 2.8).
#[derive(Debug, Clone, PartialEq)]
pub struct ReportQuery {
    /// Id of the report.
    pub report_id: String,
    /// Its module, such as `REPORTS_REPORTS_MODULE`.
    pub module: String,
    /// Its category, such as `BILLING_REPORTS`.
    pub category: String,
    /// Over which time.
    pub range: ReportRange,
    /// Columns as the report's metadata tells them. Without any, Ion takes those that were saved.
    pub selected_columns: Vec<Value>,
}

impl ReportQuery {
    /// Every column of a report over this time. The report is one that was read with its metadata.
    pub fn of(report: &Item<Report>, range: ReportRange) -> Result<Self, DecodeError> {
        let told = report.decode()?;
        let specs: WithSpecs = decode(report.raw())?;
        Ok(Self {
            report_id: told.report_id.unwrap_or_default(),
            module: told.report_module.unwrap_or_default(),
            category: told.category.unwrap_or_default(),
            range,
            selected_columns: specs
                .specs
                .and_then(|specs| specs.all_columns)
                .unwrap_or_default(),
        })
    }

    /// The body that is posted. It is spelled as clients spell it that are known to work: in part by other names than those described,
    /// which Ion takes as well.
    pub fn to_json(&self) -> Value {
        let range = match &self.range {
            ReportRange::Relative(word) => json!({ "relative_date_range": word }),
            ReportRange::Fixed { from, to } => {
                json!({ "fixed_date_range": { "start_date": from, "end_date": to } })
            }
        };
        let mut specs = json!({ "date_range_option": { "selected_range": range } });
        if !self.selected_columns.is_empty() {
            specs["selectedColumns"] = self.selected_columns.clone().into();
        }
        json!({
            "reportId": self.report_id,
            "report_module": self.module,
            "category": self.category,
            "specs": specs,
        })
    }
}

#[derive(Deserialize)]
struct WithSpecs {
    specs: Option<Specs>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Specs {
    all_columns: Option<Vec<Value>>,
}

/// A report as it is posted: a question, or the whole of one, as JSON text. Its decimals go out as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportBody(String);

impl ReportBody {
    /// A whole report. An error where the text is no JSON.
    pub fn from_text(text: impl Into<String>) -> Result<Self, DecodeError> {
        let text = text.into();
        decode::<serde::de::IgnoredAny>(&text)?;
        Ok(Self(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&ReportQuery> for ReportBody {
    fn from(query: &ReportQuery) -> Self {
        Self(query.to_json().to_string())
    }
}
