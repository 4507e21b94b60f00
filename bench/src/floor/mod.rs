//! The floor: the least that any program does for the same result. Nothing of ours is in here.

mod listing;
pub(crate) mod sqlite;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::figures::{Figures, Meter};
use crate::sandbox::Source;

/// Records of a page.
pub(crate) const PAGE: u32 = 500;

/// What a floor writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Products, SKUs, plans.
    Rows,
    /// The same, and the price ledger, compressed raw replies, search rows.
    Whole,
}

/// Downloads every page, and nothing else.
pub(crate) async fn wire(source: Source) -> anyhow::Result<Figures> {
    let meter = Meter::start()?;
    let (out, mut pages) = channel(1);
    let download = tokio::spawn(download(source, out));
    let mut count = 0;
    while pages.recv().await.is_some() {
        count += 1;
    }
    download.await??;
    Ok(Figures {
        pages: count,
        ..meter.stop()?
    })
}

/// Downloads, takes each page apart, hashes each listing and compares.
pub(crate) async fn hash(source: Source, file: &Path) -> anyhow::Result<Figures> {
    let meter = Meter::start()?;
    let known = sqlite::hashes(file)?;
    let (out, pages) = channel(1);
    let download = tokio::spawn(download(source, out));
    let (pages, products) = tokio::task::spawn_blocking(move || compare(pages, &known)).await??;
    download.await??;
    Ok(Figures {
        products,
        pages,
        ..meter.stop()?
    })
}

fn compare(
    mut pages: Receiver<Vec<u8>>,
    known: &HashMap<String, Vec<u8>>,
) -> anyhow::Result<(u64, u64)> {
    let (mut count, mut products) = (0, 0);
    while let Some(page) = pages.blocking_recv() {
        for item in listing::items(&page)? {
            let name = listing::name(item)?;
            let hash = blake3::hash(item.get().as_bytes());
            ensure!(
                known
                    .get(name.as_ref())
                    .is_some_and(|known| known[..] == hash.as_bytes()[..16]),
                "{name} is not what it was"
            );
            products += 1;
        }
        count += 1;
    }
    ensure!(
        products == known.len() as u64,
        "{products} products of {}",
        known.len()
    );
    Ok((count, products))
}

/// Pages one after the other: each is asked for as soon as the one before tells where the list goes on.
async fn download(source: Source, out: Sender<Vec<u8>>) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().build()?;
    let url = format!(
        "{}/api/v3/accounts/{}/products?pageSize={PAGE}",
        source.base_url, source.account
    );
    let mut token: Option<String> = None;
    loop {
        let url = token.map_or_else(|| url.clone(), |token| format!("{url}&pageToken={token}"));
        let mut answer = client
            .get(url)
            .bearer_auth(&source.token)
            .send()
            .await?
            .error_for_status()?;
        let length = answer
            .content_length()
            .and_then(|length| usize::try_from(length).ok());
        let mut page = Vec::with_capacity(length.unwrap_or(0));
        while let Some(part) = answer.chunk().await? {
            page.extend_from_slice(&part);
        }
        token = next(&page)?;
        if out.send(page).await.is_err() || token.is_none() {
            return Ok(());
        }
    }
}

/// The page token: the sandbox writes it last, so a floor need not read the page for it.
fn next(page: &[u8]) -> anyhow::Result<Option<String>> {
    let end = std::str::from_utf8(&page[page.len().saturating_sub(200)..]).unwrap_or_default();
    let Some((_, token)) = end.split_once("\"nextPageToken\":\"") else {
        return Ok(None);
    };
    Ok(Some(
        token
            .split_once('"')
            .context("the page token ends")?
            .0
            .to_owned(),
    ))
}
