//! A model of Ion's orders: each POST makes one, a list shows it some time later, and nothing keeps anybody from making two.

use domain::order::{IonOrder, IonOrderLine, IonOrderStatus};
use jiff::Timestamp;
use rules::orders::reconcile::{display_name, line_reference};

use super::world::{MINUTE, SECOND, true_time};

/// What Ion gives back of our reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    All,
    NoReference,
    OnlyItems,
    Cut,
}

/// An order at Ion.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) reference: String,
    /// Of our customer; else of another.
    ours: bool,
    pub(super) since: u64,
    /// Hours by which it is older than this world.
    older: i64,
    /// From when a list shows it.
    visible_at: u64,
    cancelled_at: Option<u64>,
    /// How long it stays new, and what becomes of it.
    new_for: u64,
    held: bool,
    ends: IonOrderStatus,
}

#[derive(Debug)]
pub(super) struct Ion {
    pub(super) echo: Echo,
    pub(super) filter_ignored: bool,
    pub(super) sort_ignored: bool,
    pub(super) no_times: bool,
    pub(super) page: usize,
    pub(super) made: Vec<Made>,
}

impl Ion {
    /// An order that was there before, of this customer or another. Some are older than any search goes back: a list that is trusted wrongly
    /// is left at them.
    pub(super) fn other(&mut self, ours: bool, older: i64) {
        self.made.push(Made {
            reference: format!("PO-{}", self.made.len()),
            ours,
            since: 0,
            older,
            visible_at: 0,
            cancelled_at: None,
            new_for: 0,
            held: false,
            ends: IonOrderStatus::Completed,
        });
    }

    /// The effect of a POST.
    pub(super) fn make(&mut self, reference: &str, now: u64, lag: u64, chance: u64) -> usize {
        self.made.push(Made {
            reference: reference.to_owned(),
            ours: true,
            since: now,
            older: 0,
            visible_at: now + lag,
            cancelled_at: None,
            new_for: (chance % 600) * SECOND,
            held: chance.is_multiple_of(5),
            ends: if chance.is_multiple_of(7) {
                IonOrderStatus::Error
            } else {
                IonOrderStatus::Completed
            },
        });
        self.made.len() - 1
    }

    /// How many orders carry a reference.
    pub(super) fn count(&self, reference: &str) -> usize {
        self.made
            .iter()
            .filter(|made| made.reference == reference)
            .count()
    }

    pub(super) fn status(&self, index: usize, now: u64) -> IonOrderStatus {
        let made = &self.made[index];
        if made.cancelled_at.is_some() {
            return IonOrderStatus::Canceled;
        }
        match now.saturating_sub(made.since) {
            age if age < made.new_for && made.held => IonOrderStatus::OnHold,
            age if age < made.new_for => IonOrderStatus::New,
            age if age < made.new_for + 2 * MINUTE => IonOrderStatus::InProgress,
            _ => made.ends,
        }
    }

    /// Calls an order off, where that is still possible.
    pub(super) fn cancel(&mut self, index: usize, now: u64) -> bool {
        let open = matches!(
            self.status(index, now),
            IonOrderStatus::New | IonOrderStatus::OnHold
        );
        if open {
            self.made[index].cancelled_at = Some(now);
        }
        open
    }

    pub(super) fn find(&self, ion_id: &str) -> Option<usize> {
        ion_id.parse().ok().filter(|index| *index < self.made.len())
    }

    /// An order as Ion shows it.
    pub(super) fn show(&self, index: usize, now: u64) -> IonOrder {
        let made = &self.made[index];
        let (reference, name, item) = match self.echo {
            Echo::All => (
                made.reference.clone(),
                display_name(&made.reference, "Business Premium for Kettle"),
                line_reference(&made.reference, 0),
            ),
            Echo::NoReference => (
                String::new(),
                display_name(&made.reference, "Business Premium for Kettle"),
                String::new(),
            ),
            Echo::OnlyItems => (
                String::new(),
                "Order".to_owned(),
                line_reference(&made.reference, 0),
            ),
            Echo::Cut => {
                let name = display_name(&made.reference, "Business Premium for Kettle");
                (
                    String::new(),
                    name.chars().take(32).collect(),
                    String::new(),
                )
            }
        };
        let since = true_time(made.since)
            .checked_sub(jiff::SignedDuration::from_hours(made.older))
            .expect("days ago");
        let time = (!self.no_times).then_some(since);
        IonOrder {
            ion_id: index.to_string(),
            ion_customer_id: if made.ours { "49988" } else { "1" }.to_owned(),
            reference,
            display_name: name,
            status: self.status(index, now),
            status_word: String::new(),
            currency: None,
            total: None,
            lines: vec![IonOrderLine {
                reference: item,
                action: "CREATE".to_owned(),
                product_ion_id: String::new(),
                sku_id: String::new(),
                plan_id: String::new(),
                product_name: String::new(),
                quantity: 1,
                resource_id: None,
                status: String::new(),
                price: None,
                attributes: Vec::new(),
            }],
            faults: Vec::new(),
            placed_by: String::new(),
            created_at: time,
            updated_at: time,
            scheduled_at: None::<Timestamp>,
        }
    }

    /// A page of the account's orders, by what is visible now.
    pub(super) fn list(&self, offset: usize, now: u64) -> (Vec<IonOrder>, bool) {
        let mut visible: Vec<usize> = (0..self.made.len())
            .filter(|index| self.made[*index].visible_at <= now)
            .filter(|index| self.filter_ignored || self.made[*index].ours)
            .collect();
        if !self.sort_ignored {
            visible.sort_by_key(|index| {
                let made = &self.made[*index];
                let age = -i64::try_from(made.since).expect("it is short");
                (made.older, age, std::cmp::Reverse(*index))
            });
        }
        let page: Vec<_> = visible
            .iter()
            .skip(offset)
            .take(self.page)
            .map(|index| self.show(*index, now))
            .collect();
        let more = offset + page.len() < visible.len();
        (page, more)
    }
}
