//! Durable jobs: enqueued in the transaction of the change that causes them, claimed by one worker, completed under a fence.

use domain::run::JobState;
use domain::{ConnectionId, CustomerId, IdGen, JobId, NoticeId, OrderId, PlanId, RunId, WorkerId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::connections::signed;
use crate::sql::{Row, exec, json_text, micros, row, rows, values};
use crate::{Backend, Store, StoreError, Tx};

/// What a job does. The words outlive deployments: a kind is never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Payload {
    /// Reads the whole catalog of a connection.
    ImportCatalog {
        /// The connection.
        connection: ConnectionId,
        /// The run that shows it.
        run: RunId,
    },
    /// Compares the customers of a connection on both sides, and does what follows.
    SyncCustomers {
        /// The connection.
        connection: ConnectionId,
        /// The run that shows it.
        run: RunId,
        /// Makes a plan, and writes nothing on either side.
        dry_run: bool,
    },
    /// Carries out what a person chose of a plan.
    ApplySyncPlan {
        /// The connection.
        connection: ConnectionId,
        /// The run that shows it.
        run: RunId,
        /// The plan.
        plan: PlanId,
    },
    /// Brings what a linked customer holds here to Ion.
    PushCustomer {
        /// The connection.
        connection: ConnectionId,
        /// Ours.
        customer: CustomerId,
        /// The run that found it, where it was not an edit.
        run: Option<RunId>,
    },
    /// Makes a customer of ours in Ion.
    CreateCustomer {
        /// The connection.
        connection: ConnectionId,
        /// Ours.
        customer: CustomerId,
        /// The run that asked for it, where it was not a person.
        run: Option<RunId>,
        /// Who asked: the first password is for their eyes.
        requested_by: String,
    },
    /// Sends an order to Ion, once.
    SubmitOrder {
        /// The order.
        order: OrderId,
    },
    /// Searches for an order whose answer was lost, or asks how it stands.
    FollowOrder {
        /// The order.
        order: OrderId,
    },
    /// Asks Ion to call an order off.
    CancelOrder {
        /// The order.
        order: OrderId,
        /// Who asked.
        requested_by: String,
    },
    /// Reads the orders of a connection that changed at Ion.
    ReadOrders {
        /// The connection.
        connection: ConnectionId,
    },
    /// Reads all subscriptions of a connection.
    SyncSubscriptions {
        /// The connection.
        connection: ConnectionId,
        /// The run that shows it.
        run: RunId,
        /// How many a person said may be gone, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gone_up_to: Option<u64>,
    },
    /// Reads the subscriptions of one Ion customer.
    ReadSubscriptionsOf {
        /// The connection.
        connection: ConnectionId,
        /// Ion's id of the customer.
        ion_customer_id: String,
        /// The order that was carried out, where one asks for it.
        order: Option<OrderId>,
    },
    /// Works out anew what running subscriptions are sold for.
    PriceSubscriptions,
    /// Reads what a vendor asks for.
    ReadTemplate {
        /// The connection.
        connection: ConnectionId,
        /// Ion's word of the vendor.
        vendor: String,
        /// Ion's word of the provider.
        provider: String,
        /// `CREATE` or `UPDATE`.
        action: String,
    },
    /// Reads what a customer has at the vendors' clouds.
    ReadCloudProfiles {
        /// The connection.
        connection: ConnectionId,
        /// Ion's id of the customer.
        ion_customer_id: String,
    },
    /// Sends a notice by e-mail or webhook.
    DeliverNotice {
        /// The notice.
        notice: NoticeId,
        /// `email` or `webhook`.
        channel: String,
    },
    /// Deletes what retention lets go.
    Prune,
}

impl Payload {
    /// Every kind that this version can run. A job of a newer version stays for a worker of that version.
    const KINDS: [&'static str; 16] = [
        "import-catalog",
        "sync-customers",
        "apply-sync-plan",
        "push-customer",
        "create-customer",
        "submit-order",
        "follow-order",
        "cancel-order",
        "read-orders",
        "sync-subscriptions",
        "read-subscriptions-of",
        "price-subscriptions",
        "read-template",
        "read-cloud-profiles",
        "deliver-notice",
        "prune",
    ];

