use domain::order::{AddOnLine, Attribute, FieldKind, LinePrice, TemplateField};
use domain::subscription::SubscriptionState;
use domain::{BillingPeriod, Term};
use rstest::rstest;

use super::*;
use crate::orders::attributes::{Vendor, default_template};
use crate::orders::draft::{AddOnView, TemplateSource, TemplateView};
use crate::samples::{attribute, line, monthly_line, point, price, subscription, time};
use crate::subscriptions::change::{SubscriptionChange, line as change_line};

const NOW: &str = "2026-11-23T10:41:00Z";

/// A draft of these lines in which nothing is wrong beside them.
pub(super) fn draft(lines: Vec<OrderLine>) -> DraftView {
    let views = lines
        .iter()
        .map(|line| LineView {
            price: line
                .price
                .as_ref()
                .map(|price| point(price.cost.text(), price.currency.as_str())),
            template: TemplateView {
                template: default_template(
                    Vendor::of(&line.provider_id, &line.vendor),
                    domain::order::OrderAction::Buy,
                ),
                source: TemplateSource::Ion,
            },
            add_ons: line
                .add_ons
                .iter()
                .map(|add_on| AddOnView {
                    fits: true,
                    price: add_on
                        .price
                        .as_ref()
                        .map(|price| point(price.cost.text(), price.currency.as_str())),
                    ..AddOnView::default()
                })
                .collect(),
            ..LineView::default()
        })
        .collect();
    DraftView {
        content: OrderContent {
            lines,
            note: String::new(),
        },
        customer: CustomerView {
            name: "Quillfeather Legal LLP".to_owned(),
            link: Some(LinkState::Linked),
            ion_customer_id: "49988".to_owned(),
        },
        lines: views,
    }
}

fn found(draft: &DraftView) -> Checked {
    check(draft, time(NOW))
}

fn paths(problems: &[Problem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.path.as_str())
        .collect()
}

fn wrong(draft: &DraftView) -> Vec<String> {
    found(draft)
        .problems
        .into_iter()
        .map(|problem| problem.path)
        .collect()
}

fn changed(change: impl FnOnce(&mut OrderLine)) -> DraftView {
    let mut it = line();
    change(&mut it);
    draft(vec![it])
}

fn add_on(quantity: u32, price: Option<LinePrice>) -> AddOnLine {
    AddOnLine {
        add_on_id: "Teams".to_owned(),
        plan_id: "Monthly".to_owned(),
        name: "Teams Phone".to_owned(),
        plan_name: String::new(),
        term: Term::P1M,
        billing: BillingPeriod::Monthly,
        quantity,
        price,
    }
}

#[test]
fn a_draft_that_is_complete_has_no_problem() {
    let both = draft(vec![line(), monthly_line(10, "7.41")]);
    assert_eq!(found(&both), Checked::default());
    let nothing = DraftView::default();
    assert_eq!(wrong(&nothing), ["/customer", "/lines"]);
}

#[rstest]
#[case(None, "49988", true)]
#[case(Some(LinkState::Linked), "49988", false)]
#[case(Some(LinkState::Linked), "", true)]
#[case(Some(LinkState::Conflict), "49988", false)]
#[case(Some(LinkState::Failed), "49988", false)]
#[case(Some(LinkState::Failed), "", true)]
#[case(Some(LinkState::Inactive), "49988", true)]
#[case(Some(LinkState::Gone), "49988", true)]
#[case(Some(LinkState::Proposed), "", true)]
#[case(Some(LinkState::NotInIon), "", true)]
#[case(Some(LinkState::Ignored), "", true)]
#[case(Some(LinkState::Archived), "49988", true)]
fn an_order_needs_a_customer_that_ion_takes_orders_for(
    #[case] link: Option<LinkState>,
    #[case] ion_id: &str,
    #[case] refused: bool,
) {
    let mut it = draft(vec![line()]);
    it.customer.link = link;
    it.customer.ion_customer_id = ion_id.to_owned();
    let problems = found(&it).problems;
    assert_eq!(!problems.is_empty(), refused, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.path == "/customer"));
}

