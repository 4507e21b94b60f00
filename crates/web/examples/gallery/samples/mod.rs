//! Every page with data that could be real. Used by the gallery and by the tests of the views.

mod activity;
mod catalog;
mod customers;
mod margins;
mod orders;
mod settings;
mod subscriptions;
mod sync;

use askama::Template;
use domain::access::Role;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::view::parts::Shares;
use crate::view::status;
use crate::view::*;

pub(crate) fn times() -> Times {
    Times::new(at("2026-11-23T10:42:00Z"), TimeZone::UTC)
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a literal")
}

pub(crate) fn frame(title: &str, section: Section) -> Frame {
    Frame {
        title: title.to_owned(),
        section,
        crumbs: Vec::new(),
        theme: None,
        csrf: "sample-csrf".to_owned(),
        person: Person {
            name: "Alex Example".to_owned(),
            email: "alex@reseller.example".to_owned(),
            role: Role::Admin,
        },
        connection: ConnectionCard::Living {
            name: "StreamOne Ion".to_owned(),
            life: Life {
                days: 27,
                total: 32,
            },
            href: "/settings/integrations/1".to_owned(),
        },
        test: false,
        waiting: 2,
        set_aside: 12,
        customers: 41,
        unconfirmed: 1,
        orders: 6,
        subscriptions: 7,
        flashes: Vec::new(),
    }
}

pub(crate) fn under(title: &str, section: Section, crumbs: &[(&str, &str)]) -> Frame {
    Frame {
        crumbs: crumbs
            .iter()
            .map(|(label, href)| Link::new(*label, *href))
            .collect(),
        ..frame(title, section)
    }
}

pub(crate) fn plain(title: &str) -> Plain {
    Plain {
        title: title.to_owned(),
        theme: None,
        csrf: "sample-csrf".to_owned(),
        version: "Ionbridge 0.1.0".to_owned(),
        host: "ionbridge.reseller.example".to_owned(),
        secure: true,
    }
}

pub(crate) fn html(template: impl Template) -> String {
    template.render().expect("a template renders")
}

pub(crate) fn step(state: StepState, title: &str, detail: &str, time: &str) -> Step {
    Step {
        state,
        title: title.to_owned(),
        detail: detail.to_owned(),
        time: time.to_owned(),
    }
}

pub(crate) fn fact(name: &str, text: &str) -> Fact {
    Fact::new(name, Value::text(text))
}

/// Name and HTML of every page and partial.
pub(crate) fn pages() -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("dashboard", html(dashboard())),
        ("dashboard-no-subscriptions", html(dashboard::DashboardPage { tiles: None, ..dashboard() })),
        ("dashboard-first", html(first())),
        ("login", html(login(Vec::new()))),
        ("login-refused", html(login(vec![Note::new(Tone::Bad, "alert-circle", "E-mail or password is wrong", "Nothing else is said, so that nobody can try out addresses.")]))),
        ("setup", html(setup())),
        ("setup-over", html(entry::SetupOverPage {
            frame: plain("First start"),
            note: Note::new(Tone::Warn, "link-off", "This link was used, or is older than 24 hours", "Each works once. Run “ionbridge user add --admin” on the server to make another admin, or sign in if you have an account.")
                .with(Button::link("Sign in", "/login").primary()),
        })),
        ("reauthenticate", html(entry::ReauthenticatePage {
            frame: frame("Your password again", Section::Settings),
            purpose: "Pasting new credentials".to_owned(),
            password: Field::new("password", "Password", FieldKind::Secret).autocomplete("current-password").focused(),
            next: "/settings/integrations".to_owned(),
        })),
        ("not-found", html(error::ErrorPage { frame: frame("Not found", Section::Elsewhere), trouble: error::Trouble::not_found("This product") })),
        ("forbidden", html(error::ErrorPage { frame: frame("Not allowed", Section::Elsewhere), trouble: error::Trouble::forbidden("Read-only", "the role Admin or Finance") })),
        ("failed", html(error::PlainErrorPage { frame: plain("Failed"), trouble: error::Trouble::failed("e-7Q3K") })),
        ("search", html(jump::JumpPage { frame: frame("Search", Section::Elsewhere), query: "premium".to_owned(), list: jump_list() })),
        ("jump", html(jump_list())),
        ("reference", html(reference::ReferencePage { frame: plain("API reference"), description_href: "/openapi.json".to_owned() })),
    ];
    pages.extend(catalog::pages());
    pages.extend(activity::pages());
    pages.extend(settings::pages());
    pages.extend(customers::pages());
    pages.extend(sync::pages());
    pages.extend(subscriptions::pages());
    pages.extend(margins::pages());
    pages.extend(orders::pages());
    pages
}

