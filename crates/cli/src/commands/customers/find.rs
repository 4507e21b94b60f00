//! The plan that is meant.

use anyhow::Context as _;
use domain::PlanId;
use domain::customer::CustomerField as Field;
use rules::customers::table::number_text;
use store::customers::{self, CustomerRow, PlanRow};

use super::On;

impl On<'_> {
    /// The plan of this id, or the one that waits.
    pub(super) async fn plan(
        &self,
        text: &str,
        connection: Option<&str>,
    ) -> anyhow::Result<PlanRow> {
        let conn = self.engine.store().read();
        if text == "waiting" {
            let connection = self.connection(connection).await?;
            return customers::find_waiting_plan(conn, connection)
                .await?
                .context("no plan waits; make one with: ionbridge customers sync --dry-run");
        }
        let plan = match text.parse::<PlanId>() {
            Ok(id) => customers::find_plan(conn, id).await?,
            Err(_) => None,
        };
        plan.with_context(|| {
            format!("there is no plan {text:?}; see: ionbridge customers plan list")
        })
    }
}

/// Number and name of a customer.
pub(super) fn called(row: &CustomerRow) -> String {
    format!(
        "{} {}",
        number_text(row.number),
        row.customer.fields.get(Field::Organisation)
    )
}
