//! A page of the list, read: what is unchanged is passed over undecoded, what differs becomes rows to write.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::catalog::Product;
use domain::run::RunCounts;
use domain::{ConnectionId, ProductId, RunId, SetAsideId};
use ion_client::{IonClient, Item};
use jiff::Timestamp;
use store::catalog::{KnownProduct, ReadyProduct, SetAside, load_known, load_products};
use tokio::sync::mpsc::{Receiver, Sender};

use super::compare::{Source, again, fresh};
use super::import::ImportError;
use super::map::{self, Unreadable};
use super::prices::{self, PriceBook, Prices};
use crate::Engine;
use crate::listing::{Fetched, FetchedPage, ScanEnd};

/// Pages in a row without one new product, after which the list is taken to be endless.
const PAGES_WITHOUT_NEWS: u32 = 100;
/// Largest listing that is believed, in bytes.
const LARGEST_LISTING: usize = 4 * 1024 * 1024;
/// Speed over size: raw replies are kept, rarely read.
const COMPRESSION: i32 = 1;

/// What reading needs to know of the run.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) engine: Engine,
    pub(super) ion: IonClient,
    pub(super) account: String,
    pub(super) connection: ConnectionId,
    pub(super) run: RunId,
    /// Compares every row, not only hashes.
    pub(super) full: bool,
    /// Writes a report of changes.
    pub(super) report: bool,
    /// When the run began, where it goes on after an interruption: what is newer than that was written by it.
    pub(super) resumed_since: Option<Timestamp>,
    /// Ion's ids of what is set aside.
    pub(super) open_set_aside: HashSet<String>,
    pub(super) prices: PriceBook,
    pub(super) seen: Seen,
}

/// Which products the list showed, and in which of its passes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pass: u32,
    ids: HashMap<u128, u32>,
}

impl Seen {
    /// Notes an id. Gives whether this pass showed it before, and whether any pass did.
    fn note(&mut self, ion_id: &str) -> (bool, bool) {
        let before = self.ids.insert(key(ion_id), self.pass);
        (before == Some(self.pass), before.is_some())
    }

    /// Whether the last pass showed it.
    pub(super) fn in_last_pass(&self, ion_id: &str) -> bool {
        self.ids.get(&key(ion_id)) == Some(&self.pass)
    }
}

fn key(ion_id: &str) -> u128 {
    u128::from_le_bytes(hash16(ion_id.as_bytes()))
}

/// A page that is ready to be written.
#[derive(Debug, Default)]
pub(super) struct ReadPage {
    pub(super) next: Option<String>,
    /// What this page adds to the counts, whatever is written.
    pub(super) counts: RunCounts,
    pub(super) vendors: BTreeMap<String, u64>,
    pub(super) writes: Vec<ReadyProduct>,
    pub(super) set_aside: Vec<SetAside>,
    /// Ids that were set aside and can be read again.
    pub(super) resolved: Vec<String>,
    /// Unchanged products that an earlier scan did not show.
    pub(super) seen_again: Vec<ProductId>,
}

/// What reading gives to writing.
#[derive(Debug)]
pub(super) enum Readings {
    Page(Box<ReadPage>),
    Restarted(u32),
    End(ScanEnd),
}

/// An item of a page, looked at from outside.
struct Peeked {
    item: Item<ion_client::Product>,
    ion_id: String,
    hash: [u8; 16],
}

/// A listing that was decoded, or why not.
struct Decoded {
    ion_id: String,
    source: Source,
    product: Result<Product, Unreadable>,
    name: String,
}

impl Reader {
    /// Reads pages until the list ends or nobody listens. Gives back what the list showed.
    pub(super) async fn run(
        mut self,
        mut pages: Receiver<Fetched<ion_client::Product>>,
        out: Sender<Readings>,
    ) -> Result<Seen, ImportError> {
        let mut without_news = 0;
        while let Some(fetched) = pages.recv().await {
            let readings = match fetched {
                Fetched::Page(page) => {
                    let (page, news) = self.page(page).await?;
                    without_news = if news { 0 } else { without_news + 1 };
                    Readings::Page(Box::new(page))
                }
                Fetched::Restarted(times) => {
                    self.seen.pass += 1;
                    without_news = 0;
                    Readings::Restarted(times)
                }
                Fetched::End(end) => Readings::End(end),
            };
            let last = matches!(readings, Readings::End(_));
            if out.send(readings).await.is_err() || last {
                break;
            }
            if without_news > PAGES_WITHOUT_NEWS {
                drop(out.send(Readings::End(ScanEnd::NothingNew)).await);
                break;
            }
        }
        Ok(self.seen)
    }

