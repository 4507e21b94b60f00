//! Step 1: products and terms.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::VariantId;
use domain::order::{OrderAction, OrderLine};
use engine::orders::{OrderError, OrderView};
use http::{HeaderMap, StatusCode};
use rules::orders::check::{MAX_QUANTITY, Problem, line_name};
use rules::orders::money::commitment_words;
use rules::subscriptions::change::action_of;
use serde::Deserialize;
use store::catalog::ProductDetail;
use store::subscriptions;
use uuid::Uuid;

use super::catalog::Catalog;
use super::compose::{Draft, head, is_part, moved, open, wrong};
use super::matrix::{Asked, is_sold, matrix, price_of};
use super::typed::{self, Typed, is_change, value};
use super::{find, href, money, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::go_to;
use crate::view::format::{amount, count, counted, within};
use crate::view::orders::compose::Moved;
use crate::view::orders::money::GoOn;
use crate::view::orders::products::{
    AddOnEdit, ChangeEdit, LineEdit, ProductsPage, ProductsStep, Quantity,
};
use crate::view::{Button, Field, FieldKind, Html, Link, Note, Tone};

type Form = ProtectedForm<Vec<(String, String)>>;

/// Add-ons of a product that are offered.
const ADD_ONS: usize = 60;

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

struct LineAsked<'a> {
    place: usize,
    alone: bool,
    problems: &'a [Problem],
    raw: &'a std::collections::BTreeMap<String, String>,
}

impl LineAsked<'_> {
    fn wrong(&self, field: &str) -> String {
        wrong(self.problems, &format!("/lines/{}/{field}", self.place))
    }

    fn is_wrong(&self) -> bool {
        let start = format!("/lines/{}", self.place);
        self.problems.iter().any(|problem| {
            (problem.path == start || problem.path.starts_with(&format!("{start}/")))
                && !problem.path.contains("/attributes")
        })
    }
}

async fn line_edit(
    app: &App,
    view: &OrderView,
    line: &OrderLine,
    catalog: &Catalog,
    asked: &LineAsked<'_>,
    draft: &Draft,
) -> Result<LineEdit, Fault> {
    let place = asked.place;
    let times = &draft.around.times;
    let product = catalog.product_of(line);
    let name = line_name(line).to_owned();
    let chosen_wrong = ["product", "sku", "plan"]
        .iter()
        .map(|field| asked.wrong(field))
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    let mut notes = duplicates(app, view, place, draft).await?;
    let own = wrong(asked.problems, &format!("/lines/{place}"));
    if !own.is_empty() {
        notes.push(Note::new(
            Tone::Bad,
            "alert-circle",
            "This line cannot be ordered as it is",
            own,
        ));
    }
    if product.is_none() && !chosen_wrong.is_empty() {
        notes.push(Note::new(
            Tone::Bad,
            "alert-circle",
            "This product cannot be ordered any more",
            chosen_wrong.clone(),
        ));
    }
    let only = money::only_currency(&view.row.content);
    let amount_words = match money::line_amount(line) {
        Some((sum, currency)) => money::sum_text(sum, currency),
        None => String::new(),
    };
    Ok(LineEdit {
        place,
        vendor: line.vendor.clone(),
        sku: if within(&line.product_name, &name) == name && line.product_name != name {
            line.product_name.clone()
        } else {
            String::new()
        },
        words: closed_words(line),
        amount: amount_words,
        open: asked.alone || asked.is_wrong() || place + 1 == view.row.content.lines.len(),
        alone: asked.alone,
        notes,
        matrix: matrix_of(line, product, only, asked, chosen_wrong, times),
        quantity: quantity(asked, line),
        customer_po: po(format!("po.{place}"), "Customer’s PO", &line.customer_po)
            .error(asked.wrong("customer_po")),
        reseller_po: po(format!("own_po.{place}"), "Your PO", &line.reseller_po)
            .error(asked.wrong("reseller_po")),
        add_ons: product
            .map(|product| add_ons(line, product, asked))
            .unwrap_or_default(),
        name,
    })
}

