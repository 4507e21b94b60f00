//! The import itself, as the worker calls it: engine, client, store on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::{RunKind, RunStatus};
use domain::{ConnectionId, RunId, SystemClock, SystemIds};
use engine::catalog::{ImportJob, import_with};
use engine::connection::keeper::KeeperCommand;
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings, IonSettings, NoticeSettings};
use ion_client::{AccessToken, FixedToken, IonClient, PacedBudget};
use rules::tokens::Login;
use secrecy::SecretString;
use store::connections::{self, NewConnection};
use store::seal::{MasterKey, Sealer};
use store::{Store, StoreSettings, runs};
use tokio_util::sync::CancellationToken;

use crate::figures::{Figures, Meter, size_kib};
use crate::floor::PAGE;
use crate::sandbox::Source;

/// Requests a second: more than the sandbox can answer, since its speed is not what is measured.
const UNPACED: u32 = 10_000;

/// One import into this database, which is made where it is not there.
pub(crate) async fn import(source: &Source, database: &str) -> anyhow::Result<Figures> {
    let store = Store::open(&StoreSettings {
        url: SecretString::from(database.to_owned()),
        max_connections: 4,
    })
    .await?;
    store.migrate().await?;
    let settings = ion_settings(source);
    let token = AccessToken::new(SecretString::from(source.token.clone()), 1);
    let ion = IonClient::new(
        &settings.http(),
        Arc::new(FixedToken::new(token)),
        Arc::new(PacedBudget::per_second(UNPACED)),
    )?;
    let engine = engine(store.clone(), settings);
    let connection = connection(&engine, source).await?;
    let run = RunId::new(engine.ids());
    let tx = store.begin().await?;
    runs::insert(
        &tx,
        run,
        connection,
        RunKind::CatalogImport,
        false,
        "bench",
        engine.clock().now(),
    )
    .await?;
    tx.commit().await?;

    let meter = Meter::start()?;
    let end = import_with(
        &engine,
        ImportJob { connection, run },
        ion,
        CancellationToken::new(),
    )
    .await?;
    let mut figures = meter.stop()?;

    ensure!(
        end.status == RunStatus::Done,
        "the import ended as {}",
        end.status.as_str()
    );
    if let Some(file) = store.file() {
        figures.log_kib = size_kib(Path::new(&format!("{}-wal", file.display())));
    }
    figures.products = end.counts.read;
    figures.pages = end.counts.pages;
    figures.outcome = format!("{:?}", end.counts);
    store.close().await;
    Ok(figures)
}

pub(crate) fn ion_settings(source: &Source) -> IonSettings {
    IonSettings {
        base_url: source.base_url.clone(),
        allowed_hosts: vec![source.base_url.trim_start_matches("http://").to_owned()],
        plain_http_loopback: true,
        page_size: PAGE,
        requests_per_second: UNPACED,
        ..IonSettings::default()
    }
}

pub(crate) fn engine(store: Store, ion: IonSettings) -> Engine {
    // No token is exchanged here, so nothing of this is started.
    let nowhere = PathBuf::from("nowhere");
    let settings = EngineSettings {
        data_dir: nowhere.clone(),
        host: "bench".to_owned(),
        keeper: KeeperCommand {
            program: nowhere,
            args: Vec::new(),
        },
        ion,
        catalog: CatalogSettings::default(),
        customers: engine::CustomerSettings::default(),
        orders: engine::OrderSettings::default(),
        notices: NoticeSettings::default(),
    };
    Engine::new(EngineParts {
        store,
        sealer: Sealer::new(&MasterKey::generate()),
        clock: Arc::new(SystemClock::new()),
        ids: Arc::new(SystemIds),
        settings,
    })
}

/// The connection of this database; made where there is none.
pub(crate) async fn connection(engine: &Engine, source: &Source) -> anyhow::Result<ConnectionId> {
    let store = engine.store();
    if let Some(known) = connections::list(store.read()).await?.first() {
        return Ok(known.id);
    }
    let (id, now, life) = (
        ConnectionId::new(engine.ids()),
        engine.clock().now(),
        Duration::from_hours(2),
    );
    let login = Login {
        status: ConnectionStatus::Active,
        profile: VendorProfile::Unknown,
        generation: 1,
        access_expires_at: now + life,
        access_life: life,
        refreshed_at: now,
        next_refresh_at: now,
        refusals: 0,
        unsent: 0,
        loss: None,
        cause: None,
    };
    let new = NewConnection {
        id,
        name: "bench".to_owned(),
        account_id: source.account.clone(),
        base_url: source.base_url.clone(),
        sandbox: true,
        login,
        fingerprint: vec![1],
        created_by: "bench".to_owned(),
        at: now,
    };
    let tx = store.begin().await?;
    connections::insert(&tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}
