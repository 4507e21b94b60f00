//! Decisions about who is who, one or many at a time: what a form sends, and what becomes of it.

use axum::extract::State;
use axum::response::Response;
use domain::{ConnectionId, CustomerId};
use engine::customers::{MappingError, MappingStep};
use http::HeaderMap;
use store::customers;

use super::{mapping, pairs};
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::{Fault, sentence};
use crate::pages::address::Address;
use crate::pages::go_to;
use crate::view::format::count;
use crate::view::{Note, Tone};

/// Most rows that one form decides.
const MOST: usize = 1_000;

/// Who a decision is about, as forms and addresses carry it: connection, ours, Ion's, with `~` between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) connection: Option<ConnectionId>,
    pub(super) customer: Option<CustomerId>,
    pub(super) ion_id: String,
}

impl Key {
    /// As text.
    pub(super) fn print(&self) -> String {
        format!(
            "{}~{}~{}",
            self.connection.map(|id| id.to_string()).unwrap_or_default(),
            self.customer.map(|id| id.to_string()).unwrap_or_default(),
            self.ion_id
        )
    }

    /// Reads one; nothing where it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '~');
        let (connection, customer) = (parts.next()?, parts.next()?);
        let ion_id = parts.next()?.to_owned();
        let key = Self {
            connection: connection.parse().ok(),
            customer: customer.parse().ok(),
            ion_id,
        };
        let whole = (connection.is_empty() || key.connection.is_some())
            && (customer.is_empty() || key.customer.is_some());
        whole.then_some(key)
    }
}

/// What is done with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Engine(MappingStep),
    Unlink(ConnectionId, CustomerId),
}

/// The steps of a word for a row; empty where the word does not fit it.
fn steps(word: &str, key: &Key) -> Vec<Step> {
    let pair = key.connection.zip(key.customer);
    let ion = (!key.ion_id.is_empty()).then(|| key.ion_id.clone());
    let there = key.connection.zip(ion);
    let both = pair.zip(there.clone().map(|(_, ion_id)| ion_id));
    let ignored = |on| {
        let mut steps = Vec::new();
        if let Some(customer) = key.customer {
            steps.push(Step::Engine(MappingStep::IgnoreCustomer { customer, on }));
        }
        if let Some((connection, ion_id)) = there.clone() {
            steps.push(Step::Engine(MappingStep::IgnoreIon {
                connection,
                ion_id,
                on,
            }));
        }
        steps
    };
    // Where there are several connections the word names the one.
    let (word, named) = word.split_once(':').unwrap_or((word, ""));
    let connection = named.parse().ok().or(key.connection);
    match word {
        "confirm" | "link" => both
            .map(|((connection, customer), ion_id)| MappingStep::Confirm {
                connection,
                customer,
                ion_id,
            })
            .map(Step::Engine)
            .into_iter()
            .collect(),
        "reject" => both
            .map(|((connection, customer), ion_id)| MappingStep::Reject {
                connection,
                customer,
                ion_id,
            })
            .map(Step::Engine)
            .into_iter()
            .collect(),
        "ignore" => ignored(true),
        "notice" => ignored(false),
        "import" => there
            .map(|(connection, ion_id)| MappingStep::Import { connection, ion_id })
            .map(Step::Engine)
            .into_iter()
            .collect(),
        "create" => connection
            .zip(key.customer)
            .map(|(connection, customer)| MappingStep::Create {
                connection,
                customer,
            })
            .map(Step::Engine)
            .into_iter()
            .collect(),
        "again" => pair
            .map(|(connection, customer)| MappingStep::TryAgain {
                connection,
                customer,
            })
            .map(Step::Engine)
            .into_iter()
            .collect(),
        "unlink" => pair
            .map(|(connection, customer)| Step::Unlink(connection, customer))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn done(word: &str) -> &'static str {
    match word.split(':').next().unwrap_or_default() {
        "confirm" | "link" => "linked",
        "reject" => "apart",
        "ignore" => "ignored",
        "notice" => "noticed",
        "import" => "imported",
        "create" => "creating",
        "again" => "syncing",
        "unlink" => "unlinked",
        _ => "nothing",
    }
}

/// Decides, and comes back to where it was asked; what did not work is told there.
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ProtectedForm(form): ProtectedForm<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let get = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    // A button of a row stands for itself, whatever is ticked beside it.
    let chosen: Vec<(String, Key)> = match get("one").split_once('~') {
        Some((word, key)) => Key::read(key)
            .map(|key| (word.to_owned(), key))
            .into_iter()
            .collect(),
        None => form
            .iter()
            .filter(|(name, _)| name == "pick")
            .filter_map(|(_, value)| Key::read(value))
            .take(MOST)
            .map(|key| (get("do").to_owned(), key))
            .collect(),
    };
    let word = chosen
        .first()
        .map_or("", |(word, _)| word.as_str())
        .to_owned();
    let mut wanted = Vec::new();
    for (word, key) in &chosen {
        for step in steps(word, key) {
            wanted.push((key.clone(), step));
        }
    }
    let mut failures = Vec::new();
    let outcomes = carry_out(&app, &caller, &wanted).await;
    let mut worked = 0_u64;
    for ((key, _), outcome) in wanted.iter().zip(outcomes) {
        match outcome {
            Ok(()) => worked += 1,
            Err(MappingError::Store(error)) => return Err(error.into()),
            Err(error) => {
                failures.push((who(&app, key).await?, sentence(&error.to_string())));
            }
        }
    }
    let back = back(get("back"));
    let (path, query) = back.split_once('?').unwrap_or((&back, ""));
    if failures.is_empty() {
        let mut address = Address::new(path.to_owned(), Some(query));
        let next = get("next");
        if path == pairs::PATH && Key::read(next).is_some() {
            address = reread(&address.and("pair", next));
        } else if path.ends_with("/by-hand") {
            address = Address::new(pairs::PATH, None);
        }
        let done = if wanted.is_empty() {
            "nothing"
        } else {
            done(&word)
        };
        return Ok(go_to(&address.and("done", done)));
    }
    let mut notes: Vec<Note> = pairs::failed(&failures).into_iter().collect();
    if worked > 0 {
        notes.push(Note::new(
            Tone::Ok,
            "circle-check",
            format!("{} done", count(worked)),
            String::new(),
        ));
    }
    if path.ends_with("/by-hand") {
        return pairs::by_hand_page(&app, &caller, &headers, Some(query), notes).await;
    }
    let address = Address::new(path.to_owned(), Some(query));
    let state = path.rsplit('/').next().unwrap_or_default();
    mapping::page(&app, &caller, &headers, state, &address, notes).await
}

