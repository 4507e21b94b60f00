//! A list of Ion's by offset, read whole while it may move.
//!
//! Places in such a list shift when something before them comes or goes, and Ion may give fewer entries than asked for. So each part
//! begins with the last entry of the one before: where that is not seen again, the walk goes back until it meets an entry that it knows.
//! A pass counts as complete only where every part joined, and no fewer entries were seen than Ion counts at its end.

use std::collections::HashSet;
use std::time::Duration;

use ion_client::Error;
use tokio::sync::mpsc::Sender;

/// Passes through a list that moves, before it is taken as it came.
const PASSES: u32 = 3;
/// Times that an empty part in mid-list, or a web page in its place, is asked for again.
const STRANGE_ANSWERS: u32 = 3;
/// Parts in a row that bring nothing new, after which a list is taken to go round in circles.
const BARREN: u32 = 3;
/// Times that one pass goes back because parts do not join.
const BACKS: u32 = 20;

/// A part of a list.
#[derive(Debug)]
pub(super) struct Part<E> {
    /// Its entries, each with its id where it tells one.
    pub(super) entries: Vec<(Option<String>, E)>,
    /// How many entries the whole list has, where Ion tells.
    pub(super) total: Option<u64>,
    /// Size of the answer.
    pub(super) bytes: u64,
}

/// What the walk gives.
#[derive(Debug)]
pub(super) enum Walked<E> {
    /// A part. Entries may come more than once; the later one counts.
    Part(Part<E>),
    /// The list moved too much, and is walked anew.
    Again(u32),
    /// There is no more.
    End(WalkEnd),
}

/// How a walk ended.
#[derive(Debug)]
pub(super) enum WalkEnd {
    /// Every entry was seen.
    Complete,
    /// It was read to its end, and entries may have been missed: it moved, or Ion counts more than it shows.
    Incomplete {
        /// Different entries that were seen in the last pass.
        seen: u64,
        /// How many Ion counts.
        total: Option<u64>,
    },
    /// Ion or the network failed.
    Failed(Error),
}

/// How one pass ended.
enum Pass {
    Whole,
    /// Parts did not join, or entries are missing.
    Torn {
        seen: u64,
        total: Option<u64>,
    },
    Failed(Error),
    /// Nobody listens any more.
    Deaf,
}

/// Walks a list to its end, or until nobody listens. `read` asks for the part at an offset.
pub(super) async fn walk<E, R>(read: impl Fn(u64) -> R, out: Sender<Walked<E>>)
where
    R: Future<Output = Result<Part<E>, Error>>,
{
    let mut before = None;
    for pass in 1.. {
        let end = match one_pass(&read, &out).await {
            Pass::Deaf => return,
            Pass::Whole => WalkEnd::Complete,
            Pass::Failed(error) => WalkEnd::Failed(error),
            Pass::Torn { seen, total } => {
                // The same entries are missing again: another pass would not find them.
                let same = before.replace((seen, total)) == Some((seen, total));
                if pass < PASSES && !same {
                    if out.send(Walked::Again(pass)).await.is_err() {
                        return;
                    }
                    continue;
                }
                WalkEnd::Incomplete { seen, total }
            }
        };
        drop(out.send(Walked::End(end)).await);
        return;
    }
}

/// Where a pass stands.
#[derive(Default)]
struct Place {
    /// Behind the last entry that joins.
    offset: u64,
    /// Ids of the last part that joined, in its order.
    last: Vec<String>,
    /// Entries that are asked for a second time, to see that the parts join.
    overlap: u64,
    /// How far back it went to find an entry that it knows.
    back: u64,
    /// Times that it went back in this pass.
    backs: u32,
    /// Every id of this pass.
    seen: HashSet<String>,
    /// Entries without an id.
    nameless: u64,
    /// Parts in a row without anything new.
    barren: u32,
    total: Option<u64>,
    torn: bool,
}

async fn one_pass<E, R>(read: &impl Fn(u64) -> R, out: &Sender<Walked<E>>) -> Pass
where
    R: Future<Output = Result<Part<E>, Error>>,
{
    let mut place = Place::default();
    let mut strange = 0;
    loop {
        let at = place.at();
        let part = match read(at).await {
            Ok(part) => part,
            // A proxy's page in mid-list passes; the first request of a list is answered at once.
            Err(Error::NotIon { .. }) if at > 0 && strange < STRANGE_ANSWERS => {
                strange += 1;
                tokio::time::sleep(Duration::from_millis(200) * strange).await;
                continue;
            }
            Err(error) => return Pass::Failed(error),
        };
        let (size, total) = (part.entries.len(), part.total);
        let ids: Vec<String> = part
            .entries
            .iter()
            .filter_map(|(id, _)| id.clone())
            .collect();
        if out.send(Walked::Part(part)).await.is_err() {
            return Pass::Deaf;
        }
        if size == 0 && total.is_some_and(|total| total > at) && strange < STRANGE_ANSWERS {
            strange += 1;
            continue;
        }
        strange = 0;
        place.total = total;
        if place.take(at, size as u64, ids) {
            return place.end();
        }
    }
}

impl Place {
    /// Where the next part is asked for.
    fn at(&self) -> u64 {
        self.offset.saturating_sub(self.overlap + self.back)
    }

    /// Takes a part. True where the pass ends with it.
    fn take(&mut self, at: u64, size: u64, ids: Vec<String>) -> bool {
        let nameless = size - ids.len() as u64;
        let new = ids
            .iter()
            .filter(|id| self.seen.insert((*id).clone()))
            .count();
        if size == 0 && self.overlap == 0 {
            // Nothing was expected here but the end.
            self.torn |= self.total.is_some_and(|total| total > at);
            return true;
        }
        if !self.joins(&ids) {
            if at > 0 && self.backs < BACKS {
                // Something before this place came or went.
                self.backs += 1;
                self.back += size.max(self.last.len() as u64).max(1);
                return false;
            }
            self.torn = true;
            if size == 0 {
                return true;
            }
        }
        let behind = at + size;
        // Where it is given up that parts join, the walk still gets on.
        self.offset = if self.torn {
            behind.max(self.offset)
        } else {
            behind
        };
        self.back = 0;
        self.overlap = u64::from(ids.len() > 1);
        self.last = ids;
        self.nameless += nameless;
        self.barren = if new == 0 { self.barren + 1 } else { 0 };
        if self.barren > BARREN {
            self.torn = true;
            return true;
        }
        self.total.is_some_and(|total| self.offset >= total)
    }

    /// Whether a part goes on where the last one ended: it holds an entry of that one.
    fn joins(&self, ids: &[String]) -> bool {
        self.overlap == 0 || self.last.iter().rev().any(|id| ids.contains(id))
    }

    fn end(self) -> Pass {
        let seen = self.seen.len() as u64;
        let missing = self.total.is_some_and(|total| seen + self.nameless < total);
        if self.torn || missing {
            Pass::Torn {
                seen,
                total: self.total,
            }
        } else {
            Pass::Whole
        }
    }
}

#[cfg(test)]
mod tests;
