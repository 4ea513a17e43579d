//! Files coming in: their bytes go to the store and their rows to the table, and of what is refused nothing stays.

use app::ports::Caller;
use tracker_domain::{
    attachment::{FileName, FileState, FilesAdded},
    error::AppError,
    event::Change,
    id::IssueKey,
    policy::{Action, OrgAction},
};

use super::{
    files::{away, event, small},
    once::{self, Sender},
};
use crate::{
    App,
    fault::fault,
    files::Prepared,
    policy::decide_org,
    session::random_text,
    storage::{
        Member, Tx,
        attachments::{self, NewFile},
        issues::{self, Resolved},
    },
};

/// Asks to take files in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The organization's slug.
    pub org: String,
    /// The issue to attach them to; empty: they wait for the issue or the comment that they come with.
    pub key: String,
    /// See [`tracker_domain::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A file that was looked at, and its name.
pub type Named = (FileName, Prepared);

impl Upload {
    /// Whether the caller may add a file there; asked before a byte of one is taken.
    pub async fn admit(&self, app: &App, caller: &Caller) -> Result<(), AppError> {
        let (mut tx, member) = app.write(caller, &self.org).await?;
        self.issue(&mut tx, &member).await.map(|_| ())
    }

    async fn issue(&self, tx: &mut Tx, member: &Member) -> Result<Option<Resolved>, AppError> {
        decide_org(member.actor, OrgAction::CreateIssue).require()?;
        if self.key.is_empty() {
            return Ok(None);
        }
        let key: IssueKey = self.key.parse().map_err(|_| AppError::NotFound)?;
        issues::resolve(tx, member, &key, Action::Comment).await.map(Some)
    }

    /// Keeps files that came in: first their bytes, then their rows. When anything goes wrong nothing is left.
    pub(crate) async fn keep(
        self,
        app: &App,
        caller: &Caller,
        (files, sender): (Vec<Named>, Sender),
    ) -> Result<FilesAdded, AppError> {
        let mut placed = Placed::new(app);
        let mut known = Vec::new();
        for (name, file) in files {
            known.push((name, placed.put(&self.org, file).await?));
        }
        // From here on there may be rows of them, even when nobody waits for the answer any more.
        let placed = placed.let_go();
        let outcome = sender.wait_for_twin(|| self.write(app, caller, &known)).await;
        match outcome {
            Ok((added, true)) => Ok(added),
            // Of a request that came a second time the files of the first are kept.
            Ok((added, false)) => {
                placed.take_back();
                Ok(added)
            }
            Err(error) => {
                // Of a commit that was cut off nobody knows whether it happened: the sweep finds out.
                if error.status() < 500 {
                    placed.take_back();
                }
                Err(error)
            }
        }
    }

    async fn write(
        &self,
        app: &App,
        caller: &Caller,
        files: &[(FileName, Put)],
    ) -> Result<(FilesAdded, bool), AppError> {
        let (mut tx, member) = app.write(caller, &self.org).await?;
        let scope = member.actor.user.to_string();
        let content: Vec<_> = files.iter().map(|(name, file)| (name, file.sha256)).collect();
        let asked = (&self.org, &self.key, content);
        let claim = once::claim(app, scope, "files/upload", &asked, self.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok((answer, false));
        }
        let issue = self.issue(&mut tx, &member).await?;
        let now = app.clock.now();
        room(app, &mut tx, files).await?;
        let mut rows = Vec::new();
        let state = if app.files.scanner.is_some() { FileState::Checking } else { FileState::Clean };
        for (name, file) in files {
            rows.push(
                attachments::insert(&mut tx, &member, issue.as_ref(), &file.row(name, state)?, now).await?,
            );
        }
        let added = |issue: &Resolved| {
            let events =
                rows.iter().map(|row| event(issue, Change::AttachmentAdded { attachment: row.id }, now));
            events.collect::<Vec<_>>()
        };
        let events = issue.as_ref().map(added).unwrap_or_default();
        let answer = FilesAdded { org: self.org.clone(), key: issue.map(|issue| issue.key), files: rows };
        let answer = once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await?;
        Ok((answer, true))
    }
}

/// Whether the organization has room for these.
async fn room(app: &App, tx: &mut Tx, files: &[(FileName, Put)]) -> Result<(), AppError> {
    let Some(quota) = app.files.quota_bytes else { return Ok(()) };
    let new: u64 = files.iter().map(|(_, file)| file.size).sum();
    let there = u64::try_from(attachments::bytes(tx).await?).unwrap_or_default();
    if there + new <= quota {
        return Ok(());
    }
    let full = format!(
        "All files together can have {} GB, and there is no room for more. Ask an admin.",
        quota / 1_000_000_000
    );
    Err(AppError::invalid("files", full))
}

/// A file that is in the store.
struct Put {
    object: String,
    size: u64,
    sha256: [u8; 32],
    media_type: &'static str,
    pixels: Option<(u32, u32)>,
    thumbnail: bool,
}

impl Put {
    fn row<'a>(&'a self, name: &'a FileName, state: FileState) -> Result<NewFile<'a>, AppError> {
        let number = |pixels: u32| i32::try_from(pixels).map_err(|error| fault(&error));
        let pixels = self.pixels.map(|(width, height)| Ok::<_, AppError>((number(width)?, number(height)?)));
        Ok(NewFile {
            name,
            media_type: self.media_type,
            size: i64::try_from(self.size).map_err(|error| fault(&error))?,
            sha256: &self.sha256,
            pixels: pixels.transpose()?,
            state,
            object: &self.object,
            thumbnail: self.thumbnail,
        })
    }
}

/// What was put into the store by a request; taken back when that ends before it was kept.
struct Placed<'a> {
    app: &'a App,
    objects: Vec<String>,
}

impl<'a> Placed<'a> {
    fn new(app: &'a App) -> Self {
        Self { app, objects: Vec::new() }
    }

    async fn put(&mut self, org: &str, file: Prepared) -> Result<Put, AppError> {
        let object = format!("{org}/{}", random_text(18));
        // Named before it is there, so that what is given up in the middle is taken back too.
        self.objects.push(object.clone());
        let Prepared { file, size, sha256, media_type, pixels, small: picture } = file;
        self.app.files.store.put(&object, file, size).await.map_err(away)?;
        let thumbnail = picture.is_some();
        if let Some(picture) = picture {
            self.objects.push(small(&object));
            self.app.files.store.put_small(&small(&object), picture).await.map_err(away)?;
        }
        Ok(Put { object, size, sha256, media_type, pixels, thumbnail })
    }

    /// Leaves them in the store, whatever becomes of the request.
    fn let_go(mut self) -> LetGo<'a> {
        LetGo { app: self.app, objects: std::mem::take(&mut self.objects) }
    }
}

impl Drop for Placed<'_> {
    fn drop(&mut self) {
        LetGo { app: self.app, objects: std::mem::take(&mut self.objects) }.take_back();
    }
}

/// What stays in the store unless it is taken back.
struct LetGo<'a> {
    app: &'a App,
    objects: Vec<String>,
}

impl LetGo<'_> {
    fn take_back(self) {
        let (store, objects) = (self.app.files.store.clone(), self.objects);
        if objects.is_empty() {
            return;
        }
        tokio::spawn(async move {
            for object in objects {
                if let Err(error) = store.delete(&object).await {
                    tracing::warn!(object, %error, "a file that was given up is still in the store");
                }
            }
        });
    }
}
