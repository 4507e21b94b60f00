//! The loop that keeps logins alive, and the warnings that people get in time.

use std::time::Duration;

use domain::connection::ConnectionStatus;
use domain::notice::{NoticeKind, Severity};
use ion_client::oauth::Validation;
use rules::tokens::settle::settle_probe;
use rules::tokens::{Cause, Login, Probe, Step, next, warning_due};
use store::Tx;
use store::connections::ConnectionRow;
use tokio_util::sync::CancellationToken;

use super::ConnectionError;
use crate::Engine;
use crate::notices::{NewNotice, raise};

/// How often the logins are looked at; reading a handful of rows.
const LOOK: Duration = Duration::from_secs(1);

impl Engine {
    /// Keeps every login alive until it is told to stop. Any number of replicas may run it: each exchange is made by one.
    pub async fn keep_logins(&self, stop: CancellationToken) {
        let mut under_way = tokio_util::task::TaskTracker::new();
        loop {
            if let Err(error) = self.keep_logins_once(&mut under_way).await {
                tracing::warn!(error = %error, "logins could not be looked at; tried again in a second");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => break,
            }
        }
        under_way.close();
        under_way.wait().await;
    }

    /// One look at every login, with all that it starts carried to its end.
    pub async fn look_at_logins(&self) -> Result<(), ConnectionError> {
        let mut under_way = tokio_util::task::TaskTracker::new();
        let looked = self.keep_logins_once(&mut under_way).await;
        under_way.close();
        under_way.wait().await;
        looked
    }

    /// One look at every login: settles what an earlier process left, starts what is due, warns.
    async fn keep_logins_once(
        &self,
        under_way: &mut tokio_util::task::TaskTracker,
    ) -> Result<(), ConnectionError> {
        self.recover().await?;
        for row in store::connections::list(self.store().read()).await? {
            self.warn_of_end(&row).await?;
            let now = self.clock().now();
            match next(&row.login, now, self.known_for(row.id, &row.login)) {
                Step::Rest | Step::Wait(_) => {}
                Step::Refresh(why) => {
                    let engine = self.clone();
                    under_way.spawn(async move {
                        if let Err(error) = engine.refresh_shared(row.id, row.login, why).await {
                            tracing::warn!(error = %error, connection = %row.id, "a login could not be refreshed");
                        }
                    });
                }
                Step::Probe => self.probe_now(row.id).await,
            }
        }
        Ok(())
    }

    /// Asks Ion whether the old access token lives, after a reply was lost.
    pub(super) async fn probe_now(&self, connection: domain::ConnectionId) {
        if let Err(error) = self.probe(connection).await {
            tracing::warn!(error = %error, connection = %connection, "the old access token could not be looked at");
        }
    }

