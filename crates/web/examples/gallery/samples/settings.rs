//! Integrations, people, tokens, how people are told, own profile.

use domain::access::Role;
use domain::connection::ConnectionStatus;

use super::{at, fact, html, step, times, under};
use crate::view::form::Select;
use crate::view::frame::role_word;
use crate::view::status::TokenState;
use crate::view::*;

const SETTINGS: &[(&str, &str)] = &[("Settings", "/settings/integrations")];
const INTEGRATIONS: &[(&str, &str)] = &[
    ("Settings", "/settings/integrations"),
    ("Integrations", "/settings/integrations"),
];

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("integrations", html(integrations(true))),
        ("integrations-none", html(integrations(false))),
        ("configure", html(configure(None, false))),
        ("configure-refused", html(configure(Some(false), false))),
        ("configure-passed", html(configure(Some(true), false))),
        ("credentials", html(configure(None, true))),
        ("connection", html(connection(false))),
        ("connection-ended", html(connection(true))),
        ("team", html(team())),
        ("api-tokens", html(tokens(false, false))),
        ("api-tokens-new", html(tokens(true, false))),
        ("api-tokens-made", html(tokens(false, true))),
        ("settings-notifications", html(notice_settings())),
        ("profile", html(profile())),
    ]
}

fn integrations(some: bool) -> connection::IntegrationsPage {
    let mut frame = under("Integrations", Section::Settings, SETTINGS);
    frame.connection = if some {
        ConnectionCard::Living {
            name: "Nordics, 1 of 2".to_owned(),
            life: Life { days: 9, total: 32 },
            href: "/settings/integrations/2".to_owned(),
        }
    } else {
        ConnectionCard::None
    };
    let card = |name: &str, account: &str, days: u32, until: &str, products: &str, test| {
        connection::ConnectedCard {
            href: "/settings/integrations/1".to_owned(),
            name: name.to_owned(),
            account: format!("Account {account}"),
            status: status::connection(ConnectionStatus::Active, Some(i64::from(days))),
            test,
            life: Some(Life { days, total: 32 }),
            until: until.to_owned(),
            facts: vec![
                fact("Products", products),
                fact("Last import", "today, 03:12"),
                fact("Next refresh", "in 53 min"),
            ],
            activity_href: "/activity/runs".to_owned(),
        }
    };
    connection::IntegrationsPage {
        frame,
        notes: if some {
            vec![Note::new(Tone::Warn, "hourglass-low", "“Nordics” needs new credentials in 9 days", "Ion ends every login after 32 days. Paste new ones any time before 2 Dec 2026; nothing else changes.")
                .with(Button::link("Paste new credentials", "/settings/integrations/2/credentials"))]
        } else {
            Vec::new()
        },
        connected: if some {
            vec![
                card(
                    "Benelux and DACH",
                    "10412",
                    27,
                    "20 Dec 2026",
                    "20,114",
                    false,
                ),
                card("Nordics", "11873", 9, "2 Dec 2026", "18,730", false),
            ]
        } else {
            Vec::new()
        },
        configure_href: Some("/settings/integrations/streamone-ion/new".to_owned()),
        hosts: "Hosts allowed by the configuration: ion.tdsynnex.com".to_owned(),
    }
}

