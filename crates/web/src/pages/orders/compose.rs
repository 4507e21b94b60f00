//! What the three steps share: the draft, its head, who else saved it, and how it is thrown away.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::OrderId;
use domain::access::Right;
use domain::order::{Attribute, OrderContent, OrderLine, OrderState};
use engine::orders::OrderView;
use http::HeaderMap;
use rules::orders::attributes::label_of;
use rules::orders::check::{Problem, line_name};
use rules::orders::money::commitment_words;
use serde::Deserialize;
use store::orders::OrderRow;
use uuid::Uuid;

use super::{PATH, href, number_text, said, step_href, words};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::{Around, go_to};
use crate::view::orders::compose::{ComposeHead, ComposeStep, Moved, StepPlace};
use crate::view::{Link, Note, Section, Times, status};

/// A draft that is open.
pub(super) struct Draft {
    pub(super) view: OrderView,
    pub(super) around: Around,
}

impl Draft {
    pub(super) fn row(&self) -> &OrderRow {
        &self.view.row
    }

    /// The same after somebody wrote.
    pub(super) async fn again(self, app: &App) -> Result<Self, Fault> {
        Ok(Self {
            view: app.engine().view_order(self.view.row.id).await?,
            around: self.around,
        })
    }
}

/// Loads a draft. Nothing where the order is none any more: its page then shows what it is.
pub(super) async fn open(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: OrderId,
    address: &Address,
) -> Result<Option<Draft>, Fault> {
    let view = app.engine().view_order(id).await?;
    if view.row.state != OrderState::Draft {
        return Ok(None);
    }
    if !caller.may(Right::SeeCost) {
        return Err(Fault::forbidden(
            "Putting an order together shows what it costs, which your role does not.",
        ));
    }
    let mut around = Around::load(
        app,
        caller,
        headers,
        words::heading(view.row.action),
        Section::Orders,
    )
    .await?
    .under("Orders", PATH)
    .saying(said(address.get("done")));
    if let Some(connection) = around.connection(view.row.connection).cloned() {
        around = around.about(&connection);
    }
    Ok(Some(Draft { view, around }))
}

/// The head of a step.
pub(super) fn head(draft: &Draft, here: u8, notes: Vec<Note>, moved: Option<Moved>) -> ComposeHead {
    let (row, times) = (draft.row(), &draft.around.times);
    ComposeHead {
        csrf: draft.around.frame.csrf.clone(),
        heading: words::heading(row.action).to_owned(),
        status: status::order(row.state),
        // Where every connection is one, the banner says so already.
        test: draft
            .around
            .connection(row.connection)
            .is_some_and(|row| row.sandbox)
            && draft.around.connections.len() > 1,
        number: number_text(row.origin, row.number, row.ion_id.as_deref()),
        customer: row
            .customer
            .map(|id| Link::new(row.customer_name.clone(), crate::pages::customers::href(id))),
        saved: format!("saved {}", times.second(row.edited_at).text),
        discard_href: format!("{}/discard", href(row.id)),
        version: row.version,
        steps: [
            (1, "Products and terms", "products"),
            (2, "What the vendor needs", "provisioning"),
            (3, "Review and submit", "review"),
        ]
        .into_iter()
        .map(|(number, label, step)| ComposeStep {
            number,
            label,
            place: match number {
                number if number < here => StepPlace::Done,
                number if number == here => StepPlace::Here,
                _ => StepPlace::Later,
            },
            href: step_href(row.id, step),
        })
        .collect(),
        notes,
        moved,
    }
}

/// Somebody else saved meanwhile: who, when, and what differs from what was typed.
pub(super) fn moved(now: &OrderRow, mine: &OrderContent, times: &Times) -> Moved {
    Moved {
        title: format!(
            "Someone else saved this draft at {} ({}).",
            times.second(now.edited_at).text,
            now.edited_by
        ),
        fields: differences(&now.content, mine),
    }
}

