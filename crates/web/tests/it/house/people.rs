//! People and programs who are known to a house, and what they are known by.

use std::sync::OnceLock;
use std::time::Duration;

use domain::access::Role;
use domain::{ApiTokenId, Clock as _, IdGen as _, SeededIds, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use store::sessions::{self, SessionRow};
use store::users::{self, ApiTokenRow, UserRow};

use super::browser::{Browser, CSRF};
use super::{House, Program};

/// Password of every person.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| web::auth::password::hash(&SecretString::from(PASSWORD)).unwrap())
}

impl House {
    /// What the link of the first start proves itself by; nothing where there is an admin.
    pub(crate) async fn setup_secret(&self) -> Option<String> {
        let link = web::auth::setup::new_link(&self.store, &*self.clock).await;
        let link = link.unwrap()?;
        let secret = link.expose_secret().strip_prefix("/setup#").unwrap();
        Some(secret.to_owned())
    }

    /// Adds a person.
    pub(crate) async fn person(&self, email: &str, role: Role) -> UserId {
        let id = UserId::new(&*self.ids);
        let row = UserRow {
            id,
            email: email.to_owned(),
            name: "Sam Sample".to_owned(),
            role,
            password_hash: password_hash().to_owned(),
            disabled: false,
            created_at: self.clock.now(),
            seen_at: None,
        };
        let tx = self.store.begin().await.unwrap();
        users::insert(&tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A browser in which a person is logged in, with a session that was changed by `edit`.
    pub(crate) async fn browser_of(
        &self,
        user: UserId,
        edit: impl FnOnce(&mut SessionRow),
    ) -> Browser<'_> {
        let id = web_ids(&self.ids);
        let now = self.clock.now();
        let mut row = SessionRow {
            id_hash: Sha256::digest(id.as_bytes()).to_vec(),
            user,
            csrf: CSRF.to_owned(),
            seen_at: now,
            expires_at: now + Duration::from_hours(7 * 24),
            confirmed_at: now,
        };
        edit(&mut row);
        let tx = self.store.begin().await.unwrap();
        sessions::insert(&tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        Browser {
            house: self,
            cookie: Some(format!("{}={id}", self.cookie_name())),
        }
    }

    /// A browser in which somebody of this role is logged in.
    pub(crate) async fn browser(&self, role: Role) -> Browser<'_> {
        let user = self
            .person(
                &format!("{role}-{}@reseller.example", web_ids(&self.ids)),
                role,
            )
            .await;
        self.browser_of(user, |_| ()).await
    }

    /// A browser in which nobody is logged in.
    pub(crate) fn stranger(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookie: None,
        }
    }

    /// A program with a token of this role, changed by `edit`.
    pub(crate) async fn program_of(
        &self,
        role: Role,
        edit: impl FnOnce(&mut ApiTokenRow),
    ) -> Program<'_> {
        let secret = format!("ib_{}", web_ids(&self.ids));
        let mut row = ApiTokenRow {
            id: ApiTokenId::new(&*self.ids),
            name: format!("{role} program"),
            prefix: "ib_test".to_owned(),
            role,
            created_by: "admin@reseller.example".to_owned(),
            created_at: self.clock.now(),
            used_at: None,
            expires_at: None,
            revoked_at: None,
        };
        edit(&mut row);
        let tx = self.store.begin().await.unwrap();
        users::insert_api_token(&tx, &row, &Sha256::digest(secret.as_bytes()))
            .await
            .unwrap();
        if let Some(at) = row.revoked_at {
            users::revoke_api_token(&tx, row.id, at).await.unwrap();
        }
        tx.commit().await.unwrap();
        Program {
            house: self,
            secret,
        }
    }

    pub(crate) async fn program(&self, role: Role) -> Program<'_> {
        self.program_of(role, |_| ()).await
    }
}

fn web_ids(ids: &SeededIds) -> String {
    ids.uuid().to_string()
}