fn configure(result: Option<bool>, again: bool) -> connection::ConfigurePage {
    let token_hint = "48 letters and digits.";
    let pasted = if result.is_some() {
        "sample-token-sample-token-sample-token-sample-00"
    } else {
        ""
    };
    let mut account = Field::new("account_id", "Account ID", FieldKind::Number)
        .mono()
        .placeholder("10412")
        .hint("A number, for example 10412. In Ion: Menu → Account information.");
    let mut access = Field::new("access_token", "Access Token", FieldKind::Secret)
        .mono()
        .value(pasted)
        .placeholder("Paste the access token")
        .hint(format!("{token_hint} Lives 2 hours; an older one is fine, then Save goes by the refresh token alone."));
    match result {
        Some(false) => {
            account = account.value("10421").error("Ion refuses account 10421 for this login. Check it in Ion → Menu → Account information; it must belong to the user who requested the tokens.");
            access = access.good("Works: alive for another 1 h 46 min");
        }
        Some(true) => {
            account = account
                .value("10412")
                .good("This login may read its customers and products");
            access = access.good("Works: alive for another 1 h 46 min");
        }
        None => {}
    }
    if again {
        account = account.value("10412");
        account.read_only = true;
    }
    let check = |state, title: &str, detail: &str, time: &str| step(state, title, detail, time);
    let mut frame = under("StreamOne Ion - TD Synnex", Section::Settings, INTEGRATIONS);
    if !again {
        frame.connection = ConnectionCard::None;
    }
    connection::ConfigurePage {
        frame,
        again,
        lead: if again {
            "Products, prices, history and settings stay. Nothing is replaced until the new ones have passed."
        } else {
            "Three values from the Ion portal. We test them first and save them only if they work."
        }
        .to_owned(),
        note: (result == Some(false)).then(|| Note::new(Tone::Bad, "alert-circle", "Account ID: this login may not use account 10421", "The access token is good, so the number is the likely mistake. Two digits swapped? Nothing was saved and no token was used up.")),
        name: Field::new("name", "Name in Ionbridge", FieldKind::Text).value(if again { "Benelux and DACH" } else { "StreamOne Ion" }).hint("Only you see it. Useful when you connect more than one Ion account."),
        account_id: account,
        access_token: access,
        refresh_token: Field::new("refresh_token", "Refresh Token", FieldKind::Secret)
            .mono()
            .value(pasted)
            .placeholder("Paste the refresh token")
            .hint(format!("{token_hint} Use it nowhere else: each one works once, and the next belongs to whoever used it.")),
        hosts: vec!["ion.tdsynnex.com".to_owned()],
        budget: "8 requests a second".to_owned(),
        action_href: "/settings/integrations/streamone-ion/new".to_owned(),
        cancel_href: "/settings/integrations".to_owned(),
        checks: result.map(|passed| connection::Checks {
            title: if passed { "All checks passed" } else { "1 of 4 checks failed" }.to_owned(),
            status: if passed { status::passed() } else { status::failed() },
            steps: vec![
                check(StepState::Ok, "Reached ion.tdsynnex.com", "Secure connection, certificate valid", "0.1 s"),
                check(StepState::Ok, "Access token accepted", "Alive for another 1 h 46 min", "0.2 s"),
                if passed { check(StepState::Ok, "Account ID and role", "Customers of account 10412 can be read", "0.3 s") } else { check(StepState::Bad, "Account ID refused", "Ion answered 403 for account 10421", "0.3 s") },
                check(StepState::Waiting, "Refresh token", if passed { "Not yet proven: Save proves it" } else { "Not tested and not used up: it is still good" }, ""),
            ],
            foot: "Nothing is saved yet.".to_owned(),
        }),
    }
}

