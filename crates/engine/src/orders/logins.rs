//! First log-ins that a vendor made: sealed at first sight, shown once, to a person in a browser. To whom, [`LoginViewer`] says.

use std::collections::BTreeSet;

use domain::OrderId;
use domain::access::Right;
use jiff::Timestamp;
use secrecy::SecretString;
use store::audit::{self, Actor, Via};
use store::orders::{self, OrderEventKind, OrderEventRow, SealedLogin};
use store::seal::Place;
use store::users::{self, UserRow};
use store::{ConnectionTrait, StoreError, Tx};

use super::error::OrderError;
use super::happen::{ITSELF, Turn, number_text};
use crate::Engine;

/// A first log-in.
#[derive(Debug)]
pub struct Login {
    /// Its user.
    pub user_name: SecretString,
    /// Its password.
    pub password: SecretString,
}

/// Who may see a first log-in, once: a person who can log in here and may place orders, whoever asks first.
///
/// It is the person who placed the order. For an API token the person who made the token stands in: a password never goes to a program, whose
/// logs nobody here knows. Where that is nobody (an order of the command line, tokens of one name by two makers, a person who left or may not
/// order any more), it is anybody who may place orders: a password that nobody can see would be lost, and with it the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginViewer {
    /// This person alone, by e-mail.
    Person(String),
    /// Anybody who may place orders.
    WhoPlaces,
}

/// A first log-in that waits to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLogin {
    /// Of which line, counted from 0.
    pub line: u32,
    /// Who placed the order: a person's e-mail, the name of a token, or the command line.
    pub placed_by: String,
    /// Who may see it.
    pub viewer: LoginViewer,
}

