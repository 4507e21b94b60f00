//! The sandbox's own page, at the address that is printed where it is started.

use ion_sandbox::SandboxConfig;

use crate::Client;

#[tokio::test]
async fn the_printed_address_opens_the_page_with_its_style_and_script() {
    let lab = Client::start(SandboxConfig::default()).await;
    let at = format!("{}/_sandbox/", lab.sandbox.base_url());
    for (path, kind) in [
        ("?key=key", "text/html"),
        ("page.css", "text/css"),
        ("page.js", "text/javascript"),
    ] {
        let reply = lab.http.get(format!("{at}{path}")).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        let told = reply.headers()["content-type"].to_str().unwrap();
        assert!(told.starts_with(kind), "{path}: {told}");
    }
    // Without the last slash the page would look for its style beside it.
    let url = at.replace("_sandbox/", "_sandbox?key=key");
    let reply = lab.http.get(url).send().await.unwrap();
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "/_sandbox/?key=key");
}
