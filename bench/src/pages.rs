//! Pages and REST API on a database, in a process of their own.

use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::Context as _;
use domain::access::Role;
use domain::{ApiTokenId, Clock as _, SystemClock, SystemIds};
use engine::IonSettings;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use store::users::{self, ApiTokenRow};
use store::{Store, StoreSettings};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Child;
use url::Url;
use web::{WebParts, WebSettings};

use crate::ours;

/// The token by which programs ask here.
const TOKEN: &str = "ib_bench";

/// Serves this database until standard input ends; tells its address first.
pub(crate) async fn serve(database: &str) -> anyhow::Result<()> {
    let store = open(database).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let parts = WebParts {
        engine: ours::engine(store, IonSettings::default()),
        settings: WebSettings::at(Url::parse(&url)?),
        metrics: None,
    };
    let service = web::router(parts).into_make_service_with_connect_info::<SocketAddr>();
    let mut out = tokio::io::stdout();
    out.write_all(format!("{url}\n").as_bytes()).await?;
    out.flush().await?;
    let ended = async {
        let mut rest = Vec::new();
        // However it ends: nobody asks any more.
        drop(tokio::io::stdin().read_to_end(&mut rest).await);
    };
    tokio::select! {
        served = async { axum::serve(listener, service).await } => Ok(served?),
        () = ended => Ok(()),
    }
}

pub(crate) async fn open(database: &str) -> anyhow::Result<Store> {
    Ok(Store::open(&StoreSettings {
        url: SecretString::from(database.to_owned()),
        max_connections: 8,
    })
    .await?)
}

/// Lets a program of the sales people in.
pub(crate) async fn let_in(store: &Store) -> anyhow::Result<()> {
    let row = ApiTokenRow {
        id: ApiTokenId::new(&SystemIds),
        name: "bench".to_owned(),
        prefix: TOKEN.to_owned(),
        role: Role::Sales,
        created_by: "bench".to_owned(),
        created_at: SystemClock::new().now(),
        used_at: None,
        expires_at: None,
        revoked_at: None,
    };
    let tx = store.begin().await?;
    users::insert_api_token(&tx, &row, &Sha256::digest(TOKEN.as_bytes())).await?;
    tx.commit().await?;
    Ok(())
}

/// A server under way. Ends with this value.
pub(crate) struct Server {
    url: String,
    client: reqwest::Client,
    _child: Child,
}

impl Server {
    pub(crate) async fn start(database: &str) -> anyhow::Result<Self> {
        let mut child = tokio::process::Command::new(std::env::current_exe()?)
            .args(["serve", "--database", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the server cannot be started")?;
        let out = child.stdout.take().context("standard output is piped")?;
        let line = BufReader::new(out).lines().next_line().await?;
        Ok(Self {
            url: line.context("the server ended")?,
            client: reqwest::Client::builder().build()?,
            _child: child,
        })
    }

    /// The whole answer to a question.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let ask = self.client.get(format!("{}{path}", self.url));
        let answer = ask.bearer_auth(TOKEN).send().await?;
        let answer = answer.error_for_status()?;
        Ok(answer.bytes().await?.to_vec())
    }
}
