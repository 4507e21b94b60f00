//! Reports: which there are, and what they tell (Ion API notes 2.8).

mod csv;
mod model;
mod query;

use futures::Stream;
use http::Method;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::IonClient;
use crate::error::{Error, decode};
use crate::http::segment;
use crate::model::{text, texts, whole};
use crate::page::{Item, find};
use crate::write::WriteError;

pub use model::{
    Report, ReportColumn, ReportConversion, ReportCurrencies, ReportCurrency, ReportDates,
    ReportDetails, ReportFilter, ReportFilterSpan, ReportFilterValue, ReportInvoiceKey, ReportKey,
    ReportLink, ReportMoney, ReportParam, ReportRangeTold, ReportRate, ReportRow, ReportSearch,
    ReportSpan, ReportSpecs, ReportStep, ReportStepData, ReportSteps, ReportValue,
};
pub use query::{ReportBody, ReportQuery, ReportRange};

/// Reports of one account.
#[derive(Debug, Clone, Copy)]
pub struct Reports<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

/// What a report tells.
#[derive(Debug)]
pub struct ReportData {
    /// The report with its columns.
    pub report: Option<Item<Report>>,
    /// Its rows, each decoded when asked.
    pub rows: Vec<Item<ReportRow>>,
    /// Rows in this answer, as Ion counts them.
    pub result_count: Option<u64>,
    /// Rows that there are.
    pub available_rows: Option<u64>,
    /// How old the data is, as received.
    pub cache_timestamp: Option<String>,
    /// Size of the answer.
    pub bytes: usize,
}

/// A report as CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportCsv {
    /// The whole of it.
    pub text: String,
    /// Rows in it, as Ion counts them.
    pub result_count: Option<u64>,
}

/// Which cached report is made anew. What is `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshCache {
    /// Id of the report; required.
    pub report_id: String,
    /// Billed from when, in RFC 3339.
    pub billing_period_start: Option<String>,
    /// Billed until when, in RFC 3339.
    pub billing_period_end: Option<String>,
    /// Kind of event; its words are not documented.
    pub event_type: Option<String>,
    /// When that happened, in RFC 3339.
    pub publish_time: Option<String>,
}

