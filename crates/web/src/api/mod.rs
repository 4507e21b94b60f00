//! The REST API under `/api/v1`: bearer tokens, cursor pages, problems with stable codes, and one effect for each idempotency key.

pub(crate) mod body;
pub(crate) mod connections;
pub(crate) mod customers;
pub(crate) mod etag;
pub(crate) mod margins;
pub(crate) mod me;
pub(crate) mod notices;
pub(crate) mod once;
pub(crate) mod orders;
pub(crate) mod page;
pub(crate) mod products;
pub(crate) mod refusals;
pub(crate) mod runs;
pub(crate) mod set_aside;
pub(crate) mod subscriptions;
pub(crate) mod tokens;
pub(crate) mod users;

use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

/// The description before any route is added.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ionbridge",
        description = "Connections to StreamOne Ion, the imported catalog with its prices over time, customers that are kept equal on both sides, orders and the subscriptions that come of them, and the runs that keep all of it up to date.\n\n\
            Every request carries `Authorization: Bearer <API token>`. Lists come in pages: pass `next` back as `cursor` until it is null. \
            A `POST` that creates something needs an `Idempotency-Key`: repeated with the same body it gives the same answer and has one effect. \
            What goes wrong is told as `application/problem+json` (RFC 9457) with a stable `code`.",
        license(name = "MIT OR Apache-2.0"),
        contact()
    ),
    components(schemas(crate::fault::Problem)),
    security(("token" = [])),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme =
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        description
            .components
            .get_or_insert_default()
            .add_security_scheme("token", scheme);
    }
}

/// The description of the API, without its paths.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}
