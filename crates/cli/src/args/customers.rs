//! The commands on customers.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands on customers.
#[derive(Debug, Subcommand)]
pub enum CustomersCommand {
    /// Compare customers on both sides and do what follows, or only say what would
    Sync(SyncArgs),
    /// Find customers
    List(ListArgs),
    /// One customer with its links, conflicts and last changes
    Show {
        /// Number such as C-0188, id, or the whole name
        id: String,
    },
    /// Make a customer
    Create {
        /// What it holds: organisation="Kettle & Sons" country=GB tags="gold;edu" external:crm=42 ...
        #[arg(required = true, value_name = "FIELD=VALUE")]
        values: Vec<String>,
        /// Make it in Ion too
        #[arg(long)]
        in_ion: bool,
        /// Name, Account ID or id; not needed where there is one
        #[arg(long, value_name = "CONNECTION")]
        connection: Option<String>,
    },
    /// Change a customer; a linked one is changed in Ion too
    Set {
        /// Number such as C-0188, id, or the whole name
        id: String,
        /// What changes: city=Berlin phone= (an empty value empties)
        #[arg(required = true, value_name = "FIELD=VALUE")]
        values: Vec<String>,
    },
    /// Put a customer away: kept, no longer synced; nothing changes in Ion
    Archive {
        /// Number such as C-0188, id, or the whole name
        id: String,
    },
    /// Take a customer back from the archive
    Restore {
        /// Number such as C-0188, id, or the whole name
        id: String,
    },
    /// Who is who: linked, proposed, on one side only
    Mapping {
        /// What to do; how many there are of each where nothing is named
        #[command(subcommand)]
        command: Option<MappingCommand>,
    },
    /// Fields that both sides changed differently
    Conflicts {
        /// What to do; the list where nothing is named
        #[command(subcommand)]
        command: Option<ConflictsCommand>,
    },
    /// What happened to a customer
    History {
        /// Number such as C-0188, id, or the whole name
        id: String,
        /// How many to show
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Take back one change, or what a whole sync changed here
    Undo {
        /// Id of the change, as `customers history` shows it
        #[arg(required_unless_present = "run", conflicts_with = "run")]
        change: Option<String>,
        /// Number of the run
        #[arg(long)]
        run: Option<u64>,
    },
    /// Make two customers one
    Combine {
        /// The one that stays
        keep: String,
        /// The one that becomes a part of it
        other: String,
    },
    /// Make two of one again
    Split {
        /// The one that stayed, or the other
        id: String,
    },
    /// Customers as CSV, or JSON with --json
    Export {
        /// Words; each must occur
        text: Vec<String>,
        /// Archived ones too
        #[arg(long)]
        archived: bool,
    },
    /// Read a CSV or JSON file of customers, say what each row would do, and do it
    Import(ImportArgs),
    /// Plans of syncs
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Who wins where both sides changed a field, and whether a connection is synced by itself; changed by the options
    Policy(PolicyArgs),
}

/// Arguments of `customers policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Who wins where both sides changed a field: ask, ion, ionbridge or newest
    #[arg(long)]
    pub winner: Option<String>,
    /// Who wins a single field: email=ion; email= takes that away
    #[arg(long, value_delimiter = ',', value_name = "FIELD=WINNER")]
    pub owner: Vec<String>,
    /// Create new customers in Ion by themselves: true or false
    #[arg(long, value_name = "BOOL")]
    pub create_in_ion: Option<bool>,
    /// Sync by hand only
    #[arg(long)]
    pub pause: bool,
    /// Sync by itself again
    #[arg(long, conflicts_with = "pause")]
    pub resume: bool,
    /// Which connection
    #[command(flatten)]
    pub at: At,
}

/// Arguments of `customers sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Make a plan, and write nothing on either side
    #[arg(long)]
    pub dry_run: bool,
    /// Carry out what is chosen of a plan that waits: its id, or `waiting` for the one of the connection
    #[arg(long, value_name = "PLAN", conflicts_with = "dry_run")]
    pub apply: Option<String>,
    /// Only this one, which is linked: compared now, and written where it differs
    #[arg(long, value_name = "ID", conflicts_with_all = ["dry_run", "apply"])]
    pub customer: Option<String>,
    /// Name, Account ID or id; not needed where there is one
    #[arg(long, value_name = "CONNECTION")]
    pub connection: Option<String>,
}