fn connection(ended: bool) -> connection::ConnectionPage {
    let times = times();
    let point = |tone, icon, title: &str, detail: &str, when: &str| Point {
        tone,
        icon,
        title: title.to_owned(),
        detail: detail.to_owned(),
        at: times.ago(at(when)),
    };
    let login = |name, tone, words: &str| connection::LoginFact {
        name,
        tone,
        words: words.to_owned(),
        at: None,
    };
    let mut frame = under("Benelux and DACH", Section::Settings, INTEGRATIONS);
    if ended {
        frame.connection = ConnectionCard::Troubled {
            name: "Benelux and DACH".to_owned(),
            words: "Needs new credentials".to_owned(),
            tone: Tone::Bad,
            href: "/settings/integrations/1".to_owned(),
        };
    }
    connection::ConnectionPage {
        frame,
        name: "Benelux and DACH".to_owned(),
        status: status::connection(if ended { ConnectionStatus::NeedsNewCredentials } else { ConnectionStatus::Active }, Some(27)),
        test: false,
        facts_line: "Benelux and DACH · Account 10412 · connected by Alex Example on 18 Nov 2026, 14:05".to_owned(),
        notes: vec![if ended {
            Note::new(Tone::Bad, "key-off", "Ion no longer accepts this login", "Its last answer was lost on 23 Nov at 10:41. Products and prices are kept and go on when you paste new credentials; it takes a minute.")
                .with(Button::link("Paste new credentials", "/settings/integrations/1/credentials").primary())
        } else {
            Note::new(Tone::Ok, "circle-check", "All 4 checks passed. The connection is saved and active.", "Ionbridge now keeps the login alive by itself. Next: bring in the catalog, about 20,000 products. Nothing is written to Ion.")
                .with(Button::post("Import the catalog", "/products/import").primary())
        }],
        checks: None,
        life: Some(Life { days: if ended { 0 } else { 27 }, total: 32 }),
        until: "20 Dec 2026, 14:05".to_owned(),
        login_facts: if ended {
            vec![login("Access token", Tone::Bad, "ended"), login("Refresh", Tone::Calm, "rests until new ones come"), login("Refreshed so far", Tone::Calm, "77 times, 1 lost")]
        } else {
            vec![login("Access token", Tone::Ok, "Alive, 1 h 23 min left"), login("Next refresh, by itself", Tone::Calm, "in 53 min, 11:35"), login("Refreshed so far", Tone::Calm, "77 times, 0 failed")]
        },
        history: vec![
            point(Tone::Ok, "refresh", "Login refreshed", "Generation 78. Saved before use.", "2026-11-23T09:35:00Z"),
            point(Tone::Ok, "refresh", "Login refreshed", "Generation 77", "2026-11-23T08:32:00Z"),
            point(Tone::Warn, "cloud-off", "Ion did not answer for 40 s", "The reply to refresh 76 was late. Checked; not sent twice.", "2026-11-23T06:05:00Z"),
            point(Tone::Ok, "package-import", "Catalog imported", "20,114 products, 214 changed", "2026-11-23T03:12:00Z"),
            point(Tone::Ok, "circle-check", "Connected", "All checks passed. Alex Example.", "2026-11-18T14:05:00Z"),
        ],
        catalog: vec![fact("Products", "20,114"), Fact::new("Last import", Value::Moment(times.ago(at("2026-11-23T03:12:00Z")))), fact("Next import", "tomorrow, 03:00"), Fact::new("Set aside", Value::Link(Link::new("12", "/products/set-aside")))],
        customers: vec![fact("Linked", "1,102"), fact("Last look", "2 min ago"), fact("Next look", "in 3 min")],
        facts: vec![
            Fact::new("Connection", Value::Mono("019a-b3f2".to_owned())),
            fact("Ion host", "ion.tdsynnex.com"),
            fact("Budget", "8 requests a second"),
            fact("Old access tokens", "Ion keeps them alive"),
            fact("Sealed with", "key file, id 3"),
        ],
        actions: Some(connection::ConnectionActions {
            test: "/settings/integrations/1/test".to_owned(),
            refresh: "/settings/integrations/1/refresh".to_owned(),
            credentials: "/settings/integrations/1/credentials".to_owned(),
            remove: "/settings/integrations/1/remove".to_owned(),
            remove_words: "Imports stop and both tokens are erased here. Products, prices and history stay to be read. Ion itself is not changed; its credentials live on until they end.".to_owned(),
            activity: Link::new("Activity of this connection", "/activity/runs?connection=1"),
        }),
        import_href: Some("/products/import".to_owned()),
    }
}

fn roles(on: Role) -> Vec<Choice> {
    Role::ALL
        .iter()
        .map(|role| Choice::new(role.as_str(), role_word(*role), *role == on))
        .collect()
}

