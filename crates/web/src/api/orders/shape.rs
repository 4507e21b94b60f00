//! An order as programs read it: what `engine::orders::order_json` says, with its fields described.

use std::collections::BTreeMap;

use domain::order as ours;
use domain::order::{IonOrderStatus, OrderAction, OrderOrigin, OrderState, Sums};
use domain::{BillingPeriod, Currency, OrderId, Term};
use jiff::Timestamp;
use serde::Serialize;
use store::orders::OrderRow;
use utoipa::ToSchema;
use uuid::Uuid;

/// An order. Money is text, exact; what it costs is told only where the API token's scope includes `see_cost`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Order {
    /// Id.
    #[schema(value_type = Uuid)]
    id: OrderId,
    /// Number, for people.
    #[schema(example = "O-2041")]
    number: String,
    /// Counts every change.
    version: u64,
    /// `draft`, `awaiting_approval`, `scheduled`, `submitting`, `unconfirmed`, `placed`, `on_hold`, `in_progress`, `completed`, `failed` or
    /// `cancelled`.
    #[schema(value_type = String, example = "placed")]
    state: OrderState,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    state_since: Timestamp,
    /// What it is for: `buy`, `seats`, `suspend`, `resume`, `cancel`, `renewal_on`, `renewal_off` or `other`.
    #[schema(value_type = String, example = "buy")]
    action: OrderAction,
    /// Where it was placed: `here`, or `ion` where somebody placed it in the Ion portal.
    #[schema(value_type = String, example = "here")]
    origin: OrderOrigin,
    /// The connection.
    connection_id: Uuid,
    /// Our customer; null where it is not said yet, or none of ours.
    customer_id: Option<Uuid>,
    /// Ion's id of the customer; empty in a draft whose customer is not linked yet.
    #[schema(example = "49988")]
    ion_customer_id: String,
    /// The customer's name.
    #[schema(example = "Kettle & Sons")]
    customer_name: String,
    /// The subscription that it changes.
    subscription_id: Option<Uuid>,
    /// Our reference, unique; by it Ion is searched.
    reference: String,
    /// Ion's id of the order, once it is known.
    ion_id: Option<String>,
    /// What is asked for.
    lines: Vec<OrderLine>,
    /// Words of yours; never sent.
    note: String,
    /// What it costs and binds to; null where that is not known.
    totals: Option<OrderTotals>,
    /// What Ion showed last.
    ion: Option<OrderInIon>,
    /// Why it failed.
    failure: Option<OrderFailure>,
    /// Who began it.
    created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Who last changed the draft.
    edited_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    edited_at: Timestamp,
    /// Who submitted it.
    submitted_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Timestamp>,
    /// When it is to be sent; of a draft, when that is proposed.
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_for: Option<Timestamp>,
    /// When it last began to leave.
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<Timestamp>,
    /// How often it was sent.
    sends: u32,
    /// How often Ion was searched for it since.
    looks: u32,
    /// When Ion was last searched.
    #[schema(value_type = Option<String>, format = DateTime)]
    looked_at: Option<Timestamp>,
    /// When Ion is searched or asked next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_look_at: Option<Timestamp>,
    /// When it was said not to be found: send it again, or give it up.
    #[schema(value_type = Option<String>, format = DateTime)]
    not_found_at: Option<Timestamp>,
    /// When somebody asked for it to be called off.
    #[schema(value_type = Option<String>, format = DateTime)]
    cancel_asked_at: Option<Timestamp>,
    /// When it was found to stand for longer than usual.
    #[schema(value_type = Option<String>, format = DateTime)]
    stuck_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// A price of the draft moved since it was seen.
    price_moved: bool,
    /// The vendor made a first log-in, which its page shows once to who placed the order. No program gets it.
    first_login_waits: bool,
}

/// One line of an order: a variant and how many of it; or a subscription and how many it is to have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderLine {
    /// The product of the catalog; null where it is not there.
    product_id: Option<Uuid>,
    /// Ion's id of the product.
    product: String,
    /// Ion's id of the SKU.
    sku: String,
    /// Ion's id of the plan.
    plan: String,
    /// Vendor.
    #[schema(example = "Microsoft")]
    vendor: String,
    /// Name of the product.
    product_name: String,
    /// Name of the SKU.
    sku_name: String,
    /// Name of the plan.
    plan_name: String,
    /// Manufacturer part number.
    #[schema(example = "CFQ7TTC0LCHC:0002:P1Y:M")]
    part_number: Option<String>,
    /// Commitment: `P1M`, `P1Y`, `P3Y` or `unknown`.
    #[schema(value_type = String, example = "P1Y")]
    term: Term,
    /// Billing, such as `monthly`.
    #[schema(value_type = String, example = "monthly")]
    billing: BillingPeriod,
    /// How many; of a change the new total.
    #[schema(example = 25)]
    quantity: u32,
    /// How many there are now; of a change of seats.
    quantity_before: Option<u32>,
    /// The vendor's id of the subscription that is changed.
    resource_id: Option<String>,
    /// Purchase order number of the customer.
    customer_po: String,
    /// Purchase order number of the reseller.
    reseller_po: String,
    /// What the vendor asks for, by its names.
    attributes: BTreeMap<String, String>,
    /// What comes with it.
    add_ons: Vec<OrderAddOn>,
    /// What one costs, as it was seen; null where no price is known.
    price: Option<OrderPrice>,
}

