use super::*;

fn fields(city: &str) -> CustomerFields {
    CustomerFields::default().with(CustomerField::City, city)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn merged(
    base: Option<&str>,
    (ours, our_time): (&str, i64),
    (theirs, their_time): (&str, i64),
    winner: Winner,
) -> (Option<Rule>, Option<Winner>) {
    let policy = Policy {
        winner,
        ..Policy::default()
    };
    let (base, ours, theirs) = (base.map(fields), fields(ours), fields(theirs));
    let merge = merge(
        base.as_ref(),
        Side {
            fields: &ours,
            changed_at: Some(at(our_time)),
        },
        Side {
            fields: &theirs,
            changed_at: Some(at(their_time)),
        },
        &policy,
        &[],
    );
    merge
        .decisions
        .first()
        .map_or((None, None), |one| (Some(one.rule), one.winner))
}

#[test]
fn each_situation_of_a_field_has_its_rule() {
    let (ion, ours) = (Some(Winner::Ion), Some(Winner::Ionbridge));
    for (base, local, remote, winner, rule, wins) in [
        (Some("a"), ("a", 0), ("a", 0), Winner::Ask, None, None),
        (
            Some("a"),
            ("a", 0),
            ("b", 0),
            Winner::Ionbridge,
            Some(Rule::C02),
            ion,
        ),
        (
            Some("a"),
            ("b", 0),
            ("a", 0),
            Winner::Ion,
            Some(Rule::C03),
            ours,
        ),
        (Some("a"), ("b", 0), ("b", 0), Winner::Ask, None, None),
        (
            Some("a"),
            ("b  c", 0),
            ("b c", 0),
            Winner::Ask,
            Some(Rule::C04),
            ion,
        ),
        (
            Some("a"),
            ("b", 0),
            ("c", 0),
            Winner::Ion,
            Some(Rule::C05),
            ion,
        ),
        (
            Some("a"),
            ("b", 0),
            ("c", 0),
            Winner::Ionbridge,
            Some(Rule::C06),
            ours,
        ),
        (
            Some("a"),
            ("b", 2),
            ("c", 1),
            Winner::Newest,
            Some(Rule::C07),
            ours,
        ),
        (
            Some("a"),
            ("b", 1),
            ("c", 2),
            Winner::Newest,
            Some(Rule::C07),
            ion,
        ),
        (
            Some("a"),
            ("b", 1),
            ("c", 1),
            Winner::Newest,
            Some(Rule::C08),
            None,
        ),
        (
            Some("a"),
            ("b", 0),
            ("c", 0),
            Winner::Ask,
            Some(Rule::C08),
            None,
        ),
        (
            Some("a"),
            ("", 0),
            ("a", 0),
            Winner::Ask,
            Some(Rule::C12),
            ion,
        ),
        (None, ("", 0), ("b", 0), Winner::Ask, Some(Rule::C10), ion),
        (None, ("b", 0), ("", 0), Winner::Ask, Some(Rule::C10), ours),
        (None, ("b", 0), ("c", 0), Winner::Ask, Some(Rule::C11), None),
        (None, ("b", 0), ("c", 0), Winner::Ion, Some(Rule::C05), ion),
    ] {
        assert_eq!(
            merged(base, local, remote, winner),
            (rule, wins),
            "{base:?} {local:?} {remote:?} {winner}"
        );
    }
}

#[test]
fn a_choice_counts_for_what_the_person_saw() {
    let (base, ours, theirs) = (fields("a"), fields("b"), fields("c"));
    let choice = Choice {
        field: CustomerField::City,
        winner: Winner::Ionbridge,
        local: "b".into(),
        remote: "c".into(),
    };
    let side = |fields| Side {
        fields,
        changed_at: None,
    };
    let seen = merge(
        Some(&base),
        side(&ours),
        side(&theirs),
        &Policy::default(),
        std::slice::from_ref(&choice),
    );
    assert_eq!(
        seen.to_remote().map(|one| one.rule).collect::<Vec<_>>(),
        [Rule::C09]
    );
    let moved = fields("d");
    let unseen = merge(
        Some(&base),
        side(&ours),
        side(&moved),
        &Policy::default(),
        &[choice],
    );
    assert_eq!(unseen.conflicts().count(), 1);
    assert_eq!(unseen.base, base, "what is open keeps its base");
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    fn any_fields() -> impl Strategy<Value = CustomerFields> {
        let text = prop::sample::select(vec!["", "a", "b", "A", "b  c", "b c"]);
        prop::collection::vec(text, CustomerField::ALL.len()).prop_map(|texts| {
            CustomerField::ALL
                .iter()
                .copied()
                .zip(texts.into_iter().map(str::to_owned))
                .collect()
        })
    }

    fn any_policy() -> impl Strategy<Value = Policy> {
        prop::sample::select(Winner::ALL.to_vec()).prop_map(|winner| Policy {
            winner,
            ..Policy::default()
        })
    }

    /// Both sides as they are when a merge was carried out.
    fn carried_out(
        merge: &Merge,
        local: &CustomerFields,
        remote: &CustomerFields,
    ) -> (CustomerFields, CustomerFields) {
        let (mut local, mut remote) = (local.clone(), remote.clone());
        for one in merge.to_local() {
            local.set(one.field, &one.remote);
        }
        for one in merge.to_remote() {
            remote.set(one.field, &one.local);
        }
        (local, remote)
    }

    proptest! {
        #[test]
        fn an_edit_on_one_side_is_never_lost(base in any_fields(), edited in any_fields(), policy in any_policy(), here: bool) {
            let side = |fields| Side { fields, changed_at: None };
            let (local, remote) = if here { (&edited, &base) } else { (&base, &edited) };
            let merge = merge(Some(&base), side(local), side(remote), &policy, &[]);
            prop_assert_eq!(merge.conflicts().count(), 0);
            let (local, remote) = carried_out(&merge, local, remote);
            prop_assert_eq!(&local, &remote);
            for (field, text) in edited.all() {
                // What Ion requires is not emptied, wherever that was asked for.
                let held = here && text.is_empty() && REQUIRED.contains(&field);
                prop_assert_eq!(local.get(field), if held { base.get(field) } else { text });
            }
        }

        #[test]
        fn two_different_edits_never_overwrite_in_silence(base in any_fields(), local in any_fields(), remote in any_fields()) {
            let side = |fields| Side { fields, changed_at: None };
            let merge = merge(Some(&base), side(&local), side(&remote), &Policy::default(), &[]);
            let (local_after, remote_after) = carried_out(&merge, &local, &remote);
            for (field, before) in base.all() {
                let (ours, theirs) = (local.get(field), remote.get(field));
                let both = ours != before && theirs != before && !same(field, ours, theirs);
                if both && !ours.is_empty() {
                    prop_assert_eq!((local_after.get(field), remote_after.get(field)), (ours, theirs));
                }
            }
        }

        #[test]
        fn a_second_plan_after_the_first_was_carried_out_is_empty(base in prop::option::of(any_fields()), local in any_fields(), remote in any_fields(), policy in any_policy()) {
            let side = |fields| Side { fields, changed_at: None };
            let first = merge(base.as_ref(), side(&local), side(&remote), &policy, &[]);
            let (local, remote) = carried_out(&first, &local, &remote);
            let second = merge(Some(&first.base), side(&local), side(&remote), &policy, &[]);
            prop_assert_eq!(second.to_local().count() + second.to_remote().count(), 0);
        }
    }
}

mod situations {
    use super::*;

    fn bare() -> Situation<'static> {
        Situation {
            local: None,
            remote: None,
            link: None,
            complete: true,
            first: false,
        }
    }

    fn local(fields: &CustomerFields) -> Local<'_> {
        let side = Side {
            fields,
            changed_at: None,
        };
        Local {
            side,
            archived: false,
            ignored: false,
            resembles: false,
        }
    }

    fn remote(fields: &CustomerFields) -> Remote<'_> {
        let side = Side {
            fields,
            changed_at: None,
        };
        Remote {
            side,
            ignored: false,
            resembles: false,
        }
    }

    fn link(base: &CustomerFields) -> Link<'_> {
        Link {
            base: Some(base),
            missed: 0,
            gone: false,
            chosen: &[],
        }
    }

    fn ask(situation: Situation<'_>) -> (Rule, Action) {
        decide(situation, &Policy::default())
    }

    #[test]
    fn one_side_alone_is_imported_proposed_created_or_left() {
        let a = fields("a");
        let theirs = Situation {
            remote: Some(remote(&a)),
            ..bare()
        };
        assert_eq!(ask(theirs), (Rule::C20, Action::Import));
        let alike = Situation {
            remote: Some(Remote {
                resembles: true,
                ..remote(&a)
            }),
            ..theirs
        };
        assert_eq!(ask(alike), (Rule::C21, Action::Propose));
        let ours = Situation {
            local: Some(local(&a)),
            ..bare()
        };
        let creates = Policy {
            create_in_ion: true,
            ..Policy::default()
        };
        assert_eq!(ask(ours), (Rule::C24, Action::Offer));
        assert_eq!(decide(ours, &creates), (Rule::C22, Action::Create));
        let first = Situation {
            first: true,
            ..ours
        };
        assert_eq!(
            decide(first, &creates),
            (Rule::C23, Action::Offer),
            "nothing is made in Ion before a plan was seen"
        );
        let alike = Situation {
            local: Some(Local {
                resembles: true,
                ..local(&a)
            }),
            ..ours
        };
        assert_eq!(decide(alike, &creates), (Rule::C25, Action::Nothing));
        let archived = Situation {
            local: Some(Local {
                archived: true,
                ..local(&a)
            }),
            link: Some(link(&a)),
            ..ours
        };
        assert_eq!(ask(archived), (Rule::C34, Action::Nothing));
    }

    #[test]
    fn a_linked_one_is_missed_twice_before_it_is_gone_and_may_return() {
        let a = fields("a");
        let linked = Situation {
            local: Some(local(&a)),
            link: Some(link(&a)),
            ..bare()
        };
        let cut = Situation {
            complete: false,
            ..linked
        };
        assert_eq!(ask(cut), (Rule::C33, Action::Nothing));
        assert_eq!(ask(linked), (Rule::C30, Action::Miss));
        let again = Situation {
            link: Some(Link {
                missed: 1,
                ..link(&a)
            }),
            ..linked
        };
        assert_eq!(ask(again), (Rule::C31, Action::MarkGone));
        let gone = Some(Link {
            gone: true,
            ..link(&a)
        });
        assert_eq!(
            ask(Situation {
                link: gone,
                ..linked
            }),
            (Rule::C31, Action::Nothing)
        );
        let back = Situation {
            link: gone,
            remote: Some(remote(&a)),
            ..linked
        };
        assert!(matches!(ask(back), (Rule::C32, Action::Return(_))));
    }

    #[test]
    fn a_linked_pair_does_nothing_once_both_agree() {
        let (a, b) = (fields("a"), fields("b"));
        let same = Situation {
            local: Some(local(&a)),
            remote: Some(remote(&a)),
            link: Some(link(&a)),
            ..bare()
        };
        assert_eq!(ask(same), (Rule::C01, Action::Nothing));
        let moved = Situation {
            remote: Some(remote(&b)),
            ..same
        };
        assert!(
            matches!(ask(moved), (Rule::C02, Action::Merge(merge)) if merge.to_local().count() == 1)
        );
    }
}