fn team() -> person::TeamPage {
    let row = |id: &str, name: &str, email: &str, role, seen: Value, disabled, own: bool| {
        person::PersonRow {
            id: id.to_owned(),
            initials: format::initials(name),
            name: name.to_owned(),
            email: email.to_owned(),
            role: role_word(role),
            seen,
            status: status::person(disabled),
            edit_href: (!own).then(|| format!("/settings/team/{id}")),
            roles: roles(role),
            disabled,
        }
    };
    let seen = |when: &str| Value::Moment(times().ago(at(when)));
    person::TeamPage {
        frame: under("Team", Section::Settings, SETTINGS),
        notes: Vec::new(),
        people: vec![
            row("1", "Alex Example", "alex@reseller.example", Role::Admin, seen("2026-11-23T10:42:00Z"), false, true),
            row("2", "Sam Sample", "sam@reseller.example", Role::Sales, seen("2026-11-23T10:40:00Z"), false, false),
            row("3", "Kim Placeholder", "kim@reseller.example", Role::Finance, seen("2026-11-23T08:51:00Z"), false, false),
            row("4", "Jo Demo", "jo@reseller.example", Role::ReadOnly, Value::Absent("never".to_owned()), false, false),
            row("5", "Lee Visitor", "lee@reseller.example", Role::Sales, seen("2026-09-02T09:00:00Z"), true, false),
        ],
        pager: Pager::single("1–5 of 5 people"),
        add: person::AddPerson {
            name: Field::new("name", "Name", FieldKind::Text),
            email: Field::new("email", "E-mail", FieldKind::Email).placeholder("name@reseller.example"),
            role: Select { name: "role", label: "Role".to_owned(), choices: roles(Role::Sales), hint: "Sales sees costs and starts imports; credentials and people are for admins.".to_owned(), error: String::new() },
            password: Field::new("password", "First password", FieldKind::Secret).autocomplete("new-password").hint("12 characters or more. Pass it on yourself; it can be changed under Own profile."),
        },
        roles: vec![
            ("See products, runs, connection state", [true, true, true, true]),
            ("See costs and prices", [true, true, true, false]),
            ("Start and stop imports", [true, false, true, false]),
            ("Export", [true, true, true, false]),
            ("Read the audit log", [true, true, false, false]),
            ("Credentials, people, API tokens, settings", [true, false, false, false]),
        ],
    }
}

fn tokens(new: bool, made: bool) -> token::TokensPage {
    let row = |id: &str, name: &str, prefix: &str, role, used: Value, ends: &str, state| {
        token::TokenRow {
            id: id.to_owned(),
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            role: role_word(role),
            by: "Alex Example".to_owned(),
            used,
            ends: ends.to_owned(),
            status: status::token(state),
            revoke_href: matches!(
                state,
                TokenState::Active | TokenState::ExpiresSoon | TokenState::NotUsed
            )
            .then(|| format!("/settings/api-tokens/{id}/revoke")),
        }
    };
    let never = || Value::Absent("never".to_owned());
    token::TokensPage {
        frame: under("API tokens", Section::Settings, SETTINGS),
        notes: vec![Note::new(Tone::Warn, "hourglass-low", "“Price list to web shop” ends in 10 days", "Make a new one, change it there, then revoke the old one: both work side by side until then.").with(Button::link("Make a new one", "/settings/api-tokens/new"))],
        rows: vec![
            row("1", "ERP, nightly prices", "ibt_7Qm2", Role::Finance, Value::Moment(times().ago(at("2026-11-23T10:40:00Z"))), "14 Feb 2027, in 83 days", TokenState::Active),
            row("2", "Price list to web shop", "ibt_c90K", Role::ReadOnly, Value::Moment(times().ago(at("2026-11-23T03:20:00Z"))), "3 Dec 2026, in 10 days", TokenState::ExpiresSoon),
            row("3", "Ticket system", "ibt_Pz4w", Role::ReadOnly, never(), "1 Jun 2027", TokenState::NotUsed),
            row("4", "Robot, test", "ibt_1dV8", Role::Sales, never(), "ended 1 Nov", TokenState::Expired),
            row("5", "Old dashboard", "ibt_h3Xn", Role::ReadOnly, never(), "revoked 2 Sep", TokenState::Revoked),
        ],
        pager: Pager::single("1–5 of 5 tokens"),
        new: new.then(|| token::NewToken {
            name: Field::new("name", "What is it for", FieldKind::Text).hint("You see this name in the audit log.").focused(),
            role: Select { name: "role", label: "It may do what the role may".to_owned(), choices: roles(Role::ReadOnly), hint: String::new(), error: String::new() },
            ends: Select { name: "ends", label: "Ends".to_owned(), choices: vec![Choice::new("90", "in 90 days, 21 Feb 2027", true), Choice::new("365", "in 1 year, 23 Nov 2027", false), Choice::new("never", "never", false)], hint: String::new(), error: String::new() },
        }),
        made: made.then(|| token::MadeToken {
            secret: "ibt_EXAMPLEdoNotUse0000000000000000000000000".to_owned().into(),
            facts: vec![fact("Name", "Price list to web shop, 2027"), fact("Role", "Read-only"), fact("Ends", "21 Feb 2027")],
        }),
    }
}

