//! What can go wrong with the database, by meaning.

use std::io::ErrorKind;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::sqlite::SqliteError;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is none of a database that we know. It is not shown: it may hold a password.
    #[error(
        "the address of the database is neither sqlite:PATH nor postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Address,
    /// Others hold the database for too long.
    #[error(
        "the database is held by something else for too long; try again, and look for a process that does not end"
    )]
    Locked(#[source] DbErr),
    /// No room is left.
    #[error("the disk of the database is full; make room, it goes on by itself")]
    Full(#[source] DbErr),
    /// The database may not be written.
    #[error("the database is read-only; give the user of this process the right to write it")]
    ReadOnly(#[source] DbErr),
    /// The database is not there, or went away.
    #[error("the database cannot be reached, or is too busy; check its address and that it runs")]
    Gone(#[source] DbErr),
    /// The server does not let us in.
    #[error("the database refuses the log-in; check user, password and the name of the database")]
    Login(#[source] DbErr),
    /// The user may not do this.
    #[error(
        "the user of this process has no right to do this with the database; give it the right, or name another user"
    )]
    NotAllowed(#[source] DbErr),
    /// The disk did not read or write.
    #[error("the disk of the database fails; check the disk and its file system")]
    Disk(#[source] DbErr),
    /// The file is not what it was.
    #[error("the database is damaged; stop Ionbridge and restore a backup")]
    Damaged(#[source] DbErr),
    /// A rule of the database was broken: mostly a value that must be unique.
    #[error("the database refuses a value that it has already ({constraint})")]
    Conflict {
        /// Name of the rule, or the columns.
        constraint: String,
    },
    /// A stored value is none that this version knows.
    #[error("{table}.{column} holds a value that this version does not know: {value}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// The value, or what was wrong.
        value: String,
    },
    /// The database was written by a newer version.
    #[error(
        "the database is of a newer version of Ionbridge (schema {found}, this one knows {known}); start that version, or restore a backup"
    )]
    NewerSchema {
        /// Version found.
        found: i64,
        /// Version that this binary knows.
        known: i64,
    },
    /// A sealed value does not open.
    #[error("a sealed value does not open")]
    Sealed(#[source] crate::seal::SealError),
    /// Something is missing that must be there.
    #[error("{0} was not found")]
    Missing(&'static str),
    /// Any other error of the database.
    #[error("the database failed")]
    Database(#[source] DbErr),
}

impl From<crate::seal::SealError> for StoreError {
    fn from(error: crate::seal::SealError) -> Self {
        Self::Sealed(error)
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let inner = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner.clone(),
            DbErr::ConnectionAcquire(_) => return Self::Gone(error),
            _ => return Self::Database(error),
        };
        match &*inner {
            sqlx::Error::Database(database) => {
                if database.is_unique_violation() {
                    return Self::Conflict {
                        constraint: database
                            .constraint()
                            .map_or_else(|| database.message().to_owned(), str::to_owned),
                    };
                }
                let code = database.code().unwrap_or_default();
                if database.try_downcast_ref::<SqliteError>().is_some() {
                    // The lower byte is the kind, the rest says where it happened (sqlite.org/rescode.html).
                    return match code.parse::<u32>().map(|code| code & 0xff) {
                        Ok(5 | 6) => Self::Locked(error),
                        Ok(8) => Self::ReadOnly(error),
                        Ok(10) => Self::Disk(error),
                        Ok(11 | 26) => Self::Damaged(error),
                        Ok(13) => Self::Full(error),
                        Ok(14) => Self::Gone(error),
                        _ => Self::Database(error),
                    };
                }
                match &*code {
                    // Not available, deadlock, serialization, cancelled by a time-out.
                    "55P03" | "40P01" | "40001" | "57014" => Self::Locked(error),
                    "53100" => Self::Full(error),
                    "25006" => Self::ReadOnly(error),
                    "58030" => Self::Disk(error),
                    "XX001" | "XX002" => Self::Damaged(error),
                    "28000" | "28P01" | "3D000" => Self::Login(error),
                    "42501" => Self::NotAllowed(error),
                    // Too many connections, shutting down, starting up.
                    "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Self::Gone(error),
                    class if class.starts_with("08") => Self::Gone(error),
                    _ => Self::Database(error),
                }
            }
            sqlx::Error::Io(io) if io.kind() == ErrorKind::PermissionDenied => {
                Self::NotAllowed(error)
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_) => Self::Gone(error),
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        DbErr::Exec(RuntimeErr::SqlxError(error.into())).into()
    }
}
