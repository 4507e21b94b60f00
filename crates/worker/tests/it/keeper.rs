//! The token keeper of these tests: this test binary, started as a child.

use engine::connection::keeper::{self, KeeperCommand};

/// The argument by which the child knows what it is; as the name of a test it fits none.
const WORD: &str = "token-keeper";

/// How the engines of these tests start their keeper.
pub(crate) fn command() -> KeeperCommand {
    let program = std::env::current_exe().expect("a running program has a file");
    let args = [
        "keeper::the_child_exchanges",
        WORD,
        "--exact",
        "--nocapture",
    ];
    KeeperCommand {
        program,
        args: args.map(str::to_owned).to_vec(),
    }
}

/// The life of the child; in a run of the tests, that it would be found.
#[test]
fn the_child_exchanges() {
    if std::env::args().any(|arg| arg == WORD) {
        keeper::main(std::io::stdin()).unwrap();
        return;
    }
    let name = std::thread::current().name().map(str::to_owned);
    assert_eq!(name.as_deref(), command().args.first().map(String::as_str));
}
