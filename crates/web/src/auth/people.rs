//! People of the team: adding them, changing what they may do, their passwords. Each change with its entry in the audit log.

use domain::UserId;
use domain::access::Role;
use secrecy::SecretString;
use store::users::{self, UserRow};
use store::{StoreError, Tx, audit};

use crate::app::App;
use crate::auth::Caller;
use crate::auth::password::{LONGEST, PasswordError, SHORTEST};
use crate::fault::{Fault, FieldFault};

/// A person to add.
#[derive(Debug)]
pub(crate) struct NewPerson {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) password: SecretString,
}

impl NewPerson {
    /// A row to insert; the password is hashed on the way, outside of any transaction.
    pub(crate) async fn into_row(self, app: &App) -> Result<UserRow, Fault> {
        let mut faults = Vec::new();
        let name = self.name.trim().to_owned();
        let email = self.email.trim().to_lowercase();
        if name.is_empty() || name.chars().count() > 200 {
            faults.push(fault("name", "Give a name of up to 200 characters."));
        }
        if !is_email(&email) {
            faults.push(fault(
                "email",
                "Give an e-mail address, such as sam@reseller.example.",
            ));
        }
        let hash = hash_password(app, self.password).await;
        let hash = match hash {
            Ok(hash) => hash,
            Err(fault) if !fault.fields.is_empty() => {
                faults.extend(fault.fields);
                String::new()
            }
            Err(other) => return Err(other),
        };
        if !faults.is_empty() {
            return Err(Fault::invalid(faults));
        }
        Ok(UserRow {
            id: UserId::new(app.engine().ids()),
            email,
            name,
            role: self.role,
            password_hash: hash,
            disabled: false,
            created_at: app.now(),
            seen_at: None,
        })
    }
}

fn fault(field: &str, message: &str) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

/// An address with one `@`, something before it and a host after it. Whether it receives mail is not known here.
pub(crate) fn is_email(text: &str) -> bool {
    #[derive(garde::Validate)]
    struct Address<'a>(#[garde(email, length(max = 254))] &'a str);
    garde::Validate::validate(&Address(text)).is_ok()
}

/// Hashes a password in the bounded queue; what is wrong with it names the field `password`.
pub(crate) async fn hash_password(app: &App, password: SecretString) -> Result<String, Fault> {
    match app.passwords().hash(password).await? {
        Ok(hash) => Ok(hash),
        Err(PasswordError::Length) => Err(Fault::field(
            "password",
            format!("Use {SHORTEST} to {LONGEST} characters; several words make a good one."),
        )),
        Err(error @ PasswordError::Hash(_)) => Err(Fault::internal(&error)),
    }
}

/// Inserts a person.
pub(crate) async fn add(app: &App, tx: &Tx, caller: &Caller, row: &UserRow) -> Result<(), Fault> {
    match users::insert(tx, row).await {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => {
            return Err(Fault::field(
                "email",
                "Somebody with this e-mail address is there already.",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    let clock = &**app.engine().clock();
    audit::append(
        tx,
        clock,
        &caller.actor(),
        "user.create",
        &row.email,
        &format!("role {}", row.role),
    )
    .await?;
    Ok(())
}

/// Changes role and whether a person may log in. One admin always stays; one's own access stays as it is.
pub(crate) async fn set_access(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    id: UserId,
    role: Role,
    disabled: bool,
) -> Result<UserRow, Fault> {
    users::begin_change(tx).await?;
    let before = users::find(tx, id)
        .await?
        .ok_or_else(|| Fault::not_found("person"))?;
    if let Ok((person, _)) = caller.as_person()
        && person.id == id
        && (disabled || role != before.role)
    {
        return Err(Fault::conflict(
            "own_access",
            "Nobody changes their own access. Another admin can.",
        ));
    }
    if before.role == role && before.disabled == disabled {
        return Ok(before);
    }
    if !users::set_access(tx, id, role, disabled).await? {
        return Err(Fault::conflict(
            "last_admin",
            "This is the last admin who can log in. Make another one first.",
        ));
    }
    let state =
        |role: Role, disabled: bool| format!("{role}{}", if disabled { ", disabled" } else { "" });
    let detail = format!(
        "{} -> {}",
        state(before.role, before.disabled),
        state(role, disabled)
    );
    audit::append(
        tx,
        &**app.engine().clock(),
        &caller.actor(),
        "user.access",
        &before.email,
        &detail,
    )
    .await?;
    Ok(UserRow {
        role,
        disabled,
        ..before
    })
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        assert!(is_email("sam.sample@reseller.example"));
        for bad in [
            "",
            "sam",
            "sam@",
            "@reseller.example",
            "sam sample@reseller.example",
            "a@b\r\nBcc: x@y.example",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
