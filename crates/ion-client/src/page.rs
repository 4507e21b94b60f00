//! Lists by page token (Ion API notes 2.1).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;

use futures::Stream;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::client::IonClient;
use crate::error::{DecodeError, Error, decode};
use crate::model::whole;
use crate::scrub::scrub;

/// Where a list goes on. Opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageToken(pub String);

/// A part of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// Its items, each decoded when asked.
    pub items: Vec<Item<T>>,
    /// Where the list goes on; `None` at its end. A short or empty page is no end.
    pub next: Option<PageToken>,
    /// Size of the answer.
    pub bytes: usize,
    /// The gateway's id of the request, where it told one.
    pub request_id: Option<String>,
}

/// One item of a list: its text without payload secrets, decoded when asked.
#[derive(Debug)]
pub struct Item<T> {
    raw: Box<RawValue>,
    kind: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Item<T> {
    pub(crate) fn new(raw: Box<RawValue>) -> Self {
        Self {
            raw: scrub(raw),
            kind: PhantomData,
        }
    }

    /// The JSON text, as received but for payload secrets.
    pub fn raw(&self) -> &str {
        self.raw.get()
    }

    /// The typed item. An error tells the JSON path.
    pub fn decode(&self) -> Result<T, DecodeError> {
        decode(self.raw.get())
    }

    /// Ion's resource name, without decoding the rest.
    pub fn name(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Name {
            name: Option<String>,
        }
        serde_json::from_str::<Name>(self.raw.get())
            .ok()?
            .name
            .filter(|name| !name.is_empty())
    }

    /// The id: last segment of the name.
    pub fn id(&self) -> Option<String> {
        self.name()?
            .rsplit('/')
            .next()
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
    }
}

/// One page of a list whose items stand under `member`.
pub(crate) async fn fetch<T: DeserializeOwned>(
    ion: &IonClient,
    path: &str,
    member: &str,
    query: &[(&str, String)],
) -> Result<Page<T>, Error> {
    let answer = ion.get(path, query).await?;
    let page = parse(&answer.body, member)?;
    Ok(Page {
        request_id: answer.request_id,
        ..page
    })
}

fn parse<T: DeserializeOwned>(text: &str, member: &str) -> Result<Page<T>, Error> {
    let mut found = find(text, &[member])?;
    Ok(Page {
        items: found.take_items(),
        next: found.next.map(PageToken),
        bytes: text.len(),
        request_id: None,
    })
}

/// The parts of a page whose items stand under one of these members.
pub(crate) fn find(text: &str, members: &[&str]) -> Result<Found, Error> {
    // Where it fails it is read again, part by part: that tells where the fault is.
    one_pass(text, members).or_else(|_| by_parts(text, members))
}

/// The members of a page that are looked at.
#[derive(Default)]
pub(crate) struct Found {
    items: Option<Vec<Box<RawValue>>>,
    next: Option<String>,
    /// How many items the whole list has, where Ion tells it.
    pub(crate) total: Option<i64>,
}

impl Found {
    /// The items, without payload secrets. Once.
    pub(crate) fn take_items<T: DeserializeOwned>(&mut self) -> Vec<Item<T>> {
        let items = self.items.take().unwrap_or_default();
        items.into_iter().map(Item::new).collect()
    }
}

/// What lists by offset tell of their size (Ion API notes 2.1).
#[derive(Deserialize)]
struct Size {
    #[serde(
        rename = "totalSize",
        alias = "total_size",
        default,
        deserialize_with = "whole"
    )]
    total: Option<i64>,
}

const SIZE_NAMES: [&str; 2] = ["paginationResponse", "pagination_response"];
const TOKEN_NAMES: [&str; 2] = ["nextPageToken", "next_page_token"];

