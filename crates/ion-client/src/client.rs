//! The client: one way for every request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderValue, Method};
use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretString};

use crate::answer::{Success, failure, whole_object};
use crate::carts::Carts;
use crate::customers::Customers;
use crate::error::{Class, Error};
use crate::http::{Answer, ConfigError, Http, HttpSettings, read, transport};
use crate::orders::Orders;
use crate::products::Products;
use crate::reports::Reports;
use crate::subscriptions::Subscriptions;
use crate::templates::Templates;

/// An access token, and the number by which its owner knows it.
#[derive(Debug, Clone)]
pub struct AccessToken {
    secret: SecretString,
    serial: u64,
}

impl AccessToken {
    /// A token and its number.
    pub fn new(secret: SecretString, serial: u64) -> Self {
        Self { secret, serial }
    }

    /// Its number.
    pub fn serial(&self) -> u64 {
        self.serial
    }
}

/// Why there is no access token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TokenUnavailable {
    /// There may be one later.
    #[error("{0}")]
    Later(String),
    /// A person must do something first.
    #[error("{0}")]
    NeedsPerson(String),
}

/// Where access tokens come from. Asked at the moment of each sending.
#[async_trait]
pub trait AccessTokens: Send + Sync + fmt::Debug {
    /// The token to send now.
    async fn current(&self) -> Result<AccessToken, TokenUnavailable>;
    /// A newer token, after Ion refused this one with 401.
    async fn refused(&self, token: &AccessToken) -> Result<AccessToken, TokenUnavailable>;
}

/// One token that is never renewed.
#[derive(Debug)]
pub struct FixedToken(AccessToken);

impl FixedToken {
    /// This token.
    pub fn new(token: AccessToken) -> Self {
        Self(token)
    }
}

#[async_trait]
impl AccessTokens for FixedToken {
    async fn current(&self) -> Result<AccessToken, TokenUnavailable> {
        Ok(self.0.clone())
    }

    async fn refused(&self, _: &AccessToken) -> Result<AccessToken, TokenUnavailable> {
        Err(TokenUnavailable::NeedsPerson(
            "Ion refuses the access token".to_owned(),
        ))
    }
}

/// How fast requests may be sent. One for all users of a connection.
#[async_trait]
pub trait RequestBudget: Send + Sync + fmt::Debug {
    /// Returns when the next request may be sent.
    async fn acquire(&self);
    /// Ion asked for a pause: nobody sends before it is over.
    async fn pause(&self, wait: Duration);
}

/// A budget of this process alone.
pub struct PacedBudget {
    pace: governor::DefaultDirectRateLimiter,
    not_before: tokio::sync::RwLock<tokio::time::Instant>,
}

impl fmt::Debug for PacedBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PacedBudget")
    }
}

impl PacedBudget {
    /// So many requests a second.
    pub fn per_second(requests: u32) -> Self {
        let quota = governor::Quota::per_second(
            std::num::NonZeroU32::new(requests.max(1)).unwrap_or(std::num::NonZeroU32::MIN),
        );
        Self {
            pace: governor::RateLimiter::direct(quota),
            not_before: tokio::sync::RwLock::new(tokio::time::Instant::now()),
        }
    }
}

#[async_trait]
impl RequestBudget for PacedBudget {
    async fn acquire(&self) {
        loop {
            let until = *self.not_before.read().await;
            tokio::time::sleep_until(until).await;
            // Behind the pause, so that those who waited for its end do not all go at once.
            self.pace.until_ready().await;
            if *self.not_before.read().await <= tokio::time::Instant::now() {
                return;
            }
        }
    }