#[rstest]
#[case(Offered::NotInCatalog, "/lines/0/product")]
#[case(Offered::Withdrawn, "/lines/0/product")]
#[case(Offered::SetAside, "/lines/0/product")]
#[case(Offered::Disabled, "/lines/0/product")]
#[case(Offered::VariantGone, "/lines/0/plan")]
#[case(Offered::VariantDisabled, "/lines/0/sku")]
#[case(Offered::NotInPriceBook, "/lines/0/plan")]
fn what_cannot_be_bought_is_named(#[case] offered: Offered, #[case] path: &str) {
    let mut it = draft(vec![line()]);
    it.lines[0].offered = offered;
    assert_eq!(wrong(&it), [path]);
    let mut unknown = draft(vec![line()]);
    unknown.lines.clear();
    assert_eq!(wrong(&unknown), ["/lines/0/product"]);
}

#[rstest]
#[case(0, true)]
#[case(1, false)]
#[case(100_000, false)]
#[case(100_001, true)]
#[case(u32::MAX, true)]
fn a_quantity_is_from_one_to_a_hundred_thousand(#[case] quantity: u32, #[case] refused: bool) {
    let it = changed(|line| line.quantity = quantity);
    assert_eq!(wrong(&it) == ["/lines/0/quantity"], refused);
}

#[test]
fn the_catalogs_own_limits_count_too() {
    let mut it = draft(vec![line()]);
    it.lines[0].least = Some(26);
    assert_eq!(wrong(&it), ["/lines/0/quantity"]);
    it.lines[0].least = Some(25);
    it.lines[0].most = Some(24);
    assert_eq!(wrong(&it), ["/lines/0/quantity"]);
}

#[test]
fn a_price_is_seen_before_it_is_ordered() {
    let mut it = draft(vec![line()]);
    it.lines[0].price = Some(point("19.00", "EUR"));
    let problems = found(&it).problems;
    assert_eq!(paths(&problems), ["/lines/0/price"]);
    assert_eq!(
        problems[0].message,
        "Business Premium moved from 18.72 to 19 EUR since your draft: 84.00 EUR more over the whole commitment. Accept it to go on."
    );
    it.lines[0].price = Some(point("18.72", "USD"));
    assert_eq!(wrong(&it), ["/lines/0/price"], "another currency");
    it.lines[0].price = None;
    assert_eq!(wrong(&it), ["/lines/0/price"], "no price");
    it.content.lines[0].price = None;
    it.lines[0].price = Some(point("18.72", "EUR"));
    assert_eq!(wrong(&it), ["/lines/0/price"], "nobody saw it");
    it.lines[0].price = None;
    it.lines[0].by_use = true;
    let told = found(&it);
    assert_eq!(told.problems, []);
    assert_eq!(paths(&told.warnings), ["/lines/0/price"], "billed by use");
    let mut low = draft(vec![line()]);
    low.lines[0].below_floor = true;
    let told = found(&low);
    assert_eq!((told.problems.len(), told.warnings.len()), (0, 1));
}

#[test]
fn add_ons_fit_have_a_price_and_a_quantity() {
    let with = |add_on: AddOnLine| {
        let mut it = line();
        it.add_ons = vec![add_on];
        draft(vec![it])
    };
    let good = with(add_on(25, Some(price("2", "EUR"))));
    assert_eq!(wrong(&good), <Vec<String>>::new());
    let mut stranger = good.clone();
    stranger.lines[0].add_ons[0].fits = false;
    assert_eq!(wrong(&stranger), ["/lines/0/add_ons/0/add_on"]);
    let mut unknown = good.clone();
    unknown.lines[0].add_ons.clear();
    assert_eq!(wrong(&unknown), ["/lines/0/add_ons/0/add_on"]);
    let mut moved = good;
    moved.lines[0].add_ons[0].price = Some(point("3", "EUR"));
    assert_eq!(wrong(&moved), ["/lines/0/add_ons/0/price"]);
    let none = with(add_on(0, None));
    assert_eq!(
        wrong(&none),
        ["/lines/0/add_ons/0/price", "/lines/0/add_ons/0/quantity"]
    );
    let dollars = with(add_on(25, Some(price("2", "USD"))));
    assert_eq!(wrong(&dollars), ["/lines/0/add_ons/0/price"]);
}

