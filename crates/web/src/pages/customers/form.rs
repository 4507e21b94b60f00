//! The form of a customer: a new one, or one that is known.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::customer::{Contact, Customer, CustomerField as Shared};
use domain::{ConnectionId, CustomerId, FileId};
use engine::customers::EditError;
use http::{HeaderMap, StatusCode};
use rules::customers::check::{Problem, problems_for_ion};
use rules::customers::places;
use rules::customers::table::{differences, number_text};
use store::customers::{self, CustomerRow, FileLine};
use uuid::Uuid;

use super::typed::{self, value};
use super::{href, name};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::{Around, go_to};
use crate::view::customers::form::{ContactRow, CustomerForm, ExternalRow, Moved};
use crate::view::form::Select;
use crate::view::format::counted;
use crate::view::{Choice, Field, FieldKind, Html, Note, Section, Tone};

type Form = ProtectedForm<Vec<(String, String)>>;

/// Countries of which states are offered.
const WITH_STATES: [&str; 3] = ["US", "CA", "AU"];

/// What a form shows beside what was typed.
#[derive(Default)]
struct Filled {
    customer: Customer,
    version: u64,
    /// The customer that is edited; none for a new one.
    row: Option<CustomerRow>,
    problems: Vec<Problem>,
    note: Option<Note>,
    moved: Option<Moved>,
    /// Empty rows below the ones that are filled.
    more_contacts: usize,
    more_externals: usize,
    send_to: String,
    lead: String,
}

/// An empty form; or what a row of a file said, to be mended.
pub(crate) async fn new(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let address = Address::new("/customers/new", query.as_deref());
    let mut filled = Filled::default();
    if let Some(line) = line_of(&app, &address).await? {
        take_line(&mut filled, line);
    }
    page(&app, &caller, &headers, filled).await
}

/// What a row of a file said, to be mended by typing.
fn take_line(filled: &mut Filled, line: FileLine) {
    if let Some(content) = line.content {
        filled.customer = content;
    }
    filled.lead = format!(
        "From row {} of a file: mend it and save it here.",
        line.line
    );
    if let Some(field) = line.field {
        filled.problems.push(Problem {
            label: super::field_label(&field),
            message: line
                .message
                .split_once(": ")
                .map_or(line.message.as_str(), |(_, why)| why)
                .to_owned(),
            field,
        });
    }
}

/// The row of a file that is mended by typing.
async fn line_of(app: &App, address: &Address) -> Result<Option<FileLine>, Fault> {
    let file = address.get("file").and_then(|id| id.parse::<FileId>().ok());
    let line = address
        .get("line")
        .and_then(|line| line.parse::<u64>().ok());
    let (Some(file), Some(line)) = (file, line) else {
        return Ok(None);
    };
    let (rows, _) = customers::list_lines(
        app.store().read(),
        file,
        None,
        Some(line.saturating_sub(1)),
        1,
    )
    .await?;
    Ok(rows.into_iter().find(|row| row.line == line))
}

/// The form of one that is known.
pub(crate) async fn edit(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let row = find(&app, id.into()).await?;
    if row.archived_at.is_some() {
        return Ok(go_to(&href(row.id)));
    }
    let address = Address::new(format!("{}/edit", href(row.id)), query.as_deref());
    let mut filled = Filled {
        customer: row.customer.clone(),
        version: row.version,
        row: Some(row),
        ..Filled::default()
    };
    if let Some(line) = line_of(&app, &address)
        .await?
        .filter(|line| line.customer == Some(id.into()))
    {
        take_line(&mut filled, line);
    }
    page(&app, &caller, &headers, filled).await
}

async fn find(app: &App, id: CustomerId) -> Result<CustomerRow, Fault> {
    customers::find(app.store().read(), id)
        .await?
        .ok_or_else(|| Fault::not_found("customer"))
}

