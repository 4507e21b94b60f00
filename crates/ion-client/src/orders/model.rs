//! What an order is (Ion API notes 2.5). What is not listed here stands in [`Item::raw`](crate::Item::raw).

use crate::catalog::Plan;
use crate::decimal::ExactDecimal;
use crate::model::{details, id_behind, instant, model, one_or_many, text, trimmed, whole};

model! {
    /// An order. Every member may be missing.
    Order {
        /// `accounts/{a}/customers/{c}/orders/{o}`.
        name: String,
        /// The `accountId` of the description, seen in no reply: [`Order::account_id`] reads the name first.
        #[serde(rename = "accountId", deserialize_with = "text")]
        account: String,
        /// The `customerId` of the description, seen in no reply: [`Order::customer_id`] reads the name first.
        #[serde(rename = "customerId", deserialize_with = "text")]
        customer: String,
        /// The `orderId` of the description, seen in no reply: [`Order::id`] reads the name first.
        #[serde(rename = "orderId", deserialize_with = "text")]
        order: String,
        /// The caller's label. Of an order that came from a cart: `customers/{c}/carts/{k}`.
        reference_id: String,
        /// Shown in the portal.
        display_name: String,
        /// Id of the portal user who placed it.
        #[serde(deserialize_with = "text")]
        user_id: String,
        /// Name of that user.
        user_name: String,
        /// E-mail of that user.
        user_email: String,
        /// `NEW`, `CONFIRMED`, `ON_HOLD`, `IN_PROGRESS`, `COMPLETED`, `ERROR`, `CANCELED`, or another word.
        status: String,
        /// Currency of the amounts.
        currency_code: String,
        /// Total, in that currency.
        total: ExactDecimal,
        /// The cart that it came from.
        #[serde(deserialize_with = "text")]
        cart_id: String,
        /// What went wrong with the order as a whole.
        errors: Vec<OrderError>,
        /// Its lines.
        order_items: Vec<OrderItem>,
        /// What runs at the vendor.
        provisioning_info: ProvisioningInfo,
        /// When made, as received.
        create_time: String,
        /// When last changed, as received.
        update_time: String,
        /// When it is to run, as received.
        scheduled_at: String,
    }
    /// A line of an order.
    OrderItem {
        /// `accounts/{a}/customers/{c}/orders/{o}/orderItems/{i}`.
        name: String,
        /// The caller's label. Of an order that came from a cart: `customers/{c}/cartItems/{i}`.
        reference_id: String,
        /// `CREATE` or `UPDATE`.
        action: String,
        /// Id of the product.
        product_id: String,
        /// Id of the SKU.
        sku_id: String,
        /// Id of the plan.
        plan_id: String,
        /// Licences: the new total, also in an `UPDATE`.
        #[serde(deserialize_with = "whole")]
        quantity: i64,
        /// Word of the provider, such as `AZURE` or `UNSPECIFIED`.
        provider_name: String,
        /// The cart item that it came from.
        #[serde(deserialize_with = "text")]
        cart_item_id: String,
        /// State of the line: other words than those of orders, such as `ACTIVE`.
        status: String,
        /// The vendor's id of the subscription.
        #[serde(deserialize_with = "text")]
        resource_id: String,
        /// What the customer pays for one, without add-ons.
        price: ExactDecimal,
        /// What the reseller pays for one.
        cost: ExactDecimal,
        /// Sum of the line.
        sub_total: ExactDecimal,
        /// The vendor's list price of one.
        msrp: ExactDecimal,
        /// Margin of the line.
        margin: ExactDecimal,
        /// Currency of the line.
        currency_code: String,
        /// Purchase order of the end customer.
        #[serde(rename = "endCustomerPO", alias = "endCustomerPo")]
        end_customer_po: String,
        /// Purchase order of the reseller.
        #[serde(rename = "resellerPO", alias = "resellerPo")]
        reseller_po: String,
        /// Add-ons of the line.
        #[serde(deserialize_with = "one_or_many")]
        add_ons: Vec<OrderAddOn>,
        /// What the vendor was told, without secrets.
        attributes: Vec<Attribute>,
        /// What the catalog says of it.
        catalog_attributes: Vec<Attribute>,
        /// What went wrong with the line.
        errors: Vec<OrderError>,
        /// What runs at the vendor.
        provisioning_info: ProvisioningInfo,
        /// Free text.
        additional_information: String,
        /// Name of the product.
        product_name: String,
        /// Name of the SKU.
        sku_name: String,
        /// Name of the plan.
        plan_name: String,
        /// The manufacturer's part number, such as `CFQ7TTC0LH18:000D:P1M:M`.
        mfg_part_number: String,
        /// Whether a promotion holds, as a word such as `VERIFIED`.
        #[serde(deserialize_with = "text")]
        is_eligible_for_promo: String,
        /// Country of who sells the product.
        product_owner_country_code: String,
        /// When made, as received.
        create_time: String,
        /// When last changed, as received. May be later than the order's.
        update_time: String,
    }
    /// An add-on of a line. The description has the add-on of the catalog here, and what was ordered is described for requests only.
    OrderAddOn {
        /// Id of the add-on.
        #[serde(deserialize_with = "text")]
        id: String,
        /// Id of the add-on; described with the same words as `id`.
        #[serde(deserialize_with = "text")]
        add_on_id: String,
        /// Name.
        display_name: String,
        /// Id of the plan.
        plan_id: String,
        /// `CREATE` or `UPDATE`.
        action: String,
        /// How many.
        #[serde(deserialize_with = "whole")]
        quantity: i64,
        /// State.
        status: String,
        /// The vendor's id of the subscription.
        #[serde(deserialize_with = "text")]
        resource_id: String,
        /// What the customer pays for one.
        price: ExactDecimal,
        /// What the reseller pays for one.
        cost: ExactDecimal,
        /// The vendor's id.
        #[serde(deserialize_with = "text")]
        product_id: String,
        /// Text of the catalog, as all that follows.
        description: String,
        /// Another name.
        alias: String,
        /// `PURCHASE_DATE` or `SUBSCRIPTION_DATE`.
        alignment: String,
        /// `END_OF_TERM` or `IMMEDIATE`.
        cancel_timing: String,
        /// More than one may be bought.
        allow_multiple: bool,
        /// Plans.
        plans: Vec<Plan>,
        /// Tax code.
        tax_code: String,
        /// Resource name of the provider.
        product_cloud_provider_name: String,
        /// What the reseller pays by its price book.
        pricebook_price: ExactDecimal,
        /// Its currency.
        pricebook_currency: String,
        /// The upstream list price.
        pricebook_master_price: ExactDecimal,
        /// What else the price book says.
        #[serde(deserialize_with = "details")]
        pricebook_details: Vec<(String, String)>,
        /// False: known, but not in the price book.
        product_availability: bool,
    }
    /// A name and a value.
    Attribute {
        /// Name.
        name: String,
        /// Value: a text, also where Ion writes a number or a truth value.
        #[serde(deserialize_with = "text")]
        value: String,
    }
    /// What went wrong with an order or a line.
    OrderError {
        /// Code, such as `COMM-VL-001`, without white space around it.
        #[serde(deserialize_with = "trimmed")]
        code: String,
        /// What happened, in Ion's or the vendor's words.
        #[serde(deserialize_with = "text")]
        detail: String,
        /// Who says so.
        source_name: String,
        /// Which part of the order.
        instance_path: String,
    }
    /// What runs at the vendor.
    ProvisioningInfo {
        /// Id of the process.
        #[serde(deserialize_with = "text")]
        process_id: String,
        /// Its name.
        process_name: String,
        /// More of it.
        #[serde(deserialize_with = "text")]
        details: String,
    }
}

