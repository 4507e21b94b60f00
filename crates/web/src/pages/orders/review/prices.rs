//! Prices that moved since the draft was made, with the button that takes them.

use domain::Term;
use engine::orders::OrderView;
use rules::orders::check::{Problem, line_name};

use crate::fault::sentence;
use crate::pages::orders::money::sum_text;
use crate::view::Times;
use crate::view::format::amount;
use crate::view::orders::review::{MovedPrice, MovedPrices};

/// Prices that moved since the draft was made.
pub(super) fn moved_prices(view: &OrderView, times: &Times, pressed: bool) -> Option<MovedPrices> {
    let mut lines = Vec::new();
    let mut accepted = Vec::new();
    for (line, reviewed) in view.row.content.lines.iter().zip(&view.review.lines) {
        let Some(moved) = &reviewed.moved else {
            continue;
        };
        let now = amount(&moved.now, moved.currency);
        let text = format!(
            "{}: {} {} → {now} {} a seat.",
            line_name(line),
            amount(&moved.before, moved.currency_before),
            if moved.currency_before == moved.currency {
                String::new()
            } else {
                moved.currency_before.to_string()
            },
            moved.currency
        )
        .replace("  ", " ");
        let difference = reviewed.moved_over_term.map(|by| {
            let word = if by.is_sign_negative() {
                "less"
            } else {
                "more"
            };
            format!(
                "{} {} {word}",
                sum_text(by.abs(), moved.currency),
                moved.currency
            )
        });
        accepted.push(format!("{now} {}", moved.currency));
        lines.push(MovedPrice {
            text,
            over: match line.term {
                Term::P1M => "Over the month that is",
                Term::P1Y => "Over the year that is",
                Term::P3Y => "Over the three years that is",
                Term::Unknown => "For one billing period that is",
            }
            .to_owned(),
            difference: difference.unwrap_or_default(),
        });
    }
    // Prices of add-ons, and those that nobody has seen yet: told by their own words.
    for problem in &view.review.problems {
        let told = problem
            .line()
            .filter(|_| !problem.path.contains("/add_ons"))
            .and_then(|line| view.review.lines.get(line))
            .is_some_and(|line| line.moved.is_some());
        if is_acceptable(problem) && !told {
            lines.push(MovedPrice {
                text: sentence(&problem.message.replace(" Accept it to go on.", "")),
                over: String::new(),
                difference: String::new(),
            });
        }
    }
    if lines.is_empty() {
        return None;
    }
    let since = times.date(view.row.created_at);
    Some(MovedPrices {
        title: match lines.len() {
            1 => format!("A price moved since this draft was made on {since}"),
            many => format!("{many} prices moved since this draft was made on {since}"),
        },
        accept: match accepted.as_slice() {
            [only] if lines.len() == 1 => format!("Accept {only}"),
            _ => "Accept the prices of today".to_owned(),
        },
        lines,
        error: if pressed {
            "Accept it to go on; the total then follows.".to_owned()
        } else {
            String::new()
        },
    })
}

/// A price that goes away by being accepted.
pub(super) fn is_acceptable(problem: &Problem) -> bool {
    problem.path.ends_with("/price") && problem.message.contains("Accept it to go on")
}
