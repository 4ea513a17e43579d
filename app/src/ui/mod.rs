//! The design system: the parts that pages are made of. A part owns its markup, its accessible name and its class;
//! how it looks is in the file of the same name in `style/`.
//!
//! To add a part, write it here with no knowledge of any page, and use it from at least one.

mod account_menu;
mod attach;
mod badge;
mod check;
mod data;
pub mod dom;
mod editor;
mod endpoint;
mod field;
mod flash;
mod form;
mod icon;
mod outcome;
mod shell;
mod state;
mod time;
mod toast;
mod url;
mod whole;

pub use attach::{Attach, UPLOAD};
pub use badge::{
    Avatar, Nobody, SeverityBadge, StatusBadge, Tag, severity_class, severity_html, severity_shape,
    status_class, status_html, status_shape,
};
pub use check::{Check, Checks};
pub use data::page_data;
pub use editor::Editor;
pub use endpoint::{Endpoint, endpoint};
pub(crate) use field::options;
pub use field::{Choice, Field, Hidden, Select};
pub use flash::{FlashDone, FlashOf, done_message, flash_id, provide_flash, use_flash};
pub use form::{After, ApiForm, FormState, Submit, use_form};
pub use icon::icon;
pub use outcome::{ErrorPage, framed, settled};
pub use shell::{Door, Here, Mark, Shell};
pub use state::{Empty, Skeleton};
pub use time::{Time, provide_now};
pub use toast::{Toasts, provide_toasts, use_toasts};
pub use url::{duration, encode, href, plural, query_part, thousands};
