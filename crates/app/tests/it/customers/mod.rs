//! Customers from the command line and by the REST API of a running server, judged by what the sandbox got.

mod both_ways;
mod files;
mod first_sync;
mod served;
mod who;

use std::fs;

use ion_sandbox::{Sandbox, SandboxConfig};
use serde_json::Value;
use testkit::{Ended, TestBinary};

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
