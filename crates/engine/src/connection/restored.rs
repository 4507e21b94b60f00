//! A store that was restored from a backup: its single-use tokens may have been used since the backup was made.

use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use rules::tokens::settle::{in_doubt, is_in_doubt};

use super::ConnectionError;
use super::journal::Finding;
use crate::Engine;

/// What became of a connection of a restored store.
#[derive(Debug, Clone)]
pub struct RestoredConnection {
    /// Our id.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its state now.
    pub status: ConnectionStatus,
    /// Its refresh token may have been used since: it works on its access token while that lives.
    pub in_doubt: bool,
}

impl Engine {
    /// Makes a restored store safe, before anything else uses it.
    ///
    /// What the token journal of this data directory knows beyond the store is taken over. A login of which nothing proves that it is the
    /// newest is marked: its refresh token is presented only on proof that it was not used.
    ///
    /// `alone`: no other data directory posts for this store. Of several servers each has a journal of its own, and one proves nothing.
    pub async fn doubt_restored(
        &self,
        alone: bool,
    ) -> Result<Vec<RestoredConnection>, ConnectionError> {
        // Another key would only show at the next refresh.
        for row in store::connections::list(self.store().read()).await? {
            store::tokens::find_pair(
                self.store().read(),
                self.sealer(),
                row.id,
                row.login.generation,
            )
            .await?;
        }
        if super::keeper::any_under_way(&self.settings().data_dir)? {
            return Err(ConnectionError::Unusable(
                "a login is being refreshed at this moment; try again in two minutes".to_owned(),
            ));
        }
        self.recover().await?;
        let journal = self.journal();
        let exchanges = journal.exchanges()?;
        let now = self.clock().now();
        let mut restored = Vec::new();
        for known in store::connections::list(self.store().read()).await? {
            let mut spent = None;
            for exchange in exchanges
                .iter()
                .filter(|exchange| exchange.connection == known.id)
            {
                if !matches!(journal.finding(exchange.attempt)?, Finding::NotSent(_)) {
                    spent = spent.max(Some(exchange.generation));
                }
            }
            let tx = self.store().begin().await?;
            let Some(row) = store::connections::find_locked(self.store(), &tx, known.id).await?
            else {
                continue;
            };
            let mut status = row.login.status;
            let doubt = !alone || is_in_doubt(&row.login, spent);
            let next = in_doubt(&row.login, now);
            if doubt && next != row.login {
                store::connections::set_login(&tx, row.id, row.login.generation, &next, now)
                    .await?;
                self.tell(&tx, &row, &next).await?;
                tx.commit().await?;
                status = next.status;
            }
            restored.push(RestoredConnection {
                id: row.id,
                name: row.name,
                status,
                in_doubt: doubt,
            });
        }
        Ok(restored)
    }
}
