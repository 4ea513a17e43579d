//! Issues: the list, one issue, a new one.

mod edit;
mod filter;
mod issue_page;
mod links;
mod list;
mod list_page;
mod live_rows;
mod new_page;
mod properties;
mod row;
mod timeline;

pub use issue_page::IssuePage;
pub use list_page::IssuesPage;
pub use new_page::NewIssuePage;
