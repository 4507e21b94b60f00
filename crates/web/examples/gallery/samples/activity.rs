//! Runs, jobs, messages, audit log.

use domain::run::{JobState, RunStatus};

use super::{at, fact, html, step, times, under};
use crate::view::parts::Figure;
use crate::view::table::Chips;
use crate::view::*;

pub(super) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("runs", html(runs())),
        ("run-live", html(run(true))),
        ("run-body", html(body(true))),
        ("run", html(run(false))),
        ("jobs", html(jobs())),
        ("notifications", html(notices())),
        ("audit", html(audit())),
    ]
}

fn off(id: &'static str, label: &'static str, options: &[&str]) -> Chip {
    Chip {
        id,
        label,
        value: None,
        clear: String::new(),
        options: options
            .iter()
            .map(|label| ChipOption {
                label: (*label).to_owned(),
                count: String::new(),
                href: "?".to_owned(),
                on: false,
            })
            .collect(),
        range: None,
    }
}

fn run_rows() -> Vec<run::RunRow> {
    let row = |number: &str, status, outcome: &str, by: &str, took: &str, when: &str| run::RunRow {
        href: "/activity/runs/1".to_owned(),
        kind: "Catalog import",
        number: number.to_owned(),
        status,
        outcome: outcome.to_owned(),
        by: by.to_owned(),
        took: took.to_owned(),
        at: times().ago(at(when)),
    };
    vec![
        row(
            "1185",
            status::run(RunStatus::Running, 0),
            "14,220 of about 20,100",
            "Alex Example",
            "",
            "2026-11-23T10:41:07Z",
        ),
        row(
            "1184",
            status::run(RunStatus::DoneSetAside, 12),
            "214 changed, 12 set aside",
            "schedule",
            "24 s",
            "2026-11-23T03:12:00Z",
        ),
        row(
            "1183",
            status::run(RunStatus::Done, 0),
            "31 changed",
            "schedule",
            "23 s",
            "2026-11-22T03:12:00Z",
        ),
        row(
            "1182",
            status::run(RunStatus::NeedsDecision, 0),
            "7,040 would be withdrawn",
            "schedule",
            "25 s",
            "2026-11-21T03:12:00Z",
        ),
        row(
            "1181",
            status::run(RunStatus::Interrupted, 0),
            "resumes by itself at page 143",
            "schedule",
            "",
            "2026-11-20T03:12:00Z",
        ),
        row(
            "1180",
            status::run(RunStatus::Failed, 0),
            "Ion answered 503 for 10 min",
            "command line",
            "10 min",
            "2026-11-19T03:12:00Z",
        ),
        row(
            "1179",
            status::run(RunStatus::Stopped, 0),
            "stopped by Alex Example",
            "Alex Example",
            "9.1 s",
            "2026-11-18T14:12:00Z",
        ),
    ]
}

pub(super) fn recent() -> Vec<dashboard::RecentRun> {
    run_rows()
        .into_iter()
        .take(4)
        .map(|row| dashboard::RecentRun {
            href: row.href,
            title: format!("{} {}", row.kind, row.number),
            outcome: row.outcome,
            status: row.status,
            at: row.at,
        })
        .collect()
}

fn runs() -> run::RunsPage {
    run::RunsPage {
        frame: under("Runs", Section::Activity, &[("Activity", "/activity/runs")]),
        chips: Chips::new(vec![
            off("state", "State", &["Running", "Done", "Failed"]),
            off("connection", "Connection", &["Benelux and DACH"]),
        ]),
        list: run::RunList {
            rows: run_rows(),
            empty: None,
            csrf: "sample-csrf".to_owned(),
            pager: Pager {
                next: Some("?before=1179".to_owned()),
                ..Pager::single("1–7 of 612 runs")
            },
        },
    }
}

