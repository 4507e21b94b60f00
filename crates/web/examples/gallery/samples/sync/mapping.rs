//! Mapping: pairs to confirm, those that are only here, a link by hand.

use super::*;

pub(super) fn pairs() -> PairsPage {
    let pair = |local: &str, remote: &str, score, open| PairEntry {
        key: format!("1~2~{score}"),
        href: format!("/customers/mapping/to-confirm?pair={score}"),
        local: local.to_owned(),
        remote: remote.to_owned(),
        score,
        signals: "same domain, similar organisation".to_owned(),
        open,
    };
    PairsPage {
        frame: inner("Mapping"),
        tabs: tabs("To confirm"),
        notes: Vec::new(),
        search: search("/customers/mapping/to-confirm", "Find a pair"),
        pairs: vec![
            pair(
                "Whistling Kettle Café Srl",
                "Whistling Kettle Cafe",
                86,
                true,
            ),
            pair(
                "Velvet Hammer Construction",
                "Velvet Hammer Constr. Inc.",
                83,
                false,
            ),
            pair(
                "Lighthouse Keepers’ Guild e.V.",
                "Lighthouse Keepers Guild",
                81,
                false,
            ),
            pair(
                "Cobblestone Robotics B.V.",
                "Robotics Cobblestone BV",
                78,
                false,
            ),
            pair("Pocket Watch Museum", "Stichting Pocket Watch", 71, false),
            pair(
                "Snowglobe Insurance AG",
                "Snow Globe Versicherung",
                64,
                false,
            ),
            pair("Unicorn Plumbing Ltd", "Unicorn Heating Ltd", 52, false),
        ],
        foot: "7 of 38".to_owned(),
        more: Some("?after=x".to_owned()),
        open: Some(panel()),
        chosen: false,
        all_href: "/customers/mapping/to-confirm".to_owned(),
        empty: None,
        edits: true,
    }
}

pub(super) fn panel() -> PairPanel {
    let row = |label: &str, one: &str, other: &str, signal| {
        let (local, remote) = compare(one, other);
        CompareRow {
            label: label.to_owned(),
            local,
            local_none: "none here",
            remote,
            remote_none: "Ion has none",
            differs: one != other && !one.is_empty() && !other.is_empty(),
            signal,
        }
    };
    let same = (Tone::Ok, "check", "same");
    let effect = |icon, tone, title: &str, text: &str| Effect {
        icon,
        tone,
        title: title.to_owned(),
        text: text.to_owned(),
    };
    PairPanel {
        key: "1~2~3".to_owned(),
        action_href: "/customers/mapping/steps".to_owned(),
        csrf: "sample-csrf".to_owned(),
        back: "/customers/mapping/to-confirm".to_owned(),
        next_key: "1~3~4".to_owned(),
        place: "1 of 38".to_owned(),
        previous: None,
        next: Some("/customers/mapping/to-confirm?pair=83".to_owned()),
        status: status::customer(LinkState::Proposed),
        title: "Are these one customer?".to_owned(),
        local: Link::new("C-0391", "/customers/1"),
        ion_id: "50201".to_owned(),
        connection: "Benelux and DACH".to_owned(),
        rows: vec![
            row(
                "Organisation",
                "Whistling Kettle Café Srl",
                "Whistling Kettle Cafe",
                (Tone::Ok, "check", "alike"),
            ),
            row("Domain", "kettle.example", "kettle.example", same),
            row(
                "E-mail",
                "office@kettle.example",
                "it@kettle.example",
                (Tone::Warn, "tilde", "domain"),
            ),
            row("Street", "Via Finta 12", "Via Finta 12", same),
            row("Postal code", "20100", "20100", same),
            row("City", "Milano", "Milano", same),
            row(
                "VAT number",
                "IT00000000000",
                "",
                (Tone::Calm, "", "no signal"),
            ),
            row(
                "Phone",
                "+39 02 5550 0100",
                "+39 02 5550 0199",
                (Tone::Bad, "x", "differs"),
            ),
        ],
        score: Some(86),
        signals: vec![
            SignalBar {
                label: "Domain",
                points: 35,
                most: 60,
            },
            SignalBar {
                label: "Name, nearly",
                points: 30,
                most: 60,
            },
            SignalBar {
                label: "Address",
                points: 20,
                most: 60,
            },
            SignalBar {
                label: "E-mail",
                points: 0,
                most: 60,
            },
            SignalBar {
                label: "Name",
                points: 0,
                most: 60,
            },
        ],
        score_words: "Accents, letter case, word order and the legal form do not count.".to_owned(),
        rule: Rule::C21.into(),
        effects: vec![
            effect(
                "minus",
                Tone::Calm,
                "VAT number stays here",
                "Ion has no field for it",
            ),
            effect(
                "arrow-right",
                Tone::Info,
                "Title goes to Ion",
                "it is empty there",
            ),
            effect(
                "git-merge",
                Tone::Warn,
                "E-mail and phone differ",
                "you are asked which is right; nothing is overwritten",
            ),
        ],
        edits: true,
        by_hand: false,
    }
}