/// Adds a customer.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let customer = typed::customer(&form, &Customer::default());
    let send_to = value(&form, "send_to").to_owned();
    let mut filled = Filled {
        customer: customer.clone(),
        send_to: send_to.clone(),
        ..Filled::default()
    };
    if more(&form, &mut filled) {
        return page(&app, &caller, &headers, filled).await;
    }
    let made = app
        .engine()
        .create_customer(
            customer,
            send_to.parse::<ConnectionId>().ok(),
            &caller.actor(),
        )
        .await;
    match made {
        Ok(id) => Ok(go_to(&format!("{}?done=made", href(id)))),
        Err(error) => refused(&app, &caller, &headers, filled, error).await,
    }
}

/// Saves a customer.
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    ProtectedForm(form): Form,
) -> Result<Response, Fault> {
    let row = find(&app, id.into()).await?;
    let customer = typed::customer(&form, &row.customer);
    let version = value(&form, "version").parse().unwrap_or(0);
    let mut filled = Filled {
        customer: customer.clone(),
        version,
        row: Some(row.clone()),
        ..Filled::default()
    };
    if more(&form, &mut filled) {
        return page(&app, &caller, &headers, filled).await;
    }
    let saved = app
        .engine()
        .edit_customer(row.id, version, customer, &caller.actor())
        .await;
    match saved {
        Ok(edited) => {
            let done = match edited.pushed_to {
                _ if edited.version == version => "nothing",
                0 => "saved",
                _ => "saved-and-sent",
            };
            Ok(go_to(&format!("{}?done={done}", href(row.id))))
        }
        Err(error) => refused(&app, &caller, &headers, filled, error).await,
    }
}

/// One more row was asked for, by a browser without script.
fn more(form: &[(String, String)], filled: &mut Filled) -> bool {
    match value(form, "more") {
        "contact" => filled.more_contacts = 1,
        "external" => filled.more_externals = 1,
        _ => return false,
    }
    true
}

/// The form again, with what was typed and why it was not saved.
async fn refused(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    mut filled: Filled,
    error: EditError,
) -> Result<Response, Fault> {
    match error {
        EditError::Invalid(problems) => {
            let text = problems
                .iter()
                .map(|problem| format!("{}: {}", problem.label, problem.message))
                .collect::<Vec<_>>()
                .join(" ");
            filled.note = Some(Note::new(
                Tone::Bad,
                "alert-circle",
                match problems.len() as u64 {
                    1 => "One field is wrong".to_owned(),
                    number => format!("{} are wrong", counted(number, "field", "fields")),
                },
                text,
            ));
            filled.problems = problems;
        }
        EditError::Moved { now } => {
            let who = now
                .origins
                .values()
                .max_by_key(|origin| origin.at)
                .map_or_else(|| "somebody".to_owned(), |origin| origin.by.clone());
            filled.moved = Some(Moved {
                title: format!("Someone else saved this customer meanwhile ({who})."),
                fields: differences(&now.customer, &filled.customer)
                    .into_iter()
                    .map(|one| (one.column.label(), one.before, one.after))
                    .collect(),
            });
            filled.version = now.version;
            filled.row = Some(*now);
        }
        EditError::Refused(why) => {
            filled.note = Some(Note::new(
                Tone::Bad,
                "alert-circle",
                "It was not saved",
                sentence(&why),
            ));
        }
        other => return Err(other.into()),
    }
    let mut response = page(app, caller, headers, filled).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    filled: Filled,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let title = filled
        .row
        .as_ref()
        .map_or_else(|| "New customer".to_owned(), |row| name(row).to_owned());
    let around = Around::load(app, caller, headers, title, Section::Customers)
        .await?
        .under("Customers", "/customers");
    let linked = match &filled.row {
        Some(row) => !customers::list_links(conn, row.id).await?.is_empty(),
        None => false,
    };
    let tags = customers::tags(conn).await?;
    Ok(Html(fill(&filled, &around, linked, tags)).into_response())
}

