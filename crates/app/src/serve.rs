//! The server: web, worker, or both.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use engine::Engine;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use web::{Metrics, WebParts, WebSettings};
use worker::Worker;

use crate::config::Config;
use crate::home::Home;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Roles {
    pub(crate) web: bool,
    pub(crate) worker: bool,
}

/// Time that running work gets to stop at a good place.
const DRAIN: Duration = Duration::from_secs(5);

/// A bound address with the web side behind it.
pub(crate) struct Bound {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// Binds the address, if it may be used.
pub(crate) async fn bind(config: &Config) -> anyhow::Result<Bound> {
    let listen = &config.server.listen;
    let wanted: SocketAddr = tokio::net::lookup_host(listen.as_str())
        .await
        .ok()
        .and_then(|mut found| found.next())
        .with_context(|| format!("server.listen {listen:?} is no address"))?;
    if !wanted.ip().is_loopback() && !config.server.behind_proxy {
        bail!(
            "{wanted} can be reached from other machines, and Ionbridge speaks plain http: passwords would be seen. Put a proxy with TLS in front and start with --behind-proxy, or listen on 127.0.0.1"
        );
    }
    let listener = TcpListener::bind(wanted).await.with_context(|| {
        format!(
            "the address {wanted} cannot be used; is it taken? Choose another one with --listen"
        )
    })?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

/// Runs until `stop`; then ends in order.
pub(crate) async fn run(
    engine: Engine,
    home: &Home,
    roles: Roles,
    bound: Option<Bound>,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    engine
        .recover()
        .await
        .context("exchanges of an earlier process could not be settled")?;
    let tasks = tokio_util::task::TaskTracker::new();
    let upkeep = metrics.clone();
    let upkeep_stop = stop.clone();
    tasks.spawn(async move {
        while !upkeep_stop.is_cancelled() {
            upkeep.run_upkeep();
            tokio::select! { () = tokio::time::sleep(Duration::from_secs(5)) => {} () = upkeep_stop.cancelled() => {} }
        }
    });
    if roles.worker {
        let worker = Worker::new(engine.clone(), home.config.worker(&engine.settings().host))
            .context("catalog.schedule cannot be used")?;
        let (keeper, stop_keeper, stop_worker) = (engine.clone(), stop.clone(), stop.clone());
        tasks.spawn(async move { keeper.keep_logins(stop_keeper).await });
        tasks.spawn(async move { worker.run(stop_worker).await });
    }
    let served = match bound {
        Some(bound) => {
            let router = web::router(WebParts {
                engine: engine.clone(),
                settings: web_settings(home)?,
                metrics: Some(Metrics::new(move || metrics.render())),
            });
            let waiting = stop.clone();
            let server = axum::serve(
                bound.listener,
                router.into_make_service_with_connect_info::<SocketAddr>(),
            )
            .with_graceful_shutdown(async move { waiting.cancelled().await });
            tokio::select! {
                ended = async { server.await } => ended.context("the web server failed"),
                // Live pages never end by themselves.
                () = async { stop.cancelled().await; tokio::time::sleep(DRAIN).await } => Ok(()),
            }
        }
        None => {
            stop.cancelled().await;
            Ok(())
        }
    };
    stop.cancel();
    tasks.close();
    if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
        tracing::warn!("some work did not stop in time; it goes on at the next start");
    }
    // A refresh under way is never cut: its answer may hold the only login.
    if tokio::time::timeout(Duration::from_secs(125), engine.settle_exchanges())
        .await
        .is_err()
    {
        tracing::warn!(
            "a refresh is still under way; its keeper goes on and the next start takes its answer over"
        );
    }
    engine.store().close().await;
    served
}

fn web_settings(home: &Home) -> anyhow::Result<WebSettings> {
    let url = home
        .public_url
        .parse()
        .with_context(|| format!("server.public_url {:?} is no address", home.public_url))?;
    Ok(WebSettings {
        behind_proxy: home.config.server.behind_proxy,
        metrics_open: home.config.server.metrics_open,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..WebSettings::at(url)
    })
}

/// Makes the link for the first admin, where nobody exists, and tells it to a person alone: a terminal, else a file.
pub(crate) async fn offer_setup(engine: &Engine, home: &Home) -> anyhow::Result<()> {
    if store::users::count_all(engine.store().read()).await? > 0 {
        return Ok(());
    }
    let Some(path) = web::auth::setup::new_link(engine.store(), &**engine.clock()).await? else {
        return Ok(());
    };
    let link = format!("{}{}", home.public_url, path.expose_secret());
    if std::io::stdout().is_terminal() {
        #[expect(
            clippy::print_stdout,
            reason = "the link is for the person at the terminal, and must be in no log"
        )]
        {
            println!("Make the first admin within 24 hours:\n\n  {link}\n");
        }
    } else {
        let file = home.data_dir.join("setup-link");
        write_private(&file, &link)?;
        tracing::info!(file = %file.display(), "nobody can log in yet: the link for the first admin is in this file");
    }
    Ok(())
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    Ok(())
}

/// Cancelled by Ctrl-C or SIGTERM.
pub(crate) fn stop_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
        told.cancel();
    });
    Ok(stop)
}
