//! Every page, rendered with sample data, keeps the rules that hold for all of them.

use std::collections::BTreeSet;

use super::samples;
use crate::assets;

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start)
        .map(|(at, _)| {
            let value = &html[at + start.len()..];
            &value[..value.find('"').expect("a quoted value ends")]
        })
        .collect()
}

#[test]
fn no_page_needs_more_than_the_strict_policy() {
    for (name, html) in samples::pages() {
        for forbidden in [
            " style=",
            "<style",
            "hx-on",
            "javascript:",
            "js:",
            " onclick",
            " onload",
            " onsubmit",
        ] {
            assert!(!html.contains(forbidden), "{name} contains {forbidden}");
        }
        for (at, _) in html.match_indices("<script") {
            let tag = &html[at..at + html[at..].find('>').unwrap()];
            assert!(
                tag.contains("src=\"/assets/") || tag.contains("application/json"),
                "{name}: {tag}"
            );
        }
    }
}

#[test]
fn every_page_has_one_heading_a_title_and_unique_ids() {
    for (name, html) in samples::pages() {
        if !html.contains("<!doctype html>") || name == "reference" {
            continue;
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert!(html.contains("<title>") && html.contains("<main"), "{name}");
        let ids = attributes(&html, "id");
        let unique: BTreeSet<_> = ids.iter().collect();
        let double: Vec<_> = unique
            .iter()
            .filter(|id| ids.iter().filter(|other| other == *id).count() > 1)
            .collect();
        assert!(double.is_empty(), "{name}: ids used twice: {double:?}");
        for reference in [
            "aria-labelledby",
            "aria-describedby",
            "popovertarget",
            "for",
            "data-copy",
            "data-reveal",
        ] {
            for target in attributes(&html, reference) {
                assert!(
                    ids.contains(&target),
                    "{name}: {reference}=\"{target}\" leads nowhere"
                );
            }
        }
    }
}

#[test]
fn every_post_carries_the_token() {
    for (name, html) in samples::pages() {
        for (at, _) in html.match_indices("<form") {
            let form = &html[at..at + html[at..].find("</form>").unwrap()];
            if form.contains("method=\"post\"") {
                assert!(
                    form.contains("name=\"csrf\" value=\"sample-csrf\""),
                    "{name}: {form}"
                );
            }
        }
    }
}

#[test]
fn every_icon_is_in_the_sprite() {
    if !assets::bundled() {
        return;
    }
    let sprite = assets::all()
        .find(|(name, _)| name.starts_with("icons-") && name.ends_with(".svg"))
        .map(|(_, bytes)| String::from_utf8(bytes.into_owned()).unwrap())
        .unwrap();
    for (name, html) in samples::pages() {
        for href in attributes(&html, "href")
            .into_iter()
            .filter(|href| href.contains("icons-"))
        {
            let icon = href.split('#').nth(1).unwrap();
            assert!(
                sprite.contains(&format!("id=\"{icon}\"")),
                "{name}: no icon {icon}"
            );
        }
    }
}

#[test]
fn texts_from_outside_are_escaped() {
    let (_, html) = samples::pages()
        .into_iter()
        .find(|(name, _)| *name == "products")
        .unwrap();
    assert!(
        html.contains("Tom &#38; Jerry&#39;s &#60;Vault&#62;"),
        "the sample's odd name is escaped"
    );
    assert!(!html.contains("<Vault>"));
}
