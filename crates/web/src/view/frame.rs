//! What stands around every page: menu, connection card, top bar, messages.

use std::fmt;

use domain::access::{Right, Role};

use super::format::initials;
use super::parts::{Life, Link, Tone};

/// A part of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What is known and what needs a person.
    Dashboard,
    /// Customers, and who is who in Ion.
    Customers,
    /// The catalog.
    Products,
    /// What was bought, is being bought or is being put together.
    Orders,
    /// What customers have, and when it renews.
    Subscriptions,
    /// What ran, runs or waits.
    Activity,
    /// Connections, people, tokens.
    Settings,
    /// None of them: own profile, errors.
    Elsewhere,
}

/// An entry of the menu. This list is the only place that names them.
#[derive(Debug)]
pub struct MenuEntry {
    section: Section,
    /// The word.
    pub label: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// The letter that goes there, after `G`.
    pub key: &'static str,
}

const MENU: [MenuEntry; 6] = [
    MenuEntry {
        section: Section::Dashboard,
        label: "Dashboard",
        icon: "layout-dashboard",
        href: "/",
        key: "d",
    },
    MenuEntry {
        section: Section::Customers,
        label: "Customers",
        icon: "building-community",
        href: "/customers",
        key: "c",
    },
    MenuEntry {
        section: Section::Products,
        label: "Products",
        icon: "packages",
        href: "/products",
        key: "p",
    },
    MenuEntry {
        section: Section::Orders,
        label: "Orders",
        icon: "receipt",
        href: "/orders",
        key: "o",
    },
    MenuEntry {
        section: Section::Subscriptions,
        label: "Subscriptions",
        icon: "refresh-dot",
        href: "/subscriptions",
        key: "s",
    },
    MenuEntry {
        section: Section::Activity,
        label: "Activity",
        icon: "activity",
        href: "/activity/runs",
        key: "a",
    },
];

/// A tab of a section, one URL each.
#[derive(Debug, Clone)]
pub struct Tab {
    /// The word.
    pub label: &'static str,
    /// Its address.
    pub href: &'static str,
    /// This is the page.
    pub here: bool,
}

const SETTINGS: [(&str, &str, Right); 6] = [
    ("Integrations", "/settings/integrations", Right::Read),
    ("Sync", "/settings/sync", Right::Read),
    ("Team", "/settings/team", Right::ManageUsers),
    ("API tokens", "/settings/api-tokens", Right::ManageApiTokens),
    ("Margins", "/settings/margins", Right::SeeCost),
    (
        "Notifications",
        "/settings/notifications",
        Right::ManageSettings,
    ),
];

const ACTIVITY: [(&str, &str, Right); 4] = [
    ("Runs", "/activity/runs", Right::Read),
    ("Jobs", "/activity/jobs", Right::Read),
    ("Notifications", "/activity/notifications", Right::Read),
    ("Audit log", "/activity/audit", Right::ReadAudit),
];

/// Light or dark, as the person chose; the system's where they did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The choice in the cookie `ib_theme`.
    pub fn of_cookie(value: &str) -> Option<Self> {
        match value {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Light => "light",
            Self::Dark => "dark",
        })
    }
}

/// A step of the way to this page.
pub type Crumb = Link;

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Role.
    pub role: Role,
}

impl Person {
    /// `SS`.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }

    /// The role as a word.
    pub fn role_word(&self) -> &'static str {
        role_word(self.role)
    }

    /// Whether this person may do that.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}

/// A role as people read it.
pub const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::Sales => "Sales",
        Role::Finance => "Finance",
        Role::ReadOnly => "Read-only",
    }
}

/// The card at the foot of the menu.
#[derive(Debug, Clone)]
pub enum ConnectionCard {
    /// Nothing is connected.
    None,
    /// All connections are sandboxes.
    Test {
        /// Name of the first.
        name: String,
        /// What is left of the login that ends first, where Ion told it.
        life: Option<Life>,
        /// Its page.
        href: String,
    },
    /// The connection whose login ends first.
    Living {
        /// Its name, `Nordics, 1 of 2` where there are more.
        name: String,
        /// What is left.
        life: Life,
        /// Its page.
        href: String,
    },
    /// A connection that needs a person or is being re-checked.
    Troubled {
        /// Its name.
        name: String,
        /// `Needs new credentials`.
        words: String,
        /// Colour.
        tone: Tone,
        /// Its page.
        href: String,
    },
}

/// A short message about what the person just did.
#[derive(Debug, Clone)]
pub struct Flash {
    /// Colour and icon.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// More; may be empty.
    pub text: String,
    /// Where it is to be seen.
    pub link: Option<Link>,
}

