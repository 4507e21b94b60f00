//! Search or jump to: products, runs, pages and actions from one field.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use domain::customer::CustomerField;
use http::HeaderMap;
use rules::customers::table::{number_text, read_number};
use serde::Deserialize;
use store::catalog::{ProductFilter, search};
use store::customers::{self, CustomerFilter};
use store::orders::{self, OrderFilter};
use store::runs;
use store::subscriptions::{self, SubscriptionFilter};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::pages::around::{account_words, connection_href, connection_status};
use crate::pages::orders as order;
use crate::pages::runs::kind_words;
use crate::pages::subscriptions as subscription;
use crate::pages::{Around, wants_part};
use crate::view::format::count;
use crate::view::jump::{JumpGroup, JumpItem, JumpList, JumpPage};
use crate::view::{Html, Section, status};

/// Results of a group.
const EACH: u32 = 5;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    q: String,
}

const PAGES: [(&str, &str, &str, Right); 23] = [
    ("Dashboard", "layout-dashboard", "/", Right::Read),
    ("Customers", "building-community", "/customers", Right::Read),
    (
        "New customer",
        "plus",
        "/customers/new",
        Right::EditCustomers,
    ),
    (
        "Mapping of customers",
        "arrows-left-right",
        "/customers/mapping/to-confirm",
        Right::Read,
    ),
    (
        "Conflicts of customers",
        "git-merge",
        "/customers/conflicts",
        Right::Read,
    ),
    (
        "Import customers from a file",
        "upload",
        "/customers/import",
        Right::EditCustomers,
    ),
    (
        "Sync of customers, settings",
        "settings",
        "/settings/sync",
        Right::Read,
    ),
    ("Products", "packages", "/products", Right::Read),
    (
        "What changed",
        "arrows-diff",
        "/products/changes",
        Right::Read,
    ),
    (
        "Set aside",
        "alert-triangle",
        "/products/set-aside",
        Right::Read,
    ),
    ("Orders", "receipt", "/orders", Right::Read),
    ("New order", "plus", "/orders/new", Right::PlaceOrders),
    (
        "Subscriptions",
        "refresh-dot",
        "/subscriptions",
        Right::Read,
    ),
    (
        "Renewals",
        "calendar",
        "/subscriptions/renewals",
        Right::Read,
    ),
    (
        "Margin rules",
        "percentage",
        "/settings/margins",
        Right::SeeCost,
    ),
    ("Runs", "activity", "/activity/runs", Right::Read),
    ("Jobs", "stack-2", "/activity/jobs", Right::Read),
    (
        "Notifications",
        "bell",
        "/activity/notifications",
        Right::Read,
    ),
    (
        "Audit log",
        "list-details",
        "/activity/audit",
        Right::ReadAudit,
    ),
    (
        "Integrations",
        "plug",
        "/settings/integrations",
        Right::Read,
    ),
    ("Team", "users", "/settings/team", Right::ManageUsers),
    (
        "API tokens",
        "key",
        "/settings/api-tokens",
        Right::ManageApiTokens,
    ),
    ("Own profile", "user", "/profile", Right::Read),
];

/// The results, as the part in the palette or as a page.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let query: String = ask.q.trim().chars().take(200).collect();
    let around = Around::load(&app, &caller, &headers, "Search", Section::Elsewhere).await?;
    let list = find(&app, &caller, &around, &query).await?;
    if wants_part(&headers) {
        return Ok(Html(list).into_response());
    }
    Ok(Html(JumpPage {
        frame: around.frame,
        query,
        list,
    })
    .into_response())
}

/// Customers by number or words.
async fn customers_like(app: &App, query: &str) -> Result<Vec<JumpItem>, Fault> {
    let conn = app.store().read();
    let mut rows = Vec::new();
    if let Some(number) = read_number(query) {
        rows.extend(customers::find_by_number(conn, number).await?);
    }
    let filter = CustomerFilter {
        text: query.to_owned(),
        limit: EACH,
        ..CustomerFilter::default()
    };
    for hit in customers::search(conn, &filter).await?.customers {
        if !rows.iter().any(|row| row.id == hit.row.id) {
            rows.push(hit.row);
        }
    }
    Ok(rows
        .into_iter()
        .take(EACH as usize)
        .map(|row| JumpItem {
            href: format!("/customers/{}", row.id),
            icon: "building",
            label: row
                .customer
                .fields
                .get(CustomerField::Organisation)
                .to_owned(),
            detail: number_text(row.number),
            status: Some(status::customer(row.link_state)),
        })
        .collect())
}

