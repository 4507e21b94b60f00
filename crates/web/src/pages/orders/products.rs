//! Step 1: products and terms.

mod change;
mod duplicate;
mod line;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::VariantId;
use engine::orders::{OrderError, OrderView};
use http::{HeaderMap, StatusCode};
use rules::orders::check::{MAX_QUANTITY, Problem};
use serde::Deserialize;
use uuid::Uuid;

use self::change::change_edit;
pub(super) use self::duplicate::duplicates;
use self::line::{LineAsked, line_edit};
use super::catalog::Catalog;
use super::compose::{Draft, head, is_part, moved, open, wrong};
use super::typed::{self, Typed, is_change, value};
use super::{find, href, money, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::go_to;
use crate::view::orders::compose::Moved;
use crate::view::orders::money::GoOn;
use crate::view::orders::products::{ProductsPage, ProductsStep};
use crate::view::{Html, Note, Tone};

type Form = ProtectedForm<Vec<(String, String)>>;

/// What a step shows beside what is stored.
#[derive(Default)]
struct Shown {
    /// What was typed and not saved.
    typed: Option<Typed>,
    moved: Option<Moved>,
    notes: Vec<Note>,
    /// Missing lines are told.
    pressed: bool,
    /// What is wrong with the product that is being added.
    adding_error: String,
    status: Option<StatusCode>,
}

/// The step, or what its search found.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(step_href(id.into(), "products"), query.as_deref());
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    if is_part(&headers) {
        let query = address.get("q").unwrap_or_default().trim().to_owned();
        return Ok(Html(find::found(&app, draft.row(), &query).await?).into_response());
    }
    page(&app, &headers, draft, &address, Shown::default()).await
}

/// Saves the step; its button may also take a line out, copy one, or go on.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let address = Address::new(step_href(id.into(), "products"), query.as_deref());
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    let base = draft.row().content.clone();
    let mut catalog = Catalog::of(&app, &base).await?;
    catalog
        .add_typed(&app, &typed::named_variants(&form))
        .await?;
    let mut typed = typed::products(&form, &base, &catalog);
    let act = value(&form, "do");
    if !act_on(act, &mut typed) {
        return Err(Fault::unreadable(
            "The button of this form is not known. Open the page again and repeat it there.",
        ));
    }
    let version = value(&form, "version").parse().unwrap_or(0);
    let saved = if typed.content == base && version == draft.row().version {
        Ok(())
    } else {
        app.engine()
            .edit_order(
                id.into(),
                version,
                typed.content.clone(),
                draft.row().customer,
                &caller.actor(),
            )
            .await
            .map(|_| ())
    };
    match saved {
        Ok(()) => {}
        Err(OrderError::Moved { now }) => {
            let shown = Shown {
                moved: Some(moved(&now, &typed.content, &draft.around.times)),
                typed: Some(typed),
                status: Some(StatusCode::CONFLICT),
                ..Shown::default()
            };
            let draft = draft.again(&app).await?;
            return page(&app, &headers, draft, &address, shown).await;
        }
        Err(OrderError::Invalid(problems)) => {
            let shown = Shown {
                notes: vec![not_saved(&problems)],
                typed: Some(typed),
                status: Some(StatusCode::UNPROCESSABLE_ENTITY),
                ..Shown::default()
            };
            return page(&app, &headers, draft, &address, shown).await;
        }
        Err(OrderError::Refused(_)) => return Ok(go_to(&href(id.into()))),
        Err(error) => return Err(error.into()),
    }
    let draft = draft.again(&app).await?;
    let stops = !typed.problems.is_empty() || blocks(&draft.view.review.problems);
    if is_part(&headers) {
        let shown = Shown {
            typed: (!typed.problems.is_empty()).then_some(typed),
            ..Shown::default()
        };
        return page(&app, &headers, draft, &address, shown).await;
    }
    if act == "next" && stops || !typed.problems.is_empty() {
        let shown = Shown {
            typed: (!typed.problems.is_empty()).then_some(typed),
            pressed: true,
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            ..Shown::default()
        };
        return page(&app, &headers, draft, &address, shown).await;
    }
    Ok(go_to(&match act {
        "next" => step_href(id.into(), "provisioning"),
        _ => address.here(),
    }))
}

