//! What goes wrong on the way: rules that meet requests, and what they do.

use serde::{Deserialize, Serialize};

/// A rule. Of all requests that fit, it lets `skip` pass, and then meets `times` of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Path; a `*` at its end stands for anything, one before that for anything within one part. With a method and a space before it,
    /// only requests of that method fit.
    pub path: String,
    /// Requests that pass first.
    #[serde(default)]
    pub skip: u32,
    /// Requests that are met; 0 is all.
    #[serde(default = "once")]
    pub times: u32,
    /// Only each n-th of those.
    #[serde(default = "once")]
    pub every: u32,
    /// What happens.
    pub action: Action,
}

const fn once() -> u32 {
    1
}

/// What happens to a request that is met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// This status, without the effect of the request.
    Status {
        /// HTTP status.
        code: u16,
        /// Shape of the body.
        #[serde(default)]
        body: BodyKind,
        /// `Retry-After`: seconds, or `date:SECONDS` for a date so far ahead.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// The effect happens; the answer is this status.
    StatusAfter {
        /// HTTP status.
        code: u16,
    },
    /// The answer comes late.
    Delay {
        /// By this long.
        ms: u64,
    },
    /// The connection is cut before the effect.
    CutBefore,
    /// The effect happens; the connection is cut without an answer.
    CutAfter,
    /// The effect happens; the connection is cut inside the answer.
    CutBody {
        /// After this many bytes.
        bytes: usize,
    },
    /// The connection is cut, and the effect happens so many requests later: before the answer to that one.
    EffectLater {
        /// Requests that come before it happens, the last of them after it.
        requests: u64,
    },
    /// The access token that was sent ends; the request is refused as any other with a dead token.
    TokenDies,
    /// A web page with status 200.
    Html,
    /// The page before is sent again, with the token of this one.
    DuplicatePage,
    /// The page's token points to itself for ever.
    SameToken,
    /// The page has one item; the list goes on behind it.
    ShortPage,
    /// The page has no item; the list goes on with it.
    EmptyPage,
    /// The page token is refused.
    ExpireToken,
    /// The items of the page before move into this page: some come twice, as when the list was re-sorted.
    MovedItems,
    /// The whole list is put into another order before the page is made: what stood behind may stand before, and the reverse.
    Resorted,
    /// An answer that never ends.
    HugeBody,
    /// A redirect to another host.
    Redirect {
        /// Where to.
        to: String,
    },
}

impl Action {
    /// Name of the kind.
    pub fn name(&self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value["kind"].as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// Shape of an error's body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// The platform's envelope.
    #[default]
    Platform,
    /// `{"error": "..."}`.
    Oauth,
    /// A web page.
    Html,
    /// Nothing.
    Empty,
}

/// Description of a fault.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FaultDoc {
    /// Its kind.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
}

/// Every kind of fault.
pub const FAULTS: &[FaultDoc] = &[
    FaultDoc {
        name: "status",
        what: "this HTTP status without the effect; body platform, oauth, html or empty; retry_after in seconds or date:SECONDS",
    },
    FaultDoc {
        name: "status-after",
        what: "the effect happens, the answer is this HTTP status",
    },
    FaultDoc {
        name: "delay",
        what: "the answer comes late by ms",
    },
    FaultDoc {
        name: "cut-before",
        what: "the connection is cut before the effect",
    },
    FaultDoc {
        name: "cut-after",
        what: "the effect happens, the connection is cut without an answer",
    },
    FaultDoc {
        name: "cut-body",
        what: "the effect happens, the connection is cut inside the answer",
    },
    FaultDoc {
        name: "effect-later",
        what: "the connection is cut, the effect happens so many requests later",
    },
    FaultDoc {
        name: "token-dies",
        what: "the access token that was sent ends, the request is refused (401)",
    },
    FaultDoc {
        name: "html",
        what: "a web page with status 200",
    },
    FaultDoc {
        name: "duplicate-page",
        what: "the page before comes again",
    },
    FaultDoc {
        name: "same-token",
        what: "the page token points to itself for ever",
    },
    FaultDoc {
        name: "short-page",
        what: "one item, the list goes on",
    },
    FaultDoc {
        name: "empty-page",
        what: "no item, the list goes on",
    },
    FaultDoc {
        name: "expire-token",
        what: "the page token is refused in mid-list",
    },
    FaultDoc {
        name: "moved-items",
        what: "items of the page before come again in this one",
    },
    FaultDoc {
        name: "resorted",
        what: "the list is put into another order before the page is made",
    },
    FaultDoc {
        name: "huge-body",
        what: "an answer of gigabytes",
    },
    FaultDoc {
        name: "redirect",
        what: "a redirect to another host",
    },
];

