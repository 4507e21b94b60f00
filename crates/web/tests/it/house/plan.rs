//! What a house is built of.

use std::path::PathBuf;
use std::sync::Arc;

use domain::ManualClock;
use engine::connection::keeper::KeeperCommand;
use engine::{IonSettings, NoticeSettings};
use store::Backend;
use store::seal::MasterKey;
use store::testing::TestDatabase;
use web::{Metrics, WebSettings};

use super::House;

/// What a house is built of.
pub(crate) struct Plan {
    pub(crate) backend: Backend,
    pub(crate) settings: WebSettings,
    pub(crate) ion: IonSettings,
    pub(crate) notices: NoticeSettings,
    pub(crate) keeper: KeeperCommand,
    pub(crate) metrics: Option<Metrics>,
}

impl Plan {
    /// A house on this database at this address, whose Ion does not answer.
    pub(crate) fn new(backend: Backend, public_url: &str) -> Self {
        Self {
            backend,
            settings: WebSettings::at(public_url.parse().unwrap()),
            // A port on which nothing listens.
            ion: IonSettings {
                base_url: "http://127.0.0.1:9".to_owned(),
                allowed_hosts: vec!["127.0.0.1:9".to_owned()],
                plain_http_loopback: true,
                ..IonSettings::default()
            },
            notices: NoticeSettings::default(),
            keeper: KeeperCommand {
                program: PathBuf::from("/bin/false"),
                args: Vec::new(),
            },
            metrics: None,
        }
    }

    pub(crate) async fn build(self) -> House {
        let database = Arc::new(TestDatabase::migrated(self.backend).await);
        let clock = Arc::new(ManualClock::new("2026-11-23T10:42:00Z".parse().unwrap()));
        let store = database.store().clone();
        House::on(
            self,
            database,
            store,
            clock,
            Arc::new(MasterKey::generate()),
            9,
        )
    }
}