    async fn probe(&self, connection: domain::ConnectionId) -> Result<(), ConnectionError> {
        let row = self.connection_row(connection).await?;
        let Some(pair) = store::tokens::find_pair(
            self.store().read(),
            self.sealer(),
            connection,
            row.login.generation,
        )
        .await?
        else {
            return Ok(());
        };
        let found = match self
            .settings()
            .ion
            .at(&row.base_url)
            .oauth()?
            .validate(&pair.access)
            .await
        {
            Ok(Validation::Alive { .. }) => Probe::Alive,
            Ok(Validation::Dead { .. }) => Probe::Dead,
            Err(_) => Probe::Unknown,
        };
        let (now, decided) = (self.clock().now(), row.login);
        let tx = self.store().begin().await?;
        let Some(row) = store::connections::find_locked(self.store(), &tx, connection).await?
        else {
            return Ok(());
        };
        let Some(next) = settle_probe(&decided, &row.login, found, now) else {
            return Ok(());
        };
        store::connections::set_login(&tx, connection, row.login.generation, &next, now).await?;
        self.tell(&tx, &row, &next).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Warns at 14, 7, 3 and 1 days before the end, once each.
    async fn warn_of_end(&self, row: &ConnectionRow) -> Result<(), ConnectionError> {
        let now = self.clock().now();
        let Some(end) = row.refresh_expires_at else {
            return Ok(());
        };
        let Some(days) = warning_due(end, now, row.warned_days) else {
            return Ok(());
        };
        if row.login.status == ConnectionStatus::NeedsNewCredentials {
            return Ok(());
        }
        let when = end.strftime("%-d %b %Y at %H:%M UTC");
        let tx = self.store().begin().await?;
        raise(
            self,
            &tx,
            NewNotice {
                kind: NoticeKind::LoginEndsSoon,
                severity: if days <= 3 { Severity::Bad } else { Severity::Warn },
                connection: Some(row.id),
                run: None,
                title: format!("The login to \"{}\" ends in {}", row.name, if days == 1 { "a day".to_owned() } else { format!("{days} days") }),
                text: format!("It ends on {when}. Paste new credentials before then; links, prices and everything else stay."),
                dedupe_key: format!("login-ends:{}:{end}:{days}", row.id),
            },
        )
        .await?;
        store::connections::set_warned(&tx, row.id, Some(days)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The notice of a login whose state changes, in the transaction of the change.
pub(super) async fn notice_of_change(
    engine: &Engine,
    tx: &Tx,
    row: &ConnectionRow,
    next: &Login,
) -> Result<(), ConnectionError> {
    let now = engine.clock().now();
    let name = &row.name;
    let (kind, severity, title, text) = match next.status {
        ConnectionStatus::Rechecking => (
            NoticeKind::RefreshRefused,
            Severity::Warn,
            format!("Ion refused to refresh the login to \"{name}\""),
            "It may be a passing fault of Ion: the same token is tried again after 1, 5 and 15 minutes. Until then the present access is used. Nothing needs to be done yet.".to_owned(),
        ),
        ConnectionStatus::Unclear => (
            NoticeKind::RefreshUnclear,
            Severity::Warn,
            format!("The answer to a refresh of \"{name}\" was lost"),
            "The old access is used while it lives; what can be done without harm is done by itself. Have new credentials at hand.".to_owned(),
        ),
        ConnectionStatus::NeedsNewCredentials => (
            NoticeKind::NeedsNewCredentials,
            Severity::Bad,
            format!("\"{name}\" needs new credentials"),
            match next.cause {
                Some(Cause::ReplyLost) => "Ion no longer accepts this login: its last answer was lost. Everything is kept and goes on when you paste new credentials.".to_owned(),
                Some(Cause::Restored) => "This installation was restored from a backup, and Ion's single-use token in it may have been used since. Everything is kept and goes on when you paste new credentials.".to_owned(),
                Some(Cause::Ended) => "Its 32 days are over. Everything is kept and goes on when you paste new credentials.".to_owned(),
                _ => "Ion no longer accepts this login: it was used elsewhere, or new credentials were requested in Ion. Everything is kept and goes on when you paste new credentials.".to_owned(),
            },
        ),
        ConnectionStatus::Active => {
            // Whatever was said of this login before no longer holds, but for when it ends: a refresh changes nothing about that.
            let scope = store::notices::Scope::Except;
            store::notices::resolve_kind(tx, row.id, NoticeKind::LoginEndsSoon, scope, now).await?;
            (NoticeKind::Recovered, Severity::Info, format!("The login to \"{name}\" works again"), "It was refreshed. Nothing needs to be done.".to_owned())
        }
        ConnectionStatus::NotFinished | ConnectionStatus::Paused | ConnectionStatus::Removed => return Ok(()),
    };
    raise(
        engine,
        tx,
        NewNotice {
            kind,
            severity,
            connection: Some(row.id),
            run: None,
            title,
            text,
            dedupe_key: format!("{kind}:{}:{}", row.id, engine.ids().uuid()),
        },
    )
    .await?;
    Ok(())
}
