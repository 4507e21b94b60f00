//! `ionbridge doctor`: what is wrong with this installation, and what to do.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use domain::connection::ConnectionStatus;
use engine::Engine;
use engine::connection::CheckState;
use serde_json::json;
use store::Backend;

use super::Host;
use crate::output::{Exit, Output};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail,
}

#[derive(Debug, Default)]
struct Findings(Vec<(Level, &'static str, String)>);

impl Findings {
    fn add(&mut self, level: Level, what: &'static str, text: impl Into<String>) {
        self.0.push((level, what, text.into()));
    }
}

/// Room below which the disk is a worry.
const LOW: u64 = 1 << 30;

pub(super) async fn run(host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    let mut found = Findings::default();
    directory(host, &mut found);
    match host.engine().await {
        Ok(engine) => {
            installation(&engine, host, &mut found).await;
            connections(&engine, &mut found).await;
        }
        Err(error) => found.add(Level::Fail, "database", format!("{error:#}")),
    }
    let failed = found.0.iter().any(|(level, ..)| *level == Level::Fail);
    let value: Vec<_> = found.0.iter().map(|(level, what, text)| json!({"level": format!("{level:?}").to_lowercase(), "what": what, "text": text})).collect();
    out.answer(&json!(value), |out| {
        for (level, what, text) in &found.0 {
            let mark = match level {
                Level::Ok => "ok  ",
                Level::Warn => "warn",
                Level::Fail => "FAIL",
            };
            out.line(&format!("{mark}  {what:<12} {text}"));
        }
    });
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn directory(host: &dyn Host, found: &mut Findings) {
    let folder = host.data_dir();
    match std::fs::metadata(&folder) {
        Ok(facts) if facts.permissions().mode() & 0o077 != 0 => found.add(
            Level::Warn,
            "data",
            format!(
                "{} can be read by other users of this machine; run: chmod 700 {0}",
                folder.display()
            ),
        ),
        Ok(_) => found.add(Level::Ok, "data", folder.display().to_string()),
        Err(error) => found.add(
            Level::Fail,
            "data",
            format!("{} cannot be used ({error})", folder.display()),
        ),
    }
    if let Ok(facts) = rustix::fs::statvfs(&folder) {
        let free = facts.f_bavail * facts.f_frsize;
        let text = format!(
            "{}.{} GB free",
            free / 1_000_000_000,
            free / 100_000_000 % 10
        );
        if free < LOW {
            found.add(
                Level::Warn,
                "disk",
                format!("only {text}; make room, or imports stop"),
            )
        } else {
            found.add(Level::Ok, "disk", text)
        }
    }
    let key = host.key_path();
    if key.starts_with(&folder) {
        found.add(Level::Warn, "key", format!("{} lies beside the database: who copies the folder has both. Keep it elsewhere (key.file), and a copy in a safe", key.display()));
    } else {
        found.add(Level::Ok, "key", key.display().to_string());
    }
}

async fn installation(engine: &Engine, host: &dyn Host, found: &mut Findings) {
    let store = engine.store();
    let name = if store.backend() == Backend::Sqlite {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    match store.probe_write().await {
        Ok(()) => found.add(
            Level::Ok,
            "database",
            format!("{name}, schema {}, can be written", store::SCHEMA_VERSION),
        ),
        Err(error) => found.add(Level::Fail, "database", format!("{name}: {error}")),
    }
    let since = engine
        .clock()
        .now()
        .checked_sub(Duration::from_secs(20))
        .unwrap_or_default();
    match store::workers::count_since(store.read(), since).await {
        Ok(0) => found.add(Level::Warn, "worker", "none is running: logins are not refreshed and nothing is imported by itself; start one with: ionbridge serve"),
        Ok(count) => found.add(Level::Ok, "worker", format!("{count} running")),
        Err(error) => found.add(Level::Fail, "worker", error.to_string()),
    }
    let url = host.public_url();
    let local = url.starts_with("http://127.0.0.1")
        || url.starts_with("http://localhost")
        || url.starts_with("http://[::1]");
    if url.starts_with("https://") || local {
        found.add(Level::Ok, "public url", url)
    } else {
        found.add(Level::Warn, "public url", format!("{url} is plain http: nobody can log in from another machine; set server.public_url to the https address of the proxy"))
    }
}

async fn connections(engine: &Engine, found: &mut Findings) {
    let all = match engine.list_overviews().await {
        Ok(all) => all,
        Err(error) => return found.add(Level::Fail, "connections", error.to_string()),
    };
    if all.is_empty() {
        found.add(
            Level::Warn,
            "connections",
            "no Ion account is connected; connect one with: ionbridge connect",
        );
    }
    for one in all {
        if one.status == ConnectionStatus::NeedsNewCredentials {
            found.add(
                Level::Fail,
                "login",
                format!(
                    "{}: needs new credentials ({})",
                    one.name,
                    one.status_cause.unwrap_or_default()
                ),
            );
            continue;
        }
        if let Some(life) = one.life {
            let level = if life.days_left <= 3 {
                Level::Fail
            } else if one.expires_soon {
                Level::Warn
            } else {
                Level::Ok
            };
            found.add(
                level,
                "login",
                format!(
                    "{}: good for {} days, until {}",
                    one.name,
                    life.days_left,
                    life.ends_at.strftime("%-d %b %Y")
                ),
            );
        }
        match engine.test_connection(one.id).await {
            Ok(report) => match report
                .checks
                .iter()
                .find(|check| check.state == CheckState::Failed)
            {
                None => found.add(
                    Level::Ok,
                    "ion",
                    format!("{}: account {} can be read", one.name, one.account_id),
                ),
                Some(check) => found.add(
                    Level::Fail,
                    "ion",
                    format!("{}: {}. {}", one.name, check.title, check.detail),
                ),
            },
            Err(error) => found.add(Level::Fail, "ion", format!("{}: {error}", one.name)),
        }
    }
}
