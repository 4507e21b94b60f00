//! The pages of a list of Ion's, one after the other, while the ones before are read and written.

use std::collections::HashMap;
use std::time::Duration;

use ion_client::{Error, Item, Page, PageToken};
use tokio::sync::mpsc::Sender;

/// Times that a list is started anew because its page token ran out.
pub(crate) const RESTARTS: u32 = 3;
/// Times that a page is asked for again after a web page came in its place.
const STRANGE_ANSWERS: u32 = 3;

/// Times that the list may give one page token before it is taken to go round in circles.
const SAME_TOKEN: u32 = 2;

/// What the list gives.
#[derive(Debug)]
pub(crate) enum Fetched<T> {
    /// A page.
    Page(FetchedPage<T>),
    /// The page token ran out; the list starts from its beginning.
    Restarted(u32),
    /// There is no more.
    End(ScanEnd),
}

/// A page of the list.
#[derive(Debug)]
pub(crate) struct FetchedPage<T> {
    pub(crate) items: Vec<Item<T>>,
    /// Where the list goes on behind this page.
    pub(crate) next: Option<String>,
    pub(crate) bytes: u64,
}

/// How a list ended.
#[derive(Debug)]
pub(crate) enum ScanEnd {
    /// At its end.
    Complete,
    /// It gave the same page token again and again.
    Loop,
    /// Page after page brought nothing new.
    NothingNew,
    /// Its page tokens ran out again and again.
    TokensRanOut,
    /// Ion or the network failed.
    Failed(Error),
}

/// Reads a list from `start` to its end, or until nobody listens. `read` asks for the page of a token, or for the first one.
pub(crate) async fn fetch<T, R>(
    read: impl Fn(Option<PageToken>) -> R,
    start: Option<String>,
    out: Sender<Fetched<T>>,
) where
    R: Future<Output = Result<Page<T>, Error>>,
{
    let mut token = start;
    let mut given: HashMap<String, u32> = token.iter().map(|token| (token.clone(), 1)).collect();
    let (mut restarts, mut strange) = (0, 0);
    loop {
        let page = match read(token.clone().map(PageToken)).await {
            Ok(page) => page,
            Err(error) if token.is_some() && refuses_token(&error) => {
                restarts += 1;
                let message = if restarts > RESTARTS {
                    Fetched::End(ScanEnd::TokensRanOut)
                } else {
                    Fetched::Restarted(restarts)
                };
                if out.send(message).await.is_err() || restarts > RESTARTS {
                    return;
                }
                token = None;
                given.clear();
                continue;
            }
            // A proxy's page in mid-list passes; the first request of a list is answered at once.
            Err(Error::NotIon { .. }) if token.is_some() && strange < STRANGE_ANSWERS => {
                strange += 1;
                tokio::time::sleep(Duration::from_millis(200) * strange).await;
                continue;
            }
            Err(error) => {
                drop(out.send(Fetched::End(ScanEnd::Failed(error))).await);
                return;
            }
        };
        strange = 0;
        let next = page.next.map(|token| token.0);
        let end = match &next {
            None => Some(ScanEnd::Complete),
            Some(next) => {
                let times = given.entry(next.clone()).or_default();
                *times += 1;
                // A page that came twice gives its token twice, and the list goes on behind it.
                (*times > SAME_TOKEN).then_some(ScanEnd::Loop)
            }
        };
        let fetched = FetchedPage {
            items: page.items,
            next: next.clone(),
            bytes: page.bytes as u64,
        };
        if out.send(Fetched::Page(fetched)).await.is_err() {
            return;
        }
        if let Some(end) = end {
            drop(out.send(Fetched::End(end)).await);
            return;
        }
        token = next;
    }
}

/// Ion answers a page token that it no longer knows with 400 (Ion API notes 2.1); the same request without it is sound.
fn refuses_token(error: &Error) -> bool {
    error.page_token_expired() || matches!(error, Error::Api(error) if error.status == 400)
}
