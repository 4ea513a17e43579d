//! By a mail server, over connections that are kept for the next mail.

use async_trait::async_trait;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor, message::Mailbox};
use std::{fmt, time::Duration};
use tracker_domain::{text::Secret, time::Timestamp};

use super::{Letter, MailError, Mailer, message};

/// How long the server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// See the module.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpMailer")
    }
}

impl SmtpMailer {
    /// At an address that the settings have checked.
    pub fn new(url: &Secret, from: Mailbox) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.reveal())?;
        Ok(Self { transport: transport.timeout(Some(PATIENCE)).build(), from })
    }

    /// Whether the server lets us in.
    pub async fn greet(&self) -> Result<bool, MailError> {
        Ok(self.transport.test_connection().await?)
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter, now: Timestamp) -> Result<(), MailError> {
        self.transport.send(message(letter, &self.from, now)?).await?;
        Ok(())
    }
}
