//! Messages: what waits for a person, how it was sent, and by which ways people are told.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::notice::{NoticeKind, Severity};
use engine::{SmtpSettings, WebhookSettings};
use http::HeaderMap;
use store::notices::{self, DeliveryRow, NoticeRow};
use uuid::Uuid;

use crate::api::notices::settle_one;
use crate::app::App;
use crate::auth::{Caller, ProtectedForm};
use crate::fault::Fault;
use crate::from_engine::{to_its_end, told};
use crate::pages::around::connection_href;
use crate::pages::connections::{Nothing, Said};
use crate::pages::{Around, go_to, wants_part};
use crate::view::format::counted;
use crate::view::notice::{
    self, Channel, NoticeEvent, NoticeList, NoticeSettingsPage, NoticesPage,
};
use crate::view::parts::Empty;
use crate::view::{Button, Fact, Html, Note, Pager, Section, Times, Tone, Value, status};
use domain::access::Right;

/// Messages that the page shows.
const SHOWN: u32 = 100;

/// The messages.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let open = notices::list_open(conn).await?;
    let all = notices::list(conn, SHOWN).await?;
    let sent = notices::list_deliveries(conn, SHOWN * 2).await?;
    let around = Around::load(&app, &caller, &headers, "Notifications", Section::Activity).await?;
    let row =
        |one: &NoticeRow| notice_row(one, &sent, &around.times, caller.may(Right::RunImports));
    let list = NoticeList {
        open: open.iter().map(row).collect(),
        settled: all.iter().filter(|one| !open.iter().any(|other| other.id == one.id)).map(row).collect(),
        empty: all.is_empty().then(|| Empty::new("bell", "Nothing was told yet", "A login that ends, an import that needs you: it stands here, and goes out by e-mail and webhook.")),
        csrf: around.frame.csrf.clone(),
        pager: Pager::single(format!("the last {}", counted(all.len() as u64, "message", "messages"))),
    };
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    Ok(Html(NoticesPage {
        frame: around.frame,
        list,
    })
    .into_response())
}

/// The colour of a severity.
pub(crate) const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Info,
        Severity::Warn => Tone::Warn,
        Severity::Bad => Tone::Bad,
    }
}

/// The icon of a kind.
pub(crate) const fn icon(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::LoginEndsSoon => "hourglass-low",
        NoticeKind::RefreshRefused | NoticeKind::RefreshUnclear => "key",
        NoticeKind::NeedsNewCredentials => "key-off",
        NoticeKind::Recovered => "circle-check",
        NoticeKind::ImportNeedsDecision
        | NoticeKind::CustomersWait
        | NoticeKind::SubscriptionsWait => "user-question",
        NoticeKind::ImportFailed
        | NoticeKind::CustomerWriteFailed
        | NoticeKind::CustomerSyncFailed
        | NoticeKind::OrderFailed
        | NoticeKind::SubscriptionSyncFailed => "circle-x",
        NoticeKind::OrderUnconfirmed | NoticeKind::OrderNotFound => "help-hexagon",
        NoticeKind::OrderStuck => "hourglass-low",
        NoticeKind::RenewalSoon => "calendar-x",
        NoticeKind::MarginFloor => "trending-down",
    }
}

/// What to press for a notice.
pub(crate) fn action(row: &NoticeRow) -> Option<Button> {
    match (row.kind, row.connection, row.run) {
        (NoticeKind::CustomersWait, _, _) => Some(Button::link("Look at it", "/customers")),
        (NoticeKind::CustomerWriteFailed, _, _) => {
            Some(Button::link("See why", "/customers/mapping/failed"))
        }
        (NoticeKind::CustomerSyncFailed | NoticeKind::SubscriptionSyncFailed, _, None) => {
            Some(Button::link("Open the runs", "/activity/runs"))
        }
        (
            NoticeKind::OrderUnconfirmed
            | NoticeKind::OrderNotFound
            | NoticeKind::OrderFailed
            | NoticeKind::OrderStuck,
            _,
            _,
        ) => Some(Button::link("Open the orders", "/orders?state=attention")),
        (NoticeKind::RenewalSoon, _, _) => {
            Some(Button::link("See renewals", "/subscriptions/renewals"))
        }
        (NoticeKind::MarginFloor, _, None) => {
            Some(Button::link("Open margins", "/settings/margins"))
        }
        (_, _, Some(run)) => Some(Button::link(
            "Open the run",
            format!("/activity/runs/{run}"),
        )),
        (NoticeKind::LoginEndsSoon | NoticeKind::NeedsNewCredentials, Some(connection), _) => {
            Some(Button::link(
                "Paste new credentials",
                format!("{}/credentials", connection_href(connection)),
            ))
        }
        (_, Some(connection), _) => Some(Button::link(
            "Open the connection",
            connection_href(connection),
        )),
        _ => None,
    }
}

