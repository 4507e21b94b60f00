//! Products as a file: what the list shows, all pages, streamed.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::access::Right;
use engine::table::{Table, TableFormat, TableWriter};
use serde::Serialize;
use store::StoreError;
use store::catalog::{PriceSort, ProductFilter, ProductHit, search};

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;
use crate::filter;
use crate::pages::address::Address;
use crate::table::{answer, is_test};

/// Products that are read at a time.
const PART: u32 = 500;

/// One line of the file.
#[derive(Debug, Serialize)]
struct Line<'a> {
    test: &'static str,
    id: String,
    ion_id: &'a str,
    name: &'a str,
    vendor: &'a str,
    category: &'a str,
    part_number: &'a str,
    commitments: String,
    billing: String,
    variants: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    state: &'static str,
    changed_at: String,
}

const HEAD: [&str; 14] = [
    "test",
    "id",
    "ion_id",
    "name",
    "vendor",
    "category",
    "part_number",
    "commitments",
    "billing",
    "variants",
    "cost",
    "currency",
    "state",
    "changed_at",
];

/// As CSV, for spreadsheets.
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, &caller, query.as_deref(), TableFormat::Csv).await
}

/// As JSON, an array.
pub(crate) async fn json(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    export(&app, &caller, query.as_deref(), TableFormat::Json).await
}

/// Products that are being written.
struct ProductTable {
    app: App,
    filter: ProductFilter,
    writer: TableWriter,
    costs: bool,
    test: bool,
}

async fn export(
    app: &App,
    caller: &Caller,
    query: Option<&str>,
    format: TableFormat,
) -> Result<Response, Fault> {
    let costs = caller.may(Right::SeeCost);
    let address = Address::new("/products", query);
    let mut filter = filter::read(|name| address.get(name), costs)?;
    filter.limit = PART;
    // A part goes on behind the last record of the part before: an import meanwhile neither repeats nor hides one.
    filter.sort.get_or_insert(PriceSort::Name);
    let table = ProductTable {
        app: app.clone(),
        filter,
        writer: TableWriter::new(format),
        costs,
        test: is_test(app).await?,
    };
    answer(app, "products", table).await
}

impl Table for ProductTable {
    fn format(&self) -> TableFormat {
        self.writer.format()
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.writer.is_done() {
            return Ok(None);
        }
        let page = search(self.app.store().read(), &self.filter).await?;
        let (hits, last) = (&page.products, page.next.is_none());
        let text = match self.format() {
            TableFormat::Csv => {
                let rows: Vec<_> = hits.iter().map(|hit| cells(&self.line(hit))).collect();
                let head = HEAD.map(str::to_owned).to_vec();
                self.writer.cells(head, rows, last)
            }
            TableFormat::Json => {
                let objects: Vec<_> = hits.iter().map(|hit| object(&self.line(hit))).collect();
                self.writer.objects(objects, last)
            }
        };
        self.filter.after = page.next;
        Ok(Some(text))
    }
}

impl ProductTable {
    fn line<'a>(&self, hit: &'a ProductHit) -> Line<'a> {
        Line {
            test: if self.test { "TEST" } else { "" },
            id: hit.id.to_string(),
            ion_id: &hit.ion_id,
            name: &hit.name,
            vendor: &hit.vendor,
            category: &hit.category,
            part_number: &hit.part_number,
            commitments: hit.terms.join(" "),
            billing: hit.billings.join(" "),
            variants: hit.variants,
            cost: hit.cost.as_deref().filter(|_| self.costs),
            currency: hit.currency.as_deref().filter(|_| self.costs),
            state: hit.state.as_str(),
            changed_at: hit.changed_at.to_string(),
        }
    }
}

fn object(line: &Line<'_>) -> String {
    serde_json::to_string(line).expect("a line is text and numbers")
}

fn cells(line: &Line<'_>) -> Vec<String> {
    [
        line.test,
        &line.id,
        line.ion_id,
        line.name,
        line.vendor,
        line.category,
        line.part_number,
        &line.commitments,
        &line.billing,
        &line.variants.to_string(),
        line.cost.unwrap_or_default(),
        line.currency.unwrap_or_default(),
        line.state,
        &line.changed_at,
    ]
    .map(str::to_owned)
    .to_vec()
}
