//! *Save*: the checks, then one exchange of the refresh token, its pair stored in the same step.
//!
//! A set-up that is not finished is a connection of its own state. If the exchange succeeded and a later check failed, it keeps the
//! rotated pair sealed, so that mending one field never needs new credentials.

use std::time::Duration;

use domain::ConnectionId;
use domain::connection::{ConnectionStatus, CredentialField, VendorProfile};
use ion_client::oauth::Validation;
use rules::tokens::{Login, Observation, Why};
use store::StoreError;
use store::audit::Actor;
use store::connections::{ConnectionRow, NewConnection};
use store::tokens::TokenPair;

use super::ConnectionError;
use super::check::AccessState;
use super::draft::CredentialDraft;
use super::refresh::RefreshOutcome;
use super::report::{CheckReport, CheckState, CheckStep};
use crate::{Engine, IonSettings};

/// What the credentials are saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveTarget {
    /// A connection of its own.
    New,
    /// A connection of its own, or new credentials where its account is connected.
    NewOrReplace,
    /// New credentials of this connection.
    Existing(ConnectionId),
}

/// Credentials that are saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The connection.
    pub connection: ConnectionId,
    /// What was checked.
    pub report: CheckReport,
    /// They replaced older ones.
    pub replaced: bool,
}

/// Credentials that are not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// A check failed; the report names the field.
    #[error("the credentials do not work")]
    Refused(CheckReport),
    /// The account is connected: these may be new credentials for it.
    #[error(
        "account {account_id} is connected already, as \"{name}\"; save these as its new credentials"
    )]
    AlreadyConnected {
        /// The connection that there is.
        connection: ConnectionId,
        /// Its name.
        name: String,
        /// The account.
        account_id: String,
    },
    /// The connection belongs to another account, which cannot change.
    #[error("this connection belongs to account {expected}; another account is another connection")]
    OtherAccount {
        /// The account that it belongs to.
        expected: String,
    },
    /// Anything else.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl From<StoreError> for SaveError {
    fn from(error: StoreError) -> Self {
        Self::Connection(error.into())
    }
}

impl Engine {
    /// Checks credentials, proves them by one refresh, and saves the result.
    pub async fn save_credentials(
        &self,
        draft: CredentialDraft,
        target: SaveTarget,
        actor: &Actor,
    ) -> Result<Saved, SaveError> {
        let draft = draft.cleaned();
        let settings = self.settings_for(&draft);
        let existing = self.find_target(&draft, &settings, target).await?;
        let mut report = CheckReport::default();
        let candidate = match self.find_candidate(&draft, &settings).await? {
            // The rotated pair of an earlier Save with the same values is at hand: nothing is exchanged again.
            Some(candidate) if candidate.login.generation > 1 => {
                report.add(
                    CheckStep::RefreshToken,
                    CheckState::Passed,
                    CredentialField::RefreshToken,
                    "Refresh token proven",
                    "By an earlier Save; what it gave was kept",
                    Duration::ZERO,
                );
                candidate
            }
            earlier => {
                self.prove(&mut report, &draft, &settings, earlier, actor)
                    .await?
            }
        };
        self.check_with_new_pair(&mut report, &candidate, &draft, &settings)
            .await?;
        let connection = self
            .finish(&candidate, existing.as_ref(), &draft, actor)
            .await?;
        report.checks.sort_by_key(|check| check.step as u8);
        report.add(
            CheckStep::Stored,
            CheckState::Passed,
            CredentialField::None,
            "Saved",
            "The status is Active",
            Duration::ZERO,
        );
        Ok(Saved {
            connection,
            report,
            replaced: existing.is_some(),
        })
    }

    /// The connection that gets new credentials, where there is one.
    async fn find_target(
        &self,
        draft: &CredentialDraft,
        settings: &IonSettings,
        target: SaveTarget,
    ) -> Result<Option<ConnectionRow>, SaveError> {
        if let SaveTarget::Existing(id) = target {
            let row = self.connection_row(id).await?;
            return if row.account_id == draft.account_id {
                Ok(Some(row))
            } else {
                Err(SaveError::OtherAccount {
                    expected: row.account_id,
                })
            };
        }
        let same_account = store::connections::find_by_account(
            self.store().read(),
            &settings.base_url,
            &draft.account_id,
        )
        .await?;
        let fingerprint = self.sealer().fingerprint(&draft.refresh_token);
        let same_login = store::connections::find_by_fingerprint(self.store().read(), &fingerprint)
            .await?
            .filter(|row| row.login.status != ConnectionStatus::NotFinished);
        match same_account.or(same_login) {
            Some(row)
                if target == SaveTarget::NewOrReplace && row.account_id == draft.account_id =>
            {
                Ok(Some(row))
            }
            Some(row) => Err(SaveError::AlreadyConnected {
                connection: row.id,
                name: row.name,
                account_id: row.account_id,
            }),
            None => Ok(None),
        }
    }