fn reread(text: &str) -> Address {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    Address::new(path.to_owned(), Some(query))
}

/// A page of the mapping to come back to; the queue where it is none.
fn back(text: &str) -> String {
    let path = text.split('?').next().unwrap_or_default();
    let known = mapping::STATES
        .iter()
        .any(|state| path.strip_prefix("/customers/mapping/") == Some(*state))
        || path == "/customers/mapping/by-hand";
    if known && !text.contains('\\') && !text.chars().any(char::is_control) {
        text.to_owned()
    } else {
        pairs::PATH.to_owned()
    }
}

async fn carry_out(
    app: &App,
    caller: &Caller,
    wanted: &[(Key, Step)],
) -> Vec<Result<(), MappingError>> {
    let actor = caller.actor();
    let mut outcomes = Vec::with_capacity(wanted.len());
    for (_, step) in wanted {
        outcomes.push(match step {
            Step::Unlink(connection, customer) => {
                app.engine().unlink(*connection, *customer, &actor).await
            }
            Step::Engine(step) => app
                .engine()
                .bulk(std::slice::from_ref(step), &actor)
                .await
                .pop()
                .unwrap_or(Ok(())),
        });
    }
    outcomes
}

/// The name of who a decision was about.
async fn who(app: &App, key: &Key) -> Result<String, Fault> {
    let conn = app.store().read();
    if let Some(customer) = key.customer
        && let Some(row) = customers::find(conn, customer).await?
    {
        return Ok(super::name(&row).to_owned());
    }
    if let Some(connection) = key.connection
        && let Some(row) = customers::find_ion(conn, connection, &key.ion_id).await?
    {
        return Ok(row
            .customer
            .fields
            .get(domain::customer::CustomerField::Organisation)
            .to_owned());
    }
    Ok("A customer".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890000-0000-7000-8000-000000000000";

    #[test]
    fn a_key_keeps_ids_that_hold_anything() {
        let text = format!("{ID}~{ID}~5~0/ü 1");
        let key = Key::read(&text).unwrap();
        assert_eq!((key.ion_id.as_str(), key.print()), ("5~0/ü 1", text));
        assert_eq!(Key::read("~~").map(|key| key.customer), Some(None));
        for bad in ["", "a", "a~b", "x~~1", &format!("{ID}~x~1")] {
            assert!(Key::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_word_does_what_the_row_allows() {
        let whole = Key::read(&format!("{ID}~{ID}~1")).unwrap();
        let ours = Key::read(&format!("~{ID}~")).unwrap();
        let theirs = Key::read(&format!("{ID}~~1")).unwrap();
        assert_eq!(steps("confirm", &whole).len(), 1);
        assert_eq!(steps("ignore", &whole).len(), 2);
        assert_eq!(steps("ignore", &ours).len(), 1);
        assert_eq!(steps("import", &theirs).len(), 1);
        assert!(steps("confirm", &ours).is_empty() && steps("create", &ours).is_empty());
        assert_eq!(steps(&format!("create:{ID}"), &ours).len(), 1);
        assert!(steps("rm -rf", &whole).is_empty());
    }

    #[test]
    fn the_way_back_stays_in_the_mapping() {
        assert_eq!(
            back("/customers/mapping/failed?q=a"),
            "/customers/mapping/failed?q=a"
        );
        for bad in [
            "//evil.example",
            "/login",
            "/customers/mapping/x",
            "",
            "/customers/mapping/failed\n",
        ] {
            assert_eq!(back(bad), pairs::PATH, "{bad}");
        }
    }
}