    async fn page(
        &mut self,
        page: FetchedPage<ion_client::Product>,
    ) -> Result<(ReadPage, bool), ImportError> {
        let mut ready = ReadPage {
            next: page.next,
            ..ReadPage::default()
        };
        ready.counts.pages = 1;
        ready.counts.requests = 1;
        ready.counts.bytes = page.bytes;
        let items = page.items;
        let peeked = blocking(move || items.into_iter().map(peek).collect::<Vec<_>>()).await?;
        let mut fresh_ones = Vec::with_capacity(peeked.len());
        let mut news = false;
        for one in peeked {
            let (in_this_pass, in_any) = self.seen.note(&one.ion_id);
            news |= !in_this_pass;
            // A list that was re-sorted while we read it shows some products twice: each counts once.
            if !in_any {
                fresh_ones.push(one);
            }
        }
        let ids: Vec<String> = fresh_ones.iter().map(|one| one.ion_id.clone()).collect();
        let known = load_known(self.engine.store().read(), self.connection, &ids).await?;
        ready.counts.read = fresh_ones.len() as u64;
        let priced = !fresh_ones
            .iter()
            .any(|one| prices::carries_prices(one.item.raw()));
        let decoded = if priced && !self.prices.one_by_one() {
            self.with_bulk_prices(fresh_ones, &known, &mut ready)
                .await?
        } else if priced {
            let changed = self.pass_over(fresh_ones, &known, &mut ready);
            self.get_each(changed, &mut ready).await?
        } else {
            let looked_at = self.pass_over(fresh_ones, &known, &mut ready);
            blocking(move || decode_all(looked_at)).await?
        };
        self.compare(decoded, &known, &mut ready).await?;
        Ok((ready, news))
    }

    /// Counts what is unchanged, and gives back the rest.
    fn pass_over(
        &self,
        items: Vec<Peeked>,
        known: &HashMap<String, KnownProduct>,
        ready: &mut ReadPage,
    ) -> Vec<Peeked> {
        let mut rest = Vec::new();
        for one in items {
            match known.get(&one.ion_id) {
                Some(known) if self.is_unchanged(known, &one.hash) => {
                    self.count_unchanged(known, &one.ion_id, ready)
                }
                _ => rest.push(one),
            }
        }
        rest
    }

    fn is_unchanged(&self, known: &KnownProduct, hash: &[u8]) -> bool {
        known.raw_hash == hash && !self.full && !known.withdrawn && !known.set_aside
    }

    fn count_unchanged(&self, known: &KnownProduct, ion_id: &str, ready: &mut ReadPage) {
        // What this run wrote before it was interrupted is counted as what it was.
        match self.resumed_since {
            Some(since) if known.first_seen_at >= since => ready.counts.added += 1,
            Some(since) if known.changed_at >= since => ready.counts.changed += 1,
            _ => ready.counts.unchanged += 1,
        }
        ready.counts.variants += known.variants;
        *ready.vendors.entry(known.vendor.clone()).or_default() += 1;
        if known.missed_scans > 0 {
            ready.seen_again.push(known.id);
        }
        if self.open_set_aside.contains(ion_id) {
            ready.resolved.push(ion_id.to_owned());
        }
    }

