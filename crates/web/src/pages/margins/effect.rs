//! What a rule would do: totals, examples, and which rules win in its place.

use domain::order::Sums;
use domain::{Currency, MarginRuleId};
use engine::margins::{MarginPreview, MarginSample};
use engine::orders::OrderError;
use rust_decimal::Decimal;

use super::editor::{equals, save_words, unit};
use super::form::Read;
use crate::app::App;
use crate::fault::{Fault, sentence};
use crate::pages::subscriptions::money::sums;
use crate::pages::subscriptions::row::percent_of;
use crate::view::format::{self, count, counted};
use crate::view::margins::{Beaten, RuleEffect, SampleRow};
use crate::view::parts::Figure;
use crate::view::{Note, Tone};

/// The part that htmx asks for: what travels to the form comes along.
pub(super) async fn part(
    app: &App,
    read: &Read,
    replaced: Option<MarginRuleId>,
) -> Result<RuleEffect, Fault> {
    let shown = effect(app, read, replaced, false).await?;
    let currency = read
        .draft
        .as_ref()
        .ok()
        .and_then(|draft| draft.currency)
        .map(|currency| currency.to_string())
        .unwrap_or_default();
    Ok(RuleEffect {
        save: Some(save_words(read)),
        hint: Some(equals(read)),
        unit: unit(read, &currency),
        ..shown
    })
}

/// What it would do, or what is missing. `begins`: nothing is typed yet, so nothing is wrong either.
pub(super) async fn effect(
    app: &App,
    read: &Read,
    replaced: Option<MarginRuleId>,
    begins: bool,
) -> Result<RuleEffect, Fault> {
    let draft = match &read.draft {
        Ok(draft) => draft,
        Err(_) if begins => {
            return Ok(only(Note::new(
                Tone::Calm,
                "percentage",
                "Nothing to work out yet",
                "Give a value; what the rule does stands here.",
            )));
        }
        Err(wrong) => {
            let words: Vec<&str> = wrong.iter().map(|(_, words)| words.as_str()).collect();
            return Ok(only(Note::new(
                Tone::Warn,
                "alert-circle",
                "It cannot be worked out yet",
                words.join(" "),
            )));
        }
    };
    // What it does is answered before it has a name.
    let mut named = draft.clone();
    if named.name.is_empty() {
        "this rule".clone_into(&mut named.name);
    }
    match app.engine().preview_margin(&named, replaced).await {
        Ok(preview) => Ok(shown(&preview, replaced.is_some())),
        Err(OrderError::Invalid(problems)) => {
            let words: Vec<String> = problems
                .iter()
                .map(|problem| format!("{}: {}", problem.label, sentence(&problem.message)))
                .collect();
            Ok(only(Note::new(
                Tone::Warn,
                "alert-circle",
                "It cannot be worked out yet",
                words.join(" "),
            )))
        }
        Err(other) => Err(other.into()),
    }
}

fn only(note: Note) -> RuleEffect {
    RuleEffect {
        words: String::new(),
        figures: Vec::new(),
        samples: Vec::new(),
        beaten: Vec::new(),
        note: Some(note),
        foot: FOOT.to_owned(),
        save: None,
        hint: None,
        unit: String::new(),
    }
}

const FOOT: &str = "Nothing holds before you save. Orders that were submitted keep their prices; a draft is priced anew when it is reviewed.";

fn shown(preview: &MarginPreview, is_there: bool) -> RuleEffect {
    RuleEffect {
        words: "at today’s cost, for one and billing period".to_owned(),
        figures: figures(preview),
        samples: preview.samples.iter().map(sample).collect(),
        beaten: preview
            .beaten_by
            .iter()
            .map(|(name, why)| Beaten {
                name: name.clone(),
                why: why.clone(),
            })
            .collect(),
        note: (preview.samples.is_empty() && preview.affected == 0).then(|| {
            Note::new(
                Tone::Calm,
                "equal",
                if is_there {
                    "It changes nothing that is sold now"
                } else {
                    "Nothing is sold by it yet"
                },
                "No live subscription and no product of the catalog is priced by it; it holds for what comes.",
            )
        }),
        foot: if preview.partial {
            format!("There are more subscriptions than were looked at; the figures are of the first ones. {FOOT}")
        } else {
            FOOT.to_owned()
        },
        save: None,
        hint: None,
        unit: String::new(),
    }
}

