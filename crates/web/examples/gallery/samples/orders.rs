//! Orders: list, the three steps, one order in each of its states.

pub(super) fn pages() -> Vec<(&'static str, String)> {
    Vec::new()
}
