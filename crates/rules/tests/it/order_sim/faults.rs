//! Every fault that the simulation of orders can put in, by name, so that a run can tell which it never did.

use crate::seeds::named;

/// What can happen to a server at an instant that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    Kill,
    Stop,
    StoreDown,
    ClockStep,
}

pub(super) const BLOWS: [Blow; 4] = [Blow::Kill, Blow::Stop, Blow::StoreDown, Blow::ClockStep];

/// Instants of a server.
pub(super) const POINTS: [&str; 9] = [
    "submit.taken",
    "submit.begun",
    "submit.posted",
    "submit.answered",
    "look.taken",
    "look.page",
    "look.done",
    "poll.answered",
    "cancel.answered",
];

/// Faults of Ion and of the way to it.
pub(super) const ION: [&str; 14] = [
    "post.not-reached",
    "post.busy",
    "post.refused",
    "post.cut-before",
    "post.cut-after",
    "post.failed-before",
    "post.failed-after",
    "post.late-effect",
    "post.late-answer",
    "post.silent",
    "look.failed",
    "look.circle",
    "poll.failed",
    "cancel.lost",
];

/// What people do.
pub(super) const PEOPLE: [&str; 6] = [
    "person.resends",
    "person.resends-too-early",
    "person.gives-up",
    "person.cancels-unsent",
    "person.cancels-placed",
    "person.schedules",
];

/// Kinds of Ion.
pub(super) const KINDS: [&str; 6] = [
    "ion.no-reference",
    "ion.only-items",
    "ion.cut-reference",
    "ion.filter-ignored",
    "ion.sort-ignored",
    "ion.no-times",
];

/// Every fault that is declared.
pub(super) fn declared() -> Vec<String> {
    POINTS
        .into_iter()
        .flat_map(|point| BLOWS.map(|blow| named(point, blow)))
        .chain(ION.map(str::to_owned))
        .chain(PEOPLE.map(str::to_owned))
        .chain(KINDS.map(str::to_owned))
        .collect()
}
