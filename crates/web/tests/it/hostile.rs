//! A distributor, and people, who write what they should not: script, markup, line ends, formulas and endless texts in every string.

use std::cell::RefCell;

use domain::access::Role;
use domain::catalog::ChangeKind;
use domain::notice::{NoticeKind, Severity};
use domain::run::{RunCounts, RunStatus};
use domain::{Clock as _, NoticeId, SetAsideId};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use http::StatusCode;
use rules::catalog::Change;
use store::Backend;
use store::catalog::{self, ProductWrite, SetAside};
use store::notices::NoticeRow;
use web::routes;

use crate::house::{Answer, Browser, House};

/// Text that tries to become script, an attribute, a header, an event, a formula or a template.
const EVIL: &str = "x\"'></title></textarea></script><script>window.pwned=1</script><img src=x onerror=window.pwned=1><svg onload=pwned()>\
     <a href=javascript:pwned()>a</a><iframe srcdoc=x></iframe><base href=//evil.example><div hx-on:click=pwned() style=position:fixed>\
     {{7*7}}${7*7}\r\nSet-Cookie: evil=1\r\n\r\ndata: evil\n\u{202e}\u{0}";

/// The same as far as a database keeps it: PostgreSQL knows no zero byte.
fn evil(place: &str) -> String {
    format!("{place} {}", EVIL.trim_end_matches('\u{0}'))
}

/// Every tag that a browser would see in a page.
#[derive(Default)]
struct Tags(RefCell<Vec<Tag>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        let raw = match (&tag.kind, tag.name.as_ref()) {
            (TagKind::StartTag, "script") => Some(RawKind::ScriptData),
            (TagKind::StartTag, "style" | "noembed" | "noframes" | "xmp" | "iframe") => {
                Some(RawKind::Rawtext)
            }
            (TagKind::StartTag, "title" | "textarea") => Some(RawKind::Rcdata),
            _ => None,
        };
        if tag.kind == TagKind::StartTag {
            self.0.borrow_mut().push(tag);
        }
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}