fn login(notes: Vec<Note>) -> entry::LoginPage {
    entry::LoginPage {
        frame: plain("Sign in"),
        notes,
        email: Field::new("email", "E-mail", FieldKind::Email)
            .autocomplete("username")
            .value("alex@reseller.example"),
        password: Field::new("password", "Password", FieldKind::Secret)
            .autocomplete("current-password"),
        next: "/".to_owned(),
    }
}

fn setup() -> entry::SetupPage {
    entry::SetupPage {
        frame: plain("First start"),
        notes: Vec::new(),
        name: Field::new("name", "Your name", FieldKind::Text).autocomplete("name").value("Alex Example"),
        email: Field::new("email", "E-mail", FieldKind::Email)
            .autocomplete("username")
            .value("alex@reseller.example")
            .hint("You sign in with it. Warnings about the Ion login go there."),
        password: Field::new("password", "Password", FieldKind::Secret)
            .autocomplete("new-password")
            .hint("12 characters or more, any of them: a sentence is fine. Paste from a password manager works."),
        checks: vec![
            step(StepState::Ok, "Database", "SQLite in the data directory; can grow to PostgreSQL later", ""),
            step(StepState::Warn, "Key file beside the database", "A stolen copy could be opened. Keep it elsewhere: see the guide, Keys.", ""),
            step(StepState::Ok, "Address", "https://ionbridge.reseller.example", ""),
        ],
    }
}

fn first() -> dashboard::FirstDashboard {
    let mut frame = frame("Dashboard", Section::Dashboard);
    frame.connection = ConnectionCard::None;
    frame.waiting = 0;
    frame.set_aside = 0;
    let first_step =
        |number, title: &str, text: &str, time: &str, next, action| dashboard::FirstStep {
            number,
            title: title.to_owned(),
            text: text.to_owned(),
            time: time.to_owned(),
            done: false,
            next,
            action,
        };
    dashboard::FirstDashboard {
        frame,
        greeting: "Good morning, Alex".to_owned(),
        summary: "Ionbridge is running and empty. Three steps, about 10 minutes; you can stop after each.".to_owned(),
        done: "0 of 3 done".to_owned(),
        steps: vec![
            first_step(1, "Connect StreamOne Ion", "Three values from the Ion portal. They are tested before anything is saved, and nothing is written to Ion.", "5 min", true, Some(Button::link("Connect", "/settings/integrations/streamone-ion/new").primary())),
            first_step(2, "Import the catalog", "About 20,000 products with prices and terms. It goes on without you.", "3 min", false, None),
            first_step(3, "Preview the customers", "Reads both sides and shows who is who. Nothing is written to Ion before you apply it.", "2 min", false, None),
        ],
        needs: vec![
            step(StepState::Todo, "An Ion user with the role Account Admin", "best one made only for Ionbridge", ""),
            step(StepState::Todo, "Its OAuth credentials", "Ion portal → Settings → Users → Edit user; two tokens, shown once", ""),
            step(StepState::Todo, "Your Account ID", "Ion portal → Menu → Account information", ""),
        ],
        server: vec![
            Fact::new("Address", Value::Toned(Tone::Ok, "check", "https".to_owned())),
            fact("Database", "SQLite, ready"),
            Fact::new("Key file", Value::Toned(Tone::Warn, "alert-triangle", "beside the database".to_owned())),
        ],
        team_href: Some("/settings/team".to_owned()),
    }
}

