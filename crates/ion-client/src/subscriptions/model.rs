//! What a subscription is (Ion API notes 2.6 and 3). What is not listed here stands in [`Item::raw`](crate::Item::raw).

use crate::decimal::ExactDecimal;
use crate::model::{model, moment, one_or_many, text, whole};
use crate::orders::Attribute;

model! {
    /// A subscription. Every member may be missing. Lists leave out what stands behind [`Subscription::activity_logs`].
    Subscription {
        /// Ion's id, which orders and lists of activities do not know.
        #[serde(alias = "internalId", deserialize_with = "text")]
        id: String,
        /// Ion's id of the customer.
        #[serde(deserialize_with = "text")]
        customer_id: String,
        /// Ion's id of the reseller.
        #[serde(deserialize_with = "text")]
        reseller_id: String,
        /// Ion's id of the account above the reseller.
        #[serde(deserialize_with = "text")]
        isv_id: String,
        /// Ion's number of the provider; 30 is Microsoft.
        #[serde(deserialize_with = "text")]
        cloud_provider_id: String,
        /// Name of the provider.
        cloud_provider_name: String,
        /// The vendor's id, which an order calls `resourceId`.
        #[serde(deserialize_with = "text")]
        subscription_id: String,
        /// The vendor's name for it, which people may change.
        subscription_name: String,
        /// The vendor's id of the one that it hangs on.
        #[serde(deserialize_with = "text")]
        parent_subscription_id: String,
        /// `AZURE::Subscription` and others.
        resource_type: String,
        /// Id of the product in the catalog, as orders use it.
        #[serde(deserialize_with = "text")]
        ccp_product_id: String,
        /// Id of the SKU in the catalog.
        #[serde(deserialize_with = "text")]
        ccp_sku_id: String,
        /// Id of the plan in the catalog.
        #[serde(deserialize_with = "text")]
        ccp_plan_id: String,
        /// Names of product, SKU and plan.
        ccp_product_info: SubscriptionProduct,
        /// The vendor's id of the product; a country where the offer is written with commas.
        #[serde(deserialize_with = "text")]
        subscription_product_id: String,
        /// The vendor's id of the SKU.
        #[serde(deserialize_with = "text")]
        subscription_sku_id: String,
        /// The vendor's id of the offer: parts joined by commas or colons.
        #[serde(deserialize_with = "text")]
        subscription_offer_id: String,
        /// The manufacturer's part number, such as `CFQ7TTC0LH18:000D:P1M:M`. Missing where use is billed.
        mfg_part_number: String,
        /// Licences, as received. [`Subscription::licenses`] reads them.
        #[serde(deserialize_with = "text")]
        subscription_total_licenses: String,
        /// What is counted, such as `Licenses`.
        unit_type: String,
        /// State, as received: `active` and `ACTIVE` both occur. [`Subscription::status`] makes them one.
        subscription_status: String,
        /// When bought, as received.
        subscription_purchased_date: String,
        /// When the term began, as received.
        subscription_start_date: String,
        /// When the term ends, as received.
        subscription_end_date: String,
        /// Until when it may be cancelled, as received.
        cancellation_allowed_until_date: String,
        /// When it renews, as received.
        renewal_date: String,
        /// When last changed, as received.
        last_updated_date: String,
        /// `license` and others.
        subscription_billing_type: String,
        /// `monthly`, `annual`, `one_time`.
        subscription_billing_cycle: String,
        /// Commitment, such as `P1M` and `P1Y`.
        subscription_billing_term: String,
        /// `ENABLED` where it renews by itself.
        subscription_renew_status: String,
        /// Renews by itself.
        auto_renew: bool,
        /// A trial.
        is_trial: bool,
        /// Purchase order of the reseller.
        #[serde(rename = "resellerPO", alias = "resellerPo")]
        reseller_po: String,
        /// Purchase order of the customer.
        #[serde(rename = "customerPO", alias = "customerPo")]
        customer_po: String,
        /// Organisation of the customer.
        customer_name: String,
        /// The reseller's name.
        partner_name: String,
        /// What the customer pays for one licence.
        price: ExactDecimal,
        /// What the reseller pays for one licence.
        cost: ExactDecimal,
        /// Price times licences.
        total: ExactDecimal,
        /// Margin of the line.
        margin: ExactDecimal,
        /// The vendor's list price of one licence.
        msrp: ExactDecimal,
        /// Currency of these amounts.
        currency: String,
        /// Currency of the billing data.
        billing_currency: String,
        /// What the customer pays, of providers that bill by use.
        customer_cost: ExactDecimal,
        /// What was billed, of some providers.
        billing_data: Vec<BillingItem>,
        /// What happened to it. Ids of activities repeat.
        activity_logs: ActivityLogs,
        /// What the vendor tells of it.
        attributes: Vec<Attribute>,
        /// What it entitles to.
        entitlements: Vec<Entitlement>,
        /// Resources in it.
        resources: Vec<Subscription>,
        /// Reservations in it.
        reservations: Vec<Subscription>,
        /// Lines of the vendor's order.
        line_items: Vec<LineItem>,
        /// People and addresses.
        contacts: Vec<Contact>,
        /// Products in it, of some vendors.
        products: Vec<IncludedProduct>,
        /// The one that it belongs to.
        related_subscription: Box<Subscription>,
        /// Adjustments of its price.
        price_adjustments: Vec<PriceAdjustment>,
        /// The reseller's own fields.
        #[serde(deserialize_with = "one_or_many")]
        custom_fields: Vec<CustomValue>,
    }
    /// Ids and names in the catalog.
    SubscriptionProduct {
        /// Id of the product.
        product_id: String,
        /// Name of the product.
        product_display_name: String,
        /// Id of the SKU.
        sku_id: String,
        /// Name of the SKU.
        sku_display_name: String,
        /// Id of the plan.
        plan_id: String,
        /// Name of the plan.
        plan_display_name: String,
    }
    /// What was billed.
    BillingItem {
        /// Id.
        #[serde(deserialize_with = "text")]
        id: String,
        /// Id of the account.
        #[serde(deserialize_with = "text")]
        account_id: String,
        /// The vendor's id of the subscription.
        #[serde(deserialize_with = "text")]
        subscription_id: String,
        /// Organisation of the customer.
        customer_name: String,
        /// Name of the product.
        product_name: String,
        /// Name of the SKU.
        sku_name: String,
        /// For which time.
        #[serde(deserialize_with = "text")]
        billing_cycle: String,
        /// Name of the price book.
        price_book_name: String,
        /// What the reseller pays for the whole line.
        seller_cost: ExactDecimal,
        /// What the customer pays for the whole line.
        customer_cost: ExactDecimal,
        /// Margin.
        margin: ExactDecimal,
        /// How much was used.
        usage_quantity: ExactDecimal,
        /// Of what.
        unit: String,
        /// Where.
        region: String,
        /// Currency of the amounts.
        currency: String,
        /// Kind of use.
        usage_type: String,
    }
    /// What happened to a subscription.
    ActivityLogs {
        /// How many there are.
        #[serde(deserialize_with = "whole")]
        total_count: i64,
        /// The activities.
        items: Vec<ActivityLog>,
    }
    /// One activity.
    ActivityLog {
        /// The vendor's id of it. Several may have the same.
        #[serde(deserialize_with = "text")]
        id: String,
        /// Such as `Subscription Updated`.
        action_type: String,
        /// When, as received.
        action_date: String,
        /// Such as `succeeded`.
        action_status: String,
        /// The vendor's id of the product.
        #[serde(deserialize_with = "text")]
        product_id: String,
        /// The vendor's id of the SKU.
        #[serde(deserialize_with = "text")]
        sku_id: String,
        /// The vendor's id of the offer.
        #[serde(deserialize_with = "text")]
        offer_id: String,
        /// Licences, as received.
        #[serde(deserialize_with = "text")]
        quantity: String,
        /// State then.
        subscription_status: String,
        /// The vendor's id of the partner.
        #[serde(deserialize_with = "text")]
        partner_id: String,
        /// Billing cycle then.
        billing_cycle: String,
        /// Commitment then.
        billing_term: String,
        /// Whether it renewed by itself then.
        #[serde(deserialize_with = "text")]
        auto_renew_status: String,
        /// What happened, in words.
        action_details: String,
        /// When it was done, as received.
        completion_date: String,
        /// Id of the portal user.
        #[serde(deserialize_with = "text")]
        ccp_user_id: String,
        /// Name of that user.
        ccp_user_name: String,
        /// E-mail of that user.
        ccp_user_email: String,
    }
    /// What a subscription entitles to.
    Entitlement {
        /// Id.
        #[serde(deserialize_with = "text")]
        id: String,
        /// The vendor's id of the subscription.
        #[serde(deserialize_with = "text")]
        subscription_id: String,
        /// Its name.
        friendly_name: String,
        /// Its state.
        status: String,
        /// Resources in it.
        resource_details: Vec<ResourceDetail>,
        /// Reservations in it.
        reservations: Vec<Subscription>,
    }
    /// A resource of an entitlement.
    ResourceDetail {
        /// Id.
        #[serde(deserialize_with = "text")]
        id: String,
        /// Kind.
        resource_type: String,
        /// Group.
        resource_group_name: String,
        /// Name.
        resource_name: String,
    }
    /// A line of the vendor's order.
    LineItem {
        /// Number.
        #[serde(deserialize_with = "text")]
        item_number: String,
        /// Part.
        #[serde(deserialize_with = "text")]
        part_identifier: String,
        /// Name.
        display_name: String,
        /// How many, as received.
        #[serde(deserialize_with = "text")]
        quantity: String,
        /// From when, as received.
        start_date: String,
        /// What is said of it.
        line_item_attributes: Vec<Attribute>,
    }
    /// A person or an address.
    Contact {
        /// What for.
        #[serde(rename = "type")]
        kind: String,
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// Phone.
        work_phone: String,
        /// Organisation.
        company_name: String,
        /// First line of the address.
        address_line1: String,
        /// Second line.
        address_line2: String,
        /// City.
        city: String,
        /// Postal code.
        #[serde(deserialize_with = "text")]
        postal_code: String,
        /// State.
        state: String,
        /// Country.
        country: String,
        /// Language.
        communication_language: String,
        /// The vendor's number of the customer.
        #[serde(deserialize_with = "text")]
        customer_number: String,
        /// The vendor's number of the partner.
        #[serde(deserialize_with = "text")]
        partner_identifier: String,
        /// E-mail.
        email: String,
    }
    /// A product in a subscription.
    IncludedProduct {
        /// Code.
        #[serde(deserialize_with = "text")]
        code: String,
        /// Name.
        name: String,
        /// How many, as received.
        #[serde(deserialize_with = "text")]
        quantity: String,
        /// Holds where use is billed.
        default_for_usage_billing_type: bool,
    }
    /// An adjustment of a price.
    PriceAdjustment {
        /// Name.
        name: String,
        /// Kind.
        adjustment_type: String,
        /// How much.
        adjustment_value: ExactDecimal,
        /// How long.
        duration_type: String,
        /// From when, as received.
        start_date: String,
        /// Until when, as received.
        end_date: String,
    }
    /// A field of the reseller's own.
    CustomValue {
        /// Name.
        key: String,
        /// Value.
        #[serde(deserialize_with = "text")]
        value: String,
    }
}

