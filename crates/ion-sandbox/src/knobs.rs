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
    /// What of Ion it is about: who only tests another part may leave it alone.
    pub area: Area,
}

/// What of Ion a knob is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Tokens and who may call.
    Login,
    /// Lists of every kind.
    Lists,
    /// Customers.
    Customers,
    /// The way to Ion: pace, delay, clock.
    Network,
    /// Products and prices.
    Catalog,
    /// Orders and provisioning templates.
    Orders,
    /// Subscriptions.
    Subscriptions,
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
    ($($area:ident { $($(#[doc = $what:literal])+ $name:ident: $type:ty = $default:expr, $text:literal, $values:literal, [$($other:literal),+];)+ })+) => {
        /// Every knob with its value.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct Knobs { $($($(#[doc = $what])+ pub $name: $type),+),+ }

        impl Default for Knobs {
            fn default() -> Self {
                Self { $($($name: $default),+),+ }
            }
        }

        /// Every knob.
        pub const KNOBS: &[KnobDoc] = &[$($(KnobDoc { name: $text, values: $values, what: concat!($($what),+), others: &[$($other),+], area: Area::$area }),+),+];

        impl Knobs {
            /// Turns a knob by name.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), KnobError> {
                match name {
                    $($($text => self.$name = value.parse().map_err(|_| KnobError::Value { name: name.to_owned(), value: value.to_owned(), values: $values })?,)+)+
                    _ => return Err(KnobError::Unknown(name.to_owned())),
                }
                Ok(())
            }
        }
    };
}

knobs! {
    Login {
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
    }
    Lists {
        /// Largest page; a larger pageSize is cut silently.
        max_page_size: usize = 1000, "max-page-size", "records", ["100", "3"];
        /// A page token is refused when the filters changed.
        page_token_binds_filters: bool = true, "page-token-binds-filters", "true, false", ["false"];
        /// The product list carries price-book members.
        list_has_price_book: bool = true, "list-has-price-book", "true, false", ["false"];
        /// Filters of lists are ignored.
        filters_ignored: bool = false, "filters-ignored", "true, false", ["true"];
    }
    Customers {
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
    }
    Network {
        /// Requests a second; more are answered 429. 0 is no limit.
        requests_per_second: u32 = 0, "requests-per-second", "number, 0 for no limit", ["5"];
        /// Seconds of Retry-After at 429; 0 sends none.
        retry_after_s: u64 = 1, "retry-after-s", "seconds, 0 for none", ["0", "2"];
        /// Every reply takes this long.
        latency_ms: u64 = 0, "latency-ms", "milliseconds", ["20"];
    }
    Catalog {
        /// Words by which products:pricing knows Microsoft: any, name (azure) or number (30).
        pricing_provider: String = "any".to_owned(), "pricing-provider", "any, name, number", ["name", "number"];
    }
    Network {
        /// The Date header is off by this many seconds.
        clock_skew_s: i64 = 0, "clock-skew-s", "seconds, may be negative", ["86400", "-86400"];
    }
    Orders {
        /// Where an order shows its referenceId: on the order and each item's on the item, on the order, on the items, or nowhere.
        reference_id_echo: String = "both".to_owned(), "reference-id-echo", "both, order, items, none", ["order", "items", "none"];
        /// A referenceId is cut to so many characters; 0 keeps it whole.
        reference_id_cut: usize = 0, "reference-id-cut", "characters, 0 for whole", ["32"];
        /// What an order with the referenceId of an earlier one of the customer does: new is a second order, update writes over the earlier one and answers it, conflict is refused (409).
        reference_id_repeat: String = "new".to_owned(), "reference-id-repeat", "new, update, conflict", ["update", "conflict"];
        /// How an order shows its displayName: full, cut to 32 characters, or none.
        display_name_echo: String = "full".to_owned(), "display-name-echo", "full, cut, none", ["cut", "none"];
        /// Seconds until lists show an order; asked for by id, it shows at once.
        order_list_lag_s: u64 = 0, "order-list-lag-s", "seconds", ["30", "900"];
        /// Filters of the lists of orders are ignored.
        order_filters_ignored: bool = false, "order-filters-ignored", "true, false", ["true"];
        /// sortBy and sortOrder of the list of orders are ignored: the oldest comes first.
        order_sort_ignored: bool = false, "order-sort-ignored", "true, false", ["true"];
        /// Orders and their items have no createTime and updateTime.
        order_times_missing: bool = false, "order-times-missing", "true, false", ["true"];
        /// State of an order when it was placed.
        order_first_status: String = "NEW".to_owned(), "order-first-status", "NEW, ON_HOLD, CONFIRMED", ["ON_HOLD", "CONFIRMED"];
        /// Seconds from each state of an order to the next; 0 is at once, after the answer to the request that placed it.
        order_step_s: u64 = 2, "order-step-s", "seconds", ["0", "60"];
        /// Status of the answer to a cancel of an order that is neither new nor on hold.
        order_wrong_state_cancel: u16 = 412, "order-wrong-state-cancel", "412, 400", ["400"];
        /// When Ion refuses a Microsoft subscription without renewalSetting: sync is a 400 to the request, async is an order that fails.
        missing_renewal_setting: String = "sync".to_owned(), "missing-renewal-setting", "sync, async", ["async"];
        /// Which Microsoft orders need domainName: always, or new-tenant: those of customers that have no tenant.
        domain_name_needed: String = "always".to_owned(), "domain-name-needed", "always, new-tenant", ["new-tenant"];
        /// Orders carry price, cost, subTotal and total.
        order_item_price: String = "present".to_owned(), "order-item-price", "present, absent", ["absent"];
        /// A Microsoft order for a new tenant shows userName and password of its first user once it is completed.
        order_shows_password: bool = true, "order-shows-password", "true, false", ["false"];
        /// The user of the login may place and cancel orders.
        may_place_orders: bool = true, "may-place-orders", "true, false", ["false"];
        /// What a checkout does whose totalCalculatedValue is not the whole part of the cart's total: accepted, or refused (412).
        checkout_total_mismatch: String = "accepted".to_owned(), "checkout-total-mismatch", "accepted, refused", ["refused"];
        /// Under which name the items of a cart are listed.
        cart_items_key: String = "cartitems".to_owned(), "cart-items-key", "cartitems, cartItems", ["cartItems"];
        /// Provisioning templates: normal, changed (a new order needs one more attribute, companyRegistrationId), or unavailable (503).
        templates: String = "normal".to_owned(), "templates", "normal, changed, unavailable", ["changed", "unavailable"];
    }
    Subscriptions {
        /// Seconds from a completed order until its subscription shows.
        subscription_after_s: u64 = 0, "subscription-after-s", "seconds", ["30", "900"];
        /// Most subscriptions that one answer lists; a larger pagination.limit is cut silently.
        max_subscription_limit: usize = 1000, "max-subscription-limit", "records", ["100", "3"];
        /// pagination.sortBy of the list of subscriptions is ignored.
        subscription_sort_ignored: bool = false, "subscription-sort-ignored", "true, false", ["true"];
        /// Ids by which a single subscription is found: Ion's own (id), the vendor's (guid), or both.
        subscription_ids: String = "both".to_owned(), "subscription-ids", "id, guid, both", ["id", "guid"];
        /// How the state of a subscription is written: in small letters or in capitals.
        subscription_status_case: String = "lower".to_owned(), "subscription-status-case", "lower, upper", ["upper"];
        /// Days after purchase or renewal in which Microsoft takes a subscription back, or seats of it.
        cancel_window_days: u32 = 7, "cancel-window-days", "days", ["15"];
        /// When a term that rolled over shows: at-once, or only after somebody asked with refresh (after-refresh).
        renewal_shows: String = "at-once".to_owned(), "renewal-shows", "at-once, after-refresh", ["after-refresh"];
    }
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
    KNOBS.iter().flat_map(settings)
}

/// As [`all_knobs`], but only those about these parts of Ion.
pub fn knobs_about(areas: &[Area]) -> impl Iterator<Item = Setting> {
    KNOBS
        .iter()
        .filter(|knob| areas.contains(&knob.area))
        .flat_map(settings)
}

fn settings(knob: &KnobDoc) -> impl Iterator<Item = Setting> + use<> {
    let (name, others) = (knob.name, knob.others);
    others.iter().map(move |value| {
        let mut knobs = Knobs::default();
        knobs
            .set(name, value)
            .expect("the other values of each knob are among its values");
        Setting {
            knob: name,
            value,
            knobs,
        }
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
        let orders = knobs_about(&[Area::Orders]).count();
        assert!((20..all_knobs().count() - 20).contains(&orders));
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