/// Subscriptions by words.
async fn subscriptions_like(app: &App, query: &str) -> Result<Vec<JumpItem>, Fault> {
    let filter = SubscriptionFilter {
        text: query.to_owned(),
        with_ended: true,
        limit: EACH,
        ..SubscriptionFilter::default()
    };
    let found = subscriptions::list(app.store().read(), &filter).await?;
    Ok(found
        .subscriptions
        .into_iter()
        .map(|row| JumpItem {
            href: subscription::href(row.id),
            icon: "refresh-dot",
            label: subscription::title(&row.subscription).to_owned(),
            detail: row.customer_name.clone(),
            status: Some(status::subscription(row.subscription.state)),
        })
        .collect())
}

/// Orders by number, words, PO or reference.
async fn orders_like(app: &App, query: &str) -> Result<Vec<JumpItem>, Fault> {
    let filter = OrderFilter {
        text: query.to_owned(),
        limit: EACH,
        ..OrderFilter::default()
    };
    let found = orders::search(app.store().read(), &filter).await?;
    Ok(found
        .orders
        .into_iter()
        .map(|hit| JumpItem {
            href: order::href(hit.id),
            icon: "receipt",
            label: if hit.title.is_empty() {
                order::number_text(hit.origin, hit.number, hit.ion_id.as_deref())
            } else {
                format!(
                    "{} · {}",
                    order::number_text(hit.origin, hit.number, hit.ion_id.as_deref()),
                    hit.title
                )
            },
            detail: hit.customer_name,
            status: Some(status::order(hit.state)),
        })
        .collect())
}

async fn find(app: &App, caller: &Caller, around: &Around, query: &str) -> Result<JumpList, Fault> {
    let conn = app.store().read();
    let lower = query.to_lowercase();
    let fits = |words: &str| lower.is_empty() || words.to_lowercase().contains(&lower);
    let mut groups = Vec::new();
    if !query.is_empty() {
        groups.push(JumpGroup {
            title: "Customers",
            items: customers_like(app, query).await?,
        });
        let filter = ProductFilter {
            text: query.to_owned(),
            limit: EACH,
            ..ProductFilter::default()
        };
        let found = search(conn, &filter).await?;
        groups.push(JumpGroup {
            title: "Products",
            items: found
                .products
                .into_iter()
                .map(|hit| JumpItem {
                    href: format!("/products/{}", hit.id),
                    icon: "package",
                    detail: if hit.part_number.is_empty() {
                        hit.vendor
                    } else {
                        format!("{} · {}", hit.vendor, hit.part_number)
                    },
                    label: hit.name,
                    status: None,
                })
                .collect(),
        });
        groups.push(JumpGroup {
            title: "Orders",
            items: orders_like(app, query).await?,
        });
        groups.push(JumpGroup {
            title: "Subscriptions",
            items: subscriptions_like(app, query).await?,
        });
        if let Ok(number) = query.trim_start_matches(['#', ' ']).parse::<u64>()
            && let Some(run) = runs::find_by_number(conn, number).await?
        {
            groups.push(JumpGroup {
                title: "Runs",
                items: vec![JumpItem {
                    href: format!("/activity/runs/{}", run.id),
                    icon: "activity",
                    label: format!("{} {}", kind_words(run.kind), count(run.number)),
                    detail: String::new(),
                    status: Some(status::run(run.status, run.counts.set_aside)),
                }],
            });
        }
    }
    let connections = around
        .connections
        .iter()
        .filter(|row| fits(&row.name) || fits(&row.account_id))
        .take(EACH as usize)
        .map(|row| JumpItem {
            href: connection_href(row.id),
            icon: "plug-connected",
            label: row.name.clone(),
            detail: account_words(row),
            status: Some(connection_status(row, around.times.now)),
        })
        .collect();
    groups.push(JumpGroup {
        title: "Connections",
        items: connections,
    });
    let pages = PAGES
        .iter()
        .filter(|(label, _, _, right)| caller.may(*right) && fits(label))
        .take(if query.is_empty() {
            PAGES.len()
        } else {
            EACH as usize
        })
        .map(|(label, icon, href, _)| JumpItem {
            href: (*href).to_owned(),
            icon,
            label: (*label).to_owned(),
            detail: String::new(),
            status: None,
        })
        .collect();
    groups.push(JumpGroup {
        title: "Pages",
        items: pages,
    });
    groups.retain(|group| !group.items.is_empty());
    Ok(JumpList {
        nothing: if groups.is_empty() {
            format!("Nothing is called “{query}”.")
        } else {
            String::new()
        },
        groups,
    })
}
