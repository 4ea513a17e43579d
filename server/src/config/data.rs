//! The folder of what is kept outside the database.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use tracker_domain::text::Secret;

use super::{
    accounts::MIN_KEY_BYTES,
    reader::{Reader, Setting},
};

/// The section.
#[derive(Debug, Clone)]
pub struct Data {
    /// The folder.
    pub dir: PathBuf,
}

const DIR: Setting = Setting::new(
    "TRACKER_DATA_DIR",
    ".data",
    "The folder of what is kept outside the database: the key of a local run, and the files that people attach.",
);
pub(super) const SETTINGS: &[Setting] = &[DIR];

impl Data {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self { dir: reader.text(&DIR).unwrap_or_else(|| DIR.default.to_owned()).into() }
    }

    /// The key of a local run: made at the first start, the same ever after.
    pub(super) fn kept_key(&self) -> Result<Secret, String> {
        let path = self.dir.join("secret_key");
        let unusable = |error: io::Error| {
            format!(
                "cannot use the data folder {} ({error}); TRACKER_DATA_DIR names another",
                self.dir.display()
            )
        };
        if !path.exists() {
            make_key(&self.dir, &path).map_err(unusable)?;
        }
        let key = fs::read_to_string(&path).map_err(unusable)?;
        if key.trim().len() < MIN_KEY_BYTES {
            return Err(format!("{} is damaged; remove it, and everybody signs in again", path.display()));
        }
        Ok(Secret::new(key.trim()))
    }
}

/// Of two that start together one wins, and nobody ever reads half a key.
fn make_key(dir: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let draft = dir.join(format!("secret_key.{}", std::process::id()));
    let bytes: [u8; 32] = rand::random();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writeln!(file, "{hex}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
