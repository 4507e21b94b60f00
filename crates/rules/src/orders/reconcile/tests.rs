use domain::order::OrderContent;
use domain::{IdGen as _, OrderId, SeededIds};
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::orders::state::{OrderEvent, step};
use crate::samples::{ion_order, line, time};

const SENT: &str = "2026-11-23T10:41:09Z";

fn ours() -> String {
    reference(OrderId(SeededIds::new(7).uuid()))
}

fn named(reference: &str, display_name: &str, item: &str) -> IonOrder {
    let mut order = ion_order("1", SENT);
    reference.clone_into(&mut order.reference);
    display_name.clone_into(&mut order.display_name);
    item.clone_into(&mut order.lines[0].reference);
    order
}

#[test]
fn a_reference_is_short_and_one_of_a_kind() {
    let ids = SeededIds::new(1);
    let mut seen = BTreeSet::new();
    for _ in 0..10_000 {
        let reference = reference(OrderId(ids.uuid()));
        assert_eq!(reference.len(), 19);
        assert!(line_reference(&reference, 99_999).len() <= 32);
        assert_eq!(reference_in(&reference).as_deref(), Some(&*reference));
        assert!(seen.insert(reference));
    }
    let id: OrderId = "019347a1-b2c3-7d4e-8f5a-6b7c8d9e0f1a".parse().unwrap();
    assert_eq!(reference(id), "ib-069mf8djre6sw3rt");
}

proptest! {
    #[test]
    fn two_ids_of_one_millisecond_differ_by_their_chance(time: u64, one: u32, other: u32) {
        prop_assume!(one != other);
        let id = |chance: u32| {
            let bits = u128::from(time & 0xffff_ffff_ffff) << 80 | u128::from(chance);
            let text = format!("{bits:032x}");
            let id: OrderId = text.parse().unwrap();
            reference(id)
        };
        prop_assert_ne!(id(one), id(other));
    }

    #[test]
    fn no_text_panics_and_none_that_is_cut_in_the_reference_matches(text: String, cut in 0_usize..19) {
        let _any = reference_in(&text);
        let ours = ours();
        prop_assert_eq!(reference_in(&ours[..cut]), None);
        prop_assert_eq!(reference_in(&format!("{text} {ours}")), reference_in(&text).or(Some(ours)));
    }
}

#[test]
fn our_reference_is_known_wherever_ion_shows_it() {
    let ours = ours();
    let name = display_name(&ours, "Business Premium for Quillfeather Legal LLP");
    let cut: String = name.chars().take(32).collect();
    let upper = ours.to_ascii_uppercase();
    for (order, by) in [
        (named(&ours, "", ""), MatchedBy::Reference),
        (named(&upper, "", ""), MatchedBy::Reference),
        (named(&format!(" {ours} "), "", ""), MatchedBy::Reference),
        (
            named("customers/1/carts/2", &name, ""),
            MatchedBy::DisplayName,
        ),
        (named("", &cut, ""), MatchedBy::DisplayName),
        (
            named("", "Cart - 17151", &line_reference(&ours, 0)),
            MatchedBy::ItemReference,
        ),
    ] {
        assert_eq!(match_order(&ours, &order), Some(by), "{order:?}");
        assert_eq!(any_reference(&order).as_deref(), Some(&*ours));
    }
    let other = reference(OrderId(SeededIds::new(8).uuid()));
    for order in [
        named("", "", ""),
        named("PO-2041", "Order 1", "line-1"),
        named(&other, &name.replace(&ours, &other), ""),
        named(&format!("x{ours}"), "", ""),
        named(&format!("{ours}0"), "", ""),
        named(&ours[..18], "", ""),
    ] {
        assert_eq!(match_order(&ours, &order), None, "{order:?}");
    }
}

fn plan() -> SearchPlan {
    SearchPlan::new(&ours(), "49988", time(SENT))
}