fn figures(preview: &MarginPreview) -> Vec<Figure> {
    let name = format!(
        "Sales per month, {} touched",
        counted(preview.affected, "subscription", "subscriptions")
    );
    let main = preview
        .monthly_after
        .iter()
        .chain(&preview.monthly_before)
        .max_by_key(|(_, sum)| **sum)
        .map(|(currency, _)| *currency);
    let sales = match main {
        None => Figure::new(name, "none", "no live subscription is priced by it"),
        Some(currency) => {
            let of = |sums: &Sums| sums.get(&currency).copied().unwrap_or_default();
            let (before, after) = (of(&preview.monthly_before), of(&preview.monthly_after));
            Figure::new(
                name,
                signed(after.saturating_sub(before), currency),
                detail(preview, currency),
            )
            .of(currency.to_string())
        }
    };
    let below = preview.below_floor;
    vec![
        sales,
        Figure::new(
            "Touched",
            count(preview.affected),
            if preview.affected == 1 {
                "subscription gets another price"
            } else {
                "subscriptions get another price"
            },
        ),
        Figure::new(
            "Below the floor",
            count(below),
            format!("now {}", count(preview.below_floor_before)),
        )
        .toned(match below.cmp(&preview.below_floor_before) {
            std::cmp::Ordering::Greater => Tone::Bad,
            _ if below > 0 => Tone::Warn,
            _ => Tone::Calm,
        }),
    ]
}

/// `32,288.30 → 32,790.70`, and other currencies.
fn detail(preview: &MarginPreview, currency: Currency) -> String {
    let shown = |sums: &Sums| {
        sums.get(&currency)
            .and_then(|sum| format::sum(*sum, currency))
            .unwrap_or_else(|| "none".to_owned())
    };
    let mut words = format!(
        "{} → {}",
        shown(&preview.monthly_before),
        shown(&preview.monthly_after)
    );
    let others: Sums = preview
        .monthly_after
        .iter()
        .filter(|(other, _)| **other != currency)
        .map(|(other, sum)| {
            let before = preview
                .monthly_before
                .get(other)
                .copied()
                .unwrap_or_default();
            (*other, sum.saturating_sub(before))
        })
        .collect();
    if !others.is_empty() {
        words.push_str(&format!("; and {} more", sums(&others).join(", ")));
    }
    words
}

/// A difference with its sign.
fn signed(by: Decimal, currency: Currency) -> String {
    let text = format::sum(by, currency).unwrap_or_default();
    if by > Decimal::ZERO {
        format!("+{text}")
    } else {
        text
    }
}

fn sample(of: &MarginSample) -> SampleRow {
    let price = |price: Option<Decimal>| {
        price
            .map(|price| exact(price, of.currency))
            .unwrap_or_default()
    };
    let name = if of.sku.is_empty() {
        &of.product
    } else {
        &of.sku
    };
    let plan = format::within(name, &of.plan);
    let margin = |margin: Option<Decimal>| margin.map(percent_of).unwrap_or_default();
    SampleRow {
        vendor: of.product.clone(),
        name: name.clone(),
        detail: match &of.customer {
            Some(customer) => format!("{plan}, for {customer}"),
            None => plan.to_owned(),
        },
        cost: exact(of.cost, of.currency),
        currency: of.currency.to_string(),
        old_sale: price(of.old_sale),
        new_sale: price(of.new_sale),
        old_margin: margin(of.old_margin),
        new_margin: margin(of.new_margin),
        tone: match of.new_margin {
            Some(margin) if margin.is_sign_negative() => Tone::Bad,
            _ => Tone::Calm,
        },
        wins: of.why == "this rule",
        which: of.why.clone(),
    }
}

/// A price with up to four digits behind the point, as prices are shown everywhere.
fn exact(price: Decimal, currency: Currency) -> String {
    domain::Amount::parse(&price.normalize().to_string(), domain::Scale::Price).map_or_else(
        |_| price.to_string(),
        |amount| format::amount(&amount, currency),
    )
}