async fn who_orders(
    conn: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<UserRow>, StoreError> {
    let person = users::find_by_email(conn, email).await?;
    Ok(person.filter(|person| !person.disabled && person.role.may(Right::PlaceOrders)))
}

/// Who may see what came of an order that was placed by this person, token or command line.
async fn viewer_of(
    conn: &impl ConnectionTrait,
    placed_by: &str,
) -> Result<LoginViewer, StoreError> {
    if let Some(person) = who_orders(conn, placed_by).await? {
        return Ok(LoginViewer::Person(person.email));
    }
    let makers: BTreeSet<String> = users::list_api_tokens(conn)
        .await?
        .into_iter()
        .filter(|token| token.name == placed_by)
        .map(|token| token.created_by)
        .collect();
    if let (Some(maker), 1) = (makers.first(), makers.len())
        && let Some(person) = who_orders(conn, maker).await?
    {
        return Ok(LoginViewer::Person(person.email));
    }
    Ok(LoginViewer::WhoPlaces)
}

/// Whom a first log-in waits for, where it does not wait for this one.
async fn waits_for_another(
    conn: &impl ConnectionTrait,
    placed_by: &str,
    actor: &Actor,
) -> Result<Option<LoginViewer>, StoreError> {
    if actor.via == Via::Browser && actor.name == placed_by {
        return Ok(None);
    }
    let viewer = viewer_of(conn, placed_by).await?;
    let theirs = actor.via == Via::Browser
        && match &viewer {
            LoginViewer::Person(email) => *email == actor.name,
            LoginViewer::WhoPlaces => who_orders(conn, &actor.name).await?.is_some(),
        };
    Ok((!theirs).then_some(viewer))
}

/// Seals first log-ins that came with an order, at first sight. What was shown or forgotten does not come back with a later answer.
pub(super) async fn seal(
    engine: &Engine,
    tx: &Tx,
    turn: &mut Turn,
    now: Timestamp,
) -> Result<(), StoreError> {
    let secrets = std::mem::take(&mut turn.secrets);
    let Some(for_whom) = turn.row.submitted_by.clone() else {
        return Ok(());
    };
    if secrets.is_empty() {
        return Ok(());
    }
    let order = turn.row.id;
    let seen = orders::list_events(tx, order).await?;
    let who = match viewer_of(tx, &for_whom).await? {
        LoginViewer::Person(email) => email,
        LoginViewer::WhoPlaces => "Somebody who may place orders".to_owned(),
    };
    let mut kept = Vec::new();
    for secret in secrets {
        let Ok(line) = u32::try_from(secret.line) else {
            continue;
        };
        let detail = line_text(line);
        if seen
            .iter()
            .any(|event| event.kind == OrderEventKind::Secret && event.detail == detail)
        {
            continue;
        }
        let row = login_place(order, line);
        let sealed = engine
            .sealer()
            .seal(user_place(&row), &secret.user_name)
            .and_then(|user_name| {
                let password = engine
                    .sealer()
                    .seal(password_place(&row), &secret.password)?;
                Ok((user_name, password))
            });
        match sealed {
            Ok((user_name, password)) => kept.push(SealedLogin {
                line,
                user_name,
                password,
                for_whom: for_whom.clone(),
            }),
            Err(error) => {
                tracing::warn!(error = %error, order = %order, "a first log-in could not be sealed, and is not kept");
                continue;
            }
        }
        turn.tell(
            (OrderEventKind::Secret, ITSELF),
            now,
            format!("The vendor made a first log-in. {who} can see it once, on this page."),
        )
        .detail = detail;
    }
    if !kept.is_empty() {
        orders::keep_logins(tx, order, &kept, now).await?;
        turn.row.has_secret = true;
    }
    Ok(())
}

impl Engine {
    /// First log-ins of an order that wait to be seen, by line.
    pub async fn waiting_logins(&self, id: OrderId) -> Result<Vec<WaitingLogin>, StoreError> {
        let conn = self.store().read();
        let mut waiting = Vec::new();
        for (line, placed_by, _) in orders::list_logins(conn, id).await? {
            waiting.push(WaitingLogin {
                line,
                viewer: viewer_of(conn, &placed_by).await?,
                placed_by,
            });
        }
        Ok(waiting)
    }

    /// Gives the first log-in of a line, to whom it waits for alone ([`LoginViewer`]), and forgets it. Nothing where there is none (any more).
    pub async fn take_login(
        &self,
        id: OrderId,
        line: u32,
        actor: &Actor,
    ) -> Result<Option<Login>, OrderError> {
        let tx = self.store().begin().await?;
        let Some(sealed) = self.remove_login(&tx, id, line, actor).await? else {
            return Ok(None);
        };
        let row = login_place(id, line);
        let opened = self
            .sealer()
            .open(user_place(&row), &sealed.user_name)
            .and_then(|user_name| {
                let password = self.sealer().open(password_place(&row), &sealed.password)?;
                Ok(Login {
                    user_name,
                    password,
                })
            });
        let login = match opened {
            Ok(login) => login,
            // It stays where it is: the right key may come back.
            Err(error) => {
                return Err(OrderError::Refused(format!(
                    "The log-in cannot be opened: {error}. It is kept."
                )));
            }
        };
        let message = format!(
            "{} saw the first log-in. It is not kept any more.",
            actor.name
        );
        self.told(&tx, (id, line), actor, message, "order.login_show")
            .await?;
        tx.commit().await?;
        Ok(Some(login))
    }

    /// Forgets the first log-in of a line without showing it, for whom it waits for alone.
    pub async fn forget_login(
        &self,
        id: OrderId,
        line: u32,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let tx = self.store().begin().await?;
        if self.remove_login(&tx, id, line, actor).await?.is_none() {
            return Ok(());
        }
        let message = format!("{} had the first log-in forgotten.", actor.name);
        self.told(&tx, (id, line), actor, message, "order.login_forget")
            .await?;
        Ok(tx.commit().await?)
    }

    async fn remove_login(
        &self,
        tx: &Tx,
        id: OrderId,
        line: u32,
        actor: &Actor,
    ) -> Result<Option<SealedLogin>, OrderError> {
        if orders::find(tx, id).await?.is_none() {
            return Err(OrderError::Gone);
        }
        let kept = orders::list_logins(tx, id).await?;
        let Some((_, for_whom, _)) = kept.into_iter().find(|(kept, ..)| *kept == line) else {
            return Ok(None);
        };
        if let Some(other) = waits_for_another(tx, &for_whom, actor).await? {
            let other = match &other {
                LoginViewer::Person(email) => email,
                LoginViewer::WhoPlaces => "a person who may place orders",
            };
            return Err(OrderError::Refused(format!(
                "Only {other} can see or forget this log-in. The vendor's portal can set a new password."
            )));
        }
        Ok(orders::take_login(tx, id, line).await?)
    }

    async fn told(
        &self,
        tx: &Tx,
        (order, line): (OrderId, u32),
        actor: &Actor,
        message: String,
        action: &str,
    ) -> Result<(), OrderError> {
        let at = self.order_time();
        let event = OrderEventRow {
            order,
            at,
            kind: OrderEventKind::Secret,
            actor: actor.name.clone(),
            message,
            detail: line_text(line),
            request_id: None,
        };
        orders::add_events(tx, &[event]).await?;
        let about = orders::find(tx, order)
            .await?
            .map_or_else(String::new, |row| number_text(row.number));
        audit::append(tx, &**self.clock(), actor, action, &about, &line_text(line)).await?;
        Ok(())
    }
}

fn line_text(line: u32) -> String {
    format!("Line {}", u64::from(line) + 1)
}

pub(crate) fn login_place(order: OrderId, line: u32) -> String {
    format!("{order}/{line}")
}

pub(crate) fn user_place(row: &str) -> Place<'_> {
    Place {
        column: "order_secret.user_name",
        row,
        generation: 0,
    }
}

pub(crate) fn password_place(row: &str) -> Place<'_> {
    Place {
        column: "order_secret.password",
        row,
        generation: 0,
    }
}