impl Reports<'_> {
    /// The reports of a module, such as `REPORTS_REPORTS_MODULE`, without their specs.
    pub async fn list(self, module: Option<&str>) -> Result<Vec<Item<Report>>, Error> {
        let module = module.map(|module| ("module", module.to_owned()));
        let answer = self.ion.get(&self.path(), module.as_slice()).await?;
        Ok(find(&answer.body, &["reports"])?.take_items())
    }

    /// One report, with its specs where the metadata is asked for.
    pub async fn get(self, id: &str, metadata: bool) -> Result<Item<Report>, Error> {
        let query = [("includeMetadata", metadata.to_string())];
        let answer = self.ion.get(&self.path_of(id, ""), &query).await?;
        Ok(Item::new(decode(&answer.body)?))
    }

    /// Deletes a report.
    pub async fn delete(self, id: &str) -> Result<(), WriteError> {
        let path = self.path_of(id, "");
        self.ion.command(Method::DELETE, &path, None).await
    }

    /// Saves a report, and gives the id that it has then. Sent once.
    pub async fn save(self, id: &str, report: &ReportBody) -> Result<Option<String>, WriteError> {
        let path = self.path_of(id, "");
        let answer = self
            .ion
            .write(Method::POST, &path, Some(report.as_str()))
            .await?;
        let saved: Saved = decode(&answer.body).map_err(WriteError::unreadable)?;
        Ok(saved.report_id)
    }

    /// What a report would be made of, without data.
    pub async fn definition(self, id: &str, asked: &ReportBody) -> Result<Item<Report>, Error> {
        let body = self.ask(id, "/report", asked).await?;
        let defined: Defined = decode(&body)?;
        match defined.report {
            Some(report) => Ok(Item::new(report)),
            // Described in an envelope; the report that is read bare elsewhere is read so here.
            None => Ok(Item::new(decode(&body)?)),
        }
    }

    /// The data of a report.
    pub async fn data(self, id: &str, asked: &ReportBody) -> Result<ReportData, Error> {
        let body = self.ask(id, "/data", asked).await?;
        let told: Told = decode(&body)?;
        let rows = told.results.and_then(|results| results.rows);
        Ok(ReportData {
            report: told.report.map(Item::new),
            rows: rows
                .unwrap_or_default()
                .into_iter()
                .map(Item::new)
                .collect(),
            result_count: count(told.result_count),
            available_rows: count(told.available_rows_count),
            cache_timestamp: told.cache_timestamp,
            bytes: body.len(),
        })
    }

    /// How price and cost of a row came about.
    pub async fn details(self, id: &str, asked: &ReportBody) -> Result<Item<ReportDetails>, Error> {
        let body = self.ask(id, "/details", asked).await?;
        Ok(Item::new(decode(&body)?))
    }

    /// The data of a report as CSV.
    pub async fn csv(self, id: &str, asked: &ReportBody) -> Result<ReportCsv, Error> {
        let body = self.ask(id, "/reportDataCsv", asked).await?;
        let csv: Csv = decode(&body)?;
        Ok(ReportCsv {
            text: csv.results.unwrap_or_default(),
            result_count: count(csv.result_count),
        })
    }

    /// The data of a report as CSV while it arrives, in parts that end anywhere. All of it may take ten times the time-out of the
    /// settings. It is not repeated once it began.
    pub async fn csv_stream(
        self,
        id: &str,
        asked: &ReportBody,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send + use<>, Error> {
        let path = self.path_of(id, "/reportDataCsvStream");
        let answer = self.ion.open_post(&path, asked.as_str()).await?;
        csv::parts(answer, self.ion.max_body()).await
    }

    /// Makes cached reports of a provider anew, and gives the ids of those that were cached. May be repeated.
    pub async fn refresh_cache(
        self,
        provider: &str,
        refresh: &RefreshCache,
    ) -> Result<Vec<String>, Error> {
        let path = format!(
            "/api/v3/accounts/{}/providers/{}/refreshCacheEnhanced",
            segment(self.account),
            segment(provider)
        );
        let mut query = vec![("reportId", refresh.report_id.clone())];
        query.extend(
            [
                ("billingPeriodStart", &refresh.billing_period_start),
                ("billingPeriodEnd", &refresh.billing_period_end),
                ("orbiteraEventType", &refresh.event_type),
                ("publishTime", &refresh.publish_time),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?))),
        );
        let answer = self.ion.get(&path, &query).await?;
        let refreshed: Refreshed = decode(&answer.body)?;
        Ok(refreshed.report_ids.unwrap_or_default())
    }

    /// Asks a question. It changes nothing, so it is repeated like a read.
    async fn ask(self, id: &str, what: &str, asked: &ReportBody) -> Result<String, Error> {
        let path = self.path_of(id, what);
        Ok(self.ion.post_query(&path, asked.as_str()).await?.body)
    }

    fn path(self) -> String {
        format!("/api/v3/accounts/{}/reports", segment(self.account))
    }

    fn path_of(self, id: &str, rest: &str) -> String {
        format!("{}/{}{rest}", self.path(), segment(id))
    }
}

fn count(told: Option<i64>) -> Option<u64> {
    u64::try_from(told?).ok()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Saved {
    #[serde(deserialize_with = "text")]
    report_id: Option<String>,
}

#[derive(Deserialize)]
struct Defined {
    report: Option<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Told {
    report: Option<Box<RawValue>>,
    results: Option<Results>,
    #[serde(deserialize_with = "whole")]
    result_count: Option<i64>,
    #[serde(deserialize_with = "whole")]
    available_rows_count: Option<i64>,
    cache_timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Results {
    rows: Option<Vec<Box<RawValue>>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Csv {
    results: Option<String>,
    #[serde(deserialize_with = "whole")]
    result_count: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Refreshed {
    #[serde(deserialize_with = "texts")]
    report_ids: Option<Vec<String>>,
}