impl Order {
    /// Its id: the last segment of the name.
    pub fn id(&self) -> Option<&str> {
        id_behind(self.name.as_ref(), "orders").or(self.order.as_deref())
    }

    /// The customer that it is for, as the name tells: also where the list was of all customers.
    pub fn customer_id(&self) -> Option<&str> {
        id_behind(self.name.as_ref(), "customers").or(self.customer.as_deref())
    }

    /// The account that it belongs to, which may be a lower one.
    pub fn account_id(&self) -> Option<&str> {
        id_behind(self.name.as_ref(), "accounts").or(self.account.as_deref())
    }

    /// When made, where that can be read.
    pub fn created(&self) -> Option<jiff::Timestamp> {
        instant(self.create_time.as_ref())
    }

    /// When last changed, where that can be read.
    pub fn updated(&self) -> Option<jiff::Timestamp> {
        instant(self.update_time.as_ref())
    }

    /// When it is to run, where that can be read.
    pub fn scheduled(&self) -> Option<jiff::Timestamp> {
        instant(self.scheduled_at.as_ref())
    }
}

impl OrderItem {
    /// Its id: the last segment of the name.
    pub fn id(&self) -> Option<&str> {
        id_behind(self.name.as_ref(), "orderItems")
    }

    /// When made, where that can be read.
    pub fn created(&self) -> Option<jiff::Timestamp> {
        instant(self.create_time.as_ref())
    }

    /// When last changed, where that can be read.
    pub fn updated(&self) -> Option<jiff::Timestamp> {
        instant(self.update_time.as_ref())
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter().flatten();
        attributes
            .find(|attribute| attribute.name.as_deref() == Some(name))?
            .value
            .as_deref()
    }
}
