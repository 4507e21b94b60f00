//! A product as Ion lists it.

use serde_json::{Value, json};

use super::{Corruption, Listing};
use crate::generate::{Plan, Price, Product, Sku, VENDORS};

pub(super) fn quote(text: &str) -> String {
    Value::from(text).to_string()
}

pub(super) fn render(account: &str, listing: &Listing, with_price_book: bool) -> String {
    let product = &listing.product;
    let vendor = &VENDORS[product.vendor];
    let time = |seconds: i64| {
        jiff::Timestamp::from_second(seconds)
            .unwrap_or_default()
            .to_string()
    };
    let skus = |add_on: bool| {
        product
            .skus
            .iter()
            .filter(|sku| sku.add_on == add_on)
            .map(|sku| render_sku(account, product, sku, with_price_book, listing.corruption))
            .collect::<Vec<_>>()
    };
    let mut sold = skus(false);
    if listing.corruption == Some(Corruption::TwiceTheSku)
        && let Some(first) = sold.first().cloned()
    {
        sold.insert(1, first);
    }
    let sold = sold.join(",");
    let sold = if listing.corruption == Some(Corruption::SkusIsObject) {
        "{\"0\":\"one\"}".to_owned()
    } else {
        format!("[{sold}]")
    };
    let add_ons = skus(true).join(",");
    let name = match listing.corruption {
        Some(Corruption::NameIsNumber) => json!(365),
        _ => json!(product.name),
    };
    let text = match listing.corruption {
        Some(Corruption::LongText) => "x".repeat(2_000_000),
        Some(Corruption::HugeText) => "x".repeat(5_000_000),
        _ => product.text.clone(),
    };
    let marketing = json!({
        "displayName": name, "caption": product.caption, "description": text,
        "searchKeywords": [vendor.name, product.category],
        "defaultImage": {"title": "Logo", "content": format!("https://images.example/{}/logo.png", product.slug), "type": "MEDIA_TYPE_IMAGE"},
    });
    let fields = json!([
        {"name": "productType", "content": product.category, "type": "STRING"},
        {"name": "ProvisioningCategory", "content": vendor.word, "type": "STRING"},
        {"name": "region", "content": "EMEA", "type": "STRING"},
    ]);
    let features = json!([
        {"id": "Cost-effective", "displayName": "Cost effective"},
        {"id": "Flexible", "displayName": "Flexible"},
        {"id": "Managed", "displayName": "Managed by your reseller"},
    ]);
    let mut out = format!(
        r#"{{"name":"accounts/{account}/products/{}","type":"SUBSCRIPTION_PRODUCT","categories":["accounts/{account}/categories/{}"],"hasPublishedVersions":true,"#,
        product.slug,
        product.category.replace(' ', "-")
    );
    if listing.corruption != Some(Corruption::NoName) {
        out.push_str(&format!(r#""marketing":{marketing},"#));
    }
    out.push_str(&format!(r#""definition":{{"supportedCurrencies":["EUR","USD"],"billingMode":"{}","features":{features},"skus":{sold},"#, if product.skus.iter().any(|sku| sku.plans.iter().any(|plan| plan.by_use)) { "POSTPAY" } else { "PREPAY" }));
    if !add_ons.is_empty() {
        out.push_str(&format!(r#""addOns":[{add_ons}],"#));
    }
    out.push_str(&format!(
        r#""customFields":{fields}}},"isSharedProduct":true,"#
    ));
    if product.disabled {
        out.push_str(r#""disabled":true,"#);
    }
    if product.secret {
        out.push_str(&format!(
            r#""previewAuthToken":"/+blob-signature+/{}=","#,
            product.slug
        ));
    }
    out.push_str(&format!(
        r#""etag":"E{:x}-{}","createTime":"{}","updateTime":"{}"}}"#,
        product.created,
        product.version,
        time(product.created),
        time(product.updated).replace(
            'Z',
            if product.updated % 2 == 0 {
                ".475Z"
            } else {
                "Z"
            }
        )
    ));
    out
}

fn render_sku(
    account: &str,
    product: &Product,
    sku: &Sku,
    with_price_book: bool,
    corruption: Option<Corruption>,
) -> String {
    let plans = sku
        .plans
        .iter()
        .enumerate()
        .map(|(n, plan)| render_plan(plan, with_price_book, corruption.filter(|_| n == 0)))
        .collect::<Vec<_>>()
        .join(",");
    let id = match corruption {
        Some(Corruption::NoSkuId) => String::new(),
        _ => format!(r#""id":{},"#, quote(&sku.id)),
    };
    let mut out = format!(
        r#"{{{id}"displayName":{},"description":"{}","cancelTiming":"END_OF_TERM","plans":[{plans}],"productId":{},"productCloudProviderName":"accounts/{account}/cloudProviders/{}","supportPlanAsProductPlan":{{"details":{{}}}}"#,
        quote(&sku.name),
        if sku.plans.iter().any(|plan| plan.by_use) {
            "Based on Usage"
        } else {
            "Per seat"
        },
        quote(&sku.external_id),
        VENDORS[product.vendor].provider
    );
    let add_ons: Vec<&str> = product.add_ons_of(sku).map(|one| one.id.as_str()).collect();
    if !add_ons.is_empty() {
        out.push_str(&format!(r#","availableAddOns":{}"#, json!(add_ons)));
    }
    if with_price_book && !sku.plans.iter().any(|plan| plan.available) {
        out.push_str(r#","productAvailability":false"#);
    } else if with_price_book {
        out.push_str(r#","productAvailability":true"#);
    }
    if sku.disabled {
        out.push_str(r#","disabled":true"#);
    }
    out.push('}');
    out
}

fn render_plan(plan: &Plan, with_price_book: bool, corruption: Option<Corruption>) -> String {
    let phases = if plan.by_use {
        format!(
            r#"[{{"type":"UNLIMITED_PHASE","recurringPrice":{{"EUR":0}},"usages":[{{"usage":"Compute-hour","displayName":"Compute hour","price":{{"EUR":{}e-6}}}}]}}]"#,
            plan.price.units / 10
        )
    } else {
        format!(
            r#"[{{"type":"UNLIMITED_PHASE","duration":{{"unlimited":true}},"recurringPrice":{{"EUR":{},"USD":{}}}}}]"#,
            plan.list.text(),
            Price {
                units: plan.list.units * 109 / 100,
                noise: ""
            }
            .text()
        )
    };
    let id = match corruption {
        Some(Corruption::NoPlanId) => String::new(),
        _ => format!(r#""id":{},"#, quote(&plan.id)),
    };
    let mut out = format!(
        r#"{{{id}"displayName":{},"billingPeriod":"{}","phases":{phases},"supportPlan":{{}},"priceDisplay":"PRICE_DISPLAY_SHOW_PLAN""#,
        quote(&plan.name),
        plan.billing
    );
    if let Some(mpn) = &plan.mpn {
        out.push_str(&format!(r#","mpnId":{}"#, quote(mpn)));
    }
    if with_price_book && !plan.by_use {
        let price = match corruption {
            Some(Corruption::PriceIsText) => "\"on request\"".to_owned(),
            Some(Corruption::PriceTooLarge) => "1e308".to_owned(),
            Some(Corruption::NegativePrice) => "-1".to_owned(),
            Some(Corruption::NotANumber) => "\"NaN\"".to_owned(),
            _ => plan.price.text(),
        };
        if plan.available {
            out.push_str(&format!(r#","pricebookPrice":{price},"pricebookCurrency":"EUR","pricebookMasterPrice":{},"productAvailability":true"#, plan.list.text()));
        } else {
            out.push_str(r#","productAvailability":false"#);
        }
    }
    out.push('}');
    out
}