/// Arguments of `customers list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Words; each must occur
    pub text: Vec<String>,
    /// Of these states
    #[arg(
        long,
        help = "Of these states: linked, proposed, conflict, not_in_ion, inactive, gone, ignored, archived, failed",
        value_delimiter = ',',
        value_name = "STATE"
    )]
    pub state: Vec<String>,
    /// Of this country, by its code
    #[arg(long)]
    pub country: Option<String>,
    /// With this label
    #[arg(long)]
    pub tag: Option<String>,
    /// Linked at this connection
    #[arg(long, value_name = "CONNECTION")]
    pub connection: Option<String>,
    /// Order: name, number, country, state or changed; with - before it the other way
    #[arg(long, default_value = "name", allow_hyphen_values = true)]
    pub sort: String,
    /// How many to show
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// Arguments of `customers import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// CSV or JSON; at most 20 MB and 20 000 rows
    pub file: PathBuf,
    /// Say what each row would do, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Lines to apply too, though a person should look at them
    #[arg(long, value_delimiter = ',', value_name = "LINES")]
    pub also: Vec<u64>,
    /// Lines to leave out
    #[arg(long, value_delimiter = ',', value_name = "LINES")]
    pub except: Vec<u64>,
}

/// Which connection.
#[derive(Debug, Args)]
pub struct At {
    /// Name, Account ID or id; not needed where there is one
    #[arg(long, value_name = "CONNECTION")]
    pub connection: Option<String>,
}

/// Commands on who is who.
#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// Those of one state
    List {
        /// The state
        #[arg(
            help = "linked, proposed, not_in_ion, only_in_ion, ignored or failed",
            default_value = "proposed"
        )]
        state: String,
        /// How many to show
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        at: At,
    },
    /// The two of a proposal are one: link them
    Confirm {
        /// Ours
        #[arg(required_unless_present = "at_least")]
        id: Option<String>,
        /// Ion's id; not needed where one is proposed
        #[arg(value_name = "ION")]
        ion_id: Option<String>,
        /// Every proposal with at least this score that has no rival
        #[arg(long, value_name = "SCORE", conflicts_with = "id")]
        at_least: Option<u8>,
        #[command(flatten)]
        at: At,
    },
    /// The two of a proposal are two; remembered
    Reject {
        /// Ours
        id: String,
        /// Ion's id; not needed where one is proposed
        #[arg(value_name = "ION")]
        ion_id: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Link two that nothing proposed
    Link {
        /// Ours
        id: String,
        /// Ion's id
        #[arg(value_name = "ION")]
        ion_id: String,
        #[command(flatten)]
        at: At,
    },
    /// End a link; both stay as they are
    Unlink {
        /// Ours
        id: String,
        #[command(flatten)]
        at: At,
    },
    /// Leave one out of sync
    Ignore(OneSide),
    /// Take one into sync again
    Unignore(OneSide),
    /// Make one of Ion's here
    Import {
        /// Ion's id
        #[arg(value_name = "ION")]
        ion_id: String,
        #[command(flatten)]
        at: At,
    },
    /// Make one of ours in Ion
    Create {
        /// Ours
        id: String,
        #[command(flatten)]
        at: At,
    },
}

/// One of ours, or one of Ion's.
#[derive(Debug, Args)]
pub struct OneSide {
    /// Ours
    #[arg(required_unless_present = "ion")]
    pub id: Option<String>,
    /// Ion's id
    #[arg(long, value_name = "ION", conflicts_with = "id")]
    pub ion: Option<String>,
    #[command(flatten)]
    pub at: At,
}

/// Commands on conflicts.
#[derive(Debug, Subcommand)]
pub enum ConflictsCommand {
    /// All of them
    List,
    /// Say whose value counts
    Decide {
        /// Ours
        id: String,
        /// `ion` or `ionbridge` for every field, or city=ion phone=ionbridge
        #[arg(required = true, value_name = "CHOICE")]
        choices: Vec<String>,
        #[command(flatten)]
        at: At,
    },
}

/// Commands on plans.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// The last plans
    List,
    /// What a plan would do, entry by entry
    Show {
        /// Its id, or `waiting` for the one of the connection
        plan: String,
        /// Only entries of this action
        #[arg(
            long,
            help = "Only entries of this action: import, merge, link, create, offer, propose, miss, mark_gone, return"
        )]
        action: Option<String>,
        /// How many to show
        #[arg(long, default_value_t = 200)]
        limit: u32,
        #[command(flatten)]
        at: At,
    },
    /// Choose entries of a plan, or leave them out
    Choose {
        /// Its id, or `waiting` for the one of the connection
        plan: String,
        /// Entries to choose, by their places, or actions
        #[arg(long, value_delimiter = ',', value_name = "ENTRIES")]
        add: Vec<String>,
        /// Entries to leave out, by their places, or actions
        #[arg(long, value_delimiter = ',', value_name = "ENTRIES")]
        leave: Vec<String>,
        #[command(flatten)]
        at: At,
    },
    /// Let a plan go: nothing is done, and the sync of its connection pauses
    Discard {
        /// Its id, or `waiting` for the one of the connection
        plan: String,
        #[command(flatten)]
        at: At,
    },
}
