//! What ARCHITECTURE.md promises of the house, read off its sources.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Our own crates that a crate depends on, without those for its tests.
fn own_dependencies(name: &str) -> Vec<String> {
    let text =
        std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let ours: Vec<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let dependencies = table
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .unwrap();
    dependencies
        .keys()
        .filter(|dependency| ours.contains(dependency))
        .cloned()
        .collect()
}

fn depends(name: &str, library: &str) -> bool {
    let text =
        std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    table
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .unwrap()
        .contains_key(library)
}

/// Every file below a folder with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(Result::unwrap)
    {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() {
            if !matches!(name.as_str(), "node_modules" | "target" | "dist" | ".git") {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found
}

fn sources(name: &str) -> Vec<(PathBuf, String)> {
    files(&root().join("crates").join(name).join("src"), &[".rs"])
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn dependencies_run_down_only() {
    let allowed: &[(&str, &[&str])] = &[
        ("domain", &[]),
        ("ion-client", &[]),
        ("ion-sandbox", &[]),
        ("rules", &["domain"]),
        ("store", &["domain", "rules"]),
        ("engine", &["domain", "rules", "store", "ion-client"]),
        ("worker", &["domain", "rules", "store", "engine"]),
        ("web", &["domain", "rules", "store", "engine"]),
        ("cli", &["domain", "rules", "store", "engine"]),
        (
            "app",
            &[
                "domain",
                "rules",
                "store",
                "engine",
                "worker",
                "web",
                "cli",
                "ion-sandbox",
            ],
        ),
        (
            "testkit",
            &["domain", "rules", "store", "engine", "ion-sandbox"],
        ),
    ];
    for (name, allowed) in allowed {
        for dependency in own_dependencies(name) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn rules_are_pure() {
    for library in ["tokio", "sea-orm", "sqlx", "reqwest", "uuid", "rand"] {
        assert!(
            !depends("rules", library) && !depends("domain", library)
                || library == "uuid"
                || library == "rand",
            "rules and domain are pure: {library}"
        );
        assert!(!depends("rules", library), "rules are pure: {library}");
    }
    for (path, text) in sources("rules") {
        for word in [
            "async fn",
            "Timestamp::now",
            "SystemTime",
            "std::fs",
            "std::net",
            "SELECT ",
        ] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn only_the_client_speaks_to_ion_and_only_the_store_speaks_sql() {
    for name in [
        "domain",
        "rules",
        "engine",
        "worker",
        "web",
        "cli",
        "app",
        "ion-client",
        "ion-sandbox",
        "testkit",
    ] {
        assert!(
            !depends(name, "sea-orm") && !depends(name, "sqlx"),
            "{name} must not speak SQL"
        );
    }
    for name in ["domain", "rules", "store", "worker", "web", "cli", "app"] {
        assert!(
            !depends(name, "reqwest") && !depends(name, "ion-client"),
            "{name} must not speak to Ion"
        );
    }
    for (path, text) in sources("engine") {
        assert!(
            !text.contains("reqwest::")
                || path.components().any(|part| part.as_os_str() == "notices"),
            "{} must not speak HTTP",
            path.display()
        );
    }
}

#[test]
fn time_and_ids_come_from_one_place() {
    let clippy = std::fs::read_to_string(root().join("clippy.toml")).unwrap();
    for banned in [
        "SystemTime::now",
        "Timestamp::now",
        "Uuid::now_v7",
        "Uuid::new_v4",
        "std::env::var",
    ] {
        assert!(clippy.contains(banned), "clippy.toml must ban {banned}");
    }
    // The ban is lifted where the world is met, and nowhere else. The sandbox is a world of its own.
    let met = [
        "domain/src/clock.rs",
        "ion-sandbox/src/clock.rs",
        "engine/src/kill_point.rs",
        "store/src/db.rs",
        "store/src/testing/server.rs",
    ];
    for path in files(&root().join("crates"), &[".rs"]) {
        let lifted = std::fs::read_to_string(&path)
            .unwrap()
            .contains("clippy::disallowed_methods");
        let allowed = met.iter().any(|end| path.ends_with(end))
            || path.components().any(|part| part.as_os_str() == "tests");
        assert!(
            !lifted || allowed,
            "{} lifts a ban of clippy.toml",
            path.display()
        );
    }
}

#[test]
fn files_are_short_enough_to_know() {
    for path in files(&root().join("crates"), &[".rs", ".ts", ".html", ".css"]) {
        // Sample data of the gallery is read by nobody.
        if path.components().any(|part| part.as_os_str() == "samples") {
            continue;
        }
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= 650,
            "{} has {lines} lines; about 500 can be known",
            path.display()
        );
    }
}

#[test]
fn pages_hold_no_script_and_no_style() {
    for path in files(&root().join("crates/web/templates"), &[".html"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [
            " style=",
            "<style",
            "onclick=",
            "hx-on",
            "js:",
            "javascript:",
        ] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
        for script in text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(
                tag.contains("src=") || tag.contains("application/json"),
                "{} has a script of its own",
                path.display()
            );
        }
    }
}

#[test]
fn nothing_names_this_machine_or_a_registry() {
    // Written in parts, so that this file does not name them either.
    let words = [
        ["/wo", "rk/"].concat(),
        ["registry", ".npmjs"].concat(),
        ["static", ".crates.io"].concat(),
        ["index", ".crates.io"].concat(),
    ];
    for path in files(
        &root(),
        &[
            ".rs", ".ts", ".mjs", ".html", ".css", ".md", ".toml", ".json", ".sql", "Makefile",
            "run",
        ],
    ) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for word in &words {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn paths_that_the_documents_name_are_there() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for path in text.split('`').skip(1).step_by(2) {
            let looks = path.contains('/')
                && !path.contains(' ')
                && !path.starts_with('/')
                && !path.contains(':')
                && !path.contains('*')
                && !path.contains('<')
                && !path.contains('{');
            assert!(
                !looks || root().join(path).exists(),
                "{document} names {path}, which is not there"
            );
        }
    }
}

#[test]
fn the_map_is_the_house() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            map.contains(&format!("`crates/{name}`")),
            "the map does not name crates/{name}"
        );
    }
    let sources: String = files(&root().join("crates"), &[".rs"])
        .into_iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let invariants = map
        .split("## Invariants")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .unwrap();
    let tests: Vec<_> = invariants
        .lines()
        .filter_map(|line| line.trim_end_matches(" |").rsplit_once("| `"))
        .map(|(_, test)| test.trim_end_matches('`'))
        .collect();
    assert!(tests.len() >= 8, "{tests:?}");
    for test in tests {
        assert!(
            sources.contains(&format!("fn {test}()")),
            "the map names the test {test}, which is not there"
        );
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = files(&root(), &[".md"]);
    for document in documents
        .iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "fixtures"))
    {
        let text = std::fs::read_to_string(document).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let target = document
                .parent()
                .unwrap()
                .join(link.split('#').next().unwrap());
            assert!(
                target.exists(),
                "{} links to {link}, which is not there",
                document.display()
            );
        }
    }
}