    fn kind(&self) -> &'static str {
        match self {
            Self::ImportCatalog { .. } => "import-catalog",
            Self::SyncCustomers { .. } => "sync-customers",
            Self::ApplySyncPlan { .. } => "apply-sync-plan",
            Self::PushCustomer { .. } => "push-customer",
            Self::CreateCustomer { .. } => "create-customer",
            Self::SubmitOrder { .. } => "submit-order",
            Self::FollowOrder { .. } => "follow-order",
            Self::CancelOrder { .. } => "cancel-order",
            Self::ReadOrders { .. } => "read-orders",
            Self::SyncSubscriptions { .. } => "sync-subscriptions",
            Self::ReadSubscriptionsOf { .. } => "read-subscriptions-of",
            Self::PriceSubscriptions => "price-subscriptions",
            Self::ReadTemplate { .. } => "read-template",
            Self::ReadCloudProfiles { .. } => "read-cloud-profiles",
            Self::DeliverNotice { .. } => "deliver-notice",
            Self::Prune => "prune",
        }
    }

    /// The lane of this job: one of a lane runs at a time.
    fn lane(&self, id: JobId) -> String {
        match self {
            Self::ImportCatalog { connection, .. } => format!("import:{connection}"),
            Self::SyncCustomers { connection, .. } | Self::ApplySyncPlan { connection, .. } => {
                format!("sync:{connection}")
            }
            // One writer of a customer at a time.
            Self::PushCustomer { customer, .. } | Self::CreateCustomer { customer, .. } => {
                format!("customer:{customer}")
            }
            // One request about an order at a time.
            Self::SubmitOrder { order }
            | Self::FollowOrder { order }
            | Self::CancelOrder { order, .. } => format!("order:{order}"),
            Self::ReadOrders { connection } => format!("read-orders:{connection}"),
            Self::SyncSubscriptions { connection, .. }
            | Self::ReadSubscriptionsOf { connection, .. } => {
                format!("subscriptions:{connection}")
            }
            Self::PriceSubscriptions => "price-subscriptions".to_owned(),
            Self::ReadTemplate { connection, .. } => format!("template:{connection}"),
            Self::ReadCloudProfiles { connection, .. } => format!("profiles:{connection}"),
            Self::DeliverNotice { .. } => id.to_string(),
            Self::Prune => "prune".to_owned(),
        }
    }
}

/// A job as stored.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub payload: Payload,
    /// Its state.
    pub state: JobState,
    /// When it is due.
    pub run_at: Timestamp,
    /// How often it was tried, this time included.
    pub attempt: u32,
    /// How often it may be tried.
    pub max_attempts: u32,
    /// Number of this claim: a worker that lost its lease cannot complete.
    pub fence: u64,
    /// The run that shows it.
    pub run: Option<RunId>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A job to enqueue.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What it does.
    pub payload: Payload,
    /// When it is due.
    pub run_at: Timestamp,
    /// A second job with this key is not enqueued while the first one has not ended.
    pub dedupe_key: Option<String>,
    /// How often it may be tried.
    pub max_attempts: u32,
    /// The run that shows it.
    pub run: Option<RunId>,
}

/// Enqueues a job, unless one with its key waits or runs: then gives that one. Call it inside the transaction of the change.
pub async fn enqueue(
    tx: &Tx,
    ids: &dyn IdGen,
    now: Timestamp,
    new: &NewJob,
) -> Result<JobId, StoreError> {
    tx.tell_workers();
    let id = JobId::new(ids);
    let inserted = exec(
        tx,
        "INSERT INTO job (id, kind, payload, lane, state, run_at, max_attempts, dedupe_key, run_id, created_at) VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8, $9) ON CONFLICT (dedupe_key) DO NOTHING",
        values![id.0, new.payload.kind(), json_text(&new.payload), new.payload.lane(id), micros(new.run_at), i64::from(new.max_attempts), new.dedupe_key.clone(), new.run.map(|run| run.0), micros(now)],
    )
    .await?;
    if inserted == 1 {
        return Ok(id);
    }
    let found = row(
        tx,
        "SELECT id FROM job WHERE dedupe_key = $1",
        values![new.dedupe_key.clone()],
    )
    .await?
    .ok_or(StoreError::Missing("the job with this key"))?;
    Ok(found.get::<Uuid>("id")?.into())
}

/// Brings forward the job with this key, where it waits for longer than until then. Call it inside the transaction of the change.
pub async fn hasten(
    conn: &impl ConnectionTrait,
    dedupe_key: &str,
    run_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE job SET run_at = $2 WHERE dedupe_key = $1 AND state = 'queued' AND run_at > $2";
    Ok(exec(conn, sql, values![dedupe_key, micros(run_at)]).await? > 0)
}

