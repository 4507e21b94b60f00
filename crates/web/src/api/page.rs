//! Pages of lists: an opaque cursor to the next one.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::fault::Fault;

/// Records of a page where none are asked for.
const USUAL: u32 = 50;
/// Most records of a page.
const MOST: u32 = 500;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The records.
    pub(crate) items: Vec<T>,
    /// Pass this as `cursor` for the next page; null at the end.
    pub(crate) next: Option<String>,
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before.
    #[serde(default)]
    pub(crate) cursor: Option<String>,
    /// Records of a page: 1 to 500, 50 where it is not given.
    #[serde(default)]
    pub(crate) limit: Option<u32>,
}

impl Paging {
    /// Records of this page.
    pub(crate) fn limit(&self) -> Result<u32, Fault> {
        match self.limit {
            None => Ok(USUAL),
            Some(limit @ 1..=MOST) => Ok(limit),
            Some(_) => Err(Fault::field("limit", format!("Give 1 to {MOST}."))),
        }
    }

    /// The record in the cursor, behind which this page of a list in this order goes on.
    pub(crate) fn behind(&self, order: &str) -> Result<Option<String>, Fault> {
        let Some(text) = self.cursor.as_deref() else {
            return Ok(None);
        };
        let decoded = decode(text);
        let place = decoded.as_deref().and_then(|text| {
            text.strip_prefix("v2:")?
                .strip_prefix(order)?
                .strip_prefix(':')
        });
        place
            .map(|place| Some(place.to_owned()))
            .ok_or_else(unknown_cursor)
    }

    /// The number in the cursor: where this page goes on.
    pub(crate) fn position(&self) -> Result<Option<u64>, Fault> {
        self.cursor.as_deref().map(read_cursor).transpose()
    }
}

fn decode(text: &str) -> Option<String> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
}

fn read_cursor(text: &str) -> Result<u64, Fault> {
    decode(text)
        .and_then(|text| text.strip_prefix("v1:")?.parse().ok())
        .ok_or_else(unknown_cursor)
}

/// The refusal of a cursor that is none, or of another list.
pub(crate) fn unknown_cursor() -> Fault {
    Fault::field(
        "cursor",
        "This is no cursor of this list in this order. Start again without one.",
    )
}

/// The cursor that goes on behind a record of a list in this order, however many come and go before it.
pub(crate) fn cursor_behind(order: &str, place: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("v2:{order}:{place}"))
}

/// The cursor that goes on at a number.
pub(crate) fn cursor(position: u64) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("v1:{position}"))
}

impl<T> Page<T> {
    /// A page that was read with one record more than asked for, to know whether there are more.
    pub(crate) fn of(mut items: Vec<T>, limit: u32, next: impl FnOnce(&T) -> u64) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more {
            items.last().map(|last| cursor(next(last)))
        } else {
            None
        };
        Self { items, next }
    }

    /// A list that always fits one page.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back_and_nothing_else_is() {
        assert_eq!(read_cursor(&cursor(1_250)).unwrap(), 1_250);
        assert!(read_cursor("1250").is_err());
        assert!(read_cursor(&BASE64_URL_SAFE_NO_PAD.encode("v1:-1")).is_err());
    }

    #[test]
    fn the_last_page_has_no_next() {
        assert!(Page::of(vec![1_u64, 2], 2, |n| *n).next.is_none());
        let page = Page::of(vec![1_u64, 2, 3], 2, |n| *n);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(cursor(2))));
    }
}