/// A subscription as [`Subscriptions::get`](crate::Subscriptions::get) gives it: the same members, those among them that lists leave out.
pub type SubscriptionDetail = Subscription;

impl Subscription {
    /// Its state in one spelling, that of the filter: capital letters, and `CANCELLED` with two L (Ion API notes 3, row 1).
    pub fn status(&self) -> Option<String> {
        let word = self.subscription_status.as_ref()?.trim();
        (!word.is_empty()).then(|| one_spelling(word))
    }

    /// True where it is active.
    pub fn is_active(&self) -> bool {
        self.status().is_some_and(|status| status == "ACTIVE")
    }

    /// Licences, where they are a whole number.
    pub fn licenses(&self) -> Option<u64> {
        self.subscription_total_licenses
            .as_ref()?
            .trim()
            .parse()
            .ok()
    }

    /// When bought, where that can be read. A date without a time is its midnight in UTC, here and below.
    pub fn purchased(&self) -> Option<jiff::Timestamp> {
        moment(self.subscription_purchased_date.as_ref())
    }

    /// When the term began.
    pub fn starts(&self) -> Option<jiff::Timestamp> {
        moment(self.subscription_start_date.as_ref())
    }

    /// When the term ends.
    pub fn ends(&self) -> Option<jiff::Timestamp> {
        moment(self.subscription_end_date.as_ref())
    }

    /// When it renews.
    pub fn renews(&self) -> Option<jiff::Timestamp> {
        moment(self.renewal_date.as_ref())
    }

    /// Until when it may be cancelled.
    pub fn cancellable_until(&self) -> Option<jiff::Timestamp> {
        moment(self.cancellation_allowed_until_date.as_ref())
    }

    /// When last changed.
    pub fn updated(&self) -> Option<jiff::Timestamp> {
        moment(self.last_updated_date.as_ref())
    }
}

impl ActivityLog {
    /// When, where that can be read.
    pub fn happened(&self) -> Option<jiff::Timestamp> {
        moment(self.action_date.as_ref())
    }
}

/// A state in the spelling of the filter.
pub(crate) fn one_spelling(word: &str) -> String {
    let word = word.to_ascii_uppercase();
    if word == "CANCELED" {
        "CANCELLED".to_owned()
    } else {
        word
    }
}