/// Orders made so many hours before the send, newest first as they stand.
fn list(hours: &[i64]) -> Vec<IonOrder> {
    hours
        .iter()
        .enumerate()
        .map(|(place, hours)| {
            let mut order = ion_order(&format!("{hours}-{place}"), SENT);
            order.created_at = Some(time(SENT) - jiff::SignedDuration::from_hours(*hours));
            order
        })
        .collect()
}

fn old() -> Vec<IonOrder> {
    list(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 100])
}

#[test]
fn a_search_that_decides_reads_all() {
    let mut walk = Walk::new(plan());
    assert_eq!(walk.judge_page(&old(), true), PageVerdict::WalkOn);
    assert_eq!(walk.judge_page(&list(&[200]), false), PageVerdict::NotThere);
    assert_eq!((walk.read, walk.distrust), (11, None));
}

#[test]
fn a_look_at_the_newest_ends_where_a_sorted_list_is_too_old() {
    let mut walk = Walk::new(plan().newest_only());
    assert_eq!(walk.judge_page(&old(), true), PageVerdict::NotThere);
    // Not old enough yet; too few to say that it is sorted.
    for page in [
        list(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 70]),
        list(&[100, 200, 300]),
    ] {
        let mut walk = Walk::new(plan().newest_only());
        assert_eq!(walk.judge_page(&page, true), PageVerdict::WalkOn);
    }
}

#[rstest]
#[case::not_descending(Distrust::NotDescending, |orders: &mut Vec<IonOrder>| orders.swap(2, 5))]
#[case::others(Distrust::FilterIgnored, |orders: &mut Vec<IonOrder>| orders[4].ion_customer_id = "1".to_owned())]
#[case::no_time(Distrust::TimesMissing, |orders: &mut Vec<IonOrder>| orders[4].created_at = None)]
fn a_list_that_is_not_as_asked_is_walked_to_its_end(
    #[case] why: Distrust,
    #[case] spoil: fn(&mut Vec<IonOrder>),
) {
    let mut walk = Walk::new(plan().newest_only());
    let mut page = old();
    spoil(&mut page);
    assert_eq!(walk.judge_page(&page, true), PageVerdict::WalkOn);
    assert_eq!(walk.distrust, Some(why));
    let mut found = list(&[250]);
    found[0].reference = ours();
    let verdict = walk.judge_page(&found, true);
    let by = MatchedBy::Reference;
    assert_eq!(verdict, PageVerdict::Found { index: 0, by });
}

#[test]
fn what_moved_to_the_next_page_says_nothing_of_the_sort_and_circles_are_left() {
    let mut walk = Walk::new(plan().newest_only());
    let mut page = old();
    page.truncate(9);
    assert_eq!(walk.judge_page(&page, true), PageVerdict::WalkOn);
    let mut next = page[5..].to_vec();
    next.extend(list(&[100]));
    assert_eq!(walk.judge_page(&next, true), PageVerdict::NotThere);

    let mut walk = Walk::new(plan());
    let verdicts: Vec<_> = (0..4).map(|_| walk.judge_page(&page, true)).collect();
    assert_eq!(verdicts[..3], [PageVerdict::WalkOn; 3]);
    assert_eq!(verdicts[3], PageVerdict::Incomplete);
    // Empty pages with a token go on for a while too, and an order that moved further is still found.
    let mut walk = Walk::new(plan());
    assert_eq!(walk.judge_page(&[], true), PageVerdict::WalkOn);
    assert_eq!(walk.judge_page(&[], false), PageVerdict::NotThere);
}

