//! Times imports against a sandbox in another process.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::RunKind;
use domain::{ConnectionId, RunId, SystemClock, SystemIds};
use engine::catalog::{ImportJob, import_with};
use engine::connection::keeper::KeeperCommand;
use engine::{CatalogSettings, Engine, EngineParts, EngineSettings, IonSettings, NoticeSettings};
use ion_client::{AccessToken, FixedToken, IonClient, PacedBudget};
use ion_sandbox::{Sandbox, SandboxConfig};
use rules::tokens::Login;
use secrecy::SecretString;
use store::connections::{self, NewConnection};
use store::seal::{MasterKey, Sealer};
use store::{Store, StoreSettings, runs};
use tokio_util::sync::CancellationToken;

fn rss() -> (String, String) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let get = |key: &str| status.lines().find(|l| l.starts_with(key)).unwrap_or_default().split_whitespace().nth(1).unwrap_or("0").parse::<u64>().unwrap() / 1024;
    (format!("{} MiB", get("VmHWM:")), format!("{} MiB", get("VmRSS:")))
}
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    io.lines().find(|l| l.starts_with("write_bytes")).unwrap().split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "serve" {
        let products = args[2].parse().unwrap();
        let sandbox = Sandbox::start(SandboxConfig { products, ..SandboxConfig::default() }).await.unwrap();
        let credentials = sandbox.request_new_credentials();
        // warm
        println!("{} {}", sandbox.base_url(), credentials.access_token);
        let mut line = String::new();
        let stdin = std::io::stdin();
        loop {
            line.clear();
            if stdin.read_line(&mut line).unwrap() == 0 { return; }
            match line.trim() {
                "move" => println!("{}", sandbox.catalog().move_prices(10, false).len()),
                "slow" => { sandbox.set_knob("latency-ms", "200").unwrap(); println!("ok"); }
                "quit" => return,
                _ => println!("?"),
            }
        }
    }
    let url = &args[2];
    let mut server = std::process::Command::new(&args[0]).args(["serve", &args[1]]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut to = server.stdin.take().unwrap();
    let mut from = std::io::BufReader::new(server.stdout.take().unwrap());
    use std::io::{BufRead, Write};
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    let (base, token) = line.trim().split_once(' ').unwrap();
    let mut ask = |what: &str| { writeln!(to, "{what}").unwrap(); let mut l = String::new(); from.read_line(&mut l).unwrap(); l.trim().to_owned() };
    let store = Store::open(&StoreSettings { url: SecretString::from(url.clone()), max_connections: 4 }).await.unwrap();
    store.migrate().await.unwrap();
    let settings = IonSettings { base_url: base.into(), allowed_hosts: vec![base.trim_start_matches("http://").into()], plain_http_loopback: true, page_size: 500, requests_per_second: 10_000, ..IonSettings::default() };
    let engine = Engine::new(EngineParts {
        store: store.clone(), sealer: Sealer::new(&MasterKey::generate()), clock: Arc::new(SystemClock::new()), ids: Arc::new(SystemIds),
        settings: EngineSettings { data_dir: PathBuf::from("/nowhere"), host: "b".into(), keeper: KeeperCommand { program: PathBuf::from("/nowhere"), args: vec![] }, ion: settings.clone(), catalog: CatalogSettings::default(), notices: NoticeSettings::default() },
    });
    let ion = IonClient::new(&settings.http(), Arc::new(FixedToken::new(AccessToken::new(SecretString::from(token.to_owned()), 1))), Arc::new(PacedBudget::per_second(10_000))).unwrap();
    // warm the server's rendering
    let mut next = None;
    let t = Instant::now();
    for _ in 0..2 {
        loop {
            let mut list = ion.products("10412").list().page_size(500);
            if let Some(n) = next.take() { list = list.start_at(n); }
            next = list.send().await.unwrap().next;
            if next.is_none() { break; }
        }
    }
    println!("two bare reads {:?}, rss {:?}", t.elapsed(), rss());
    let connection = ConnectionId::new(engine.ids());
    let now = engine.clock().now();
    let login = Login { status: ConnectionStatus::Active, profile: VendorProfile::Unknown, generation: 1, access_expires_at: now + Duration::from_secs(7200), access_life: Duration::from_secs(7200), refreshed_at: now, next_refresh_at: now, refusals: 0, unsent: 0, loss: None, cause: None };
    let tx = store.begin().await.unwrap();
    connections::insert(&tx, &NewConnection { id: connection, name: "b".into(), account_id: "10412".into(), base_url: base.into(), sandbox: true, login, fingerprint: vec![1], created_by: "b".into(), at: now }).await.unwrap();
    tx.commit().await.unwrap();
    for what in ["first", "unchanged", "unchanged", "moved", "full", "slow"] {
        if what == "moved" { println!("moved {}", ask("move")); }
        if what == "slow" { ask("slow"); }
        let run = RunId::new(engine.ids());
        let tx = store.begin().await.unwrap();
        runs::insert(&tx, run, connection, RunKind::CatalogImport, what == "full", "b", engine.clock().now()).await.unwrap();
        tx.commit().await.unwrap();
        let w = written();
        let t = Instant::now();
        let end = import_with(&engine, ImportJob { connection, run }, ion.clone(), CancellationToken::new()).await.unwrap();
        println!("{what}: {:?}, peak/now {:?}, written {} KiB, {:?}", t.elapsed(), rss(), written() - w, end);
    }
    store.close().await;
    let _ = ask("quit");
    let _ = server.wait();
}
