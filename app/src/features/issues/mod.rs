//! Issues: the list, one issue, a new one.

mod answer;
mod edit;
mod files;
mod filter;
mod issue_page;
mod links;
mod list;
mod list_page;
mod list_parts;
mod list_query;
mod live_rows;
mod menus;
mod new_page;
mod offers;
mod properties;
mod row;
mod search;
mod timeline;

pub use issue_page::IssuePage;
pub use list_page::IssuesPage;
pub use new_page::NewIssuePage;
