//! Durable work: what waits, runs, or gave up.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use store::queue::{self, Job, Payload};
use store::runs;

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::{Around, wants_part};
use crate::view::format::{count, counted};
use crate::view::job::{JobList, JobRow, JobsPage};
use crate::view::parts::Empty;
use crate::view::{Html, Link, Pager, Section, Times, status};

/// Jobs that the page shows.
const SHOWN: u32 = 100;

/// The last jobs.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let conn = app.store().read();
    let jobs = queue::list(conn, SHOWN).await?;
    let around = Around::load(&app, &caller, &headers, "Jobs", Section::Activity).await?;
    let mut rows = Vec::new();
    for job in &jobs {
        let run = match job.run {
            Some(run) => runs::find(conn, run).await?.map(|row| {
                Link::new(
                    format!("Import {}", count(row.number)),
                    format!("/activity/runs/{run}"),
                )
            }),
            None => None,
        };
        rows.push(job_row(job, run, &around.times));
    }
    let list = JobList {
        empty: rows.is_empty().then(|| {
            Empty::new(
                "stack-2",
                "No jobs",
                "Work that must survive a restart waits here: imports, messages, tidying up.",
            )
        }),
        pager: Pager::single(format!(
            "the last {}",
            counted(rows.len() as u64, "job", "jobs")
        )),
        rows,
        csrf: around.frame.csrf.clone(),
    };
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    Ok(Html(JobsPage {
        frame: around.frame,
        list,
    })
    .into_response())
}

fn job_row(job: &Job, run: Option<Link>, times: &Times) -> JobRow {
    let (what, kind) = match &job.payload {
        Payload::ImportCatalog { .. } => ("Import the catalog".to_owned(), "import-catalog"),
        Payload::SyncCustomers { dry_run: true, .. } => {
            ("Preview the customers".to_owned(), "sync-customers")
        }
        Payload::SyncCustomers { .. } => ("Sync the customers".to_owned(), "sync-customers"),
        Payload::ApplySyncPlan { .. } => ("Apply a plan of the sync".to_owned(), "apply-sync-plan"),
        Payload::PushCustomer { .. } => ("Send a customer to Ion".to_owned(), "push-customer"),
        Payload::CreateCustomer { .. } => {
            ("Create a customer in Ion".to_owned(), "create-customer")
        }
        Payload::SubmitOrder { .. } => ("Send an order to Ion".to_owned(), "submit-order"),
        Payload::FollowOrder { .. } => ("Look how an order stands".to_owned(), "follow-order"),
        Payload::CancelOrder { .. } => ("Ask Ion to call an order off".to_owned(), "cancel-order"),
        Payload::ReadOrders { .. } => ("Read the orders of Ion".to_owned(), "read-orders"),
        Payload::SyncSubscriptions { .. } => {
            ("Read the subscriptions".to_owned(), "sync-subscriptions")
        }
        Payload::ReadSubscriptionsOf { .. } => (
            "Read the subscriptions of a customer".to_owned(),
            "read-subscriptions-of",
        ),
        Payload::PriceSubscriptions => (
            "Work out what subscriptions are sold for".to_owned(),
            "price-subscriptions",
        ),
        Payload::ReadTemplate { vendor, .. } => {
            (format!("Read what {vendor} asks for"), "read-template")
        }
        Payload::ReadCloudProfiles { .. } => (
            "Read what a customer has at its vendors".to_owned(),
            "read-cloud-profiles",
        ),
        Payload::DeliverNotice { channel, .. } => {
            (format!("Send a message by {channel}"), "deliver-notice")
        }
        Payload::Prune => ("Delete what is too old".to_owned(), "prune"),
    };
    JobRow {
        what,
        kind: kind.to_owned(),
        status: status::job(job.state),
        tries: format!("{} of {}", job.attempt, job.max_attempts),
        at: times.ago(job.finished_at.unwrap_or(job.run_at.max(job.created_at))),
        error: job.last_error.clone().unwrap_or_default(),
        run,
    }
}
