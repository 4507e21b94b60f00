//! The server killed at every named instant of a customer sync: the next one goes on, Ion holds each customer once, and no edit is lost.

use std::time::Duration;

use domain::customer::{Customer, CustomerField as Field, LinkState};
use domain::run::JobState;
use domain::{ConnectionId, CustomerId};
use engine::Engine;
use engine::customers::Chosen;
use ion_sandbox::{Sandbox, SandboxConfig};
use store::audit::{Actor, Via};
use store::{customers, queue};
use testkit::{Lab, TestBinary};
use worker::{Worker, WorkerSettings};

use crate::BINARY;

fn kim() -> Actor {
    Actor {
        name: "kim@reseller.example".to_owned(),
        via: Via::Browser,
    }
}

struct Scene {
    lab: Lab,
    engine: Engine,
    worker: Worker,
    connection: ConnectionId,
}

impl Scene {
    async fn start() -> Self {
        let config = SandboxConfig {
            customers: 3,
            products: 1,
            ..SandboxConfig::default()
        };
        let mut lab = Lab::start(BINARY, SandboxConfig::default()).await;
        lab.sandbox = Sandbox::start(config).await.unwrap();
        lab.clock.step_wall(crate::tokens::kills::jiff_now());
        let engine = lab.engine(None).await;
        let connection = lab.connect(&engine).await;
        let settings = WorkerSettings {
            import_schedule: String::new(),
            ..WorkerSettings::default()
        };
        let worker = Worker::new(engine.clone(), settings).unwrap();
        Self {
            lab,
            engine,
            worker,
            connection,
        }
    }

    /// The child works by the machine's time: what is asked for from now on is due there.
    fn by_the_machine(&self) {
        self.lab.clock.step_wall(crate::tokens::kills::jiff_now());
    }

    /// Has a server work until it dies at this instant.
    fn work_until(&self, point: &str) {
        let binary =
            TestBinary::new(BINARY, self.lab.environment()).with("IONBRIDGE_KILL_AT", point);
        let mut server = binary.start(&["serve", "--only", "worker"]);
        let ended = server.end();
        assert_eq!(
            ended.code, None,
            "{point}: it was to be killed: {} {}",
            ended.out, ended.err
        );
    }

    /// Another server goes on, once the lease of the dead one has run out.
    async fn go_on(&self, point: &str) {
        for _ in 0..40 {
            self.lab.pass(Duration::from_secs(60));
            self.worker.beat().await;
            self.worker.drain().await.unwrap();
            let jobs = queue::list(self.engine.store().read(), 100).await.unwrap();
            assert!(
                jobs.iter().all(|job| job.state != JobState::Failed),
                "{point}: {jobs:?}"
            );
            if jobs
                .iter()
                .all(|job| !matches!(job.state, JobState::Queued | JobState::Running))
            {
                return;
            }
        }
        panic!("{point}: a job never ended");
    }

    /// One sync more, as the poll does it.
    async fn look(&self, point: &str) {
        self.engine
            .request_sync(self.connection, false, &kim())
            .await
            .unwrap();
        self.go_on(point).await;
    }

    async fn phone(&self, id: CustomerId) -> (String, String) {
        let row = customers::find(self.engine.store().read(), id)
            .await
            .unwrap()
            .unwrap();
        let link = customers::find_link_of(self.engine.store().read(), self.connection, id)
            .await
            .unwrap();
        let theirs = link.and_then(|link| self.lab.sandbox.portal().customer(&link.ion_id));
        let theirs = theirs.and_then(|one| Some(one.get("customerPhone")?.as_str()?.to_owned()));
        (
            row.customer.fields.get(Field::Phone).to_owned(),
            theirs.unwrap_or_default(),
        )
    }

    async fn state(&self, id: CustomerId) -> LinkState {
        customers::find(self.engine.store().read(), id)
            .await
            .unwrap()
            .unwrap()
            .link_state
    }

    /// Nothing is written any more, and each of Ion's is linked with one of ours.
    async fn rests(&self, point: &str, customers_in_all: u64) {
        self.look(point).await;
        self.lab.sandbox.clear_ledger();
        self.look(point).await;
        self.look(point).await;
        let ledger = self.lab.sandbox.ledger();
        let writes = ledger
            .entries
            .iter()
            .filter(|entry| entry.path.contains("/customers") && entry.method != "GET");
        assert_eq!(writes.count(), 0, "{point}");
        let conn = self.engine.store().read();
        assert_eq!(
            customers::count_all(conn).await.unwrap(),
            customers_in_all,
            "{point}"
        );
        let linked = customers::count_linked(conn, self.connection)
            .await
            .unwrap();
        assert_eq!(
            (linked, self.lab.sandbox.portal().ids().len() as u64),
            (customers_in_all, customers_in_all),
            "{point}"
        );
    }
}

