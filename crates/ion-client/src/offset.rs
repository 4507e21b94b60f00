//! Lists by offset (Ion API notes 2.1): subscriptions and carts.

use futures::Stream;
use serde::de::DeserializeOwned;

use crate::client::IonClient;
use crate::error::Error;
use crate::page::{Item, find};

/// A part of a list by offset.
#[derive(Debug)]
pub struct OffsetPage<T> {
    /// Its items, each decoded when asked.
    pub items: Vec<Item<T>>,
    /// How many items the whole list has, as the filters narrow it; `None` where Ion does not tell.
    pub total: Option<u64>,
    /// Size of the answer.
    pub bytes: usize,
    /// The gateway's id of the request, where it told one.
    pub request_id: Option<String>,
}

/// Records a page where the caller named no number; it is also what Ion takes then.
const LIMIT: u32 = 100;

/// What a list by offset is asked: the same for every part.
#[derive(Debug, Clone)]
pub(crate) struct OffsetQuery {
    members: Vec<(&'static str, String)>,
    offset: u64,
}

impl OffsetQuery {
    pub(crate) fn new() -> Self {
        Self {
            members: vec![("pagination.limit", LIMIT.to_string())],
            offset: 0,
        }
    }

    /// Sets a member; the last value holds.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.members.retain(|(known, _)| *known != name);
        self.members.push((name, value));
    }

    pub(crate) fn start_at(&mut self, offset: u64) {
        self.offset = offset;
    }

    fn at(&self, offset: u64) -> Vec<(&'static str, String)> {
        let mut members = self.members.clone();
        if offset > 0 {
            members.push(("pagination.offset", offset.to_string()));
        }
        members
    }
}

/// One part of a list whose items stand under one of these members.
pub(crate) async fn fetch<T: DeserializeOwned>(
    ion: &IonClient,
    path: &str,
    members: &[&str],
    query: &OffsetQuery,
) -> Result<OffsetPage<T>, Error> {
    at(ion, path, members, query, query.offset).await
}

async fn at<T: DeserializeOwned>(
    ion: &IonClient,
    path: &str,
    members: &[&str],
    query: &OffsetQuery,
    offset: u64,
) -> Result<OffsetPage<T>, Error> {
    let answer = ion.get(path, &query.at(offset)).await?;
    let mut found = find(&answer.body, members)?;
    Ok(OffsetPage {
        items: found.take_items(),
        total: found.total.and_then(|total| u64::try_from(total).ok()),
        bytes: answer.body.len(),
        request_id: answer.request_id,
    })
}

/// The parts of a list, one after the other. It ends behind the last item that Ion counts, or with a part that is empty.
///
/// Ion may give fewer items than were asked for, so that the next part starts behind what came. A part that begins as the one before
/// it did ends the list as an error: a server that does not know offsets would go on for ever.
pub(crate) fn stream<T: DeserializeOwned + 'static>(
    ion: IonClient,
    path: String,
    members: &'static [&'static str],
    query: OffsetQuery,
) -> impl Stream<Item = Result<OffsetPage<T>, Error>> + Send {
    struct State {
        offset: u64,
        first: Option<String>,
        ended: bool,
    }
    let state = State {
        offset: query.offset,
        first: None,
        ended: false,
    };
    futures::stream::unfold(
        (state, ion, path, query),
        move |(mut state, ion, path, query)| async move {
            if state.ended {
                return None;
            }
            // An error is the last that a list says; the caller may start again at an offset.
            state.ended = true;
            let mut page = at::<T>(&ion, &path, members, &query, state.offset).await;
            if let Ok(part) = &page {
                let first = part.items.first().map(|item| item.raw().to_owned());
                if first.is_some() && first == state.first {
                    page = Err(Error::PageLoop);
                } else {
                    state.offset += part.items.len() as u64;
                    state.ended = part.items.is_empty()
                        || part.total.is_some_and(|total| state.offset >= total);
                    state.first = first;
                }
            }
            Some((page, (state, ion, path, query)))
        },
    )
}
