//! Descriptions from outside: HTML without script, style, forms and pictures of other hosts.

use std::sync::LazyLock;

/// Made safe again when it is shown: what was stored by an older version was made safe by its rules.
pub(crate) fn safe(html: &str) -> String {
    static RULES: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
        let mut rules = ammonia::Builder::default();
        // Headings would stand among those of our page.
        rules
            .rm_tags(["img", "map", "area", "h1", "h2"])
            .link_rel(Some("noopener noreferrer nofollow"));
        rules
    });
    RULES.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn words_stay_and_what_acts_goes() {
        assert_eq!(
            safe("<p>Good <b>thing</b>.</p>"),
            "<p>Good <b>thing</b>.</p>"
        );
        let hostile = "<h1>Big</h1><img src=https://evil.example/p.gif><script>x()</script><a href='javascript:x()' onclick=x()>a</a>\
             <form action=/logout><button>b</button></form><p style='position:fixed'>c</p><iframe srcdoc=x></iframe>";
        assert_eq!(
            safe(hostile),
            "Big<a rel=\"noopener noreferrer nofollow\">a</a>b<p>c</p>"
        );
    }
}
