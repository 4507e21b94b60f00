//! One order as its pages need it, from the store alone; and what a review needs.

use domain::OrderId;
use domain::customer::{CloudProfile, LinkState};
use domain::order::{OrderAction, OrderState, Template};
use rules::orders::attributes::profile_for;
use rules::orders::check::Problem;
use rules::orders::draft::DraftView;
use rules::orders::review::{Review, review};
use rules::subscriptions::change::action_of;
use store::customers::{self, CustomerRow};
use store::orders::{self, OrderFilter, OrderRow};
use store::{ConnectionTrait, StoreError, subscriptions};

use super::buyer;
use super::error::OrderError;
use super::happen::number_text;
use super::offers::Offers;
use super::template::{LineTemplate, TemplateState, template_of};
use crate::Engine;

/// An order with all that its pages show beside it.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// The order.
    pub row: OrderRow,
    /// What it costs and binds to, what is wrong with it, what the person must know before the button.
    pub review: Review,
    /// What the vendor asks for, of each line.
    pub templates: Vec<Option<Template>>,
    /// Where that comes from, of each line.
    pub template_state: Vec<TemplateState>,
    /// What Ion tells of the customer at the vendor of each line.
    pub profiles: Vec<Option<CloudProfile>>,
    /// Why the last reading of that failed.
    pub profiles_failed: Option<String>,
    /// For whom.
    pub customer: Option<CustomerRow>,
    /// How the customer stands to Ion in the order's connection.
    pub link: LinkFacts,
}

/// How a customer stands to Ion in the connection of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// Ion's id of it, where it is linked.
    pub ion_id: Option<String>,
    /// How it stands; nothing where no customer is said.
    pub state: Option<LinkState>,
    /// It may be made in Ion by `create_in_ion`.
    pub can_create: bool,
    /// It is being made in Ion.
    pub creating: bool,
    /// Why its last write to Ion failed.
    pub failed: Option<String>,
}

impl Engine {
    /// An order with all that its pages show.
    pub async fn view_order(&self, id: OrderId) -> Result<OrderView, OrderError> {
        let conn = self.store().read();
        let row = orders::find(conn, id).await?.ok_or(OrderError::Gone)?;
        Ok(self.view_of(conn, row).await?)
    }

    /// The same for an order that was read.
    pub(super) async fn view_of(
        &self,
        conn: &impl ConnectionTrait,
        row: OrderRow,
    ) -> Result<OrderView, StoreError> {
        let customer = buyer::find(conn, row.customer).await?;
        let link = buyer::link_of(conn, row.connection, customer.as_ref()).await?;
        let who = buyer::customer_view(&row, customer.as_ref(), &link);
        let ion_customer_id = who.ion_customer_id.clone();
        let mut draft = DraftView {
            content: row.content.clone(),
            customer: who,
            lines: Vec::new(),
        };
        let (mut templates, mut template_state) = (Vec::new(), Vec::new());
        let told = customers::find_cloud_profiles(conn, row.connection, &ion_customer_id).await?;
        let (told, profiles_failed) =
            told.map_or_else(Default::default, |told| (told.profiles, told.failed));
        let lines = row.content.lines.iter();
        let profiles = lines
            .map(|line| profile_for(&told, line).cloned())
            .collect();
        let mut offers = Offers::new(conn, row.connection);
        for line in &row.content.lines {
            let mut view = offers.view(line).await?;
            let LineTemplate {
                shown,
                state,
                view: template,
            } = template_of(conn, &row, line).await?;
            view.template = template;
            if action_of(line) == OrderAction::Buy {
                let live = subscriptions::list_live_of(
                    conn,
                    row.connection,
                    &ion_customer_id,
                    &line.product_ion_id,
                    &line.sku_id,
                )
                .await?;
                view.has = live.into_iter().map(|row| row.subscription).collect();
            } else if let Some(resource) = &line.resource_id {
                let changed =
                    subscriptions::find_by_resource(conn, row.connection, resource).await?;
                if let Some(changed) = changed {
                    let at = row.scheduled_for;
                    view.increases =
                        crate::subscriptions::increases_at(conn, &changed, at, self.order_time())
                            .await?;
                    view.subscription = Some(changed.subscription);
                }
            }
            templates.push(shown);
            template_state.push(state);
            draft.lines.push(view);
        }
        let mut review = review(&draft, self.order_time());
        if let Some(problem) = under_way(conn, &row).await? {
            review.problems.push(problem);
        }
        Ok(OrderView {
            row,
            review,
            templates,
            template_state,
            profiles,
            profiles_failed,
            customer,
            link,
        })
    }
}

/// A change counts from what a subscription is: while another one is under way, nobody knows that.
pub(super) async fn under_way(
    conn: &impl ConnectionTrait,
    row: &OrderRow,
) -> Result<Option<Problem>, StoreError> {
    let (Some(subscription), true) = (row.subscription, row.state.is_unsent()) else {
        return Ok(None);
    };
    let filter = OrderFilter {
        subscription: Some(subscription),
        states: vec![
            OrderState::Submitting,
            OrderState::Unconfirmed,
            OrderState::Placed,
            OrderState::OnHold,
            OrderState::InProgress,
        ],
        limit: 2,
        ..OrderFilter::default()
    };
    let found = orders::search(conn, &filter).await?;
    Ok(found
        .orders
        .into_iter()
        .find(|other| other.id != row.id)
        .map(|other| {
            let message = format!(
                "{} changes it already and has not ended. Wait until it has, then look at the change again.",
                number_text(other.number)
            );
            Problem::new("/subscription", "Subscription", message)
        }))
}