#[test]
fn two_currencies_are_named_and_never_one_order() {
    let mut second = monthly_line(10, "7.41");
    second.price = Some(price("7.41", "USD"));
    let told = found(&draft(vec![line(), second])).problems;
    assert_eq!(paths(&told), ["/lines/1/price"]);
    assert!(told[0].message.starts_with("this is in USD, line 1 in EUR"));
    assert_eq!(told[0].line(), Some(1));
}

#[test]
fn lines_that_are_the_same_are_one_line() {
    assert_eq!(wrong(&draft(vec![line(), line()])), ["/lines/1"]);
    let mut other = line();
    other.customer_po = "QL-2".to_owned();
    let told = found(&draft(vec![line(), other]));
    assert_eq!(told.problems, []);
    assert_eq!(paths(&told.warnings), ["/lines/1"]);
}

#[test]
fn texts_have_a_length() {
    let long = changed(|line| {
        line.customer_po = "ü".repeat(65);
        line.reseller_po = "a\nb".to_owned();
    });
    assert_eq!(
        wrong(&long),
        ["/lines/0/customer_po", "/lines/0/reseller_po"]
    );
    let fits = changed(|line| line.customer_po = "ü".repeat(64));
    assert_eq!(wrong(&fits), <Vec<String>>::new());
    let mut noted = draft(vec![line()]);
    noted.content.note = "n".repeat(LONGEST_NOTE + 1);
    assert_eq!(wrong(&noted), ["/note"]);
    let many: Vec<_> = (0..=MAX_LINES)
        .map(|number| OrderLine {
            plan_id: number.to_string(),
            ..line()
        })
        .collect();
    assert_eq!(wrong(&draft(many)), ["/lines"]);
}

#[test]
fn what_the_vendor_needs_is_filled_in_and_right() {
    let bare = changed(|line| line.attributes.clear());
    assert_eq!(
        wrong(&bare),
        [
            "/lines/0/attributes/domainName",
            "/lines/0/attributes/renewalSetting"
        ]
    );
    let consumption = changed(|line| {
        line.part_number = None;
        line.attributes.retain(|it| it.name == "domainName");
    });
    assert_eq!(wrong(&consumption), <Vec<String>>::new());
    let wrong_ones = changed(|line| {
        line.set_attribute("renewalSetting", "maybe");
        line.set_attribute("customTermEndDate", "14.12.2026");
        line.set_attribute("agreementEmail", "robin");
        line.attributes
            .push(attribute("domainName", "twice.example"));
        line.attributes
            .push(attribute("somethingNew", "fine while it is open"));
    });
    let mut told = wrong(&wrong_ones);
    told.sort();
    assert_eq!(
        told,
        [
            "/lines/0/attributes/agreementEmail",
            "/lines/0/attributes/customTermEndDate",
            "/lines/0/attributes/domainName",
            "/lines/0/attributes/renewalSetting",
        ]
    );
    let mut closed = changed(|line| line.attributes.push(attribute("some/thing", "x")));
    closed.lines[0].template.template.closed = true;
    assert_eq!(wrong(&closed), ["/lines/0/attributes/some~1thing"]);
}

#[rstest]
#[case(TemplateSource::Ion, 0)]
#[case(TemplateSource::BuiltIn, 0)]
#[case(TemplateSource::Changed, 1)]
#[case(TemplateSource::Unavailable, 1)]
fn a_form_that_changed_or_is_missing_is_told(#[case] source: TemplateSource, #[case] told: usize) {
    let mut it = draft(vec![line()]);
    it.lines[0].template.source = source;
    let found = found(&it);
    assert_eq!((found.problems.len(), found.warnings.len()), (0, told));
}

