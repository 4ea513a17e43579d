//! Second factors of the person that the transaction speaks for; row-level security leaves nothing else in reach.

mod admin;
mod challenges;
mod codes;
mod page;
mod passkeys;
mod rules;
mod totp;

pub use admin::remove_all;
pub use challenges::*;
pub use codes::*;
pub use page::*;
pub use passkeys::*;
pub use rules::*;
pub use totp::*;