/// One of ours with everything that Ion needs.
fn ours(organisation: &str, email: &str) -> Customer {
    let mut customer = Customer::default();
    for (field, text) in [
        (Field::Organisation, organisation),
        (Field::Street, "1 High Street"),
        (Field::City, "London"),
        (Field::State, "London"),
        (Field::Zip, "EC1A 1BB"),
        (Field::Country, "GB"),
        (Field::ContactName, "Sam Sample"),
        (Field::Email, email),
        (Field::Language, "EN"),
    ] {
        customer.fields.set(field, text);
    }
    customer
}

/// The first plan links one, pushes what Ion lacks of it, and makes another one in Ion.
#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_the_first_plan() {
    let points = [
        "sync.after-list-read",
        "sync.after-mirror",
        "sync.after-plan-batch",
        "sync.before-end",
        "push.after-read",
        "push.before-put",
        "push.after-put",
        "push.after-base",
        "create.after-intent",
        "create.before-post",
        "create.after-post",
        "create.after-link",
    ];
    for point in points {
        let scene = Scene::start().await;
        let first = scene.lab.sandbox.portal().customers()[0].clone();
        let text = |member: &str| first[member].as_str().unwrap().to_owned();
        let mut same = ours(&text("customerOrganization"), &text("customerEmail"));
        for field in [
            Field::Street,
            Field::City,
            Field::State,
            Field::Zip,
            Field::Country,
        ] {
            same.fields.set(
                field,
                first["customerAddress"][field.as_str()].as_str().unwrap(),
            );
        }
        same.fields.set(Field::Phone, &text("customerPhone"));
        same.fields.set(Field::Title, "Dr");
        let same = scene
            .engine
            .create_customer(same, None, &kim())
            .await
            .unwrap();
        let alone = ours("Only Here Ltd", "only@here.example");
        let alone = scene
            .engine
            .create_customer(alone, None, &kim())
            .await
            .unwrap();
        scene.look(point).await;
        let plan = customers::find_waiting_plan(scene.engine.store().read(), scene.connection)
            .await
            .unwrap()
            .unwrap();
        scene
            .engine
            .choose_entries(plan.id, &Chosen::All, true)
            .await
            .unwrap();
        scene.by_the_machine();
        scene.engine.request_apply(plan.id, &kim()).await.unwrap();
        scene.work_until(point);
        scene.go_on(point).await;
        scene.rests(point, 4).await;
        assert_eq!(
            (scene.state(same).await, scene.state(alone).await),
            (LinkState::Linked, LinkState::Linked),
            "{point}"
        );
        let made = scene.lab.sandbox.portal().customers();
        assert_eq!(
            made.iter()
                .filter(|one| one["customerEmail"] == "only@here.example")
                .count(),
            1,
            "{point}"
        );
        assert_eq!(
            made.iter()
                .filter(|one| one.get("customerTitle").is_some_and(|title| title == "Dr"))
                .count(),
            1,
            "{point}"
        );
    }
}

/// A look at Ion finds a new customer and an edit, while an edit of ours waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_every_named_instant_of_a_look() {
    for point in [
        "sync.after-mirror",
        "sync.after-imports",
        "sync.after-merges",
        "sync.before-end",
    ] {
        let scene = Scene::start().await;
        scene.look(point).await;
        let portal = scene.lab.sandbox.portal();
        let ids = portal.ids();
        portal.add("New In Ion Ltd", "new@inion.example");
        assert!(portal.edit(&ids[0], "customerPhone", "+44 there"));
        let link = |id: String| customers_link(&scene, id);
        let (there, here) = (link(ids[0].clone()).await, link(ids[1].clone()).await);
        let row = customers::find(scene.engine.store().read(), here)
            .await
            .unwrap()
            .unwrap();
        let mut customer = row.customer.clone();
        customer.fields.set(Field::Phone, "+44 here");
        scene.by_the_machine();
        scene
            .engine
            .request_sync(scene.connection, false, &kim())
            .await
            .unwrap();
        scene
            .engine
            .edit_customer(here, row.version, customer, &kim())
            .await
            .unwrap();
        scene.work_until(point);
        scene.go_on(point).await;
        scene.rests(point, 4).await;
        let both = |text: &str| (text.to_owned(), text.to_owned());
        assert_eq!(scene.phone(there).await, both("+44 there"), "{point}");
        assert_eq!(scene.phone(here).await, both("+44 here"), "{point}");
    }
}

async fn customers_link(scene: &Scene, ion_id: String) -> CustomerId {
    let link = customers::find_link(scene.engine.store().read(), scene.connection, &ion_id)
        .await
        .unwrap();
    link.unwrap().customer
}