#[rstest]
#[case(FieldKind::Text, "anything", true)]
#[case(FieldKind::Text, "two\nlines", false)]
#[case(FieldKind::Choice, "M", true)]
#[case(FieldKind::Choice, "m", true)]
#[case(FieldKind::Choice, "X", false)]
#[case(FieldKind::Date, "2026-11-23", true)]
#[case(FieldKind::Date, "2028-02-29", true)]
#[case(FieldKind::Date, "2026-02-29", false)]
#[case(FieldKind::Date, "2026-11-23T10:00", false)]
#[case(FieldKind::Date, "23.11.2026", false)]
#[case(FieldKind::Bool, "true", true)]
#[case(FieldKind::Bool, "yes", false)]
#[case(FieldKind::Number, "-12", true)]
#[case(FieldKind::Number, "1.5", false)]
#[case(FieldKind::Email, "a@b.example", true)]
#[case(FieldKind::Email, "a@b", false)]
#[case(FieldKind::Email, "", true)]
fn values_have_a_shape(#[case] kind: FieldKind, #[case] value: &str, #[case] good: bool) {
    let field = TemplateField {
        name: "n".to_owned(),
        label: "N".to_owned(),
        kind,
        choices: vec![("M".to_owned(), "Month".to_owned())],
        required: false,
        help: String::new(),
    };
    assert_eq!(wrong_value(&field, value).is_none(), good);
    let long = "9".repeat(LONGEST_VALUE + 1);
    assert!(wrong_value(&field, &long).is_some());
}

fn change_draft(wanted: SubscriptionChange) -> DraftView {
    let mut it = draft(vec![change_line(&subscription(), wanted)]);
    it.lines[0].template = TemplateView::default();
    it.lines[0].subscription = Some(subscription());
    it
}

#[test]
fn a_change_is_judged_by_the_subscription_as_it_is_now() {
    assert_eq!(
        wrong(&change_draft(SubscriptionChange::Seats(80))),
        <Vec<String>>::new()
    );
    assert_eq!(
        wrong(&change_draft(SubscriptionChange::Seats(70))),
        ["/lines/0/quantity"],
        "outside of the window"
    );
    assert_eq!(
        wrong(&change_draft(SubscriptionChange::Cancel)),
        ["/lines/0/subscription"]
    );
    let mut same = change_draft(SubscriptionChange::Seats(74));
    assert_eq!(wrong(&same), ["/lines/0/quantity"]);
    same.lines[0].subscription = None;
    assert_eq!(wrong(&same), ["/lines/0/subscription"]);
    let mut moved = change_draft(SubscriptionChange::Seats(80));
    moved.lines[0].subscription.as_mut().unwrap().seats = Some(75);
    let told = found(&moved).problems;
    assert_eq!(paths(&told), ["/lines/0/quantity"]);
    assert!(told[0].message.contains("75 seats by now, not 74"));
    let mut ended = change_draft(SubscriptionChange::AutoRenew(false));
    ended.lines[0].subscription.as_mut().unwrap().state = SubscriptionState::Cancelled;
    assert_eq!(wrong(&ended), ["/lines/0/subscription"]);
    let mut twice = change_draft(SubscriptionChange::Seats(80));
    let again = change_line(&subscription(), SubscriptionChange::AutoRenew(false));
    twice.content.lines.push(again);
    twice.lines.push(twice.lines[0].clone());
    assert_eq!(wrong(&twice), ["/lines/1"]);
}

#[test]
fn every_message_says_something_and_ends() {
    let mut it = changed(|line| {
        line.quantity = 0;
        line.attributes = vec![Attribute {
            name: "agreementEmail".to_owned(),
            value: "x".to_owned(),
        }];
    });
    it.customer.link = None;
    it.lines[0].offered = Offered::Withdrawn;
    let told = found(&it).problems;
    assert!(told.len() >= 5);
    for problem in told {
        assert!(problem.message.ends_with('.'), "{problem:?}");
        assert!(!problem.label.is_empty());
        assert!(!problem.message.contains("please"));
    }
}
