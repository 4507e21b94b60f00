//! What *Test connection* and *Save* look at, in this order: reached, access token, account and role, refresh token.
//! Each failure names the field that is wrong.

use std::time::Duration;

use domain::connection::CredentialField;
use ion_client::oauth::{OAuth, Validation};
use ion_client::{AccessToken, Error, FixedToken, IonClient, PacedBudget, RetryPolicy};
use secrecy::SecretString;

use super::ConnectionError;
use super::draft::{CredentialDraft, obvious_fault};
use super::report::{CheckReport, CheckState, CheckStep};
use crate::{Engine, IonSettings};

/// What the first steps found of the access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccessState {
    Alive,
    Expired,
    Failed,
}

impl Engine {
    /// Tests credentials without saving them. Never spends the refresh token.
    pub async fn test_credentials(&self, draft: &CredentialDraft) -> CheckReport {
        let draft = draft.clone().cleaned();
        let settings = self.settings_for(&draft);
        let mut report = CheckReport::default();
        match self
            .check_access(&mut report, &draft, &settings, false)
            .await
        {
            AccessState::Alive
                if self
                    .check_account(
                        &mut report,
                        &draft.account_id,
                        &draft.access_token,
                        &settings,
                    )
                    .await =>
            {
                report.add(
                    CheckStep::RefreshToken,
                    CheckState::Later,
                    CredentialField::RefreshToken,
                    "Refresh token",
                    "Not yet proven: Save proves it",
                    Duration::ZERO,
                );
            }
            _ => {}
        }
        report
    }

    /// Tests a saved connection: how long its tokens live, and that the account can be read.
    pub async fn test_connection(
        &self,
        connection: domain::ConnectionId,
    ) -> Result<CheckReport, ConnectionError> {
        let row = self.connection_row(connection).await?;
        let settings = self.settings().ion.at(&row.base_url);
        let Some(pair) = store::tokens::find_pair(
            self.store().read(),
            self.sealer(),
            connection,
            row.login.generation,
        )
        .await?
        else {
            return Err(ConnectionError::Unusable(
                "the connection has no token".to_owned(),
            ));
        };
        let draft = CredentialDraft {
            name: row.name,
            account_id: row.account_id,
            access_token: pair.access,
            refresh_token: pair.refresh,
            base_url: Some(row.base_url),
        };
        let mut report = CheckReport::default();
        if self
            .check_access(&mut report, &draft, &settings, true)
            .await
            == AccessState::Alive
            && self
                .check_account(
                    &mut report,
                    &draft.account_id,
                    &draft.access_token,
                    &settings,
                )
                .await
        {
            report.add(
                CheckStep::RefreshToken,
                CheckState::Passed,
                CredentialField::RefreshToken,
                "Refresh token",
                format!(
                    "Last used on {}",
                    row.login.refreshed_at.strftime("%-d %b %Y at %H:%M UTC")
                ),
                Duration::ZERO,
            );
        }
        Ok(report)
    }

    pub(super) fn settings_for(&self, draft: &CredentialDraft) -> IonSettings {
        let ion = &self.settings().ion;
        ion.at(draft.base_url.as_deref().unwrap_or(&ion.base_url))
    }

    /// Steps *reached* and *access token*. `known` credentials are not looked at for a mix-up.
    pub(super) async fn check_access(
        &self,
        report: &mut CheckReport,
        draft: &CredentialDraft,
        settings: &IonSettings,
        known: bool,
    ) -> AccessState {
        if let Some((field, title, detail)) = obvious_fault(draft).filter(|_| !known) {
            report.add(
                CheckStep::Reached,
                CheckState::Skipped,
                CredentialField::None,
                "Ion",
                "Not asked",
                Duration::ZERO,
            );
            let step = if field == CredentialField::AccountId {
                CheckStep::Account
            } else if field == CredentialField::RefreshToken {
                CheckStep::RefreshToken
            } else {
                CheckStep::AccessToken
            };
            report.fail(step, field, title, detail, Duration::ZERO);
            return AccessState::Failed;
        }
        let started = self.clock().steady();
        let took = || self.clock().steady().saturating_sub(started);
        let oauth = match settings.oauth() {
            Ok(oauth) => oauth,
            Err(error) => {
                report.fail(
                    CheckStep::Reached,
                    CredentialField::None,
                    "Not allowed",
                    error.to_string(),
                    took(),
                );
                return AccessState::Failed;
            }
        };
        let host = settings
            .base_url
            .split("://")
            .last()
            .unwrap_or_default()
            .to_owned();
        let answer = oauth.validate(&draft.access_token).await;
        if let Err(error) = &answer {
            let (title, detail) = unreached(&host, error);
            report.fail(
                CheckStep::Reached,
                CredentialField::None,
                title,
                detail,
                took(),
            );
            return AccessState::Failed;
        }
        let secure = if settings.base_url.starts_with("https://") {
            "Secure connection, certificate valid"
        } else {
            "A sandbox on this machine, without encryption"
        };
        report.add(
            CheckStep::Reached,
            CheckState::Passed,
            CredentialField::None,
            &format!("Reached {host}"),
            secure,
            took(),
        );
        match answer {
            Ok(Validation::Alive {
                access_expires_in, ..
            }) => {
                report.add(
                    CheckStep::AccessToken,
                    CheckState::Passed,
                    CredentialField::AccessToken,
                    "Access token accepted",
                    format!("Alive for another {}", words(access_expires_in)),
                    took(),
                );
                AccessState::Alive
            }
            _ => {
                self.check_dead_access(report, draft, &oauth, known, took())
                    .await
            }
        }
    }

