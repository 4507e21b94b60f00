//! Ion's list of customers, read whole: each customer once, and whether the list was seen to its end.

use std::collections::{HashMap, HashSet};

use domain::customer::IonCustomer;
use domain::run::RunCounts;
use ion_client::{Customer, IonClient, PageToken};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::map;
use crate::listing::{Fetched, ScanEnd, fetch};

/// Pages in a row that bring nothing new, after which the list is taken to have no end.
const BARREN: u32 = 3;

/// What was read of Ion's list.
#[derive(Debug)]
pub(super) struct Scan {
    /// Customers by id: those that a caller wanted kept.
    pub(super) kept: HashMap<String, (IonCustomer, [u8; 32])>,
    /// Every id that was seen.
    pub(super) seen: HashSet<String>,
    /// Entries that could not be read: name, JSON path, why.
    pub(super) unreadable: Vec<(String, String, String)>,
    /// How the list ended.
    pub(super) end: ScanEnd,
    /// A person or the process wants it to stop.
    pub(super) cancelled: bool,
    /// Times that it was started anew.
    pub(super) restarts: u32,
}

impl Scan {
    /// The list was seen from its beginning to its end, and each entry told its id.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.end, ScanEnd::Complete)
            && !self.cancelled
            && self.unreadable.iter().all(|(name, ..)| !name.is_empty())
    }
}

/// Reads the list. `keep` says of each customer whether it is wanted; `progress` is told after each page.
pub(super) async fn scan(
    ion: &IonClient,
    account: &str,
    page_size: u32,
    keep: impl Fn(&str, &[u8; 32]) -> bool,
    counts: &mut RunCounts,
    mut progress: impl FnMut(&RunCounts),
    cancel: &CancellationToken,
) -> Scan {
    let (pages_in, mut pages) = mpsc::channel(2);
    let (ion, account) = (ion.clone(), account.to_owned());
    let read_page = move |token: Option<PageToken>| {
        let (ion, account) = (ion.clone(), account.clone());
        async move {
            let list = ion.customers(&account).list().page_size(page_size);
            token
                .map_or(list.clone(), |token| list.start_at(token))
                .send()
                .await
        }
    };
    let fetching = AbortOnDropHandle::new(tokio::spawn(fetch(read_page, None, pages_in)));
    let mut scan = Scan {
        kept: HashMap::new(),
        seen: HashSet::new(),
        unreadable: Vec::new(),
        end: ScanEnd::Complete,
        cancelled: false,
        restarts: 0,
    };
    let mut barren = 0;
    loop {
        let fetched = tokio::select! {
            fetched = pages.recv() => fetched,
            () = cancel.cancelled() => None,
        };
        match fetched {
            Some(Fetched::Page(page)) => {
                counts.pages += 1;
                counts.requests += 1;
                counts.bytes += page.bytes;
                let before = scan.seen.len();
                for item in &page.items {
                    scan.take(item, &keep, counts);
                }
                barren = if scan.seen.len() == before {
                    barren + 1
                } else {
                    0
                };
                counts.read = scan.seen.len() as u64;
                progress(counts);
                // An empty page may stand in the middle of a list; one list of them has no end.
                if barren > BARREN && page.next.is_some() && scan.restarts == 0 {
                    scan.end = ScanEnd::NothingNew;
                    break;
                }
            }
            Some(Fetched::Restarted(times)) => {
                scan.restarts = times;
                barren = 0;
            }
            Some(Fetched::End(end)) => {
                scan.end = end;
                break;
            }
            None => {
                scan.cancelled = true;
                break;
            }
        }
    }
    drop(fetching);
    scan
}

impl Scan {
    fn take(
        &mut self,
        item: &ion_client::Item<Customer>,
        keep: &impl Fn(&str, &[u8; 32]) -> bool,
        counts: &mut RunCounts,
    ) {
        let read = item.decode().map_err(|error| (error.path, error.message));
        let customer = match read.map(|customer| map::from_ion(&customer)) {
            Ok(Some(customer)) => customer,
            Ok(None) => return self.set_aside(item, "$.name", "it carries no id", counts),
            Err((path, why)) => return self.set_aside(item, &path, &why, counts),
        };
        let hash = map::hash(&customer);
        self.seen.insert(customer.ion_id.clone());
        if keep(&customer.ion_id, &hash) {
            // The later reading of one that moved between pages counts.
            self.kept.insert(customer.ion_id.clone(), (customer, hash));
        } else {
            self.kept.remove(&customer.ion_id);
        }
    }

    fn set_aside(
        &mut self,
        item: &ion_client::Item<Customer>,
        path: &str,
        why: &str,
        counts: &mut RunCounts,
    ) {
        let id = item.id().unwrap_or_default();
        if !id.is_empty() && !self.seen.insert(id.clone()) {
            return;
        }
        counts.set_aside += 1;
        self.unreadable.push((id, path.to_owned(), why.to_owned()));
    }
}