fn body(live: bool) -> run::RunBody {
    let line = |at: &str, tone, text: &str| run::LogLine {
        at: at.to_owned(),
        tone,
        text: text.to_owned(),
    };
    let record = |icon, tone, name: &str, what: &str, why: &str| run::RunRecord {
        href: "/products/1".to_owned(),
        icon,
        tone,
        name: name.to_owned(),
        what: what.to_owned(),
        why: why.to_owned(),
    };
    let done = if live {
        StepState::Running
    } else {
        StepState::Ok
    };
    let last = if live {
        StepState::Waiting
    } else {
        StepState::Ok
    };
    run::RunBody {
        status: if live {
            status::run(RunStatus::Running, 0)
        } else {
            status::run(RunStatus::DoneSetAside, 12)
        },
        finished: !live,
        progress: live.then(|| run::RunProgress {
            done: "14,220".to_owned(),
            of: "of about 20,100 products".to_owned(),
            rate: "812 products a second".to_owned(),
            left: "about 7 seconds left".to_owned(),
            bar: Some((14_220, 20_100)),
            percent: "71 %".to_owned(),
            vendors: vec![
                ("Microsoft".to_owned(), 9_480),
                ("Google".to_owned(), 1_310),
                ("AWS".to_owned(), 1_188),
                ("IBM".to_owned(), 1_402),
                ("Others".to_owned(), 840),
            ],
        }),
        figures: vec![
            Figure::new("Unchanged", "14,012", "not written"),
            Figure::new("Changed", "163", "prices of 151"),
            Figure::new("New", "31", ""),
            Figure::new(
                "Withdrawn",
                if live { "later" } else { "14" },
                "only after a whole scan",
            ),
            Figure::new("Set aside", "14", "see why").to("/products/set-aside"),
            Figure::new("Read", "112 MB", "143 pages"),
        ],
        steps: vec![
            step(
                StepState::Ok,
                "Login checked",
                "alive for 1 h 21 min",
                "0.2 s",
            ),
            step(
                done,
                "Read and compare",
                "page 143; a stop or crash resumes here",
                "17 s",
            ),
            step(
                last,
                "Mark withdrawn products",
                "only when all pages were read",
                "",
            ),
            step(
                last,
                "Write the report",
                "what is new, withdrawn, dearer, cheaper",
                "",
            ),
        ],
        took: "18 s".to_owned(),
        remark: "Ion asked us to slow down once: waited 2 s, then went on.".to_owned(),
        log: vec![
            line(
                "10:41:25",
                Tone::Warn,
                "set aside Padlock-Vault-eu: $.definition.skus[2].plans[0].phases[0].recurringPrice.EUR is not a number",
            ),
            line(
                "10:41:24",
                Tone::Calm,
                "page 142: 100 products, 100 the same",
            ),
            line("10:41:23", Tone::Calm, "Ion answered 429 and asked for 2 s"),
        ],
        set_aside: if live {
            Vec::new()
        } else {
            vec![record(
                "alert-triangle",
                Tone::Warn,
                "Padlock Vault Enterprise",
                "$.definition.skus[2].plans[0].phases[0].recurringPrice.EUR",
                "“n/a” is not a number",
            )]
        },
        set_aside_total: "12".to_owned(),
        changes: if live {
            Vec::new()
        } else {
            vec![
                record(
                    "trending-up",
                    Tone::Warn,
                    "AWS Support, Business",
                    "1 month, monthly: 100.00 → 104.00 EUR",
                    "+4.0\u{202f}%",
                ),
                record(
                    "trending-down",
                    Tone::Ok,
                    "Sentinel Fox Endpoint",
                    "1 year, yearly: 41.00 → 39.20 EUR",
                    "\u{2212}4.4\u{202f}%",
                ),
            ]
        },
        changes_total: "214".to_owned(),
        changes_title: "Largest changes",
        changes_of: "Product",
        changes_href: "/products/changes?run=1184".to_owned(),
    }
}

