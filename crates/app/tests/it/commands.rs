//! The commands, as people and programs call them.

use ion_sandbox::SandboxConfig;
use testkit::{Lab, TestBinary};

use crate::BINARY;

fn plain() -> (tempfile::TempDir, TestBinary) {
    let folder = tempfile::tempdir().unwrap();
    let binary = TestBinary::new(
        BINARY,
        vec![
            (
                "IONBRIDGE_DATA_DIR".into(),
                folder.path().display().to_string(),
            ),
            ("IONBRIDGE_SERVER__LISTEN".into(), "127.0.0.1:0".into()),
        ],
    );
    (folder, binary)
}

#[test]
fn settings_are_printed_checked_and_refused_by_name() {
    let (_folder, binary) = plain();
    assert!(
        binary
            .run(&["config", "default"])
            .out
            .contains("[notices.webhook]")
    );
    assert_eq!(binary.run(&["config", "check"]).code, Some(0));
    let wrong = binary
        .clone()
        .with("IONBRIDGE_SERVER__LISTN", "x")
        .run(&["config", "check"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("did you mean listen?"), "{}", wrong.err);
    assert_eq!(binary.run(&["no-such-command"]).code, Some(2));
    assert!(
        binary
            .run(&["completions", "bash"])
            .out
            .contains("_ionbridge")
    );
    assert!(binary.run(&["openapi"]).out.contains("\"openapi\": \"3.1"));
    assert!(
        binary
            .run(&["sandbox", "--list-knobs"])
            .out
            .contains("refresh-kills-old-access")
    );
}

#[test]
fn the_key_is_made_once_and_its_loss_is_never_papered_over() {
    let (folder, binary) = plain();
    assert_eq!(binary.run(&["init"]).code, Some(0));
    let key = folder.path().join("key");
    let made = std::fs::read(&key).unwrap();
    assert_eq!(binary.run(&["init"]).code, Some(0));
    assert_eq!(std::fs::read(&key).unwrap(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_with_sealed_secrets_refuses_to_start() {
    let lab = Lab::start(
        BINARY,
        SandboxConfig {
            customers: 1,
            ..SandboxConfig::default()
        },
    )
    .await;
    lab.connect(&lab.engine(None).await).await;
    std::fs::remove_file(lab.data_dir().join("key")).unwrap();
    let ended = TestBinary::new(BINARY, lab.environment()).run(&["serve"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("Put the key back"), "{}", ended.err);
    assert!(!lab.data_dir().join("key").exists());
}

#[test]
fn a_second_server_on_one_directory_and_a_taken_port_are_told() {
    let (folder, binary) = plain();
    let running = binary.start(&["serve"]);
    let lock = folder.path().join("server.lock");
    while std::fs::read_to_string(&lock)
        .unwrap_or_default()
        .is_empty()
    {
        std::thread::yield_now();
    }
    let second = binary.run(&["serve"]);
    assert!(
        second.code == Some(1) && second.err.contains(&format!("process {}", running.id())),
        "{}",
        second.err
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let other = tempfile::tempdir().unwrap();
    let ended = binary.run(&[
        "--data-dir",
        &other.path().display().to_string(),
        "serve",
        "--listen",
        &address,
    ]);
    assert!(
        ended.code == Some(1) && ended.err.contains("is it taken?"),
        "{}",
        ended.err
    );
    let open = binary.run(&[
        "--data-dir",
        &other.path().display().to_string(),
        "serve",
        "--listen",
        "0.0.0.0:0",
    ]);
    assert!(
        open.code == Some(1) && open.err.contains("--behind-proxy"),
        "{}",
        open.err
    );
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let (folder, binary) = plain();
    assert_eq!(binary.run(&["db", "migrate"]).code, Some(0));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store::testing::pretend_newer(
        &folder.path().join("ionbridge.db"),
    ));
    let ended = binary.run(&["connection", "list"]);
    assert!(
        ended.code == Some(1) && ended.err.contains("newer version"),
        "{}",
        ended.err
    );
}

#[test]
fn people_and_tokens_are_made_from_the_command_line() {
    let (folder, binary) = plain();
    let password = folder.path().join("password");
    std::fs::write(&password, "correct horse battery").unwrap();
    let file = password.display().to_string();
    let added = binary.run(&[
        "--json",
        "user",
        "add",
        "Alex@Example.com",
        "--admin",
        "--password-file",
        &file,
    ]);
    assert_eq!(added.json()["email"], "alex@example.com");
    assert!(
        binary
            .run(&["user", "add", "alex@example.com", "--password-file", &file])
            .err
            .contains("exists already")
    );
    assert_eq!(
        binary.run(&["--json", "user", "list"]).json()[0]["role"],
        "admin"
    );
    assert!(
        binary
            .run(&["--json", "token", "create", "ci", "--role", "sales"])
            .json()["token"]
            .as_str()
            .unwrap()
            .len()
            > 30
    );
    assert_eq!(
        binary.run(&["--json", "audit", "verify"]).json()["entries"],
        2
    );
    let shown = binary.run(&["doctor"]);
    assert!(
        shown.out.contains("no Ion account is connected"),
        "{}",
        shown.out
    );
}

#[test]
fn the_demo_connects_imports_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo").display().to_string();
    let binary = TestBinary::new(BINARY, Vec::new());
    let mut demo = binary.start(&["--json", "--data-dir", &data, "demo", "--products", "120"]);
    let ready: serde_json::Value = serde_json::from_str(&demo.line()).unwrap();
    let url = ready["url"].as_str().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let page = runtime.block_on(async {
        reqwest::get(format!("{url}/login"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    });
    assert!(page.contains("Ionbridge"));
    let followed = TestBinary::new(BINARY, Vec::new())
        .with("IONBRIDGE_DATA_DIR", &data)
        .with(
            "IONBRIDGE_ION__BASE_URL",
            ready["sandbox"].as_str().unwrap(),
        )
        .with(
            "IONBRIDGE_ION__ALLOWED_HOSTS",
            ready["sandbox"]
                .as_str()
                .unwrap()
                .trim_start_matches("http://"),
        )
        .with("IONBRIDGE_ION__PLAIN_HTTP_LOOPBACK", "true");
    let imported = followed.run(&["--json", "products", "import"]);
    assert_eq!(imported.code, Some(0), "{} {}", imported.out, imported.err);
    assert_eq!(
        followed
            .run(&["--json", "products", "search", "Microsoft", "365"])
            .code,
        Some(0)
    );
    demo.terminate();
    let ended = demo.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