/// Something that comes with a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderAddOn {
    /// Ion's id of the add-on.
    add_on: String,
    /// Ion's id of its plan.
    plan: String,
    /// Name.
    name: String,
    /// Name of its plan.
    plan_name: String,
    /// Commitment.
    #[schema(value_type = String)]
    term: Term,
    /// Billing.
    #[schema(value_type = String)]
    billing: BillingPeriod,
    /// How many.
    quantity: u32,
    /// What one costs.
    price: Option<OrderPrice>,
}

/// What one costs, each billing period.
#[expect(
    clippy::option_option,
    reason = "left out, unknown and known are three answers"
)]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderPrice {
    /// Currency.
    #[schema(value_type = String, example = "EUR")]
    currency: Currency,
    /// What your customer pays by the margin rules; null where no rule gives a price.
    #[schema(example = "22.50")]
    sale: Option<String>,
    /// What you pay, without tax. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "18.72")]
    cost: Option<String>,
    /// From when the cost holds. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The margin rule that gave the sale price. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    sale_rule: Option<Option<String>>,
}

/// What an order costs and binds to, by currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderTotals {
    /// What your customer pays a month; null where a line has no sale price.
    monthly_sale: Option<BTreeMap<String, String>>,
    /// A line's term is unknown: more may be owed than is known.
    open_ended: bool,
    /// What you pay a month. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly: Option<BTreeMap<String, String>>,
    /// What you owe over the whole commitment. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<BTreeMap<String, String>>,
    /// A line has no price. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unpriced: Option<bool>,
}

/// An order as Ion shows it.
#[expect(
    clippy::option_option,
    reason = "left out, unknown and known are three answers"
)]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderInIon {
    /// `NEW`, `CONFIRMED`, `ON_HOLD`, `IN_PROGRESS`, `COMPLETED`, `ERROR`, `CANCELED`, or `UNKNOWN` for a word that is not known here.
    #[schema(value_type = String)]
    status: IonOrderStatus,
    /// Ion's own word for that.
    status_word: String,
    /// The reference that it holds.
    reference: String,
    /// Its name for people.
    display_name: String,
    /// Who placed it there.
    placed_by: String,
    /// When it was made there.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// When it last changed there.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    /// When Ion will carry it out, where it says so.
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_at: Option<Timestamp>,
    /// What is wrong with it.
    faults: Vec<OrderFault>,
    /// Currency. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    currency: Option<Option<Currency>>,
    /// Total. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    total: Option<Option<String>>,
}

/// What Ion or the vendor says is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderFault {
    /// Their code; empty where there is none.
    #[schema(example = "COMM-VL-004")]
    code: String,
    /// Their words.
    text: String,
    /// Where it came from, as Ion names it.
    source: String,
    /// The line that it is about, counted from 0. Left out where it is about none.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

/// Why an order failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderFailure {
    /// What happened.
    message: String,
    /// What to do.
    what_to_do: String,
    /// The field that is wrong, as a JSON pointer into the order, where one is.
    field: Option<String>,
    /// The words of Ion or the vendor.
    faults: Vec<OrderFault>,
    /// Ion's id of the request, for its support.
    request_id: Option<String>,
}

