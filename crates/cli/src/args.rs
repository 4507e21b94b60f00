//! The command line.

mod customers;
mod orders;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use customers::{
    At, ConflictsCommand, CustomersCommand, ImportArgs, ListArgs, MappingCommand, OneSide,
    PlanCommand, PolicyArgs, SyncArgs,
};
pub(crate) use orders::{
    ChangeArgs, ConfirmArgs, MarginArgs, MarginsCommand, OnOff, OrderListArgs, OrdersCommand,
    RenewalsArgs, SubscriptionListArgs, SubscriptionsCommand,
};

/// The self-hosted platform for your TD SYNNEX StreamOne Ion business.
#[derive(Debug, Parser)]
#[command(
    name = "ionbridge",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli<X: Subcommand> {
    /// Configuration file
    #[arg(long, global = true, env = "IONBRIDGE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the database, the key and the token journal
    #[arg(long, global = true, env = "IONBRIDGE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL in place of the embedded SQLite: postgres://...
    #[arg(
        long,
        global = true,
        env = "IONBRIDGE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// Tell the causes of an error
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// What to do
    #[command(subcommand)]
    pub command: X,
}

/// Commands that need nothing but the engine.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Connect an Ion account: validates, saves, names the field that is wrong
    Connect(ConnectArgs),
    /// Connections to Ion
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// The catalog
    #[command(subcommand)]
    Products(ProductsCommand),
    /// Customers, here and in Ion
    #[command(subcommand)]
    Customers(CustomersCommand),
    /// Orders: compose, place once, follow
    #[command(subcommand)]
    Orders(OrdersCommand),
    /// Subscriptions: seats, renewal, suspension
    #[command(subcommand)]
    Subscriptions(SubscriptionsCommand),
    /// What renews or ends soon, the most urgent first
    Renewals(RenewalsArgs),
    /// Margin rules: what customers pay
    #[command(subcommand)]
    Margins(MarginsCommand),
    /// Imports, syncs and readings: how they ended, and what they ask
    #[command(subcommand)]
    Runs(RunsCommand),
    /// People who may log in
    #[command(subcommand)]
    User(UserCommand),
    /// API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// The database
    #[command(subcommand)]
    Db(DbCommand),
    /// Write a backup: one file, while servers run. The key is not in it
    Backup {
        /// File to write; it must not exist yet
        file: PathBuf,
    },
    /// Put a backup in the place of the database. No server may run
    Restore(RestoreArgs),
    /// The key that seals secrets
    #[command(subcommand)]
    Key(KeyCommand),
    /// The audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look for what is wrong with this installation
    Doctor,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Run one part only
    #[arg(long, value_enum)]
    pub only: Option<Part>,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// A proxy in front ends TLS
    #[arg(long)]
    pub behind_proxy: bool,
}

/// A part of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Pages and REST API
    Web,
    /// Jobs and token refresh
    Worker,
}

/// Arguments of `connect`.
#[derive(Debug, Args)]
pub struct ConnectArgs {
    /// Account ID (Ion -> Menu -> Account information)
    #[arg(long, value_name = "ID")]
    pub account_id: String,
    /// File with the Access Token (Ion -> Settings -> Users -> Edit user -> Request New Credentials)
    #[arg(long, value_name = "FILE")]
    pub access_token_file: PathBuf,
    /// File with the Refresh Token, generated alongside it
    #[arg(long, value_name = "FILE")]
    pub refresh_token_file: PathBuf,
    /// Address of Ion, where it is not the configured one
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Name of the connection
    #[arg(long, value_name = "NAME", default_value = "")]
    pub name: String,
    /// Test only; save nothing
    #[arg(long)]
    pub test: bool,
}

/// Commands on connections.
#[derive(Debug, Subcommand)]
pub enum ConnectionCommand {
    /// All connections
    List,
    /// Test a connection
    Test(OneConnection),
    /// Refresh its tokens now
    Refresh(OneConnection),
    /// Stop it, erase its secrets, keep its data
    Remove(RemoveConnection),
}

/// A connection.
#[derive(Debug, Args)]
pub struct OneConnection {
    /// Name, Account ID or id; not needed where there is one
    #[arg(value_name = "CONNECTION")]
    pub connection: Option<String>,
}

/// A connection to remove.
#[derive(Debug, Args)]
pub struct RemoveConnection {
    /// Name, Account ID or id
    #[arg(value_name = "CONNECTION")]
    pub connection: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Commands on the catalog.
#[derive(Debug, Subcommand)]
pub enum ProductsCommand {
    /// Import the catalog and follow the run
    Import {
        /// Name, Account ID or id; not needed where there is one
        #[arg(long, value_name = "CONNECTION")]
        connection: Option<String>,
        /// Compare every row, not only hashes
        #[arg(long)]
        full: bool,
    },
    /// Find products by name, SKU or part number
    Search {
        /// Words; each must occur
        text: Vec<String>,
        /// Only of this vendor
        #[arg(long)]
        vendor: Option<String>,
        /// How many to show
        #[arg(long, default_value_t = 25)]
        limit: u32,
    },
    /// One product with its variants and prices
    Show {
        /// Our id, or Ion's
        id: String,
    },
    /// What an import changed
    Changes {
        /// Number of the run; the last one where none is named
        #[arg(long, value_name = "RUN")]
        since: Option<u64>,
        /// How many to show
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// What could not be read
    SetAside,
    /// All products as CSV, or JSON with --json
    Export,
}

/// Commands on runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// The latest runs
    List {
        /// Only those that wait for a decision
        #[arg(long)]
        waiting: bool,
        /// How many to show
        #[arg(long, default_value_t = 25)]
        limit: u32,
    },
    /// Say what becomes of what a run held back: products that Ion no longer shows, subscriptions that are missing there
    Decide {
        /// Number of the run
        number: u64,
        /// What becomes of it
        #[arg(value_enum)]
        decision: RunDecision,
    },
}

/// What becomes of what a run held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunDecision {
    /// Products are withdrawn; subscriptions are gone, once Ion was asked for each
    Apply,
    /// All of it stays
    Keep,
}

/// Commands on people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person
    Add {
        /// E-mail: the log-in
        email: String,
        /// Name
        #[arg(long, default_value = "")]
        name: String,
        /// May do everything
        #[arg(long)]
        admin: bool,
        /// Role of anybody else
        #[arg(
            long,
            help = "Role of anybody else: sales, finance or read_only",
            default_value = "read_only",
            conflicts_with = "admin"
        )]
        role: String,
        /// File with the password; asked for where none is named
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Everybody
    List,
}

/// Commands on API tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make an API token; shown once
    Create {
        /// What it is for
        name: String,
        /// What it may do
        #[arg(
            long,
            help = "What it may do: admin, sales, finance or read_only",
            default_value = "read_only"
        )]
        role: String,
    },
}

/// Commands on the database.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Bring it to this version
    Migrate,
    /// Version and size
    Status,
    /// Copy everything into another, empty database: SQLite to PostgreSQL, or back
    Copy {
        /// The other database
        #[arg(
            long,
            help = "The other database: postgres://USER:PASSWORD@HOST/DATABASE or sqlite:PATH",
            value_name = "URL",
            env = "IONBRIDGE_COPY_TO",
            hide_env_values = true
        )]
        to: String,
    },
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup
    pub file: PathBuf,
    /// Also where there is a database already; it is kept beside the new one
    #[arg(long)]
    pub force: bool,
}

/// Commands on the key.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a new key and seal every secret with it
    Rotate,
}

/// Commands on the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed or removed
    Verify,
}

/// Commands on the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting with its default
    Default,
    /// Check the configuration in force
    Check,
}