    async fn pause(&self, wait: Duration) {
        let until = tokio::time::Instant::now() + wait;
        let mut not_before = self.not_before.write().await;
        *not_before = until.max(*not_before);
    }
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct IonClient {
    http: Http,
    tokens: Arc<dyn AccessTokens>,
    budget: Arc<dyn RequestBudget>,
}

impl IonClient {
    /// A client of these settings.
    pub fn new(
        settings: &HttpSettings,
        tokens: Arc<dyn AccessTokens>,
        budget: Arc<dyn RequestBudget>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            http: Http::new(settings)?,
            tokens,
            budget,
        })
    }

    /// Customers of an account.
    pub fn customers<'a>(&'a self, account: &'a str) -> Customers<'a> {
        Customers { ion: self, account }
    }

    /// Products of an account.
    pub fn products<'a>(&'a self, account: &'a str) -> Products<'a> {
        Products { ion: self, account }
    }

    /// Orders of an account.
    pub fn orders<'a>(&'a self, account: &'a str) -> Orders<'a> {
        Orders { ion: self, account }
    }

    /// Subscriptions of an account.
    pub fn subscriptions<'a>(&'a self, account: &'a str) -> Subscriptions<'a> {
        Subscriptions { ion: self, account }
    }

    /// Provisioning templates of an account.
    pub fn templates<'a>(&'a self, account: &'a str) -> Templates<'a> {
        Templates { ion: self, account }
    }

    /// Carts of a customer.
    pub fn carts<'a>(&'a self, customer: &'a str) -> Carts<'a> {
        Carts {
            ion: self,
            customer,
        }
    }

    /// Reports of an account.
    pub fn reports<'a>(&'a self, account: &'a str) -> Reports<'a> {
        Reports { ion: self, account }
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Success, Error> {
        self.execute(Method::GET, path, query, None).await
    }

    /// Sends a `POST` that changes nothing and may therefore be repeated.
    pub(crate) async fn post_query(&self, path: &str, body: &str) -> Result<Success, Error> {
        self.execute(Method::POST, path, &[], Some(body)).await
    }

    /// Sends a `POST` that changes nothing, and gives the answer before its body is read.
    pub(crate) async fn open_post(
        &self,
        path: &str,
        body: &str,
    ) -> Result<reqwest::Response, Error> {
        let url = self.http.url(path)?;
        let once = |token| {
            let url = url.clone();
            async move {
                let opened = self
                    .open(&Method::POST, url, &[], Some(body), &token, STREAMED)
                    .await?;
                if opened.status().is_success() {
                    return Ok(Tried::Done(opened));
                }
                Tried::failed(&read(opened, self.http.max_body).await?)
            }
        };
        self.repeat(&Method::POST, path, once).await
    }

    async fn execute(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&str>,
    ) -> Result<Success, Error> {
        let url = self.http.url(path)?;
        let method = &method;
        let once = |token| {
            let url = url.clone();
            async move {
                let answer = self.send(method, url, query, body, &token).await?;
                if answer.status.is_success() {
                    return whole_object(answer).map(Tried::Done);
                }
                Tried::failed(&answer)
            }
        };
        self.repeat(method, path, once).await
    }

    /// One way for every request that is safe to repeat: token at send time, budget, retries, one refresh at 401.
    async fn repeat<T, Once: Future<Output = Result<Tried<T>, Error>>>(
        &self,
        method: &Method,
        path: &str,
        once: impl Fn(AccessToken) -> Once,
    ) -> Result<T, Error> {
        let mut renewed: Option<AccessToken> = None;
        let mut refused_before = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.budget.acquire().await;
            let token = match renewed.take() {
                Some(token) => token,
                None => self.tokens.current().await.map_err(Error::Token)?,
            };
            let error = match once(token.clone()).await {
                Ok(Tried::Done(done)) => return Ok(done),
                Ok(Tried::Unauthorized(_)) if !refused_before => {
                    refused_before = true;
                    renewed = Some(self.tokens.refused(&token).await.map_err(Error::Token)?);
                    // Not one of the tries: it says nothing about how Ion does.
                    attempt -= 1;
                    continue;
                }
                Ok(Tried::Unauthorized(error)) | Err(error) => error,
            };
            let Judgement { retry, wait } = self.judge(&error, attempt);
            if let Error::RateLimited { .. } = error {
                self.budget.pause(wait).await;
            }
            if !retry {
                return Err(error);
            }
            tracing::debug!(
                %method, path, attempt, wait_ms = millis(wait), error = %error, request_id = error.request_id(),
                "ion request is repeated"
            );
            if !matches!(error, Error::RateLimited { .. }) {
                tokio::time::sleep(wait).await;
            }
        }
    }

    pub(crate) fn address(&self, path: &str) -> Result<url::Url, Error> {
        self.http.url(path)
    }

    pub(crate) async fn pace(&self) {
        self.budget.acquire().await;
    }

    pub(crate) async fn pause(&self, wait: Duration) {
        self.budget.pause(wait).await;
    }

    pub(crate) async fn token(&self) -> Result<AccessToken, Error> {
        self.tokens.current().await.map_err(Error::Token)
    }

    pub(crate) async fn newer_token(&self, refused: &AccessToken) -> Result<AccessToken, Error> {
        self.tokens.refused(refused).await.map_err(Error::Token)
    }

    pub(crate) async fn send(
        &self,
        method: &Method,
        url: url::Url,
        query: &[(&str, String)],
        body: Option<&str>,
        token: &AccessToken,
    ) -> Result<Answer, Error> {
        let started = std::time::Instant::now();
        let path = url.path().to_owned();
        let opened = self.open(method, url, query, body, token, 1).await?;
        let answer = read(opened, self.http.max_body).await?;
        tracing::debug!(
            %method, path, status = answer.status.as_u16(), bytes = answer.body.len(),
            took_ms = millis(started.elapsed()), request_id = answer.request_id.as_deref(),
            "ion answered"
        );
        Ok(answer)
    }

    /// Sends, and waits for the head of the answer. The whole of it may take so many times the time-out.
    async fn open(
        &self,
        method: &Method,
        url: url::Url,
        query: &[(&str, String)],
        body: Option<&str>,
        token: &AccessToken,
        times: u32,
    ) -> Result<reqwest::Response, Error> {
        let mut request = self
            .http
            .client
            .request(method.clone(), url)
            .timeout(self.http.timeout.saturating_mul(times))
            .header(http::header::AUTHORIZATION, bearer(token)?)
            .header(http::header::ACCEPT, "application/json");
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request
                .header(http::header::CONTENT_TYPE, "application/json")
                .body(body.to_owned());
        }
        request.send().await.map_err(transport)
    }

    /// Largest answer that is read whole.
    pub(crate) fn max_body(&self) -> usize {
        self.http.max_body
    }

    fn judge(&self, error: &Error, attempt: u32) -> Judgement {
        let policy = self.http.retry;
        let doubled = policy
            .first_wait
            .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1).min(16)));
        let jittered = doubled
            .min(policy.longest_wait)
            .mul_f64(rand::rng().random_range(0.5..1.0));
        let wait = match error {
            // Never sooner than asked, and never at once: `Retry-After: 0` is no invitation to hammer.
            Error::RateLimited { after: Some(after) } => jittered.max(*after),
            _ => jittered,
        };
        let transient = match error {
            // A web page in place of data is mostly a proxy or a maintenance that passes; one that refuses is meant so.
            Error::NotIon { status, .. } => !(400..500).contains(status) || *status == 408,
            Error::Token(_) => false,
            other => matches!(other.class(), Class::Transient { .. }),
        };
        Judgement {
            retry: transient && attempt < policy.attempts && wait <= policy.longest_wait,
            wait,
        }
    }
}

