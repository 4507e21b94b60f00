//! What an order's page says of a first log-in that a vendor made with it.

use domain::access::Right;
use engine::orders::{LoginViewer, WaitingLogin};
use store::orders::OrderRow;

use super::{href, words};
use crate::auth::Caller;
use crate::view::{Button, Note, Tone};

/// A first log-in that waits: for whom, and for them what to do with it.
pub(super) fn note(row: &OrderRow, login: &WaitingLogin, caller: &Caller) -> Note {
    let vendor = usize::try_from(login.line)
        .ok()
        .and_then(|line| row.content.lines.get(line))
        .map(|line| line.vendor.as_str())
        .filter(|vendor| !vendor.is_empty())
        .unwrap_or("The vendor");
    let title = format!("{vendor} made a first log-in");
    let may = caller.may(Right::PlaceOrders);
    let me = caller.actor().name;
    let text = match &login.viewer {
        LoginViewer::Person(email) if may && *email == me && login.placed_by == me => {
            "It is shown once, to you, who placed the order. After that it is gone here.".to_owned()
        }
        LoginViewer::Person(email) if may && *email == me => format!(
            "It is shown once, to you, who made the API token “{}” that placed the order. After that it is gone here.",
            login.placed_by
        ),
        LoginViewer::WhoPlaces if may => format!(
            "The order was placed by {}, so whoever may place orders can see it: once. After that it is gone here.",
            words::person(&login.placed_by)
        ),
        LoginViewer::Person(email) => {
            let text = format!("It waits for {email}; nobody else can see it.");
            return Note::new(Tone::Info, "key", title, text);
        }
        LoginViewer::WhoPlaces => {
            let text = "It waits for somebody who may place orders.";
            return Note::new(Tone::Info, "key", title, text);
        }
    };
    let base = format!("{}/login/{}", href(row.id), login.line);
    Note::new(Tone::Info, "key", title, text)
        .with(Button::post("Show it once", format!("{base}/show")).with_icon("eye"))
        .with(Button::post("Forget it unseen", format!("{base}/forget")))
}