    /// The access token is dead: swapped with the other one, or just expired.
    async fn check_dead_access(
        &self,
        report: &mut CheckReport,
        draft: &CredentialDraft,
        oauth: &OAuth,
        known: bool,
        took: Duration,
    ) -> AccessState {
        // Asking whether the other field holds a living access token spends nothing.
        let swapped = !known
            && matches!(
                oauth.validate(&draft.refresh_token).await,
                Ok(Validation::Alive { .. })
            );
        if swapped {
            report.add(CheckStep::AccessToken, CheckState::Failed, CredentialField::AccessToken, "Swapped", "These two are swapped: this is not the access token. Swap them and test again; nothing was used up.", took);
            report.fail(CheckStep::RefreshToken, CredentialField::RefreshToken, "Swapped", "These two are swapped: the value under Refresh Token is a living access token. Swap them and test again; nothing was used up.", took);
            return AccessState::Failed;
        }
        report.add(
            CheckStep::AccessToken,
            CheckState::Failed,
            CredentialField::AccessToken,
            "Access token expired or unknown",
            "Ion does not accept it: it is older than 2 hours, or not copied whole. An expired one is fine: Save goes on by the refresh token.",
            took,
        );
        report.add(
            CheckStep::Account,
            CheckState::Later,
            CredentialField::AccountId,
            "Account ID and role",
            "Checked at Save",
            Duration::ZERO,
        );
        report.add(
            CheckStep::RefreshToken,
            CheckState::Later,
            CredentialField::RefreshToken,
            "Refresh token",
            "Checked at Save",
            Duration::ZERO,
        );
        AccessState::Expired
    }

    /// Step *account*: one page of customers. True where it passed.
    pub(super) async fn check_account(
        &self,
        report: &mut CheckReport,
        account_id: &str,
        access: &SecretString,
        settings: &IonSettings,
    ) -> bool {
        let started = self.clock().steady();
        let mut http = settings.http();
        http.retry = RetryPolicy {
            attempts: 2,
            longest_wait: Duration::from_secs(5),
            ..RetryPolicy::default()
        };
        let tokens = std::sync::Arc::new(FixedToken::new(AccessToken::new(access.clone(), 0)));
        let answer = match IonClient::new(
            &http,
            tokens,
            std::sync::Arc::new(PacedBudget::per_second(settings.requests_per_second)),
        ) {
            Ok(ion) => ion.customers(account_id).list().page_size(1).send().await,
            Err(error) => {
                report.fail(
                    CheckStep::Account,
                    CredentialField::None,
                    "Not allowed",
                    error.to_string(),
                    Duration::ZERO,
                );
                return false;
            }
        };
        let took = self.clock().steady().saturating_sub(started);
        match answer {
            Ok(_) => {
                report.add(CheckStep::Account, CheckState::Passed, CredentialField::AccountId, "Account ID and role", format!("Account {account_id} can be read"), took);
                return true;
            }
            Err(Error::Api(error)) if error.status == 403 && !error.message.contains("accounts/") => report.fail(
                CheckStep::Account,
                CredentialField::None,
                "This login may not read customers",
                "In Ion, give its user the role Account Admin, then test again; the tokens stay valid.",
                took,
            ),
            Err(Error::Api(error)) if matches!(error.status, 403 | 404) => report.fail(
                CheckStep::Account,
                CredentialField::AccountId,
                "Account ID refused",
                format!("Ion refuses account {account_id} for this login. Check it in Ion -> Menu -> Account information; it must belong to the user who requested the tokens."),
                took,
            ),
            Err(Error::Token(_)) => report.fail(CheckStep::Account, CredentialField::AccessToken, "Access token refused", "It ended in this moment. Press Save: it goes on by the refresh token.", took),
            Err(error) => {
                let host = settings.base_url.split("://").last().unwrap_or_default();
                let (title, detail) = unreached(host, &error);
                report.fail(CheckStep::Account, CredentialField::None, title, detail, took);
            }
        }
        false
    }
}

pub(super) fn unreached(host: &str, error: &Error) -> (&'static str, String) {
    let chain = {
        let mut text = String::new();
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            text = inner.to_string();
            source = inner.source();
        }
        text
    };
    match error {
        Error::Transport(_) => ("Not reached", format!("{host} could not be reached ({chain}). Nothing was saved or used up. Check DNS or the proxy in the configuration.")),
        Error::Timeout(_) => ("No answer", format!("{host} did not answer in time. Nothing was saved or used up. Try again; if it stays so, check the proxy in the configuration.")),
        Error::NotIon { .. } | Error::Redirect { .. } => ("Not StreamOne Ion", "The host answered, but it is not StreamOne Ion (a web page came instead of data). Check ion.base_url and ion.allowed_hosts in the configuration.".to_owned()),
        Error::RateLimited { .. } => ("Too many requests", "Ion asks to come later. Nothing was saved or used up. Try again in a minute.".to_owned()),
        other => ("Ion failed", format!("{other}. Nothing was saved or used up. Try again in a minute.")),
    }
}

pub(super) fn words(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{} s", time.as_secs()),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
