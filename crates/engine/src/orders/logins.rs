//! First log-ins that a vendor made: sealed at first sight, shown once, to who placed the order.

use domain::OrderId;
use secrecy::SecretString;
use store::audit::Actor;

use super::error::OrderError;
use crate::Engine;

/// A first log-in.
#[derive(Debug)]
pub struct Login {
    /// Its user.
    pub user_name: SecretString,
    /// Its password.
    pub password: SecretString,
}

impl Engine {
    /// Gives the first log-in of a line, to who placed the order alone, and forgets it. Nothing where there is none (any more).
    pub async fn take_login(
        &self,
        id: OrderId,
        line: u32,
        actor: &Actor,
    ) -> Result<Option<Login>, OrderError> {
        let _ = (id, line, actor);
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }

    /// Forgets the first log-in of a line without showing it.
    pub async fn forget_login(
        &self,
        id: OrderId,
        line: u32,
        actor: &Actor,
    ) -> Result<(), OrderError> {
        let _ = (id, line, actor);
        Err(OrderError::Refused("This is not built yet.".to_owned()))
    }
}