fn notice_settings() -> notice::NoticeSettingsPage {
    let event = |word: &str, text: &str, tone| notice::NoticeEvent {
        word: word.to_owned(),
        text: text.to_owned(),
        tone,
    };
    notice::NoticeSettingsPage {
        frame: under("Notifications", Section::Settings, SETTINGS),
        notes: Vec::new(),
        channels: vec![
            notice::Channel {
                name: "E-mail",
                icon: "mail",
                status: status::configured(true),
                text: "To all admins".to_owned(),
                facts: vec![
                    fact("Server", "mail.reseller.example, port 587"),
                    fact("From", "ionbridge@reseller.example"),
                    fact("Last sent", "today, 08:00, delivered"),
                ],
                how: String::new(),
                test_href: Some("/settings/notifications/email/test".to_owned()),
            },
            notice::Channel {
                name: "Webhook",
                icon: "webhook",
                status: status::configured(false),
                text: "Signed, to a program of yours".to_owned(),
                facts: Vec::new(),
                how: "[notices.webhook]\nurl = \"https://...\"\nsecret_file = \"...\"".to_owned(),
                test_href: None,
            },
        ],
        events: vec![
            event(
                "connection.login_ends_soon",
                "The login ends in 14, 7, 3 or 1 days",
                Tone::Warn,
            ),
            event(
                "connection.refresh_refused",
                "Ion refused a refresh; it is re-checked",
                Tone::Warn,
            ),
            event(
                "connection.needs_new_credentials",
                "A person must paste new credentials",
                Tone::Bad,
            ),
            event(
                "import.needs_decision",
                "An import waits for a decision",
                Tone::Warn,
            ),
            event("import.failed", "An import failed", Tone::Bad),
        ],
    }
}

fn profile() -> person::ProfilePage {
    person::ProfilePage {
        frame: under("Own profile", Section::Elsewhere, &[]),
        notes: Vec::new(),
        facts: vec![
            fact("Role", "Admin"),
            fact("E-mail", "alex@reseller.example"),
            fact("Here since", "18 Nov 2026"),
            fact("Times shown in", "UTC"),
        ],
        current: Field::new("current", "Password now", FieldKind::Secret)
            .autocomplete("current-password"),
        password: Field::new("password", "New password", FieldKind::Secret)
            .autocomplete("new-password")
            .hint("12 characters or more, any of them: a sentence is fine."),
        again: Field::new("again", "The same again", FieldKind::Secret)
            .autocomplete("new-password"),
    }
}