fn notice_row(
    row: &NoticeRow,
    sent: &[DeliveryRow],
    times: &Times,
    settles: bool,
) -> notice::NoticeRow {
    notice::NoticeRow {
        icon: icon(row.kind),
        tone: if row.resolved_at.is_some() {
            Tone::Calm
        } else {
            tone(row.severity)
        },
        title: row.title.clone(),
        text: row.text.clone(),
        at: times.ago(row.created_at),
        sent: sent
            .iter()
            .filter(|one| one.notice == row.id)
            .map(|one| {
                (
                    if one.channel == "email" {
                        "e-mail"
                    } else {
                        "webhook"
                    }
                    .to_owned(),
                    status::delivery(&one.state),
                )
            })
            .collect(),
        action: if row.resolved_at.is_none() {
            action(row)
        } else {
            None
        },
        settle_href: (settles && row.resolved_at.is_none())
            .then(|| format!("/activity/notifications/{}/settle", row.id)),
    }
}

/// Marks a message as dealt with.
pub(crate) async fn settle(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    settle_one(&app, &caller, id.into()).await?;
    Ok(go_to("/activity/notifications"))
}

/// By which ways people are told.
pub(crate) async fn settings(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    let notes = match said.done.as_deref() {
        Some("email") => vec![Note::new(
            Tone::Ok,
            "mail",
            "The test message was handed to the mail server",
            "Look into the mailbox of the receivers.",
        )],
        Some("webhook") => vec![Note::new(
            Tone::Ok,
            "webhook",
            "The receiver accepted the test message",
            "Its type is the one of a login that works again.",
        )],
        _ => Vec::new(),
    };
    page(&app, &caller, &headers, notes).await
}

async fn page(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    notes: Vec<Note>,
) -> Result<Response, Fault> {
    let around = Around::load(app, caller, headers, "Notifications", Section::Settings).await?;
    let settings = &app.engine().settings().notices;
    Ok(Html(NoticeSettingsPage {
        notes,
        channels: vec![
            email(settings.email.as_ref()),
            webhook(settings.webhook.as_ref()),
        ],
        events: NoticeKind::ALL.iter().map(|kind| event(*kind)).collect(),
        frame: around.frame,
    })
    .into_response())
}

fn email(settings: Option<&SmtpSettings>) -> Channel {
    Channel {
        name: "E-mail",
        icon: "mail",
        status: if settings.is_some() {
            status::active()
        } else {
            status::not_set_up()
        },
        text: "Each message as a mail to the people who must know.".to_owned(),
        facts: settings
            .map(|smtp| {
                vec![
                    Fact::new(
                        "Server",
                        Value::Mono(format!("{}:{}", smtp.host, smtp.port)),
                    ),
                    Fact::new("From", Value::text(smtp.from.clone())),
                    Fact::new("To", Value::text(smtp.to.join(", "))),
                ]
            })
            .unwrap_or_default(),
        how: if settings.is_some() {
            String::new()
        } else {
            "[notices.email]\nhost = \"smtp.reseller.example\"\nport = 587\nfrom = \"ionbridge@reseller.example\"\nto = [\"ops@reseller.example\"]".to_owned()
        },
        test_href: settings.map(|_| "/settings/notifications/email/test".to_owned()),
    }
}