/// Reads a page from its beginning to its end once; pages are megabytes.
fn one_pass(text: &str, members: &[&str]) -> serde_json::Result<Found> {
    struct Members<'a>(&'a [&'a str]);

    impl<'de> Visitor<'de> for Members<'_> {
        type Value = Found;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a page of a list")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
            let mut found = Found::default();
            while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                if self.0.contains(&name.as_ref()) {
                    found.items = map.next_value()?;
                } else if SIZE_NAMES.contains(&name.as_ref()) {
                    let size: Option<Size> = map.next_value()?;
                    found.total = size.and_then(|size| size.total);
                } else if TOKEN_NAMES.contains(&name.as_ref()) {
                    let token: Option<String> = map.next_value()?;
                    found.next = found.next.or(token.filter(|token| !token.is_empty()));
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(text);
    let found = reader.deserialize_map(Members(members))?;
    reader.end()?;
    Ok(found)
}

fn by_parts(text: &str, names: &[&str]) -> Result<Found, Error> {
    fn member<'a, T: Deserialize<'a>>(
        members: &HashMap<Cow<'_, str>, &'a RawValue>,
        name: &str,
    ) -> Result<Option<T>, DecodeError> {
        // Empty lists are left out.
        let Some(value) = members.get(name) else {
            return Ok(None);
        };
        decode(value.get()).map_err(|error| DecodeError {
            path: error.path.replacen('$', &format!("$.{name}"), 1),
            ..error
        })
    }
    let members: HashMap<Cow<'_, str>, &RawValue> = decode(text)?;
    let mut found = Found::default();
    for name in names {
        found.items = found.items.or(member(&members, name)?);
    }
    for name in TOKEN_NAMES {
        let token: Option<String> = member(&members, name)?;
        found.next = found.next.or(token.filter(|token| !token.is_empty()));
    }
    for name in SIZE_NAMES {
        let size: Option<Size> = member(&members, name)?;
        found.total = found.total.or(size.and_then(|size| size.total));
    }
    Ok(found)
}

/// Records a page where the caller named no number: without one Ion refuses the first page (Ion API notes 2.1).
const PAGE_SIZE: u32 = 200;

/// What a list is asked: the same with every page token.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    members: Vec<(&'static str, String)>,
    start: Option<PageToken>,
}

impl Query {
    pub(crate) fn new() -> Self {
        Self {
            members: vec![("pageSize", PAGE_SIZE.to_string())],
            start: None,
        }
    }

    /// Sets a member; the last value holds.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.members.retain(|(known, _)| *known != name);
        self.members.push((name, value));
    }

    pub(crate) fn start_at(&mut self, token: PageToken) {
        self.start = Some(token);
    }

    /// With the token that it starts at.
    pub(crate) fn first(mut self) -> Vec<(&'static str, String)> {
        self.members
            .extend(self.start.map(|token| ("pageToken", token.0)));
        self.members
    }
}

/// The pages of a list, one after the other. Page size and filters go with each token; a token that comes a second time ends it.
pub(crate) fn stream<T: DeserializeOwned + 'static>(
    ion: IonClient,
    path: String,
    member: &'static str,
    query: Query,
) -> impl Stream<Item = Result<Page<T>, Error>> + Send {
    struct State {
        token: Option<PageToken>,
        seen: HashSet<PageToken>,
        ended: bool,
    }
    let state = State {
        token: query.start,
        seen: HashSet::new(),
        ended: false,
    };
    futures::stream::unfold(
        (state, ion, path, query.members),
        move |(mut state, ion, path, query)| async move {
            if state.ended {
                return None;
            }
            // An error is the last that a list says; the caller may start again at a token.
            state.ended = true;
            let mut full = query.clone();
            if let Some(token) = state.token.take() {
                full.push(("pageToken", token.0.clone()));
                if !state.seen.insert(token) {
                    return Some((Err(Error::PageLoop), (state, ion, path, query)));
                }
            }
            let page = fetch::<T>(&ion, &path, member, &full).await;
            if let Ok(page) = &page {
                state.token.clone_from(&page.next);
                state.ended = page.next.is_none();
            }
            Some((page, (state, ion, path, query)))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_token_and_left_out_lists() {
        let page: Page<serde_json::Value> = parse(
            r#"{"products":[{"name":"accounts/1/products/A-b"}],"nextPageToken":"t"}"#,
            "products",
        )
        .unwrap();
        assert_eq!(
            (page.items[0].id().as_deref(), page.next),
            (Some("A-b"), Some(PageToken("t".into())))
        );
        let page: Page<serde_json::Value> =
            parse(r#"{"next_page_token":"t"}"#, "products").unwrap();
        assert_eq!(
            (page.items.len(), page.next),
            (0, Some(PageToken("t".into())))
        );
        for end in [
            r#"{"nextPageToken":""}"#,
            r#"{"products":null,"nextPageToken":null}"#,
            "{}",
        ] {
            let page: Page<serde_json::Value> = parse(end, "products").unwrap();
            assert_eq!((page.items.len(), page.next), (0, None), "{end}");
        }
    }

    #[test]
    fn a_list_of_another_shape_tells_the_path() {
        let error = parse::<serde_json::Value>(r#"{"products":{}}"#, "products").unwrap_err();
        assert!(matches!(error, Error::Decode(DecodeError { path, .. }) if path == "$.products"));
        let error = parse::<serde_json::Value>(r#"{"nextPageToken":7}"#, "products").unwrap_err();
        assert!(
            matches!(error, Error::Decode(DecodeError { path, .. }) if path == "$.nextPageToken")
        );
    }

    #[test]
    fn deep_nesting_is_an_error_of_one_item() {
        let deep = format!(
            "{{\"products\":[{}1{}]}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        // Either the page is refused or the item is; nothing overflows the stack.
        if let Ok(page) = parse::<serde_json::Value>(&deep, "products") {
            assert!(page.items[0].decode().is_err());
        }
    }
}