/// Every kind of fault, each meeting one request to this path after `skip` others, with sensible values; some kinds in several shapes.
pub fn all_faults(path: &str, skip: u32) -> Vec<Fault> {
    let status = |code, body, retry_after: Option<&str>| Action::Status {
        code,
        body,
        retry_after: retry_after.map(str::to_owned),
    };
    let actions = [
        status(503, BodyKind::Platform, None),
        status(500, BodyKind::Html, None),
        status(502, BodyKind::Empty, None),
        status(429, BodyKind::Platform, Some("1")),
        status(429, BodyKind::Empty, Some("date:1")),
        status(429, BodyKind::Html, None),
        Action::StatusAfter { code: 500 },
        Action::Delay { ms: 30 },
        Action::CutBefore,
        Action::CutAfter,
        Action::CutBody { bytes: 100 },
        Action::Html,
        Action::DuplicatePage,
        Action::SameToken,
        Action::ShortPage,
        Action::EmptyPage,
        Action::ExpireToken,
        Action::MovedItems,
        Action::Resorted,
        Action::HugeBody,
        Action::Redirect {
            to: "http://127.0.0.1:9/elsewhere".to_owned(),
        },
    ];
    let fault = |action| Fault {
        path: path.to_owned(),
        skip,
        times: 1,
        every: 1,
        action,
    };
    actions.map(fault).to_vec()
}

/// Every way in which a request that changes something can go wrong: before its effect, after it, or with an effect that comes late.
///
/// Each meets one request to this path after `skip` others; a method before the path leaves the readings alone: `PUT /api/v3/*`.
pub fn write_faults(path: &str, skip: u32) -> Vec<Fault> {
    let status = |code, body, retry_after: Option<&str>| Action::Status {
        code,
        body,
        retry_after: retry_after.map(str::to_owned),
    };
    let actions = [
        status(401, BodyKind::Platform, None),
        status(429, BodyKind::Platform, Some("1")),
        status(429, BodyKind::Html, None),
        status(500, BodyKind::Platform, None),
        status(503, BodyKind::Empty, None),
        Action::TokenDies,
        Action::CutBefore,
        Action::Html,
        Action::Redirect {
            to: "http://127.0.0.1:9/elsewhere".to_owned(),
        },
        Action::StatusAfter { code: 500 },
        Action::StatusAfter { code: 502 },
        Action::StatusAfter { code: 504 },
        Action::CutAfter,
        Action::CutBody { bytes: 1 },
        Action::CutBody { bytes: 100 },
        Action::CutBody { bytes: 300 },
        Action::Delay { ms: 30 },
        Action::EffectLater { requests: 1 },
        Action::EffectLater { requests: 2 },
    ];
    let fault = |action| Fault {
        path: path.to_owned(),
        skip,
        times: 1,
        every: 1,
        action,
    };
    actions.map(fault).to_vec()
}

/// A rule with what it has met.
#[derive(Debug, Clone)]
pub(crate) struct Armed {
    fault: Fault,
    seen: u32,
    met: u32,
}

/// All rules, in order; the first that meets a request acts.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Armed>);

