//! Customers from the command line and by the REST API of a running server, judged by what the sandbox got.

use std::fs;
use std::time::Duration;

use ion_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use testkit::{Ended, Running, TestBinary};

use crate::BINARY;

/// An installation that is connected to a sandbox.
struct Place {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    binary: TestBinary,
}

impl Place {
    async fn start(customers: usize) -> Self {
        let config = SandboxConfig {
            customers,
            products: 1,
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").display().to_string();
        let binary = TestBinary::new(
            BINARY,
            [
                ("IONBRIDGE_DATA_DIR", data),
                ("IONBRIDGE_ION__BASE_URL", sandbox.base_url()),
                ("IONBRIDGE_ION__ALLOWED_HOSTS", sandbox.host()),
                ("IONBRIDGE_ION__PLAIN_HTTP_LOOPBACK", "true".to_owned()),
                ("IONBRIDGE_SERVER__LISTEN", "127.0.0.1:0".to_owned()),
                ("IONBRIDGE_CATALOG__SCHEDULE", String::new()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
        );
        let place = Self {
            sandbox,
            folder,
            binary,
        };
        let given = place.sandbox.request_new_credentials();
        let access = place.file("access", &given.access_token);
        let refresh = place.file("refresh", &given.refresh_token);
        let connected = place.binary.run(&[
            "connect",
            "--account-id",
            &given.account_id,
            "--access-token-file",
            &access,
            "--refresh-token-file",
            &refresh,
        ]);
        assert_eq!(
            connected.code,
            Some(0),
            "{} {}",
            connected.out,
            connected.err
        );
        place
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn customers(&self, args: &[&str]) -> Ended {
        self.binary.run(&[&["customers"], args].concat())
    }

    /// The answer of a command, with its exit code.
    fn json(&self, args: &[&str]) -> (Option<i32>, Value) {
        let ended = self.binary.run(&[&["--json", "customers"], args].concat());
        assert!(ended.err.is_empty(), "{args:?}: {}", ended.err);
        (ended.code, ended.json())
    }

    /// Writes that had their effect in Ion.
    fn writes(&self, method: &str) -> usize {
        let ledger = self.sandbox.ledger();
        let entries = ledger.entries.iter();
        entries
            .filter(|entry| {
                entry.method == method && entry.path.contains("/customers") && entry.effect
            })
            .count()
    }

    /// What Ion holds of the customer with this e-mail.
    fn in_ion(&self, email: &str) -> Vec<Value> {
        let all = self
            .sandbox
            .portal()
            .customers()
            .into_iter()
            .map(Value::Object);
        all.filter(|customer| customer["customerEmail"] == email)
            .collect()
    }
}

fn id_of(ion: &Value) -> String {
    let name = ion["name"].as_str().unwrap();
    name.rsplit('/').next().unwrap().to_owned()
}

const FILE: &str = "Firma;Strasse;PLZ;Ort;Bundesland;Land;Ansprechpartner;Mail;Sprache\n\
    Quiet Lantern Ltd;Elsewhere 9;EC1;London;London;United Kingdom;Sam;office0@customer0.example;EN\n\
    Nobody Knows AG;Hauptstr. 1;10115;Berlin;BE;Germany;Kim;kim@nobody.example;German\n\
    Half Known;;;;;;;half@known.example;\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sync_is_seen_chosen_and_applied_from_the_command_line() {
    let place = Place::start(4).await;
    let organisation = place.sandbox.portal().customers()[0]["customerOrganization"]
        .as_str()
        .unwrap()
        .to_owned();
    let file = place.file(
        "ours.csv",
        &FILE.replace("Quiet Lantern Ltd", &organisation),
    );
    let (code, read) = place.json(&["import", &file, "--dry-run"]);
    assert_eq!(
        (code, read["rows"].as_array().unwrap().len()),
        (Some(0), 3),
        "{read}"
    );
    assert_eq!(
        place.json(&["list"]).1["total"],
        0,
        "a dry run changes nothing"
    );
    let unasked = place.customers(&["import", &file]);
    assert!(
        unasked.code == Some(1) && unasked.err.contains("--yes"),
        "{}",
        unasked.err
    );
    let (code, applied) = place.json(&["import", &file, "--yes"]);
    assert_eq!((code, &applied["new"]), (Some(0), &json!(3)), "{applied}");

    // A preview writes nothing on either side.
    let (code, preview) = place.json(&["sync", "--dry-run"]);
    assert_eq!(code, Some(3), "{preview}");
    let plan = preview["plan"]["id"].as_str().unwrap().to_owned();
    assert_eq!(place.json(&["list"]).1["total"], 3);
    assert_eq!((place.writes("POST"), place.writes("PUT")), (0, 0));
    let shown = place.customers(&["plan", "show", &plan]);
    assert!(
        shown.code == Some(3)
            && shown.out.contains("Nobody Knows AG")
            && shown.out.contains("import"),
        "{}",
        shown.out
    );

    // The sync imports what resembles none of ours, and leaves the rest to a person.
    let (code, synced) = place.json(&["sync"]);
    assert_eq!(code, Some(3), "{synced}");
    assert_eq!(
        place.json(&["list"]).1["total"],
        6,
        "three of four were imported"
    );
    assert_eq!(
        (place.writes("POST"), place.writes("PUT")),
        (0, 0),
        "nothing goes to Ion before a plan was applied"
    );
    let entries = place.json(&["plan", "show", "waiting"]).1;
    let by = |action: &str| -> Vec<Value> {
        let all = entries["entries"].as_array().unwrap().iter();
        all.filter(|one| one["action"] == action).cloned().collect()
    };
    assert_eq!((by("link").len(), by("offer").len()), (1, 2), "{entries}");
    let blocked = by("offer")
        .into_iter()
        .find(|one| one["name"] == "Half Known")
        .unwrap();
    assert!(
        blocked["blocked"].as_str().unwrap().contains("Street"),
        "{blocked}"
    );
    let (code, chosen) = place.json(&["plan", "choose", "waiting", "--add", "offer,link"]);
    assert_eq!(code, Some(0), "{chosen}");
    let (_, done) = place.json(&["sync", "--apply", "waiting"]);
    assert_eq!(done["counts"]["linked"], 1, "{done}");
    assert_eq!(place.writes("POST"), 1, "one was made in Ion: {done}");
    let made = place.in_ion("kim@nobody.example");
    assert_eq!(
        (made.len(), &made[0]["customerAddress"]["country"]),
        (1, &json!("DE"))
    );

    // The pair that was linked differs where neither side knows the past: a person decides.
    let (code, conflicts) = place.json(&["conflicts"]);
    assert_eq!(code, Some(3), "{conflicts}");
    let number = conflicts[0]["number"].as_str().unwrap().to_owned();
    let fields: Vec<_> = conflicts[0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect();
    assert!(fields.contains(&"street".to_owned()), "{fields:?}");
    let (code, decided) = place.json(&["conflicts", "decide", &number, "ion", "street=ionbridge"]);
    assert_eq!(code, Some(0), "{decided}");
    assert_eq!(
        place.in_ion("office0@customer0.example")[0]["customerAddress"]["street"],
        "Elsewhere 9"
    );
    assert_eq!(place.json(&["conflicts"]), (Some(0), json!([])));

    // What is left: one that Ion would refuse.
    let (_, mapping) = place.json(&["mapping"]);
    assert_eq!(
        (&mapping["linked"], &mapping["not_in_ion"]),
        (&json!(5), &json!(1)),
        "{mapping}"
    );
    let refused = place.customers(&["mapping", "create", "Half Known"]);
    assert!(
        refused.code == Some(1) && refused.err.contains("Street"),
        "{}",
        refused.err
    );
    let (code, quiet) = place.json(&["sync"]);
    assert_eq!(
        (code, quiet["counts"]["pushed"].as_u64()),
        (Some(0), Some(0)),
        "no echo: {quiet}"
    );
    assert_eq!(
        place.json(&["sync", "--dry-run"]).0,
        Some(3),
        "the one that is not in Ion could be made there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_go_both_ways_and_are_told_and_taken_back() {
    let place = Place::start(3).await;
    assert_eq!(place.json(&["sync"]).0, Some(0));
    let email = "office1@customer1.example";
    let (_, found) = place.json(&["list", email]);
    let number = found["customers"][0]["number"].as_str().unwrap().to_owned();
    let changed = place.customers(&[
        "set",
        &number,
        "phone=+44 20 5550 0110",
        "tags=gold;edu",
        "external:crm=7",
    ]);
    assert_eq!(changed.code, Some(0), "{} {}", changed.out, changed.err);
    assert_eq!(place.in_ion(email)[0]["customerPhone"], "+44 20 5550 0110");
    assert_eq!(place.writes("PUT"), 1);
    // Without a worker, a private value is no reason to write to Ion.
    assert_eq!(
        place.customers(&["set", &number, "notes=ours"]).code,
        Some(0)
    );
    assert_eq!(place.writes("PUT"), 1);
    for (wrong, words) in [
        (vec!["set", &number, "colour=red"], "is no field"),
        (vec!["set", &number, "country=Germny"], "no country"),
        (vec!["set", &number, "organisation="], "needs a name"),
        (vec!["set", &number, "phone"], "no field=value"),
        (vec!["show", "C-9999"], "there is no customer"),
        (vec!["list", "--state", "lost"], "none of"),
        (vec!["create", "city=Rome"], "needs a name"),
        (
            vec!["create", "organisation=Half", "--in-ion"],
            "Ion needs it",
        ),
    ] {
        let ended = place.customers(&wrong);
        assert!(
            ended.code == Some(1) && ended.err.contains(words),
            "{wrong:?}: {:?} {}",
            ended.code,
            ended.err
        );
    }
    assert_eq!(place.customers(&["set", &number]).code, Some(2));
    assert_eq!(place.customers(&["undo"]).code, Some(2));

    // Both sides change one field.
    let ion_id = id_of(&place.in_ion(email)[0]);
    assert!(
        place
            .sandbox
            .portal()
            .edit(&ion_id, "customerAddress/city", "Porto")
    );
    let both = place.customers(&["set", &number, "city=Lisboa"]);
    assert!(
        both.code == Some(3) && both.out.contains("wait for a decision"),
        "{} {}",
        both.out,
        both.err
    );
    assert_eq!(place.customers(&["conflicts"]).code, Some(3));
    assert_eq!(
        place
            .customers(&["conflicts", "decide", &number, "city=ion"])
            .code,
        Some(0)
    );
    let (_, shown) = place.json(&["show", &number]);
    assert_eq!(
        (&shown["city"], &shown["tags"], &shown["conflicts"]),
        (&json!("Porto"), &json!(["gold", "edu"]), &json!([]))
    );

    // What came from Ion is taken back here, and so goes to Ion.
    assert!(
        place
            .sandbox
            .portal()
            .edit(&ion_id, "customerTitle", "Owner")
    );
    let (code, run) = place.json(&["sync"]);
    assert_eq!(
        (code, run["counts"]["pulled"].as_u64()),
        (Some(0), Some(1)),
        "{run}"
    );
    let history = place.json(&["history", &number]).1;
    assert_eq!(
        (
            &history[0]["field"],
            &history[0]["way"],
            &history[0]["rule"]
        ),
        (&json!("title"), &json!("from_ion"), &json!("C02")),
        "{history}"
    );
    let undone = place.customers(&["undo", history[0]["id"].as_str().unwrap()]);
    assert_eq!(undone.code, Some(0), "{} {}", undone.out, undone.err);
    assert!(
        place.json(&["show", &number]).1["title"] == ""
            && place.in_ion(email)[0]["customerTitle"].is_null()
    );
    let eyes = place.customers(&["history", &number]);
    assert!(
        eyes.out.contains("only Ion changed it") && eyes.out.contains("taken back"),
        "{}",
        eyes.out
    );

    // Two are made one and two again; one goes to the archive and back.
    assert_eq!(
        place
            .customers(&["create", "organisation=Twin", "city=Rome"])
            .code,
        Some(0)
    );
    let combined = place.customers(&["combine", &number, "Twin"]);
    assert_eq!(combined.code, Some(0), "{} {}", combined.out, combined.err);
    assert_eq!(place.json(&["list"]).1["total"], 3);
    assert_eq!(place.customers(&["split", &number]).code, Some(0));
    assert_eq!(place.json(&["list"]).1["total"], 4);
    assert_eq!(place.customers(&["archive", "Twin"]).code, Some(0));
    assert_eq!(place.json(&["list", "--state", "archived"]).1["total"], 1);
    let (_, archived) = place.json(&["list", "--state", "archived"]);
    assert_eq!(
        place
            .customers(&[
                "restore",
                archived["customers"][0]["number"].as_str().unwrap()
            ])
            .code,
        Some(0)
    );

    // One is made in Ion, its first password told once.
    let (code, made) = place.json(&[
        "create",
        "--in-ion",
        "organisation=Über & Söhne",
        "street=Hauptstr. 1",
        "city=Berlin",
        "state=BE",
        "zip=10115",
        "country=Germany",
        "contact_name=Kim",
        "email=kim@uber.example",
        "language=de",
    ]);
    assert_eq!(
        (code, &made["sync_state"]),
        (Some(0), &json!("linked")),
        "{made}"
    );
    assert!(
        made["first_password"]
            .as_str()
            .is_some_and(|password| !password.is_empty()),
        "{made}"
    );
    assert_eq!(place.in_ion("kim@uber.example").len(), 1);
    let log = fs::read(place.folder.path().join("data/ionbridge.db")).unwrap();
    let password = made["first_password"].as_str().unwrap().as_bytes();
    assert!(
        !log.windows(password.len()).any(|bytes| bytes == password),
        "it is kept nowhere"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_who_is_decided_from_the_command_line() {
    let place = Place::start(4).await;
    let all = place.sandbox.portal().customers();
    let name = |n: usize| all[n]["customerOrganization"].as_str().unwrap().to_owned();
    for n in 0..3 {
        let made = place.customers(&["create", &format!("organisation={} Ltd", name(n))]);
        assert_eq!(made.code, Some(0), "{}", made.err);
    }
    assert_eq!(place.json(&["sync"]).0, Some(3));
    let (code, proposed) = place.json(&["mapping", "list"]);
    assert_eq!(
        (code, &proposed["total"]),
        (Some(3), &json!(3)),
        "{proposed}"
    );
    let pair = |n: usize| {
        let called = format!("{} Ltd", name(n));
        let items = proposed["items"].as_array().unwrap();
        items
            .iter()
            .find(|one| one["name"] == called.as_str())
            .unwrap()["number"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        place.json(&["mapping", "confirm", &pair(0)]).1["sync_state"],
        "conflict",
        "the names differ"
    );
    assert_eq!(
        place.customers(&["mapping", "reject", &pair(1)]).code,
        Some(0)
    );
    let nothing = place.customers(&["mapping", "confirm", &pair(1)]);
    assert!(
        nothing.code == Some(1) && nothing.err.contains("nothing like that is proposed"),
        "{}",
        nothing.err
    );
    let (_, all_else) = place.json(&["mapping", "confirm", "--at-least", "40"]);
    assert_eq!(
        all_else["linked"].as_array().unwrap().len(),
        1,
        "{all_else}"
    );
    // The one that was rejected: ignored here, imported from there.
    assert_eq!(
        place.customers(&["mapping", "ignore", &pair(1)]).code,
        Some(0)
    );
    let theirs = id_of(&Value::Object(all[1].clone()));
    let imported = place.json(&["mapping", "import", &theirs]).1;
    assert_eq!(
        imported["links"][0]["ion_id"],
        theirs.as_str(),
        "{imported}"
    );
    let number = imported["number"].as_str().unwrap();
    assert_eq!(
        place.customers(&["mapping", "unlink", number]).code,
        Some(0)
    );
    let (_, ignored) = place.json(&["mapping", "list", "ignored"]);
    assert_eq!(
        ignored["total"], 3,
        "who is unlinked is left alone on both sides: {ignored}"
    );
    assert_eq!(
        place.customers(&["mapping", "link", number, &theirs]).code,
        Some(0)
    );
    assert_eq!(
        place.customers(&["mapping", "unignore", &pair(1)]).code,
        Some(0)
    );
    let (_, counts) = place.json(&["mapping"]);
    assert_eq!(counts["linked"], 4, "{counts}");
    assert_eq!(place.writes("POST"), 0, "nobody was made twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_imported_as_it_was() {
    let place = Place::start(0).await;
    let odd = "organisation==cmd|' \u{5e9}\u{1f375} ; \"x\"";
    assert_eq!(
        place
            .customers(&[
                "create",
                odd,
                "phone=+49 30",
                "tags=a\\;b;-",
                "contacts=Ann | ann@kettle.example; bob@tea.example",
                "external:crm=007"
            ])
            .code,
        Some(0)
    );
    assert_eq!(
        place.customers(&["create", "organisation=Plain"]).code,
        Some(0)
    );
    let csv = place.customers(&["export"]);
    let listed = place.binary.run(&["--json", "customers", "export"]);
    assert_eq!(listed.json().as_array().unwrap().len(), 2);
    for (name, text) in [("out.csv", &csv.out), ("out.json", &listed.out)] {
        let file = place.file(name, text);
        let (code, read) = place.json(&["import", &file, "--dry-run"]);
        let outcomes: Vec<_> = read["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["outcome"].as_str().unwrap())
            .collect();
        assert_eq!((code, outcomes), (Some(0), vec!["same", "same"]), "{read}");
    }
    let file = place.file("more.csv", "number,organisation,city,email\nC-0002,Plain,Rome,\nC-0077,Lost,,\n,Wrong,,mail\n,New,,new@new.example\n,New,,new@new.example\n");
    let looked = place.customers(&["import", &file, "--dry-run"]);
    assert!(
        looked.code == Some(3)
            && looked.out.contains("City: nothing becomes “Rome”")
            && looked.out.contains("Row 5"),
        "{}",
        looked.out
    );
    let (code, applied) = place.json(&["import", &file, "--yes", "--except", "5", "--also", "6"]);
    assert_eq!(
        (code, &applied["new"], &applied["changed"]),
        (Some(3), &json!(1), &json!(1)),
        "{applied}"
    );
    assert_eq!(place.json(&["list"]).1["total"], 3);
    let spreadsheet = place.file("a.xlsx", "PK\u{3}\u{4}rest");
    let refused = place.customers(&["import", &spreadsheet, "--dry-run"]);
    assert!(
        refused.code == Some(1) && refused.err.contains("save it as CSV"),
        "{}",
        refused.err
    );
}

/// A server with its address, and a token of its API.
struct Served {
    url: String,
    token: String,
    http: reqwest::Client,
    server: Running,
}

impl Served {
    async fn start(place: &Place) -> Self {
        let made = place
            .binary
            .run(&["--json", "token", "create", "shop", "--role", "sales"]);
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = format!("127.0.0.1:{port}");
        let server = place.binary.start(&["serve", "--listen", &address]);
        let served = Self {
            url: format!("http://{address}/api/v1"),
            token: made.json()["token"].as_str().unwrap().to_owned(),
            http: reqwest::Client::new(),
            server,
        };
        served
            .until("the server answers", async || {
                let ready = served
                    .http
                    .get(format!("http://{address}/readyz"))
                    .send()
                    .await;
                ready.is_ok_and(|answer| answer.status().is_success())
            })
            .await;
        served
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = std::time::Instant::now();
        while !holds().await {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "{what} ({})",
                self.server.id()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> (u16, String, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let tag = answer
            .headers()
            .get("etag")
            .map_or("", |tag| tag.to_str().unwrap())
            .to_owned();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (
            status,
            tag,
            serde_json::from_str(&text).unwrap_or(Value::Null),
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_keep_customers_in_sync_through_a_running_server() {
    let place = Place::start(3).await;
    let mut served = Served::start(&place).await;
    let connection = served.call("GET", "/connections", &[], None).await.2["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, _, run) = served
        .call(
            "POST",
            "/customers/syncs",
            &[("idempotency-key", "s1")],
            Some(json!({"connection_id": connection})),
        )
        .await;
    assert_eq!(status, 202, "{run}");
    let path = format!("/runs/{}", run["id"].as_str().unwrap());
    served
        .until("the sync ends", async || {
            served.call("GET", &path, &[], None).await.2["ended"] == true
        })
        .await;
    assert_eq!(
        served.call("GET", &path, &[], None).await.2["status"],
        "done"
    );
    let listed = served
        .call("GET", "/customers?sync_state=linked", &[], None)
        .await
        .2;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);

    // An edit here is in Ion within seconds.
    let one = &listed["items"][0];
    let (path, email) = (
        format!("/customers/{}", one["id"].as_str().unwrap()),
        one["email"].as_str().unwrap(),
    );
    let tag = served.call("GET", &path, &[], None).await.1;
    let (status, _, changed) = served
        .call(
            "PATCH",
            &path,
            &[("if-match", &tag)],
            Some(json!({"phone": "+44 20 5550 0111"})),
        )
        .await;
    assert_eq!(status, 200, "{changed}");
    served
        .until("the edit is in Ion", async || {
            place.in_ion(email)[0]["customerPhone"] == "+44 20 5550 0111"
        })
        .await;
    let links = served
        .call("GET", &format!("{path}/links"), &[], None)
        .await
        .2;
    assert_eq!(links["items"].as_array().unwrap().len(), 1);

    // One that is made here and there, asked for twice with one key, is there once.
    let whole = json!({"organisation": "Kettle & Söhne", "street": "Hauptstr. 1", "city": "Berlin", "state": "BE", "zip": "10115", "country": "DE", "contact_name": "Kim",
        "email": "kim@kettle.example", "language": "DE", "create_in_ion": connection});
    let (first, second) = tokio::join!(
        served.call(
            "POST",
            "/customers",
            &[("idempotency-key", "c1")],
            Some(whole.clone())
        ),
        served.call(
            "POST",
            "/customers",
            &[("idempotency-key", "c1")],
            Some(whole.clone())
        )
    );
    assert!(
        [first.0, second.0]
            .iter()
            .all(|status| matches!(status, 201 | 409)),
        "{first:?} {second:?}"
    );
    served
        .until("it is in Ion", async || {
            place.in_ion("kim@kettle.example").len() == 1
        })
        .await;
    let (_, _, again) = served
        .call(
            "POST",
            "/customers",
            &[("idempotency-key", "c1")],
            Some(whole),
        )
        .await;
    let path = format!("/customers/{}", again["id"].as_str().unwrap());
    served
        .until("it is linked", async || {
            served.call("GET", &path, &[], None).await.2["sync_state"] == "linked"
        })
        .await;
    assert_eq!(place.writes("POST"), 1);
    let history = served
        .call("GET", &format!("{path}/history"), &[], None)
        .await
        .2;
    let text = history.to_string();
    assert!(
        text.contains("created_in_ion") && !text.to_lowercase().contains("password"),
        "{text}"
    );

    // A file, applied through the server; a command beside it waits for the server's worker.
    let file = served
        .http
        .post(format!("{}/customers/files?name=a.csv", served.url))
        .bearer_auth(&served.token)
        .header("idempotency-key", "f1")
        .body(format!(
            "organisation,email,title\n\"{}\",{email},Owner\n",
            one["organisation"].as_str().unwrap()
        ))
        .send()
        .await
        .unwrap();
    let file: Value = serde_json::from_str(&file.text().await.unwrap()).unwrap();
    assert_eq!(
        file["rows"],
        json!([{"outcome": "changed", "rows": 1, "chosen": 1}]),
        "{file}"
    );
    let applied = served
        .call(
            "POST",
            &format!("/customers/files/{}/apply", file["id"].as_str().unwrap()),
            &[],
            Some(json!({})),
        )
        .await
        .2;
    assert_eq!(
        (&applied["done"], &applied["changed"]),
        (&json!(true), &json!(1)),
        "{applied}"
    );
    served
        .until("the file is in Ion", async || {
            place.in_ion(email)[0]["customerTitle"] == "Owner"
        })
        .await;
    let set = place.customers(&["set", one["number"].as_str().unwrap(), "title=Boss"]);
    assert_eq!(set.code, Some(0), "{} {}", set.out, set.err);
    assert_eq!(
        place.in_ion(email)[0]["customerTitle"],
        "Boss",
        "the command waited for the worker"
    );
    served.server.terminate();
    assert_eq!(served.server.end().code, Some(0));
}