    /// Decodes the page, asks for the prices of everything on it in bulk, and passes over what is unchanged with them.
    async fn with_bulk_prices(
        &mut self,
        items: Vec<Peeked>,
        known: &HashMap<String, KnownProduct>,
        ready: &mut ReadPage,
    ) -> Result<Vec<Decoded>, ImportError> {
        let typed = blocking(move || {
            let mut wanted = prices::Wanted::new();
            let mut typed = Vec::with_capacity(items.len());
            for one in items {
                let listing = one.item.decode();
                let ids = listing.as_ref().map(|listing| {
                    prices::collect_wanted(listing, &mut wanted);
                    prices::external_ids(listing)
                });
                typed.push((one, ids.unwrap_or_default()));
            }
            (typed, wanted)
        })
        .await?;
        let (typed, wanted) = typed;
        let answered = self
            .prices
            .ask(&self.ion, &self.account, &wanted)
            .await
            .map_err(ImportError::Ion)?;
        if self.prices.one_by_one() {
            let items = typed.into_iter().map(|(one, _)| one).collect();
            let changed = self.pass_over(items, known, ready);
            return self.get_each(changed, ready).await;
        }
        let items = typed.into_iter().map(|(mut one, ids)| {
            let text = prices::digest(&ids, &answered);
            one.hash = hash16(&[&one.hash, text.as_bytes()].concat());
            one
        });
        let looked_at = self.pass_over(items.collect(), known, ready);
        let strange = self.prices.not_understood();
        let (mut decoded, unclear) = blocking(move || {
            let (mut decoded, mut unclear) = (Vec::new(), Vec::new());
            let mut keeper = Keeper::new();
            for one in looked_at {
                match decode_with(one, &answered, &strange, &mut keeper) {
                    Ok(one) => decoded.push(one),
                    Err(one) => unclear.push(one),
                }
            }
            (decoded, unclear)
        })
        .await?;
        decoded.extend(self.get_each(unclear, ready).await?);
        Ok(decoded)
    }

    /// Asks for each product by itself, with its prices.
    async fn get_each(
        &self,
        mut items: Vec<Peeked>,
        ready: &mut ReadPage,
    ) -> Result<Vec<Decoded>, ImportError> {
        for one in &mut items {
            ready.counts.requests += 1;
            let product = self.ion.products(&self.account).get(&one.ion_id);
            match product.send().await {
                Ok(item) if item.id().as_deref() == Some(one.ion_id.as_str()) => one.item = item,
                Err(error) if prices::ends_the_run(&error) => return Err(ImportError::Ion(error)),
                // It went since, or its reply is strange: what the list says of it stands.
                Ok(_) | Err(_) => {}
            }
        }
        blocking(move || decode_all(items)).await
    }

    /// Compares what was decoded with what is stored.
    async fn compare(
        &self,
        decoded: Vec<Decoded>,
        known: &HashMap<String, KnownProduct>,
        ready: &mut ReadPage,
    ) -> Result<(), ImportError> {
        let readable = decoded.iter().filter(|one| one.product.is_ok());
        let ids: Vec<ProductId> = readable
            .filter_map(|one| Some(known.get(&one.ion_id)?.id))
            .collect();
        let mut stored = load_products(self.engine.store().read(), &ids).await?;
        let (now, ids) = (self.engine.clock().now(), self.engine.ids());
        let mut writes = Vec::with_capacity(decoded.len());
        for Decoded {
            ion_id,
            source,
            product,
            name,
        } in decoded
        {
            let product = match product {
                Ok(product) => product,
                Err(Unreadable { path, message }) => {
                    ready.counts.set_aside += 1;
                    ready.set_aside.push(SetAside {
                        id: SetAsideId::new(ids),
                        ion_id,
                        name,
                        json_path: path,
                        message,
                        raw: source.raw,
                    });
                    continue;
                }
            };
            if self.open_set_aside.contains(&ion_id) {
                ready.resolved.push(ion_id.clone());
            }
            let before = known
                .get(&ion_id)
                .and_then(|known| Some((known, stored.remove(&known.id)?)));
            let Some((known, before)) = before else {
                ready.counts.variants += product.variants.len() as u64;
                *ready.vendors.entry(product.vendor.clone()).or_default() += 1;
                ready.counts.added += 1;
                writes.push(fresh(ids, product, source, now, self.report).write);
                continue;
            };
            match again(ids, known, before, product, source, now) {
                None => self.count_unchanged(known, &ion_id, ready),
                Some(mut compared) => {
                    ready.counts.variants += compared.write.product.variants.len() as u64;
                    *ready
                        .vendors
                        .entry(compared.write.product.vendor.clone())
                        .or_default() += 1;
                    ready.counts.price_up += compared.price_up;
                    ready.counts.price_down += compared.price_down;
                    if compared.differs {
                        ready.counts.changed += 1;
                    } else {
                        ready.counts.unchanged += 1;
                    }
                    if !self.report {
                        compared.write.changes.clear();
                    }
                    writes.push(compared.write);
                }
            }
        }
        let (connection, run) = (self.connection, self.run);
        ready.writes = blocking(move || {
            let rows = |write| ReadyProduct::new(connection, run, now, write);
            writes.into_iter().map(rows).collect()
        })
        .await?;
        Ok(())
    }
}

