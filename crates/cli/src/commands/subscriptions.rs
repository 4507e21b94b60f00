//! `ionbridge subscriptions`.

use anyhow::Context as _;
use domain::SubscriptionId;
use engine::orders::order_json;
use engine::subscriptions::{When, subscription_json};
use rules::orders::review::Confirmation as Asked;
use rules::subscriptions::change::SubscriptionChange;
use serde_json::{Value, json};
use store::audit::Actor;
use store::subscriptions::{self, SubscriptionFilter, SubscriptionRow};

use super::on::On;
use super::table::{table_format, write_table};
use super::{Host, follow, money, orders};
use crate::args::{ChangeArgs, OnOff, SubscriptionListArgs, SubscriptionsCommand};
use crate::output::{Exit, Output};

pub(super) async fn run(
    command: SubscriptionsCommand,
    host: &dyn Host,
    out: Output,
) -> anyhow::Result<Exit> {
    let engine = host.engine().await?;
    let at = On { engine, host, out };
    match command {
        SubscriptionsCommand::Sync { connection } => sync(&at, connection.as_deref()).await,
        SubscriptionsCommand::List(args) => list(&at, &args).await,
        SubscriptionsCommand::Show { id } => show(&at, &id).await,
        SubscriptionsCommand::Change { id, quantity, how } => {
            change(&at, &id, SubscriptionChange::Seats(quantity), &how).await
        }
        SubscriptionsCommand::Suspend(one) => {
            change(&at, &one.id, SubscriptionChange::Suspend, &one.how).await
        }
        SubscriptionsCommand::Resume(one) => {
            change(&at, &one.id, SubscriptionChange::Resume, &one.how).await
        }
        SubscriptionsCommand::Cancel(one) => {
            change(&at, &one.id, SubscriptionChange::Cancel, &one.how).await
        }
        SubscriptionsCommand::AutoRenew { id, to, how } => {
            change(
                &at,
                &id,
                SubscriptionChange::AutoRenew(to == OnOff::On),
                &how,
            )
            .await
        }
        SubscriptionsCommand::Export(args) => export(&at, &args).await,
    }
}

async fn sync(at: &On<'_>, connection: Option<&str>) -> anyhow::Result<Exit> {
    let connection = at.connection(connection).await?;
    let asked = at
        .engine
        .request_subscription_sync(connection, &Actor::cli())
        .await
        .map_err(orders::told)?;
    let run = follow::follow(&at.engine, at.host, (asked.run, asked.job), at.out).await?;
    let counts = run.counts;
    let value = json!({"run": run.number, "run_id": run.id, "status": run.status, "outcome": run.outcome, "counts": counts});
    at.out.answer(&value, |out| {
        out.line(&follow::told(&run));
        out.line(&format!(
            "{} subscriptions read: {} new, {} changed, {} unchanged, {} set aside, {} gone.",
            counts.read,
            counts.added,
            counts.changed,
            counts.unchanged,
            counts.set_aside,
            counts.gone
        ));
    });
    Ok(follow::exit(run.status))
}

/// What the arguments ask for.
async fn filter(at: &On<'_>, args: &SubscriptionListArgs) -> anyhow::Result<SubscriptionFilter> {
    let known = |text: &str| {
        format!("{text:?} is not known here; see: ionbridge subscriptions list --help")
    };
    let sort = args.sort.trim_start_matches('-');
    let customer = match &args.customer {
        Some(customer) => Some(at.customer(customer).await?.id),
        None => None,
    };
    Ok(SubscriptionFilter {
        text: args.text.join(" "),
        states: args
            .state
            .iter()
            .map(|state| state.parse().with_context(|| known(state)))
            .collect::<anyhow::Result<_>>()?,
        with_ended: args.ended,
        customer,
        vendor: args.vendor.clone(),
        sort: sort.parse().with_context(|| known(sort))?,
        descending: args.sort.starts_with('-'),
        limit: args.limit.clamp(1, 1000),
        ..SubscriptionFilter::default()
    })
}

async fn list(at: &On<'_>, args: &SubscriptionListArgs) -> anyhow::Result<Exit> {
    let filter = filter(at, args).await?;
    let page = subscriptions::search(at.engine.store().read(), &filter).await?;
    let all: Vec<Value> = page
        .subscriptions
        .iter()
        .map(|row| subscription_json(row, true))
        .collect();
    at.out
        .answer(&json!({"total": page.total, "subscriptions": all}), |out| {
            if page.subscriptions.is_empty() {
                return out
                    .line("Nothing was found. Read them from Ion: ionbridge subscriptions sync");
            }
            out.table(
                &[
                    "ion",
                    "customer",
                    "what",
                    "state",
                    "seats",
                    "a month",
                    "due",
                    "stop until",
                ],
                page.subscriptions.iter().map(line).collect(),
            );
            out.line(&format!(
                "\n{} of {} subscriptions",
                page.subscriptions.len(),
                page.total
            ));
        });
    Ok(Exit::Done)
}