fn run(live: bool) -> run::RunPage {
    let number = if live { "1185" } else { "1184" };
    run::RunPage {
        frame: under(&format!("Catalog import {number}"), Section::Activity, &[("Activity", "/activity/runs")]),
        heading: format!("Catalog import {number}"),
        facts_line: if live {
            "StreamOne Ion, Benelux and DACH · started 10:41:07 by Alex Example · you may leave this page, it goes on"
        } else {
            "StreamOne Ion, Benelux and DACH · 23 Nov 2026, 03:12:00 to 03:12:24 · by schedule"
        }
        .to_owned(),
        notes: Vec::new(),
        stop_href: live.then(|| "/activity/runs/1/stop".to_owned()),
        stop_label: "Stop import",
        undo_href: None,
        history: None,
        stop_words: "14,220 products are read and saved. The next import goes on from there. No product is marked withdrawn.".to_owned(),
        actions: if live { Vec::new() } else { vec![Button::link("What changed", "/products/changes?run=1184")] },
        events_href: live.then(|| "/activity/runs/1/events".to_owned()),
        progress_href: "/run-body.html".to_owned(),
        body: body(live),
    }
}

fn jobs() -> job::JobsPage {
    let row =
        |what: &str, kind: &str, state, tries: &str, error: &str, when: &str, run: Option<&str>| {
            job::JobRow {
                what: what.to_owned(),
                kind: kind.to_owned(),
                status: status::job(state),
                tries: tries.to_owned(),
                at: times().ago(at(when)),
                error: error.to_owned(),
                run: run.map(|label| Link::new(label, "/activity/runs/1")),
            }
        };
    job::JobsPage {
        frame: under("Jobs", Section::Activity, &[("Activity", "/activity/runs")]),
        list: job::JobList {
            rows: vec![
                row(
                    "Import the catalog",
                    "import-catalog",
                    JobState::Running,
                    "1 of 5",
                    "",
                    "2026-11-23T10:41:07Z",
                    Some("run 1185"),
                ),
                row(
                    "Send a message by e-mail",
                    "deliver-notice",
                    JobState::Queued,
                    "2 of 8",
                    "mail.reseller.example did not answer within 10 s",
                    "2026-11-23T10:45:00Z",
                    None,
                ),
                row(
                    "Import the catalog",
                    "import-catalog",
                    JobState::Done,
                    "1 of 5",
                    "",
                    "2026-11-23T03:12:00Z",
                    Some("run 1184"),
                ),
                row(
                    "Delete what retention lets go",
                    "prune",
                    JobState::Failed,
                    "5 of 5",
                    "the disk is full",
                    "2026-11-22T04:00:00Z",
                    None,
                ),
            ],
            empty: None,
            csrf: "sample-csrf".to_owned(),
            pager: Pager::single("1–4 of 4 jobs"),
        },
    }
}

fn notices() -> notice::NoticesPage {
    let row =
        |icon, tone, title: &str, text: &str, when: &str, action, settle: bool| notice::NoticeRow {
            icon,
            tone,
            title: title.to_owned(),
            text: text.to_owned(),
            at: times().ago(at(when)),
            sent: vec![
                ("e-mail".to_owned(), status::delivery("sent")),
                ("webhook".to_owned(), status::delivery("failed")),
            ],
            action,
            settle_href: settle.then(|| "/activity/notifications/1/settle".to_owned()),
        };
    notice::NoticesPage {
        frame: under(
            "Notifications",
            Section::Activity,
            &[("Activity", "/activity/runs")],
        ),
        list: notice::NoticeList {
            open: vec![
                row(
                    "key-off",
                    Tone::Bad,
                    "“Nordics” needs new credentials",
                    "Ion no longer accepts this login: its last answer was lost on 23 Nov at 10:41. Products and prices are kept and go on when you paste new credentials.",
                    "2026-11-23T10:41:00Z",
                    Some(Button::link(
                        "Paste new ones",
                        "/settings/integrations/2/credentials",
                    )),
                    false,
                ),
                row(
                    "user-question",
                    Tone::Warn,
                    "Import 1182 needs a decision",
                    "Nothing was withdrawn: this run would mark 7,040 products withdrawn (35\u{202f}%, limit 30\u{202f}%). All else is up to date.",
                    "2026-11-21T03:12:00Z",
                    Some(Button::link("Look at it", "/activity/runs/1")),
                    true,
                ),
            ],
            settled: vec![row(
                "circle-check",
                Tone::Ok,
                "The login to “Nordics” works again",
                "New credentials were pasted by Alex Example.",
                "2026-11-20T09:00:00Z",
                None,
                false,
            )],
            empty: None,
            csrf: "sample-csrf".to_owned(),
            pager: Pager::single("1–1 of 1 settled"),
        },
    }
}

