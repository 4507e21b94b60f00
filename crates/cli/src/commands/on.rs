//! What a command works on, and the customer or connection that is meant.

use anyhow::{Context as _, bail};
use domain::customer::CustomerField as Field;
use domain::{ConnectionId, CustomerId};
use engine::Engine;
use rules::customers::name::fold;
use rules::customers::table::{number_text, read_number};
use store::customers::{self, CustomerFilter, CustomerRow};

use super::{Host, pick};
use crate::output::Output;

/// What a command works on.
pub(super) struct On<'a> {
    pub(super) engine: Engine,
    pub(super) host: &'a dyn Host,
    pub(super) out: Output,
}

impl On<'_> {
    /// The customer of this number, id or whole name.
    pub(super) async fn customer(&self, text: &str) -> anyhow::Result<CustomerRow> {
        let conn = self.engine.store().read();
        let unknown =
            || format!("there is no customer {text:?}; find it with: ionbridge customers list");
        if let Ok(id) = text.parse::<CustomerId>() {
            return customers::find(conn, id).await?.with_context(unknown);
        }
        if let Some(number) = read_number(text).or_else(|| text.parse().ok()) {
            return customers::find_by_number(conn, number)
                .await?
                .with_context(unknown);
        }
        let filter = CustomerFilter {
            text: text.to_owned(),
            limit: 500,
            ..CustomerFilter::default()
        };
        let page = customers::search(conn, &filter).await?;
        let mut named: Vec<CustomerRow> = page
            .customers
            .into_iter()
            .map(|hit| hit.row)
            .filter(|row| fold(row.customer.fields.get(Field::Organisation)) == fold(text.trim()))
            .collect();
        match named.len() {
            0 => bail!(unknown()),
            1 => Ok(named.remove(0)),
            _ => {
                let all: Vec<String> = named.iter().map(|row| number_text(row.number)).collect();
                bail!(
                    "{} customers are called {text:?}; name one of: {}",
                    all.len(),
                    all.join(", ")
                )
            }
        }
    }

    /// The connection that is meant.
    pub(super) async fn connection(&self, wanted: Option<&str>) -> anyhow::Result<ConnectionId> {
        Ok(pick(&self.engine, wanted).await?.id)
    }

    /// The connection that is meant, where one is named.
    pub(super) async fn named_connection(
        &self,
        wanted: Option<&str>,
    ) -> anyhow::Result<Option<ConnectionId>> {
        match wanted {
            Some(wanted) => self.connection(Some(wanted)).await.map(Some),
            None => Ok(None),
        }
    }
}
