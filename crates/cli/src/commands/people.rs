//! `ionbridge user` and `ionbridge token`.

use anyhow::{Context as _, bail};
use domain::access::Role;
use domain::{ApiTokenId, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use store::StoreError;
use store::audit::{self, Actor};
use store::users::{self, ApiTokenRow, UserRow};

use super::Host;
use crate::args::{TokenCommand, UserCommand};
use crate::output::{Exit, Output};

pub(super) async fn user(
    command: UserCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    match command {
        UserCommand::Add {
            email,
            name,
            admin,
            role,
            password_file,
        } => {
            let role = if admin {
                Role::Admin
            } else {
                parse_role(&role)?
            };
            if !email.contains('@') {
                bail!("{email:?} is no e-mail address");
            }
            let password: SecretString = match password_file {
                Some(path) => std::fs::read_to_string(&path)
                    .with_context(|| {
                        format!("the password file {} cannot be read", path.display())
                    })?
                    .trim()
                    .to_owned()
                    .into(),
                None => rpassword::prompt_password("Password: ")
                    .context("no password can be asked for here; name a file with --password-file")?
                    .into(),
            };
            let password_hash = host.hash_password(&password)?;
            let name = if name.is_empty() {
                email.split('@').next().unwrap_or_default().to_owned()
            } else {
                name
            };
            let row = UserRow {
                id: UserId::new(engine.ids()),
                email: email.to_lowercase(),
                name,
                role,
                password_hash,
                disabled: false,
                created_at: engine.clock().now(),
                seen_at: None,
            };
            let tx = engine.store().begin().await?;
            match users::insert(&tx, &row).await {
                Err(StoreError::Conflict { .. }) => bail!("{} exists already", row.email),
                other => other?,
            }
            audit::append(
                &tx,
                &**engine.clock(),
                &Actor::cli(),
                "user.add",
                &row.email,
                row.role.as_str(),
            )
            .await?;
            tx.commit().await?;
            out.answer(
                &json!({"id": row.id, "email": row.email, "role": row.role}),
                |out| {
                    out.line(&format!(
                        "{} may log in as {} at {}",
                        row.email,
                        row.role,
                        host.public_url()
                    ))
                },
            );
        }
        UserCommand::List => {
            let all = users::list(engine.store().read()).await?;
            out.answer(&all.iter().map(|one| json!({"id": one.id, "email": one.email, "name": one.name, "role": one.role, "disabled": one.disabled})).collect(), |out| {
                out.table(&["e-mail", "name", "role", "state"], all.iter().map(|one| vec![one.email.clone(), one.name.clone(), one.role.to_string(), if one.disabled { "disabled" } else { "active" }.to_owned()]).collect());
            });
        }
    }
    Ok(Exit::Done)
}

pub(super) async fn token(
    command: TokenCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let TokenCommand::Create { name, role } = command;
    let engine = host.engine().await?;
    let (secret, prefix, hash) = host.new_api_token();
    let row = ApiTokenRow {
        id: ApiTokenId::new(engine.ids()),
        name: name.clone(),
        prefix,
        role: parse_role(&role)?,
        created_by: Actor::cli().name,
        created_at: engine.clock().now(),
        used_at: None,
        expires_at: None,
        revoked_at: None,
    };
    let tx = engine.store().begin().await?;
    users::insert_api_token(&tx, &row, &hash).await?;
    audit::append(
        &tx,
        &**engine.clock(),
        &Actor::cli(),
        "api_token.create",
        &name,
        row.role.as_str(),
    )
    .await?;
    tx.commit().await?;
    let text = secret.expose_secret();
    out.answer(
        &json!({"id": row.id, "name": name, "role": row.role, "token": text}),
        |out| out.line(&format!("{text}\n\nThis token is shown once: copy it now.")),
    );
    Ok(Exit::Done)
}

fn parse_role(text: &str) -> anyhow::Result<Role> {
    text.parse().map_err(|_| {
        anyhow::anyhow!(
            "{text:?} is no role; roles are: {}",
            Role::ALL
                .iter()
                .map(|role| role.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        )
    })
}