/// Runs work that takes the processor for long on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ImportError::Crashed(error.to_string()))
}

fn peek(item: Item<ion_client::Product>) -> Peeked {
    let hash = hash16(item.raw().as_bytes());
    let ion_id = quick_id(item.raw())
        .map(str::to_owned)
        .or_else(|| item.id());
    // A listing without a name is known by its content, so that it is set aside once, not anew at each import.
    let ion_id = ion_id.unwrap_or_else(|| {
        format!(
            "unnamed-{:016x}",
            u64::from_le_bytes(hash[..8].try_into().unwrap_or_default())
        )
    });
    Peeked { item, ion_id, hash }
}

/// The id of a listing whose name stands first, as Ion writes it: found without reading on.
fn quick_id(raw: &str) -> Option<&str> {
    let (name, _) = raw.strip_prefix("{\"name\":\"")?.split_once('"')?;
    let id = map::last_segment(name);
    (!id.is_empty() && !name.contains('\\')).then_some(id)
}

fn hash16(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

fn decode_all(items: Vec<Peeked>) -> Vec<Decoded> {
    let mut keeper = Keeper::new();
    let decode = |one| {
        let listing = typed(&one);
        finish(one, listing, &mut keeper)
    };
    items.into_iter().map(decode).collect()
}

/// Compresses raw replies. One for many: making its tables takes as long as one reply.
struct Keeper(Option<zstd::bulk::Compressor<'static>>);

impl Keeper {
    fn new() -> Self {
        Self(zstd::bulk::Compressor::new(COMPRESSION).ok())
    }

    /// Compression into memory cannot fail; should it, the raw reply is missing and nothing else.
    fn keep(&mut self, raw: &str) -> Vec<u8> {
        let compress =
            |keeper: &mut zstd::bulk::Compressor<'_>| keeper.compress(raw.as_bytes()).ok();
        self.0.as_mut().and_then(compress).unwrap_or_default()
    }
}

/// Decodes a listing with prices from elsewhere. Gives it back where it cannot be told which price is which plan's.
fn decode_with(
    one: Peeked,
    prices: &Prices,
    strange: &HashSet<String>,
    keeper: &mut Keeper,
) -> Result<Decoded, Peeked> {
    let mut listing = typed(&one);
    let clear = listing
        .as_mut()
        .is_ok_and(|listing| prices::fill(listing, prices) && !prices::sold_by(listing, strange));
    if clear || listing.is_err() {
        Ok(finish(one, listing, keeper))
    } else {
        Err(one)
    }
}

fn typed(one: &Peeked) -> Result<ion_client::Product, Unreadable> {
    let size = one.item.raw().len();
    if size > LARGEST_LISTING {
        return Err(Unreadable {
            path: "$".to_owned(),
            message: format!("a listing of {size} bytes"),
        });
    }
    Ok(one.item.decode()?)
}

fn finish(
    one: Peeked,
    listing: Result<ion_client::Product, Unreadable>,
    keeper: &mut Keeper,
) -> Decoded {
    let Peeked { item, ion_id, hash } = one;
    let raw = item.raw();
    let product = listing.and_then(map::product);
    let name = match &product {
        Ok(product) => product.name.clone(),
        Err(_) => map::display_name(raw).unwrap_or_else(|| ion_id.clone()),
    };
    Decoded {
        source: Source {
            hash: hash.to_vec(),
            raw: keeper.keep(raw),
            raw_size: raw.len(),
        },
        name: name.chars().take(200).collect(),
        ion_id,
        product,
    }
}
