//! Filters of the templates.

use std::borrow::Cow;
use std::fmt::Display;

use askama::Template;

use self::blocks::{
    ButtonBlock, EmptyBlock, FactsBlock, FiguresBlock, NoteBlock, TabsBlock, TimelineBlock,
};
use super::frame::Tab;
use super::parts::{Button, Empty, Fact, Figure, Icon, Note, Point};

/// `{{ "check"|icon }}` or `{{ "check"|icon("i-s ok") }}`: an icon of the sprite, hidden from screen readers.
#[askama::filter_fn]
pub fn icon<T: Display>(
    name: T,
    _: &dyn askama::Values,
    #[optional("")] class: &str,
) -> askama::Result<Icon> {
    Ok(Icon {
        name: Cow::Owned(name.to_string()),
        class: Cow::Owned(class.to_owned()),
    })
}

/// `{{ "app.css"|asset }}`: the address of an asset, with its hash.
#[askama::filter_fn]
pub fn asset<T: Display>(name: T, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(crate::assets::url(&name.to_string()))
}

/// `{{ name|initial }}`: the first letter of a vendor's name, for its tile.
#[askama::filter_fn]
pub fn initial<T: Display>(name: T, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(name
        .to_string()
        .chars()
        .find(|letter| letter.is_alphanumeric())
        .map_or_else(
            || "?".to_owned(),
            |letter| letter.to_uppercase().to_string(),
        ))
}

/// `{{ button|button(frame.csrf) }}`: a link, or a form of one button.
#[askama::filter_fn]
pub fn button(
    button: &Button,
    _: &dyn askama::Values,
    csrf: &str,
    #[optional("")] class: &str,
) -> askama::Result<Block> {
    rendered(&ButtonBlock {
        button,
        csrf,
        class,
    })
}

/// `{{ note|note(frame.csrf) }}`: a framed message with its actions.
#[askama::filter_fn]
pub fn note(note: &Note, _: &dyn askama::Values, csrf: &str) -> askama::Result<Block> {
    rendered(&NoteBlock { note, csrf })
}

/// `{{ empty|empty(frame.csrf) }}`: why a list has no rows, and the next step.
#[askama::filter_fn]
pub fn empty(empty: &Empty, _: &dyn askama::Values, csrf: &str) -> askama::Result<Block> {
    rendered(&EmptyBlock { empty, csrf })
}

/// `{{ facts|facts("lines") }}`: a list of facts.
#[askama::filter_fn]
pub fn facts(
    facts: &[Fact],
    _: &dyn askama::Values,
    #[optional("")] class: &str,
) -> askama::Result<Block> {
    rendered(&FactsBlock { facts, class })
}

/// `{{ figures|figures("k4") }}`: key figures, side by side.
#[askama::filter_fn]
pub fn figures(
    figures: &[Figure],
    _: &dyn askama::Values,
    #[optional("")] class: &str,
) -> askama::Result<Block> {
    rendered(&FiguresBlock { figures, class })
}

/// `{{ points|timeline }}`: events, the newest first.
#[askama::filter_fn]
pub fn timeline(points: &[Point], _: &dyn askama::Values) -> askama::Result<Block> {
    rendered(&TimelineBlock { points })
}

/// `{{ tabs|tabs("Settings") }}`: tabs, each a link.
#[askama::filter_fn]
pub fn tabs<T: AsRef<[Tab]>>(tabs: T, _: &dyn askama::Values, name: &str) -> askama::Result<Block> {
    rendered(&TabsBlock {
        tabs: tabs.as_ref(),
        name,
    })
}

/// `{{ total|number }}`: `20,114`.
#[askama::filter_fn]
pub fn number<T: Display>(number: T, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(super::format::group(&number.to_string()))
}

/// HTML that a filter made.
pub type Block = askama::filters::HtmlSafeOutput<String>;

fn rendered(template: &impl Template) -> askama::Result<Block> {
    template.render().map(askama::filters::HtmlSafeOutput)
}

mod blocks {
    use askama::Template;

    use crate::view::filters;
    use crate::view::frame::Tab;
    use crate::view::parts::{Button, Empty, Fact, Figure, Note, Point};

    #[derive(Template)]
    #[template(path = "parts/button.html")]
    pub(super) struct ButtonBlock<'a> {
        pub(super) button: &'a Button,
        pub(super) csrf: &'a str,
        pub(super) class: &'a str,
    }

    #[derive(Template)]
    #[template(path = "parts/note.html")]
    pub(super) struct NoteBlock<'a> {
        pub(super) note: &'a Note,
        pub(super) csrf: &'a str,
    }

    #[derive(Template)]
    #[template(path = "parts/empty.html")]
    pub(super) struct EmptyBlock<'a> {
        pub(super) empty: &'a Empty,
        pub(super) csrf: &'a str,
    }

    #[derive(Template)]
    #[template(path = "parts/facts.html")]
    pub(super) struct FactsBlock<'a> {
        pub(super) facts: &'a [Fact],
        pub(super) class: &'a str,
    }

    #[derive(Template)]
    #[template(path = "parts/figures.html")]
    pub(super) struct FiguresBlock<'a> {
        pub(super) figures: &'a [Figure],
        pub(super) class: &'a str,
    }

    #[derive(Template)]
    #[template(path = "parts/timeline.html")]
    pub(super) struct TimelineBlock<'a> {
        pub(super) points: &'a [Point],
    }

    #[derive(Template)]
    #[template(path = "parts/tabs.html")]
    pub(super) struct TabsBlock<'a> {
        pub(super) tabs: &'a [Tab],
        pub(super) name: &'a str,
    }
}
