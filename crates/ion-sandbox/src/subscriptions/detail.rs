//! A single subscription: `GET /accounts/{a}/customers/{c}/subscriptions/{id}` (Ion API notes 2.6).

use super::show::{logs, shown};
use crate::api::Call;
use crate::reply::Reply;
use crate::state::State;

/// Answers for a subscription by Ion's number or the vendor's id, as the knob `subscription-ids` has it.
pub(crate) fn get(state: &mut State, call: &Call<'_>, customer: &str, id: &str) -> Reply {
    let by = state.knobs.subscription_ids.as_str();
    let found = state.subscriptions.find(id).filter(|one| {
        let by_guid = one.guid == id;
        let allowed = by == "both" || by_guid == (by == "guid");
        allowed && one.customer == customer && one.shows
    });
    let Some(number) = found.map(|one| one.id) else {
        // As it is published: nothing stands in the place of the star.
        return call.error(404, "NOT_FOUND", "Subscription * not found");
    };
    let refresh = call.param("refresh");
    if refresh.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        state.refresh(number);
    }
    let Some(one) = state.subscriptions.get(number) else {
        return call.error(404, "NOT_FOUND", "Subscription * not found");
    };
    let mut shown = shown(state, one);
    shown.activity_logs = Some(logs(one));
    Reply::json(200, serde_json::to_vec(&shown).unwrap_or_default())
}