/// `10 seats · 1 month, monthly · 7.41 EUR`.
fn closed_words(line: &OrderLine) -> String {
    let mut words = vec![
        counted(u64::from(line.quantity), "seat", "seats"),
        commitment_words(line.term, line.billing),
    ];
    if let Some(price) = &line.price {
        words.push(format!(
            "{} {}",
            amount(&price.cost, price.currency),
            price.currency
        ));
    }
    words.join(" · ")
}

fn matrix_of(
    line: &OrderLine,
    product: Option<&ProductDetail>,
    currency: Option<domain::Currency>,
    asked: &LineAsked<'_>,
    error: String,
    times: &crate::view::Times,
) -> crate::view::orders::products::Matrix {
    match product {
        Some(product) => matrix(
            &Asked {
                name: format!("variant.{}", asked.place),
                product,
                sku: &line.sku_id,
                plan: Some(&line.plan_id),
                quantity: line.quantity,
                currency,
                error,
            },
            times,
        ),
        None => crate::view::orders::products::Matrix {
            name: format!("variant.{}", asked.place),
            words: "the catalog no longer has it".to_owned(),
            columns: Vec::new(),
            rows: Vec::new(),
            hint: String::new(),
            error: String::new(),
        },
    }
}

fn quantity(asked: &LineAsked<'_>, line: &OrderLine) -> Quantity {
    let name = format!("quantity.{}", asked.place);
    Quantity {
        value: asked
            .raw
            .get(&name)
            .cloned()
            .unwrap_or_else(|| line.quantity.to_string()),
        name,
        label: "Seats".to_owned(),
        hint: String::new(),
        min: Some(1),
        max: Some(MAX_QUANTITY),
        error: asked.wrong("quantity"),
    }
}

fn po(name: String, label: &str, held: &str) -> Field {
    Field::new(name, label, FieldKind::Text)
        .optional()
        .value(held)
        .placeholder("none")
        .autocomplete("off")
}

fn add_ons(line: &OrderLine, product: &ProductDetail, asked: &LineAsked<'_>) -> Vec<AddOnEdit> {
    let currency = line.price.as_ref().map(|price| price.currency);
    let held = |sku: &str, plan: &str| {
        line.add_ons
            .iter()
            .position(|one| one.add_on_id == sku && one.plan_id == plan)
    };
    product
        .variants
        .iter()
        .filter(|stored| stored.variant.key.add_on)
        .filter(|stored| {
            let key = &stored.variant.key;
            is_sold(product, stored) || held(&key.sku_id, &key.plan_id).is_some()
        })
        .take(ADD_ONS)
        .map(|stored| {
            let variant = &stored.variant;
            let name = format!("addon.{}.{}", asked.place, stored.id);
            let there = held(&variant.key.sku_id, &variant.key.plan_id);
            let typed_wrong = asked.wrong(&format!("add_ons/{}", stored.id));
            let error = match there {
                Some(at) if typed_wrong.is_empty() => ["", "/quantity", "/plan", "/product"]
                    .iter()
                    .map(|field| asked.wrong(&format!("add_ons/{at}{field}")))
                    .find(|text| !text.is_empty())
                    .unwrap_or_default(),
                _ => typed_wrong,
            };
            AddOnEdit {
                label: variant.sku_name.clone(),
                terms: find::terms(variant),
                price: match price_of(stored, currency) {
                    Some(point) => {
                        format!("{} {}", amount(&point.cost, point.currency), point.currency)
                    }
                    None if variant.by_use => "by use".to_owned(),
                    None => "no price".to_owned(),
                },
                quantity: asked.raw.get(&name).cloned().unwrap_or_else(|| {
                    there.map_or_else(String::new, |at| line.add_ons[at].quantity.to_string())
                }),
                on: there.is_some(),
                name,
                error,
            }
        })
        .collect()
}

