//! A new key: what is stored under the old one is sealed anew.

use secrecy::SecretString;
use store::orders::{self, SealedLogin};
use store::seal::{Place, SealError, Sealer};
use store::{StoreError, Tx, customers, tokens};

use crate::Engine;
use crate::customers::password_place as write_place;
use crate::orders::{login_place, password_place, user_place};

impl Engine {
    /// Seals every stored secret anew: tokens, first log-ins of orders, first passwords of customers. Gives how many there were.
    ///
    /// `sealer` opens what the old key sealed and seals with the new one. A first log-in that opens with neither stays as it is: the right key
    /// may come back. What a person pasted and did not save is not among them: it is pasted again.
    pub async fn reseal_secrets(&self, tx: &Tx, sealer: &Sealer) -> Result<u64, StoreError> {
        let mut done = tokens::reseal(tx, sealer).await?;
        for (order, login) in orders::list_all_logins(tx).await? {
            let row = login_place(order, login.line);
            let user_name = again(sealer, user_place(&row), &login.user_name);
            let password = again(sealer, password_place(&row), &login.password);
            let (Ok(user_name), Ok(password)) = (user_name, password) else {
                tracing::warn!(order = %order, line = login.line, "a first log-in opens with no key that is known, and stays as it is");
                continue;
            };
            let login = SealedLogin {
                user_name,
                password,
                ..login
            };
            done += u64::from(orders::reseal_login(tx, order, &login).await?);
        }
        for (write, sealed) in customers::list_write_passwords(tx).await? {
            match again(sealer, write_place(&write.to_string()), &sealed) {
                Ok(sealed) => {
                    customers::set_write_password(tx, write, &sealed).await?;
                    done += 1;
                }
                Err(error) => {
                    tracing::warn!(write = %write, error = %error, "a first password opens with no key that is known, and stays as it is");
                }
            }
        }
        Ok(done)
    }
}

fn again(sealer: &Sealer, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let secret: SecretString = sealer.open(place, sealed)?;
    sealer.seal(place, &secret)
}
