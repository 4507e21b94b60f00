//! Every route with who may use it. The router is built from this table and the guard checks by it, so that none can be forgotten.

use axum::Router;
use domain::access::Right::{
    self, EditCustomers, EditMargins, Export, ManageApiTokens, ManageConnections, ManageSettings,
    ManageUsers, PlaceOrders, Read, ReadAudit, RunImports, SeeCost,
};
use http::Method;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::router::OPENAPI;
use crate::{api, assets, pages};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A person who is logged in, with this right.
    Person(Right),
    /// The same, with the password given in the last ten minutes.
    PersonConfirmed(Right),
    /// A program with an API token that includes this right.
    Program(Right),
    /// This machine itself, or a program that manages settings.
    Scrape,
}

/// A route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// `get`, `post`, `patch`, `put` or `delete`.
    pub method: &'static str,
    /// Path, with `{names}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

use Access::{Person, PersonConfirmed, Program, Public, Scrape};

macro_rules! page_routes {
    ($($method:ident $path:literal, $access:expr => $handler:path;)+) => {
        const PAGES: &[Route] = &[$(Route { method: stringify!($method), path: $path, access: $access }),+];

        /// Pages, probes and assets.
        pub(crate) fn pages() -> Router<App> {
            Router::new()$(.route($path, axum::routing::$method($handler)))+
        }
    };
}

macro_rules! api_routes {
    ($($method:ident $path:literal, $access:expr => $($handler:ident)::+;)+) => {
        const API: &[Route] = &[$(Route { method: stringify!($method), path: $path, access: $access }),+];

        /// The REST API with its description. Method and path stand at each handler too; a test holds them together.
        pub(crate) fn api() -> OpenApiRouter<App> {
            let mut router = OpenApiRouter::with_openapi(api::description())$(.routes(utoipa_axum::routes!($($handler)::+)))+;
            api::refusals::describe(router.get_openapi_mut(), API);
            router
        }
    };
}

