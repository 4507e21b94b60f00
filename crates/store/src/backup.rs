//! A backup is one SQLite file, whatever the database is. The key is never in it: without the key, its secrets open to nobody.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait as _;

use crate::copy::{CopyError, copy};
use crate::sql::row;
use crate::{Backend, Store, StoreError, StoreSettings};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file, or its folder.
    #[error("{} cannot be {what}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A PostgreSQL database was to be copied into the file.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is damaged.
    #[error("{} is damaged: {finding}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        finding: String,
    },
}

/// Writes a backup while servers run: one state of the database, in a file that only its owner can read. Gives its size in bytes.
///
/// The file is there whole, checked and on disk, or not at all.
pub async fn backup(store: &Store, file: &Path) -> Result<u64, BackupError> {
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { what, path, source }
    };
    if file.exists() {
        return Err(failed("written", file)(io::ErrorKind::AlreadyExists.into()));
    }
    let part = beside(file, ".part");
    drop(std::fs::remove_file(&part));
    // Made here, so that nobody else can read it for a moment.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .map_err(failed("written", &part))?;
    let written = write(store, &part).await;
    let written = match written {
        Ok(()) => check(&part).await,
        Err(error) => Err(error),
    };
    if let Err(error) = written {
        drop(std::fs::remove_file(&part));
        return Err(error);
    }
    let size = File::open(&part)
        .and_then(|open| open.sync_all().and_then(|()| open.metadata()))
        .map_err(failed("written", &part))?
        .len();
    // A link and not a rename: a file that came there meanwhile is never replaced.
    std::fs::hard_link(&part, file).map_err(failed("written", file))?;
    drop(std::fs::remove_file(&part));
    sync_folder(file).map_err(failed("made durable", file))?;
    Ok(size)
}

async fn write(store: &Store, part: &Path) -> Result<(), BackupError> {
    match store.backend() {
        Backend::Sqlite => {
            let path = part.display().to_string().replace('\'', "''");
            store
                .read()
                .execute_unprepared(&format!("VACUUM INTO '{path}'"))
                .await
                .map_err(StoreError::from)?;
        }
        Backend::Postgres => {
            let file = open(part).await?;
            let copied = copy(store, &file, |_, _| ()).await;
            file.close().await;
            copied?;
        }
    }
    Ok(())
}

/// Reads every page of an SQLite file, and its rules.
pub async fn check(file: &Path) -> Result<(), BackupError> {
    let store = open(file).await?;
    let found = row(store.read(), "PRAGMA integrity_check(1)", vec![]).await;
    store.close().await;
    let finding = match found?
        .map(|row| row.get::<String>("integrity_check"))
        .transpose()?
    {
        Some(finding) => finding,
        None => "nothing can be read".to_owned(),
    };
    if finding == "ok" {
        Ok(())
    } else {
        Err(BackupError::Damaged {
            path: file.to_owned(),
            finding,
        })
    }
}

/// Copies a backup to the place of a database that does not run, durably. Opened and mended there, it is put in place by [`replace`].
pub fn fetch(backup: &Path, place: &Path) -> Result<(), BackupError> {
    for end in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(beside(place, end)));
    }
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { what, path, source }
    };
    let mut from = File::open(backup).map_err(failed("read", backup))?;
    let mut to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(place)
        .map_err(failed("written", place))?;
    io::copy(&mut from, &mut to)
        .and_then(|_| to.sync_all())
        .map_err(failed("written", place))
}

/// Puts `prepared` in the place of `database`, at once: whoever looks finds the one or the other. Nobody may have either open.
///
/// Gives where the old database was kept.
pub fn replace(prepared: &Path, database: &Path) -> Result<Option<PathBuf>, BackupError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File {
            what: "put in place",
            path,
            source,
        }
    };
    let mut kept = None;
    if database.exists() {
        let free = (1..10_000)
            .map(|number| beside(database, &format!(".replaced-{number}")))
            .find(|path| !path.exists());
        let aside = free.unwrap_or_else(|| beside(database, ".replaced"));
        std::fs::hard_link(database, &aside).map_err(failed(&aside))?;
        for end in ["-wal", "-shm"] {
            let log = beside(database, end);
            if log.exists() {
                std::fs::rename(&log, beside(&aside, end)).map_err(failed(&log))?;
            }
        }
        kept = Some(aside);
    }
    std::fs::rename(prepared, database)
        .and_then(|()| sync_folder(database))
        .map_err(failed(database))?;
    Ok(kept)
}

async fn open(file: &Path) -> Result<Store, StoreError> {
    Store::open(&StoreSettings {
        url: format!("sqlite:{}", file.display()).into(),
        max_connections: 2,
    })
    .await
}

/// The path with something at its end.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
