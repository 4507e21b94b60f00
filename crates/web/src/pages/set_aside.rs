//! Products that could not be read, with the reason and the place.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::SetAsideId;
use domain::access::Right;
use domain::catalog::ProductState;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use store::catalog::{self, SetAsideRow};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Caller;
use crate::fault::{Fault, sentence};
use crate::pages::Around;
use crate::raw;
use crate::view::parts::{Empty, Figure};
use crate::view::set_aside::{SetAsideDetail, SetAsideEntry, SetAsidePage};
use crate::view::{Button, Html, Link, Section, format, status};

/// All of them, the first one open.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    page(&app, &caller, &headers, None).await
}

/// All of them, one open.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    page(&app, &caller, &headers, Some(id.into())).await
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: Option<SetAsideId>,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let all = catalog::list_set_aside(conn).await?;
    let open = match id {
        Some(id) => Some(
            catalog::find_set_aside(conn, id)
                .await?
                .ok_or_else(|| Fault::not_found("entry that is set aside"))?,
        ),
        None => None,
    };
    let around = Around::load(app, caller, headers, "Set aside", Section::Products)
        .await?
        .under("Products", "/products");
    let still = open
        .as_ref()
        .is_some_and(|open| all.iter().any(|row| row.id == open.id));
    let again = around
        .importable()
        .filter(|_| caller.may(Right::RunImports) && !all.is_empty())
        .map(|row| {
            Button::post(
                "Import again",
                format!("/settings/integrations/{}/import", row.id),
            )
            .with_icon("package-import")
        });
    let total = all.len() as u64;
    let open = open.map(|row| detail(&row, still, caller.may(Right::SeeCost), &around));
    Ok(Html(SetAsidePage {
        summary: if total == 0 {
            "Every product of the last import could be read.".to_owned()
        } else {
            format!(
                "{} had a value that could not be read. All others are up to date; these keep what was known before.",
                format::counted(total, "product", "products")
            )
        },
        action: again,
        entries: all
            .iter()
            .map(|row| SetAsideEntry {
                href: format!("/products/set-aside/{}", row.id),
                ion_id: row.ion_id.clone(),
                reason: reason(&row.json_path, &row.message).title,
                place: place(&row.json_path),
                open: id == Some(row.id),
            })
            .collect(),
        foot: if total >= 500 { "the newest 500".to_owned() } else { format!("{0} of {0}", format::count(total)) },
        empty: (total == 0 && open.is_none()).then(|| Empty::new("circle-check", "Nothing is set aside", "A product that cannot be read would wait here with its reason, and keep what was known before.")),
        open,
        frame: around.frame,
    })
    .into_response())
}

/// `SKU 3` of a path such as `$.definition.skus[2].plans[0].recurringPrice`.
fn place(path: &str) -> String {
    for (list, word) in [("skus[", "SKU"), ("addOns[", "add-on")] {
        let number = path
            .split_once(list)
            .and_then(|(_, rest)| rest.split_once(']'))
            .and_then(|(number, _)| number.parse::<u64>().ok());
        if let Some(number) = number {
            return format!("{word} {}", number + 1);
        }
    }
    String::new()
}

/// Why a product could not be read.
pub(crate) struct Reason {
    /// `A price is not a number`.
    pub(crate) title: String,
    /// What Ion sent, and what must stand there.
    sentence: String,
}