page_routes! {
    get "/assets/{*path}", Public => assets::serve;
    get "/healthz", Public => pages::probe::healthz;
    get "/readyz", Public => pages::probe::readyz;
    get "/metrics", Scrape => pages::probe::metrics;

    get "/login", Public => pages::login::show;
    post "/login", Public => pages::login::submit;
    post "/logout", Person(Read) => pages::login::log_out;
    get "/setup", Public => pages::setup::show;
    post "/setup", Public => pages::setup::submit;
    get "/reauthenticate", Person(Read) => pages::reauthenticate::show;
    post "/reauthenticate", Person(Read) => pages::reauthenticate::submit;
    get "/profile", Person(Read) => pages::profile::show;
    post "/profile/password", Person(Read) => pages::profile::change_password;
    get "/api/v1/docs", Public => pages::reference::show;

    get "/", Person(Read) => pages::dashboard::show;
    get "/jump", Person(Read) => pages::jump::show;

    get "/products", Person(Read) => pages::products::list;
    get "/products/export.csv", Person(Export) => pages::export::csv;
    get "/products/export.json", Person(Export) => pages::export::json;
    get "/products/changes", Person(Read) => pages::changes::show;
    get "/products/set-aside", Person(Read) => pages::set_aside::list;
    get "/products/set-aside/{id}", Person(Read) => pages::set_aside::show;
    get "/products/set-aside/{id}/raw.json", Person(SeeCost) => pages::set_aside::raw_file;
    get "/products/{id}", Person(Read) => pages::product::show;
    get "/products/{id}/ledger.csv", Person(SeeCost) => pages::product::ledger_csv;
    get "/products/{id}/raw", Person(SeeCost) => pages::product::raw_page;
    get "/products/{id}/raw.json", Person(SeeCost) => pages::product::raw_file;

    get "/customers", Person(Read) => pages::customers::list::list;
    get "/customers/export.csv", Person(Export) => pages::customers::export::csv;
    get "/customers/export.json", Person(Export) => pages::customers::export::json;
    get "/customers/new", Person(EditCustomers) => pages::customers::form::new;
    post "/customers/new", Person(EditCustomers) => pages::customers::form::add;
    post "/customers/sync", Person(EditCustomers) => pages::customers::sync::all;
    post "/customers/sync/{id}", Person(EditCustomers) => pages::customers::sync::now;
    post "/customers/sync/{id}/preview", Person(EditCustomers) => pages::customers::sync::preview;
    get "/customers/sync/plans/{id}", Person(Read) => pages::customers::plans::show;
    get "/customers/sync/plans/{id}/plan.csv", Person(Export) => pages::customers::plan_file::csv;
    post "/customers/sync/plans/{id}/choose", Person(EditCustomers) => pages::customers::plan_acts::choose;
    post "/customers/sync/plans/{id}/apply", Person(EditCustomers) => pages::customers::plan_acts::apply;
    post "/customers/sync/plans/{id}/discard", Person(EditCustomers) => pages::customers::plan_acts::discard;
    get "/customers/mapping/by-hand", Person(Read) => pages::customers::pairs::by_hand;
    post "/customers/mapping/steps", Person(EditCustomers) => pages::customers::steps::decide;
    get "/customers/mapping/{state}", Person(Read) => pages::customers::mapping::show;
    get "/customers/conflicts", Person(Read) => pages::customers::conflicts::list;
    post "/customers/conflicts", Person(EditCustomers) => pages::customers::conflicts::decide_many;
    get "/customers/conflicts/{id}", Person(Read) => pages::customers::conflicts::show;
    post "/customers/conflicts/{id}", Person(EditCustomers) => pages::customers::conflicts::decide;
    get "/customers/import", Person(EditCustomers) => pages::customers::files::choose_file;
    post "/customers/import", Person(EditCustomers) => pages::customers::files::upload;
    get "/customers/import/{id}", Person(Read) => pages::customers::files::show;
    post "/customers/import/{id}/choose", Person(EditCustomers) => pages::customers::file_acts::choose;
    post "/customers/import/{id}/apply", Person(EditCustomers) => pages::customers::file_acts::apply;
    post "/customers/import/{id}/discard", Person(EditCustomers) => pages::customers::file_acts::discard;
    post "/customers/changes/{id}/undo", Person(EditCustomers) => pages::customers::history::undo;
    post "/customers/combines/{id}/split", Person(EditCustomers) => pages::customers::card::act::split;
    get "/customers/{id}", Person(Read) => pages::customers::card::show;
    get "/customers/{id}/contacts", Person(Read) => pages::customers::card::people;
    get "/customers/{id}/orders", Person(Read) => pages::customers::card::orders;
    get "/customers/{id}/subscriptions", Person(Read) => pages::customers::card::subscriptions;
    get "/customers/{id}/history", Person(Read) => pages::customers::history::show;
    get "/customers/{id}/settings", Person(Read) => pages::customers::card::settings::settings;
    get "/customers/{id}/edit", Person(EditCustomers) => pages::customers::form::edit;
    post "/customers/{id}/edit", Person(EditCustomers) => pages::customers::form::save;
    post "/customers/{id}/ignore", Person(EditCustomers) => pages::customers::card::act::ignore;
    post "/customers/{id}/notice", Person(EditCustomers) => pages::customers::card::act::notice;
    post "/customers/{id}/archive", Person(EditCustomers) => pages::customers::card::act::archive;
    post "/customers/{id}/restore", Person(EditCustomers) => pages::customers::card::act::restore;
    post "/customers/{id}/combine", Person(EditCustomers) => pages::customers::card::act::combine;
    post "/customers/{id}/unlink/{connection}", Person(EditCustomers) => pages::customers::card::act::unlink;
    post "/customers/{id}/sync/{connection}", Person(EditCustomers) => pages::customers::card::act::sync;
    post "/customers/{id}/create/{connection}", Person(EditCustomers) => pages::customers::card::act::create_in_ion;
    post "/customers/{id}/password/{write}/{what}", Person(EditCustomers) => pages::customers::card::act::password;

    get "/orders", Person(Read) => pages::orders::list::list;
    post "/orders/read", Person(PlaceOrders) => pages::orders::list::read_now;
    get "/orders/export.csv", Person(Export) => pages::orders::export::csv;
    get "/orders/export.json", Person(Export) => pages::orders::export::json;
    get "/orders/new", Person(PlaceOrders) => pages::orders::new::show;
    post "/orders/new", Person(PlaceOrders) => pages::orders::new::begin;
    get "/orders/{id}", Person(Read) => pages::orders::show::show;
    get "/orders/{id}/body", Person(Read) => pages::orders::show::part;
    get "/orders/{id}/edit/products", Person(PlaceOrders) => pages::orders::products::show;
    post "/orders/{id}/edit/products", Person(PlaceOrders) => pages::orders::products::save;
    post "/orders/{id}/lines", Person(PlaceOrders) => pages::orders::products::add;
    get "/orders/{id}/edit/provisioning", Person(PlaceOrders) => pages::orders::provisioning::show;
    post "/orders/{id}/edit/provisioning", Person(PlaceOrders) => pages::orders::provisioning::save;
    get "/orders/{id}/edit/customer", Person(PlaceOrders) => pages::orders::customer::show;
    post "/orders/{id}/edit/customer", Person(PlaceOrders) => pages::orders::customer::choose;
    get "/orders/{id}/edit/review", Person(PlaceOrders) => pages::orders::review::show;
    post "/orders/{id}/edit/review", Person(PlaceOrders) => pages::orders::review::place;
    post "/orders/{id}/discard", Person(PlaceOrders) => pages::orders::compose::discard;
    post "/orders/{id}/copy", Person(PlaceOrders) => pages::orders::act::copy;
    post "/orders/{id}/look", Person(PlaceOrders) => pages::orders::act::look;
    post "/orders/{id}/send-again", Person(PlaceOrders) => pages::orders::act::send_again;
    post "/orders/{id}/give-up", Person(PlaceOrders) => pages::orders::act::give_up;
    post "/orders/{id}/adopt", Person(PlaceOrders) => pages::orders::act::adopt;
    post "/orders/{id}/cancel", Person(PlaceOrders) => pages::orders::act::cancel;
    post "/orders/{id}/take-back", Person(PlaceOrders) => pages::orders::act::take_back;
    post "/orders/{id}/login/{line}/{what}", Person(PlaceOrders) => pages::orders::act::login;

    get "/subscriptions", Person(Read) => pages::subscriptions::list::list;
    get "/subscriptions/export.csv", Person(Export) => pages::subscriptions::export::csv;
    get "/subscriptions/export.json", Person(Export) => pages::subscriptions::export::json;
    post "/subscriptions/read", Person(RunImports) => pages::subscriptions::read::all;
    get "/subscriptions/renewals", Person(Read) => pages::subscriptions::renewals::show;
    get "/renewals.ics", Person(Read) => pages::subscriptions::feed::ics;
    get "/subscriptions/{id}", Person(Read) => pages::subscriptions::detail::show;
    post "/subscriptions/{id}/change", Person(PlaceOrders) => pages::subscriptions::change::change;

    get "/activity/runs", Person(Read) => pages::runs::list;
    get "/activity/runs/number/{number}", Person(Read) => pages::runs::by_number;
    get "/activity/runs/{id}", Person(Read) => pages::runs::show;
    get "/activity/runs/{id}/progress", Person(Read) => pages::runs::progress;
    get "/activity/runs/{id}/events", Person(Read) => pages::live::events;
    post "/activity/runs/{id}/stop", Person(RunImports) => pages::runs::stop;
    post "/activity/runs/{id}/withdrawals/apply", Person(RunImports) => pages::runs::apply;
    post "/activity/runs/{id}/withdrawals/discard", Person(RunImports) => pages::runs::discard;
    post "/activity/runs/{id}/undo", Person(EditCustomers) => pages::customers::history::undo_run;
    get "/activity/jobs", Person(Read) => pages::jobs::list;
    get "/activity/notifications", Person(Read) => pages::notices::list;
    post "/activity/notifications/{id}/settle", Person(RunImports) => pages::notices::settle;
    get "/activity/audit", Person(ReadAudit) => pages::audit::list;
    get "/activity/audit.csv", Person(ReadAudit) => pages::audit::csv;

    get "/settings/integrations", Person(Read) => pages::connections::list;
    get "/settings/integrations/streamone-ion/new", PersonConfirmed(ManageConnections) => pages::credentials::new;
    post "/settings/integrations/streamone-ion/new", PersonConfirmed(ManageConnections) => pages::credentials::submit_new;
    get "/settings/integrations/{id}", Person(Read) => pages::connections::show;
    get "/settings/integrations/{id}/credentials", PersonConfirmed(ManageConnections) => pages::credentials::again;
    post "/settings/integrations/{id}/credentials", PersonConfirmed(ManageConnections) => pages::credentials::submit_again;
    post "/settings/integrations/{id}/test", Person(ManageConnections) => pages::connections::test;
    post "/settings/integrations/{id}/refresh", Person(ManageConnections) => pages::connections::refresh;
    post "/settings/integrations/{id}/remove", PersonConfirmed(ManageConnections) => pages::connections::remove;
    post "/settings/integrations/{id}/import", Person(RunImports) => pages::connections::import;

    get "/settings/sync", Person(Read) => pages::customers::settings::show;
    post "/settings/sync/{id}", Person(EditCustomers) => pages::customers::settings::save;

    get "/settings/margins", Person(SeeCost) => pages::margins::list;
    get "/settings/margins/new", Person(EditMargins) => pages::margins::new;
    post "/settings/margins/new", Person(EditMargins) => pages::margins::add;
    get "/settings/margins/{id}", Person(SeeCost) => pages::margins::show;
    post "/settings/margins/{id}", Person(EditMargins) => pages::margins::save;
    post "/settings/margins/{id}/retire", Person(EditMargins) => pages::margins::retire;

    get "/settings/team", Person(ManageUsers) => pages::team::list;
    post "/settings/team", PersonConfirmed(ManageUsers) => pages::team::add;
    post "/settings/team/{id}", PersonConfirmed(ManageUsers) => pages::team::change;
    get "/settings/api-tokens", Person(ManageApiTokens) => pages::tokens::list;
    post "/settings/api-tokens", PersonConfirmed(ManageApiTokens) => pages::tokens::create;
    get "/settings/api-tokens/new", PersonConfirmed(ManageApiTokens) => pages::tokens::new;
    post "/settings/api-tokens/{id}/revoke", PersonConfirmed(ManageApiTokens) => pages::tokens::revoke;
    get "/settings/notifications", Person(ManageSettings) => pages::notices::settings;
    post "/settings/notifications/{channel}/test", Person(ManageSettings) => pages::notices::test;
}

