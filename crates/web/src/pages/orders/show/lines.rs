//! The lines of an order, and what they come to.

use domain::order::{OrderState, Sums};
use rules::orders::check::line_name;
use rust_decimal::Decimal;
use store::orders::OrderRow;

use crate::pages::orders::money;
use crate::view::format;
use crate::view::orders::money::SumLine;
use crate::view::orders::order::LineShown;

/// Its lines with their add-ons; of an order of the portal as Ion tells them.
pub(super) fn lines(row: &OrderRow, costs: bool, several: bool, void: bool) -> Vec<LineShown> {
    if row.content.lines.is_empty()
        && let Some(ion) = &row.ion
    {
        return ion
            .lines
            .iter()
            .map(|line| LineShown {
                name: if line.product_name.is_empty() {
                    line.product_ion_id.clone()
                } else {
                    line.product_name.clone()
                },
                href: String::new(),
                detail: format::counted(u64::from(line.quantity), "seat", "seats"),
                amount: String::new(),
                currency: String::new(),
                failed: false,
                void,
            })
            .collect();
    }
    let wrong = row
        .failure
        .as_ref()
        .and_then(|failure| failure.faults.iter().find_map(|fault| fault.line));
    let mut shown = Vec::new();
    for (place, line) in row.content.lines.iter().enumerate() {
        let amount = money::line_amount(line).filter(|_| costs);
        shown.push(LineShown {
            name: line_name(line).to_owned(),
            href: line
                .product
                .map(|id| format!("/products/{id}"))
                .unwrap_or_default(),
            detail: money::line_detail(line, costs),
            amount: amount.map_or_else(String::new, |(sum, currency)| {
                money::sum_text(sum, currency)
            }),
            currency: match amount {
                Some((_, currency)) if several => currency.to_string(),
                _ => String::new(),
            },
            failed: row.state == OrderState::Failed && wrong == Some(place),
            void,
        });
        for add_on in &line.add_ons {
            let amount = add_on.price.as_ref().filter(|_| costs).map(|price| {
                (
                    price.cost.decimal() * Decimal::from(add_on.quantity),
                    price.currency,
                )
            });
            shown.push(LineShown {
                name: add_on.name.clone(),
                href: String::new(),
                detail: format!("{} as add-on of {}", add_on.quantity, line_name(line)),
                amount: amount.map_or_else(String::new, |(sum, currency)| {
                    money::sum_text(sum, currency)
                }),
                currency: match amount {
                    Some((_, currency)) if several => currency.to_string(),
                    _ => String::new(),
                },
                failed: false,
                void,
            });
        }
    }
    shown
}

/// Cost, sale, margin, bound; of an order of which nothing came, what it would have bound to.
pub(super) fn sums(row: &OrderRow, void: bool) -> Vec<SumLine> {
    let Some(totals) = &row.totals else {
        return Vec::new();
    };
    let one = |sums: &Sums| sums.len() <= 1;
    let only = one(&totals.monthly) && one(&totals.bound);
    let line = |name: &str, sum: Decimal, currency: domain::Currency, strong| SumLine {
        name: name.to_owned(),
        amount: money::sum_text(sum, currency),
        currency: if only {
            String::new()
        } else {
            currency.to_string()
        },
        strong,
        detail: String::new(),
    };
    let mut shown = Vec::new();
    if void {
        for (currency, sum) in &totals.bound {
            shown.push(line("Would have bound", *sum, *currency, false));
            shown.push(line("Bound in all", Decimal::ZERO, *currency, true));
        }
        return shown;
    }
    for (currency, sum) in &totals.monthly {
        shown.push(line("Cost per month", *sum, *currency, false));
        let sale = totals
            .monthly_sale
            .as_ref()
            .and_then(|sales| sales.get(currency));
        if let Some(sale) = sale {
            shown.push(line("Sales per month", *sale, *currency, false));
            let percent = rules::margins::price::margin_percent(*sum, *sale)
                .map(|percent| format!(", {}", money::percent_text(percent)))
                .unwrap_or_default();
            let mut margin = line("Margin", *sale - *sum, *currency, false);
            margin.amount.push_str(&percent);
            shown.push(margin);
        }
    }
    for (currency, sum) in &totals.bound {
        let name = if totals.open_ended {
            "Bound in all, at least"
        } else {
            "Bound in all"
        };
        shown.push(line(name, *sum, *currency, true));
    }
    shown
}
