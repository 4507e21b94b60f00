//! Named instants at which a process can be made to die, so that tests prove what survives a crash there.
//!
//! Nothing happens unless the environment names one: `IONBRIDGE_KILL_AT=token.before-post` dies at the first pass, `...:3` at the third.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that names a kill point.
pub const VARIABLE: &str = "IONBRIDGE_KILL_AT";

/// Every kill point, in the order in which a flow passes them.
pub const ALL: &[&str] = &[
    "token.after-lock",
    "token.after-start-committed",
    "token.before-sending-record",
    "token.before-post",
    "token.before-reply-record",
    "token.after-reply-record",
    "token.after-keeper",
    "token.before-current",
    "token.after-current",
    "import.after-page-read",
    "import.before-page-commit",
    "import.after-page-commit",
    "import.before-withdrawals",
    "import.before-end",
    "sync.after-list-read",
    "sync.after-mirror",
    "sync.after-imports",
    "sync.after-merges",
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
    "order.after-confirm",
    "order.after-sending-commit",
    "order.before-post",
    "order.after-post",
    "order.before-answer-commit",
    "order.after-answer-commit",
    "order.after-search",
    "order.before-adopt",
    "order.after-poll",
    "order.before-cancel",
    "order.after-cancel",
    "subscriptions.after-page",
    "subscriptions.before-end",
];

struct Armed {
    name: String,
    passes_left: AtomicU32,
}

static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

/// Dies here, without any clean-up, where this point is the armed one.
pub fn reached(name: &'static str) {
    debug_assert!(ALL.contains(&name), "unlisted kill point {name}");
    let armed = ARMED.get_or_init(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test's order to die is no setting"
        )]
        let order = std::env::var(VARIABLE).ok()?;
        let (name, nth) = order.split_once(':').unwrap_or((&order, "1"));
        Some(Armed {
            name: name.to_owned(),
            passes_left: AtomicU32::new(nth.parse().unwrap_or(1)),
        })
    });
    if let Some(armed) = armed
        && armed.name == name
        && armed.passes_left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        // As SIGKILL does: no destructors, no buffers written.
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::process::abort();
    }
}