fn fill(filled: &Filled, around: &Around, linked: bool, tags: Vec<String>) -> CustomerForm {
    let customer = &filled.customer;
    let error = |field: &str| {
        filled
            .problems
            .iter()
            .find(|problem| problem.field == field)
            .map_or_else(String::new, |problem| sentence(&problem.message))
    };
    let shared = |field: Shared, kind| {
        Field::new(field.as_str(), field.label(), kind)
            .value(customer.fields.get(field))
            .error(error(field.as_str()))
    };
    let text = |field: Shared| shared(field, FieldKind::Text).optional();
    let own = |name: &'static str, label: &str, held: String| {
        Field::new(name, label, FieldKind::Text)
            .optional()
            .value(held)
            .error(error(name))
    };
    let country = customer.fields.get(Shared::Country).to_owned();
    let mut contacts: Vec<ContactRow> = customer
        .contacts
        .iter()
        .enumerate()
        .map(|(place, one)| contact_row(&place.to_string(), place, one, &error))
        .collect();
    let mut externals: Vec<ExternalRow> = customer
        .external_ids
        .iter()
        .enumerate()
        .map(|(place, (system, id))| external_row(&place.to_string(), system, id))
        .collect();
    let nothing = |_: &str| String::new();
    for _ in 0..filled.more_contacts {
        let place = contacts.len();
        contacts.push(contact_row(
            &place.to_string(),
            place,
            &Contact::default(),
            &nothing,
        ));
    }
    for _ in 0..filled.more_externals {
        externals.push(external_row(&externals.len().to_string(), "", ""));
    }
    let typed_something = filled.row.is_some() || *customer != Customer::default();
    let warnings = if typed_something && filled.problems.is_empty() {
        problems_for_ion(&customer.fields, None)
            .iter()
            .map(|problem| format!("{}: {}", problem.label, problem.message))
            .collect()
    } else {
        Vec::new()
    };
    let send_to = if filled.row.is_some() || around.connections.is_empty() {
        Vec::new()
    } else {
        std::iter::once(Choice::new(
            "",
            "Keep it here only; Mapping offers to create it in Ion later",
            filled.send_to.is_empty(),
        ))
        .chain(around.connections.iter().map(|row| {
            Choice::new(
                row.id.to_string(),
                format!(
                    "Create it in Ion at once, in “{}”. Ion has no delete.",
                    row.name
                ),
                filled.send_to == row.id.to_string(),
            )
        }))
        .collect()
    };
    let (heading, lead, action_href, cancel_href, submit) = match &filled.row {
        Some(row) => (
            format!("Edit {}", name(row)),
            if filled.lead.is_empty() {
                String::new()
            } else {
                format!("{} ", filled.lead)
            } + &format!(
                "{}. {}",
                number_text(row.number),
                if linked {
                    "What you change goes to Ion within seconds."
                } else {
                    "It is linked with none in Ion; what you change stays here."
                }
            ),
            format!("{}/edit", href(row.id)),
            href(row.id),
            "Save",
        ),
        None => (
            "New customer".to_owned(),
            if filled.lead.is_empty() {
                "Only the name is needed here; Ion needs the address and a contact, too.".to_owned()
            } else {
                filled.lead.clone()
            },
            "/customers/new".to_owned(),
            "/customers".to_owned(),
            "Add the customer",
        ),
    };
    let mut organisation = shared(Shared::Organisation, FieldKind::Text);
    "Name of the organisation".clone_into(&mut organisation.label);
    if filled.row.is_none() && filled.problems.is_empty() {
        organisation = organisation.focused();
    }
    CustomerForm {
        frame: around.frame.clone(),
        heading,
        lead,
        action_href,
        cancel_href,
        version: filled.version,
        note: filled.note.clone(),
        moved: filled.moved.clone(),
        organisation,
        language: select(
            "language",
            "Language",
            places::languages(),
            customer.fields.get(Shared::Language),
            "In which Ion writes to the customer.",
            error("language"),
        ),
        address: vec![
            text(Shared::Street),
            text(Shared::Suite),
            text(Shared::Zip),
            text(Shared::City),
            Field {
                offers: places::states_of(&country)
                    .unwrap_or_default()
                    .iter()
                    .map(|(code, name)| ((*code).to_owned(), (*name).to_owned()))
                    .collect(),
                ..text(Shared::State)
            }
            .hint("A code for the United States, Canada and Australia; elsewhere any text."),
        ],
        country: select(
            "country",
            "Country",
            places::countries(),
            &country,
            "",
            error("country"),
        ),
        states: WITH_STATES
            .iter()
            .map(|code| {
                let states = places::states_of(code).unwrap_or_default();
                (
                    *code,
                    states
                        .iter()
                        .map(|(code, name)| ((*code).to_owned(), (*name).to_owned()))
                        .collect(),
                )
            })
            .collect(),
        primary: vec![
            text(Shared::ContactName),
            shared(Shared::Email, FieldKind::Email)
                .optional()
                .hint("No other customer in Ion may have it."),
            text(Shared::Title),
            text(Shared::Phone),
        ],
        blank_contact: contact_row("new", contacts.len(), &Contact::default(), &nothing),
        contacts,
        own: vec![
            own(
                "registration_number",
                "Registration number",
                customer.registration_number.clone(),
            ),
            own("vat_number", "VAT number", customer.vat_number.clone()),
            own("domains", "Domains", customer.domains.join(", "))
                .hint("Several with commas between them. They help to find it in Ion."),
            own("tags", "Tags", customer.tags.join(", ")).hint("Several with commas between them."),
        ],
        tags,
        blank_external: external_row("new", "", ""),
        externals,
        notes: Field::new("notes", "Notes", FieldKind::Long)
            .optional()
            .value(customer.notes.clone())
            .error(error("notes")),
        send_to,
        warnings,
        submit,
    }
}

