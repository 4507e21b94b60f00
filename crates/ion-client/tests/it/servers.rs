//! What the tests talk to, and the client that talks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ion_client::{
    AccessToken, AccessTokens, HttpSettings, IonClient, RequestBudget, RetryPolicy,
    TokenUnavailable,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Settings for a server of this machine, with waits too short to notice.
pub(crate) fn settings(base_url: &str) -> HttpSettings {
    let host = base_url.split("://").nth(1).expect("a scheme").to_owned();
    HttpSettings {
        base_url: base_url.to_owned(),
        allowed_hosts: vec![host],
        allow_plain_http_loopback: true,
        retry: RetryPolicy {
            attempts: 4,
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_mins(1),
        },
        ..HttpSettings::default()
    }
}

/// Tokens `token-1`, `token-2`... Each refusal of the newest brings the next.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) serial: AtomicU64,
    pub(crate) refused: Mutex<Vec<u64>>,
    pub(crate) last: u64,
}

impl Tokens {
    /// Up to this serial; a refusal of the last one needs a person.
    pub(crate) fn up_to(last: u64) -> Arc<Self> {
        Arc::new(Self {
            serial: AtomicU64::new(1),
            refused: Mutex::default(),
            last,
        })
    }

    fn newest(&self) -> AccessToken {
        let serial = self.serial.load(Ordering::SeqCst);
        AccessToken::new(format!("token-{serial}").into(), serial)
    }
}

#[async_trait]
impl AccessTokens for Tokens {
    async fn current(&self) -> Result<AccessToken, TokenUnavailable> {
        Ok(self.newest())
    }

    async fn refused(&self, token: &AccessToken) -> Result<AccessToken, TokenUnavailable> {
        self.refused.lock().unwrap().push(token.serial());
        if token.serial() >= self.last {
            return Err(TokenUnavailable::NeedsPerson("new credentials".to_owned()));
        }
        self.serial.store(token.serial() + 1, Ordering::SeqCst);
        Ok(self.newest())
    }
}

/// A budget that never waits and remembers what it was told.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    pub(crate) acquired: AtomicU64,
    pub(crate) pauses: Mutex<Vec<Duration>>,
}

#[async_trait]
impl RequestBudget for Budget {
    async fn acquire(&self) {
        self.acquired.fetch_add(1, Ordering::SeqCst);
    }

    async fn pause(&self, wait: Duration) {
        self.pauses.lock().unwrap().push(wait);
    }
}

pub(crate) fn client(base_url: &str) -> IonClient {
    client_with(&settings(base_url), Tokens::up_to(2))
}

pub(crate) fn client_with(settings: &HttpSettings, tokens: Arc<Tokens>) -> IonClient {
    IonClient::new(settings, tokens, Arc::new(Budget::default())).expect("settings of a test")
}

/// A server that gives these answers in turn to whatever is asked, then 404.
pub(crate) async fn answering(answers: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for answer in answers {
        Mock::given(wiremock::matchers::any())
            .respond_with(answer)
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    server
}

pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body, "application/json;charset=UTF-8")
}

pub(crate) fn html(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw("<html><h1>Be right back</h1></html>", "text/html")
}

/// How many requests came.
pub(crate) async fn count(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A member of a request's query.
pub(crate) async fn queries(server: &MockServer, name: &str) -> Vec<Option<String>> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| {
            let mut pairs = request.url.query_pairs();
            pairs
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        })
        .collect()
}

/// The `Authorization` headers that came.
pub(crate) async fn authorizations(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .filter_map(|request| request.headers.get("authorization"))
        .map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

/// A raw server: each connection brings one request and gets the next of these answers, byte for byte, and is then closed.
/// Its end gives the requests.
pub(crate) async fn raw(answers: Vec<Vec<u8>>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            requests.push(request(&mut socket).await);
            socket.write_all(&answer).await.unwrap();
            socket.shutdown().await.unwrap();
        }
        requests
    });
    (base, serving)
}

/// Reads one request whole.
pub(crate) async fn request(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = socket.read(&mut part).await.unwrap();
        text.extend_from_slice(&part[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let complete = so_far.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, length)| length.trim().parse().unwrap());
            body.len() >= length
        });
        if complete || read == 0 {
            return so_far;
        }
    }
}
