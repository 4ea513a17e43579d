//! Mail: a [`Letter`] is what it says, a [`Mailer`] brings it away. The job that does both is `worker/mail.rs`.
//!
//! To send another kind of mail, write its words in [`letters`], name it in [`Kind`], and queue it with
//! `storage::mail::queue` in the transaction that causes it. A new way out implements [`Mailer`].

mod file;
pub mod letters;
mod smtp;

use async_trait::async_trait;
pub use file::FolderMailer;
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use serde::{Deserialize, Serialize};
pub use smtp::SmtpMailer;
use std::{fmt::Debug, sync::Arc, time::SystemTime};
use tracker_domain::{text::Email, time::Timestamp};

use crate::config::{Mail, MailWay};

/// What a mail is for; the word stands in its job, and for those with a link of an account beside the link's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Confirm an address.
    Verify,
    /// Set a password anew.
    Reset,
    /// The password is another one.
    PasswordChanged,
    /// There is an account already.
    HasAccount,
    /// Agree to a change of address, at the old one.
    ChangeOld,
    /// Confirm the new one.
    ChangeNew,
    /// The address is another one.
    AddressChanged,
    /// Join an organization.
    Invitation,
}

impl Kind {
    /// As the database and the queue write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verify => "VERIFY",
            Self::Reset => "RESET",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::HasAccount => "HAS_ACCOUNT",
            Self::ChangeOld => "CHANGE_OLD",
            Self::ChangeNew => "CHANGE_NEW",
            Self::AddressChanged => "ADDRESS_CHANGED",
            Self::Invitation => "INVITATION",
        }
    }
}

/// One mail, ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: Email,
    /// What it is about.
    pub subject: String,
    /// What it says, for those who read text …
    pub text: String,
    /// … and for those who read HTML.
    pub html: String,
}

/// Why a mail did not go out; it may later.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It cannot be put into the form of a mail.
    #[error("the mail cannot be written: {0}")]
    Form(#[from] lettre::error::Error),
    /// Its recipient is no address that mail can have.
    #[error("the mail cannot be addressed: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The server did not take it.
    #[error("the mail server did not take it: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The folder did not take it.
    #[error("the folder of mails did not take it: {0}")]
    Folder(#[from] std::io::Error),
}

/// A way out.
#[async_trait]
pub trait Mailer: Debug + Send + Sync {
    /// Brings a mail away, written at this moment.
    async fn send(&self, letter: &Letter, now: Timestamp) -> Result<(), MailError>;
}

/// There is none: what would have gone out is logged without its words.
#[derive(Debug, Clone, Copy)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, letter: &Letter, _now: Timestamp) -> Result<(), MailError> {
        tracing::warn!(subject = letter.subject, "a mail did not go out: TRACKER_MAIL_URL is not set");
        Ok(())
    }
}

/// The way out of these settings.
pub fn mailer(settings: &Mail) -> Result<Arc<dyn Mailer>, MailError> {
    Ok(match (&settings.way, settings.from.clone()) {
        (MailWay::Smtp(url), Some(from)) => Arc::new(SmtpMailer::new(url, from)?),
        (MailWay::Folder(folder), Some(from)) => {
            tracing::info!(folder = %folder.display(), "mail is written into a folder");
            Arc::new(FolderMailer::new(folder.clone(), from))
        }
        _ => {
            tracing::warn!("no mail goes out: TRACKER_MAIL_URL is not set");
            Arc::new(NoMailer)
        }
    })
}

/// Says to other machines that nobody wrote this by hand, so that none answers.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail in its form: text and HTML, of which the reader's program takes one.
fn message(letter: &Letter, from: &Mailbox, now: Timestamp) -> Result<Message, MailError> {
    Ok(Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, letter.to.as_str().parse()?))
        .subject(letter.subject.clone())
        .date(SystemTime::from(now.0))
        .message_id(None)
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))?)
}
