//! One thin file per job.

mod customers;
mod deliver_notice;
mod import_catalog;
mod orders;
mod prune;
mod subscriptions;

use engine::Engine;
use engine::customers::SyncMode;
use engine::subscriptions::SubscriptionSyncJob;
use store::queue::{Job, Payload};
use tokio_util::sync::CancellationToken;

use crate::Outcome;

/// Carries out a job. `cancel` asks it to stop at the next good place.
pub(crate) async fn run(
    engine: &Engine,
    job: &Job,
    retention: &Retention,
    cancel: CancellationToken,
) -> Outcome {
    match &job.payload {
        Payload::ImportCatalog { connection, run } => {
            import_catalog::run(engine, job, *connection, *run, cancel).await
        }
        Payload::SyncCustomers {
            connection,
            run,
            dry_run,
        } => {
            let mode = if *dry_run {
                SyncMode::DryRun
            } else {
                SyncMode::Auto
            };
            customers::sync(engine, job, (*connection, *run, mode), cancel).await
        }
        Payload::ApplySyncPlan {
            connection,
            run,
            plan,
        } => {
            let mode = SyncMode::Apply(*plan);
            customers::sync(engine, job, (*connection, *run, mode), cancel).await
        }
        Payload::PushCustomer {
            connection,
            customer,
            run,
        } => customers::push(engine, *connection, *customer, *run).await,
        Payload::CreateCustomer {
            connection,
            customer,
            run,
            requested_by,
        } => customers::create(engine, *connection, *customer, *run, requested_by).await,
        Payload::DeliverNotice { notice, channel } => {
            deliver_notice::run(engine, job, *notice, channel).await
        }
        // Nothing is sent by a process that stops.
        Payload::SubmitOrder { .. } | Payload::CancelOrder { .. } if cancel.is_cancelled() => {
            Outcome::Interrupted
        }
        Payload::SubmitOrder { order } => orders::submit(engine, job, *order).await,
        Payload::FollowOrder { order } => orders::follow(engine, job, *order).await,
        Payload::CancelOrder {
            order,
            requested_by,
        } => orders::cancel(engine, job, *order, requested_by).await,
        Payload::ReadOrders { connection } => orders::read(engine, job, *connection).await,
        Payload::ReadTemplate {
            connection,
            vendor,
            provider,
            action,
        } => {
            let words = (vendor.as_str(), provider.as_str(), action.as_str());
            orders::read_template(engine, job, *connection, words).await
        }
        Payload::ReadCloudProfiles {
            connection,
            ion_customer_id,
        } => orders::read_cloud_profiles(engine, job, *connection, ion_customer_id).await,
        Payload::SyncSubscriptions {
            connection,
            run,
            gone_up_to,
        } => {
            let sync = SubscriptionSyncJob {
                connection: *connection,
                run: *run,
                gone_up_to: *gone_up_to,
            };
            subscriptions::sync(engine, job, sync, cancel).await
        }
        Payload::ReadSubscriptionsOf {
            connection,
            ion_customer_id,
            order,
        } => subscriptions::read_of(engine, job, *connection, ion_customer_id, *order).await,
        Payload::PriceSubscriptions => subscriptions::price(engine).await,
        Payload::Prune => prune::run(engine, retention).await,
    }
}

pub(crate) use prune::Retention;
