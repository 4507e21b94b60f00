//! Finds the bundled assets, or puts a placeholder in their place, so that a plain `cargo build` works without Node.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

fn main() {
    println!("cargo:rerun-if-env-changed=IONBRIDGE_REQUIRE_ASSETS");
    println!("cargo:rerun-if-changed=templates");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = root.join("dist");
    // The manifest is written last: where it stands, the rest is complete.
    println!(
        "cargo:rerun-if-changed={}",
        dist.join("manifest.json").display()
    );
    let folder = if dist.join("manifest.json").is_file() {
        dist
    } else if env::var_os("IONBRIDGE_REQUIRE_ASSETS").is_some_and(|value| value == "1") {
        println!("cargo:warning=crates/web/dist is missing: run `make assets` first");
        process::exit(1);
    } else {
        println!(
            "cargo:warning=crates/web/dist is missing: the pages come without style; run `make assets`"
        );
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("placeholder");
        write_placeholder(&out);
        out
    };
    println!("cargo:rustc-env=IONBRIDGE_ASSETS={}", folder.display());
}

fn write_placeholder(folder: &Path) {
    fs::create_dir_all(folder).expect("OUT_DIR is writable");
    let style = "body{font:16px/1.5 sans-serif;margin:2rem}body::before{content:\"Built without its style: run make assets.\";display:block;font-weight:700}svg{width:16px;height:16px}";
    for (name, body) in [
        ("app.css", style),
        ("app.js", ""),
        ("reference.js", ""),
        ("icons.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("favicon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        (
            "manifest.json",
            r#"{"app.css":"app.css","app.js":"app.js","reference.js":"reference.js","icons.svg":"icons.svg","favicon.svg":"favicon.svg"}"#,
        ),
    ] {
        fs::write(folder.join(name), body).expect("OUT_DIR is writable");
    }
}
