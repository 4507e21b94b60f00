//! The rules as rows, in the order in which they win.

use domain::MarginRuleId;
use domain::margin::MarginRule;
use jiff::civil::Date;
use rules::margins::choose::in_order;
use store::margins::MarginRow;

use super::lookup::Names;
use crate::pages::subscriptions::product::{how, rule_href};
use crate::view::Times;
use crate::view::margins::{RetiredRow, RuleRow};

/// Rules in use.
pub(super) fn rules(
    rows: Vec<MarginRow>,
    names: &Names,
    open: Option<MarginRuleId>,
    times: &Times,
) -> Vec<RuleRow> {
    let mut rules: Vec<MarginRule> = rows.into_iter().map(|row| row.rule).collect();
    in_order(&mut rules);
    let today = times.now.to_zoned(times.zone.clone()).date();
    rules
        .iter()
        .zip(1_u64..)
        .map(|(rule, place)| RuleRow {
            place: place.to_string(),
            href: rule_href(rule.id),
            name: rule.name.clone(),
            scope: match rule.until {
                Some(until) => format!("{}; until {}", names.scope(&rule.scope), day(until)),
                None => names.scope(&rule.scope),
            },
            how: how(rule),
            floor: rule
                .floor
                .map(|floor| format!("{} %", floor.normalize()))
                .unwrap_or_default(),
            from: day(rule.from),
            when: if rule.from > today {
                format!("from {}", day(rule.from))
            } else if rule.until.is_some_and(|until| until < today) {
                "over".to_owned()
            } else {
                String::new()
            },
            open: Some(rule.id) == open,
        })
        .collect()
}

/// Rules out of use.
pub(super) fn retired(rows: &[MarginRow], names: &Names, times: &Times) -> Vec<RetiredRow> {
    rows.iter()
        .map(|row| RetiredRow {
            name: row.rule.name.clone(),
            text: format!("{}; {}", names.scope(&row.rule.scope), how(&row.rule)),
            when: row
                .retired_at
                .map(|at| format!("since {}, by {}", times.date(at), row.edited_by))
                .unwrap_or_default(),
        })
        .collect()
}

/// `1 Jan 2027`.
pub(super) fn day(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}
