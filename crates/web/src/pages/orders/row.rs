//! Orders as lists show them.

use domain::Currency;
use store::orders::OrderHit;

use super::{href, number_text, words};
use crate::pages::Around;
use crate::pages::address::Address;
use crate::view::format::total;
use crate::view::orders::list::{OrderRow, ShownColumns};
use crate::view::table::Sorted;
use crate::view::{ChipOption, Column, status};

/// Columns that can be chosen, beside number and state: word in addresses, label, shown where nothing is said.
const COLUMNS: [(&str, &str, bool); 9] = [
    ("customer", "Customer", true),
    ("what", "What", true),
    ("vendor", "Vendor", false),
    ("month", "Per month", true),
    ("bound", "Bound", true),
    ("next", "What is next", true),
    ("reference", "Reference", false),
    ("ion", "Ion order", false),
    ("placed", "Placed", true),
];

fn is_cost(word: &str) -> bool {
    matches!(word, "month" | "bound")
}

/// The words of the columns that an address shows, in their order.
fn chosen(address: &Address, costs: bool) -> Vec<&'static str> {
    let asked: Option<Vec<&str>> = address
        .get("columns")
        .map(|asked| asked.split(',').collect());
    COLUMNS
        .iter()
        .filter(|(word, _, by_default)| match &asked {
            Some(asked) => asked.contains(word),
            None => *by_default,
        })
        .map(|(word, _, _)| *word)
        .filter(|word| costs || !is_cost(word))
        .collect()
}

/// Which columns an address shows.
pub(super) fn shown(address: &Address, costs: bool) -> ShownColumns {
    let words = chosen(address, costs);
    let has = |word| words.contains(&word);
    ShownColumns {
        customer: has("customer"),
        what: has("what"),
        vendor: has("vendor"),
        monthly: has("month"),
        bound: has("bound"),
        next: has("next"),
        reference: has("reference"),
        ion: has("ion"),
        placed: has("placed"),
    }
}

/// Columns to choose, each with the list that has it or has it not.
pub(super) fn choices(address: &Address, costs: bool) -> Vec<ChipOption> {
    let now = chosen(address, costs);
    COLUMNS
        .iter()
        .filter(|(word, _, _)| costs || !is_cost(word))
        .map(|(word, label, _)| {
            let on = now.contains(word);
            let with: Vec<&str> = COLUMNS
                .iter()
                .map(|(other, _, _)| *other)
                .filter(|other| now.contains(other) != (other == word))
                .collect();
            ChipOption {
                label: (*label).to_owned(),
                count: String::new(),
                // An empty value says nothing in an address.
                href: address.and(
                    "columns",
                    &if with.is_empty() {
                        "none".to_owned()
                    } else {
                        with.join(",")
                    },
                ),
                on,
            }
        })
        .collect()
}

/// The currency that the heads of the columns name: the only one of the rows.
pub(super) fn only_currency(hits: &[OrderHit]) -> Option<Currency> {
    let mut all = hits.iter().filter_map(|hit| hit.currency);
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// Heads of the columns.
pub(super) fn columns(
    address: &Address,
    shown: ShownColumns,
    currency: Option<Currency>,
) -> Vec<Column> {
    let sorted = address.get("sort").unwrap_or("-placed").to_owned();
    let sortable = |label: String, class: &'static str, name: &str| {
        let (href, now) = if sorted == name {
            (address.with("sort", &format!("-{name}")), Some(Sorted::Up))
        } else if sorted.strip_prefix('-') == Some(name) {
            (address.with("sort", name), Some(Sorted::Down))
        } else {
            (address.with("sort", &format!("-{name}")), None)
        };
        Column::sortable(label, class, href, now)
    };
    let money = |label: &str| match currency {
        Some(currency) => format!("{label} ({currency})"),
        None => label.to_owned(),
    };
    let mut heads = vec![sortable("Order".to_owned(), "", "number")];
    let mut add = |on: bool, head: Column| {
        if on {
            heads.push(head);
        }
    };
    add(
        shown.customer,
        sortable("Customer".to_owned(), "", "customer"),
    );
    let hidden = if shown.customer { "t-hide" } else { "" };
    add(shown.what, Column::plain("What", hidden));
    add(shown.vendor, Column::plain("Vendor", "t-hide"));
    add(shown.monthly, Column::plain(money("Per month"), "n t-hide"));
    add(shown.bound, sortable(money("Bound"), "n", "bound"));
    add(true, sortable("State".to_owned(), "", "state"));
    add(shown.next, Column::plain("What is next", ""));
    add(shown.reference, Column::plain("Reference", "t-hide"));
    add(shown.ion, Column::plain("Ion order", "t-hide"));
    add(
        shown.placed,
        sortable("Placed".to_owned(), "t-hide", "placed"),
    );
    heads
}

/// One order.
pub(super) fn row(hit: &OrderHit, around: &Around, currency: Option<Currency>) -> OrderRow {
    let times = &around.times;
    let (what, what_detail) = words::parted(&hit.title, hit.lines);
    let (next, next_at) = words::next(hit, times);
    let amount = |units: Option<i64>| match (units, hit.currency) {
        (Some(units), Some(currency)) => total(units, currency),
        _ => String::new(),
    };
    OrderRow {
        href: href(hit.id),
        number: number_text(hit.origin, hit.number, hit.ion_id.as_deref()),
        test: !around.frame.test
            && around
                .connection(hit.connection)
                .is_some_and(|row| row.sandbox),
        customer: if hit.customer_name.is_empty() {
            "no customer yet".to_owned()
        } else {
            hit.customer_name.clone()
        },
        what: if what.is_empty() {
            "nothing yet".to_owned()
        } else {
            what
        },
        what_detail,
        vendor: hit.vendor.clone(),
        monthly: amount(hit.monthly_units),
        bound: amount(hit.bound_units),
        currency: match (currency, hit.currency) {
            (None, Some(own)) => own.to_string(),
            _ => String::new(),
        },
        status: status::order(hit.state),
        next,
        next_at: next_at.map(|at| at.to_string()).unwrap_or_default(),
        reference: hit.reference.clone(),
        ion: hit.ion_id.clone().unwrap_or_default(),
        placed: times.ago(hit.placed_at.unwrap_or(hit.created_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_in_the_address() {
        let address = Address::new("/orders", Some("columns=customer,ion"));
        let now = shown(&address, true);
        assert!(now.customer && now.ion && !now.bound && !now.placed);
        let choices = choices(&address, true);
        let ion = choices.iter().find(|one| one.label == "Ion order").unwrap();
        assert!(ion.on);
        assert_eq!(ion.href, "/orders?columns=customer");
        let bound = choices.iter().find(|one| one.label == "Bound").unwrap();
        assert_eq!(bound.href, "/orders?columns=customer%2Cbound%2Cion");
    }

    #[test]
    fn who_sees_no_cost_has_no_column_of_it() {
        let address = Address::new("/orders", Some("columns=bound,month"));
        let now = shown(&address, false);
        assert!(!now.bound && !now.monthly);
        assert!(
            choices(&address, false)
                .iter()
                .all(|one| one.label != "Bound")
        );
    }
}
