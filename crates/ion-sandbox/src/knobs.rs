//! What nobody knows of Ion for sure, each with a name and a default (Ion API notes 7).

use serde::{Deserialize, Serialize};

/// Description of a knob.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct KnobDoc {
    /// Its name.
    pub name: &'static str,
    /// Values that it takes.
    pub values: &'static str,
    /// What it changes.
    pub what: &'static str,
    /// Values other than the default that tests try: each word where it takes words, some where it takes numbers.
    pub others: &'static [&'static str],
}

/// A knob or value that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnobError {
    /// No such knob.
    #[error("there is no knob {0:?}; --list-knobs shows them")]
    Unknown(String),
    /// Not a value of the knob.
    #[error("knob {name} does not take {value:?}; it takes {values}")]
    Value {
        /// The knob.
        name: String,
        /// The value.
        value: String,
        /// What it takes.
        values: &'static str,
    },
}

macro_rules! knobs {
    ($($(#[doc = $what:literal])+ $name:ident: $type:ty = $default:expr, $text:literal, $values:literal, [$($other:literal),+];)+) => {
        /// Every knob with its value.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct Knobs { $($(#[doc = $what])+ pub $name: $type),+ }

        impl Default for Knobs {
            fn default() -> Self {
                Self { $($name: $default),+ }
            }
        }

        /// Every knob.
        pub const KNOBS: &[KnobDoc] = &[$(KnobDoc { name: $text, values: $values, what: concat!($($what),+), others: &[$($other),+] }),+];

        impl Knobs {
            /// Turns a knob by name.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), KnobError> {
                match name {
                    $($text => self.$name = value.parse().map_err(|_| KnobError::Value { name: name.to_owned(), value: value.to_owned(), values: $values })?,)+
                    _ => return Err(KnobError::Unknown(name.to_owned())),
                }
                Ok(())
            }
        }
    };
}

knobs! {
    /// The old access token dies when its refresh token is exchanged.
    refresh_kills_old_access: bool = true, "refresh-kills-old-access", "true, false", ["false"];
    /// An exchange starts the refresh token's life anew.
    refresh_extends_life: bool = false, "refresh-extends-life", "true, false", ["true"];
    /// A refresh token works once.
    refresh_single_use: bool = true, "refresh-single-use", "true, false", ["false"];
    /// Life of an access token in seconds.
    access_life_s: u64 = 7200, "access-life-s", "seconds", ["60", "10", "86400"];
    /// Life of a refresh token in seconds.
    refresh_life_s: u64 = 2_764_800, "refresh-life-s", "seconds", ["86400", "1209600"];
    /// New credentials from the portal end the older ones of the user.
    new_credentials_end_old: bool = true, "new-credentials-end-old", "true, false", ["false"];
    /// Body of a 401: platform, oauth or empty.
    unauthorized_body: String = "platform".to_owned(), "unauthorized-body", "platform, oauth, empty", ["oauth", "empty"];
    /// Largest page; a larger pageSize is cut silently.
    max_page_size: usize = 1000, "max-page-size", "records", ["100", "3"];
    /// A page token is refused when the filters changed.
    page_token_binds_filters: bool = true, "page-token-binds-filters", "true, false", ["false"];
    /// The product list carries price-book members.
    list_has_price_book: bool = true, "list-has-price-book", "true, false", ["false"];
    /// Filters of lists are ignored.
    filters_ignored: bool = false, "filters-ignored", "true, false", ["true"];
    /// Updating a customer keeps members that were not sent.
    put_keeps_unsent: bool = false, "put-keeps-unsent", "true, false", ["true"];
    /// A PUT moves the customer's updateTime.
    put_moves_update_time: bool = true, "put-moves-update-time", "true, false", ["false"];
    /// What a PUT of a customer answers: the customer, or an empty object.
    put_answers: String = "customer".to_owned(), "put-answers", "customer, empty", ["empty"];
    /// The answer to a POST of a customer shows the password of its first user.
    create_shows_password: bool = true, "create-shows-password", "true, false", ["false"];
    /// Capital and small letters make two e-mails of one.
    email_case_matters: bool = false, "email-case-matters", "true, false", ["true"];
    /// Where an e-mail must be unused: on the whole platform, where strangers have theirs too, or in this account.
    email_unique_in: String = "platform".to_owned(), "email-unique-in", "platform, account", ["account"];
    /// What Ion makes of the texts of a customer: none as sent; trim: no white space around or twice inside; case: country and language in capitals, e-mail in small letters; all: both.
    values_normalised: String = "none".to_owned(), "values-normalised", "none, trim, case, all", ["trim", "case", "all"];
    /// Order of the list of customers: creation, name, or random (another one for each page).
    customer_order: String = "creation".to_owned(), "customer-order", "creation, name, random", ["name", "random"];
    /// Seconds until the list of customers shows one that is new or changed; asked for by id, it shows at once.
    list_lag_s: u64 = 0, "list-lag-s", "seconds", ["30", "900"];
    /// The list of customers shows inactive ones where no status is asked for.
    list_has_inactive: bool = true, "list-has-inactive", "true, false", ["false"];
    /// Cloud profiles carry tenant, domain and agreement; false is the portal with its providers not shown to customers.
    cloud_profiles_complete: bool = true, "cloud-profiles-complete", "true, false", ["false"];
    /// The user of the login may read customers.
    may_read_customers: bool = true, "may-read-customers", "true, false", ["false"];
    /// Requests a second; more are answered 429. 0 is no limit.
    requests_per_second: u32 = 0, "requests-per-second", "number, 0 for no limit", ["5"];
    /// Seconds of Retry-After at 429; 0 sends none.
    retry_after_s: u64 = 1, "retry-after-s", "seconds, 0 for none", ["0", "2"];
    /// Every reply takes this long.
    latency_ms: u64 = 0, "latency-ms", "milliseconds", ["20"];
    /// Words by which products:pricing knows Microsoft: any, name (azure) or number (30).
    pricing_provider: String = "any".to_owned(), "pricing-provider", "any, name, number", ["name", "number"];
    /// The Date header is off by this many seconds.
    clock_skew_s: i64 = 0, "clock-skew-s", "seconds, may be negative", ["86400", "-86400"];
}

/// One knob turned away from its default.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Name of the knob.
    pub knob: &'static str,
    /// Its value.
    pub value: &'static str,
    /// All knobs: this one turned, the others at their defaults.
    pub knobs: Knobs,
}

/// Each knob turned to each of its other values, one at a time.
pub fn all_knobs() -> impl Iterator<Item = Setting> {
    KNOBS
        .iter()
        .flat_map(|knob| knob.others.iter().map(|value| (knob.name, *value)))
        .map(|(knob, value)| {
            let mut knobs = Knobs::default();
            knobs
                .set(knob, value)
                .expect("the other values of each knob are among its values");
            Setting { knob, value, knobs }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_knob_turns_away_from_its_default() {
        for Setting { knob, value, knobs } in all_knobs() {
            assert_ne!(knobs, Knobs::default(), "{knob}={value}");
        }
        assert!(KNOBS.iter().all(|knob| !knob.others.is_empty()));
        assert!(matches!(
            Knobs::default().set("nonsense", "1"),
            Err(KnobError::Unknown(_))
        ));
        assert!(matches!(
            Knobs::default().set("latency-ms", "slow"),
            Err(KnobError::Value { .. })
        ));
    }
}
