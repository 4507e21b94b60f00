//! Writes every page with sample data, and the assets, to a folder: `cargo run -p web --example gallery -- OUTDIR`.
//!
//! The pages name their assets as `/assets/...`: serve the folder, do not open the files.

#![expect(
    clippy::wildcard_imports,
    reason = "samples speak in every word of the pages"
)]

use std::path::PathBuf;
use std::{fs, io};

use web::{assets, view};

mod samples;

fn main() -> io::Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    fs::create_dir_all(folder.join("assets"))?;
    for (name, html) in samples::pages() {
        fs::write(folder.join(format!("{name}.html")), html)?;
    }
    for (name, bytes) in assets::all() {
        let target = folder.join("assets").join(&*name);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, bytes)?;
    }
    Ok(())
}
