//! Samples of subscriptions and renewals.

mod detail;
mod list;
mod product;
mod renewals;
mod tiles;

use domain::subscription::SubscriptionState as State;

use super::*;
use crate::view::customers::{CountedTab, CountedTabs};
use crate::view::subscriptions::list::SubscriptionsPage;

use detail::{detail, effect, unknown};
use list::{empty, failed, list, list_page, of_customer};
use renewals::{quiet, renewals, year};

pub(super) use product::{sale_card, used_by};
pub(super) use tiles::tiles;

const LONG: &str = "Rechtsanwältinnen und Rechtsanwälte Oberhuber-Niederwieser, Partnerschaft mit beschränkter Berufshaftung";

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("subscriptions", html(list_page(list(true)))),
        (
            "subscriptions-no-cost",
            html(SubscriptionsPage {
                exports: Vec::new(),
                read_href: None,
                ..list_page(list(false))
            }),
        ),
        ("subscriptions-empty", html(empty())),
        ("subscriptions-failed", html(failed())),
        ("subscriptions-part", html(list(true))),
        ("subscription", html(detail())),
        ("subscription-unknown", html(unknown())),
        ("subscription-effect", html(effect("+6", "80"))),
        ("renewals", html(renewals())),
        ("renewals-year", html(year())),
        ("renewals-empty", html(quiet())),
        ("customer-subscriptions", html(of_customer())),
    ]
}

fn tabs(here: usize) -> CountedTabs {
    let tab = |place: usize, label, href: &str, count: &str| CountedTab {
        label,
        href: href.to_owned(),
        count: count.to_owned(),
        tone: Tone::Warn,
        here: place == here,
    };
    CountedTabs {
        name: "Views",
        tabs: vec![
            tab(0, "List", "/subscriptions", ""),
            tab(1, "Renewals", "/subscriptions/renewals", "7"),
        ],
    }
}
