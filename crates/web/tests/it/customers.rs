//! Customers as people see and change them in a browser: list, form, card, mapping, conflicts, plans, files, settings.

use std::collections::BTreeSet;

use axum::body::Body;
use domain::access::Role;
use domain::customer::{
    Customer, CustomerField as Field, CustomerFields, IonCustomer, LinkState, Winner,
};
use domain::{Clock as _, ConnectionId, CustomerId, PlanId, WriteId};
use http::{Method, StatusCode};
use rules::customers::decide::{Action, FieldDecision, Merge};
use rules::customers::match_up::Signal;
use rules::customers::plan::{Counts, Entry};
use rules::customers::rule::Rule;
use secrecy::SecretString;
use store::audit::{Actor, Via};
use store::customers::{
    self, LinkRow, PairCause, PairRow, PairState, PlanEntryRow, PlanRow, PlanState, WriteKind,
    WriteRow, WriteState,
};
use store::seal::Place;

use crate::house::{Answer, Browser, HOST, House, csrf};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";
const NAME: &str = "Café & Söhne <b>\u{1f375}";

fn actor() -> Actor {
    Actor {
        name: "sam@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

fn whole(name: &str, email: &str) -> CustomerFields {
    CustomerFields::default()
        .with(Field::Organisation, name)
        .with(Field::Street, "Via Finta 12")
        .with(Field::City, "Milano")
        .with(Field::State, "MI")
        .with(Field::Zip, "20100")
        .with(Field::Country, "IT")
        .with(Field::ContactName, "Robin Example")
        .with(Field::Email, email)
        .with(Field::Language, "IT")
}

impl House {
    async fn customer(&self, name: &str, email: &str) -> CustomerId {
        let customer = Customer {
            fields: whole(name, email),
            ..Customer::default()
        };
        self.engine
            .create_customer(customer, None, &actor())
            .await
            .unwrap()
    }

    async fn in_ion(&self, connection: ConnectionId, ion_id: &str, name: &str, email: &str) {
        let customer = IonCustomer {
            ion_id: ion_id.to_owned(),
            uid: format!("u{ion_id}"),
            fields: whole(name, email),
            active: true,
            created_at: None,
            updated_at: None,
        };
        let tx = self.store.begin().await.unwrap();
        customers::upsert_many(&tx, connection, &[(customer, [1; 32])], self.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn propose(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        ion_id: &str,
        score: u8,
    ) {
        let pair = PairRow {
            connection,
            customer,
            ion_id: ion_id.to_owned(),
            score,
            signals: vec![Signal::Domain, Signal::Address],
            state: PairState::Proposed,
            cause: PairCause::Matched,
            since: self.clock.now(),
            decided_at: None,
            decided_by: None,
            local_name: String::new(),
            remote_name: String::new(),
        };
        let tx = self.store.begin().await.unwrap();
        customers::propose(&tx, &[pair]).await.unwrap();
        customers::settle_state(&tx, customer).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn link(&self, connection: ConnectionId, customer: CustomerId, ion_id: &str) {
        let now = self.clock.now();
        let link = LinkRow {
            customer,
            connection,
            ion_id: ion_id.to_owned(),
            base: None,
            revision: 1,
            settled_version: None,
            failed: None,
            synced_at: Some(now),
            linked_at: now,
            linked_by: "sam@reseller.example".to_owned(),
            rule: Rule::C28,
        };
        let tx = self.store.begin().await.unwrap();
        customers::link(&tx, &link).await.unwrap();
        customers::settle_state(&tx, customer).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn state(&self, customer: CustomerId) -> LinkState {
        customers::find(self.store.read(), customer)
            .await
            .unwrap()
            .unwrap()
            .link_state
    }
}

fn has(answer: &Answer, parts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    for part in parts {
        assert!(
            answer.text.contains(part),
            "{part} is missing: {}",
            answer.text
        );
    }
}

fn goes_to(answer: &Answer, start: &str) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let to = answer.header("location").to_owned();
    assert!(to.starts_with(start), "{to}");
    to
}

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_paged_and_taken_out() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    has(
        &sales.get("/customers").await,
        &["No customers yet", "New customer"],
    );
    for number in 0..60 {
        house
            .customer(
                &format!("Tea House {number:02}"),
                &format!("a{number}@tea.example"),
            )
            .await;
    }
    house.customer(NAME, "office@kettle.example").await;
    house.customer("=HYPERLINK(1)", "x@evil.example").await;
    let page = sales.get("/customers?size=50").await;
    has(&page, &["1–50 of 62 customers", "rel=\"next\""]);
    let next = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.contains("after="))
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let second = sales.part(&next).await;
    assert!(
        second.text.contains("12 more of 62 customers") && !second.text.contains("<html"),
        "{}",
        second.text
    );
    let found = sales.part("/customers?q=kettle").await;
    has(&found, &["1–1 of 1 customer", "Café"]);
    assert!(!found.text.contains("<b>\u{1f375}"), "a name is no markup");
    has(
        &sales.get("/customers?q=nobodyatall").await,
        &["Nobody is called", "Remove filters"],
    );
    has(
        &sales.get("/customers?link=linked").await,
        &["No customer fits"],
    );
    for bad in ["sort=evil", "link=evil", "connection=evil"] {
        let answer = sales.get(&format!("/customers?{bad}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let csv = sales.get("/customers/export.csv?q=hyperlink").await;
    assert!(csv.text.contains("'=HYPERLINK(1)"), "{}", csv.text);
    assert_eq!(csv.text.lines().count(), 2);
    let json = sales.get("/customers/export.json").await.json();
    assert_eq!(json.as_array().unwrap().len(), 62);
    let reader = house.browser(Role::ReadOnly).await;
    let seen = reader.get("/customers").await;
    has(&seen, &["Tea House 00"]);
    assert!(!seen.text.contains("/customers/new") && !seen.text.contains("export.csv"));
    has(&reader.get("/jump?q=kettle").await, &["C-0061"]);
}

#[tokio::test]
async fn a_form_names_what_is_wrong_and_keeps_what_was_typed() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    let form = [
        ("organisation", ""),
        ("street", "7 <Imaginary> Row"),
        ("email", "robin@nowhere"),
        ("contact_name.0", "Pat"),
        ("contact_email.0", "no address"),
        ("notes", "one\r\ntwo"),
    ];
    let refused = sales.post("/customers/new", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "fields are wrong",
        "7 &#60;Imaginary&#62; Row",
        "robin@nowhere",
        "no address",
        "aria-invalid=\"true\"",
        "id=\"organisation-e\"",
        "one\ntwo",
    ] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let more = sales
        .post(
            "/customers/new",
            &[("organisation", "Kettle"), ("more", "contact")],
        )
        .await;
    has(&more, &["name=\"contact_name.0\"", "value=\"Kettle\""]);
    let made = sales
        .post(
            "/customers/new",
            &[
                ("organisation", NAME),
                ("country", "XK"),
                ("state", "Any text"),
                ("email", "robin@kettle.example"),
                ("tags", "gold, silver"),
                ("external_system.0", "erp"),
                ("external_id.0", "10071"),
            ],
        )
        .await;
    let to = goes_to(&made, "/customers/");
    let path = to.split('?').next().unwrap();
    has(
        &sales.get(&to).await,
        &[
            "Customer added",
            "Café &#38; Söhne &#60;b&#62;",
            "gold",
            "erp 10071",
            "Any text",
        ],
    );
    let edit = sales.get(&format!("{path}/edit")).await;
    has(
        &edit,
        &[
            "value=\"Any text\"",
            "name=\"version\" value=\"1\"",
            "Ion would not take it yet",
        ],
    );
    let fields = [
        ("version", "1"),
        ("organisation", "Kettle One"),
        ("email", "robin@kettle.example"),
    ];
    goes_to(&sales.post(&format!("{path}/edit"), &fields).await, path);
    let late = [
        ("version", "1"),
        ("organisation", "Kettle Two"),
        ("email", "robin@kettle.example"),
        ("city", "Leeds"),
    ];
    let moved = sales.post(&format!("{path}/edit"), &late).await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "Someone else saved",
        "Kettle One",
        "Kettle Two",
        "value=\"Leeds\"",
        "name=\"version\" value=\"2\"",
    ] {
        assert!(moved.text.contains(part), "{part}: {}", moved.text);
    }
    let again = [
        ("version", "2"),
        ("organisation", "Kettle Two"),
        ("email", "robin@kettle.example"),
        ("city", "Leeds"),
    ];
    goes_to(&sales.post(&format!("{path}/edit"), &again).await, path);
    has(&sales.get(path).await, &["Kettle Two", "Leeds"]);
}

#[tokio::test]
async fn every_tab_of_a_customer_answers_and_its_buttons_act() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let id = house
        .customer("Kettle Works", "office@kettle.example")
        .await;
    let other = house
        .customer("Kettle Workshop", "shop@kettle.example")
        .await;
    let sales = house.browser(Role::Sales).await;
    let base = format!("/customers/{id}");
    for (tab, part) in [
        ("", "Not in Ion"),
        ("/contacts", "Robin Example"),
        ("/orders", "does not read orders yet"),
        ("/subscriptions", "does not read subscriptions yet"),
        ("/history", "Made here"),
        ("/settings", "Create it in Ion"),
    ] {
        has(
            &sales.get(&format!("{base}{tab}")).await,
            &["Kettle Works", part],
        );
        let missing = sales.get(&format!("/customers/{NOBODY}{tab}")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{tab}");
    }
    goes_to(&sales.post(&format!("{base}/ignore"), &[]).await, &base);
    assert_eq!(house.state(id).await, LinkState::Ignored);
    has(
        &sales.get("/customers/mapping/ignored").await,
        &["Kettle Works", "Take in again"],
    );
    goes_to(&sales.post(&format!("{base}/notice"), &[]).await, &base);
    goes_to(&sales.post(&format!("{base}/archive"), &[]).await, &base);
    has(&sales.get(&base).await, &["It is put away", "Take it back"]);
    assert!(!sales.get("/customers").await.text.contains("Kettle Works<"));
    goes_to(&sales.post(&format!("{base}/restore"), &[]).await, &base);
    let found = sales.get(&format!("{base}/settings?other=workshop")).await;
    has(&found, &["Make one", "C-0002"]);
    let combined = sales
        .post(&format!("{base}/combine"), &[("other", &other.to_string())])
        .await;
    goes_to(&combined, &base);
    has(
        &sales.get(&format!("/customers/{other}")).await,
        &["It became a part of Kettle Works"],
    );
    let settings = sales.get(&format!("{base}/settings")).await;
    has(&settings, &["Became a part of it", "Split again"]);
    let split = settings
        .text
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|action| action.ends_with("/split"))
        .unwrap();
    goes_to(&sales.post(split, &[]).await, &base);
    house
        .in_ion(connection, "50201", "Kettle Works", "office@kettle.example")
        .await;
    house.link(connection, id, "50201").await;
    has(&sales.get(&base).await, &["50201", "Sync this customer"]);
    goes_to(
        &sales.post(&format!("{base}/sync/{connection}"), &[]).await,
        &base,
    );
    goes_to(
        &sales
            .post(&format!("{base}/unlink/{connection}"), &[])
            .await,
        &base,
    );
    assert_ne!(house.state(id).await, LinkState::Linked);
    let reader = house.browser(Role::ReadOnly).await;
    let seen = reader.get(&format!("{base}/settings")).await;
    has(&seen, &["Your role only reads"]);
    assert!(!seen.text.contains("Archive it"));
}

#[tokio::test]
async fn pairs_are_seen_side_by_side_and_decided_one_by_one_or_together() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let mut ids = Vec::new();
    for (place, name) in ["Whistling Kettle Café Srl", "Velvet Hammer", "Pocket Watch"]
        .iter()
        .enumerate()
    {
        let id = house
            .customer(name, &format!("office@kettle{place}.example"))
            .await;
        let ion = format!("5020{place}");
        house
            .in_ion(
                connection,
                &ion,
                &name.replace("Café Srl", "Cafe"),
                &format!("it@kettle{place}.example"),
            )
            .await;
        house
            .propose(connection, id, &ion, 90 - u8::try_from(place).unwrap())
            .await;
        ids.push(id);
    }
    let sales = house.browser(Role::Sales).await;
    let page = sales.get("/customers/mapping/to-confirm").await;
    has(
        &page,
        &[
            "3 of 3",
            "Caf<mark>é Srl</mark>",
            "<mark>office</mark>@kettle0.example",
            "+35",
            "If you link them",
            "1 of 3",
            "title=\"3 wait for a person\"",
        ],
    );
    let key = |place: usize| format!("{connection}~{}~5020{place}", ids[place]);
    let part = sales
        .part(&format!("/customers/mapping/to-confirm?pair={}", key(1)))
        .await;
    assert!(
        part.text.starts_with("<section") && part.text.contains("Velvet Hammer"),
        "{}",
        part.text
    );
    let linked = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("do", "confirm"),
                ("pick", &key(0)),
                ("back", "/customers/mapping/to-confirm"),
                ("next", &key(1)),
            ],
        )
        .await;
    let to = goes_to(&linked, "/customers/mapping/to-confirm?pair=");
    assert!(to.ends_with("done=linked"), "{to}");
    has(&sales.get(&to).await, &["Linked", "Velvet Hammer"]);
    // Linked; that their e-mails differ is asked next.
    assert_eq!(house.state(ids[0]).await, LinkState::Conflict);
    let many = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("do", "reject"),
                ("pick", &key(1)),
                ("pick", &key(2)),
                ("back", "/customers/mapping/to-confirm"),
            ],
        )
        .await;
    goes_to(&many, "/customers/mapping/to-confirm?done=apart");
    has(
        &sales.get("/customers/mapping/to-confirm").await,
        &["No pair waits"],
    );
    // One of two cannot be done: the other is, and the first says why.
    let half = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("do", "import"),
                ("pick", &format!("{connection}~~50200")),
                ("pick", &format!("{connection}~~50201")),
                ("back", "/customers/mapping/only-in-ion"),
            ],
        )
        .await;
    has(&half, &["One was not done", "1 done"]);
    has(
        &sales.get("/customers/mapping/linked").await,
        &["Whistling Kettle Café Srl", "Unlink"],
    );
    let unlinked = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("one", &format!("unlink~{}", key(0))),
                ("back", "//evil.example"),
            ],
        )
        .await;
    goes_to(&unlinked, "/customers/mapping/to-confirm?done=unlinked");
    for state in ["not-in-ion", "only-in-ion", "failed", "ignored"] {
        let page = sales.get(&format!("/customers/mapping/{state}")).await;
        assert_eq!(page.status, StatusCode::OK, "{state} {}", page.text);
    }
    let unknown = sales.get("/customers/mapping/evil").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let by_hand = format!(
        "/customers/mapping/by-hand?customer={}&ion={connection}~~50200",
        ids[0]
    );
    has(
        &sales.get(&by_hand).await,
        &["Link these two?", "Whistling Kettle Cafe", "In Ion"],
    );
}