fn dashboard() -> dashboard::DashboardPage {
    let times = times();
    let share = |label: &str, value: u64| parts::Share {
        label: label.to_owned(),
        value,
        text: format::count(value),
        percent: format::share(value, 20_114),
        href: format!("/products?vendor={label}"),
    };
    let price_move = |vendor: &str, name: &str, text: &str, delta| dashboard::PriceMove {
        href: "/products/1".to_owned(),
        vendor: vendor.to_owned(),
        name: name.to_owned(),
        text: text.to_owned(),
        delta,
    };
    let mut frame = frame("Dashboard", Section::Dashboard);
    frame.flashes = vec![Flash::done("Signed in", "Last time: 20 Nov, 17:20.")];
    dashboard::DashboardPage {
        frame,
        greeting: "Good morning, Alex".to_owned(),
        summary: "Monday, 23 November 2026. The catalog is as of 03:12.".to_owned(),
        import_href: Some("/products/import".to_owned()),
        needs: vec![
            dashboard::Need {
                icon: "hourglass-low",
                tone: Tone::Warn,
                title: "“Nordics” needs new credentials in 9 days".to_owned(),
                text: "Ion ends every login after 32 days. Nothing else changes when you paste new ones.".to_owned(),
                action: Button::link("Paste new ones", "/settings/integrations/2/credentials"),
            },
            dashboard::Need {
                icon: "alert-triangle",
                tone: Tone::Warn,
                title: "12 products are set aside".to_owned(),
                text: "A value of each could not be read; what was known before is kept.".to_owned(),
                action: Button::link("See each reason", "/products/set-aside"),
            },
        ],
        tiles: Some(subscriptions::tiles()),
        orders: Some(orders::states()),
        order_href: Some("/orders/new".to_owned()),
        figures: vec![
            parts::Figure::new("Products", "20,114", "31 new since yesterday").to("/products"),
            parts::Figure::new("Customers", "1,226", "1,102 linked to Ion").to("/customers"),
            parts::Figure::new("Vendors", "9", "most: Microsoft"),
            parts::Figure::new("New", "31", "in the last import"),
            parts::Figure::new("Prices moved", "169", "117 up, 52 down, last import").to("/products/changes"),
            parts::Figure::new("Set aside", "12", "kept as they were").to("/products/set-aside"),
        ],
        vendors: Shares {
            label: "20,114 products by vendor; Microsoft has the most, 12,050".to_owned(),
            parts: vec![share("Microsoft", 12_050), share("Security vendors", 3_342), share("IBM", 2_210), share("Google", 1_310), share("AWS", 1_188), share("Others", 14)],
        },
        connections: vec![dashboard::ConnectionState {
            href: "/settings/integrations/1".to_owned(),
            name: "Benelux and DACH".to_owned(),
            account: "Account 10412".to_owned(),
            status: status::active(),
            life: Some(Life { days: 27, total: 32 }),
            until: "20 Dec 2026".to_owned(),
            facts: vec![
                fact("Catalog", "Imported today, 03:12"),
                fact("Next import", "tomorrow, 03:00"),
                fact("Next login refresh", "in 53 min, by itself"),
            ],
        }],
        runs: activity::recent(),
        moves: vec![
            price_move("Microsoft", "Microsoft 365 Business Premium", "1 year, monthly · 18.10 → 18.72 EUR", format::moved(Some(18_100_000), Some(18_720_000))),
            price_move("Microsoft", "Microsoft 365 E5", "1 year, monthly · 53.55 → 55.16 EUR", format::moved(Some(53_550_000), Some(55_160_000))),
            price_move("Google", "Google Workspace Business Plus", "Flexible, monthly · 20.70 → 20.15 EUR", format::moved(Some(20_700_000), Some(20_150_000))),
            price_move("Sentinel Fox", "Sentinel Fox Endpoint", "1 year, yearly · 41.00 → 39.20 EUR", format::moved(Some(41_000_000), Some(39_200_000))),
        ],
        moves_words: format!("import of {}", times.in_words(at("2026-11-23T03:12:00Z"))),
        moves_href: "/products/changes".to_owned(),
        costs: true,
    }
}

fn jump_list() -> jump::JumpList {
    let item = |icon, label: &str, detail: &str| jump::JumpItem {
        href: "/products/1".to_owned(),
        icon,
        label: label.to_owned(),
        detail: detail.to_owned(),
        status: None,
    };
    jump::JumpList {
        groups: vec![
            jump::JumpGroup {
                title: "Products",
                items: vec![
                    item(
                        "packages",
                        "Microsoft 365 Business Premium",
                        "CFQ7TTC0LCHC:0002",
                    ),
                    item("packages", "Google Workspace Business Plus", "GWS-BP-FLEX"),
                ],
            },
            jump::JumpGroup {
                title: "Do",
                items: vec![item("package-import", "Import the catalog now", "")],
            },
        ],
        nothing: "Nothing is called that.".to_owned(),
    }
}
