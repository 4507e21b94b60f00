//! The commands on orders, subscriptions and margin rules.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Commands on orders.
#[derive(Debug, Subcommand)]
pub enum OrdersCommand {
    /// Make a draft of a JSON file, and place it where asked for
    Create {
        /// File with the order; `-` reads standard input
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Place it at once
        #[arg(long)]
        submit: bool,
        /// How it is confirmed
        #[command(flatten)]
        confirm: ConfirmArgs,
    },
    /// Place a draft: sent to Ion once
    Submit {
        /// Number such as O-2041, or id
        id: String,
        /// How it is confirmed
        #[command(flatten)]
        confirm: ConfirmArgs,
    },
    /// Find orders
    List(OrderListArgs),
    /// One order with its lines and its timeline
    Show {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Call an order off: here where it was not sent yet, else in Ion while Ion allows it
    Cancel {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Search Ion for an order, or ask how it stands, now
    Look {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Send an order again that Ion was searched for completely and does not have
    SendAgain {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Say which of Ion's orders an unconfirmed one is
    Adopt {
        /// Number such as O-2041, or id
        id: String,
        /// Ion's order id
        ion_id: String,
    },
    /// Close an order that Ion does not have
    GiveUp {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Begin a new draft with the lines of an order
    Copy {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Throw a draft away
    Discard {
        /// Number such as O-2041, or id
        id: String,
    },
    /// Read what changed at Ion's orders now, those placed elsewhere among them
    Read {
        /// Name, Account ID or id; not needed where there is one
        #[arg(long, value_name = "CONNECTION")]
        connection: Option<String>,
    },
    /// Write what is found as CSV, or as JSON with --json
    Export(OrderListArgs),
}

/// How an order is confirmed.
#[derive(Debug, Args)]
pub struct ConfirmArgs {
    /// The total that it binds to, such as 5690.10: asked for where it binds for a year or more, or for an unknown time; without a known price how many are ordered in all
    #[arg(long, value_name = "AMOUNT", default_value = "")]
    pub confirm_total: String,
    /// Take today's prices where they moved since the draft was made
    #[arg(long)]
    pub accept_prices: bool,
    /// Send it then: 2026-12-01, or 2026-12-01T08:00:00Z
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// Which orders.
#[derive(Debug, Args)]
pub struct OrderListArgs {
    /// Words; each must occur
    pub text: Vec<String>,
    /// Only in this state, such as unconfirmed; may be given several times
    #[arg(long)]
    pub state: Vec<String>,
    /// Only those that wait for a person
    #[arg(long)]
    pub attention: bool,
    /// Only of this customer: number, id, or the whole name
    #[arg(long)]
    pub customer: Option<String>,
    /// Only of this vendor
    #[arg(long)]
    pub vendor: Option<String>,
    /// Order: placed, number, customer, bound, state or changed; with a - before it the other way round
    #[arg(long, default_value = "-placed", allow_hyphen_values = true)]
    pub sort: String,
    /// How many to show
    #[arg(long, default_value_t = 25)]
    pub limit: u32,
}

/// Commands on subscriptions.
#[derive(Debug, Subcommand)]
pub enum SubscriptionsCommand {
    /// Read all subscriptions from Ion and follow the run
    Sync {
        /// Name, Account ID or id; not needed where there is one
        #[arg(long, value_name = "CONNECTION")]
        connection: Option<String>,
    },
    /// Find subscriptions, the next to renew first
    List(SubscriptionListArgs),
    /// One subscription, what can be done with it and until when
    Show {
        /// Id, Ion's id, or the vendor's id
        id: String,
    },
    /// Another number of seats
    Change {
        /// Id, Ion's id, or the vendor's id
        id: String,
        /// The new total, not the difference
        #[arg(long, value_name = "N")]
        quantity: u32,
        /// How it is carried out
        #[command(flatten)]
        how: ChangeArgs,
    },
    /// Stop a subscription for a while
    Suspend(OneChange),
    /// Let a suspended subscription go on
    Resume(OneChange),
    /// End a subscription
    Cancel(OneChange),
    /// Renew by itself at the end of its term, or not
    AutoRenew {
        /// Id, Ion's id, or the vendor's id
        id: String,
        /// on or off
        #[arg(value_enum)]
        to: OnOff,
        /// How it is carried out
        #[command(flatten)]
        how: ChangeArgs,
    },
    /// Write what is found as CSV, or as JSON with --json
    Export(SubscriptionListArgs),
}

/// A change of one subscription.
#[derive(Debug, Args)]
pub struct OneChange {
    /// Id, Ion's id, or the vendor's id
    pub id: String,
    /// How it is carried out
    #[command(flatten)]
    pub how: ChangeArgs,
}

/// How a change is carried out.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Only make the draft; look at it, then: ionbridge orders submit
    #[arg(long)]
    pub draft: bool,
    /// With the renewal
    #[arg(long, conflicts_with = "at")]
    pub at_renewal: bool,
    /// How it is confirmed
    #[command(flatten)]
    pub confirm: ConfirmArgs,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// On.
    On,
    /// Off.
    Off,
}

/// Which subscriptions.
#[derive(Debug, Args)]
pub struct SubscriptionListArgs {
    /// Words; each must occur
    pub text: Vec<String>,
    /// Only in this state, such as suspended; may be given several times
    #[arg(long)]
    pub state: Vec<String>,
    /// Those that ended too
    #[arg(long)]
    pub ended: bool,
    /// Only of this customer: number, id, or the whole name
    #[arg(long)]
    pub customer: Option<String>,
    /// Only of this vendor
    #[arg(long)]
    pub vendor: Option<String>,
    /// Order: due, customer, name, seats, cost or margin; with a - before it the other way round
    #[arg(long, default_value = "due", allow_hyphen_values = true)]
    pub sort: String,
    /// How many to show
    #[arg(long, default_value_t = 25)]
    pub limit: u32,
}

/// Arguments of `renewals`.
#[derive(Debug, Args)]
pub struct RenewalsArgs {
    /// How far to look ahead: 60d, 8w
    #[arg(long, default_value = "60d", value_name = "TIME")]
    pub within: String,
    /// As a calendar file
    #[arg(long)]
    pub ics: bool,
}

/// Commands on margin rules.
#[derive(Debug, Subcommand)]
pub enum MarginsCommand {
    /// Rules in force and to come
    List {
        /// Those taken out of use too
        #[arg(long)]
        retired: bool,
    },
    /// Make a rule; with --preview only say what it would do
    Add(Box<MarginArgs>),
    /// Take a rule out of use
    Retire {
        /// Name or id
        rule: String,
    },
}

/// A margin rule.
#[derive(Debug, Args)]
pub struct MarginArgs {
    /// Name of the rule
    pub name: String,
    /// Cost plus this percent
    #[arg(long, value_name = "PERCENT", group = "how")]
    pub markup: Option<String>,
    /// This percent of the sale price is margin
    #[arg(long, value_name = "PERCENT", group = "how")]
    pub margin: Option<String>,
    /// This amount for one each billing period: 18.50EUR
    #[arg(long, value_name = "AMOUNT", group = "how")]
    pub fixed: Option<String>,
    /// Only of this vendor
    #[arg(long)]
    pub vendor: Option<String>,
    /// Only of this product, by Ion's id
    #[arg(long)]
    pub product: Option<String>,
    /// Only of this SKU of the product
    #[arg(long, requires = "product")]
    pub sku: Option<String>,
    /// Only for this customer: number, id, or the whole name
    #[arg(long)]
    pub customer: Option<String>,
    /// `cent`, `five_cents`, `ten_cents`, `unit` or `ninety_nine`
    #[arg(long, default_value = "cent")]
    pub rounding: String,
    /// Tell where the margin falls below this percent
    #[arg(long, value_name = "PERCENT")]
    pub floor: Option<String>,
    /// First day on which it holds; today where none is named
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day on which it holds
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Only say what it would do
    #[arg(long)]
    pub preview: bool,
}
