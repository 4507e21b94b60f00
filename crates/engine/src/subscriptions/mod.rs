//! Subscriptions: read from Ion, compared, changed by orders, and told of before they renew or end.
//!
//! - [`sync()`] carries out a run: reads Ion's list by offset, writes only what differs, and finds what is gone.
//! - [`read_of()`] reads those of one customer, after an order of it was carried out.
//! - What people do and see stands in `change`, `view`, `renewals` and `table`, as methods of [`Engine`](crate::Engine).

mod change;
mod context;
mod decide;
mod error;
mod ics;
mod intake;
mod link;
mod map;
mod missing;
pub(crate) mod money;
mod notice;
mod offset;
mod origin;
mod read_of;
mod remind;
mod renewals;
mod request;
mod sync;
mod table;
mod today;
mod view;
mod words;

pub use change::When;
pub(crate) use context::{today, vendor_of};
pub use error::SubscriptionSyncError;
pub use ics::RenewalCalendar;
pub(crate) use link::{customer_linked, customer_renamed, customer_unlinked, customers_imported};
pub(crate) use read_of::is_shown;
pub use read_of::read_of;
pub(crate) use renewals::renewal_figures;
pub use renewals::{RenewalDay, RenewalList, RenewalRow, Urgency};
pub use request::SubscriptionSyncRequested;
pub use sync::{SubscriptionSyncEnd, SubscriptionSyncJob, sync};
pub use table::{SubscriptionTable, subscription_json};
pub(crate) use today::{Listed, Prices};
pub(crate) use view::increases_at;
pub use view::{RenewalPrice, SubscriptionView};
