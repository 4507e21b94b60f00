//! What can go wrong with the database, by meaning.

use sea_orm::{DbErr, RuntimeErr};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the database for too long.
    #[error("the database is locked by another process; stop it, or wait until it is done")]
    Locked(#[source] DbErr),
    /// No room is left.
    #[error("the disk of the database is full; make room, it goes on by itself")]
    Full(#[source] DbErr),
    /// The database may not be written.
    #[error("the database is read-only; give the user of this process the right to write it")]
    ReadOnly(#[source] DbErr),
    /// The database is not there, or went away.
    #[error("the database cannot be reached; check its address and that it runs")]
    Gone(#[source] DbErr),
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
    #[error("the database is of a newer version of Ionbridge (schema {found}, this one knows {known}); start that version, or restore a backup")]
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
            DbErr::Conn(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner.clone(),
            DbErr::ConnectionAcquire(_) => return Self::Gone(error),
            _ => return Self::Database(error),
        };
        match &*inner {
            sqlx::Error::Database(database) => {
                if database.is_unique_violation() {
                    return Self::Conflict { constraint: database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned) };
                }
                match database.code().as_deref() {
                    Some("5" | "6" | "261" | "262" | "517" | "55P03") => Self::Locked(error),
                    Some("13" | "53100") => Self::Full(error),
                    Some("8" | "264" | "520" | "776" | "1032" | "1544" | "25006") => Self::ReadOnly(error),
                    Some("14" | "57P01" | "57P02" | "57P03" | "3D000") => Self::Gone(error),
                    _ => Self::Database(error),
                }
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => Self::Gone(error),
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        DbErr::Exec(RuntimeErr::SqlxError(error.into())).into()
    }
}