/// The reason in words that need no JSON. `message` is what the reader said at `path`; what is not known here is said as it is.
pub(crate) fn reason(path: &str, message: &str) -> Reason {
    // Line and column are those of a reply on one line, which nobody sees.
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(said, _)| said);
    let member = path
        .rsplit(['.', '$'])
        .next()
        .and_then(|last| last.split('[').next())
        .filter(|last| !last.is_empty());
    let thing = match member {
        Some("displayName") => "the name".to_owned(),
        Some("skus") => "the value for SKUs".to_owned(),
        Some("addOns") => "the value for add-ons".to_owned(),
        Some("plans") => "the value for plans".to_owned(),
        Some("phases") => "the value for phases".to_owned(),
        Some(member) if member.ends_with("Price") => "a price".to_owned(),
        Some(member) => format!("“{member}”"),
        None => "the product".to_owned(),
    };
    if message == "missing" || message.starts_with("missing field") {
        return Reason {
            title: format!("{} is missing", capital(&thing)),
            sentence: "Ion sent nothing where it must stand.".to_owned(),
        };
    }
    if let Some(found) = message.strip_prefix("expected a decimal number, found ") {
        return Reason {
            title: "A price is not a number".to_owned(),
            sentence: format!(
                "Ion sent {} where an amount must stand. Prices are not guessed.",
                of_json(found)
            ),
        };
    }
    let shapes = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|shapes| shapes.split_once(", expected "));
    match shapes {
        Some((found, wanted)) => Reason {
            title: format!("{} is not {}", capital(&thing), of_json(wanted)),
            sentence: format!(
                "Ion sent {} where {} must stand.",
                of_json(found),
                of_json(wanted)
            ),
        },
        None => Reason {
            title: "A value could not be read".to_owned(),
            sentence: sentence(message),
        },
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A shape of JSON as people call it.
fn of_json(shape: &str) -> String {
    match shape {
        "map" | "a map" => "an object".to_owned(),
        "sequence" | "a sequence" => "a list".to_owned(),
        "a string" => "a text".to_owned(),
        "a boolean" => "yes or no".to_owned(),
        "null" | "unit value" => "nothing".to_owned(),
        _ if shape.starts_with("struct ") => "an object".to_owned(),
        _ => match shape
            .split_once(' ')
            .filter(|(kind, _)| matches!(*kind, "string" | "integer" | "boolean"))
        {
            Some(("string", text)) => format!("the text {text}"),
            Some((_, value)) => value.trim_matches('`').to_owned(),
            None if shape.starts_with('"') => format!("the text {shape}"),
            None => shape.to_owned(),
        },
    }
}

/// The one that is open. The reply holds prices: only for who may see costs.
fn detail(row: &SetAsideRow, still: bool, costs: bool, around: &Around) -> SetAsideDetail {
    let times = &around.times;
    let reason = reason(&row.json_path, &row.message);
    let text = if costs { raw::open(&row.raw) } else { None };
    let (lines, left) = text
        .as_deref()
        .map(|text| raw::lines(text, &row.json_path))
        .unwrap_or_default();
    SetAsideDetail {
        name: row.name.clone(),
        ion_id: row.ion_id.clone(),
        status: if still {
            status::product(ProductState::SetAside, false)
        } else {
            status::product(ProductState::Available, false)
        },
        title: if still {
            reason.title
        } else {
            "It was read since".to_owned()
        },
        sentence: format!(
            "{} {}",
            reason.sentence,
            if row.product.is_some() {
                "The product keeps what was known before."
            } else {
                "Nothing was known of this product before, so it is not in the list yet."
            }
        ),
        path: row.json_path.clone(),
        facts: vec![
            Figure::new(
                "Since",
                times.date(row.first_seen_at),
                times.clock(row.first_seen_at),
            ),
            Figure::new(
                "Kept meanwhile",
                if row.product.is_some() {
                    "what was known"
                } else {
                    "nothing"
                },
                "",
            ),
        ],
        actions: Vec::new(),
        raw_words: match &text {
            Some(text) if left > 0 => format!(
                "{}, secrets taken out, {} lines around the place",
                format::bytes(text.len() as u64),
                lines.len()
            ),
            Some(text) => format!("{}, secrets taken out", format::bytes(text.len() as u64)),
            None if costs => "not kept".to_owned(),
            None => "it holds prices, which your role does not see".to_owned(),
        },
        lines,
        download: format!("/products/set-aside/{}/raw.json", row.id),
        product: row
            .product
            .map(|id| Link::new("The product as it was known", format!("/products/{id}"))),
    }
}

/// The reply as a file.
pub(crate) async fn raw_file(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let row = catalog::find_set_aside(app.store().read(), id.into())
        .await?
        .ok_or_else(|| Fault::not_found("entry that is set aside"))?;
    let text = raw::open(&row.raw).ok_or_else(|| Fault::not_found("raw reply"))?;
    let name = format!("attachment; filename=\"set-aside-{id}.json\"");
    Ok((
        [
            (CONTENT_TYPE, "application/json".to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        text,
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::{place, reason};

    #[test]
    fn the_place_is_told_in_a_word() {
        assert_eq!(place("$.skus[2].plans[0].recurringPrice"), "SKU 3");
        assert_eq!(place("$.definition.addOns[0].plans[1].mpnId"), "add-on 1");
        assert_eq!(place("$.marketing.displayName"), "");
    }

    #[test]
    fn the_reason_is_told_without_the_words_of_a_parser() {
        let told = |path: &str, message: &str| {
            let reason = reason(path, message);
            format!("{}: {}", reason.title, reason.sentence)
        };
        assert_eq!(
            told(
                "$.definition.skus[0].plans[0].pricebookPrice",
                "expected a decimal number, found \"on request\" at line 1 column 3449"
            ),
            "A price is not a number: Ion sent the text \"on request\" where an amount must stand. Prices are not guessed."
        );
        assert_eq!(
            told(
                "$.definition.skus",
                "invalid type: map, expected a sequence at line 1 column 3100"
            ),
            "The value for SKUs is not a list: Ion sent an object where a list must stand."
        );
        assert_eq!(
            told("$.marketing.displayName", "missing"),
            "The name is missing: Ion sent nothing where it must stand."
        );
        assert_eq!(
            told("$.etag", "invalid type: integer `5`, expected a string"),
            "“etag” is not a text: Ion sent 5 where a text must stand."
        );
        assert_eq!(
            told("$", "EOF while parsing a value at line 1 column 9"),
            "A value could not be read: EOF while parsing a value."
        );
    }
}