fn webhook(settings: Option<&WebhookSettings>) -> Channel {
    Channel {
        name: "Webhook",
        icon: "webhook",
        status: if settings.is_some() {
            status::active()
        } else {
            status::not_set_up()
        },
        text: "Each message as a signed post (Standard Webhooks) to a program of yours.".to_owned(),
        facts: settings
            .map(|hook| {
                vec![
                    // The path of the address may carry a secret of the receiver.
                    Fact::new(
                        "Receiver",
                        Value::Mono(url::Url::parse(&hook.url).map_or_else(
                            |_| "not an address".to_owned(),
                            |url| url.origin().ascii_serialization(),
                        )),
                    ),
                    Fact::new(
                        "Private addresses",
                        Value::text(if hook.allow_private {
                            "allowed"
                        } else {
                            "refused"
                        }),
                    ),
                ]
            })
            .unwrap_or_default(),
        how: if settings.is_some() {
            String::new()
        } else {
            "[notices.webhook]\nurl = \"https://hooks.reseller.example/ionbridge\"\nsecret_file = \"/etc/ionbridge/webhook-secret\"".to_owned()
        },
        test_href: settings.map(|_| "/settings/notifications/webhook/test".to_owned()),
    }
}

fn event(kind: NoticeKind) -> NoticeEvent {
    let (text, severity) = match kind {
        NoticeKind::LoginEndsSoon => ("A login ends in 14, 7, 3 or 1 days.", Severity::Warn),
        NoticeKind::RefreshRefused => (
            "Ion refused a refresh; it is tried again by itself.",
            Severity::Warn,
        ),
        NoticeKind::RefreshUnclear => (
            "The answer to a refresh was lost; work goes on meanwhile.",
            Severity::Warn,
        ),
        NoticeKind::NeedsNewCredentials => (
            "Ion no longer accepts a login: a person must paste new credentials.",
            Severity::Bad,
        ),
        NoticeKind::Recovered => ("A login that had trouble works again.", Severity::Info),
        NoticeKind::ImportNeedsDecision => (
            "An import would withdraw unusually many products, and asks.",
            Severity::Warn,
        ),
        NoticeKind::ImportFailed => ("An import failed.", Severity::Bad),
        NoticeKind::CustomersWait => (
            "Customers wait for a person: pairs to confirm, a plan, or conflicts.",
            Severity::Warn,
        ),
        NoticeKind::CustomerWriteFailed => (
            "A customer could not be written to Ion; the reason is told.",
            Severity::Bad,
        ),
        NoticeKind::CustomerSyncFailed => ("A customer sync failed.", Severity::Bad),
        NoticeKind::OrderUnconfirmed => (
            "Whether Ion has an order is not known; it is being searched for.",
            Severity::Warn,
        ),
        NoticeKind::OrderNotFound => (
            "Ion does not have an order that was sent; a person decides.",
            Severity::Bad,
        ),
        NoticeKind::OrderFailed => ("An order was refused or failed.", Severity::Bad),
        NoticeKind::OrderStuck => ("An order takes longer than usual.", Severity::Warn),
        NoticeKind::RenewalSoon => ("Subscriptions renew or end soon.", Severity::Info),
        NoticeKind::SubscriptionSyncFailed => {
            ("The subscriptions could not be read.", Severity::Bad)
        }
        NoticeKind::SubscriptionsWait => (
            "Unusually many subscriptions are missing at Ion; a person says whether they are gone.",
            Severity::Warn,
        ),
        NoticeKind::MarginFloor => (
            "A price change takes a margin below its floor.",
            Severity::Warn,
        ),
    };
    NoticeEvent {
        word: kind.to_string(),
        text: text.to_owned(),
        tone: tone(severity),
    }
}

/// Sends a test message.
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(channel): Path<String>,
    ProtectedForm(Nothing {}): ProtectedForm<Nothing>,
) -> Result<Response, Fault> {
    let channel: &'static str = match channel.as_str() {
        "email" => "email",
        "webhook" => "webhook",
        _ => return Err(Fault::not_found("way to tell people")),
    };
    let engine = app.engine().clone();
    let sent =
        to_its_end(async move { engine::notices::send_test(&engine, channel).await }).await?;
    match sent {
        Ok(()) => Ok(go_to(&format!("/settings/notifications?done={channel}"))),
        Err(error) => {
            let note = Note::new(
                Tone::Bad,
                "circle-x",
                "The test message did not arrive",
                told(&error),
            );
            page(&app, &caller, &headers, vec![note]).await
        }
    }
}
