//! What people and programs see of a connection.

use domain::ConnectionId;
use domain::connection::{ConnectionStatus, VendorProfile};
use jiff::Timestamp;
use rules::tokens::{Cause, LIFE_DAYS, WARNING_DAYS, days_left};
use store::connections::ConnectionRow;
use store::tokens::AttemptRow;

use super::ConnectionError;
use crate::Engine;

/// A connection, without anything secret.
#[derive(Debug, Clone)]
pub struct ConnectionOverview {
    /// Our id.
    pub id: ConnectionId,
    /// Name that people gave it.
    pub name: String,
    /// Ion's account.
    pub account_id: String,
    /// Its fixed address.
    pub base_url: String,
    /// A sandbox: wears the TEST banner.
    pub sandbox: bool,
    /// State of its login.
    pub status: ConnectionStatus,
    /// Since when.
    pub status_since: Timestamp,
    /// Why a person must act, in words.
    pub status_cause: Option<String>,
    /// Ends within the days of the first warning.
    pub expires_soon: bool,
    /// How long its credential lives.
    pub life: Option<Life>,
    /// When its access token ends.
    pub access_expires_at: Timestamp,
    /// When it was last refreshed.
    pub refreshed_at: Timestamp,
    /// When it is refreshed next.
    pub next_refresh_at: Option<Timestamp>,
    /// What Ion does with old access tokens, as far as seen.
    pub profile: VendorProfile,
    /// Refreshes that succeeded.
    pub refreshes: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// The last exchanges, the newest first.
    pub attempts: Vec<AttemptRow>,
}

/// How long a credential lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whole days until then.
    pub days_left: i64,
    /// Days that it had.
    pub of_days: i64,
}

impl Engine {
    /// A connection.
    pub async fn overview(
        &self,
        connection: ConnectionId,
    ) -> Result<ConnectionOverview, ConnectionError> {
        let row = self.connection_row(connection).await?;
        let attempts = store::tokens::list_attempts(self.store().read(), connection, 10).await?;
        Ok(overview(row, attempts, self.clock().now()))
    }

    /// Every connection that is set up, the oldest first.
    pub async fn list_overviews(&self) -> Result<Vec<ConnectionOverview>, ConnectionError> {
        let now = self.clock().now();
        Ok(store::connections::list(self.store().read())
            .await?
            .into_iter()
            .map(|row| overview(row, Vec::new(), now))
            .collect())
    }
}

fn overview(row: ConnectionRow, attempts: Vec<AttemptRow>, now: Timestamp) -> ConnectionOverview {
    let life = row.refresh_expires_at.map(|ends_at| Life {
        ends_at,
        days_left: days_left(ends_at, now).max(0),
        of_days: LIFE_DAYS,
    });
    let login = row.login;
    let waits = matches!(
        login.status,
        ConnectionStatus::Active | ConnectionStatus::Rechecking
    );
    let status_cause = match (login.cause, login.loss) {
        (Some(Cause::Refused), _) => Some("Ion refused the refresh token again and again: it was used elsewhere, or new credentials were requested in Ion".to_owned()),
        (Some(Cause::ReplyLost), Some(loss)) => Some(format!("its last answer was lost on {}", loss.at.strftime("%-d %b %Y at %H:%M UTC"))),
        (Some(Cause::ReplyLost), None) => Some("its last answer was lost".to_owned()),
        (Some(Cause::Restored), _) => Some("it was restored from a backup, and its token may have been used since".to_owned()),
        (Some(Cause::Ended), _) => Some("its 32 days are over".to_owned()),
        (None, _) => None,
    };
    ConnectionOverview {
        id: row.id,
        name: row.name,
        account_id: row.account_id,
        base_url: row.base_url,
        sandbox: row.sandbox,
        status: login.status,
        status_since: row.status_since,
        status_cause,
        expires_soon: life.is_some_and(|life| life.days_left < WARNING_DAYS[0]),
        life,
        access_expires_at: login.access_expires_at,
        refreshed_at: login.refreshed_at,
        next_refresh_at: waits.then_some(login.next_refresh_at),
        profile: login.profile,
        refreshes: row.refreshes,
        created_at: row.created_at,
        created_by: row.created_by,
        attempts,
    }
}
