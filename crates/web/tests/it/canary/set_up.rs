//! What the canaries are, and the house through which they go.

use engine::connection::keeper::KeeperCommand;
use engine::{IonSettings, SmtpSettings, SmtpTls, WebhookSettings};
use ion_sandbox::{ClockMode, Sandbox, SandboxConfig};
use secrecy::SecretString;
use store::Backend;

use crate::house::{House, Plan};
use crate::seen::Seen;

pub(super) const PASSWORD: &str = "canary-password-4f1c-of-the-first-admin";
pub(super) const NEXT_PASSWORD: &str = "canary-password-77aa-after-the-change";
pub(super) const MISTYPED: &str = "canary-password-90be-mistyped-into-it";
const SMTP: &str = "canary-smtp-password-31d0";
const WEBHOOK: &str = "Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTVhOGU=";
pub(super) const WRONG: [&str; 2] = [
    "canary-access-token-that-ion-refuses",
    "canary-refresh-token-that-ion-refuses",
];

/// An Ion that fails when it is told to.
pub(super) async fn sandbox() -> Sandbox {
    Sandbox::start(SandboxConfig {
        clock: ClockMode::Driven,
        products: 3,
        ..SandboxConfig::default()
    })
    .await
    .unwrap()
}

/// A house with secrets in its settings, whose keeper is a process of its own.
pub(super) async fn house(sandbox: &Sandbox) -> House {
    let mut plan = Plan::new(Backend::Sqlite, "https://ion.example");
    plan.ion = IonSettings {
        base_url: sandbox.base_url(),
        allowed_hosts: vec![sandbox.host()],
        plain_http_loopback: true,
        ..IonSettings::default()
    };
    plan.keeper = KeeperCommand {
        program: std::env::current_exe().unwrap(),
        args: [
            "--exact",
            "canary::token_keeper",
            "--ignored",
            "--nocapture",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    plan.notices.email = Some(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: 9,
        tls: SmtpTls::None,
        username: Some("robot".to_owned()),
        password: Some(SecretString::from(SMTP)),
        from: "robot@reseller.example".to_owned(),
        to: vec!["sam@reseller.example".to_owned()],
    });
    plan.notices.webhook = Some(WebhookSettings {
        url: "http://127.0.0.1:9/hook".to_owned(),
        secret: SecretString::from(WEBHOOK),
        allow_private: true,
    });
    plan.build().await
}

/// The canaries that are known from the start.
pub(super) fn seen() -> Seen {
    let mut seen = Seen::default();
    for (name, secret) in [
        ("password", PASSWORD),
        ("next password", NEXT_PASSWORD),
        ("mistyped password", MISTYPED),
        ("SMTP password", SMTP),
        ("webhook secret", WEBHOOK),
        ("refused access token", WRONG[0]),
        ("refused refresh token", WRONG[1]),
    ] {
        seen.secret(name, secret);
    }
    seen
}
