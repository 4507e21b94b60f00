//! Tokens: pairs from the portal, exchanged once each, dead after their time (Ion API notes 1).

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use jiff::Timestamp;
use rand::Rng as _;
use serde_json::json;

use crate::knobs::Knobs;
use crate::ledger::TokenUse;
use crate::reply::Reply;

/// What the portal shows once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Account ID.
    pub account_id: String,
    /// Access Token.
    pub access_token: String,
    /// Refresh Token.
    pub refresh_token: String,
}

#[derive(Debug)]
struct Access {
    number: u64,
    ends: Timestamp,
    refresh_ends: Timestamp,
}

#[derive(Debug)]
struct Refresh {
    number: u64,
    access: String,
    ends: Timestamp,
    consumed: bool,
}

/// Every token that was given out.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    numbers: u64,
}

impl Tokens {
    /// A new pair from the portal.
    pub(crate) fn request_new(
        &mut self,
        account_id: &str,
        knobs: &Knobs,
        now: Timestamp,
    ) -> Credentials {
        if knobs.new_credentials_end_old {
            self.revoke_all();
        }
        let (access_token, refresh_token) =
            self.issue(knobs, now, later(now, knobs.refresh_life_s));
        Credentials {
            account_id: account_id.to_owned(),
            access_token,
            refresh_token,
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        self.access.clear();
        for refresh in self.refresh.values_mut() {
            refresh.consumed = true;
        }
    }

    /// Ends an access token before its time.
    pub(crate) fn end_access(&mut self, access: &str) {
        self.access.remove(access);
    }

    fn issue(
        &mut self,
        knobs: &Knobs,
        now: Timestamp,
        refresh_ends: Timestamp,
    ) -> (String, String) {
        self.numbers += 1;
        let (access, refresh) = (token(), token());
        self.access.insert(
            access.clone(),
            Access {
                number: self.numbers,
                ends: later(now, knobs.access_life_s),
                refresh_ends,
            },
        );
        self.refresh.insert(
            refresh.clone(),
            Refresh {
                number: self.numbers,
                access: access.clone(),
                ends: refresh_ends,
                consumed: false,
            },
        );
        (access, refresh)
    }

    /// Number of a refresh token, for the ledger.
    pub(crate) fn used(&self, refresh: &str) -> TokenUse {
        self.refresh.get(refresh).map_or(
            TokenUse {
                number: 0,
                consumed: false,
            },
            |token| TokenUse {
                number: token.number,
                consumed: token.consumed,
            },
        )
    }

    /// Number of an access token, for the ledger.
    pub(crate) fn access_number(&self, access: &str) -> u64 {
        self.access.get(access).map_or(0, |token| token.number)
    }

    /// Whether an access token is accepted.
    pub(crate) fn accepts(&self, access: &str, now: Timestamp) -> bool {
        self.access
            .get(access)
            .is_some_and(|token| token.ends > now)
    }

    /// `POST /oauth/token`.
    pub(crate) fn exchange(
        &mut self,
        grant_type: Option<&str>,
        refresh: Option<&str>,
        knobs: &Knobs,
        now: Timestamp,
    ) -> (Reply, bool) {
        let good = grant_type == Some("refresh_token");
        let Some(old) = refresh
            .filter(|_| good)
            .and_then(|refresh| self.refresh.get_mut(refresh))
            .filter(|token| !token.consumed && token.ends > now)
        else {
            return (Reply::oauth_error(), false);
        };
        old.consumed = knobs.refresh_single_use;
        let ends = if knobs.refresh_extends_life {
            later(now, knobs.refresh_life_s)
        } else {
            old.ends
        };
        let old_access = old.access.clone();
        if knobs.refresh_kills_old_access {
            self.access.remove(&old_access);
        }
        let (access, refresh) = self.issue(knobs, now, ends);
        let body = json!({"access_token": access, "expires_in": knobs.access_life_s, "refresh_token": refresh, "token_type": "Bearer"});
        (
            Reply::ok(&body)
                .with("cache-control", "no-store")
                .with("pragma", "no-cache"),
            true,
        )
    }

    /// `/oauth/validateAccess`.
    pub(crate) fn validate(&self, access: Option<&str>, now: Timestamp) -> Reply {
        match access
            .and_then(|access| self.access.get(access))
            .filter(|token| token.ends > now)
        {
            Some(token) => Reply::ok(
                &json!({"access_expires_in": seconds(now, token.ends), "refresh_expires_in": seconds(now, token.refresh_ends)}),
            ),
            None => Reply::oauth_error(),
        }
    }
}

/// 48 capital letters and digits: a UUID's text in base64, upper case (Ion API notes 1.2).
fn token() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    base64::engine::general_purpose::STANDARD
        .encode(
            uuid::Builder::from_random_bytes(bytes)
                .into_uuid()
                .to_string(),
        )
        .to_uppercase()
}

fn later(now: Timestamp, seconds: u64) -> Timestamp {
    now.checked_add(Duration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

fn seconds(now: Timestamp, end: Timestamp) -> i64 {
    (end.as_second() - now.as_second()).max(0)
}
