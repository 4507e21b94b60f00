//! Rows that tests start from.

use std::time::Duration;

use domain::access::Role;
use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::RunKind;
use domain::{Clock as _, ConnectionId, IdGen, ManualClock, RunId, SeededIds, UserId};
use jiff::Timestamp;
use rules::tokens::Login;
use store::Store;
use store::connections::{self, NewConnection};
use store::users::{self, UserRow};

/// Where every test begins.
pub(crate) fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(noon())
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Ids of one test, the same in every run.
#[derive(Debug)]
pub(crate) struct Make {
    pub(crate) ids: SeededIds,
    pub(crate) clock: ManualClock,
}

impl Make {
    pub(crate) fn new() -> Self {
        Self {
            ids: SeededIds::new(7),
            clock: clock(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn login(&self) -> Login {
        Login {
            status: ConnectionStatus::Active,
            profile: VendorProfile::Unknown,
            generation: 1,
            access_expires_at: self.now() + seconds(7200),
            access_life: seconds(7200),
            refreshed_at: self.now(),
            next_refresh_at: self.now() + seconds(3600),
            refusals: 0,
            unsent: 0,
            loss: None,
            cause: None,
        }
    }

    pub(crate) fn new_connection(&self, account: &str) -> NewConnection {
        NewConnection {
            id: ConnectionId::new(&self.ids),
            name: format!("Ion {account}"),
            account_id: account.to_owned(),
            base_url: "https://ion.tdsynnex.com".to_owned(),
            sandbox: false,
            login: self.login(),
            fingerprint: account.as_bytes().to_vec(),
            created_by: "ada@example.com".to_owned(),
            at: self.now(),
        }
    }

    pub(crate) async fn connection(&self, store: &Store, account: &str) -> ConnectionId {
        let new = self.new_connection(account);
        let tx = store.begin().await.unwrap();
        connections::insert(&tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        new.id
    }

    pub(crate) async fn run(&self, store: &Store, connection: ConnectionId) -> RunId {
        let id = RunId::new(&self.ids);
        let tx = store.begin().await.unwrap();
        store::runs::insert(
            &tx,
            id,
            connection,
            RunKind::CatalogImport,
            false,
            "ada@example.com",
            self.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn person(&self, store: &Store, email: &str, role: Role) -> UserId {
        let user = UserRow {
            id: UserId(self.ids.uuid()),
            email: email.to_owned(),
            name: "Ada".to_owned(),
            role,
            password_hash: "hash".to_owned(),
            disabled: false,
            created_at: self.now(),
            seen_at: None,
        };
        let tx = store.begin().await.unwrap();
        users::insert(&tx, &user).await.unwrap();
        tx.commit().await.unwrap();
        user.id
    }
}