fn audit() -> audit::AuditPage {
    let row = |number: &str,
               when: &str,
               who: &str,
               initials: &str,
               icon,
               via: &str,
               what: &str,
               about: &str,
               open| audit::AuditRow {
        number: number.to_owned(),
        at: times().second(at(when)),
        who: who.to_owned(),
        initials: initials.to_owned(),
        icon,
        via: via.to_owned(),
        what: what.to_owned(),
        about: about.to_owned(),
        about_href: "/settings/integrations/1".to_owned(),
        toggle_href: "?open=48210#open".to_owned(),
        open,
    };
    audit::AuditPage {
        frame: under(
            "Audit log",
            Section::Activity,
            &[("Activity", "/activity/runs")],
        ),
        actions: vec![
            Button::post("Check the chain", "/activity/audit/verify").with_icon("shield-check"),
            Button::link("Export", "/activity/audit.csv").with_icon("download"),
        ],
        notes: vec![Note::new(
            Tone::Ok,
            "shield-check",
            "The chain holds",
            "All 48,212 entries fit the one before.",
        )],
        chips: Chips::new(vec![
            off("who", "Who", &["Alex Example", "Ionbridge"]),
            off("what", "What", &["Signed in", "Connection saved"]),
        ]),
        search: Search {
            action: "/activity/audit".to_owned(),
            value: String::new(),
            placeholder: "Name, id, action",
            keep: Vec::new(),
        },
        list: audit::AuditList {
            rows: vec![
                row(
                    "48,212",
                    "2026-11-23T10:41:07Z",
                    "Alex Example",
                    "AE",
                    "",
                    "browser",
                    "Catalog import started",
                    "Benelux and DACH",
                    None,
                ),
                row(
                    "48,211",
                    "2026-11-23T09:58:21Z",
                    "Alex Example",
                    "AE",
                    "",
                    "browser",
                    "Credentials replaced",
                    "Benelux and DACH",
                    Some(audit::AuditDetail {
                        facts: vec![
                            fact("Account ID", "10412"),
                            fact("Host", "ion.tdsynnex.com"),
                            fact("Checks", "4 of 4 passed"),
                        ],
                        hash: "91c4…07be".to_owned(),
                        previous: "5e02…d113".to_owned(),
                    }),
                ),
                row(
                    "48,210",
                    "2026-11-23T09:35:04Z",
                    "Ionbridge",
                    "",
                    "robot",
                    "by itself",
                    "Login refreshed, generation 78",
                    "Benelux and DACH",
                    None,
                ),
                row(
                    "48,209",
                    "2026-11-23T09:12:40Z",
                    "ERP, nightly prices",
                    "",
                    "key",
                    "API token",
                    "Catalog import started",
                    "Benelux and DACH",
                    None,
                ),
                row(
                    "48,208",
                    "2026-11-23T08:51:02Z",
                    "kim@reseller.example",
                    "KE",
                    "",
                    "browser",
                    "Signed in",
                    "own account",
                    None,
                ),
                row(
                    "48,207",
                    "2026-11-22T07:58:12Z",
                    "command line",
                    "",
                    "terminal-2",
                    "command line",
                    "Person added, role Finance",
                    "Kim Placeholder",
                    None,
                ),
            ],
            empty: None,
            csrf: "sample-csrf".to_owned(),
            pager: Pager {
                next: Some("?before=48207".to_owned()),
                ..Pager::single("1–6 of 48,212 entries")
            },
            chips: None,
        },
    }
}
