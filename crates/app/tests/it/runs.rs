//! What a run held back is decided from the command line.

use std::time::Duration;

use ion_sandbox::{Sandbox, SandboxConfig};
use testkit::{Lab, TestBinary};

use crate::BINARY;

#[tokio::test(flavor = "multi_thread")]
async fn whether_many_subscriptions_are_gone_is_said_from_the_command_line() {
    let config = SandboxConfig {
        customers: 5,
        products: 20,
        subscriptions: 60,
        ..SandboxConfig::default()
    };
    let mut lab = Lab::start(BINARY, SandboxConfig::default()).await;
    lab.sandbox = Sandbox::start(config).await.unwrap();
    lab.clock.step_wall(crate::tokens::kills::jiff_now());
    let engine = lab.engine(None).await;
    lab.connect(&engine).await;
    let binary = TestBinary::new(BINARY, lab.environment());
    let gone = || {
        let listed = binary.run(&["--json", "subscriptions", "list", "--limit", "100"]);
        60 - listed.json()["subscriptions"].as_array().unwrap().len()
    };
    let first = binary.run(&["subscriptions", "sync"]);
    assert_eq!(first.code, Some(0), "{} {}", first.out, first.err);
    let none = binary.run(&["runs", "list", "--waiting"]);
    assert!(none.out.contains("No run waits"), "{}", none.out);
    let shown = gone();

    let portal = lab.sandbox.portal();
    let shown_in_ion = lab
        .sandbox
        .subscriptions()
        .into_iter()
        .filter(|one| one.shown);
    for one in shown_in_ion.take(40) {
        assert!(portal.remove_subscription(&one.id));
    }
    lab.pass(Duration::from_secs(3600));
    binary.run(&["subscriptions", "sync"]);
    assert_eq!(gone(), shown, "nobody said so");
    let waiting = binary.run(&["--json", "runs", "list", "--waiting"]).json();
    let [run] = waiting.as_array().unwrap().as_slice() else {
        panic!("{waiting}");
    };
    assert_eq!(run["kind"], "subscription_sync");
    let number = run["number"].to_string();

    let wrong = binary.run(&["runs", "decide", "4711", "apply"]);
    assert_ne!(wrong.code, Some(0));
    assert!(wrong.err.contains("there is no run 4711"), "{}", wrong.err);
    let said = binary.run(&["runs", "decide", &number, "apply"]);
    assert_eq!(said.code, Some(0), "{} {}", said.out, said.err);
    let told: Vec<&str> = said.out.lines().collect();
    assert_eq!(told.len(), 2, "the run, and the reading: {told:?}");
    assert!(
        told[0].starts_with(&format!("Run {number}: done.")),
        "{told:?}"
    );
    assert!(told[1].contains(": done."), "{told:?}");
    assert!(gone() > shown, "Ion was asked, and does not know them");
    let again = binary.run(&["runs", "decide", &number, "keep"]);
    assert!(again.err.contains("nothing is left"), "{}", again.err);
}
