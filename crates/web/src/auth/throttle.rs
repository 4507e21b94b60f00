//! Guessing passwords: ten tries for an account in fifteen minutes, from wherever they come; and fifty that fail from one place,
//! for whichever accounts.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;
use secrecy::SecretString;
use store::{StoreError, Tx, users};

use crate::app::App;

/// Tries of one account that may fail.
pub(crate) const TRIES: u64 = 10;
/// Tries from one place that may fail. An office behind one address has more people than an account has tries.
const TRIES_OF_A_PLACE: u64 = 50;
/// In this time.
pub(crate) const WINDOW: Duration = Duration::from_mins(15);

/// Takes one try of an account. False where none is left; then the password is not even looked at.
///
/// The try is noted before the password is compared, so that many at once cannot pass together. Addresses play no part: an
/// attacker has many.
pub(crate) async fn take_try(app: &App, account: &str) -> Result<bool, StoreError> {
    let (store, now, key) = (app.store(), app.now(), account_key(app, account));
    let since = now - WINDOW;
    if users::count_login_failures(store.read(), &key, since).await? >= TRIES {
        return Ok(false);
    }
    let tx = store.begin().await?;
    users::insert_login_failure(&tx, &key, now).await?;
    tx.commit().await?;
    Ok(users::count_login_failures(store.read(), &key, since).await? <= TRIES)
}

/// Gives an account its tries back, in the transaction of what the right password opened.
pub(crate) async fn give_back(app: &App, tx: &Tx, account: &str) -> Result<(), StoreError> {
    users::clear_login_failures(tx, &account_key(app, account)).await
}

fn account_key(app: &App, account: &str) -> String {
    key(app, &format!("log-in of {}", account.trim().to_lowercase()))
}

/// Under what tries are kept: a keyed hash. What is typed into the field of the account is now and then a password, and where
/// people log in from is nobody's business later.
fn key(app: &App, text: &str) -> String {
    app.engine()
        .sealer()
        .fingerprint(&SecretString::from(text))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Where a try comes from. Unknown where a proxy does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place(Option<String>);

impl Place {
    fn of(peer: Option<IpAddr>, headers: &HeaderMap, behind_proxy: bool) -> Self {
        let address = if behind_proxy {
            last_hop(headers)
        } else {
            peer
        };
        Self(address.map(|address| network(address.to_canonical())))
    }

    fn key(&self, app: &App) -> Option<String> {
        self.0
            .as_ref()
            .map(|network| key(app, &format!("log-in from {network}")))
    }

    /// Whether so many tries from here failed that no more are taken.
    pub(crate) async fn is_spent(&self, app: &App) -> Result<bool, StoreError> {
        match self.key(app) {
            Some(key) => {
                Ok(
                    users::count_login_failures(app.store().read(), &key, app.now() - WINDOW)
                        .await?
                        >= TRIES_OF_A_PLACE,
                )
            }
            None => Ok(false),
        }
    }

    /// Notes a try from here that failed.
    pub(crate) async fn note(&self, app: &App) -> Result<(), StoreError> {
        let Some(key) = self.key(app) else {
            return Ok(());
        };
        let tx = app.store().begin().await?;
        users::insert_login_failure(&tx, &key, app.now()).await?;
        tx.commit().await
    }
}

/// The network that counts as one place.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        // One customer of a provider has a whole /64.
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The address that the proxy before us saw: the last one of the list. Those before it are what the client claims.
fn last_hop(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

impl FromRequestParts<App> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        Ok(Self::of(peer, &parts.headers, app.settings().behind_proxy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(peer: &str, forwarded: &[&str], behind_proxy: bool) -> Option<String> {
        let mut headers = HeaderMap::new();
        for one in forwarded {
            headers.append("x-forwarded-for", one.parse().unwrap());
        }
        Place::of(Some(peer.parse().unwrap()), &headers, behind_proxy).0
    }

    #[test]
    fn what_a_client_claims_of_its_address_plays_no_part() {
        assert_eq!(
            place("203.0.113.7", &["198.51.100.1"], false).unwrap(),
            "203.0.113.7"
        );
        assert_eq!(
            place("127.0.0.1", &["198.51.100.1, 203.0.113.7"], true).unwrap(),
            "203.0.113.7"
        );
        assert_eq!(
            place("127.0.0.1", &["198.51.100.1", "203.0.113.7"], true).unwrap(),
            "203.0.113.7"
        );
        assert_eq!(
            place("127.0.0.1", &[], true),
            None,
            "the proxy's own address stands for everybody"
        );
        assert_eq!(place("127.0.0.1", &["unknown"], true), None);
    }

    #[test]
    fn one_network_is_one_place() {
        assert_eq!(
            place("2001:db8:1:2::7", &[], false),
            place("2001:db8:1:2:ffff::9", &[], false)
        );
        assert_ne!(
            place("2001:db8:1:2::7", &[], false),
            place("2001:db8:1:3::7", &[], false)
        );
        assert_eq!(
            place("::ffff:203.0.113.7", &[], false).unwrap(),
            "203.0.113.7"
        );
    }
}
