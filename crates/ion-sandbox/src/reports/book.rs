//! Every report that is saved.

use serde_json::{Value, json};

use super::columns::{COLUMNS, Column};
use crate::catalog::CURRENCY;
use crate::stamp::Stamp;

/// A report.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) category: String,
    pub(super) module: String,
    /// Ids of the columns that were chosen.
    pub(super) chosen: Vec<&'static str>,
    /// A word such as `MONTH_TO_DATE`.
    pub(super) range: String,
}

/// Every report.
#[derive(Debug)]
pub(crate) struct ReportBook {
    pub(super) reports: Vec<Report>,
}

impl ReportBook {
    pub(crate) fn new() -> Self {
        let report = |id, name: &str, chosen: &[&'static str], range: &str| Report {
            id,
            name: name.to_owned(),
            category: "BILLING_REPORTS".to_owned(),
            module: "REPORTS_REPORTS_MODULE".to_owned(),
            chosen: chosen.to_vec(),
            range: range.to_owned(),
        };
        let costs = ["799014", "799055", "799059", "799020", "799023"];
        let licences = ["799013", "799032", "799033", "799057", "799051", "799059"];
        Self {
            reports: vec![
                report(49_038, "Costs by customer", &costs, "MONTH_TO_DATE"),
                report(49_041, "Licences", &licences, "YEAR_TO_DATE"),
            ],
        }
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        let id: u64 = id.parse().ok()?;
        self.reports.iter().position(|one| one.id == id)
    }
}

impl Report {
    /// Without its specifications, as the list shows it.
    pub(super) fn brief(&self) -> Value {
        json!({
            "reportId": self.id.to_string(),
            "displayName": self.name,
            "category": self.category,
            "createdBy": "API Order Account",
            "lastUpdatedBy": "API Order Account",
            "createTime": "2024-08-29T12:34:29Z",
            "reportTemplateId": "azure_plan_billing",
            "reportModule": self.module,
        })
    }

    /// With its specifications; `range` is what its word of time means today.
    pub(super) fn whole(&self, range: Option<(Stamp, Stamp)>) -> Value {
        let known = |one: &Column| {
            let mut column =
                json!({"id": one.id, "displayName": one.name, "columnTemplateId": one.template});
            if one.groupable() {
                column["groupable"] = true.into();
            }
            column
        };
        let chosen = |(n, id): (usize, &&'static str)| {
            let one = super::columns::find(id)?;
            let mut column = json!({"id": one.id, "displayName": one.name, "valueType": one.kind, "columnHeading": one.heading(), "columnTemplateId": one.template});
            if one.groupable() && n < 2 {
                column["groupingLevel"] = (n + 1).into();
            }
            if one.kind == "MONEY" {
                column["aggType"] = "SUM".into();
            }
            Some(column)
        };
        let mut selected = json!({"relativeDateRange": self.range});
        if let Some((from, to)) = range {
            selected["relativeActualDateRange"] =
                json!({"startDate": from.to_string(), "endDate": to.to_string()});
        }
        let euro = json!({"code": CURRENCY, "symbol": "€", "name": "Euro", "displayOrder": 5});
        let mut body = self.brief();
        body["providerIds"] = json!(["30"]);
        body["specs"] = json!({
            "allColumns": COLUMNS.iter().map(known).collect::<Vec<_>>(),
            "selectedColumns": self.chosen.iter().enumerate().filter_map(chosen).collect::<Vec<_>>(),
            "dateRangeOption": {"selectedRange": selected},
            "currencyOption": {"availableCurrencies": [euro], "selectedCurrency": euro},
        });
        body
    }
}