pub(super) fn only_here() -> MappingPage {
    let row = |name: &str, detail: &str, why: &str, bad, rule: Option<Rule>| MappingRow {
        key: "1~2~".to_owned(),
        name: name.to_owned(),
        href: "/customers/1".to_owned(),
        detail: detail.to_owned(),
        other: String::new(),
        other_detail: String::new(),
        why: why.to_owned(),
        bad,
        rule: rule.map(Into::into),
        at: Some(times().ago(at("2026-11-22T09:00:00Z"))),
        actions: vec![
            RowAction::Step {
                value: "create~1~2~".to_owned(),
                label: "Create in Ion",
            },
            RowAction::Go(Link::new(
                "Link by hand",
                "/customers/mapping/by-hand?customer=1",
            )),
        ],
    };
    MappingPage {
        frame: inner("Mapping"),
        tabs: tabs("Not in Ion"),
        notes: Vec::new(),
        lead: "Ours without one in Ion. None is created there unless you say so.",
        search: search("/customers/mapping/not-in-ion", "Name, e-mail, city"),
        heads: ["Customer", "", "Why", "Here since"],
        rows: vec![
            row(
                "Biscuit Factory SARL",
                "C-0401 · office@biscuit.example · Lyon, FR",
                "New here; customers are created in Ion by hand",
                false,
                Some(Rule::C24),
            ),
            row(
                "Snowglobe Insurance AG",
                "C-0402 · Zug, CH",
                "Ion would refuse it: State is missing",
                true,
                None,
            ),
        ],
        bulk: vec![
            BulkAction {
                id: "create".to_owned(),
                value: "create".to_owned(),
                label: "Create in Ion".to_owned(),
                icon: "cloud-up",
                primary: true,
                ask: "Ion has no delete: what is created there stays.",
            },
            BulkAction {
                id: "ignore".to_owned(),
                value: "ignore".to_owned(),
                label: "Ignore".to_owned(),
                icon: "eye-off",
                primary: false,
                ask: "",
            },
        ],
        action_href: "/customers/mapping/steps".to_owned(),
        back: "/customers/mapping/not-in-ion".to_owned(),
        empty: None,
        pager: Pager::single("1–2 of 71"),
        edits: true,
    }
}

pub(super) fn by_hand() -> ByHandPage {
    let one = |name: &str, detail: &str, on| Candidate {
        id: "1".to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        status: status::customer(LinkState::NotInIon),
        effect: String::new(),
        on,
        href: "?".to_owned(),
    };
    let side = |title, name, found| HandSide {
        title,
        action: "/customers/mapping/by-hand",
        name,
        query: "kettle".to_owned(),
        keep: Vec::new(),
        found,
        words: "2 not linked".to_owned(),
    };
    ByHandPage {
        frame: under(
            "Link by hand",
            Section::Customers,
            &[
                ("Customers", "/customers"),
                ("Mapping", "/customers/mapping/to-confirm"),
            ],
        ),
        notes: Vec::new(),
        sides: [
            side(
                "In Ionbridge",
                "here",
                vec![
                    one("Whistling Kettle Café Srl", "C-0391 · Milano, IT", true),
                    one("Kettle Works", "C-0111 · Leeds, GB", false),
                ],
            ),
            side(
                "In Ion",
                "there",
                vec![one("Whistling Kettle Cafe", "50201 · Milano, IT", true)],
            ),
        ],
        pair: Some(PairPanel {
            by_hand: true,
            title: "Link these two?".to_owned(),
            place: String::new(),
            next: None,
            ..panel()
        }),
    }
}
