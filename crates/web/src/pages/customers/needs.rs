//! What the dashboard tells of customers: what waits for a person, and how many there are.

use domain::access::Right;
use domain::connection::ConnectionStatus;
use domain::run::RunKind;
use store::{customers, runs};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::Around;
use crate::view::dashboard::Need;
use crate::view::format::{count, counted};
use crate::view::parts::Figure;
use crate::view::{Button, Tone};

/// What waits at customers, the most pressing first.
pub(crate) async fn waiting(
    app: &App,
    caller: &Caller,
    around: &Around,
) -> Result<Vec<Need>, Fault> {
    let conn = app.store().read();
    let counts = customers::mapping_counts(conn).await?;
    let mut needs = Vec::new();
    let mut add = |icon, tone, title: String, text: &str, action| {
        needs.push(Need {
            icon,
            tone,
            title,
            text: text.to_owned(),
            action,
        });
    };
    if counts.failed > 0 {
        add(
            "circle-x",
            Tone::Bad,
            format!(
                "{} to Ion failed",
                counted(
                    counts.failed,
                    "customer’s last write",
                    "customers’ last writes"
                )
            ),
            "Each says why; mended, it goes there by itself.",
            Button::link("See why", "/customers/mapping/failed"),
        );
    }
    for row in &around.connections {
        if let Some(plan) = customers::find_waiting_plan(conn, row.id).await? {
            add(
                "user-question",
                Tone::Warn,
                format!("A customer sync of “{}” waits", row.name),
                if plan.held {
                    "It would change unusually many customers; nothing of it is done."
                } else {
                    "Nothing goes to Ion before you have looked at its plan."
                },
                Button::link(
                    "Look at the plan",
                    format!("/customers/sync/plans/{}", plan.id),
                ),
            );
        } else if caller.may(Right::EditCustomers)
            && row.login.status == ConnectionStatus::Active
            && customers::sync_setting(conn, row.id)
                .await?
                .last_run_at
                .is_none()
            && runs::find_unfinished(conn, row.id, RunKind::CustomerSync)
                .await?
                .is_none()
        {
            add(
                "building-community",
                Tone::Info,
                format!("The customers of “{}” were not compared yet", row.name),
                "The preview shows who is who; it writes nothing on either side.",
                Button::post(
                    "Preview the customers",
                    format!("/customers/sync/{}/preview", row.id),
                ),
            );
        }
    }
    if counts.conflicts > 0 {
        add(
            "git-merge",
            Tone::Warn,
            format!(
                "{} changed on both sides",
                counted(counts.conflicts, "customer was", "customers were")
            ),
            "Sync leaves these fields alone until you choose.",
            Button::link("Choose", "/customers/conflicts"),
        );
    }
    if counts.to_confirm > 0 {
        add(
            "arrows-left-right",
            Tone::Info,
            format!(
                "{} alike",
                counted(
                    counts.to_confirm,
                    "pair of customers looks",
                    "pairs of customers look"
                )
            ),
            "They are linked once you say that they are one.",
            Button::link("Compare them", "/customers/mapping/to-confirm"),
        );
    }
    Ok(needs)
}

/// How many customers there are, and how many are linked.
pub(crate) async fn figure(app: &App) -> Result<Figure, Fault> {
    let conn = app.store().read();
    let counts = customers::mapping_counts(conn).await?;
    Ok(Figure::new(
        "Customers",
        count(customers::count_all(conn).await?),
        format!("{} linked to Ion", count(counts.linked)),
    )
    .to("/customers"))
}