/// How many time-outs an answer may take that is handed on while it arrives.
const STREAMED: u32 = 10;

/// What came of one try.
enum Tried<T> {
    Done(T),
    /// The token was refused.
    Unauthorized(Error),
}

impl<T> Tried<T> {
    fn failed(answer: &Answer) -> Result<Self, Error> {
        match answer.status.as_u16() {
            401 => Ok(Self::Unauthorized(failure(answer))),
            _ => Err(failure(answer)),
        }
    }
}

struct Judgement {
    retry: bool,
    wait: Duration,
}

fn bearer(token: &AccessToken) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret.expose_secret()))
        .map_err(|_| {
            Error::Token(TokenUnavailable::NeedsPerson(
                "the access token holds characters that no token has, such as a line break"
                    .to_owned(),
            ))
        })?;
    value.set_sensitive(true);
    Ok(value)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_sends_before_a_pause_is_over_and_a_shorter_one_does_not_shorten_it() {
        let budget = PacedBudget::per_second(1000);
        let pause = Duration::from_millis(60);
        let start = tokio::time::Instant::now();
        budget.pause(pause).await;
        budget.pause(Duration::ZERO).await;
        futures::future::join_all((0..5).map(|_| budget.acquire())).await;
        assert!(start.elapsed() >= pause);
    }

    #[tokio::test]
    async fn those_who_waited_for_the_end_of_a_pause_are_still_paced() {
        let budget = PacedBudget::per_second(20);
        budget.pause(Duration::from_millis(200)).await;
        let start = tokio::time::Instant::now();
        // Twenty may go at once when it ends, the other two keep their distance of a twentieth of a second.
        futures::future::join_all((0..22).map(|_| budget.acquire())).await;
        assert!(start.elapsed() >= Duration::from_millis(290));
    }
}
