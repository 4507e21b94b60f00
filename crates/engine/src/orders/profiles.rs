//! What customers have at the vendors' clouds: read by a job once somebody orders for them, and kept.

use domain::ConnectionId;
use domain::customer::CloudProfile;
use jiff::Timestamp;
use store::customers::{self, CloudProfilesRow};
use store::orders::OrderRow;
use store::queue::Payload;
use store::{StoreError, Tx};

use super::error::SubmitError;
use super::facts::plus;
use super::jobs::JobEnd;
use super::way::way;
use super::words;
use crate::Engine;

/// Profiles are read again after this time.
const FRESH_FOR: std::time::Duration = std::time::Duration::from_secs(86_400);

impl Engine {
    /// Asks for the profiles of the customer of a draft, where they are missing or old.
    pub(super) async fn want_cloud_profiles(
        &self,
        tx: &Tx,
        row: &OrderRow,
    ) -> Result<(), StoreError> {
        if row.ion_customer_id.is_empty() {
            return Ok(());
        }
        let now = self.order_time();
        let known =
            customers::find_cloud_profiles(tx, row.connection, &row.ion_customer_id).await?;
        if known.is_some_and(|known| known.failed.is_none() && now < plus(known.read_at, FRESH_FOR))
        {
            return Ok(());
        }
        let payload = Payload::ReadCloudProfiles {
            connection: row.connection,
            ion_customer_id: row.ion_customer_id.clone(),
        };
        let key = format!("profiles:{}:{}", row.connection, row.ion_customer_id);
        self.wake(tx, payload, &key, now).await
    }
}

/// Reads what a customer has at the vendors' clouds (Ion API notes 2.2).
pub async fn read_cloud_profiles(
    engine: &Engine,
    connection: ConnectionId,
    ion_customer_id: &str,
) -> Result<JobEnd, SubmitError> {
    let conn = engine.store().read();
    let known = customers::find_cloud_profiles(conn, connection, ion_customer_id).await?;
    let Some((ion, row)) = way(engine, connection).await? else {
        return Ok(JobEnd::Done);
    };
    let answer = ion
        .customers(&row.account_id)
        .cloud_profiles(ion_customer_id)
        .await;
    let now = engine.order_time();
    let (before, changed_at) = known.map_or((Vec::new(), Timestamp::UNIX_EPOCH), |known| {
        (known.profiles, known.changed_at)
    });
    let (profiles, failed) = match answer {
        Ok(found) => (found.into_iter().map(profile).collect(), None),
        // What was known before still stands.
        Err(error) => (before.clone(), Some(words::cause(&error))),
    };
    let new = CloudProfilesRow {
        connection,
        ion_customer_id: ion_customer_id.to_owned(),
        changed_at: if profiles == before { changed_at } else { now },
        profiles,
        read_at: now,
        failed,
    };
    let tx = engine.store().begin().await?;
    customers::save_cloud_profiles(&tx, &new).await?;
    tx.commit().await?;
    Ok(JobEnd::Done)
}

fn profile(found: ion_client::CloudProfile) -> CloudProfile {
    CloudProfile {
        provider_id: found
            .provider_id
            .map_or_else(String::new, |id| id.to_string()),
        vendor: found.display_name.unwrap_or_default(),
        domain: found.customer_domain.unwrap_or_default(),
        tenant_id: found.customer_tenant_id.unwrap_or_default(),
        agreement: found.agreement_status.unwrap_or_default(),
    }
}