    /// A set-up with this refresh token that was not finished.
    async fn find_candidate(
        &self,
        draft: &CredentialDraft,
        settings: &IonSettings,
    ) -> Result<Option<ConnectionRow>, SaveError> {
        let fingerprint = self.sealer().fingerprint(&draft.refresh_token);
        let found =
            store::connections::find_by_fingerprint(self.store().read(), &fingerprint).await?;
        Ok(found.filter(|row| {
            row.login.status == ConnectionStatus::NotFinished && row.base_url == settings.base_url
        }))
    }

    /// The checks that spend nothing, and then the exchange that proves the refresh token.
    async fn prove(
        &self,
        report: &mut CheckReport,
        draft: &CredentialDraft,
        settings: &IonSettings,
        earlier: Option<ConnectionRow>,
        actor: &Actor,
    ) -> Result<ConnectionRow, SaveError> {
        match self.check_access(report, draft, settings, false).await {
            AccessState::Failed => return Err(SaveError::Refused(report.clone())),
            AccessState::Alive => {
                if !self
                    .check_account(report, &draft.account_id, &draft.access_token, settings)
                    .await
                {
                    return Err(SaveError::Refused(report.clone()));
                }
            }
            AccessState::Expired => {
                report
                    .checks
                    .retain(|check| check.step == CheckStep::Reached);
                report.add(
                    CheckStep::AccessToken,
                    CheckState::Passed,
                    CredentialField::AccessToken,
                    "Access token expired, that is fine",
                    "We went on with the refresh token",
                    Duration::ZERO,
                );
            }
        }
        let candidate = match earlier {
            Some(earlier) => earlier,
            None => self.insert_candidate(draft, settings, actor).await?,
        };
        let started = self.clock().steady();
        let outcome = self
            .refresh_shared(candidate.id, candidate.login.clone(), Why::Asked)
            .await?;
        let took = self.clock().steady().saturating_sub(started);
        let fail = |report: &mut CheckReport, field, title: &str, detail: String| {
            report.fail(CheckStep::RefreshToken, field, title, detail, took);
            SaveError::Refused(report.clone())
        };
        match outcome {
            RefreshOutcome::Saved => {
                report.add(CheckStep::RefreshToken, CheckState::Passed, CredentialField::RefreshToken, "Refresh token proven", "Exchanged once; from now on this is done by itself", took);
                Ok(self.connection_row(candidate.id).await?)
            }
            RefreshOutcome::Refused(_) => Err(fail(
                report,
                CredentialField::RefreshToken,
                "Refresh token refused",
                "Already used or too old. Each one works once. Request new credentials in Ion (Settings -> Users -> Edit user -> Request New Credentials) and paste both here.".to_owned(),
            )),
            RefreshOutcome::NotSent(why) => Err(fail(report, CredentialField::None, "Not reached", format!("Ion could not be reached, nothing was sent ({why}). Press Save again."))),
            RefreshOutcome::Busy => Err(fail(report, CredentialField::None, "Too many requests", "Ion asks to come later; nothing was used up. Press Save again in a minute.".to_owned())),
            RefreshOutcome::Lost(why) => Err(fail(
                report,
                CredentialField::RefreshToken,
                "The answer was lost",
                format!("Ion may have used up the refresh token ({why}). Press Save again; if it is refused then, request new credentials in Ion."),
            )),
            RefreshOutcome::Superseded | RefreshOutcome::Elsewhere => Err(fail(report, CredentialField::None, "Busy", "Another server is saving the same credentials. Press Save again in a moment.".to_owned())),
        }
    }

    async fn insert_candidate(
        &self,
        draft: &CredentialDraft,
        settings: &IonSettings,
        actor: &Actor,
    ) -> Result<ConnectionRow, SaveError> {
        let now = self.clock().now();
        let id = ConnectionId::new(self.ids());
        let login = Login {
            status: ConnectionStatus::NotFinished,
            profile: VendorProfile::Unknown,
            generation: 1,
            access_expires_at: now,
            access_life: Duration::from_secs(7200),
            refreshed_at: now,
            next_refresh_at: now,
            refusals: 0,
            unsent: 0,
            loss: None,
            cause: None,
        };
        let new = NewConnection {
            id,
            name: draft.name.clone(),
            account_id: draft.account_id.clone(),
            base_url: settings.base_url.clone(),
            sandbox: settings.is_sandbox(),
            login,
            fingerprint: self.sealer().fingerprint(&draft.refresh_token),
            created_by: actor.name.clone(),
            at: now,
        };
        let tx = self.store().begin().await?;
        store::connections::insert(&tx, &new).await?;
        store::tokens::insert_pair(
            &tx,
            self.sealer(),
            id,
            1,
            &TokenPair {
                access: draft.access_token.clone(),
                refresh: draft.refresh_token.clone(),
            },
            now,
        )
        .await?;
        tx.commit().await?;
        Ok(self.connection_row(id).await?)
    }