impl Flash {
    /// Something worked.
    pub fn done(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Ok,
            title: title.into(),
            text: text.into(),
            link: None,
        }
    }

    /// Icon of its tone.
    pub const fn icon(&self) -> &'static str {
        match self.tone {
            Tone::Ok => "circle-check",
            Tone::Bad => "circle-x",
            Tone::Warn => "alert-triangle",
            _ => "info-circle",
        }
    }
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Title of the page, for the window and the top bar.
    pub title: String,
    /// Part of the menu.
    pub section: Section,
    /// The way here, without the page itself.
    pub crumbs: Vec<Crumb>,
    /// The person's theme.
    pub theme: Option<Theme>,
    /// Token that every post carries, as field `csrf` or header `x-csrf-token`.
    pub csrf: String,
    /// Who is signed in.
    pub person: Person,
    /// The card at the foot of the menu.
    pub connection: ConnectionCard,
    /// All connections are sandboxes (or this page is one's).
    pub test: bool,
    /// How many things wait for a person.
    pub waiting: u64,
    /// Products that are set aside, as counter of the menu.
    pub set_aside: u64,
    /// Pairs, conflicts and failed writes of customers that wait for a person, as counter of the menu.
    pub customers: u64,
    /// Subscriptions that renew or end within two weeks, as counter of the menu.
    pub subscriptions: u64,
    /// Orders of which nobody knows whether Ion has them, as counter of the menu.
    pub unconfirmed: u64,
    /// Orders that wait for a person otherwise.
    pub orders: u64,
    /// Messages about what was just done.
    pub flashes: Vec<Flash>,
}

impl Frame {
    /// The menu.
    pub const fn menu(&self) -> &'static [MenuEntry] {
        &MENU
    }

    /// Whether an entry is the current one.
    pub fn is_here(&self, entry: &MenuEntry) -> bool {
        entry.section == self.section
    }

    /// Whether the settings are open.
    pub fn in_settings(&self) -> bool {
        self.section == Section::Settings
    }

    /// The counter beside an entry; 0 for none.
    pub fn counter(&self, entry: &MenuEntry) -> u64 {
        match entry.section {
            Section::Customers => self.customers,
            Section::Products => self.set_aside,
            Section::Orders if self.unconfirmed > 0 => self.unconfirmed,
            Section::Orders => self.orders,
            Section::Subscriptions => self.subscriptions,
            _ => 0,
        }
    }

    /// What the counter beside an entry counts.
    pub fn counts(&self, entry: &MenuEntry) -> &'static str {
        match entry.section {
            Section::Customers => "wait for a person",
            Section::Orders if self.unconfirmed > 0 => "unconfirmed",
            Section::Orders => "need you",
            Section::Subscriptions => "renew or end within 14 days",
            _ => "set aside",
        }
    }

    /// Colour of the counter beside an entry: amber where a person decides, grey for what comes soon.
    pub fn counter_tone(&self, entry: &MenuEntry) -> Tone {
        match entry.section {
            Section::Orders if self.unconfirmed > 0 => Tone::Unsure,
            Section::Subscriptions => Tone::Calm,
            _ => Tone::Warn,
        }
    }

    /// Tabs of the settings that this person may open.
    pub fn settings_tabs(&self) -> Vec<Tab> {
        self.tabs(&SETTINGS)
    }

    /// Tabs of the activity that this person may open.
    pub fn activity_tabs(&self) -> Vec<Tab> {
        self.tabs(&ACTIVITY)
    }

    fn tabs(&self, all: &'static [(&'static str, &'static str, Right)]) -> Vec<Tab> {
        all.iter()
            .filter(|(_, _, right)| self.person.may(*right))
            .map(|(label, href, _)| Tab {
                label,
                href,
                here: *label == self.title,
            })
            .collect()
    }

    /// Whether this person may see costs.
    pub fn sees_cost(&self) -> bool {
        self.person.may(Right::SeeCost)
    }

    /// Whether this person may start and stop imports.
    pub fn runs_imports(&self) -> bool {
        self.person.may(Right::RunImports)
    }

    /// Whether this person may edit customers and decide who is who.
    pub fn edits_customers(&self) -> bool {
        self.person.may(Right::EditCustomers)
    }

    /// Whether this person may change margin rules.
    pub fn edits_margins(&self) -> bool {
        self.person.may(Right::EditMargins)
    }

    /// Whether this person may place orders.
    pub fn places_orders(&self) -> bool {
        self.person.may(Right::PlaceOrders)
    }

    /// Whether this person may take lists out.
    pub fn exports(&self) -> bool {
        self.person.may(Right::Export)
    }

    /// Whether this person may change connections.
    pub fn manages_connections(&self) -> bool {
        self.person.may(Right::ManageConnections)
    }
}

/// What stands around a page outside the menu: log-in, first start, errors before log-in.
#[derive(Debug, Clone)]
pub struct Plain {
    /// Title of the page.
    pub title: String,
    /// The theme of the cookie.
    pub theme: Option<Theme>,
    /// Token that every post carries.
    pub csrf: String,
    /// `Ionbridge 0.1.0`.
    pub version: String,
    /// Host of the public address.
    pub host: String,
    /// True where the public address is https.
    pub secure: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples;

    #[test]
    fn tabs_show_only_what_the_role_may_open() {
        let mut frame = samples::frame("Team", Section::Settings);
        assert_eq!(frame.settings_tabs().len(), 6);
        assert_eq!(
            frame.settings_tabs().iter().filter(|tab| tab.here).count(),
            1
        );
        frame.person.role = Role::ReadOnly;
        assert_eq!(frame.settings_tabs().len(), 2);
        assert_eq!(frame.activity_tabs().len(), 3);
    }
}
