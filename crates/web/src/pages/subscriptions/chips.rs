//! Filters of the list.

use domain::subscription::SubscriptionState;
use domain::{BillingPeriod, CustomerId};
use store::customers;
use store::subscriptions::{SubscriptionFacets, SubscriptionFilter};

use super::PATH;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::pages::customers::name;
use crate::view::format::count;
use crate::view::table::Range;
use crate::view::{Chip, ChipOption, status};
use crate::words;

/// Billing periods that can be filtered by.
const BILLINGS: [BillingPeriod; 6] = [
    BillingPeriod::Monthly,
    BillingPeriod::Quarterly,
    BillingPeriod::Biannual,
    BillingPeriod::Annual,
    BillingPeriod::OneTime,
    BillingPeriod::Unspecified,
];

/// One filter of few values.
fn chip(
    address: &Address,
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String, String)>,
) -> Chip {
    let value = address.get(id).map(str::to_owned);
    Chip {
        id,
        label,
        value: value.as_ref().map(|value| {
            options
                .iter()
                .find(|(word, _, _)| word == value)
                .map_or_else(|| value.clone(), |(_, label, _)| label.clone())
        }),
        clear: address.without(&[id]),
        options: options
            .into_iter()
            .map(|(word, label, count)| ChipOption {
                on: value.as_deref() == Some(word.as_str()),
                href: address.with(id, &word),
                label,
                count,
            })
            .collect(),
        range: None,
    }
}

/// The filters of the list.
pub(super) async fn chips(
    app: &App,
    address: &Address,
    filter: &SubscriptionFilter,
    facets: &SubscriptionFacets,
    around: &Around,
) -> Result<Vec<Chip>, Fault> {
    let vendors = facets
        .vendors
        .iter()
        .map(|(vendor, number)| (vendor.clone(), vendor.clone(), count(*number)))
        .collect();
    let mut states: Vec<(String, String, String)> = facets
        .states
        .iter()
        .map(|(state, number)| {
            (
                state.as_str().to_owned(),
                status::subscription(*state).word.into_owned(),
                count(*number),
            )
        })
        .collect();
    for state in [SubscriptionState::Cancelled, SubscriptionState::Expired] {
        if !states.iter().any(|(word, _, _)| word == state.as_str()) {
            let word = status::subscription(state).word.into_owned();
            states.push((state.as_str().to_owned(), word, String::new()));
        }
    }
    states.push((
        "all".to_owned(),
        "All, ended ones too".to_owned(),
        String::new(),
    ));
    let terms = facets
        .terms
        .iter()
        .map(|(term, number)| {
            (
                term.as_str().to_owned(),
                words::term(*term).to_owned(),
                count(*number),
            )
        })
        .collect();
    let billings = BILLINGS
        .iter()
        .map(|billing| {
            (
                billing.as_str().to_owned(),
                words::billing(*billing).to_owned(),
                String::new(),
            )
        })
        .collect();
    let plain = |word: &str, label: &str| (word.to_owned(), label.to_owned(), String::new());
    let mut chips = vec![
        chip(address, "vendor", "Vendor", vendors),
        chip(address, "state", "State", states),
        chip(address, "term", "Commitment", terms),
        chip(address, "billing", "Billing", billings),
        chip(
            address,
            "renewal",
            "Renewal",
            vec![plain("on", "renews by itself"), plain("off", "turned off")],
        ),
        due_chip(address),
    ];
    if let Some(customer) = filter.customer {
        chips.push(customer_chip(app, address, customer).await?);
    }
    if filter.unknown_customer {
        chips.push(chip(
            address,
            "unknown_customer",
            "Customer",
            vec![plain("1", "only in Ion")],
        ));
    }
    if let Some(product) = address.get("product") {
        chips.push(chip(
            address,
            "product",
            "Product",
            vec![plain(product, product)],
        ));
    }
    if around.connections.len() > 1 || address.get("connection").is_some() {
        let connections = around
            .connections
            .iter()
            .map(|row| (row.id.to_string(), row.name.clone(), String::new()))
            .collect();
        chips.push(chip(address, "connection", "Connection", connections));
    }
    Ok(chips)
}

/// Due in so many days, or between two days.
fn due_chip(address: &Address) -> Chip {
    let days = |days: u32| (days.to_string(), format!("in {days} days"), String::new());
    let range = match (address.get("due_from"), address.get("due_to")) {
        (None, None) => None,
        (Some(from), Some(to)) if from == to => Some(from.to_owned()),
        (from, to) => Some(format!("{} – {}", from.unwrap_or("…"), to.unwrap_or("…"))),
    };
    let mut chip = chip(
        address,
        "due",
        "Due",
        [7, 14, 30, 60, 90].map(days).to_vec(),
    );
    if let Some(words) = range {
        chip.value = Some(words);
        chip.range = Some(Range {
            action: PATH.to_owned(),
            keep: address.but(&["due", "due_from", "due_to", "after", "done"]),
            from_name: "due_from",
            from: address.get("due_from").unwrap_or_default().to_owned(),
            to_name: "due_to",
            to: address.get("due_to").unwrap_or_default().to_owned(),
            unit: String::new(),
            dates: true,
        });
    }
    chip.clear = address.without(&["due", "due_from", "due_to"]);
    chip
}

async fn customer_chip(app: &App, address: &Address, id: CustomerId) -> Result<Chip, Fault> {
    let found = customers::find(app.store().read(), id).await?;
    let label = found
        .as_ref()
        .map_or_else(|| "nobody".to_owned(), |row| name(row).to_owned());
    Ok(chip(
        address,
        "customer",
        "Customer",
        vec![(id.to_string(), label, String::new())],
    ))
}
