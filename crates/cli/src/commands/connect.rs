//! `ionbridge connect`.

use anyhow::Context as _;
use engine::connection::{CheckReport, CheckState, CredentialDraft, SaveError, SaveTarget};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::audit::Actor;

use super::Host;
use crate::args::ConnectArgs;
use crate::output::{Exit, Output};

pub(super) async fn run(args: ConnectArgs, host: &dyn Host, out: Output) -> anyhow::Result<Exit> {
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path)
            .map(SecretString::from)
            .with_context(|| format!("the token file {} cannot be read", path.display()))
    };
    let draft = CredentialDraft {
        name: args.name,
        account_id: args.account_id,
        access_token: read(&args.access_token_file)?,
        refresh_token: read(&args.refresh_token_file)?,
        base_url: args
            .base_url
            .map(|url| url.trim_end_matches('/').to_owned()),
    };
    let engine = host.engine().await?;
    if args.test {
        let report = engine.test_credentials(&draft).await;
        out.answer(
            &json!({"passed": report.passed(), "checks": checks(&report)}),
            |out| show(out, &report),
        );
        return Ok(if report.passed() {
            Exit::Done
        } else {
            Exit::Failed
        });
    }
    match engine
        .save_credentials(draft, SaveTarget::NewOrReplace, &Actor::cli())
        .await
    {
        Ok(saved) => {
            let overview = engine.overview(saved.connection).await?;
            let value = json!({"connection": saved.connection, "name": overview.name, "account_id": overview.account_id, "status": overview.status, "replaced": saved.replaced, "checks": checks(&saved.report)});
            out.answer(&value, |out| {
                show(out, &saved.report);
                let what = if saved.replaced {
                    "has new credentials"
                } else {
                    "is connected"
                };
                out.line(&format!(
                    "\n\"{}\" (account {}) {what} and Active. Next: ionbridge products import",
                    overview.name, overview.account_id
                ));
            });
            Ok(Exit::Done)
        }
        Err(SaveError::Refused(report)) => {
            out.answer(
                &json!({"passed": false, "checks": checks(&report)}),
                |out| {
                    show(out, &report);
                    out.line("\nNothing was connected.");
                },
            );
            Ok(Exit::Failed)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn checks(report: &CheckReport) -> Value {
    report.checks.iter().map(|check| json!({"step": format!("{:?}", check.step), "state": format!("{:?}", check.state), "field": check.field, "title": check.title, "detail": check.detail, "ms": u64::try_from(check.took.as_millis()).unwrap_or(0)})).collect()
}

pub(super) fn show(out: Output, report: &CheckReport) {
    for check in &report.checks {
        let mark = match check.state {
            CheckState::Passed => "ok   ",
            CheckState::Failed => "FAIL ",
            CheckState::Skipped => "-    ",
            CheckState::Later => "later",
        };
        out.line(&format!("{mark}  {}: {}", check.title, check.detail));
    }
}
