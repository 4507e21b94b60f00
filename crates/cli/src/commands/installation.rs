//! `ionbridge key`, `ionbridge audit`.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use serde_json::json;
use store::audit::{self, Actor, Chain};
use store::seal::{MasterKey, Sealer};

use super::Host;
use crate::args::{AuditCommand, KeyCommand};
use crate::output::{Exit, Output};

pub(super) async fn key(command: KeyCommand, host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    let KeyCommand::Rotate = command;
    let engine = host.engine().await?;
    let path = host.key_path();
    let rotated = MasterKey::from_file(&path)?.rotated();
    // First the file with both keys, so that whatever is sealed opens at every instant; then the secrets.
    let beside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .with_context(|| format!("{} cannot be written", beside.display()))?;
    file.write_all(rotated.as_text().expose_secret().as_bytes())
        .and_then(|()| file.sync_all())?;
    std::fs::rename(&beside, &path)
        .with_context(|| format!("{} cannot be replaced", path.display()))?;
    let sealer = Sealer::new(&rotated);
    let tx = engine.store().begin().await?;
    let count = engine.reseal_secrets(&tx, &sealer).await?;
    audit::append(
        &tx,
        &**engine.clock(),
        &Actor::cli(),
        "key.rotate",
        &sealer.key_id(),
        "",
    )
    .await?;
    tx.commit().await?;
    out.answer(&json!({"key": sealer.key_id(), "sealed": count}), |out| {
        out.line(&format!("{count} secrets are sealed with the new key {}. The old key stays in {} for older backups. Restart the servers.", sealer.key_id(), path.display()));
    });
    Ok(Exit::Done)
}

pub(super) async fn audit(
    command: AuditCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let AuditCommand::Verify = command;
    let engine = host.engine().await?;
    Ok(match audit::verify(engine.store().read()).await? {
        Chain::Whole(entries) => {
            out.answer(&json!({"whole": true, "entries": entries}), |out| {
                out.line(&format!("All {entries} entries are there and unchanged."))
            });
            Exit::Done
        }
        Chain::Broken(at) => {
            out.answer(&json!({"whole": false, "broken_at": at}), |out| out.line(&format!("Entry {at} was changed or removed, or one before it. Compare with an export or a backup.")));
            Exit::Failed
        }
    })
}
