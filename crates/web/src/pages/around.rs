//! What stands around a page: menu, connection card, counters; and times as this person reads them.

use domain::connection::ConnectionStatus;
use http::HeaderMap;
use jiff::Timestamp;
use store::connections::{self, ConnectionRow};
use store::{StoreError, catalog, customers, notices};

use crate::app::App;
use crate::auth::{Caller, Who, cookie, forgery};
use crate::view::{
    ConnectionCard, Crumb, Flash, Frame, Life, Person, Plain, Section, Theme, Times, status,
};

/// Days that Ion gives a login.
pub(crate) const LIFE_DAYS: u32 = 32;

/// What every page of a person starts from.
#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) frame: Frame,
    pub(crate) times: Times,
    pub(crate) connections: Vec<ConnectionRow>,
}

impl Around {
    /// Loads what stands around a page.
    pub(crate) async fn load(
        app: &App,
        caller: &Caller,
        headers: &HeaderMap,
        title: impl Into<String>,
        section: Section,
    ) -> Result<Self, StoreError> {
        let conn = app.store().read();
        let connections = connections::list(conn).await?;
        let waiting = notices::list_open(conn).await?.len() as u64;
        let mapping = customers::mapping_counts(conn).await?;
        let set_aside = catalog::list_set_aside(conn).await?.len() as u64;
        let (person, csrf) = match &caller.who {
            Who::Person(person, session) => (
                Person {
                    name: person.name.clone(),
                    email: person.email.clone(),
                    role: caller.role(),
                },
                forgery::mask(&session.csrf),
            ),
            Who::Program(_, name) => (
                Person {
                    name: name.clone(),
                    email: String::new(),
                    role: caller.role(),
                },
                String::new(),
            ),
        };
        let now = app.now();
        Ok(Self {
            frame: Frame {
                title: title.into(),
                section,
                crumbs: match section {
                    Section::Activity => vec![Crumb::new("Activity", "/activity/runs")],
                    Section::Settings => vec![Crumb::new("Settings", "/settings/integrations")],
                    _ => Vec::new(),
                },
                theme: theme(headers),
                csrf,
                person,
                connection: card(&connections, now),
                test: !connections.is_empty() && connections.iter().all(|row| row.sandbox),
                waiting,
                set_aside,
                customers: mapping.to_confirm + mapping.conflicts + mapping.failed,
                unconfirmed: unconfirmed(conn).await?,
                orders: store::orders::count_attention(conn, None, now).await?,
                subscriptions: due_soon(conn, now).await?,
                flashes: Vec::new(),
            },
            times: Times::new(now, app.settings().zone.clone()),
            connections,
        })
    }

    /// With a step of the way here.
    #[must_use]
    pub(crate) fn under(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.frame.crumbs.push(Crumb::new(label, href));
        self
    }

    /// With a message about what was just done.
    #[must_use]
    pub(crate) fn saying(mut self, flash: Option<Flash>) -> Self {
        self.frame.flashes.extend(flash);
        self
    }

    /// On the pages of a sandbox.
    #[must_use]
    pub(crate) fn about(mut self, connection: &ConnectionRow) -> Self {
        self.frame.test |= connection.sandbox;
        self
    }

    /// The connection of an id, among those that live.
    pub(crate) fn connection(&self, id: domain::ConnectionId) -> Option<&ConnectionRow> {
        self.connections.iter().find(|row| row.id == id)
    }

    /// The only connection, where there is one: what "import now" means.
    pub(crate) fn importable(&self) -> Option<&ConnectionRow> {
        self.connections
            .iter()
            .find(|row| row.login.status != ConnectionStatus::NeedsNewCredentials)
    }
}

/// Days in which a subscription that renews or ends is counted in the menu.
pub(crate) const SOON_DAYS: i64 = 14;

async fn due_soon(conn: &impl store::ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let until = now + jiff::SignedDuration::from_hours(24 * SOON_DAYS);
    store::subscriptions::count_due(conn, now, until).await
}

/// How many orders are unconfirmed.
async fn unconfirmed(conn: &impl store::ConnectionTrait) -> Result<u64, StoreError> {
    let filter = store::orders::OrderFilter {
        states: vec![domain::order::OrderState::Unconfirmed],
        limit: 0,
        ..store::orders::OrderFilter::default()
    };
    Ok(store::orders::search(conn, &filter).await?.total)
}

/// What stands around a page before log-in.
pub(crate) fn plain(app: &App, headers: &HeaderMap, title: &str) -> Plain {
    Plain {
        title: title.to_owned(),
        theme: theme(headers),
        csrf: String::new(),
        version: format!("Ionbridge {}", app.settings().version),
        host: forgery::authority(&app.settings().public_url),
        secure: app.settings().is_https(),
    }
}

fn theme(headers: &HeaderMap) -> Option<Theme> {
    cookie::value(headers, cookie::THEME).and_then(|value| Theme::of_cookie(&value))
}

/// What is left of a login, where Ion told its end.
pub(crate) fn life(row: &ConnectionRow, now: Timestamp) -> Option<Life> {
    let ends = row.refresh_expires_at?;
    let days = (ends.as_second() - now.as_second()).max(0) / 86_400;
    Some(Life {
        days: u32::try_from(days).unwrap_or(LIFE_DAYS).min(LIFE_DAYS),
        total: LIFE_DAYS,
    })
}

/// The state of a connection as a word.
pub(crate) fn connection_status(row: &ConnectionRow, now: Timestamp) -> status::Status {
    status::connection(
        row.login.status,
        life(row, now).map(|life| i64::from(life.days)),
    )
}

/// `Account 10412`, beside a name; nothing where the name is that already.
pub(crate) fn account_words(row: &ConnectionRow) -> String {
    let words = format!("Account {}", row.account_id);
    if row.name == words {
        String::new()
    } else {
        words
    }
}

/// The page of a connection.
pub(crate) fn connection_href(id: domain::ConnectionId) -> String {
    format!("/settings/integrations/{id}")
}

fn card(connections: &[ConnectionRow], now: Timestamp) -> ConnectionCard {
    let Some(first) = connections.first() else {
        return ConnectionCard::None;
    };
    let troubled = connections
        .iter()
        .filter(|row| row.login.status != ConnectionStatus::Active)
        .min_by_key(|row| match row.login.status {
            ConnectionStatus::NeedsNewCredentials => 0,
            ConnectionStatus::Rechecking => 1,
            _ => 2,
        });
    let state_of = |row: &ConnectionRow| {
        let status = connection_status(row, now);
        ConnectionCard::Troubled {
            name: row.name.clone(),
            words: status.word.into_owned(),
            tone: status.tone,
            href: connection_href(row.id),
        }
    };
    if let Some(row) = troubled {
        return state_of(row);
    }
    let ends_first = connections
        .iter()
        .filter_map(|row| Some((row, life(row, now)?)))
        .min_by_key(|(row, _)| row.refresh_expires_at);
    if connections.iter().all(|row| row.sandbox) {
        return ConnectionCard::Test {
            name: first.name.clone(),
            life: ends_first.map(|(_, life)| life),
            href: connection_href(first.id),
        };
    }
    match ends_first {
        Some((row, life)) => ConnectionCard::Living {
            name: match connections.len() {
                1 => row.name.clone(),
                many => format!("{}, 1 of {many}", row.name),
            },
            life,
            href: connection_href(row.id),
        },
        None => state_of(first),
    }
}
