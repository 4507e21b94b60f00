//! Why something with an order was not done, as programs are told: by the names of this API, and without what an order costs to those who
//! may not see that.

use engine::orders::OrderError;
use rules::orders::check::Problem;

use crate::fault::{Fault, FieldFault, sentence};

/// What the engine refuses, in the words of this API; `costs`: with what an order costs.
pub(crate) fn refused(error: OrderError, costs: bool) -> Fault {
    match error {
        OrderError::Gone => Fault::not_found("order"),
        OrderError::Invalid(problems) => Fault::invalid(
            problems
                .iter()
                .map(|problem| FieldFault {
                    field: field(&problem.path),
                    message: message(problem, costs),
                })
                .collect(),
        ),
        other => other.into(),
    }
}

/// A place in an order as this API names places: `/lines/0/quantity` is `lines[0].quantity`.
pub(super) fn field(path: &str) -> String {
    if path == "/typed_total" {
        return "confirm_total".to_owned();
    }
    let mut field = String::new();
    for step in path.split('/').skip(1) {
        if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push_str(&format!("[{step}]"));
            continue;
        }
        let name = step.replace("~1", "/").replace("~0", "~");
        // A vendor's name may have any sign in it: `attributes["a.b"]`.
        if name.is_empty() || name.contains(['.', '[', ']', '"']) {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            field.push_str(&format!("[\"{quoted}\"]"));
            continue;
        }
        if !field.is_empty() {
            field.push('.');
        }
        field.push_str(&name);
    }
    field
}

/// What is wrong and what to do.
pub(super) fn message(problem: &Problem, costs: bool) -> String {
    let is_total = problem.path == "/typed_total" && problem.label == "Total";
    let text = match (is_total, costs) {
        (true, true) => problem
            .message
            .replace("type the total to confirm", "give the total that it binds to, as its review says"),
        (true, false) => "give the total that it binds to, which its review tells with the scope see_cost.".to_owned(),
        // Every word about a price may tell what it is, or was.
        (false, false) if problem.path.ends_with("/price") => {
            "something stands against its price. Who sees costs is told what: it moved and must be accepted, or it is not known.".to_owned()
        }
        (false, _) => problem.message.replace(
            "Accept it to go on.",
            "Submit it with accept_prices to take it.",
        ),
    };
    sentence(&text)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::fault::WrongField;

    #[test]
    fn places_are_named_as_everywhere_in_the_api() {
        for (path, named) in [
            ("/lines/0/quantity", "lines[0].quantity"),
            ("/lines/12/add_ons/3/plan", "lines[12].add_ons[3].plan"),
            (
                "/lines/0/attributes/domainName",
                "lines[0].attributes.domainName",
            ),
            ("/customer", "customer"),
            ("/typed_total", "confirm_total"),
            ("", ""),
        ] {
            assert_eq!(field(path), named);
            if path != "/typed_total" {
                let told = WrongField::from(&FieldFault {
                    field: field(path),
                    message: String::new(),
                });
                assert_eq!(told.pointer, path);
            }
        }
        for (path, named) in [
            ("/lines/0/attributes/a~1b", "lines[0].attributes.a/b"),
            ("/lines/0/attributes/a.b", "lines[0].attributes[\"a.b\"]"),
            (
                "/lines/0/attributes/a[0].~0b",
                "lines[0].attributes[\"a[0].~b\"]",
            ),
            (
                "/lines/0/attributes/\"]\\.x/0",
                "lines[0].attributes[\"\\\"]\\\\.x\"][0]",
            ),
            ("/lines/0/attributes/", "lines[0].attributes[\"\"]"),
        ] {
            let odd = FieldFault {
                field: field(path),
                message: String::new(),
            };
            assert_eq!(odd.field, named);
            assert_eq!(WrongField::from(&odd).pointer, path);
        }
    }

    #[test]
    fn who_sees_no_cost_is_told_none_by_what_stands_against_an_order() {
        let problems = || {
            OrderError::Invalid(vec![
                Problem::new(
                    "/typed_total",
                    "Total",
                    "type the total to confirm: 5,690.10 EUR.",
                ),
                Problem::new(
                    "/lines/0/price",
                    "Price",
                    "Premium moved from 18.72 to 19.20 EUR since your draft: 144 EUR more over the whole commitment. Accept it to go on.",
                ),
                Problem::new(
                    "/lines/0/add_ons/1/price",
                    "Price",
                    "Phone moved from 7.1 to 7.2 EUR since your draft. Accept it to go on.",
                ),
                Problem::new("/lines/0/quantity", "Quantity", "at least 5 of this one."),
            ])
        };
        let told = refused(problems(), true);
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        for part in ["5,690.10 EUR", "19.20", "accept_prices", "confirm_total"] {
            assert!(told.detail.contains(part), "{part}: {}", told.detail);
        }
        let told = format!("{:?}", refused(problems(), false));
        for part in ["5,690", "18.72", "19.20", "144", "7.1", "7.2"] {
            assert!(!told.contains(part), "{part}: {told}");
        }
        assert!(told.contains("At least 5 of this one."), "{told}");
    }
}
