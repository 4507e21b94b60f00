//! Provisioning templates: which attributes an order of a vendor's product takes (Ion API notes 2.7).

use serde_json::Value;

use crate::client::IonClient;
use crate::error::{Error, decode};
use crate::http::segment;

/// Provisioning templates of one account.
#[derive(Debug, Clone, Copy)]
pub struct Templates<'a> {
    pub(crate) ion: &'a IonClient,
    pub(crate) account: &'a str,
}

/// Which templates are asked for. What is `None` is not sent: clients are seen that send nothing and get all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateFilter {
    /// `MICROSOFT`, `GOOGLE`, `IBM` or `SOPHOS`. Described as required.
    pub vendor: Option<String>,
    /// Such as `azure`, `gcp`, `gws`, `ibm`, `sophos`, `nce` and `perpetual`.
    pub provider: Option<String>,
    /// `CREATE` or `UPDATE`.
    pub action: Option<String>,
}

/// A provisioning template.
///
/// The document is much like a JSON schema and is none: references are spelled `#/$defs/...` where the member is called `defs`, and the
/// members that it calls required are not those of the order's own description. It holds names of attributes and no values, so that
/// nothing in it is a secret.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    /// Its id, such as `provisiontemplate33`.
    pub id: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// The whole document.
    pub json: Value,
}

impl Templates<'_> {
    /// The templates that match. Ion answers with a list of them or with one alone.
    pub async fn list(self, filter: TemplateFilter) -> Result<Vec<Template>, Error> {
        let query: Vec<_> = [
            ("vendor", filter.vendor),
            ("provider", filter.provider),
            ("action", filter.action),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let answer = self.ion.get(&self.path(), &query).await?;
        let mut answer: Value = decode(&answer.body)?;
        let documents = match answer["provisioningReferences"].take() {
            Value::Object(mut list) => list.remove("refs").unwrap_or_default(),
            documents => documents,
        };
        let documents = match documents {
            Value::Array(documents) => documents,
            _ => Vec::new(),
        };
        let one = answer["provisioningReference"].take();
        Ok(documents
            .into_iter()
            .chain(Some(one))
            .filter(Value::is_object)
            .map(Template::of)
            .collect())
    }

    /// One template.
    pub async fn get(self, id: &str) -> Result<Template, Error> {
        let path = format!("{}/{}", self.path(), segment(id));
        let answer = self.ion.get(&path, &[]).await?;
        let mut document: Value = decode(&answer.body)?;
        // Described bare; a list that has one alone wraps it.
        if document["provisioningReference"].is_object() {
            document = document["provisioningReference"].take();
        }
        Ok(Template::of(document))
    }

    fn path(self) -> String {
        let account = segment(self.account);
        format!("/api/v3/accounts/{account}/provisionTemplates")
    }
}

impl Template {
    fn of(json: Value) -> Self {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            id: text("id"),
            title: text("title"),
            description: text("description"),
            json,
        }
    }
}
