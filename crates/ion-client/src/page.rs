//! Lists by page token (Ion API notes 2.1).

use std::collections::HashSet;
use std::marker::PhantomData;

use futures::Stream;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::client::IonClient;
use crate::error::{DecodeError, Error, decode};
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
    let text = ion.get(path, query).await?;
    parse(&text, member)
}

fn parse<T: DeserializeOwned>(text: &str, member: &str) -> Result<Page<T>, Error> {
    let members: std::collections::HashMap<&str, &RawValue> = decode(text)?;
    let items: Vec<Box<RawValue>> = match members.get(member) {
        Some(items) => decode(items.get()).map_err(|error| DecodeError {
            path: error.path.replacen('$', &format!("$.{member}"), 1),
            ..error
        })?,
        // Empty lists are left out.
        None => Vec::new(),
    };
    let token = ["nextPageToken", "next_page_token"]
        .into_iter()
        .find_map(|name| members.get(name))
        .map(|token| decode::<Option<String>>(token.get()))
        .transpose()?
        .flatten();
    Ok(Page {
        items: items.into_iter().map(Item::new).collect(),
        next: token.filter(|token| !token.is_empty()).map(PageToken),
        bytes: text.len(),
    })
}

/// The pages of a list, one after the other. Page size and filters go with each token; a token that comes a second time ends it.
pub(crate) fn stream<T: DeserializeOwned + 'static>(
    ion: IonClient,
    path: String,
    member: &'static str,
    query: Vec<(&'static str, String)>,
    start: Option<PageToken>,
) -> impl Stream<Item = Result<Page<T>, Error>> + Send {
    struct State {
        next: Option<Option<PageToken>>,
        seen: HashSet<PageToken>,
    }
    let state = State {
        next: Some(start),
        seen: HashSet::new(),
    };
    futures::stream::unfold(
        (state, ion, path, query),
        move |(mut state, ion, path, query)| async move {
            let token = state.next.take()?;
            let mut full = query.clone();
            if let Some(token) = &token {
                if !state.seen.insert(token.clone()) {
                    return Some((Err(Error::PageLoop), (state, ion, path, query)));
                }
                full.push(("pageToken", token.0.clone()));
            }
            let page = fetch::<T>(&ion, &path, member, &full).await;
            if let Ok(page) = &page {
                state.next = page.next.clone().map(Some);
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
        let page: Page<serde_json::Value> = parse(r#"{"nextPageToken":""}"#, "products").unwrap();
        assert_eq!(page.next, None);
    }

    #[test]
    fn a_list_of_another_shape_tells_the_path() {
        let error = parse::<serde_json::Value>(r#"{"products":{}}"#, "products").unwrap_err();
        assert!(matches!(error, Error::Decode(DecodeError { path, .. }) if path == "$.products"));
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
