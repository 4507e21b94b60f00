//! The plan of a sync.

use super::*;

pub(super) fn plan() -> PlanPage {
    let row = |seq,
               chosen,
               name: &str,
               remote: &str,
               ion: &str,
               why: &str,
               rule: Rule,
               effect: (&'static str, Tone, &str)| PlanRow {
        seq,
        chosen,
        name: name.to_owned(),
        href: "/customers/1".to_owned(),
        remote: remote.to_owned(),
        ion_id: ion.to_owned(),
        why: why.to_owned(),
        rule: rule.into(),
        effect: (effect.0, effect.1, effect.2.to_owned()),
        effect_href: String::new(),
        fields: Vec::new(),
        outcome: None,
    };
    let link = ("link", Tone::Ok, "Link");
    let mut marmalade = row(
        2,
        Some(true),
        "Marmalade & Sons Ltd",
        "Marmalade and Sons Limited",
        "49961",
        "The same e-mail and the same name, and no other like them",
        Rule::C27,
        ("link", Tone::Ok, "Link · 2 fields to Ion"),
    );
    marmalade.fields = vec![
        PlanField {
            label: "Title",
            before: String::new(),
            after: "Owner".to_owned(),
            way: ("arrow-right", Tone::Info, "to Ion"),
            rule: Rule::C10.into(),
        },
        PlanField {
            label: "Phone",
            before: "+44 20 5550 0190".to_owned(),
            after: "+44 20 5550 0142".to_owned(),
            way: ("arrow-right", Tone::Info, "to Ion"),
            rule: Rule::C06.into(),
        },
    ];
    let mut fix = row(
        9,
        None,
        "Snowglobe Insurance AG",
        "",
        "",
        "Ion would refuse it: State is missing",
        Rule::C23,
        ("alert-triangle", Tone::Warn, "Fix first: State"),
    );
    "/customers/1/edit#state".clone_into(&mut fix.effect_href);
    let group = |action: &str, title, count: &str, text, chosen, rows, more: &str| PlanGroup {
        action: action.to_owned(),
        title,
        count: count.to_owned(),
        text,
        chosen,
        rows,
        more: (!more.is_empty()).then(|| Link::new(more, "?action=link")),
    };
    PlanPage {
        frame: inner("First sync: preview"),
        heading: "First sync: preview".to_owned(),
        status: status::plan(PlanState::Waiting),
        summary: "Read at 10:31 from Ion (500 customers, all pages) and here (480).".to_owned(),
        promise: "Nothing has been written to Ion.".to_owned(),
        notes: Vec::new(),
        actions: vec![Button::post("Read again", "#").with_icon("refresh"), Button::link("Plan as CSV", "#").with_icon("download")],
        figures: vec![
            Figure::new("Link", "361", "same e-mail and name").with_icon("link", Tone::Ok),
            Figure::new("Create here", "98", "only in Ion today").with_icon("cloud-down", Tone::Info),
            Figure::new("Create in Ion", "71", "cannot be deleted there").with_icon("cloud-up", Tone::Warn),
            Figure::new("You decide", "41", "they look alike").with_icon("user-question", Tone::Info).to("/customers/mapping/to-confirm"),
            Figure::new("Left alone", "7", "ignored or archived").with_icon("eye-off", Tone::Calm),
        ],
        chips: Chips::new(vec![Chip { id: "action", label: "Action", value: None, clear: "?".to_owned(), options: vec![ChipOption { label: "Link".to_owned(), count: "361".to_owned(), href: "?".to_owned(), on: false }], range: None }]),
        search: search("/customers/sync/plans/1", "Find in plan"),
        body: PlanBody {
            choose_href: "/customers/sync/plans/1/choose".to_owned(),
            apply_href: Some("/customers/sync/plans/1/apply".to_owned()),
            discard_href: "/customers/sync/plans/1/discard".to_owned(),
            csrf: "sample-csrf".to_owned(),
            back: "/customers/sync/plans/1".to_owned(),
            groups: vec![
                group("link", "Link", "361", "the two are one customer; differences are decided by your policy", Chosen::All, vec![
                    row(1, Some(true), "Moonpenny Bakery GmbH", "Moonpenny Bakery GmbH", "49957", "The same e-mail and the same name, and no other like them", Rule::C27, link),
                    marmalade,
                    row(3, Some(true), "Hedgehog Logistics Oy", "Hedgehog Logistics Oy", "50007", "The same e-mail and the same name, and no other like them", Rule::C27, link),
                ], "Show the other 358"),
                group("import", "Create here", "98", "exist only in Ion", Chosen::Some, vec![
                    row(4, Some(true), "", "Copper Kite Energy AB", "50112", "New in Ion, and like none of ours", Rule::C20, ("cloud-down", Tone::Info, "New customer here")),
                    row(5, Some(false), "", "Far Meadow Schools Trust", "50140", "New in Ion, and like none of ours", Rule::C20, ("cloud-down", Tone::Info, "New customer here")),
                ], "Show the other 96"),
                group("offer", "Create in Ion", "71", "Ion has no delete: look at these first. Off until you choose them.", Chosen::None, vec![
                    row(8, Some(false), "Biscuit Factory SARL", "", "", "New here; nothing is created in Ion before the first plan was applied", Rule::C23, ("cloud-up", Tone::Warn, "New customer in Ion")),
                    fix,
                ], "Show the other 69"),
                group("propose", "You decide", "41", "left out of this plan; they wait in Mapping", Chosen::Fixed, vec![
                    PlanRow { effect_href: "/customers/mapping/to-confirm".to_owned(), ..row(12, None, "Whistling Kettle Café Srl", "Whistling Kettle Cafe", "50201", "New in Ion, and like one of ours: a person decides", Rule::C21, ("user-question", Tone::Info, "Review in Mapping")) },
                ], ""),
            ],
            empty: None,
            pager: Pager::single("578 entries"),
            bar_title: "458 of 571 actions chosen: 361 links, 97 new here, none new in Ion".to_owned(),
            bar_text: "Writes to Ion: 24 fields of 12 customers. Can be undone here; what Ion has received stays in its history.".to_owned(),
            bar_button: "Apply 458 actions".to_owned(),
        },
    }
}
