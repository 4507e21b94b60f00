//! An answer that is an order, and the secrets in it.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{DecodeError, decode};
use crate::model::written;
use crate::orders::model::Order;
use crate::page::Item;

/// An order that Ion answered with, and the first log-ins that it told.
#[derive(Debug)]
pub struct OrderReply {
    /// The order, without secrets.
    pub item: Item<Order>,
    /// The vendor's first log-in of each line that has one.
    pub secrets: Vec<OrderSecret>,
}

/// The first log-in of a new tenant. Microsoft's comes as the attributes `userName` and `password` of the line (Ion API notes 2.5).
#[derive(Debug, Clone)]
pub struct OrderSecret {
    /// Which line of the order, from 0.
    pub line: usize,
    /// Its user; empty where Ion named none.
    pub user_name: SecretString,
    /// Its password.
    pub password: SecretString,
}

impl OrderReply {
    /// Reads an answer. The only place where the secrets are read; what goes on from here has none.
    pub(crate) fn read(body: &str) -> Result<Self, DecodeError> {
        let raw: Box<RawValue> = decode(body)?;
        let secrets = secrets(raw.get());
        Ok(Self {
            item: Item::new(raw),
            secrets,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lines<'a> {
    #[serde(borrow)]
    order_items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    attributes: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct NameAndValue<'a> {
    name: String,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// Takes what is there: a line or attribute of another shape costs itself alone.
fn secrets(order: &str) -> Vec<OrderSecret> {
    let Ok(Lines { order_items }) = serde_json::from_str(order) else {
        return Vec::new();
    };
    let lines = order_items.into_iter().flatten().enumerate();
    lines
        .flat_map(|(line, raw)| of_line(line, raw.get()))
        .collect()
}

fn of_line(line: usize, raw: &str) -> Vec<OrderSecret> {
    let (mut users, mut passwords) = (Vec::new(), Vec::new());
    let attributes = serde_json::from_str::<Line<'_>>(raw).ok();
    for raw in attributes
        .and_then(|line| line.attributes)
        .into_iter()
        .flatten()
    {
        let Ok(NameAndValue { name, value }) = serde_json::from_str(raw.get()) else {
            continue;
        };
        let of_kind = if name.eq_ignore_ascii_case("password") {
            &mut passwords
        } else if name.eq_ignore_ascii_case("userName") {
            &mut users
        } else {
            continue;
        };
        if let Ok(text) = written::<serde_json::Error>(value.get()) {
            of_kind.push(text);
        }
    }
    let mut users = users.into_iter();
    passwords
        .into_iter()
        .map(|password| OrderSecret {
            line,
            user_name: users.next().unwrap_or_default().into(),
            password: password.into(),
        })
        .collect()
}
