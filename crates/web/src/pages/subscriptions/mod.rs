//! The pages of subscriptions: list, one of them, its changes, the calendar of renewals.

mod calendar;
pub(crate) mod card;
pub(crate) mod change;
mod chips;
pub(crate) mod dashboard;
pub(crate) mod detail;
mod events;
pub(crate) mod export;
pub(crate) mod feed;
pub(crate) mod filter;
pub(crate) mod list;
pub(crate) mod money;
pub(crate) mod product;
pub(crate) mod read;
mod readings;
pub(crate) mod renewals;
pub(crate) mod row;
pub(crate) mod run;

use domain::SubscriptionId;
use domain::subscription::Subscription;
use jiff::{SignedDuration, Timestamp};
use store::{StoreError, subscriptions};

use crate::app::App;
use crate::pages::around::SOON_DAYS;
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::format::count;
use crate::view::{Flash, Tone};

/// The list.
pub(crate) const PATH: &str = "/subscriptions";

/// The page of a subscription.
pub(crate) fn href(id: SubscriptionId) -> String {
    format!("{PATH}/{id}")
}

/// What people call it: the SKU as Ion names it, else the product, else its own name.
pub(crate) fn title(of: &Subscription) -> &str {
    [&of.sku_name, &of.product_name, &of.name, &of.ion_id]
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .map_or("Subscription", String::as_str)
}

/// The two ways to look at subscriptions, with how many are due soon.
pub(crate) async fn tabs(app: &App, here: &str) -> Result<CountedTabs, StoreError> {
    let now = app.now();
    let due = subscriptions::count_due(app.store().read(), now, soon(now)).await?;
    let tab = |label: &'static str, path: &str, number: u64| CountedTab {
        label,
        href: path.to_owned(),
        count: if number > 0 {
            count(number)
        } else {
            String::new()
        },
        tone: Tone::Warn,
        here: label == here,
    };
    Ok(CountedTabs {
        name: "Views",
        tabs: vec![
            tab("List", PATH, 0),
            tab("Renewals", "/subscriptions/renewals", due),
        ],
    })
}

/// Until when something is due soon.
pub(crate) fn soon(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(24 * SOON_DAYS)
}

/// What was just done.
pub(crate) fn said(done: Option<&str>) -> Option<Flash> {
    let (title, text) = match done? {
        "reading" => (
            "Ion is read now",
            "This list shows what is known already; what differs comes in by itself.",
        ),
        _ => return None,
    };
    Some(Flash::done(title, text))
}
