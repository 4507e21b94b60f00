//! How every request gets its token: at the moment of sending, from the store's current pair.

use async_trait::async_trait;
use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use ion_client::{AccessToken, AccessTokens, IonClient, RequestBudget, TokenUnavailable};
use rules::tokens::Why;
use rules::tokens::state::may_refresh_now;
use store::connections::ConnectionRow;

use super::ConnectionError;
use super::refresh::RefreshOutcome;
use crate::Engine;

/// The access tokens of a connection.
#[derive(Debug)]
pub struct ConnectionTokens {
    engine: Engine,
    connection: ConnectionId,
}

impl Engine {
    /// A client of a connection's Ion: tokens at the moment of sending, one request budget.
    pub async fn ion(&self, connection: ConnectionId) -> Result<IonClient, ConnectionError> {
        self.ion_paced_by(connection, self.budget(connection)).await
    }

    /// The same with a budget of one's own in front of the connection's.
    pub(crate) async fn ion_paced_by(
        &self,
        connection: ConnectionId,
        budget: std::sync::Arc<dyn RequestBudget>,
    ) -> Result<IonClient, ConnectionError> {
        let row = self.connection_row(connection).await?;
        let settings = self.settings().ion.at(&row.base_url);
        let tokens = ConnectionTokens {
            engine: self.clone(),
            connection,
        };
        Ok(IonClient::new(
            &settings.http(),
            std::sync::Arc::new(tokens),
            budget,
        )?)
    }

    pub(crate) async fn connection_row(
        &self,
        connection: ConnectionId,
    ) -> Result<ConnectionRow, ConnectionError> {
        let row = store::connections::find(self.store().read(), connection).await?;
        row.filter(|row| row.login.status != ConnectionStatus::Removed)
            .ok_or(ConnectionError::NotFound)
    }
}

impl ConnectionTokens {
    /// The current pair's access token, where the state of the login allows its use.
    async fn load(&self) -> Result<(AccessToken, ConnectionRow), TokenUnavailable> {
        let later = |error: &dyn std::fmt::Display| TokenUnavailable::Later(error.to_string());
        let row =
            self.engine
                .connection_row(self.connection)
                .await
                .map_err(|error| match error {
                    ConnectionError::NotFound => TokenUnavailable::NeedsPerson(error.to_string()),
                    other => later(&other),
                })?;
        match row.login.status {
            ConnectionStatus::NeedsNewCredentials => {
                return Err(TokenUnavailable::NeedsPerson(
                    "Ion no longer accepts this login: paste new credentials".to_owned(),
                ));
            }
            ConnectionStatus::Paused => {
                return Err(TokenUnavailable::NeedsPerson(
                    "the connection is paused".to_owned(),
                ));
            }
            ConnectionStatus::NotFinished | ConnectionStatus::Removed => {
                return Err(TokenUnavailable::NeedsPerson(
                    "the connection is not set up".to_owned(),
                ));
            }
            ConnectionStatus::Active | ConnectionStatus::Rechecking | ConnectionStatus::Unclear => {
            }
        }
        let pair = store::tokens::find_pair(
            self.engine.store().read(),
            self.engine.sealer(),
            self.connection,
            row.login.generation,
        )
        .await
        .map_err(|error| later(&error))?;
        let pair = pair.ok_or_else(|| {
            TokenUnavailable::NeedsPerson("the connection has no token".to_owned())
        })?;
        // Who presents a token has known it since here; see `rules::tokens::Sight`.
        self.engine.known_for(self.connection, &row.login);
        Ok((AccessToken::new(pair.access, row.login.generation), row))
    }
}

#[async_trait]
impl AccessTokens for ConnectionTokens {
    async fn current(&self) -> Result<AccessToken, TokenUnavailable> {
        let refresher = self.engine.refresher(self.connection);
        if let Some(token) = refresher.cached() {
            return Ok(token);
        }
        let (token, _) = self.load().await?;
        refresher.remember(&token);
        Ok(token)
    }

    async fn refused(&self, token: &AccessToken) -> Result<AccessToken, TokenUnavailable> {
        let refresher = self.engine.refresher(self.connection);
        refresher.forget();
        let (current, row) = self.load().await?;
        if current.serial() > token.serial() {
            refresher.remember(&current);
            return Ok(current);
        }
        if row.login.status == ConnectionStatus::Unclear {
            // The old access token was the last thing that worked: what follows is looked at now, not at the next look.
            self.engine.probe_now(self.connection).await;
            return Err(TokenUnavailable::Later(
                "Ion refuses the access token, and the answer to the last refresh was lost"
                    .to_owned(),
            ));
        }
        if row.login.status == ConnectionStatus::Rechecking {
            // The same token is tried again in its time: a storm of refused requests must not use the tries up.
            return Err(TokenUnavailable::Later("Ion refuses the access token and refused to refresh it; it is tried again within minutes".to_owned()));
        }
        if !may_refresh_now(
            &row.login,
            self.engine.known_for(self.connection, &row.login),
        ) {
            // Another caller may have seen a newer pair since this one read: then that pair is the answer.
            let (current, _) = self.load().await?;
            if current.serial() > token.serial() {
                refresher.remember(&current);
                return Ok(current);
            }
            return Err(TokenUnavailable::Later("Ion refuses an access token that is only seconds old, or could not be reached to refresh it".to_owned()));
        }
        match self
            .engine
            .refresh_shared(self.connection, row.login, Why::Asked)
            .await
        {
            Ok(RefreshOutcome::Saved) => {
                let (current, _) = self.load().await?;
                refresher.remember(&current);
                Ok(current)
            }
            Ok(other) => Err(match self.load().await {
                Err(reason @ TokenUnavailable::NeedsPerson(_)) => reason,
                _ => TokenUnavailable::Later(format!("the login could not be refreshed: {other}")),
            }),
            Err(error) => Err(TokenUnavailable::Later(error.to_string())),
        }
    }
}
