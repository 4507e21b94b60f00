//! What the engine says, as faults; and its work in a task of its own where a browser that goes away must not cut it.

use domain::connection::CredentialField;
use engine::catalog::{DecideError, RequestError};
use engine::connection::{Check, CheckReport, ConnectionError, SaveError};
use engine::customers::{EditError, FileError, MappingError, SyncError};
use engine::orders::OrderError;
use http::StatusCode;
use tracing::Instrument as _;

use crate::fault::{Fault, FieldFault, chain, sentence};

/// A report of checks of which one failed.
pub(crate) fn refused(report: &CheckReport) -> Fault {
    let fields: Vec<FieldFault> = report
        .failures()
        .map(|check| FieldFault {
            field: match check.field {
                CredentialField::None => "connection".to_owned(),
                field => field.to_string(),
            },
            message: words(check),
        })
        .collect();
    Fault {
        code: "credentials_refused",
        title: "The credentials do not pass every check".to_owned(),
        ..Fault::invalid(fields)
    }
}

/// What a check says, in one text.
pub(crate) fn words(check: &Check) -> String {
    if check.detail.is_empty() {
        check.title.clone()
    } else {
        check.detail.clone()
    }
}

impl From<ConnectionError> for Fault {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::NotFound => Self::not_found("connection"),
            ConnectionError::Unusable(why) => Self::conflict("unusable", sentence(&why)),
            ConnectionError::Store(error) => error.into(),
            ConnectionError::Config(error) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not_allowed_host",
                "The configuration does not allow this address",
                sentence(&error.to_string()),
            ),
            other @ (ConnectionError::Keeper(_) | ConnectionError::Journal(_)) => {
                Self::internal(&other)
            }
        }
    }
}

impl From<SaveError> for Fault {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Refused(report) => refused(&report),
            SaveError::Connection(error) => error.into(),
            SaveError::AlreadyConnected { .. } => {
                Self::conflict("already_connected", sentence(&error.to_string()))
            }
            SaveError::OtherAccount { .. } => Self {
                code: "other_account",
                ..Self::field("account_id", sentence(&error.to_string()))
            },
        }
    }
}

impl From<RequestError> for Fault {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NoConnection => Self::not_found("connection"),
            RequestError::NoLogin(_) => Self::conflict("unusable", sentence(&error.to_string())),
            RequestError::Store(error) => error.into(),
        }
    }
}

impl From<DecideError> for Fault {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Settled => Self::conflict("settled", sentence(&error.to_string())),
            DecideError::Refused(why) => Self::conflict("refused", sentence(&why)),
            DecideError::Store(error) => error.into(),
        }
    }
}

impl From<EditError> for Fault {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Gone => Self::not_found("customer"),
            EditError::Moved { .. } => Self::changed_meanwhile(),
            EditError::Invalid(problems) => Self::invalid(
                problems
                    .into_iter()
                    .map(|problem| FieldFault {
                        field: problem.field,
                        message: sentence(&problem.message),
                    })
                    .collect(),
            ),
            EditError::Refused(why) => Self::conflict("refused", sentence(&why)),
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<MappingError> for Fault {
    fn from(error: MappingError) -> Self {
        let words = sentence(&error.to_string());
        match error {
            MappingError::NoCustomer => Self::not_found("customer"),
            MappingError::NoConnection => Self::not_found("connection"),
            MappingError::NotInIon => Self::conflict("not_in_ion", words),
            MappingError::Linked(_) => Self::conflict("linked", words),
            MappingError::NotLinked => Self::conflict("not_linked", words),
            MappingError::Refused(_) => Self::conflict("refused", words),
            MappingError::Moved => Self::conflict("moved", words),
            MappingError::Store(error) => error.into(),
        }
    }
}

impl From<SyncError> for Fault {
    fn from(error: SyncError) -> Self {
        let words = sentence(&error.to_string());
        match error {
            SyncError::NoConnection => Self::not_found("connection"),
            SyncError::NoPlan => Self::not_found("plan"),
            SyncError::Missing(what) => Self::not_found(what),
            SyncError::NoLogin(_) => Self::conflict("unusable", words),
            SyncError::PlanSettled => Self::conflict("settled", words),
            SyncError::Taken => Self::conflict("running", words),
            SyncError::Login(error) => error.into(),
            SyncError::Store(error) => error.into(),
        }
    }
}

impl From<OrderError> for Fault {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Gone => Self::not_found("order, subscription or rule"),
            OrderError::Moved { .. } => Self::changed_meanwhile(),
            OrderError::Invalid(problems) => Self::invalid(
                problems
                    .into_iter()
                    .map(|problem| FieldFault {
                        field: problem.path.trim_start_matches('/').replace('/', "."),
                        message: sentence(&problem.message),
                    })
                    .collect(),
            ),
            OrderError::Refused(why) => Self::conflict("refused", sentence(&why)),
            OrderError::NoConnection => Self::not_found("connection"),
            OrderError::Login(error) => error.into(),
            OrderError::Store(error) => error.into(),
        }
    }
}

impl From<FileError> for Fault {
    fn from(error: FileError) -> Self {
        let words = sentence(&error.to_string());
        match error {
            FileError::NoFile => Self::not_found("file"),
            FileError::Settled => Self::conflict("settled", words),
            FileError::Store(error) => error.into(),
            FileError::TooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The file is too large",
                words,
            ),
            FileError::TooManyRows
            | FileError::Empty
            | FileError::Spreadsheet
            | FileError::NotText
            | FileError::NoColumns(_)
            | FileError::Csv(_)
            | FileError::Json { .. } => Self {
                code: "unreadable_file",
                title: "The file cannot be read".to_owned(),
                ..Self::field("file", words)
            },
        }
    }
}

/// Words of an error that a person caused and can mend, with what lies behind it.
pub(crate) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    sentence(&chain(error))
}

/// Runs to its end, whatever becomes of the request.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Fault> {
    tokio::spawn(work.in_current_span())
        .await
        .map_err(|error| Fault::internal(&error))
}
