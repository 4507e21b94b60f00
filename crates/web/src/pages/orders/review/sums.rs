//! Each line of an order with what it costs and binds to, and the totals.

use domain::order::OrderAction;
use engine::orders::OrderView;
use rules::orders::check::line_name;
use rules::orders::money::commitment_words;
use rules::subscriptions::change::action_of;

use crate::pages::orders::money::{self, sum_text, sums_text};
use crate::view::format::{amount, count};
use crate::view::orders::review::{ReviewLine, ReviewTotal};

pub(super) fn lines(view: &OrderView, several: bool) -> Vec<ReviewLine> {
    view.row
        .content
        .lines
        .iter()
        .zip(&view.review.lines)
        .map(|(line, reviewed)| {
            let in_currency = |sums: &domain::order::Sums| match (several, reviewed.currency) {
                (false, Some(currency)) => sums.get(&currency).map_or_else(
                    || sum_text(rust_decimal::Decimal::ZERO, currency),
                    |sum| sum_text(*sum, currency),
                ),
                _ => sums_text(sums),
            };
            let add_ons = line
                .add_ons
                .iter()
                .map(|one| format!("{} × {}", count(u64::from(one.quantity)), one.name))
                .collect::<Vec<_>>()
                .join(", ");
            let unpriced = line.price.is_none();
            // Suspended, resumed, renewed or not: no sum of this order.
            let moves_money = matches!(
                action_of(line),
                OrderAction::Buy | OrderAction::Other | OrderAction::Seats
            );
            let saves = action_of(line) == OrderAction::Seats
                && line
                    .quantity_before
                    .is_some_and(|before| line.quantity < before);
            ReviewLine {
                vendor: line.vendor.clone(),
                name: line_name(line).to_owned(),
                number: line.part_number.clone().unwrap_or_default(),
                detail: match (add_ons.is_empty(), action_of(line)) {
                    (false, _) => format!("with {add_ons}"),
                    (true, OrderAction::Buy) => String::new(),
                    (true, _) => money::quantity_words(line),
                },
                term: commitment_words(line.term, line.billing),
                quantity: match (action_of(line), line.quantity_before) {
                    (OrderAction::Seats, Some(before)) => format!(
                        "{} → {}",
                        count(u64::from(before)),
                        count(u64::from(line.quantity))
                    ),
                    (OrderAction::Buy | OrderAction::Seats, _) => count(u64::from(line.quantity)),
                    _ => String::new(),
                },
                cost: line.price.as_ref().map_or_else(
                    || "no price".to_owned(),
                    |price| amount(&price.cost, price.currency),
                ),
                sale: line
                    .price
                    .as_ref()
                    .and_then(|price| Some(amount(price.sale.as_ref()?, price.currency)))
                    .unwrap_or_default(),
                monthly: if !moves_money {
                    String::new()
                } else if unpriced {
                    "by use".to_owned()
                } else {
                    in_currency(&reviewed.monthly)
                },
                bound: if !moves_money || saves {
                    String::new()
                } else if unpriced {
                    "not known".to_owned()
                } else {
                    in_currency(&reviewed.bound)
                },
                // Where there are several, each sum says its own.
                currency: String::new(),
            }
        })
        .collect()
}

pub(super) fn totals(view: &OrderView, several: bool) -> Vec<ReviewTotal> {
    let totals = &view.review.totals;
    let buys = |line: &domain::order::OrderLine| {
        matches!(action_of(line), OrderAction::Buy | OrderAction::Other)
    };
    // A change has one line, which says it.
    if !view.row.content.lines.iter().all(buys) {
        return Vec::new();
    }
    let mut currencies: Vec<_> = totals.monthly.keys().chain(totals.bound.keys()).collect();
    currencies.sort();
    currencies.dedup();
    currencies
        .into_iter()
        .map(|currency| {
            let of = |sums: &domain::order::Sums| {
                sums.get(currency)
                    .map_or_else(String::new, |sum| sum_text(*sum, *currency))
            };
            ReviewTotal {
                label: "Total".to_owned(),
                monthly: of(&totals.monthly),
                bound: of(&totals.bound),
                currency: if several {
                    currency.to_string()
                } else {
                    String::new()
                },
            }
        })
        .collect()
}
