//! Ion is searched for an order whose answer was lost: account orders of its customer, newest first, matched by our reference alone.
//! How far it is walked, and what a page comes to, is decided by `rules::orders::reconcile`.

use domain::order::{IonOrder, IonOrderStatus};
use ion_client::{Error, IonClient, Item, Order, OrderSort, PageToken};
use jiff::Timestamp;
use rules::orders::reconcile::{
    Distrust, MatchedBy, PageVerdict, SearchPlan, Walk, lookalikes, reference_in,
};
use store::orders::OrderRow;

use super::lookalikes::LookAlikeRow;
use super::map;

/// Times that the list is begun anew because its page token ran out.
const RESTARTS: u32 = 3;
/// Pages after which a list that does not end is left. It then was not read completely.
const MOST_PAGES: u32 = 2000;

/// What a search came to.
#[derive(Debug)]
pub(super) enum Looked {
    /// Ion has it.
    Found(Box<IonOrder>, MatchedBy),
    /// It was not among what was read.
    InVain(InVain),
}

/// A search that did not find the order.
#[derive(Debug)]
pub(super) struct InVain {
    /// All that had to be read was read.
    pub(super) complete: bool,
    /// Orders that were read.
    pub(super) read: usize,
    /// Why the list was walked to its end.
    pub(super) distrust: Option<Distrust>,
    /// Orders that look alike.
    pub(super) alike: Vec<LookAlikeRow>,
}

/// How a search is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// Records a page.
    pub(super) page_size: u32,
    /// All of the list is read, since what comes of it may decide something.
    pub(super) whole: bool,
}

/// Searches Ion for an order.
pub(super) async fn search(
    ion: &IonClient,
    account: &str,
    row: &OrderRow,
    reach: Reach,
) -> Result<Looked, Error> {
    let intent_at = row.submitted_at.unwrap_or(row.created_at);
    let plan = SearchPlan::new(&row.reference, &row.ion_customer_id, intent_at);
    let plan = if reach.whole {
        plan
    } else {
        plan.newest_only()
    };
    let mut walk = Walk::new(plan.clone());
    let mut alike: Vec<IonOrder> = Vec::new();
    let mut token: Option<PageToken> = None;
    let (mut restarts, mut pages) = (0, 0);
    let complete = loop {
        let customer = [row.ion_customer_id.as_str()];
        let list = ion
            .orders(account)
            .list()
            .page_size(reach.page_size)
            .customers(&customer)
            .sort_by(OrderSort::CreateTime)
            .descending(true);
        let list = match token.clone() {
            Some(token) => list.start_at(token),
            None => list,
        };
        let page = match list.send().await {
            Ok(page) => page,
            Err(error) if token.is_some() && error.page_token_expired() && restarts < RESTARTS => {
                restarts += 1;
                (walk, token) = (Walk::new(plan.clone()), None);
                alike.clear();
                continue;
            }
            Err(error) => return Err(error),
        };
        pages += 1;
        let orders: Vec<IonOrder> = page
            .items
            .iter()
            .filter_map(|item| read(item, &row.reference))
            .collect();
        match walk.judge_page(&orders, page.next.is_some()) {
            PageVerdict::Found { index, by } => {
                return Ok(Looked::Found(Box::new(orders[index].clone()), by));
            }
            PageVerdict::WalkOn if pages < MOST_PAGES => {}
            PageVerdict::NotThere => {
                keep_alike(&mut alike, &orders, row);
                break true;
            }
            PageVerdict::WalkOn | PageVerdict::Incomplete => {
                keep_alike(&mut alike, &orders, row);
                break false;
            }
        }
        keep_alike(&mut alike, &orders, row);
        token = page.next;
    };
    Ok(Looked::InVain(InVain {
        complete,
        read: walk.read,
        distrust: walk.distrust,
        alike: rows_of(row, &alike),
    }))
}

/// An order of a page. One that cannot be read is only of interest where it carries our reference: then it is asked for by id.
fn read(item: &Item<Order>, reference: &str) -> Option<IonOrder> {
    if let Some(order) = item.decode().ok().as_ref().and_then(map::from_ion) {
        return Some(order);
    }
    let ours = reference_in(item.raw()).as_deref() == Some(reference);
    ours.then(|| nameless(item, reference)).flatten()
}

/// What is known of an order whose details cannot be read: its name.
pub(super) fn nameless(item: &Item<Order>, reference: &str) -> Option<IonOrder> {
    let name = item.name()?;
    let behind = |word: &str| {
        let mut segments = name.split('/').skip_while(|segment| *segment != word);
        segments.nth(1).map(str::to_owned)
    };
    Some(IonOrder {
        ion_id: behind("orders")?,
        ion_customer_id: behind("customers")?,
        reference: reference.to_owned(),
        display_name: String::new(),
        status: IonOrderStatus::Unknown,
        status_word: String::new(),
        currency: None,
        total: None,
        lines: Vec::new(),
        faults: Vec::new(),
        placed_by: String::new(),
        created_at: None,
        updated_at: None,
        scheduled_at: None,
    })
}

/// Keeps what a person may want to look at, and no more than that.
fn keep_alike(kept: &mut Vec<IonOrder>, page: &[IonOrder], row: &OrderRow) {
    let sent_at = sent_at(row);
    let indexes = lookalikes(&row.content, &row.ion_customer_id, sent_at, page);
    for alike in indexes {
        let order = &page[alike.index];
        if kept.len() < 20 && kept.iter().all(|known| known.ion_id != order.ion_id) {
            kept.push(order.clone());
        }
    }
}

fn rows_of(row: &OrderRow, orders: &[IonOrder]) -> Vec<LookAlikeRow> {
    lookalikes(&row.content, &row.ion_customer_id, sent_at(row), orders)
        .into_iter()
        .map(|alike| {
            let order = &orders[alike.index];
            LookAlikeRow {
                ion_id: alike.ion_id,
                reasons: alike
                    .reasons
                    .iter()
                    .map(|reason| reason.words().to_owned())
                    .collect(),
                created_at: order.created_at,
                status: order.status_word.clone(),
            }
        })
        .collect()
}

fn sent_at(row: &OrderRow) -> Timestamp {
    row.sent_at.or(row.submitted_at).unwrap_or(row.created_at)
}
