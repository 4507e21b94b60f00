//! What every request passes before and after its handler, from the outside in.
//!
//! [`trace`] gives it a number, [`headers`] hardens the answer, [`answer`] prints faults, [`host`] refuses foreign names, and
//! [`right`] asks who it is and whether they may.

pub(crate) mod answer;
pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod right;
pub(crate) mod trace;
