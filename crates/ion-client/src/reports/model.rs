//! What a report is, and what it tells (Ion API notes 2.8). What is not listed here stands in [`Item::raw`](crate::Item::raw).

use crate::decimal::ExactDecimal;
use crate::model::{instant, model, text, texts, whole};

model! {
    /// A report. Every member may be missing; lists have no specs.
    Report {
        /// Its id.
        #[serde(deserialize_with = "text")]
        report_id: String,
        /// What it was made from, such as `azure_plan_billing`.
        report_template_id: String,
        /// `REPORTS_REPORTS_MODULE` and others.
        report_module: String,
        /// Its name.
        display_name: String,
        /// `BILLING_REPORTS`, `CUSTOMER_REPORTS` or `PARTNER_REPORTS`.
        category: String,
        /// Who made it.
        created_by: String,
        /// Who changed it last.
        last_updated_by: String,
        /// When made, as received.
        create_time: String,
        /// When last looked at, as received.
        access_time: String,
        /// Ion's numbers of the providers in it.
        #[serde(deserialize_with = "texts")]
        provider_ids: Vec<String>,
        /// Ion's numbers of the providers whose cache it knows.
        #[serde(deserialize_with = "texts")]
        cache_metadata_provider_ids: Vec<String>,
        /// Further settings.
        options: Vec<ReportParam>,
        /// Columns, filters, dates and currencies.
        specs: ReportSpecs,
    }
    /// Columns, filters, dates and currencies of a report.
    ReportSpecs {
        /// Columns that it may have.
        all_columns: Vec<ReportColumn>,
        /// Columns that it has. Not described, and there (Ion API notes 3, row 19).
        selected_columns: Vec<ReportColumn>,
        /// What may be narrowed down.
        column_filters: Vec<ReportFilter>,
        /// A text that is looked for.
        substring_filter: ReportSearch,
        /// Over which time it goes.
        date_range_option: ReportDates,
        /// In which currency it is.
        currency_option: ReportCurrencies,
        /// Rates.
        conversion_rates: Vec<ReportRate>,
        /// Keys of tags.
        tag_keys: Vec<ReportKey>,
        /// There are more.
        is_tag_keys_truncated: bool,
        /// Keys of customers' fields.
        customer_field_keys: Vec<ReportKey>,
        /// Keys of cloud accounts' fields.
        cloud_account_field_keys: Vec<ReportKey>,
        /// Most rows.
        #[serde(deserialize_with = "text")]
        rows_limit: String,
    }
    /// A column.
    ReportColumn {
        /// Id.
        #[serde(deserialize_with = "text")]
        id: String,
        /// What it was made from, such as `azure_plan_billing.customer_cost`.
        column_template_id: String,
        /// Name.
        display_name: String,
        /// Rows may be grouped by it.
        groupable: bool,
        /// Key, where it was made from a field or tag.
        dynamic_unique_key: String,
        /// Parameters.
        params: Vec<ReportParam>,
        /// Place among the columns that rows are grouped by.
        #[serde(deserialize_with = "whole")]
        grouping_level: i64,
        /// Part of what names an invoice.
        is_invoice_key: bool,
        /// `STRING`, `MONEY` and others.
        value_type: String,
        /// Heading in a CSV file, which tells the currency of amounts: `Seller Cost (SEK)`.
        column_heading: String,
        /// How values of a group are put together.
        #[serde(deserialize_with = "text")]
        agg_type: String,
        /// What the columns were made from that must be grouped by for its values to make sense together.
        grouping_columns: Vec<String>,
    }
    /// A name and a value.
    ReportParam {
        /// Name.
        name: String,
        /// Value.
        #[serde(deserialize_with = "text")]
        value: String,
    }
    /// What may be narrowed down.
    ReportFilter {
        /// Id of the column.
        #[serde(deserialize_with = "text")]
        id: String,
        /// What the column was made from.
        column_template_id: String,
        /// Name.
        display_name: String,
        /// Values that there are.
        all_values: Vec<ReportFilterValue>,
        /// Values that are chosen.
        selected_values: Vec<ReportFilterValue>,
        /// Spans of values that are chosen.
        value_ranges: Vec<ReportFilterSpan>,
    }
    /// A value of a column.
    ReportFilterValue {
        /// As it is shown.
        display_value: ReportValue,
        /// Its id.
        #[serde(deserialize_with = "text")]
        value_id: String,
    }
    /// A span of values of a column.
    ReportFilterSpan {
        /// From.
        start: ReportFilterValue,
        /// To.
        end: ReportFilterValue,
    }
    /// A text that is looked for in columns.
    ReportSearch {
        /// Ids of the columns.
        #[serde(deserialize_with = "texts")]
        ids: Vec<String>,
        /// The text.
        substring: String,
    }
    /// Over which time a report goes.
    ReportDates {
        /// What may be chosen.
        available_range: ReportRangeTold,
        /// What is chosen.
        selected_range: ReportRangeTold,
        /// Day of the month on which a period begins.
        #[serde(deserialize_with = "text")]
        billing_day: String,
    }
    /// A span of time.
    ReportRangeTold {
        /// By a word, such as `MONTH_TO_DATE`.
        relative_date_range: String,
        /// What that word means now.
        relative_actual_date_range: ReportSpan,
        /// By dates.
        fixed_date_range: ReportSpan,
    }
    /// A span of time by dates.
    ReportSpan {
        /// From when, as received.
        start_date: String,
        /// Until when, as received.
        end_date: String,
    }
    /// In which currency a report is.
    ReportCurrencies {
        /// What may be chosen.
        available_currencies: Vec<ReportCurrency>,
        /// What is chosen. Described as `selected_currency`.
        #[serde(alias = "selected_currency")]
        selected_currency: ReportCurrency,
    }
    /// A currency.
    ReportCurrency {
        /// Code.
        code: String,
        /// Sign.
        symbol: String,
        /// Name.
        name: String,
        /// Place in lists.
        #[serde(deserialize_with = "whole")]
        display_order: i64,
    }
    /// A rate between two currencies.
    ReportRate {
        /// From.
        from_currency: ReportCurrency,
        /// To.
        to_currency: ReportCurrency,
        /// Rate.
        rate: ExactDecimal,
        /// Used where no other is.
        is_default: bool,
    }
    /// A key that may become a column.
    ReportKey {
        /// Name.
        display_name: String,
        /// Key.
        unique_key: String,
        /// Parameters.
        params: Vec<ReportParam>,
        /// Is a column.
        is_column: bool,
    }
    /// A row of a report: as many values as columns are selected.
    ReportRow {
        /// Its values.
        values: Vec<ReportValue>,
    }
    /// A value of a row. One of its members says what it is.
    ReportValue {
        /// `STRING`, `FLOAT`, `INT`, `MONEY`, `BOOL`, `INTERNAL_LINK`, `DATE` or `ID`.
        value_type: String,
        /// A text.
        string_value: String,
        /// A decimal.
        float_value: ExactDecimal,
        /// A whole number.
        #[serde(deserialize_with = "whole")]
        int_value: i64,
        /// An amount.
        money_value: ReportMoney,
        /// How an amount was converted. Described as `conversion_rate`.
        #[serde(alias = "conversion_rate")]
        conversion_rate: ReportConversion,
        /// Into which currency.
        target_currency: String,
        /// Yes or no.
        bool_value: bool,
        /// A link within the portal.
        internal_link_value: ReportLink,
        /// A time, as received.
        date_value: String,
        /// What names an invoice.
        invoice_key: ReportInvoiceKey,
    }
    /// An amount. Zero is left out.
    ReportMoney {
        /// Currency.
        currency: String,
        /// Amount.
        value: ExactDecimal,
    }
    /// How an amount was converted.
    ReportConversion {
        /// From which currency.
        from_currency: String,
        /// Rate.
        rate: ExactDecimal,
        /// Whose rate.
        source: String,
    }
    /// A link within the portal.
    ReportLink {
        /// Where to.
        link: String,
        /// Its text.
        text: String,
    }
    /// What names an invoice.
    ReportInvoiceKey {
        /// Ion's numbers of the providers.
        #[serde(deserialize_with = "texts")]
        provider_id: Vec<String>,
        /// Ion's id of the customer.
        #[serde(deserialize_with = "text")]
        customer_id: String,
        /// Currencies of the providers.
        provider_currency: Vec<String>,
        /// Id of a record of AWS.
        #[serde(deserialize_with = "text")]
        aws_usage_record_id: String,
        /// Used from when, as received.
        usage_start_date: String,
        /// Used until when, as received.
        usage_end_date: String,
        /// Billed from when, as received.
        billing_start_date: String,
    }
    /// How price and cost of a row came about.
    ReportDetails {
        /// Of the price.
        price_details: Vec<ReportSteps>,
        /// Of the cost.
        cost_details: Vec<ReportSteps>,
    }
    /// Steps to an amount.
    ReportSteps {
        /// The steps.
        steps: Vec<ReportStep>,
    }
    /// A step to an amount.
    ReportStep {
        /// What is done.
        operator: String,
        /// With which number.
        value: ExactDecimal,
        /// What it is called.
        name: String,
        /// What it rests on. Described as `step_details_data`.
        #[serde(alias = "step_details_data")]
        step_details_data: ReportStepData,
    }
    /// What a step rests on. What is said of reserved instances that do not fit stands in the raw text.
    ReportStepData {
        /// Id of a reserved instance.
        #[serde(alias = "reserved_instance_id", deserialize_with = "text")]
        reserved_instance_id: String,
        /// Which kind it was applied to.
        #[serde(alias = "applied_instance_type")]
        applied_instance_type: String,
        /// Difference.
        delta: ExactDecimal,
        /// Id of a price book.
        #[serde(alias = "pricebook_id", deserialize_with = "text")]
        pricebook_id: String,
        /// Name of a price book.
        #[serde(alias = "pricebook_name")]
        pricebook_name: String,
        /// What was tried.
        #[serde(alias = "attempted_ri_matches", deserialize_with = "texts")]
        attempted_ri_matches: Vec<String>,
        /// SKU.
        sku: String,
    }
}

impl Report {
    /// When made, where that can be read.
    pub fn created(&self) -> Option<jiff::Timestamp> {
        instant(self.create_time.as_ref())
    }
}
