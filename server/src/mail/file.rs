//! Into a folder: one `.eml` file for each mail, which every mail program opens. For one's own machine and for tests; the
//! files have links that let people in, so they are their owner's alone.

use async_trait::async_trait;
use lettre::message::Mailbox;
use std::path::PathBuf;
use tokio::{fs, io::AsyncWriteExt};
use tracker_domain::time::Timestamp;

use super::{Letter, MailError, Mailer, message};
use crate::session::random_text;

/// See the module.
#[derive(Debug)]
pub struct FolderMailer {
    folder: PathBuf,
    from: Mailbox,
}

impl FolderMailer {
    /// Into this folder, which is made when the first mail comes.
    pub fn new(folder: PathBuf, from: Mailbox) -> Self {
        Self { folder, from }
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, letter: &Letter, now: Timestamp) -> Result<(), MailError> {
        let bytes = message(letter, &self.from, now)?.formatted();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).await?;
        // In the order of time, and complete as soon as it has its name.
        let name = format!("{}-{}", now.micros(), random_text(6));
        let (draft, done) = (self.folder.join(&name), self.folder.join(format!("{name}.eml")));
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).await?;
        file.write_all(&bytes).await?;
        file.flush().await?;
        fs::rename(draft, &done).await?;
        tracing::info!(file = %done.display(), "a mail was written");
        Ok(())
    }
}
