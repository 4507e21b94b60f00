//! What vendors ask for: read by a job, kept, and filled in from our own knowledge where Ion gives nothing.

use domain::ConnectionId;
use domain::order::{OrderLine, Template};
use jiff::Timestamp;
use rules::orders::attributes::{Vendor, default_template, template_words, with_known_needs};
use rules::orders::draft::{TemplateSource, TemplateView};
use rules::orders::template::read_templates;
use rules::subscriptions::change::action_of;
use store::orders::{self, OrderRow, TemplateRow};
use store::queue::Payload;
use store::{ConnectionTrait, StoreError, Tx};

use super::error::{OrderError, SubmitError};
use super::jobs::JobEnd;
use super::way::way;
use super::words;
use crate::Engine;

/// Where the template of a line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateState {
    /// Ion's, as last read.
    Fresh,
    /// Asked for, and not there yet; until then our own is shown.
    Waiting,
    /// It could not be read; our own is shown. The text says why.
    Failed(String),
    /// Ion has none for this vendor: our own.
    BuiltIn,
}

/// What is known of the template of a line.
#[derive(Debug)]
pub(super) struct LineTemplate {
    pub(super) shown: Option<Template>,
    pub(super) state: TemplateState,
    pub(super) view: TemplateView,
}

/// A template is read again after this time.
const FRESH_FOR: std::time::Duration = std::time::Duration::from_secs(86_400);

/// What a line's vendor asks for, as far as it is known.
pub(super) async fn template_of(
    conn: &impl ConnectionTrait,
    row: &OrderRow,
    line: &OrderLine,
) -> Result<LineTemplate, StoreError> {
    let found = match template_words(line) {
        Some((vendor, provider, action)) => {
            orders::find_template(conn, row.connection, vendor, provider, action).await?
        }
        None => None,
    };
    let asked = template_words(line).is_some();
    let (template, source, state) = match found {
        Some(TemplateRow {
            template: Some(template),
            changed_at,
            ..
        }) => {
            let source = if changed_at > row.edited_at {
                TemplateSource::Changed
            } else {
                TemplateSource::Ion
            };
            (Some(template), source, TemplateState::Fresh)
        }
        Some(TemplateRow {
            failed: Some(why), ..
        }) => (
            None,
            TemplateSource::Unavailable,
            TemplateState::Failed(why),
        ),
        Some(_) => (None, TemplateSource::BuiltIn, TemplateState::BuiltIn),
        None if asked => (None, TemplateSource::BuiltIn, TemplateState::Waiting),
        None => (None, TemplateSource::BuiltIn, TemplateState::BuiltIn),
    };
    let template = template.unwrap_or_else(|| {
        let vendor = Vendor::of(&line.provider_id, &line.vendor);
        default_template(vendor, action_of(line))
    });
    let shown = with_known_needs(template.clone(), line);
    Ok(LineTemplate {
        shown: (!shown.fields.is_empty()).then_some(shown),
        state,
        view: TemplateView { template, source },
    })
}

impl Engine {
    /// Asks for a vendor's template to be read by a job. `vendor`, `provider` and `action` are Ion's words.
    pub async fn request_template(
        &self,
        connection: ConnectionId,
        vendor: &str,
        provider: &str,
        action: &str,
    ) -> Result<(), OrderError> {
        let tx = self.store().begin().await?;
        self.enqueue_template(&tx, connection, (vendor, provider, action))
            .await?;
        Ok(tx.commit().await?)
    }

    /// Asks for those templates of an order's lines that are missing or old.
    pub(super) async fn want_templates(&self, tx: &Tx, row: &OrderRow) -> Result<(), StoreError> {
        let now = self.order_time();
        for line in &row.content.lines {
            let Some((vendor, provider, action)) = template_words(line) else {
                continue;
            };
            let known = orders::find_template(tx, row.connection, vendor, provider, action).await?;
            let fresh = known.is_some_and(|known| {
                known.failed.is_none() && now < super::facts::plus(known.read_at, FRESH_FOR)
            });
            if !fresh {
                self.enqueue_template(tx, row.connection, (vendor, provider, action))
                    .await?;
            }
        }
        Ok(())
    }

    async fn enqueue_template(
        &self,
        tx: &Tx,
        connection: ConnectionId,
        (vendor, provider, action): (&str, &str, &str),
    ) -> Result<(), StoreError> {
        let payload = Payload::ReadTemplate {
            connection,
            vendor: vendor.to_owned(),
            provider: provider.to_owned(),
            action: action.to_owned(),
        };
        let key = format!("template:{connection}:{vendor}:{provider}:{action}");
        self.wake(tx, payload, &key, self.order_time()).await
    }
}

/// Reads what a vendor asks for. `vendor`, `provider` and `action` are Ion's words.
pub async fn read_template(
    engine: &Engine,
    connection: ConnectionId,
    vendor: &str,
    provider: &str,
    action: &str,
) -> Result<JobEnd, SubmitError> {
    let conn = engine.store().read();
    let known = orders::find_template(conn, connection, vendor, provider, action).await?;
    let Some((ion, row)) = way(engine, connection).await? else {
        return Ok(JobEnd::Done);
    };
    let answer = ion
        .templates(&row.account_id)
        .list(ion_client::TemplateFilter {
            vendor: Some(vendor.to_owned()),
            provider: Some(provider.to_owned()),
            action: Some(action.to_owned()),
        })
        .await;
    let now = engine.order_time();
    let (template, hash, failed) = match answer {
        Ok(found) => {
            let documents: Vec<_> = found.into_iter().map(|template| template.json).collect();
            let text = serde_json::to_vec(&documents).unwrap_or_default();
            let template = documents
                .iter()
                .flat_map(read_templates)
                .find(|template| !template.fields.is_empty());
            (template, *blake3::hash(&text).as_bytes(), None)
        }
        // What was known before is still shown; that it could not be read again is told with it.
        Err(error) => {
            let why = words::cause(&error);
            match &known {
                Some(known) => (known.template.clone(), known.hash, Some(why)),
                None => (None, [0; 32], Some(why)),
            }
        }
    };
    let changed_at = match &known {
        // The first reading changes nothing that anybody saw.
        None => Timestamp::UNIX_EPOCH,
        Some(known) if known.template == template => known.changed_at,
        Some(known) if known.template.is_none() && known.failed.is_some() => known.changed_at,
        Some(_) => now,
    };
    let new = TemplateRow {
        connection,
        vendor: vendor.to_owned(),
        provider: provider.to_owned(),
        action: action.to_owned(),
        template,
        hash,
        read_at: now,
        changed_at,
        failed,
    };
    let tx = engine.store().begin().await?;
    orders::save_template(&tx, &new).await?;
    tx.commit().await?;
    Ok(JobEnd::Done)
}
