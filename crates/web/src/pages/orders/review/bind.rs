//! What an order binds to for a year or more, or for nobody knows how long, and what is typed to confirm it.

use domain::Term;
use domain::order::OrderAction;
use engine::orders::OrderView;
use rules::orders::review;
use rules::subscriptions::change::action_of;

use super::Shown;
use crate::pages::orders::money::sums_text;
use crate::view::Times;
use crate::view::format::count;
use crate::view::orders::review::{Bind, BindRow, TypedTotal};

/// What binds for a year or more, or for nobody knows how long.
pub(super) fn bind(view: &OrderView, times: &Times, shown: &Shown) -> Option<Bind> {
    let commitments = &view.review.commitments;
    if commitments.is_empty() {
        return None;
    }
    let mut rows: Vec<(BindRow, domain::order::Sums, u64, bool)> = Vec::new();
    for one in commitments {
        let row = BindRow {
            name: one.name.clone(),
            until: one
                .bound_until
                .map_or_else(|| "not known".to_owned(), |until| times.date(until.at)),
            cancel: one
                .last_day_to_cancel
                .map_or_else(|| "not known".to_owned(), |last| times.date_time(last.at)),
            expected: one.last_day_to_cancel.is_some_and(|last| last.expected),
            owed: String::new(),
        };
        let fits = rows.iter_mut().find(|(other, _, _, open)| {
            other.until == row.until && other.cancel == row.cancel && *open == one.open_ended
        });
        match fits {
            Some((_, sums, number, _)) => {
                for (currency, sum) in &one.owed_after {
                    *sums.entry(*currency).or_default() += *sum;
                }
                *number += 1;
            }
            None => rows.push((row, one.owed_after.clone(), 1, one.open_ended)),
        }
    }
    let alone = rows.len() == 1;
    let rows = rows
        .into_iter()
        .map(|(mut row, sums, number, open)| {
            if alone {
                row.name.clear();
            } else if number > 1 {
                row.name = format!("{} lines", count(number));
            }
            row.owed = match (sums.is_empty(), open) {
                (true, _) => "not known".to_owned(),
                (false, true) => format!("{} at least", sums_text(&sums)),
                (false, false) => {
                    format!(
                        "{} {} owed",
                        sums_text(&sums),
                        if sums.len() > 1 { "are" } else { "is" }
                    )
                }
            };
            row
        })
        .collect();
    Some(Bind {
        title: bind_title(view),
        rows,
        typed: match &view.review.confirmation {
            review::Confirmation::Button => None,
            review::Confirmation::TypeQuantity { quantity } => Some(TypedTotal {
                label: "No price is known. Type how many in all to confirm",
                total: quantity.to_string(),
                words: count(*quantity),
                value: shown.typed.clone(),
                error: typed_error(shown, &count(*quantity), "number"),
            }),
            review::Confirmation::TypeTotal {
                total,
                text,
                currency,
            } => {
                let mut plain = *total;
                plain.rescale(currency.exponent());
                Some(TypedTotal {
                    label: "Type the total to confirm",
                    total: plain.to_string(),
                    words: text.clone(),
                    value: shown.typed.clone(),
                    error: typed_error(shown, text, "total"),
                })
            }
        },
        words: bind_words(view, times),
    })
}

fn typed_error(shown: &Shown, total: &str, what: &str) -> String {
    let wrong = shown
        .problems
        .iter()
        .any(|problem| problem.path == "/typed_total");
    match (wrong, shown.typed.trim()) {
        (false, _) => String::new(),
        (true, "") => format!("Type {total} to confirm."),
        (true, typed) => {
            let typed: String = typed.chars().take(40).collect();
            format!("“{typed}” is not the {what}. Type {total}, as it stands above.")
        }
    }
}

fn bind_title(view: &OrderView) -> String {
    let mut words: Vec<&str> = Vec::new();
    for one in &view.review.commitments {
        let line = view.row.content.lines.get(one.line);
        let word = match line.map(|line| line.term) {
            Some(Term::P1Y) => "one year",
            Some(Term::P3Y) => "three years",
            // The line is short, and one of its add-ons is not.
            Some(Term::P1M) => "an add-on",
            Some(Term::Unknown) | None => "unknown length",
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.as_slice() {
        [only] if view.review.commitments.len() == 1 => format!("A commitment of {only}"),
        words => format!("Commitments of {}", words.join(" and of ")),
    }
}

fn bind_words(view: &OrderView, times: &Times) -> String {
    let changes = view
        .row
        .content
        .lines
        .iter()
        .any(|line| action_of(line) != OrderAction::Buy);
    let known = view
        .review
        .commitments
        .iter()
        .find(|one| one.last_day_to_cancel.is_some());
    match known.and_then(|one| one.bound_until) {
        Some(until) if !changes => format!(
            "Seats can be added later. They cannot be taken away before {}, except in the first 7 days after each increase.",
            times.date(until.at)
        ),
        Some(until) => format!(
            "They can be taken back in the first 7 days; after that not before {}.",
            times.date(until.at)
        ),
        None => "Until when it can be cancelled is the vendor’s rule, which Ion does not tell before it is bought. Count on none.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use rules::orders::check::Problem;

    #[test]
    fn what_was_typed_is_told_beside_what_must_be() {
        let mut shown = Shown::default();
        assert_eq!(typed_error(&shown, "5,690.10", "total"), "");
        shown.problems = vec![Problem::new("/typed_total", "Total", "type it")];
        assert_eq!(
            typed_error(&shown, "5,690.10", "total"),
            "Type 5,690.10 to confirm."
        );
        "5609.10".clone_into(&mut shown.typed);
        assert!(typed_error(&shown, "5,690.10", "total").contains("“5609.10” is not the total"));
    }
}
