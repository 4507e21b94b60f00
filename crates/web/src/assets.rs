//! Style, script, fonts and icons: embedded, named by their hash, served compressed and for ever.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use rust_embed::RustEmbed;

/// Where the assets are mounted; the router nests [`serve`] as `/assets/{*path}`.
pub const MOUNT: &str = "/assets";

#[derive(RustEmbed)]
#[folder = "$IONBRIDGE_ASSETS"]
struct Files;

static MANIFEST: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    Files::get("manifest.json")
        .and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default()
});

/// The address of an asset by its plain name, such as `app.css`.
pub fn url(name: &str) -> String {
    match MANIFEST.get(name) {
        Some(hashed) => format!("{MOUNT}/{hashed}"),
        None => format!("{MOUNT}/{name}"),
    }
}

/// True where the bundled assets are in, not the placeholder.
pub fn bundled() -> bool {
    MANIFEST.keys().any(|name| name.starts_with("fonts/"))
}

/// Every embedded asset by its hashed name, for tests and for the gallery.
pub fn all() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
    Files::iter().filter_map(|name| Files::get(&name).map(|file| (name, file.data)))
}

/// Answers `GET /assets/{*path}`: the whole file, or 304 where the browser has it.
///
/// A name carries the hash of its content, so a browser may keep it for a year and never ask again.
pub async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(kind) = content_type(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let Some((file, encoding)) = best(&path, accepted) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..12]));
    let hashed = MANIFEST.values().any(|name| *name == path) && bundled();
    let caching = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .any(|one| one.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(match file.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        });
        set(response.headers_mut(), CONTENT_TYPE, kind);
        if let Some(encoding) = encoding {
            set(response.headers_mut(), CONTENT_ENCODING, encoding);
        }
        response
    };
    set(response.headers_mut(), CACHE_CONTROL, caching);
    set(response.headers_mut(), ETAG, &tag);
    set(response.headers_mut(), VARY, "accept-encoding");
    set(response.headers_mut(), X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = value.parse() {
        headers.insert(name, value);
    }
}

/// The smallest form of a file that the browser takes.
fn best(path: &str, accepted: &str) -> Option<(rust_embed::EmbeddedFile, Option<&'static str>)> {
    let takes = |coding: &str| {
        accepted.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some(coding) && !parts.any(|part| part == "q=0")
        })
    };
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        if takes(coding)
            && let Some(file) = Files::get(&format!("{path}.{ending}"))
        {
            return Some((file, Some(coding)));
        }
    }
    Files::get(path).map(|file| (file, None))
}

/// The kinds that we serve; the manifest and compressed copies are no pages of their own.
fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str, headers: &[(http::HeaderName, &str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name, value.parse().unwrap());
        }
        serve(Path(path.trim_start_matches("/assets/").to_owned()), map).await
    }

    #[tokio::test]
    async fn a_known_asset_is_answered_with_304() {
        let url = url("app.css");
        let first = get(&url, &[]).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        let again = get(&url, &[(IF_NONE_MATCH, &format!("W/\"other\", {tag}"))]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = get(&url, &[(IF_NONE_MATCH, "\"other\"")]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn what_is_no_asset_is_not_found() {
        for path in [
            "nothing.css",
            "manifest.json",
            "app.css.br",
            "../Cargo.toml",
            "app",
        ] {
            assert_eq!(
                get(path, &[]).await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn compressed_copies_go_only_to_who_takes_them() {
        if !bundled() {
            return;
        }
        let url = url("app.css");
        let coding = |response: Response| {
            response
                .headers()
                .get(CONTENT_ENCODING)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(
            coding(get(&url, &[(ACCEPT_ENCODING, "gzip, br")]).await).as_deref(),
            Some("br")
        );
        assert_eq!(
            coding(get(&url, &[(ACCEPT_ENCODING, "br;q=0, gzip")]).await).as_deref(),
            Some("gzip")
        );
        assert_eq!(
            coding(get(&url, &[(ACCEPT_ENCODING, "identity")]).await),
            None
        );
        assert!(
            get(&url, &[]).await.headers()[CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
    }
}