fn contact_row(
    suffix: &str,
    place: usize,
    one: &Contact,
    error: &impl Fn(&str) -> String,
) -> ContactRow {
    let field = |name: &str, label: &str, kind, held: &str| {
        Field::new(format!("contact_{name}.{suffix}"), label, kind)
            .optional()
            .value(held)
            .error(error(&format!("contacts[{place}].{name}")))
    };
    ContactRow {
        title: format!("Contact {}", place + 2),
        fields: vec![
            field("name", "Name", FieldKind::Text, &one.name),
            field("email", "E-mail", FieldKind::Email, &one.email),
            field("title", "Title", FieldKind::Text, &one.title),
            field("phone", "Phone", FieldKind::Text, &one.phone),
        ],
    }
}

fn external_row(suffix: &str, system: &str, id: &str) -> ExternalRow {
    ExternalRow {
        system: Field::new(
            format!("external_system.{suffix}"),
            "System",
            FieldKind::Text,
        )
        .optional()
        .value(system)
        .placeholder("erp"),
        id: Field::new(format!("external_id.{suffix}"), "Id there", FieldKind::Text)
            .optional()
            .mono()
            .value(id),
    }
}

/// A choice among codes; a value that is none of them, as Ion may have it, stays one to choose.
fn select(
    name: &'static str,
    label: &str,
    known: &[(&str, &str)],
    held: &str,
    hint: &str,
    error: String,
) -> Select {
    let is_known = known.iter().any(|(code, _)| *code == held);
    let mut choices = vec![Choice::new("", "Not said", held.is_empty())];
    if !is_known && !held.is_empty() {
        choices.push(Choice::new(held, format!("{held}, as it is"), true));
    }
    choices.extend(
        known
            .iter()
            .map(|(code, name)| Choice::new(*code, format!("{name} ({code})"), *code == held)),
    );
    Select {
        name,
        label: label.to_owned(),
        choices,
        hint: hint.to_owned(),
        error,
    }
}