/// What differs between two contents: label, theirs, mine.
fn differences(theirs: &OrderContent, mine: &OrderContent) -> Vec<(String, String, String)> {
    let mut fields = Vec::new();
    let mut add = |label: String, theirs: String, mine: String| {
        if theirs != mine {
            fields.push((label, shown(theirs), shown(mine)));
        }
    };
    let most = theirs.lines.len().max(mine.lines.len());
    for place in 0..most {
        match (theirs.lines.get(place), mine.lines.get(place)) {
            (Some(theirs), Some(mine)) if same_thing(theirs, mine) => {
                let name = line_name(mine).to_owned();
                add(
                    format!("{name}, terms"),
                    commitment_words(theirs.term, theirs.billing),
                    commitment_words(mine.term, mine.billing),
                );
                add(
                    format!("{name}, quantity"),
                    theirs.quantity.to_string(),
                    mine.quantity.to_string(),
                );
                add(
                    format!("{name}, customer’s PO"),
                    theirs.customer_po.clone(),
                    mine.customer_po.clone(),
                );
                add(
                    format!("{name}, your PO"),
                    theirs.reseller_po.clone(),
                    mine.reseller_po.clone(),
                );
                for attribute in names(theirs, mine) {
                    add(
                        format!("{name}, {}", label_of(&attribute)),
                        theirs.attribute(&attribute).unwrap_or_default().to_owned(),
                        mine.attribute(&attribute).unwrap_or_default().to_owned(),
                    );
                }
                let add_ons = |line: &OrderLine| {
                    line.add_ons
                        .iter()
                        .map(|one| format!("{} × {}", one.quantity, one.name))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                add(format!("{name}, add-ons"), add_ons(theirs), add_ons(mine));
            }
            (theirs, mine) => {
                let words = |line: Option<&OrderLine>| {
                    line.map_or_else(String::new, |line| {
                        format!("{} × {}", line.quantity, line_name(line))
                    })
                };
                add(format!("Line {}", place + 1), words(theirs), words(mine));
            }
        }
    }
    add("Note".to_owned(), theirs.note.clone(), mine.note.clone());
    fields
}

fn shown(text: String) -> String {
    if text.is_empty() {
        "none".to_owned()
    } else {
        text
    }
}

fn same_thing(one: &OrderLine, other: &OrderLine) -> bool {
    one.product_ion_id == other.product_ion_id
        && one.sku_id == other.sku_id
        && one.resource_id == other.resource_id
}

fn names(one: &OrderLine, other: &OrderLine) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for Attribute { name, .. } in one.attributes.iter().chain(&other.attributes) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// What is wrong at a path, as a sentence; empty for nothing.
pub(super) fn wrong(problems: &[Problem], path: &str) -> String {
    problems
        .iter()
        .find(|problem| problem.path == path)
        .map_or_else(String::new, |problem| sentence(&problem.message))
}

/// A part of the page, not the whole of it, was asked for: by the script that saves while one types.
pub(super) fn is_part(headers: &HeaderMap) -> bool {
    crate::pages::wants_part(headers)
}

/// A draft that is thrown away.
#[derive(Debug, Deserialize)]
pub(crate) struct Discard {
    version: u64,
}

/// Throws a draft away.
pub(crate) async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Discard>,
) -> Result<Response, Fault> {
    app.engine()
        .discard_order(id.into(), form.version, &caller.actor())
        .await?;
    Ok(go_to(&format!("{PATH}?done=discarded")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(quantity: u32, po: &str) -> OrderContent {
        let line: OrderLine = serde_json::from_value(serde_json::json!({
            "product_ion_id": "p", "sku_id": "s", "plan_id": "n", "term": "P1Y", "billing": "monthly",
            "quantity": quantity, "reseller_po": po, "sku_name": "Business Premium"
        }))
        .unwrap();
        OrderContent {
            lines: vec![line],
            note: String::new(),
        }
    }

    #[test]
    fn what_two_people_typed_differently_is_told_with_both() {
        assert_eq!(
            differences(&content(30, ""), &content(25, "R-77")),
            [
                (
                    "Business Premium, quantity".to_owned(),
                    "30".to_owned(),
                    "25".to_owned()
                ),
                (
                    "Business Premium, your PO".to_owned(),
                    "none".to_owned(),
                    "R-77".to_owned()
                )
            ]
        );
        let gone = OrderContent::default();
        assert_eq!(
            differences(&gone, &content(25, "")),
            [(
                "Line 1".to_owned(),
                "none".to_owned(),
                "25 × Business Premium".to_owned()
            )]
        );
        assert!(differences(&content(1, ""), &content(1, "")).is_empty());
    }
}
