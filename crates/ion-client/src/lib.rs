#![doc = include_str!("../README.md")]

mod answer;
mod carts;
mod catalog;
mod client;
mod customers;
mod decimal;
mod error;
mod filters;
mod http;
mod model;
pub mod oauth;
mod offset;
mod orders;
mod page;
mod products;
mod reports;
mod scrub;
mod subscriptions;
mod templates;
mod write;

pub use carts::{
    Cart, CartAddOn, CartAddOnDraft, CartDraft, CartItem, CartItemDraft, CartItems, CartList,
    CartPayment, CartPaymentSpec, CartPrice, CartPurchase, CartQuantitySpec, Carts, Checkout,
    CheckoutLine,
};
pub use catalog::{
    AddOn, Categories, Category, Charge, ChargeTier, Charges, Consumable, ConsumableTier,
    CustomField, Definition, Duration, Feature, Image, Marketing, Phase, Plan, PlanPrice, Pricing,
    Product, Program, Sku, TagValue, Usage, UsageDefinition, UsageUnit, Verticals,
};
pub use client::{
    AccessToken, AccessTokens, FixedToken, IonClient, PacedBudget, RequestBudget, TokenUnavailable,
};
pub use customers::{
    AzureAddress, AzureAgreement, AzureBillingProfile, AzureCompanyProfile, AzureProfile,
    CloudProfile, CloudProfileFilter, CreatedCustomer, Customer, CustomerAddress, CustomerDraft,
    CustomerList, Customers,
};
pub use decimal::ExactDecimal;
pub use error::{ApiError, Class, DecodeError, Error, Problem};
pub use http::{ConfigError, HttpSettings, RetryPolicy};
pub use offset::OffsetPage;
pub use orders::{
    AddOnDraft, Attribute, CustomerOrderList, Order, OrderAction, OrderAddOn, OrderDraft,
    OrderError, OrderItem, OrderLineDraft, OrderList, OrderReply, OrderSecret, OrderSort, Orders,
    ProvisioningInfo,
};
pub use page::{Item, Page, PageToken};
pub use products::{ClientRole, GetProduct, ProductList, Products, ProviderProducts};
pub use reports::{
    RefreshCache, Report, ReportBody, ReportColumn, ReportConversion, ReportCsv, ReportCurrencies,
    ReportCurrency, ReportData, ReportDates, ReportDetails, ReportFilter, ReportFilterSpan,
    ReportFilterValue, ReportInvoiceKey, ReportKey, ReportLink, ReportMoney, ReportParam,
    ReportQuery, ReportRange, ReportRangeTold, ReportRate, ReportRow, ReportSearch, ReportSpan,
    ReportSpecs, ReportStep, ReportStepData, ReportSteps, ReportValue, Reports,
};
pub use subscriptions::{
    ActivityLog, ActivityLogs, BillingItem, Contact, CustomValue, Entitlement, GetSubscription,
    IncludedProduct, LineItem, PriceAdjustment, ResourceDetail, Subscription, SubscriptionDetail,
    SubscriptionList, SubscriptionProduct, Subscriptions,
};
pub use templates::{Template, TemplateFilter, Templates};
pub use write::{Effect, WriteError};