/// Subscriptions of the same product that the customer has, with the change that may be meant.
pub(super) async fn duplicates(
    app: &App,
    view: &OrderView,
    place: usize,
    draft: &Draft,
) -> Result<Vec<Note>, Fault> {
    let mut notes = Vec::new();
    for duplicate in view
        .review
        .duplicates
        .iter()
        .filter(|duplicate| duplicate.line == place)
    {
        let of = &duplicate.subscription;
        let name = view
            .row
            .content
            .lines
            .get(place)
            .map_or("this product", line_name);
        let seats = of.seats.map_or_else(
            || format!("{name} already"),
            |seats| {
                format!(
                    "{} of {name} already",
                    counted(u64::from(seats), "seat", "seats")
                )
            },
        );
        let renewal = of.renews_at.or(of.ends_at).map_or_else(
            || "A change of its seats keeps its term.".to_owned(),
            |at| {
                format!(
                    "A change of its seats keeps the renewal date, {}.",
                    draft.around.times.date(at)
                )
            },
        );
        let mut note = Note::new(
            Tone::Info,
            "info-circle",
            format!("{} has {seats}", view.row.customer_name),
            format!("Ordering adds a second subscription. {renewal}"),
        );
        let known =
            subscriptions::find_by_ion(app.store().read(), view.row.connection, &of.ion_id).await?;
        if let Some(known) = known {
            let total = duplicate.seats_together.unwrap_or_default();
            note = note.with(Button::link(
                if total > 0 {
                    format!(
                        "Change it to {} instead",
                        counted(u64::from(total), "seat", "seats")
                    )
                } else {
                    "Change the subscription instead".to_owned()
                },
                crate::pages::subscriptions::href(known.id),
            ));
        }
        notes.push(note);
    }
    Ok(notes)
}

/// What a change of a subscription takes.
async fn change_edit(
    app: &App,
    draft: &Draft,
    problems: &[Problem],
    raw: &std::collections::BTreeMap<String, String>,
) -> Result<Option<ChangeEdit>, Fault> {
    let view = &draft.view;
    let Some(line) = view.row.content.lines.first() else {
        return Ok(None);
    };
    let asked = LineAsked {
        place: 0,
        alone: true,
        problems,
        raw,
    };
    let name = line_name(line);
    let action = action_of(line);
    let title = match action {
        OrderAction::Seats => format!("Another number of seats of {name}"),
        OrderAction::Suspend => format!("Suspend {name}"),
        OrderAction::Resume => format!("Resume {name}"),
        OrderAction::Cancel => format!("Cancel {name}"),
        OrderAction::RenewalOn => format!("{name} renews by itself"),
        OrderAction::RenewalOff => format!("{name} ends with its term"),
        OrderAction::Buy | OrderAction::Other => name.to_owned(),
    };
    let subscription = match view.row.subscription {
        Some(id) => subscriptions::find(app.store().read(), id)
            .await?
            .map(|row| {
                Link::new(
                    "Open the subscription",
                    format!("/subscriptions/{}", row.id),
                )
            }),
        None => None,
    };
    let mut quantity = (action == OrderAction::Seats).then(|| quantity(&asked, line));
    if let (Some(quantity), Some(before)) = (&mut quantity, line.quantity_before) {
        "Seats in all".clone_into(&mut quantity.label);
        quantity.hint = format!("now {}", count(u64::from(before)));
    }
    let own = wrong(problems, "/lines/0");
    Ok(Some(ChangeEdit {
        title,
        vendor: line.vendor.clone(),
        text: if own.is_empty() {
            "It becomes an order of its own, sent when you press the button of the review."
                .to_owned()
        } else {
            own
        },
        subscription,
        now: line
            .quantity_before
            .map(|before| format!("now {before}"))
            .unwrap_or_default(),
        quantity,
        customer_po: po("po.0".to_owned(), "Customer’s PO", &line.customer_po)
            .error(asked.wrong("customer_po")),
        reseller_po: po("own_po.0".to_owned(), "Your PO", &line.reseller_po)
            .error(asked.wrong("reseller_po")),
    }))
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
