//! Messages for people: on the screen, by e-mail and by signed webhook.

mod deliver;
mod raise;

pub use deliver::{DeliveryError, deliver, send_test};
pub use raise::{NewNotice, raise};