impl Order {
    /// As a program reads it; `costs`: with what it costs.
    pub(crate) fn of(row: &OrderRow, costs: bool) -> Self {
        Self {
            id: row.id,
            number: number(row.number),
            version: row.version,
            state: row.state,
            state_since: row.state_since,
            action: row.action,
            origin: row.origin,
            connection_id: row.connection.into(),
            customer_id: row.customer.map(Into::into),
            ion_customer_id: row.ion_customer_id.clone(),
            customer_name: row.customer_name.clone(),
            subscription_id: row.subscription.map(Into::into),
            reference: row.reference.clone(),
            ion_id: row.ion_id.clone(),
            lines: row
                .content
                .lines
                .iter()
                .map(|line| OrderLine::of(line, costs))
                .collect(),
            note: row.content.note.clone(),
            totals: row
                .totals
                .as_ref()
                .map(|totals| OrderTotals::of(totals, costs)),
            ion: row.ion.as_ref().map(|ion| OrderInIon::of(ion, costs)),
            failure: row.failure.as_ref().map(|failure| OrderFailure {
                message: failure.message.clone(),
                what_to_do: failure.what_to_do.clone(),
                field: failure.field.clone(),
                faults: failure.faults.iter().map(OrderFault::from).collect(),
                request_id: failure.request_id.clone(),
            }),
            created_by: row.created_by.clone(),
            created_at: row.created_at,
            edited_by: row.edited_by.clone(),
            edited_at: row.edited_at,
            submitted_by: row.submitted_by.clone(),
            submitted_at: row.submitted_at,
            scheduled_for: row.scheduled_for,
            sent_at: row.sent_at,
            sends: row.sends,
            looks: row.looks,
            looked_at: row.looked_at,
            next_look_at: row.next_look_at,
            not_found_at: row.not_found_at,
            cancel_asked_at: row.cancel_asked_at,
            stuck_at: row.stuck_at,
            ended_at: row.ended_at,
            price_moved: row.price_moved,
            first_login_waits: row.has_secret,
        }
    }
}

/// The number of an order as people read it.
pub(super) fn number(number: u64) -> String {
    format!("O-{number}")
}

/// Sums by currency, exact.
pub(super) fn sums(sums: &Sums) -> BTreeMap<String, String> {
    sums.iter()
        .map(|(currency, sum)| (currency.to_string(), sum.to_string()))
        .collect()
}

impl OrderLine {
    fn of(line: &ours::OrderLine, costs: bool) -> Self {
        let attributes = line.attributes.iter();
        Self {
            product_id: line.product.map(Into::into),
            product: line.product_ion_id.clone(),
            sku: line.sku_id.clone(),
            plan: line.plan_id.clone(),
            vendor: line.vendor.clone(),
            product_name: line.product_name.clone(),
            sku_name: line.sku_name.clone(),
            plan_name: line.plan_name.clone(),
            part_number: line.part_number.clone(),
            term: line.term,
            billing: line.billing,
            quantity: line.quantity,
            quantity_before: line.quantity_before,
            resource_id: line.resource_id.clone(),
            customer_po: line.customer_po.clone(),
            reseller_po: line.reseller_po.clone(),
            attributes: attributes
                .map(|attribute| (attribute.name.clone(), attribute.value.clone()))
                .collect(),
            add_ons: line
                .add_ons
                .iter()
                .map(|add_on| OrderAddOn {
                    add_on: add_on.add_on_id.clone(),
                    plan: add_on.plan_id.clone(),
                    name: add_on.name.clone(),
                    plan_name: add_on.plan_name.clone(),
                    term: add_on.term,
                    billing: add_on.billing,
                    quantity: add_on.quantity,
                    price: OrderPrice::of(add_on.price.as_ref(), costs),
                })
                .collect(),
            price: OrderPrice::of(line.price.as_ref(), costs),
        }
    }
}

impl OrderPrice {
    fn of(price: Option<&ours::LinePrice>, costs: bool) -> Option<Self> {
        price.map(|price| Self {
            currency: price.currency,
            sale: price.sale.as_ref().map(|sale| sale.decimal().to_string()),
            cost: costs.then(|| price.cost.decimal().to_string()),
            since: costs.then_some(price.since),
            sale_rule: costs.then(|| price.sale_rule.clone()),
        })
    }
}

impl OrderTotals {
    /// As a program reads them; `costs`: with what it costs.
    pub(super) fn of(totals: &ours::OrderTotals, costs: bool) -> Self {
        Self {
            monthly_sale: totals.monthly_sale.as_ref().map(sums),
            open_ended: totals.open_ended,
            monthly: costs.then(|| sums(&totals.monthly)),
            bound: costs.then(|| sums(&totals.bound)),
            unpriced: costs.then_some(totals.unpriced),
        }
    }
}

impl OrderInIon {
    fn of(ion: &ours::IonOrder, costs: bool) -> Self {
        let total = ion.total.as_ref().map(|total| total.decimal().to_string());
        Self {
            status: ion.status,
            status_word: ion.status_word.clone(),
            reference: ion.reference.clone(),
            display_name: ion.display_name.clone(),
            placed_by: ion.placed_by.clone(),
            created_at: ion.created_at,
            updated_at: ion.updated_at,
            scheduled_at: ion.scheduled_at,
            faults: ion.faults.iter().map(OrderFault::from).collect(),
            currency: costs.then_some(ion.currency),
            total: costs.then_some(total),
        }
    }
}

impl From<&ours::OrderFault> for OrderFault {
    fn from(fault: &ours::OrderFault) -> Self {
        Self {
            code: fault.code.clone(),
            text: fault.text.clone(),
            source: fault.source.clone(),
            line: fault.line,
        }
    }
}