#[test]
fn orders_that_look_alike_are_named_with_their_reasons() {
    let content = OrderContent {
        lines: vec![line()],
        note: String::new(),
    };
    let mut twin = ion_order("twin", "2026-11-23T10:41:30Z");
    twin.reference = "PO-2041".to_owned();
    let mut fewer = ion_order("fewer", "2026-11-23T06:00:00Z");
    fewer.lines[0].quantity = 20;
    let mut other_plan = ion_order("other plan", "2026-11-23T10:50:00Z");
    other_plan.lines[0].plan_id = "Annual-n1".to_owned();
    let mut stranger = ion_order("stranger", SENT);
    stranger.ion_customer_id = "1".to_owned();
    let mut own = ion_order("own", SENT);
    own.reference = reference(OrderId(SeededIds::new(8).uuid()));
    let mut unlike = ion_order("unlike", SENT);
    unlike.lines[0].product_ion_id = "Google".to_owned();
    let old = ion_order("old", "2026-11-10T10:00:00Z");
    let orders = [fewer, other_plan, stranger, own, unlike, old, twin];
    let found = lookalikes(&content, "49988", time(SENT), &orders);
    let told: Vec<_> = found
        .iter()
        .map(|alike| (alike.ion_id.as_str(), alike.reasons.clone()))
        .collect();
    use Likeness::{Products, Quantities, Time, Variants};
    assert_eq!(
        told,
        [
            ("twin", vec![Variants, Quantities, Time]),
            ("other plan", vec![Products, Quantities, Time]),
            ("fewer", vec![Variants]),
        ]
    );
    assert_eq!(found[0].index, 6);

    let mut change = line();
    change.resource_id = Some("b9bd".to_owned());
    let content = OrderContent {
        lines: vec![change],
        note: String::new(),
    };
    let mut same = ion_order("same", SENT);
    same.lines[0].resource_id = Some("b9bd".to_owned());
    let found = lookalikes(&content, "49988", time(SENT), &[same]);
    assert_eq!(found[0].reasons[0], Likeness::Subscription);
}

#[test]
fn looks_come_ever_later_and_one_falls_on_the_end_of_patience() {
    let patience = Duration::from_secs(900);
    let sent = time(SENT);
    let (mut now, mut looks, mut pauses) = (sent, 0, Vec::new());
    while let Some(next) = next_look(looks, sent, patience, now) {
        pauses.push(next.duration_since(now).as_secs());
        (now, looks) = (next, looks + 1);
        if now >= later(sent, patience) {
            break;
        }
    }
    assert_eq!(pauses[..5], [10, 20, 40, 80, 120]);
    assert!(pauses.iter().all(|pause| *pause <= 120));
    assert_eq!(now, later(sent, patience), "one look decides");
    let slow = next_look(looks, sent, patience, now).unwrap();
    assert_eq!(slow.duration_since(now).as_secs(), 3600);
    let last = later(sent, patience + Duration::from_secs(23 * 3600 + 1800));
    assert_eq!(next_look(looks, sent, patience, last), None);
}

#[test]
fn no_stepped_clock_leaves_an_undecided_order_to_the_slow_pace() {
    let patience = Duration::from_secs(900);
    let sent = time(SENT);
    let confirmed = OrderEvent::Confirmed {
        scheduled_for: None,
        needs_approval: false,
    };
    let mut order = OrderFacts::draft();
    for event in [
        confirmed,
        OrderEvent::SendBegins,
        OrderEvent::OutcomeUnclear,
    ] {
        order = step(&order, &event, sent).unwrap().facts;
    }
    let next = |order: &OrderFacts, hours: i64, watched: u64| {
        let now = sent + jiff::SignedDuration::from_hours(hours);
        let watched = Duration::from_secs(watched);
        next_look_of(order, sent, patience, watched, now)
            .map(|next| next.duration_since(now).as_secs())
    };
    assert_eq!(next(&order, 24, 30), Some(10), "ahead");
    assert_eq!(next(&order, -24, 30), Some(10), "behind");
    order.looks = 9;
    assert_eq!(next(&order, 24, 850), Some(50), "just when it decides");
    assert_eq!(
        next(&order, 24, 2000),
        Some(120),
        "no search came to its end"
    );
    order.not_found_at = Some(sent);
    assert_eq!(next(&order, 1, 2000), Some(3600));
    assert_eq!(next(&order, 30, 2000), None);
}