/// What a button does beside saving; false where nobody knows it.
fn act_on(act: &str, typed: &mut Typed) -> bool {
    match act.split_once('.') {
        None => matches!(act, "" | "save" | "next"),
        Some((verb, place)) => {
            let Ok(place) = place.parse::<usize>() else {
                return false;
            };
            if place >= typed.content.lines.len() {
                // It is gone already.
                return matches!(verb, "remove" | "copy");
            }
            match verb {
                "remove" => {
                    typed.content.lines.remove(place);
                }
                "copy" => {
                    let copy = typed.content.lines[place].clone();
                    typed.content.lines.insert(place + 1, copy);
                }
                _ => return false,
            }
            // What was wrong stands at other places now.
            typed.problems.clear();
            typed.raw.clear();
            true
        }
    }
}

fn not_saved(problems: &[Problem]) -> Note {
    Note::new(
        Tone::Bad,
        "alert-circle",
        "It was not saved",
        problems
            .iter()
            .map(|problem| format!("{}: {}", problem.label, problem.message))
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Whether one of these is to be mended in this step.
fn blocks(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| {
        problem.path.starts_with("/lines")
            && !problem.path.contains("/attributes")
            // Accepted in the review.
            && !problem.path.ends_with("/price")
            || problem.path == "/note"
    })
}

/// A variant that is added.
#[derive(Debug, Deserialize)]
pub(crate) struct Add {
    version: u64,
    #[serde(default)]
    variant: String,
    #[serde(default)]
    quantity: String,
}

/// Adds a line.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): ProtectedForm<Add>,
) -> Result<Response, Fault> {
    let step = step_href(id.into(), "products");
    let quantity: u32 = form
        .quantity
        .replace([',', ' '], "")
        .parse()
        .ok()
        .filter(|quantity| (1..=MAX_QUANTITY).contains(quantity))
        .unwrap_or(0);
    let variant: Option<VariantId> = form.variant.parse().ok();
    if let Some(variant) = variant
        && quantity > 0
    {
        let added = app
            .engine()
            .add_order_line(id.into(), form.version, variant, quantity, &caller.actor())
            .await;
        match added {
            Ok(row) => {
                let last = row.content.lines.len().saturating_sub(1);
                return Ok(go_to(&format!("{step}#line-{last}")));
            }
            Err(OrderError::Moved { now }) => {
                let address = Address::new(step, None);
                let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
                    return Ok(go_to(&href(id.into())));
                };
                let shown = Shown {
                    moved: Some(Moved {
                        fields: Vec::new(),
                        ..moved(&now, &now.content, &draft.around.times)
                    }),
                    notes: vec![Note::new(
                        Tone::Warn,
                        "alert-triangle",
                        "The line was not added",
                        "Look at what is there now, then add it once more.",
                    )],
                    status: Some(StatusCode::CONFLICT),
                    ..Shown::default()
                };
                return page(&app, &headers, draft, &address, shown).await;
            }
            Err(OrderError::Refused(why)) => {
                let address = Address::new(step, None);
                let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
                    return Ok(go_to(&href(id.into())));
                };
                let shown = Shown {
                    notes: vec![Note::new(
                        Tone::Bad,
                        "alert-circle",
                        "The line was not added",
                        sentence(&why),
                    )],
                    status: Some(StatusCode::UNPROCESSABLE_ENTITY),
                    ..Shown::default()
                };
                return page(&app, &headers, draft, &address, shown).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    // Where the form was sent from, so that the product stays open.
    let came_from = headers
        .get("referer")
        .and_then(|from| from.to_str().ok())
        .and_then(|from| from.split_once('?'))
        .map(|(_, query)| query.split('#').next().unwrap_or_default().to_owned());
    let address = Address::new(step, came_from.as_deref());
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    let shown = Shown {
        adding_error: if variant.is_none() {
            "Choose commitment and billing.".to_owned()
        } else {
            "Give a whole number of seats, such as 25.".to_owned()
        },
        status: Some(StatusCode::UNPROCESSABLE_ENTITY),
        ..Shown::default()
    };
    page(&app, &headers, draft, &address, shown).await
}

async fn page(
    app: &App,
    headers: &HeaderMap,
    draft: Draft,
    address: &Address,
    shown: Shown,
) -> Result<Response, Fault> {
    let status = shown.status;
    let frame = draft.around.frame.clone();
    let body = step(app, draft, address, shown).await?;
    let mut response = if is_part(headers) {
        Html(body).into_response()
    } else {
        Html(ProductsPage { frame, body }).into_response()
    };
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    Ok(response)
}

async fn step(
    app: &App,
    mut draft: Draft,
    address: &Address,
    shown: Shown,
) -> Result<ProductsStep, Fault> {
    let problems = draft.view.review.problems.clone();
    let mut problems: Vec<Problem> = problems
        .into_iter()
        .filter(|problem| shown.pressed || problem.path != "/lines")
        .collect();
    let mut raw = std::collections::BTreeMap::new();
    if let Some(typed) = &shown.typed {
        // What was typed stands below, saved or not.
        draft.view.row.content = typed.content.clone();
        for problem in typed.problems.iter().rev() {
            problems.insert(0, problem.clone());
        }
        raw.clone_from(&typed.raw);
    }
    let view = &draft.view;
    let times = &draft.around.times;
    let mut catalog = Catalog::of(app, &view.row.content).await?;
    let named = find::named(address);
    if let Some(id) = named {
        catalog.add(app, id).await?;
    }
    let mut notes = shown.notes;
    if shown.pressed {
        let lines = wrong(&problems, "/lines");
        if !lines.is_empty() {
            notes.push(Note::new(
                Tone::Bad,
                "alert-circle",
                "Nothing is chosen yet",
                lines,
            ));
        }
    }
    let changes = view.row.content.lines.iter().any(is_change);
    let mut lines = Vec::new();
    if !changes {
        let alone = view.row.content.lines.len() == 1;
        for (place, line) in view.row.content.lines.iter().enumerate() {
            let asked = LineAsked {
                place,
                alone,
                problems: &problems,
                raw: &raw,
            };
            lines.push(line_edit(app, view, line, &catalog, &asked, &draft).await?);
        }
    }
    let change = if changes {
        change_edit(app, &draft, &problems, &raw).await?
    } else {
        None
    };
    let adding = named.and_then(|id| {
        let product = catalog.product(id)?;
        find::adding(
            &view.row,
            product,
            address,
            shown.adding_error.clone(),
            times,
        )
    });
    Ok(ProductsStep {
        csrf: draft.around.frame.csrf.clone(),
        action_href: address.here(),
        lines,
        change,
        find: if changes {
            None
        } else {
            Some(find::find(app, &view.row, address).await?)
        },
        adding,
        note: view.row.content.note.clone(),
        note_error: wrong(&problems, "/note"),
        summary: money::summary(
            view,
            times,
            Some(GoOn {
                label: next_words(view),
                icon: "",
                form: "compose-form",
                act: "next",
                busy: "",
                words: String::new(),
            }),
            money::source(app, times).await?,
        ),
        head: head(&draft, 1, notes, shown.moved),
    })
}

/// `Next: what Microsoft needs`.
fn next_words(view: &OrderView) -> String {
    let mut vendors: Vec<&str> = view
        .row
        .content
        .lines
        .iter()
        .map(|line| line.vendor.as_str())
        .filter(|vendor| !vendor.is_empty())
        .collect();
    vendors.dedup();
    match vendors.as_slice() {
        [] => "Next: what the vendor needs".to_owned(),
        [only] => format!("Next: what {only} needs"),
        _ => "Next: what the vendors need".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_this_step_stops_it_and_other_things_do_not() {
        let at = |path: &str| blocks(&[Problem::new(path, "x", "y")]);
        assert!(at("/lines") && at("/lines/0/quantity") && at("/lines/1/plan") && at("/note"));
        assert!(!at("/customer") && !at("/lines/0/attributes/domainName"));
        assert!(!at("/lines/0/price"));
    }
}