fn tags(html: &str) -> Vec<Tag> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let options = TokenizerOpts {
        initial_state: Some(State::Data),
        ..TokenizerOpts::default()
    };
    let tokenizer = Tokenizer::new(Tags::default(), options);
    assert_eq!(format!("{:?}", tokenizer.feed(&input)), "Done");
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Whether an address leads to a page of ours, or is a plain link elsewhere.
fn is_calm(address: &str) -> bool {
    let plain: String = address
        .chars()
        .filter(|letter| !letter.is_control() && !letter.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    (plain.starts_with(['/', '#', '?']) && !plain.starts_with("//"))
        || plain.starts_with("https://")
        || plain.starts_with("http://")
        || plain.starts_with("mailto:")
        || plain.is_empty()
}

/// What a browser would run, load or obey of a page. Empty where nothing.
fn active(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in tags(html) {
        let get = |name: &str| {
            tag.attrs
                .iter()
                .find(|attribute| &*attribute.name.local == name)
                .map(|attribute| attribute.value.to_string())
        };
        let name = tag.name.as_ref();
        let bad = match name {
            "script" => {
                !(get("src").is_some_and(|src| src.starts_with("/assets/"))
                    || get("type").as_deref() == Some("application/json"))
            }
            "iframe" | "object" | "embed" | "base" | "applet" | "frame" | "portal" | "style"
            | "math" | "marquee" => true,
            "link" => !get("href").is_some_and(|href| href.starts_with("/assets/")),
            "meta" => get("http-equiv").is_some(),
            "img" | "video" | "audio" | "source" | "track" => !get("src")
                .is_none_or(|src| src.starts_with("/assets/") || src.starts_with("data:image/")),
            "form" => !get("action")
                .is_none_or(|action| action.starts_with('/') && !action.starts_with("//")),
            _ => false,
        };
        if bad {
            found.push(format!("{tag:?}"));
        }
        for attribute in &tag.attrs {
            let (key, value): (&str, &str) =
                (attribute.name.local.as_ref(), attribute.value.as_ref());
            let bad = key.starts_with("on")
                || key == "style"
                || key == "srcdoc"
                || key.starts_with("hx-on")
                || key.starts_with("data-hx-on")
                || (matches!(
                    key,
                    "href" | "src" | "action" | "formaction" | "xlink:href" | "ping" | "poster"
                ) && !is_calm(value)
                    && !value.starts_with("data:image/"))
                || (matches!(
                    key,
                    "hx-get" | "hx-post" | "hx-put" | "hx-delete" | "hx-patch" | "sse-connect"
                ) && (!value.starts_with('/') || value.starts_with("//")))
                || (matches!(key, "hx-vals" | "hx-headers" | "hx-vars")
                    && value.trim_start().starts_with("js:"));
            if bad {
                found.push(format!("{name} {key}={value}"));
            }
        }
    }
    found
}

#[test]
fn the_reader_of_this_test_sees_what_a_browser_sees() {
    assert!(active("<p>fine</p><a href=\"/products\">a</a><script type=\"application/json\">{\"a\":\"<b>\"}</script>").is_empty());
    for bad in [
        "<script>x</script>",
        "<p onclick=x>",
        "<a href=\"java\nscript:x\">",
        "<a href=//evil.example>",
        "<img src=https://evil.example/p.gif>",
        "<svg><a xlink:href=javascript:x>",
        "<meta http-equiv=refresh content=0>",
        "<title></title><script>x</script>",
        "<form action=https://evil.example>",
        "<script type=\"application/json\">{\"a\":\"</script><script>x</script>\"}</script>",
        "<div style=\"background:url(x)\">",
        "<style>*{}</style>",
    ] {
        assert_eq!(active(bad).len(), 1, "{bad}");
    }
}

fn hostile(house: &House, n: usize) -> ProductWrite {
    let mut write = house.product(&evil(&format!("name {n}")), &evil("vendor"), "7.31");
    let product = &mut write.product;
    product.ion_id = evil(&format!("ion {n}"));
    product.kind = evil("kind");
    product.caption = evil("caption");
    product.description = format!(
        "<p onclick=\"pwned()\">Words</p>{}<a href=\" java\nscript:pwned()\">a</a><img src=\"https://evil.example/p.gif\"><form action=\"/logout\" method=post><input name=csrf></form>\
         <math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=pwned()&gt;\">",
        evil("description")
    );
    product.categories = vec![evil("category")];
    product.billing_mode = evil("mode");
    let variant = &mut write.variants[0].variant;
    variant.sku_name = evil("sku");
    variant.plan_name = evil("plan");
    variant.part_number = Some(evil("part"));
    variant.key.sku_id = evil("sku id");
    variant.key.plan_id = evil("plan id");
    variant.prices[0].meter = evil("meter");
    write.ledger[0].meter = evil("meter");
    write.product.variants = vec![write.variants[0].variant.clone()];
    let raw = serde_json::json!({"name": evil("raw"), "nested": [evil("inside")]}).to_string();
    write.raw = zstd::bulk::compress(raw.as_bytes(), 1).unwrap();
    let change = Change {
        kind: ChangeKind::Details,
        variant: None,
        label: evil("label"),
        before: evil("before"),
        after: evil("after"),
        currency: None,
        delta: None,
        base: None,
    };
    write.changes = vec![(change, None)];
    write
}

/// No line end of a name became a header, and no name a cookie.
fn harmless_headers(answer: &Answer, what: &str) {
    for (name, value) in &answer.headers {
        let value = value.to_str().unwrap_or_else(|_| panic!("{what}: {name}"));
        assert!(
            !value.contains("evil=1") && !value.contains("pwned"),
            "{what}: {name}: {value}"
        );
    }
    assert!(answer.headers.get("set-cookie").is_none(), "{what}");
}

async fn look_everywhere(browser: &Browser<'_>, ids: &[String], query: &str) -> usize {
    let mut seen = 0;
    for route in routes::all().filter(|route| route.method == "get") {
        for id in ids {
            if !route.path.contains('{') && *id != ids[0] {
                continue;
            }
            let path = route
                .path
                .replace("{id}", id)
                .replace("{number}", "1")
                .replace("{*path}", query);
            let path = if query.is_empty() {
                path
            } else {
                format!(
                    "{path}?q={query}&vendor={query}&sort={query}&next={query}&done={query}&kind={query}&after={query}&as_of={query}"
                )
            };
            for partial in [false, true] {
                let answer = if partial {
                    browser.part(&path).await
                } else {
                    browser.get(&path).await
                };
                assert!(!answer.status.is_server_error(), "{path}: {answer:?}");
                harmless_headers(&answer, &path);
                if answer.header("content-type").starts_with("text/html") {
                    seen += 1;
                    assert_eq!(
                        active(&answer.text),
                        Vec::<String>::new(),
                        "{path}: {}",
                        answer.text
                    );
                }
            }
        }
    }
    seen
}

#[tokio::test]
async fn script_in_every_string_stays_text() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = House::with(backend, "https://ion.example").await;
        let connection = house.connection(&evil("connection"), false).await;
        let write = hostile(&house, 1);
        let product = write.id;
        let imported = house
            .import(connection, vec![write, hostile(&house, 2)])
            .await;
        let failed = house.run(connection).await;
        let now = house.clock.now();
        let set_aside = SetAsideId::new(&*house.ids);
        let notice = NoticeId::new(&*house.ids);
        let tx = house.store.begin().await.unwrap();
        let raw = serde_json::json!({"skus": [{"plans": [{"recurringPrice": evil("price")}]}], evil("key"): evil("value")}).to_string();
        let entry = SetAside {
            id: set_aside,
            ion_id: evil("ion"),
            name: evil("name"),
            json_path: "skus[0].plans[0].recurringPrice".to_owned(),
            message: evil("message"),
            raw: zstd::bulk::compress(raw.as_bytes(), 1).unwrap(),
        };
        catalog::set_aside(&tx, connection, imported, &entry, now)
            .await
            .unwrap();
        store::runs::mark_running(&tx, failed, now).await.unwrap();
        store::runs::finish(
            &tx,
            failed,
            RunStatus::Failed,
            &RunCounts::default(),
            &evil("outcome"),
            now,
        )
        .await
        .unwrap();
        let new = NoticeRow {
            id: notice,
            kind: NoticeKind::ImportFailed,
            severity: Severity::Bad,
            connection: Some(connection),
            run: Some(failed),
            title: evil("title"),
            text: evil("text"),
            created_at: now,
            resolved_at: None,
        };
        assert!(store::notices::insert(&tx, &new, "hostile").await.unwrap());
        store::audit::append(
            &tx,
            &*house.clock,
            &store::audit::Actor {
                name: evil("actor"),
                via: store::audit::Via::Token,
            },
            "user.create",
            &evil("subject"),
            &evil("detail"),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let admin = house.browser(Role::Admin).await;
        house
            .program_of(Role::ReadOnly, |token| {
                token.name = evil("token");
                token.created_by = evil("maker");
                token.prefix = "<b>".to_owned();
            })
            .await;
        let ids = [
            product.to_string(),
            connection.to_string(),
            imported.to_string(),
            failed.to_string(),
            set_aside.to_string(),
            notice.to_string(),
        ];
        let seen = look_everywhere(&admin, &ids, "").await;
        assert!(seen > 60, "{seen}");
        // A zero byte alone is refused; the rest is taken for what it is.
        let zero = admin.get("/activity/audit?q=a%00b").await;
        assert_eq!(zero.status, StatusCode::BAD_REQUEST, "{zero:?}");
        assert_eq!(
            admin
                .post(
                    "/settings/team",
                    &[
                        ("name", "a\0b"),
                        ("email", "a@b.example"),
                        ("role", "sales"),
                        ("password", "twelve letters at least")
                    ]
                )
                .await
                .status,
            StatusCode::BAD_REQUEST
        );
        let program = house.program(Role::Admin).await;
        assert_eq!(
            program
                .post(
                    "/api/v1/api-tokens",
                    "zero",
                    serde_json::json!({"name": "a\0b", "role": "sales"})
                )
                .await
                .status,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(
            program.get("/api/v1/products?vendor=%00").await.status,
            StatusCode::BAD_REQUEST
        );
        let quoted: String =
            url::form_urlencoded::byte_serialize(EVIL.trim_end_matches('\u{0}').as_bytes())
                .collect();
        look_everywhere(&admin, &ids[..1], &quoted).await;
        // The texts are there, as texts.
        let page = admin.get(&format!("/products/{product}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text.contains("name 1")
                && page.text.contains("Words")
                && !page.text.contains("evil.example/p.gif"),
            "{}",
            page.text
        );
        // Events have one line of data each: none of ours was made by a name.
        let events = admin.get(&format!("/activity/runs/{failed}/events")).await;
        assert!(
            events.text.lines().all(|line| line.is_empty()
                || line.starts_with("event: progress")
                || line.starts_with("data: <")),
            "{}",
            events.text
        );
    }
}

#[tokio::test]
async fn what_people_write_stays_text_too() {
    let house = House::with(Backend::Sqlite, "https://ion.example").await;
    let admin = house.browser(Role::Admin).await;
    let email = "\"><script>pwned()</script>@reseller.example";
    for (path, fields) in [
        (
            "/settings/team",
            vec![
                ("name", EVIL),
                ("email", email),
                ("role", "sales"),
                ("password", "twelve letters at least"),
            ],
        ),
        (
            "/settings/api-tokens",
            vec![("name", EVIL), ("role", "sales"), ("ends", EVIL)],
        ),
        (
            "/settings/integrations/streamone-ion/new",
            vec![
                ("name", EVIL),
                ("account_id", EVIL),
                ("access_token", EVIL),
                ("refresh_token", EVIL),
                ("base_url", EVIL),
                ("action", "test"),
            ],
        ),
        ("/reauthenticate", vec![("password", EVIL), ("next", EVIL)]),
        (
            "/profile/password",
            vec![("current", EVIL), ("password", EVIL), ("again", EVIL)],
        ),
        ("/settings/notifications/email/test", vec![]),
    ] {
        let answer = admin.post(path, &fields).await;
        assert!(!answer.status.is_server_error(), "{path}: {answer:?}");
        harmless_headers(&answer, path);
        assert_eq!(
            active(&answer.text),
            Vec::<String>::new(),
            "{path}: {}",
            answer.text
        );
    }
    for (path, fields) in [
        (
            "/login",
            vec![("email", EVIL), ("password", EVIL), ("next", EVIL)],
        ),
        (
            "/setup",
            vec![
                ("secret", EVIL),
                ("name", EVIL),
                ("email", EVIL),
                ("password", EVIL),
            ],
        ),
    ] {
        let answer = house.stranger().post(path, &fields).await;
        harmless_headers(&answer, path);
        assert_eq!(
            active(&answer.text),
            Vec::<String>::new(),
            "{path}: {}",
            answer.text
        );
    }
    look_everywhere(&admin, &["x".to_owned()], "").await;
}

#[tokio::test]
async fn endless_strings_make_no_endless_page() {
    let house = House::with(Backend::Sqlite, "https://ion.example").await;
    let connection = house.connection("Nordics", false).await;
    let mut write = house.product("Long", "Vendor", "1.00");
    let long = "\u{fc}".repeat(5 * 1024 * 1024);
    write.raw = zstd::bulk::compress(
        format!("{{\"a\":\"{}\"}}", &long[..7 * 1024 * 1024]).as_bytes(),
        1,
    )
    .unwrap();
    let mut deep = house.product("Deep", "Vendor", "1.00");
    deep.raw = zstd::bulk::compress(
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes(),
        1,
    )
    .unwrap();
    let mut bomb = house.product("Bomb", "Vendor", "1.00");
    bomb.raw = zstd::bulk::compress(&vec![b' '; 256 * 1024 * 1024], 1).unwrap();
    let ids = [write.id, deep.id, bomb.id];
    house.import(connection, vec![write, deep, bomb]).await;
    let sales = house.browser(Role::Sales).await;
    for (id, status) in ids
        .iter()
        .zip([StatusCode::OK, StatusCode::OK, StatusCode::NOT_FOUND])
    {
        let page = sales.get(&format!("/products/{id}/raw")).await;
        assert_eq!(page.status, status);
        assert!(page.text.len() < 1024 * 1024, "{} bytes", page.text.len());
    }
    // What is searched for is shown again: as far as a search goes.
    let page = sales
        .get(&format!("/products?q={}", "a".repeat(60_000)))
        .await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn no_file_for_a_spreadsheet_holds_a_formula() {
    let house = House::with(Backend::Sqlite, "https://ion.example").await;
    let connection = house.connection("Nordics", false).await;
    let formulas = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\u{ff1d}1",
        "=cmd|' /C calc'!A0",
        "'=1",
        "plain, \"quoted\"\r\nsecond line",
    ];
    let mut ledger = None;
    let mut writes = Vec::new();
    for (n, formula) in formulas.iter().enumerate() {
        let mut write = house.product(&format!("x{n}"), formula, "1.00");
        (*formula).clone_into(&mut write.product.name);
        write.variants[0].variant.sku_name = (*formula).to_owned();
        write.variants[0].variant.prices[0].meter = (*formula).to_owned();
        write.ledger[0].meter = (*formula).to_owned();
        ledger = Some(write.id);
        writes.push(write);
    }
    house.import(connection, writes).await;
    let tx = house.store.begin().await.unwrap();
    for formula in formulas {
        let actor = store::audit::Actor {
            name: formula.to_owned(),
            via: store::audit::Via::Cli,
        };
        store::audit::append(&tx, &*house.clock, &actor, formula, formula, formula)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let admin = house.browser(Role::Admin).await;
    for path in [
        "/products/export.csv".to_owned(),
        "/activity/audit.csv".to_owned(),
        format!("/products/{}/ledger.csv", ledger.unwrap()),
    ] {
        let file = admin.get(&path).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (StatusCode::OK, "text/csv; charset=utf-8"),
            "{path}"
        );
        assert!(
            file.header("content-disposition")
                .starts_with("attachment; filename=\""),
            "{path}"
        );
        let mut seen = 0;
        let mut undone = Vec::new();
        for record in csv::Reader::from_reader(file.text.as_bytes()).records() {
            for cell in &record.unwrap() {
                seen += 1;
                assert!(
                    !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}']),
                    "{path}: {cell:?}"
                );
                undone.push(cell.strip_prefix('\'').unwrap_or(cell).to_owned());
            }
        }
        assert!(seen > 4, "{path}");
        if !path.contains("ledger") {
            for formula in formulas {
                assert!(
                    undone.iter().any(|cell| cell == formula),
                    "{path}: {formula:?} comes back when one apostrophe is taken away"
                );
            }
        }
    }
}