    /// Account and role by the access token that the exchange gave, where the pasted one could not show them.
    async fn check_with_new_pair(
        &self,
        report: &mut CheckReport,
        candidate: &ConnectionRow,
        draft: &CredentialDraft,
        settings: &IonSettings,
    ) -> Result<(), SaveError> {
        if report
            .checks
            .iter()
            .any(|check| check.step == CheckStep::Account && check.state == CheckState::Passed)
        {
            return Ok(());
        }
        let pair = store::tokens::find_pair(
            self.store().read(),
            self.sealer(),
            candidate.id,
            candidate.login.generation,
        )
        .await?
        .ok_or(StoreError::Missing("the pair that was just saved"))?;
        if self
            .check_account(report, &draft.account_id, &pair.access, settings)
            .await
        {
            Ok(())
        } else {
            Err(SaveError::Refused(report.clone()))
        }
    }

    /// Makes the proven pair the connection's: a new one, or the one that there is.
    async fn finish(
        &self,
        candidate: &ConnectionRow,
        existing: Option<&ConnectionRow>,
        draft: &CredentialDraft,
        actor: &Actor,
    ) -> Result<ConnectionId, SaveError> {
        let now = self.clock().now();
        let pair = store::tokens::find_pair(
            self.store().read(),
            self.sealer(),
            candidate.id,
            candidate.login.generation,
        )
        .await?
        .ok_or(StoreError::Missing("the pair that was just saved"))?;
        let lives = match self.settings().ion.at(&candidate.base_url).oauth() {
            Ok(oauth) => oauth.validate(&pair.access).await.ok(),
            Err(_) => None,
        };
        let tx = self.store().begin().await?;
        let (id, action) = match existing {
            None => {
                store::connections::set_identity(
                    &tx,
                    candidate.id,
                    &draft.name,
                    &draft.account_id,
                    &self.sealer().fingerprint(&draft.refresh_token),
                )
                .await?;
                let login = Login {
                    status: ConnectionStatus::Active,
                    ..candidate.login.clone()
                };
                store::connections::set_login(
                    &tx,
                    candidate.id,
                    candidate.login.generation,
                    &login,
                    now,
                )
                .await?;
                (candidate.id, "connection.create")
            }
            Some(existing) => {
                let current = store::connections::find_locked(self.store(), &tx, existing.id)
                    .await?
                    .ok_or(StoreError::Missing("the connection"))?;
                let login =
                    rules::tokens::settle::replace_credentials(&current.login, &candidate.login);
                store::tokens::insert_pair(
                    &tx,
                    self.sealer(),
                    existing.id,
                    login.generation,
                    &pair,
                    login.refreshed_at,
                )
                .await?;
                store::connections::set_login(
                    &tx,
                    existing.id,
                    current.login.generation,
                    &login,
                    now,
                )
                .await?;
                store::tokens::erase(&tx, candidate.id).await?;
                store::connections::mark_removed(&tx, candidate.id, now).await?;
                store::connections::set_identity(
                    &tx,
                    existing.id,
                    &current.name,
                    &current.account_id,
                    &self.sealer().fingerprint(&draft.refresh_token),
                )
                .await?;
                store::connections::set_warned(&tx, existing.id, None).await?;
                store::notices::resolve_connection(&tx, existing.id, now).await?;
                (existing.id, "connection.replace_credentials")
            }
        };
        if let Some(Validation::Alive {
            refresh_expires_in, ..
        }) = lives
            && let Ok(ends_at) = now.checked_add(refresh_expires_in)
        {
            store::connections::set_refresh_end(&tx, id, ends_at).await?;
        }
        if existing.is_some() {
            // Another credential may be treated otherwise; what was seen of the old one proves nothing.
            store::connections::set_observation(
                &tx,
                id,
                Observation::default(),
                VendorProfile::Unknown,
                now,
            )
            .await?;
        }
        store::audit::append(
            &tx,
            &**self.clock(),
            actor,
            action,
            &draft.name,
            &format!("account {}", draft.account_id),
        )
        .await?;
        tx.commit().await?;
        self.refresher(id).forget();
        Ok(id)
    }

    /// Removes a connection: stops it, erases its secrets, keeps its data read-only.
    pub async fn remove_connection(
        &self,
        connection: ConnectionId,
        actor: &Actor,
    ) -> Result<(), ConnectionError> {
        let row = self.connection_row(connection).await?;
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        store::tokens::erase(&tx, connection).await?;
        store::connections::mark_removed(&tx, connection, now).await?;
        store::notices::resolve_connection(&tx, connection, now).await?;
        store::audit::append(
            &tx,
            &**self.clock(),
            actor,
            "connection.remove",
            &row.name,
            "secrets erased, data kept",
        )
        .await?;
        tx.commit().await?;
        self.refresher(connection).forget();
        Ok(())
    }
}