impl Rules {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(Armed {
            fault,
            seen: 0,
            met: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.0.iter().map(|armed| armed.fault.clone()).collect()
    }

    pub(crate) fn meet(&mut self, method: &str, path: &str) -> Option<Action> {
        for armed in self
            .0
            .iter_mut()
            .filter(|armed| fits(&armed.fault.path, method, path))
        {
            armed.seen += 1;
            let spent = armed.fault.times > 0 && armed.met >= armed.fault.times;
            if armed.seen <= armed.fault.skip
                || spent
                || (armed.seen - armed.fault.skip - 1) % armed.fault.every.max(1) != 0
            {
                continue;
            }
            armed.met += 1;
            return Some(armed.fault.action.clone());
        }
        None
    }
}

/// Whether a request fits a pattern: a path, perhaps after a method and a space. A `*` at its end stands for anything, a `*` before that
/// for anything without a slash: `POST /api/v3/accounts/*/customers/*/orders`.
pub(crate) fn fits(pattern: &str, method: &str, path: &str) -> bool {
    let pattern = match pattern.split_once(' ') {
        Some((wanted, _)) if wanted != method => return false,
        Some((_, pattern)) => pattern,
        None => pattern,
    };
    let (pattern, open) = match pattern.strip_suffix('*') {
        Some(start) => (start, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| path.strip_prefix(start)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        // The star stands for as little as possible, and for no slash; the last one of a closed pattern reaches the end.
        let last = parts.peek().is_none() && !open;
        let within = rest.find('/').unwrap_or(rest.len());
        let found = (0..=within).find(|at| {
            let fits = rest.get(*at..).is_some_and(|rest| rest.starts_with(part));
            fits && (!last || at + part.len() == rest.len())
        });
        let Some(at) = found else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    open || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_skip_count_and_space() {
        let mut rules = Rules::default();
        rules.add(Fault {
            path: "/a*".into(),
            skip: 1,
            times: 2,
            every: 2,
            action: Action::CutBefore,
        });
        let met: Vec<bool> = (0..7).map(|_| rules.meet("GET", "/ab").is_some()).collect();
        assert_eq!(met, [false, true, false, true, false, false, false]);
        assert!(rules.meet("GET", "/b").is_none());
    }

    #[test]
    fn a_method_before_the_path_lets_others_pass() {
        assert!(fits("PUT /a*", "PUT", "/ab") && fits("/a*", "PUT", "/ab"));
        assert!(!fits("PUT /a*", "GET", "/ab") && !fits("PUT /a", "PUT", "/ab"));
    }

    #[test]
    fn a_star_within_a_path_is_one_part_of_it() {
        let orders = "POST /api/v3/accounts/*/customers/*/orders";
        let fits_orders = |path: &str| fits(orders, "POST", path);
        assert!(fits_orders("/api/v3/accounts/1/customers/2/orders"));
        assert!(!fits_orders(
            "/api/v3/accounts/1/customers/2/orders/3:cancel"
        ));
        assert!(!fits_orders("/api/v3/accounts/1/customers/2/3/orders"));
        assert!(!fits_orders("/api/v3/accounts/1/customers"));
        assert!(fits("/a/*/c*", "GET", "/a/b/c/d/e") && fits("/a/*:cancel", "GET", "/a/5:cancel"));
        assert!(fits("*", "GET", "/anything/at/all") && !fits("/a/*/c*", "GET", "/a/b/d"));
    }

    #[test]
    fn every_action_has_its_description_and_reads_from_a_script() {
        let script =
            "path = \"/api/*\"\n[action]\nkind = \"status\"\ncode = 429\nretry_after = \"2\"\n";
        let fault: Fault = toml::from_str(script).unwrap();
        assert_eq!(fault.action.name(), "status");
        for fault in all_faults("/x", 0) {
            assert!(
                FAULTS.iter().any(|doc| doc.name == fault.action.name()),
                "{}",
                fault.action.name()
            );
        }
    }

    #[test]
    fn every_kind_is_described_and_among_the_examples() {
        let described: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        let examples: Vec<String> = all_faults("/", 0)
            .iter()
            .chain(&write_faults("/", 0))
            .map(|fault| {
                // A new kind does not compile here until it has an example above.
                match fault.action {
                    Action::Status { .. }
                    | Action::StatusAfter { .. }
                    | Action::Delay { .. }
                    | Action::CutBefore
                    | Action::CutAfter
                    | Action::CutBody { .. }
                    | Action::EffectLater { .. }
                    | Action::TokenDies
                    | Action::Html
                    | Action::DuplicatePage
                    | Action::SameToken
                    | Action::ShortPage
                    | Action::EmptyPage
                    | Action::ExpireToken
                    | Action::MovedItems
                    | Action::Resorted
                    | Action::HugeBody
                    | Action::Redirect { .. } => fault.action.name(),
                }
            })
            .collect();
        assert!(
            described
                .iter()
                .all(|name| examples.iter().any(|example| example == name))
        );
        assert!(
            examples
                .iter()
                .all(|name| described.contains(&name.as_str()))
        );
    }
}
