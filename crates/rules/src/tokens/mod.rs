//! The login of a connection: when its refresh token is exchanged, and what a lost or refused reply allows.
//!
//! Ion's refresh tokens work once (Ion API notes 1.4), so every exchange may cost the only live pair. The rules:
//!
//! - [`state::next`] says what to do now; [`state::after_exchange`] and [`state::after_probe`] say what a result means.
//! - [`settle`] says what an outcome does to the store, however late it comes: a reply is held back by a newer pair alone, never by a
//!   lease; and what a restored copy may do.
//! - [`pace`] says how often, whatever the clock says.
//! - [`profile`] learns whether Ion kills the old access token, which makes "is the old one alive?" a proof.
//! - [`life`] says when people are warned.

pub mod life;
pub mod pace;
pub mod profile;
pub mod settle;
pub mod state;

pub use life::{LIFE_DAYS, WARNING_DAYS, days_left, warning_due};
pub use pace::{Sight, long_over, min_spacing};
pub use profile::{Observation, observe, should_look_at_old, tells};
pub use settle::{Attempt, Settled};
pub use state::{
    Cause, Exchange, Login, Loss, Probe, Step, Why, after_exchange, after_probe, due_at,
    may_become_current, may_refresh_now, next,
};
