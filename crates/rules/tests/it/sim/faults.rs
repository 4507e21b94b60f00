//! Every fault that the simulation can put in, by name, so that a run can tell which it never did.

use crate::seeds::named;

/// What can happen to the processes at an instant that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blow {
    KillServer,
    KillKeeper,
    KillBoth,
    StopServer,
    StopKeeper,
    StopBoth,
    StoreDown,
    ClockStep,
}

/// Instants of a server.
pub(super) const SERVER_POINTS: [&str; 5] = [
    "server.decided",
    "server.before-start",
    "server.after-start",
    "server.before-current",
    "server.after-current",
];

/// Instants of a keeper.
pub(super) const KEEPER_POINTS: [&str; 5] = [
    "keeper.before-sending",
    "keeper.before-post",
    "keeper.posted",
    "keeper.before-record",
    "keeper.after-record",
];

/// Blows that need no keeper.
pub(super) const SERVER_BLOWS: [Blow; 4] = [
    Blow::KillServer,
    Blow::StopServer,
    Blow::StoreDown,
    Blow::ClockStep,
];

pub(super) const KEEPER_BLOWS: [Blow; 8] = [
    Blow::KillServer,
    Blow::KillKeeper,
    Blow::KillBoth,
    Blow::StopServer,
    Blow::StopKeeper,
    Blow::StopBoth,
    Blow::StoreDown,
    Blow::ClockStep,
];

/// Faults of Ion and of the way to it, at an exchange.
pub(super) const ION: [&str; 9] = [
    "ion.not-reached",
    "ion.cut-before",
    "ion.cut-after",
    "ion.failed-before",
    "ion.failed-after",
    "ion.busy",
    "ion.cache-miss",
    "ion.slow",
    "ion.silent",
];

/// Everything else.
pub(super) const OTHER: [&str; 7] = [
    "ion.access-ended",
    "ion.probe-unanswered",
    "person.new-credentials",
    "person.asked",
    "journal.not-written",
    "copy.restored",
    "copy.restored-without-journal",
];

/// Every fault that is declared.
pub(super) fn declared() -> Vec<String> {
    let server = SERVER_POINTS
        .into_iter()
        .flat_map(|point| SERVER_BLOWS.map(|blow| named(point, blow)));
    let keeper = KEEPER_POINTS
        .into_iter()
        .flat_map(|point| KEEPER_BLOWS.map(|blow| named(point, blow)));
    server
        .chain(keeper)
        .chain(ION.map(str::to_owned))
        .chain(OTHER.map(str::to_owned))
        .collect()
}
