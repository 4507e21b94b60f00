//! Step 2: what the vendor needs, as a form made of Ion's template; until that is here, of what is usual.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::order::{OrderLine, Template};
use engine::orders::{OrderError, OrderView, TemplateState};
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use self::ask::group;
use super::compose::{Draft, head, is_part, moved, open};
use super::typed::{self, is_change, value};
use super::{href, money, step_href};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::pages::address::Address;
use crate::pages::go_to;
use crate::view::orders::compose::Moved;
use crate::view::orders::money::GoOn;
use crate::view::orders::provisioning::{AskGroup, EachLink, ProvisioningPage, ProvisioningStep};
use crate::view::{Html, Note, Tone};

mod ask;

type Form = ProtectedForm<Vec<(String, String)>>;

#[derive(Default)]
struct Shown {
    moved: Option<Moved>,
    notes: Vec<Note>,
    /// What is missing is told, too.
    pressed: bool,
    status: Option<StatusCode>,
}

/// The step.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new(step_href(id.into(), "provisioning"), query.as_deref());
    let Some(draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    // From the review one comes to mend what is missing.
    let shown = Shown {
        pressed: address.get("mend").is_some(),
        ..Shown::default()
    };
    page(&app, &headers, draft, &address, shown).await
}

/// Saves the step; its button may go on.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let address = Address::new(step_href(id.into(), "provisioning"), query.as_deref());
    let Some(mut draft) = open(&app, &caller, &headers, id.into(), &address).await? else {
        return Ok(go_to(&href(id.into())));
    };
    let base = &draft.row().content;
    let content = typed::provisioning(&form, base);
    let version = value(&form, "version").parse().unwrap_or(0);
    let saved = if content == *base && version == draft.row().version {
        Ok(())
    } else {
        let customer = draft.row().customer;
        app.engine()
            .edit_order(
                id.into(),
                version,
                content.clone(),
                customer,
                &caller.actor(),
            )
            .await
            .map(|_| ())
    };
    let mut shown = Shown::default();
    match saved {
        Ok(()) => {}
        Err(OrderError::Moved { now }) => {
            // What was typed, on what is there now.
            let content = typed::provisioning(&form, &now.content);
            shown.moved = Some(moved(&now, &content, &draft.around.times));
            shown.status = Some(StatusCode::CONFLICT);
            draft = draft.again(&app).await?;
            draft.view.row.content = content;
            return page(&app, &headers, draft, &address, shown).await;
        }
        Err(OrderError::Invalid(problems)) => {
            shown.notes.push(Note::new(
                Tone::Bad,
                "alert-circle",
                "It was not saved",
                problems
                    .iter()
                    .map(|problem| format!("{}: {}", problem.label, problem.message))
                    .collect::<Vec<_>>()
                    .join(" "),
            ));
            shown.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
            draft.view.row.content = content;
            return page(&app, &headers, draft, &address, shown).await;
        }
        Err(OrderError::Refused(_)) => return Ok(go_to(&href(id.into()))),
        Err(error) => return Err(error.into()),
    }
    draft = draft.again(&app).await?;
    if is_part(&headers) {
        return page(&app, &headers, draft, &address, shown).await;
    }
    let wrong = draft
        .view
        .review
        .problems
        .iter()
        .any(|problem| problem.path.contains("/attributes"));
    match value(&form, "do") {
        "next" if wrong => {
            shown.pressed = true;
            shown.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
            page(&app, &headers, draft, &address, shown).await
        }
        "next" => Ok(go_to(&step_href(id.into(), "review"))),
        _ => Ok(go_to(&address.here())),
    }
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
    let body = step(app, &draft, address, shown).await?;
    let mut response = if is_part(headers) {
        Html(body).into_response()
    } else {
        Html(ProvisioningPage { frame, body }).into_response()
    };
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    Ok(response)
}

async fn step(
    app: &App,
    draft: &Draft,
    address: &Address,
    shown: Shown,
) -> Result<ProvisioningStep, Fault> {
    let view = &draft.view;
    let each = address.get("each").is_some();
    let parted = parts(view, each);
    let joined = parted.iter().any(|part| part.len() > 1);
    let groups: Vec<AskGroup> = parted
        .iter()
        .enumerate()
        .map(|(number, places)| group(view, number, places, shown.pressed))
        .collect();
    let waiting = view.template_state.contains(&TemplateState::Waiting);
    Ok(ProvisioningStep {
        csrf: draft.around.frame.csrf.clone(),
        action_href: address.here(),
        back_href: step_href(view.row.id, "products"),
        groups,
        waiting,
        each: if each {
            Some(EachLink {
                label: "Answer for all lines of a vendor at once",
                href: address.without(&["each"]),
            })
        } else if joined {
            Some(EachLink {
                label: "Answer for each line on its own",
                href: address.and("each", "1"),
            })
        } else {
            None
        },
        summary: money::summary(
            view,
            &draft.around.times,
            Some(GoOn {
                label: "Next: review".to_owned(),
                icon: "",
                form: "compose-form",
                act: "next",
                busy: "",
                words: String::new(),
            }),
            money::source(app, &draft.around.times).await?,
        ),
        head: head(draft, 2, shown.notes, shown.moved),
    })
}

/// Places of the lines that are answered together: of one vendor, asked the same, and answered the same so far.
fn parts(view: &OrderView, each: bool) -> Vec<Vec<usize>> {
    let lines = &view.row.content.lines;
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let template = view.templates.get(place).and_then(Option::as_ref);
        let fits = |part: &&mut Vec<usize>| {
            !each
                && part.first().is_some_and(|first| {
                    let other = &lines[*first];
                    let asked = view.templates.get(*first).and_then(Option::as_ref);
                    line.vendor == other.vendor
                        && is_change(line) == is_change(other)
                        && asked_names(template) == asked_names(asked)
                        && same_answers(line, other)
                })
        };
        match parts.iter_mut().find(fits) {
            Some(part) => part.push(place),
            None => parts.push(vec![place]),
        }
    }
    parts
}

fn asked_names(template: Option<&Template>) -> Vec<&str> {
    template.map_or_else(Vec::new, |template| {
        template
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect()
    })
}

fn same_answers(one: &OrderLine, other: &OrderLine) -> bool {
    one.attributes.len() == other.attributes.len()
        && one
            .attributes
            .iter()
            .all(|answer| other.attributes.contains(answer))
}
