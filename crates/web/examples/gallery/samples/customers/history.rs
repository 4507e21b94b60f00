//! What was changed of a customer.

use super::*;

pub(super) fn changes(named: bool) -> ChangeTable {
    let line = |when: &str,
                label: &str,
                before: &str,
                after: &str,
                way,
                rule: Rule,
                who: &str,
                undo: bool| ChangeLine {
        at: times().ago(at(when)),
        customer: named.then(|| Link::new("Quillfeather Legal LLP", "/customers/1")),
        label: label.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        valued: true,
        way,
        why: format::sentence_case(rule.why()),
        rule: Some(rule.into()),
        who: who.to_owned(),
        run: Some(Link::new("Run 20,395", "/activity/runs/1")),
        undo_href: undo.then(|| "/customers/changes/1/undo".to_owned()),
        undone: String::new(),
        toggle_href: "?open=1#open".to_owned(),
        open: None,
    };
    let from = ("arrow-left", Tone::Info, "from Ion");
    let to = ("arrow-right", Tone::Info, "to Ion");
    let here = ("point", Tone::Calm, "here");
    let mut first = line(
        "2026-11-23T08:40:00Z",
        "Street",
        "5 Imaginary Row",
        "7 Imaginary Row",
        from,
        Rule::C02,
        "Ion",
        true,
    );
    first.open = Some(ChangeOpen {
        title: "Only Ion changed it".to_owned(),
        text: "Since both sides last agreed, Ionbridge kept the value and Ion has a new one. So Ion’s is taken; nobody is asked. Undo puts the old value back here, as a change of yours that goes to Ion.".to_owned(),
        facts: vec![fact("Before", "5 Imaginary Row"), fact("After", "7 Imaginary Row"), fact("Connection", "Benelux and DACH, Ion 49988")],
        request: "b2f0aa0e-44d".to_owned(),
    });
    let mut undone = line(
        "2026-10-29T09:10:00Z",
        "City",
        "Londn",
        "London",
        here,
        Rule::C04,
        "sam@reseller.example",
        false,
    );
    "undone today, 10:41 by sam@reseller.example".clone_into(&mut undone.undone);
    let mut linked = line(
        "2025-03-12T09:10:00Z",
        "Linked",
        "",
        "Ion 49988",
        here,
        Rule::C28,
        "alex@reseller.example",
        false,
    );
    linked.valued = false;
    let group = |title: &str, lines| ChangeGroup {
        title: title.to_owned(),
        lines,
    };
    ChangeTable {
        named,
        groups: vec![
            group(
                if named { "" } else { "2026" },
                vec![
                    first,
                    line(
                        "2026-11-03T14:22:00Z",
                        "Phone",
                        "+44 20 5550 0108",
                        "+44 20 5550 0110",
                        to,
                        Rule::C03,
                        "sam@reseller.example",
                        false,
                    ),
                    line(
                        "2026-06-14T11:03:00Z",
                        "Language",
                        "",
                        "EN",
                        from,
                        Rule::C10,
                        "Ion",
                        true,
                    ),
                    undone,
                ],
            ),
            group(if named { "" } else { "2025" }, vec![linked]),
        ],
        empty: None,
        csrf: "sample-csrf".to_owned(),
        pager: Pager {
            words: "The last 5 changes".to_owned(),
            note: "1 undone".to_owned(),
            previous: None,
            next: Some("?before=x".to_owned()),
            sizes: Vec::new(),
        },
    }
}
