use rstest::rstest;

use super::*;
use crate::samples::line;

#[rstest]
#[case("30", "", Vendor::Microsoft, "MICROSOFT")]
#[case("", "Microsoft Azure", Vendor::Microsoft, "MICROSOFT")]
#[case("21", "Google", Vendor::Google, "GOOGLE")]
#[case("7", "IBM", Vendor::Ibm, "IBM")]
#[case("7", "Sophos", Vendor::Sophos, "SOPHOS")]
#[case("7", "Acronis", Vendor::Other, "NOT_SPECIFIED")]
fn vendors_by_number_or_name(
    #[case] provider: &str,
    #[case] name: &str,
    #[case] vendor: Vendor,
    #[case] word: &str,
) {
    assert_eq!(Vendor::of(provider, name), vendor);
    assert_eq!(vendor.ion_word(), word);
}

#[test]
fn templates_are_asked_for_in_ions_words() {
    assert_eq!(
        template_words(&line()),
        Some(("MICROSOFT", "nce", "CREATE"))
    );
    let azure = OrderLine {
        part_number: None,
        resource_id: Some("b9bd".to_owned()),
        ..line()
    };
    assert_eq!(
        template_words(&azure),
        Some(("MICROSOFT", "azure", "UPDATE"))
    );
    let other = OrderLine {
        provider_id: String::new(),
        vendor: "Acronis".to_owned(),
        ..line()
    };
    assert_eq!(template_words(&other), None);
}

#[test]
fn what_a_vendor_insists_on_is_asked_for_whatever_ion_says() {
    let required = |template: &Template| -> Vec<String> {
        template
            .fields
            .iter()
            .filter(|field| field.required)
            .map(|field| field.name.clone())
            .collect()
    };
    let empty = with_known_needs(Template::default(), &line());
    assert_eq!(required(&empty), ["domainName", "renewalSetting"]);
    let mut ions = default_template(Vendor::Microsoft, OrderAction::Buy);
    ions.fields.retain(|field| field.name != "domainName");
    ions.fields[0].label = "Ion's own label".to_owned();
    let all = with_known_needs(ions, &line());
    let renewal = all.fields.iter().find(|it| it.name == "renewalSetting");
    assert_eq!(renewal.unwrap().label, "Ion's own label");
    assert!(renewal.unwrap().required);
    let azure = OrderLine {
        part_number: None,
        ..line()
    };
    let azure = with_known_needs(Template::default(), &azure);
    assert_eq!(required(&azure), ["domainName"]);
    let change = OrderLine {
        resource_id: Some("b9bd".to_owned()),
        ..line()
    };
    let change = with_known_needs(Template::default(), &change);
    assert_eq!(required(&change), <Vec<String>>::new());
}

#[test]
fn our_own_forms_are_open_and_have_words_for_every_field() {
    for vendor in [
        Vendor::Microsoft,
        Vendor::Google,
        Vendor::Ibm,
        Vendor::Sophos,
        Vendor::Other,
    ] {
        for action in OrderAction::ALL {
            let template = default_template(vendor, *action);
            assert!(!template.closed);
            for field in &template.fields {
                assert!(!field.label.is_empty() && !field.help.is_empty());
                assert_eq!(
                    field.kind == FieldKind::Choice,
                    !field.choices.is_empty(),
                    "{}",
                    field.name
                );
            }
        }
    }
    assert!(
        default_template(Vendor::Other, OrderAction::Buy)
            .fields
            .is_empty()
    );
}

#[rstest]
#[case("domainName", "Tenant domain")]
#[case("ibmCustomerNumber", "Ibm customer number")]
#[case("some_thing-else", "Some thing else")]
#[case("", "")]
fn names_become_labels(#[case] name: &str, #[case] label: &str) {
    assert_eq!(label_of(name), label);
}

fn fields() -> CustomerFields {
    CustomerFields::default()
        .with(CustomerField::ContactName, "Robin van Example")
        .with(CustomerField::Email, "robin@quill.example")
        .with(CustomerField::Phone, "+44 20 1")
}

fn filled(vendor: Vendor, profile: Option<&CloudProfile>) -> Vec<(String, String)> {
    let fields = fields();
    let customer = KnownCustomer {
        fields: &fields,
        uid: "Ab12",
        registration_number: "OC400000",
        domain: "quill.example",
        profile,
    };
    prefill(vendor, &customer)
        .into_iter()
        .map(|attribute| (attribute.name, attribute.value))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn what_is_known_is_filled_in_and_decisions_are_not() {
    let profile = |agreement: &str| CloudProfile {
        domain: "quill.onmicrosoft.example".to_owned(),
        agreement: agreement.to_owned(),
        ..CloudProfile::default()
    };
    let known = [
        ("domainName", "quill.onmicrosoft.example"),
        ("companyRegistrationId", "OC400000"),
    ];
    assert_eq!(
        filled(Vendor::Microsoft, Some(&profile("ACCEPTED"))),
        pairs(&known)
    );
    assert_eq!(filled(Vendor::Microsoft, Some(&profile(""))), pairs(&known));
    let mut all = known.to_vec();
    all.extend([
        ("agreementUserId", "Ab12"),
        ("agreementEmail", "robin@quill.example"),
        ("agreementFirstName", "Robin van"),
        ("agreementLastName", "Example"),
        ("agreementPhoneNumber", "+44 20 1"),
    ]);
    assert_eq!(
        filled(Vendor::Microsoft, Some(&profile("NOT_ACCEPTED"))),
        pairs(&all)
    );
    assert_eq!(
        filled(Vendor::Microsoft, None),
        pairs(&[("companyRegistrationId", "OC400000")])
    );
    // Google's other e-mail must not be of the domain itself.
    assert_eq!(
        filled(Vendor::Google, None),
        pairs(&[("customerDomain", "quill.example")])
    );
    let elsewhere = CloudProfile {
        domain: "school.example".to_owned(),
        ..CloudProfile::default()
    };
    assert_eq!(
        filled(Vendor::Google, Some(&elsewhere)),
        pairs(&[
            ("customerDomain", "school.example"),
            ("alternateEmail", "robin@quill.example")
        ])
    );
    assert_eq!(filled(Vendor::Other, None), pairs(&[]));
}

#[test]
fn an_agreement_that_nobody_understands_is_not_known() {
    assert_eq!(is_agreed("Accepted"), Some(true));
    assert_eq!(is_agreed("not_accepted"), Some(false));
    assert_eq!(is_agreed("AGREEMENT_STATE_7"), None);
    assert_eq!(is_agreed(""), None);
}

#[test]
fn a_profile_is_that_of_the_vendor_of_the_line() {
    let profile = |provider_id: &str, vendor: &str| CloudProfile {
        provider_id: provider_id.to_owned(),
        vendor: vendor.to_owned(),
        ..CloudProfile::default()
    };
    let all = [
        profile("1", "AWS"),
        profile("", "Google Cloud"),
        profile("30", "Microsoft"),
    ];
    let found = |provider_id: &str, vendor: &str| {
        let mut line = line();
        line.provider_id = provider_id.to_owned();
        line.vendor = vendor.to_owned();
        profile_for(&all, &line).map(|profile| profile.vendor.as_str())
    };
    assert_eq!(found("30", ""), Some("Microsoft"));
    assert_eq!(found("7", "Google"), Some("Google Cloud"));
    assert_eq!(found("1", "Amazon"), Some("AWS"));
    assert_eq!(found("12", "Sophos"), None);
    assert_eq!(found("", "Somebody"), None);
}