#[tokio::test]
async fn a_conflict_shows_both_values_and_takes_a_choice() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let id = house
        .customer("Marmalade & Sons Ltd", "office@marmalade.example")
        .await;
    house
        .in_ion(
            connection,
            "49961",
            "Marmalade & Sons Ltd",
            "office@marmalade.example",
        )
        .await;
    house.link(connection, id, "49961").await;
    let decision = |field, local: &str, remote: &str| FieldDecision {
        field,
        rule: Rule::C08,
        local: local.to_owned(),
        remote: remote.to_owned(),
        base: Some("3 Toast Lane".to_owned()),
        winner: None,
    };
    let open = [
        decision(Field::Street, "Via Finta 12", "14 Butter Street"),
        decision(Field::Zip, "20100", "ZZ2"),
    ];
    let tx = house.store.begin().await.unwrap();
    customers::set_conflicts(&tx, connection, id, "49961", &open, house.clock.now())
        .await
        .unwrap();
    customers::settle_state(&tx, id).await.unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    let page = sales.get("/customers/conflicts").await;
    has(
        &page,
        &[
            "Marmalade",
            "<mark>14 Butter Street</mark>",
            "3 Toast Lane",
            "name=\"f.street\"",
            "10 other fields agree",
        ],
    );
    let nothing = sales
        .post(
            &format!("/customers/conflicts/{id}"),
            &[("connection", &connection.to_string())],
        )
        .await;
    has(&nothing, &["Nothing was chosen"]);
    let decided = sales
        .post(
            &format!("/customers/conflicts/{id}"),
            &[
                ("connection", &connection.to_string()),
                ("f.street", "ion"),
                ("f.zip", "evil"),
                ("always", "1"),
            ],
        )
        .await;
    goes_to(&decided, "/customers/conflicts");
    let setting = customers::sync_setting(house.store.read(), connection)
        .await
        .unwrap();
    assert_eq!(
        setting.policy.fields.get(&Field::Street),
        Some(&Winner::Ion)
    );
    let choices = customers::list_choices(house.store.read(), connection, "49961")
        .await
        .unwrap();
    assert_eq!(choices[0].choice.winner, Winner::Ion);
    goes_to(
        &sales
            .post(
                "/customers/conflicts",
                &[("side", "ionbridge"), ("all", "1")],
            )
            .await,
        "/customers/conflicts?done=",
    );
    let missing = sales.get(&format!("/customers/conflicts/{NOBODY}")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

fn entry(
    seq: u64,
    name: &str,
    local: Option<CustomerId>,
    remote: Option<&str>,
    rule: Rule,
    action: Action,
) -> PlanEntryRow {
    let entry = Entry {
        local: local.map(|id| id.to_string()),
        remote: remote.map(str::to_owned),
        name: name.to_owned(),
        rule,
        action,
    };
    PlanEntryRow {
        seq,
        chosen: entry.is_chosen(),
        entry,
        blocked: None,
        outcome: None,
    }
}

#[tokio::test]
async fn a_plan_is_looked_at_chosen_from_and_left() {
    let house = House::new().await;
    let connection = house.connection("Nordics", true).await;
    let run = house.run(connection).await;
    let id = house
        .customer("Biscuit Factory", "office@biscuit.example")
        .await;
    let plan = PlanId::new(&*house.ids);
    let merge = Merge {
        decisions: vec![FieldDecision {
            field: Field::Title,
            rule: Rule::C10,
            local: "Owner".to_owned(),
            remote: String::new(),
            base: None,
            winner: Some(Winner::Ionbridge),
        }],
        base: CustomerFields::default(),
    };
    let row = PlanRow {
        id: plan,
        connection,
        run,
        first: true,
        held: false,
        state: PlanState::Waiting,
        counts: Counts {
            linked: 1,
            offered: 1,
            imported: 1,
            ..Counts::default()
        },
        read_here: 480,
        read_in_ion: 500,
        made_at: house.clock.now(),
        decided_at: None,
        decided_by: None,
        applied_run: None,
    };
    let mut blocked = entry(4, "Snowglobe", Some(id), None, Rule::C23, Action::Offer);
    blocked.blocked = Some("Fix first: State".to_owned());
    let entries = [
        entry(
            1,
            "=Copper Kite",
            None,
            Some("50112"),
            Rule::C20,
            Action::Import,
        ),
        entry(
            2,
            "Biscuit Factory",
            Some(id),
            Some("49957"),
            Rule::C27,
            Action::Link(merge),
        ),
        entry(
            3,
            "Biscuit Factory",
            Some(id),
            None,
            Rule::C23,
            Action::Offer,
        ),
        blocked,
        entry(5, "Kettle", None, Some("50201"), Rule::C21, Action::Propose),
    ];
    let tx = house.store.begin().await.unwrap();
    customers::insert_plan(&tx, &row, &entries).await.unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    let base = format!("/customers/sync/plans/{plan}");
    let page = sales.get(&base).await;
    has(
        &page,
        &[
            "First sync: preview",
            "500 customers",
            "Nothing has been written on either side.",
            "2 of 4 actions chosen: 1 link, 1 new here, none new in Ion",
            "Writes to Ion: 1 field of 1 customer.",
            "Fix first: State",
            "Apply 2 actions",
        ],
    );
    has(
        &sales.get(&format!("{base}?action=offer&q=biscuit")).await,
        &["1 of 1 entry"],
    );
    let chosen = sales
        .post(
            &format!("{base}/choose"),
            &[
                ("shown", "1"),
                ("shown", "2"),
                ("shown", "3"),
                ("on", "2"),
                ("on", "3"),
            ],
        )
        .await;
    goes_to(&chosen, &base);
    has(
        &sales.get(&base).await,
        &["2 of 4 actions chosen: 1 link, 1 new in Ion"],
    );
    goes_to(
        &sales
            .post(&format!("{base}/choose"), &[("group", "offer:off")])
            .await,
        &base,
    );
    has(&sales.get(&base).await, &["1 of 4 actions chosen"]);
    let csv = sales.get(&format!("{base}/plan.csv")).await;
    assert_eq!(csv.text.lines().count(), 6, "{}", csv.text);
    assert!(
        csv.text.contains("'=Copper Kite")
            && csv.header("content-disposition").contains("TEST-sync-plan")
    );
    has(
        &sales.get("/customers").await,
        &["A plan of “Nordics” waits for you"],
    );
    let reader = house.browser(Role::ReadOnly).await;
    assert!(!reader.get(&base).await.text.contains("applybar"));
    goes_to(
        &sales.post(&format!("{base}/discard"), &[]).await,
        "/customers?done=left",
    );
    has(&sales.get(&base).await, &["left everything as it is"]);
    let late = sales.post(&format!("{base}/apply"), &[]).await;
    has(&late, &["The plan was not applied"]);
    assert_eq!(
        sales
            .get(&format!("/customers/sync/plans/{NOBODY}"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

async fn upload(browser: &Browser<'_>, token: &str, name: &str, text: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n{text}\r\n--b--\r\n"
    );
    let request = browser
        .request(&Method::POST, "/customers/import")
        .header("origin", format!("http://{HOST}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b");
    browser
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}

#[tokio::test]
async fn a_file_is_read_looked_at_and_applied() {
    let house = House::new().await;
    let known = house
        .customer("Moonpenny Bakery", "office@moonpenny.example")
        .await;
    let sales = house.browser(Role::Sales).await;
    has(
        &sales.get("/customers/import").await,
        &["organisation", "multipart/form-data"],
    );
    let text = "Firma;E-Mail;Tel;Rabatt\r\nVelvet Hammer;office@velvet.example;1;5\r\nMoonpenny Bakery;office@moonpenny.example;+49 30 555;5\r\n;nobody@x.example;;\r\n";
    let forged = upload(&sales, "AAAA", "a.csv", text).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let empty = upload(&sales, &csrf(), "", "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unread = upload(&sales, &csrf(), "a.csv", "a;b\r\n1;2\r\n").await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unread.text.contains("No column tells"), "{}", unread.text);
    let large = upload(&sales, &csrf(), "a.csv", &text.repeat(20_000)).await;
    assert_ne!(
        large.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{}",
        large.text.len()
    );
    let read = upload(&sales, &csrf(), "customers.csv", text).await;
    let base = goes_to(&read, "/customers/import/");
    let page = sales.get(&base).await;
    has(
        &page,
        &[
            "customers.csv, 3 rows",
            "3 of 4 recognised",
            "not used",
            "Velvet Hammer",
            "Not readable",
            "2 of 3 rows chosen: 1 new, 1 changed",
            "Import 2 rows",
        ],
    );
    let mend = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.contains("/customers/new?file="))
        .unwrap()
        .replace("&#38;", "&");
    has(&sales.get(&mend).await, &["nobody@x.example", "From row 4"]);
    has(
        &sales.get(&format!("{base}?outcome=new")).await,
        &["1 of 1 row"],
    );
    goes_to(
        &sales
            .post(&format!("{base}/choose"), &[("group", "new:off")])
            .await,
        &base,
    );
    let applied = sales.post(&format!("{base}/apply"), &[]).await;
    has(&applied, &["0 customers made, 1 changed", "Applied"]);
    let row = customers::find(house.store.read(), known)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.customer.fields.get(Field::Phone), "+49 30 555");
    has(
        &sales.post(&format!("{base}/apply"), &[]).await,
        &["Nothing was imported now"],
    );
    has(
        &sales.get("/customers/import").await,
        &["customers.csv", "Brought before"],
    );
}

#[tokio::test]
async fn how_sync_decides_is_set_for_each_connection() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    has(
        &sales.get("/settings/sync").await,
        &["Nothing is connected yet"],
    );
    let connection = house.connection("Nordics", false).await;
    has(
        &sales.get("/settings/sync").await,
        &[
            "Nordics",
            "Who wins",
            "Preview (dry run)",
            "not applied: nothing goes to Ion",
        ],
    );
    let path = format!("/settings/sync/{connection}");
    let bad = sales.post(&path, &[("winner", "evil")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [
        ("winner", "ion"),
        ("phone", "newest"),
        ("street", ""),
        ("create_in_ion", "1"),
        ("paused", "1"),
    ];
    goes_to(
        &sales.post(&path, &form).await,
        "/settings/sync?done=policy",
    );
    let setting = customers::sync_setting(house.store.read(), connection)
        .await
        .unwrap();
    assert_eq!(
        (
            setting.policy.winner,
            setting.paused,
            setting.policy.create_in_ion
        ),
        (Winner::Ion, true, true)
    );
    assert_eq!(setting.policy.fields.len(), 1);
    has(&sales.get("/settings/sync").await, &["Paused"]);
    let run = goes_to(
        &sales
            .post(&format!("/customers/sync/{connection}/preview"), &[])
            .await,
        "/activity/runs/",
    );
    has(
        &sales.get(&run).await,
        &["Customer sync", "Read Ion’s customers", "Stop sync"],
    );
    has(
        &sales.get("/activity/jobs").await,
        &["Preview the customers"],
    );
}

#[tokio::test]
async fn a_first_password_is_shown_once_to_who_asked() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let id = house
        .customer("Kettle Works", "office@kettle.example")
        .await;
    let user = house.person("asked@reseller.example", Role::Sales).await;
    let asked = house.browser_of(user, |_| ()).await;
    let write = WriteId::new(&*house.ids);
    let now = house.clock.now();
    let row = WriteRow {
        id: write,
        connection,
        customer: id,
        ion_id: Some("50201".to_owned()),
        kind: WriteKind::Create,
        state: WriteState::Started,
        sent: whole("Kettle Works", "office@kettle.example"),
        run: None,
        requested_by: "asked@reseller.example".to_owned(),
        started_at: now,
        finished_at: None,
        outcome: String::new(),
        has_password: false,
    };
    let place = Place {
        column: "customer_write.password",
        row: &write.to_string(),
        generation: 0,
    };
    let sealed = house
        .engine
        .sealer()
        .seal(place, &SecretString::from("Tr0ub4dor-and-3"))
        .unwrap();
    let tx = house.store.begin().await.unwrap();
    customers::begin_write(&tx, &row).await.unwrap();
    customers::finish_write(&tx, write, WriteState::Done, Some("50201"), "", now)
        .await
        .unwrap();
    customers::set_write_password(&tx, write, &sealed)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let base = format!("/customers/{id}");
    let show = format!("{base}/password/{write}/show");
    let other = house.browser(Role::Admin).await;
    assert!(!other.get(&base).await.text.contains("/password/"));
    let refused = other.post(&show, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(!refused.text.contains("Tr0ub4dor"));
    let card = asked.get(&base).await;
    has(&card, &["Show it once", "Forget it unseen"]);
    assert!(!card.text.contains("Tr0ub4dor"));
    has(
        &asked.post(&show, &[]).await,
        &["Tr0ub4dor-and-3", "shown this once"],
    );
    assert_eq!(asked.post(&show, &[]).await.status, StatusCode::CONFLICT);
    assert!(!asked.get(&base).await.text.contains("/password/"));
}

#[tokio::test]
async fn a_change_is_undone_from_the_history() {
    let house = House::new().await;
    let id = house
        .customer("Kettle Works", "office@kettle.example")
        .await;
    let row = customers::find(house.store.read(), id)
        .await
        .unwrap()
        .unwrap();
    let mut customer = row.customer.clone();
    customer.fields.set(Field::City, "Leeds");
    house
        .engine
        .edit_customer(id, row.version, customer, &actor())
        .await
        .unwrap();
    let sales = house.browser(Role::Sales).await;
    let page = sales.get(&format!("/customers/{id}/history")).await;
    has(&page, &["City", "Milano", "Leeds", "Undo here"]);
    let undo = page
        .text
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|action| action.ends_with("/undo"))
        .unwrap();
    goes_to(
        &sales.post(undo, &[]).await,
        &format!("/customers/{id}/history?done=undone"),
    );
    has(
        &sales.get(&format!("/customers/{id}/history")).await,
        &["undone"],
    );
    let row = customers::find(house.store.read(), id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.customer.fields.get(Field::City), "Milano");
    assert_eq!(sales.post(undo, &[]).await.status, StatusCode::CONFLICT);
    let opened: BTreeSet<&str> = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .filter(|href| href.contains("open="))
        .collect();
    for href in opened {
        has(
            &sales.get(href.split('#').next().unwrap()).await,
            &["class=\"more\""],
        );
    }
}