fn line(row: &SubscriptionRow) -> Vec<String> {
    let of = &row.subscription;
    let day = |at: Option<jiff::Timestamp>| {
        at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d").to_string())
    };
    vec![
        of.ion_id.clone(),
        row.customer_name.clone(),
        of.name.clone(),
        of.state.as_str().to_owned(),
        of.seats.map_or_else(String::new, |seats| seats.to_string()),
        money::units(row.monthly_units, of.currency),
        day(row.due_at()),
        day(of.cancellable_until),
    ]
}

/// The subscription of this id: ours, Ion's or the vendor's.
async fn found(at: &On<'_>, text: &str) -> anyhow::Result<SubscriptionRow> {
    let conn = at.engine.store().read();
    if let Ok(id) = text.parse::<SubscriptionId>()
        && let Some(row) = subscriptions::find(conn, id).await?
    {
        return Ok(row);
    }
    for connection in store::connections::list(conn).await? {
        if let Some(row) = subscriptions::find_by_ion(conn, connection.id, text).await? {
            return Ok(row);
        }
        if let Some(row) = subscriptions::find_by_resource(conn, connection.id, text).await? {
            return Ok(row);
        }
    }
    anyhow::bail!(
        "there is no subscription {text:?}; find it with: ionbridge subscriptions list --ended"
    )
}

async fn show(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = found(at, id).await?;
    let view = at
        .engine
        .view_subscription(row.id)
        .await
        .map_err(orders::told)?;
    let mut value = subscription_json(&view.row, true);
    value["possible"] = view
        .possible
        .iter()
        .map(|one| json!({"what": one.what.label(), "now": one.now, "words": one.words}))
        .collect();
    value["events"] = view
        .events
        .iter()
        .map(|event| {
            json!({"at": event.at.to_string(), "kind": event.kind, "before": event.before, "after": event.after})
        })
        .collect();
    at.out.answer(&value, |out| {
        out.line(&format!(
            "{} of {}  ({})\n",
            view.row.subscription.name, view.row.customer_name, view.row.subscription.state
        ));
        for (label, text) in [
            "ion",
            "customer",
            "what",
            "state",
            "seats",
            "a month",
            "due",
            "stop until",
        ]
        .iter()
        .zip(line(&view.row))
        {
            if !text.is_empty() {
                out.line(&format!("{label:<12} {text}"));
            }
        }
        out.line("");
        out.table(
            &["can be done", "now", ""],
            view.possible
                .iter()
                .map(|one| {
                    vec![
                        one.what.label().to_owned(),
                        if one.now { "yes" } else { "no" }.to_owned(),
                        one.words.clone(),
                    ]
                })
                .collect(),
        );
    });
    Ok(Exit::Done)
}

/// Makes the order of a change, and places it unless only the draft is asked for.
async fn change(
    at: &On<'_>,
    id: &str,
    wanted: SubscriptionChange,
    how: &ChangeArgs,
) -> anyhow::Result<Exit> {
    let row = found(at, id).await?;
    let confirmation = orders::confirmation(&how.confirm)?;
    let when = if how.at_renewal {
        When::Renewal
    } else {
        confirmation.at.map_or(When::Now, When::At)
    };
    let actor = Actor::cli();
    let draft = at
        .engine
        .change_subscription(row.id, wanted, when, &actor)
        .await
        .map_err(orders::told)?;
    if !how.draft {
        let placed = at
            .engine
            .submit_order(draft.id, draft.version, confirmation, &actor)
            .await;
        return match placed {
            Ok(placed) => orders::placed(at, placed.id).await,
            Err(error) => {
                // A draft that nobody asked for is not left behind.
                let thrown = at
                    .engine
                    .discard_order(draft.id, draft.version, &actor)
                    .await;
                if let Err(error) = thrown {
                    tracing::debug!(error = %error, "the draft of a change stays");
                }
                Err(orders::told(error)
                    .context("nothing was sent; with --draft you can look at the change first"))
            }
        };
    }
    let view = at.engine.view_order(draft.id).await.map_err(orders::told)?;
    at.out.answer(&order_json(&draft, true), |out| {
        out.line(&format!(
            "Draft O-{}: binds to {}. Nothing was sent. Place it with: ionbridge orders submit O-{}{}",
            draft.number,
            money::sums(&view.review.totals.bound),
            draft.number,
            match &view.review.confirmation {
                Asked::Button => String::new(),
                Asked::TypeTotal { total, .. } => format!(" --confirm-total {total}"),
 Asked::TypeQuantity { quantity } => format!(" --confirm-total {quantity}"),
            }
        ));
    });
    Ok(Exit::Done)
}

async fn export(at: &On<'_>, args: &SubscriptionListArgs) -> anyhow::Result<Exit> {
    let filter = filter(at, args).await?;
    let table = at
        .engine
        .subscription_table(filter, table_format(at), true)
        .await?;
    write_table(table).await
}
