//! Secrets go through the whole web side, with everything logged and with all that can go wrong: none is found anywhere afterwards but
//! in the one answer that hands it out.

mod api_tokens;
mod bodies;
mod credentials;
mod left;
mod pages;
mod people;
mod set_up;
mod submit;

use std::io;

use crate::seen::Log;

/// Not a test of its own: the token keeper of the canaries. The story starts this binary with this name, as a server starts itself.
#[test]
#[ignore = "is the child process of another test"]
fn token_keeper() {
    engine::connection::keeper::main(io::stdin().lock()).unwrap();
}

#[tokio::test]
async fn no_canary_gets_out() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let sandbox = set_up::sandbox().await;
    let house = set_up::house(&sandbox).await;
    let mut seen = set_up::seen();

    people::set_up(&mut seen, &house).await;
    let admin = people::log_in(&mut seen, &house).await;
    people::change_password(&mut seen, &admin).await;
    people::add_people(&mut seen, &admin).await;

    let program = api_tokens::make(&mut seen, &admin).await;

    let connection = credentials::save(&mut seen, &sandbox, &admin).await;
    credentials::refresh(&mut seen, &sandbox, &admin, connection).await;
    credentials::fail(&mut seen, &sandbox, &program, connection).await;

    bodies::bad(&mut seen, &program, connection).await;
    bodies::bad_tokens(&mut seen, &house).await;

    pages::messages(&mut seen, &admin).await;
    pages::every_route(&mut seen, &admin, &program, connection).await;
    pages::broken_database(&mut seen, &admin).await;

    left::debug_texts(&mut seen, &house);
    left::files(&mut seen, &house).await;
    left::log(&mut seen, &log);
    left::no_secret(&seen);
}
