//! Subscriptions of the same product that the customer has.

use engine::orders::OrderView;
use rules::orders::check::line_name;
use store::subscriptions;

use crate::app::App;
use crate::fault::Fault;
use crate::pages::orders::compose::Draft;
use crate::view::format::counted;
use crate::view::{Button, Note, Tone};

/// Subscriptions of the same product that the customer has, with the change that may be meant.
pub(in crate::pages::orders) async fn duplicates(
    app: &App,
    view: &OrderView,
    place: usize,
    draft: &Draft,
) -> Result<Vec<Note>, Fault> {
    let mut notes = Vec::new();
    for duplicate in view
        .review
        .duplicates
        .iter()
        .filter(|duplicate| duplicate.line == place)
    {
        let of = &duplicate.subscription;
        let name = view
            .row
            .content
            .lines
            .get(place)
            .map_or("this product", line_name);
        let seats = of.seats.map_or_else(
            || format!("{name} already"),
            |seats| {
                format!(
                    "{} of {name} already",
                    counted(u64::from(seats), "seat", "seats")
                )
            },
        );
        let renewal = of.renews_at.or(of.ends_at).map_or_else(
            || "A change of its seats keeps its term.".to_owned(),
            |at| {
                format!(
                    "A change of its seats keeps the renewal date, {}.",
                    draft.around.times.date(at)
                )
            },
        );
        let mut note = Note::new(
            Tone::Info,
            "info-circle",
            format!("{} has {seats}", view.row.customer_name),
            format!("Ordering adds a second subscription. {renewal}"),
        );
        let known =
            subscriptions::find_by_ion(app.store().read(), view.row.connection, &of.ion_id).await?;
        if let Some(known) = known {
            let total = duplicate.seats_together.unwrap_or_default();
            note = note.with(Button::link(
                if total > 0 {
                    format!(
                        "Change it to {} instead",
                        counted(u64::from(total), "seat", "seats")
                    )
                } else {
                    "Change the subscription instead".to_owned()
                },
                crate::pages::subscriptions::href(known.id),
            ));
        }
        notes.push(note);
    }
    Ok(notes)
}