/// Claims the next due job, or the one named. Nobody else gets it until its lease ends.
pub async fn claim(
    store: &Store,
    worker: WorkerId,
    lease_until: Timestamp,
    now: Timestamp,
    only: Option<JobId>,
) -> Result<Option<Job>, StoreError> {
    let skip = if store.backend() == Backend::Postgres {
        " FOR UPDATE SKIP LOCKED"
    } else {
        ""
    };
    let kinds = Payload::KINDS.map(|kind| format!("'{kind}'")).join(", ");
    let sql = format!(
        "UPDATE job SET state = 'running', owner = $1, lease_until = $2, fence = fence + 1, attempt = attempt + 1
         WHERE id = (SELECT id FROM job AS due WHERE state = 'queued' AND run_at <= $3 AND ($4 OR id = $5) AND kind IN ({kinds})
             AND NOT EXISTS (SELECT 1 FROM job AS busy WHERE busy.lane = due.lane AND busy.state = 'running')
           ORDER BY run_at, id LIMIT 1{skip})
         RETURNING *"
    );
    loop {
        let values = values![
            worker.to_string(),
            micros(lease_until),
            micros(now),
            only.is_none(),
            only.map_or(Uuid::nil(), |id| id.0)
        ];
        let tx = store.begin().await?;
        let claimed = match row(&tx, sql.as_str(), values).await {
            Ok(claimed) => claimed,
            // Two workers took jobs of one lane in the same instant: the index let the other one through, and its lane is busy now.
            Err(StoreError::Conflict { .. }) => continue,
            Err(error) => return Err(error),
        };
        let Some(claimed) = claimed else {
            return Ok(None);
        };
        match read(&claimed) {
            Ok(job) => {
                tx.commit().await?;
                return Ok(Some(job));
            }
            // One that nobody can read must not stand before all others for ever.
            Err(error @ StoreError::Corrupt { .. }) => {
                let sql = "UPDATE job SET state = 'failed', last_error = $2, finished_at = $3, lease_until = NULL, dedupe_key = NULL WHERE id = $1";
                exec(
                    &tx,
                    sql,
                    values![claimed.get::<Uuid>("id")?, error.to_string(), micros(now)],
                )
                .await?;
                tx.commit().await?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether a job is due now that [`claim`] would give; reads only, so that an idle worker writes nothing.
pub async fn any_due(conn: &impl ConnectionTrait, now: Timestamp) -> Result<bool, StoreError> {
    Ok(row(
        conn,
        "SELECT id FROM job WHERE state = 'queued' AND run_at <= $1 LIMIT 1",
        values![micros(now)],
    )
    .await?
    .is_some())
}

/// Holds a claimed job longer. False where it was lost.
pub async fn extend(
    conn: &impl ConnectionTrait,
    job: &Job,
    lease_until: Timestamp,
) -> Result<bool, StoreError> {
    Ok(exec(
        conn,
        "UPDATE job SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running'",
        values![job.id.0, signed(job.fence), micros(lease_until)],
    )
    .await?
        == 1)
}

/// Whether a claimed job still is ours, and stays so until the transaction ends: what only its holder may write goes after this.
pub async fn hold(tx: &Tx, job: &Job) -> Result<bool, StoreError> {
    Ok(exec(
        tx,
        "UPDATE job SET fence = fence WHERE id = $1 AND fence = $2 AND state = 'running'",
        values![job.id.0, signed(job.fence)],
    )
    .await?
        == 1)
}

/// Cancels a job that no worker has begun. False where one has, or it ended.
pub async fn cancel(
    conn: &impl ConnectionTrait,
    id: JobId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'cancelled', finished_at = $2, dedupe_key = NULL WHERE id = $1 AND state = 'queued'";
    Ok(exec(conn, sql, values![id.0, micros(now)]).await? == 1)
}

/// Ends a claimed job. False where it was lost.
pub async fn finish(
    conn: &impl ConnectionTrait,
    job: &Job,
    state: JobState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = $3, last_error = $4, finished_at = $5, lease_until = NULL, dedupe_key = NULL WHERE id = $1 AND fence = $2 AND state = 'running'";
    Ok(exec(
        conn,
        sql,
        values![
            job.id.0,
            signed(job.fence),
            state.as_str(),
            error,
            micros(now)
        ],
    )
    .await?
        == 1)
}

/// Gives a claimed job back, to be tried again. False where it was lost.
pub async fn retry(
    conn: &impl ConnectionTrait,
    job: &Job,
    run_at: Timestamp,
    error: Option<&str>,
    counts_as_try: bool,
) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 'queued', run_at = $3, last_error = $4, lease_until = NULL, owner = NULL, attempt = attempt - $5 WHERE id = $1 AND fence = $2 AND state = 'running'";
    Ok(exec(
        conn,
        sql,
        values![
            job.id.0,
            signed(job.fence),
            micros(run_at),
            error,
            i64::from(!counts_as_try)
        ],
    )
    .await?
        == 1)
}

/// How often the worker of one job may go away, beyond its tries, before the job itself is suspected.
const LOSSES: i64 = 20;

/// Gives back every job whose worker went away, and names their runs. A job that takes worker after worker with it is ended.
pub async fn requeue_lost(store: &Store, now: Timestamp) -> Result<Vec<RunId>, StoreError> {
    if row(
        store.read(),
        "SELECT id FROM job WHERE state = 'running' AND lease_until < $1 LIMIT 1",
        values![micros(now)],
    )
    .await?
    .is_none()
    {
        return Ok(Vec::new());
    }
    let tx = store.begin().await?;
    let sql = "UPDATE job SET state = 'failed', finished_at = $1, owner = NULL, lease_until = NULL, dedupe_key = NULL, last_error = 'its worker went away again and again'
         WHERE state = 'running' AND lease_until < $1 AND attempt >= max_attempts + $2 RETURNING id, run_id";
    for row in rows(&tx, sql, values![micros(now), LOSSES]).await? {
        tracing::error!(job = %row.get::<Uuid>("id")?, "the worker of a job went away again and again; the job is given up");
        if let Some(run) = row.get::<Option<Uuid>>("run_id")? {
            crate::runs::give_up(&tx, run.into(), "Its worker went away again and again; the log of the server says more. What was read is saved.", now).await?;
        }
    }
    let mut runs = Vec::new();
    let sql = "UPDATE job SET state = 'queued', run_at = $1, owner = NULL, lease_until = NULL, last_error = 'its worker went away' WHERE state = 'running' AND lease_until < $1 RETURNING run_id";
    for row in rows(&tx, sql, values![micros(now)]).await? {
        if let Some(run) = row.get::<Option<Uuid>>("run_id")? {
            crate::runs::mark_interrupted(&tx, run.into()).await?;
            runs.push(run.into());
        }
    }
    tx.commit().await?;
    Ok(runs)
}

/// The job that shows as this run.
pub async fn find_by_run(
    conn: &impl ConnectionTrait,
    run: RunId,
) -> Result<Option<Job>, StoreError> {
    row(
        conn,
        "SELECT * FROM job WHERE run_id = $1 ORDER BY created_at DESC LIMIT 1",
        values![run.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// A job by id.
pub async fn find(conn: &impl ConnectionTrait, id: JobId) -> Result<Option<Job>, StoreError> {
    row(conn, "SELECT * FROM job WHERE id = $1", values![id.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The last jobs, the newest first; those of a newer version are left out.
pub async fn list(conn: &impl ConnectionTrait, limit: u32) -> Result<Vec<Job>, StoreError> {
    let jobs = rows(
        conn,
        "SELECT * FROM job ORDER BY created_at DESC, id DESC LIMIT $1",
        values![i64::from(limit)],
    )
    .await?;
    Ok(jobs.iter().filter_map(|row| read(row).ok()).collect())
}

/// Deletes jobs that ended before this time.
pub async fn prune(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StoreError> {
    exec(
        conn,
        "DELETE FROM job WHERE finished_at < $1",
        values![micros(before)],
    )
    .await
}

fn read(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.get::<Uuid>("id")?.into(),
        payload: row.json("job", "payload")?,
        state: row.word("job", "state")?,
        run_at: row.time("run_at")?,
        attempt: u32::try_from(row.count("attempt")?).unwrap_or(u32::MAX),
        max_attempts: u32::try_from(row.count("max_attempts")?).unwrap_or(u32::MAX),
        fence: row.count("fence")?,
        run: row.get::<Option<Uuid>>("run_id")?.map(RunId),
        last_error: row.get("last_error")?,
        created_at: row.time("created_at")?,
        finished_at: row.time_opt("finished_at")?,
    })
}
