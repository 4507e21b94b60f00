//! `ionbridge backup` and `ionbridge restore`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use engine::connection::RestoredConnection;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use store::audit::{self, Actor};
use store::backup::{backup, check, fetch, replace};
use store::{SchemaState, Store, StoreSettings};

use super::Host;
use crate::args::RestoreArgs;
use crate::output::{Exit, Output};

pub(super) async fn write(file: &Path, host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    let store = host.store().await?;
    if store.schema_state().await? != SchemaState::Current {
        bail!(
            "there is nothing to back up yet, or it is of another version; see: ionbridge db status"
        );
    }
    let bytes = backup(&store, file).await?;
    let key = host.key_path();
    out.answer(&json!({"file": file, "bytes": bytes, "key_included": false, "key": key}), |out| {
        out.line(&format!("{} was written and checked ({} KiB).", file.display(), bytes / 1024));
        out.line(&format!("The key is not in it: without {} its secrets cannot be read. Keep a copy of the key in another place.", key.display()));
    });
    Ok(Exit::Done)
}

pub(super) async fn restore(
    args: RestoreArgs,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let _lock = host.lock()?;
    check(&args.file)
        .await
        .with_context(|| format!("{} is no backup that can be used", args.file.display()))?;
    let url = host.database();
    let (kept, restored) = match url.expose_secret().strip_prefix("sqlite:") {
        Some(path) => {
            restore_file(
                &args,
                Path::new(path.strip_prefix("//").unwrap_or(path)),
                host,
            )
            .await?
        }
        None => (None, restore_into_server(&args, host).await?),
    };
    let list: Vec<_> = restored.iter().map(value).collect();
    out.answer(
        &json!({"restored": args.file, "replaced": kept, "connections": list}),
        |out| {
            out.line(&format!("{} was restored.", args.file.display()));
            if let Some(kept) = &kept {
                out.line(&format!(
                    "The database that was there is kept as {}; delete it when all is well.",
                    kept.display()
                ));
            }
            for one in &restored {
                out.line(&format!("\"{}\": {}", one.name, words(one)));
            }
            out.line("Start the server with: ionbridge serve");
        },
    );
    let awaiting = restored
        .iter()
        .any(|one| one.in_doubt && one.status == domain::connection::ConnectionStatus::Unclear);
    Ok(if awaiting { Exit::Awaiting } else { Exit::Done })
}

/// Prepares the file beside the database, makes its tokens safe there, and only then puts it in place.
async fn restore_file(
    args: &RestoreArgs,
    database: &Path,
    host: &dyn Host,
) -> anyhow::Result<(Option<PathBuf>, Vec<RestoredConnection>)> {
    if database.exists() {
        let old = open(&format!("sqlite:{}", database.display())).await;
        // Closed at once, so that its log is folded into it. One that cannot be read is what a restore is for.
        let used = match &old {
            Ok(old) => {
                let used = !matches!(old.schema_state().await, Ok(SchemaState::Empty));
                old.close().await;
                used
            }
            Err(_) => true,
        };
        if used && !args.force {
            bail!(
                "there is a database already: {}. To put the backup in its place, say --force; the old one is kept beside it",
                database.display()
            );
        }
    }
    let mut prepared = database.as_os_str().to_owned();
    prepared.push(".restoring");
    let prepared = PathBuf::from(prepared);
    fetch(&args.file, &prepared)?;
    let store = open(&format!("sqlite:{}", prepared.display())).await?;
    let restored = match make_safe(args, &store, host, true).await {
        Ok(restored) => restored,
        Err(error) => {
            store.close().await;
            drop(std::fs::remove_file(&prepared));
            return Err(error);
        }
    };
    store.close().await;
    Ok((replace(&prepared, database)?, restored))
}

/// A backup goes into an empty PostgreSQL database row by row.
async fn restore_into_server(
    args: &RestoreArgs,
    host: &dyn Host,
) -> anyhow::Result<Vec<RestoredConnection>> {
    let folder = host.data_dir();
    let prepared = folder.join("restoring.db");
    fetch(&args.file, &prepared)?;
    let from = open(&format!("sqlite:{}", prepared.display())).await?;
    let done = async {
        let restored = make_safe(args, &from, host, false).await?;
        let to = host.store().await?;
        store::copy::copy(&from, &to, |_, _| ()).await?;
        to.close().await;
        anyhow::Ok(restored)
    }
    .await;
    from.close().await;
    drop(std::fs::remove_file(&prepared));
    done
}

async fn make_safe(
    args: &RestoreArgs,
    store: &Store,
    host: &dyn Host,
    alone: bool,
) -> anyhow::Result<Vec<RestoredConnection>> {
    store.migrate().await?;
    let engine = host.engine_on(store.clone()).await?;
    let restored = engine
        .doubt_restored(alone)
        .await
        .context("the logins of the backup cannot be made safe")?;
    engine
        .doubt_restored_orders()
        .await
        .context("the orders of the backup cannot be made safe")?;
    let tx = store.begin().await?;
    audit::append(
        &tx,
        &**engine.clock(),
        &Actor::cli(),
        "restore",
        &args.file.display().to_string(),
        "",
    )
    .await?;
    tx.commit().await?;
    Ok(restored)
}

async fn open(url: &str) -> Result<Store, store::StoreError> {
    Store::open(&StoreSettings {
        url: url.to_owned().into(),
        max_connections: 2,
    })
    .await
}

fn value(one: &RestoredConnection) -> Value {
    json!({"connection": one.id, "name": one.name, "status": one.status, "in_doubt": one.in_doubt})
}

fn words(one: &RestoredConnection) -> &'static str {
    use domain::connection::ConnectionStatus::{Active, NeedsNewCredentials, Unclear};
    match one.status {
        Unclear if one.in_doubt => {
            "its single-use token may have been used after the backup. It works on its access token while that lives, and then needs new credentials: have them at hand"
        }
        Active => "its login is the newest that the token journal knows, and goes on",
        NeedsNewCredentials => "needs new credentials",
        _ => "as it was",
    }
}
