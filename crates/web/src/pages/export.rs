//! Products as a file: what the list shows, all pages, streamed.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use rules::cell::harmless;
use serde::Serialize;
use store::catalog::{PriceSort, ProductFilter, ProductHit, search};
use store::connections;

use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, chain};
use crate::filter;
use crate::pages::address::Address;

/// Products that are read at a time.
const PART: u32 = 500;

/// One line of the file.
#[derive(Debug, Serialize)]
struct Line<'a> {
    test: &'static str,
    id: String,
    ion_id: &'a str,
    name: &'a str,
    vendor: &'a str,
    category: &'a str,
    part_number: &'a str,
    commitments: String,
    billing: String,
    variants: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    state: &'static str,
    changed_at: String,
}

const HEAD: [&str; 14] = [
    "test",
    "id",
    "ion_id",
    "name",
    "vendor",
    "category",
    "part_number",
    "commitments",
    "billing",
    "variants",
    "cost",
    "currency",
    "state",
    "changed_at",
];

/// As CSV, for spreadsheets.
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, &caller, query.as_deref(), Kind::Csv).await
}

/// As JSON, an array.
pub(crate) async fn json(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, &caller, query.as_deref(), Kind::Json).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Json,
}

/// What is written so far.
struct Writing {
    app: App,
    filter: ProductFilter,
    kind: Kind,
    costs: bool,
    test: bool,
    begun: bool,
    done: bool,
}

async fn export(
    app: &App,
    caller: &Caller,
    query: Option<&str>,
    kind: Kind,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let address = Address::new("/products", query);
    let mut filter = filter::read(|name| address.get(name), costs)?;
    filter.limit = PART;
    // A part goes on behind the last record of the part before: an import meanwhile neither repeats nor hides one.
    filter.sort.get_or_insert(PriceSort::Name);
    let all = connections::list_all(app.store().read()).await?;
    let test = !all.is_empty() && all.iter().all(|row| row.sandbox);
    let ending = if kind == Kind::Csv { "csv" } else { "json" };
    let day = app
        .now()
        .to_zoned(app.settings().zone.clone())
        .strftime("%Y-%m-%d")
        .to_string();
    let name = format!(
        "attachment; filename=\"{}products-{day}.{ending}\"",
        if test { "TEST-" } else { "" }
    );
    let state = Writing {
        app: app.clone(),
        filter,
        kind,
        costs,
        test,
        begun: false,
        done: false,
    };
    let body = Body::from_stream(stream::try_unfold(state, next));
    let content = if kind == Kind::Csv {
        "text/csv; charset=utf-8"
    } else {
        "application/json"
    };
    Ok((
        [
            (CONTENT_TYPE, content.to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        body,
    )
        .into_response())
}

/// The next part of the file. An error cuts the answer short, so that nobody takes it for whole.
async fn next(mut state: Writing) -> Result<Option<(Bytes, Writing)>, std::io::Error> {
    if state.done {
        return Ok(None);
    }
    let page = search(state.app.store().read(), &state.filter)
        .await
        .map_err(|error| {
            tracing::warn!(error = %chain(&error), "an export broke off");
            std::io::Error::other("the database failed")
        })?;
    let mut text = Vec::new();
    match state.kind {
        Kind::Csv => write_csv(&mut text, &page.products, &state)?,
        Kind::Json => write_json(&mut text, &page.products, &state)?,
    }
    state.begun = true;
    state.done = page.next.is_none();
    state.filter.after = page.next;
    if state.done && state.kind == Kind::Json {
        text.extend_from_slice(b"\n]\n");
    }
    Ok(Some((Bytes::from(text), state)))
}

fn line<'a>(hit: &'a ProductHit, state: &Writing) -> Line<'a> {
    Line {
        test: if state.test { "TEST" } else { "" },
        id: hit.id.to_string(),
        ion_id: &hit.ion_id,
        name: &hit.name,
        vendor: &hit.vendor,
        category: &hit.category,
        part_number: &hit.part_number,
        commitments: hit.terms.join(" "),
        billing: hit.billings.join(" "),
        variants: hit.variants,
        cost: hit.cost.as_deref().filter(|_| state.costs),
        currency: hit.currency.as_deref().filter(|_| state.costs),
        state: hit.state.as_str(),
        changed_at: hit.changed_at.to_string(),
    }
}

fn write_json(
    text: &mut Vec<u8>,
    hits: &[ProductHit],
    state: &Writing,
) -> Result<(), std::io::Error> {
    let mut first = !state.begun;
    if first {
        text.extend_from_slice(b"[\n");
    }
    for hit in hits {
        if !first {
            text.extend_from_slice(b",\n");
        }
        first = false;
        serde_json::to_writer(&mut *text, &line(hit, state))?;
    }
    Ok(())
}

fn write_csv(
    text: &mut Vec<u8>,
    hits: &[ProductHit],
    state: &Writing,
) -> Result<(), std::io::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(text);
    if !state.begun {
        writer.write_record(HEAD)?;
    }
    for hit in hits {
        let line = line(hit, state);
        let variants = line.variants.to_string();
        let cells = [
            line.test,
            &line.id,
            line.ion_id,
            line.name,
            line.vendor,
            line.category,
            line.part_number,
            &line.commitments,
            &line.billing,
            &variants,
            line.cost.unwrap_or_default(),
            line.currency.unwrap_or_default(),
            line.state,
            &line.changed_at,
        ];
        writer.write_record(cells.map(harmless))?;
    }
    writer.flush()
}
