//! The subscriptions of a customer, on its card.

use std::collections::BTreeMap;

use domain::access::Right;
use domain::{Currency, CustomerId};
use rules::subscriptions::remind::coming;
use store::subscriptions::{self, SubscriptionFilter, SubscriptionPage, SubscriptionRow};

use super::list::rows;
use super::row::percent_of;
use super::title;
use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::address::Address;
use crate::pages::customers::href;
use crate::view::format::{self, counted};
use crate::view::parts::{Empty, Figure};
use crate::view::subscriptions::list::SubscriptionList;
use crate::view::{Button, Times};

/// What stands on the card: figures, and the rows.
pub(crate) struct OfCustomer {
    pub(crate) figures: Vec<Figure>,
    pub(crate) list: SubscriptionList,
}

/// Columns on the card: whose they are is known there.
const COLUMNS: &str = "columns=cost,margin,due,stop,state";

/// The subscriptions of a customer: live ones first, then by when they are due.
pub(crate) async fn of_customer(
    app: &App,
    caller: &Caller,
    around: &Around,
    customer: CustomerId,
) -> Result<OfCustomer, Fault> {
    let all = subscriptions::list_of_customer(app.store().read(), customer).await?;
    let costs = caller.may(Right::SeeCost);
    let total = all.len() as u64;
    let figures = figures(&all, &around.times, costs);
    let address = Address::new(format!("{}/subscriptions", href(customer)), Some(COLUMNS));
    let page = SubscriptionPage {
        subscriptions: all,
        total,
        next: None,
    };
    let filter = SubscriptionFilter {
        limit: u32::MAX,
        ..SubscriptionFilter::default()
    };
    let mut list = rows(&page, &filter, &address, around, costs);
    for column in &mut list.columns {
        // Few of them: nothing to sort, and no other page of them.
        column.href.clear();
        column.sorted = None;
    }
    list.pager = crate::view::Pager::single(counted(total, "subscription", "subscriptions"));
    if list.rows.is_empty() {
        let nothing = Empty::new(
            "refresh-dot",
            "No subscription of this customer was read",
            "What is ordered here, or bought in the Ion portal, stands here once Ion shows it.",
        );
        list.empty = Some(if caller.may(Right::PlaceOrders) {
            nothing.with(
                Button::link("New order", format!("/orders/new?customer={customer}")).primary(),
            )
        } else {
            nothing
        });
    }
    Ok(OfCustomer { figures, list })
}

/// Cost, sale, margin and next renewal of what is live; nothing where none is.
pub(crate) fn figures(all: &[SubscriptionRow], times: &Times, costs: bool) -> Vec<Figure> {
    let live: Vec<&SubscriptionRow> = all.iter().filter(|row| row.is_live()).collect();
    if live.is_empty() {
        return Vec::new();
    }
    let mut figures = Vec::new();
    if costs {
        figures.extend(money(&live));
    } else {
        figures.push(Figure::new(
            "Live subscriptions",
            format::count(live.len() as u64),
            "",
        ));
    }
    let next = live
        .iter()
        .filter_map(|row| Some((coming(&row.subscription)?, row)))
        .filter(|(coming, _)| coming.at >= times.now)
        .min_by_key(|(coming, _)| coming.at);
    figures.push(match next {
        Some((coming, row)) => Figure::new(
            if coming.ends {
                "Next end"
            } else {
                "Next renewal"
            },
            times.day(coming.at),
            title(&row.subscription),
        ),
        None => Figure::new("Next renewal", "none", "nothing has a term"),
    });
    figures
}

/// Cost, sale and margin in the currency of which there is most; others are named.
fn money(live: &[&SubscriptionRow]) -> Vec<Figure> {
    let mut by: BTreeMap<Currency, (i64, i64, i64)> = BTreeMap::new();
    let mut unknown = 0_u64;
    for row in live {
        let Some((currency, cost)) = row.subscription.currency.zip(row.monthly_units) else {
            unknown += 1;
            continue;
        };
        let sums = by.entry(currency).or_default();
        sums.0 = sums.0.saturating_add(cost);
        if let Some(sale) = row.sale_units {
            sums.1 = sums.1.saturating_add(sale);
            sums.2 = sums.2.saturating_add(cost);
        }
    }
    let number = counted(live.len() as u64, "live subscription", "live subscriptions");
    let Some((currency, (cost, sale, sold))) = by.iter().max_by_key(|(_, sums)| sums.0) else {
        return vec![Figure::new("Cost per month", "not known", number)];
    };
    let others: Vec<String> = by
        .iter()
        .filter(|(other, _)| *other != currency)
        .map(|(other, sums)| format!("{} {other}", format::total(sums.0, *other)))
        .collect();
    let detail = match (others.is_empty(), unknown) {
        (false, _) => format!("and {}", others.join(", ")),
        (true, 0) => number,
        (true, unknown) => format!("{} without a known cost", format::count(unknown)),
    };
    let mut figures = vec![
        Figure::new("Cost per month", format::total(*cost, *currency), detail)
            .of(currency.to_string()),
    ];
    figures.extend(sold_figures(*sale, *sold, *cost, *currency));
    figures
}

/// Sale and margin of what has a sale price.
pub(crate) fn sold_figures(sale: i64, sold: i64, cost: i64, currency: Currency) -> [Figure; 2] {
    if sale == 0 {
        return [
            Figure::new("Sales per month", "none", "no rule gives a sale price"),
            Figure::new("Margin", "none", ""),
        ];
    }
    let covered = if sold == cost {
        "by the margin rules".to_owned()
    } else {
        let part = |units: i64| units.max(0).unsigned_abs();
        format!(
            "{} of the cost has a rule",
            format::share(part(sold), part(cost))
        )
    };
    let margin = rust_decimal::Decimal::from(sale.saturating_sub(sold))
        * rust_decimal::Decimal::ONE_HUNDRED
        / rust_decimal::Decimal::from(sale);
    [
        Figure::new("Sales per month", format::total(sale, currency), covered)
            .of(currency.to_string()),
        Figure::new("Margin", percent_of(margin), "of the sale price"),
    ]
}
