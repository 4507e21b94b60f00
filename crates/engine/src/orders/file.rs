//! An order as JSON becomes a draft: for the command line and programs. What it may say, `rules::orders::file` says.

use domain::connection::ConnectionStatus;
use domain::order::{AddOnLine, OrderContent, OrderLine};
use domain::{BillingPeriod, ConnectionId, CustomerId, Term};
use rules::orders::check::Problem;
use rules::orders::file::{self, CustomerRef, FileLine, ProductRef, Wanted};
use store::audit::Actor;
use store::catalog::{self, Offer};
use store::connections::{self, ConnectionRow};
use store::customers;
use store::orders::OrderRow;
use store::{ConnectionTrait, StoreError};

use super::draft::{NewDraft, line_of};
use super::error::OrderError;
use super::offers;
use crate::Engine;

impl Engine {
    /// Makes a draft of JSON. What is wrong is named by its path, such as `/lines/0/quantity`, all at once.
    pub async fn order_from_file(
        &self,
        value: &serde_json::Value,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let read = file::read(value).map_err(OrderError::Invalid)?;
        let tx = self.store().begin().await?;
        let all = live(&tx).await?;
        let named = match &read.connection {
            Some(name) => Some(connection_of(&all, name)?),
            None => None,
        };
        let (customer, linked_in) = customer_of(&tx, &all, named, &read.customer).await?;
        let connection = named.or(linked_in).or(match all.as_slice() {
            [only] => Some(only.id),
            _ => None,
        });
        let Some(connection) = connection else {
            return Err(wrong(
                "/connection",
                "Connection",
                "there are several; say which one the order goes by.",
            ));
        };
        let lines = lines_of(&tx, connection, &read.lines).await?;
        let new = NewDraft {
            customer: Some(customer),
            connection: Some(connection),
            content: OrderContent {
                lines,
                note: read.note,
            },
        };
        let row = self.begin_in(&tx, new, actor).await?;
        tx.commit().await?;
        Ok(row)
    }
}

/// Connections that orders can go by.
pub(super) async fn live(conn: &impl ConnectionTrait) -> Result<Vec<ConnectionRow>, StoreError> {
    let mut all = connections::list(conn).await?;
    all.retain(|row| row.login.status != ConnectionStatus::Removed);
    Ok(all)
}

/// Lines of a file as the catalog of a connection has them; each that it has not is named.
pub(super) async fn lines_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    wanted: &[FileLine],
) -> Result<Vec<OrderLine>, OrderError> {
    let (mut problems, mut lines) = (Vec::new(), Vec::new());
    for (index, line) in wanted.iter().enumerate() {
        match offer_of(conn, connection, line).await? {
            Ok(offer) => lines.push(filled(line, &offer)),
            Err((field, message)) => {
                let path = format!("/lines/{index}/{field}");
                problems.push(Problem::new(path, format!("Line {}", index + 1), message));
            }
        }
    }
    if problems.is_empty() {
        Ok(lines)
    } else {
        Err(OrderError::Invalid(problems))
    }
}

pub(super) fn wrong(path: &str, label: &str, message: &str) -> OrderError {
    OrderError::Invalid(vec![Problem::new(path, label, message)])
}

fn connection_of(all: &[ConnectionRow], name: &str) -> Result<ConnectionId, OrderError> {
    let by_id = name
        .parse()
        .ok()
        .and_then(|id: ConnectionId| all.iter().find(|row| row.id == id));
    let found = by_id.or_else(|| {
        all.iter()
            .find(|row| row.name.eq_ignore_ascii_case(name) || row.account_id == name)
    });
    found.map(|row| row.id).ok_or_else(|| {
        wrong(
            "/connection",
            "Connection",
            "there is no such connection here; give its name.",
        )
    })
}