api_routes! {
    get "/api/v1/me", Program(Read) => api::me::show;

    get "/api/v1/connections", Program(Read) => api::connections::list;
    post "/api/v1/connections", Program(ManageConnections) => api::connections::create;
    get "/api/v1/connections/{id}", Program(Read) => api::connections::show;
    delete "/api/v1/connections/{id}", Program(ManageConnections) => api::connections::remove;
    post "/api/v1/connections/{id}/test", Program(ManageConnections) => api::connections::test;
    post "/api/v1/connections/{id}/refresh", Program(ManageConnections) => api::connections::refresh;
    put "/api/v1/connections/{id}/credentials", Program(ManageConnections) => api::connections::replace;

    get "/api/v1/connections/{id}/sync-policy", Program(Read) => api::customers::policy::show;
    put "/api/v1/connections/{id}/sync-policy", Program(EditCustomers) => api::customers::policy::replace;

    get "/api/v1/customers", Program(Read) => api::customers::list::search;
    post "/api/v1/customers", Program(EditCustomers) => api::customers::edit::create;
    get "/api/v1/customers/export.csv", Program(Export) => api::customers::export::csv;
    get "/api/v1/customers/export.json", Program(Export) => api::customers::export::json;
    get "/api/v1/customers/mapping/{state}", Program(Read) => api::customers::mapping::list;
    post "/api/v1/customers/mapping", Program(EditCustomers) => api::customers::mapping::decide;
    get "/api/v1/customers/conflicts", Program(Read) => api::customers::conflicts::list;
    post "/api/v1/customers/conflicts/decide", Program(EditCustomers) => api::customers::conflicts::decide;
    post "/api/v1/customers/syncs", Program(EditCustomers) => api::customers::syncs::start;
    get "/api/v1/customers/plans", Program(Read) => api::customers::plans::list;
    get "/api/v1/customers/plans/{id}", Program(Read) => api::customers::plans::show;
    patch "/api/v1/customers/plans/{id}", Program(EditCustomers) => api::customers::plans::choose;
    post "/api/v1/customers/plans/{id}/apply", Program(EditCustomers) => api::customers::plans::apply;
    post "/api/v1/customers/plans/{id}/discard", Program(EditCustomers) => api::customers::plans::discard;
    get "/api/v1/customers/files", Program(Read) => api::customers::files::list;
    post "/api/v1/customers/files", Program(EditCustomers) => api::customers::files::bring;
    get "/api/v1/customers/files/{id}", Program(Read) => api::customers::files::show;
    get "/api/v1/customers/files/{id}/rows", Program(Read) => api::customers::files::rows;
    post "/api/v1/customers/files/{id}/apply", Program(EditCustomers) => api::customers::files::apply;
    post "/api/v1/customers/files/{id}/discard", Program(EditCustomers) => api::customers::files::discard;
    post "/api/v1/customers/combine", Program(EditCustomers) => api::customers::combine::combine;
    post "/api/v1/customers/split", Program(EditCustomers) => api::customers::combine::split;
    post "/api/v1/customers/changes/{id}/undo", Program(EditCustomers) => api::customers::history::undo_change;
    get "/api/v1/customers/{id}", Program(Read) => api::customers::list::show;
    patch "/api/v1/customers/{id}", Program(EditCustomers) => api::customers::edit::change;
    post "/api/v1/customers/{id}/archive", Program(EditCustomers) => api::customers::edit::archive;
    post "/api/v1/customers/{id}/restore", Program(EditCustomers) => api::customers::edit::restore;
    post "/api/v1/customers/{id}/sync", Program(EditCustomers) => api::customers::edit::sync;
    get "/api/v1/customers/{id}/history", Program(Read) => api::customers::history::list;
    get "/api/v1/customers/{id}/links", Program(Read) => api::customers::history::links;

    get "/api/v1/products", Program(Read) => api::products::search;
    get "/api/v1/products/{id}", Program(Read) => api::products::show;
    get "/api/v1/products/{id}/prices", Program(SeeCost) => api::products::prices;
    get "/api/v1/changes", Program(Read) => api::products::changes;
    get "/api/v1/set-aside", Program(Read) => api::set_aside::list;

    get "/api/v1/orders", Program(Read) => api::orders::list::search;
    post "/api/v1/orders", Program(PlaceOrders) => api::orders::edit::create;
    get "/api/v1/orders/export.csv", Program(Export) => api::orders::export::csv;
    get "/api/v1/orders/export.json", Program(Export) => api::orders::export::json;
    post "/api/v1/orders/read", Program(PlaceOrders) => api::orders::read::now;
    get "/api/v1/orders/{id}", Program(Read) => api::orders::list::show;
    patch "/api/v1/orders/{id}", Program(PlaceOrders) => api::orders::edit::change;
    delete "/api/v1/orders/{id}", Program(PlaceOrders) => api::orders::edit::discard;
    get "/api/v1/orders/{id}/timeline", Program(Read) => api::orders::timeline::list;
    get "/api/v1/orders/{id}/review", Program(Read) => api::orders::review::show;
    post "/api/v1/orders/{id}/submit", Program(PlaceOrders) => api::orders::submit::submit;
    post "/api/v1/orders/{id}/cancel", Program(PlaceOrders) => api::orders::act::cancel;
    post "/api/v1/orders/{id}/take-back", Program(PlaceOrders) => api::orders::act::take_back;
    post "/api/v1/orders/{id}/look", Program(PlaceOrders) => api::orders::act::look;
    post "/api/v1/orders/{id}/send-again", Program(PlaceOrders) => api::orders::act::send_again;
    post "/api/v1/orders/{id}/give-up", Program(PlaceOrders) => api::orders::act::give_up;
    get "/api/v1/orders/{id}/look-alikes", Program(Read) => api::orders::lookalikes::list;
    post "/api/v1/orders/{id}/adopt", Program(PlaceOrders) => api::orders::lookalikes::adopt;
    post "/api/v1/orders/{id}/copy", Program(PlaceOrders) => api::orders::act::copy;

    get "/api/v1/subscriptions", Program(Read) => api::subscriptions::list::search;
    get "/api/v1/subscriptions/export.csv", Program(Export) => api::subscriptions::export::csv;
    get "/api/v1/subscriptions/export.json", Program(Export) => api::subscriptions::export::json;
    post "/api/v1/subscriptions/syncs", Program(RunImports) => api::subscriptions::syncs::start;
    get "/api/v1/subscriptions/{id}", Program(Read) => api::subscriptions::list::show;
    post "/api/v1/subscriptions/{id}/changes", Program(PlaceOrders) => api::subscriptions::changes::create;
    get "/api/v1/renewals", Program(Read) => api::subscriptions::renewals::list;
    get "/api/v1/renewals.ics", Program(Read) => api::subscriptions::renewals::ics;

    get "/api/v1/margins", Program(SeeCost) => api::margins::rules::list;
    post "/api/v1/margins", Program(EditMargins) => api::margins::rules::create;
    post "/api/v1/margins/preview", Program(SeeCost) => api::margins::preview::preview;
    get "/api/v1/margins/{id}", Program(SeeCost) => api::margins::rules::show;
    put "/api/v1/margins/{id}", Program(EditMargins) => api::margins::rules::replace;
    delete "/api/v1/margins/{id}", Program(EditMargins) => api::margins::rules::retire;

    post "/api/v1/imports", Program(RunImports) => api::runs::start;
    get "/api/v1/runs", Program(Read) => api::runs::list;
    get "/api/v1/runs/{id}", Program(Read) => api::runs::show;
    post "/api/v1/runs/{id}/stop", Program(RunImports) => api::runs::stop;
    post "/api/v1/runs/{id}/decision", Program(RunImports) => api::runs::decide;
    post "/api/v1/runs/{id}/undo", Program(EditCustomers) => api::customers::history::undo_run;

    get "/api/v1/notices", Program(Read) => api::notices::list;
    post "/api/v1/notices/{id}/settle", Program(RunImports) => api::notices::settle;

    get "/api/v1/users", Program(ManageUsers) => api::users::list;
    post "/api/v1/users", Program(ManageUsers) => api::users::create;
    get "/api/v1/users/{id}", Program(ManageUsers) => api::users::show;
    patch "/api/v1/users/{id}", Program(ManageUsers) => api::users::change;
    get "/api/v1/api-tokens", Program(ManageApiTokens) => api::tokens::list;
    post "/api/v1/api-tokens", Program(ManageApiTokens) => api::tokens::create;
    delete "/api/v1/api-tokens/{id}", Program(ManageApiTokens) => api::tokens::revoke;
}

/// The description of the API, which is made of its routes and so cannot stand among them.
const DESCRIPTION: Route = Route {
    method: "get",
    path: OPENAPI,
    access: Public,
};

/// Whether forms of a path bring a file: their bodies may be larger.
pub(crate) fn takes_file(path: &str) -> bool {
    path == "/customers/import"
}

/// Every route.
pub fn all() -> impl Iterator<Item = &'static Route> {
    PAGES.iter().chain(API).chain(std::iter::once(&DESCRIPTION))
}

/// The route of a method and a matched path; a `HEAD` is a `GET`.
pub(crate) fn find(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    all().find(|route| route.path == path && route.method.eq_ignore_ascii_case(method))
}