/// The customer, and the connection in which it is linked where that is one only.
pub(super) async fn customer_of(
    conn: &impl ConnectionTrait,
    all: &[ConnectionRow],
    named: Option<ConnectionId>,
    customer: &CustomerRef,
) -> Result<(CustomerId, Option<ConnectionId>), OrderError> {
    let none = || wrong("/customer", "Customer", "there is no such customer here.");
    let id = match customer {
        CustomerRef::Id(id) => customers::find(conn, *id).await?.ok_or_else(none)?.id,
        CustomerRef::Number(number) => {
            customers::find_by_number(conn, *number)
                .await?
                .ok_or_else(none)?
                .id
        }
        CustomerRef::IonId(ion_id) => {
            for row in all.iter().filter(|row| named.is_none_or(|id| id == row.id)) {
                if let Some(link) = customers::find_link(conn, row.id, ion_id).await? {
                    return Ok((link.customer, Some(row.id)));
                }
            }
            return Err(wrong(
                "/customer",
                "Customer",
                "no customer here is linked to this id of Ion's.",
            ));
        }
    };
    let mut linked = Vec::new();
    for row in all {
        if customers::find_link_of(conn, row.id, id).await?.is_some() {
            linked.push(row.id);
        }
    }
    Ok((
        id,
        match linked.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
    ))
}

/// What a line wants, or why there is none: the field and what to do.
async fn offer_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    line: &FileLine,
) -> Result<Result<Offer, (&'static str, String)>, StoreError> {
    match &line.wanted {
        Wanted::Variant { product, sku, plan } => {
            let Some(ion_id) = ion_id_of(conn, connection, product).await? else {
                return Ok(Err((
                    "product",
                    "the catalog has no such product; import it, or give its id as Ion writes it."
                        .to_owned(),
                )));
            };
            let found = catalog::find_offer(conn, connection, &ion_id, (sku, plan, false)).await?;
            Ok(found.ok_or_else(|| {
                (
                    "plan",
                    format!("{ion_id} has no SKU {sku} with the plan {plan}."),
                )
            }))
        }
        Wanted::PartNumber { number, product } => {
            let mut found = catalog::list_offers_of_part(conn, connection, number).await?;
            if let Some(product) = product {
                let ion_id = ion_id_of(conn, connection, product).await?;
                found.retain(|offer| Some(&offer.product_ion_id) == ion_id.as_ref());
            }
            found.retain(|offer| !offer.gone);
            Ok(match found.len() {
                0 => Err((
                    "part_number",
                    format!("nothing in the catalog has the part number {number}."),
                )),
                1 => Ok(found.remove(0)),
                many => {
                    let names: Vec<_> = found
                        .iter()
                        .map(|offer| offer.product_ion_id.as_str())
                        .collect();
                    Err((
                        "part_number",
                        format!(
                            "{many} plans have the part number {number}; name the product too, one of: {}.",
                            names.join(", ")
                        ),
                    ))
                }
            })
        }
    }
}

async fn ion_id_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    product: &ProductRef,
) -> Result<Option<String>, StoreError> {
    match product {
        ProductRef::IonId(ion_id) => Ok(catalog::find_product_state(conn, connection, ion_id)
            .await?
            .map(|_| ion_id.clone())),
        ProductRef::Id(id) => Ok(catalog::find_product(conn, *id)
            .await?
            .filter(|found| found.connection == connection)
            .map(|found| found.product.ion_id)),
    }
}

fn filled(line: &FileLine, offer: &Offer) -> OrderLine {
    let key = &offer.variant.variant.key;
    let mut filled = line_of(&offer.product_ion_id, &key.sku_id, &key.plan_id);
    offers::describe(&mut filled, offer);
    filled.quantity = line.quantity;
    filled.customer_po.clone_from(&line.customer_po);
    filled.reseller_po.clone_from(&line.reseller_po);
    filled.attributes.clone_from(&line.attributes);
    filled.add_ons = line
        .add_ons
        .iter()
        .map(|add_on| AddOnLine {
            add_on_id: add_on.add_on.clone(),
            plan_id: add_on.plan.clone(),
            name: String::new(),
            plan_name: String::new(),
            term: Term::Unknown,
            billing: BillingPeriod::Unspecified,
            quantity: add_on.quantity,
            price: None,
        })
        .collect();
    filled
}
