//! Files that people attach: where they are kept, and how many.

use std::path::PathBuf;
use tracker_domain::text::Secret;

use super::{
    Data,
    reader::{Reader, Setting},
};

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum FilesPlace {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of anything that speaks S3.
    S3(S3),
}

/// A bucket, and how to get into it.
#[derive(Debug, Clone, Default)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// Whom to ask; nothing stands for Amazon.
    pub endpoint: Option<String>,
    /// The region that it says it is in.
    pub region: String,
    /// The id of the key.
    pub key_id: Option<Secret>,
    /// The key.
    pub secret: Option<Secret>,
    /// Whether browsers are sent there to fetch a file, by a link that is good for a minute.
    pub links: bool,
}

/// The section.
#[derive(Debug, Clone)]
pub struct FilesConfig {
    /// Where they are kept.
    pub place: FilesPlace,
    /// How a bucket is asked, whether there is one or not.
    pub s3: S3,
    /// Where they wait while they come in.
    pub incoming: PathBuf,
    /// Most bytes of one file.
    pub max_bytes: u64,
    /// Most bytes of an organization; `None`: no limit.
    pub quota_bytes: Option<u64>,
    /// Who looks at each before anybody gets it.
    pub scanner: Option<Clamd>,
}

/// Where `clamd` listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// At an address: `host:3310`.
    Tcp(String),
    /// At a socket of this machine.
    Unix(PathBuf),
}

const STORE: Setting = Setting::new(
    "TRACKER_FILES_STORE",
    "`file:` and the folder `files` in the data folder",
    "Where attached files are kept: `file:FOLDER`, or `s3:BUCKET` with the settings below.",
);
const ENDPOINT: Setting = Setting::new(
    "TRACKER_S3_ENDPOINT",
    "Amazon's",
    "Who keeps the bucket, for instance `https://s3.example.org`. The bucket's name stands in the path.",
);
const REGION: Setting = Setting::new(
    "TRACKER_S3_REGION",
    "us-east-1",
    "The region of the bucket; most of those who are not Amazon take any.",
);
const KEY_ID: Setting = Setting::secret(
    "TRACKER_S3_KEY_ID",
    "none; with `s3:` it must be set",
    "The id of the key to the bucket.",
);
const SECRET: Setting =
    Setting::secret("TRACKER_S3_SECRET", "none; with `s3:` it must be set", "The key itself.");
const LINKS: Setting = Setting::new(
    "TRACKER_S3_LINKS",
    "false",
    "Whether a browser fetches a file from the bucket itself, by a signed link that is good for a minute. Browsers must reach the endpoint.",
);
const MAX: Setting = Setting::new("TRACKER_FILE_MB", "25", "Most megabytes of one file, 1 to 1000.");
const QUOTA: Setting = Setting::new(
    "TRACKER_FILE_QUOTA_GB",
    "10",
    "Most gigabytes of all files of an organization, 0 to 100000. 0: no limit.",
);
const CLAMD: Setting = Setting::new(
    "TRACKER_CLAMD",
    "none",
    "A `clamd` of ClamAV that looks at every file before anybody gets it: `tcp:HOST:3310` or `unix:/run/clamav/clamd.ctl`. Its `StreamMaxLength` must be as large as a file.",
);
pub(super) const SETTINGS: &[Setting] = &[STORE, ENDPOINT, REGION, KEY_ID, SECRET, LINKS, MAX, QUOTA, CLAMD];

impl FilesConfig {
    pub(super) fn read(reader: &mut Reader, data: &Data) -> Self {
        let s3 = S3 {
            bucket: String::new(),
            endpoint: reader.parse(&ENDPOINT, None, "an address like https://s3.example.org", |text| {
                let uri: http::Uri = text.parse().ok()?;
                let known = matches!(uri.scheme_str(), Some("http" | "https"));
                known.then(|| Some(text.trim_end_matches('/').to_owned()))
            }),
            region: reader.text(&REGION).unwrap_or_else(|| REGION.default.to_owned()),
            key_id: reader.secret(&KEY_ID),
            secret: reader.secret(&SECRET),
            links: reader.flag(&LINKS, false),
        };
        let folder = FilesPlace::Folder(data.dir.join("files"));
        let place = reader.parse(&STORE, folder, "file:FOLDER or s3:BUCKET", |text| place(text, &s3));
        if matches!(&place, FilesPlace::S3(s3) if s3.key_id.is_none() || s3.secret.is_none()) {
            reader.problem(&STORE, "is a bucket: set TRACKER_S3_KEY_ID and TRACKER_S3_SECRET too");
        }
        let quota = u64::from(reader.number(&QUOTA, 10, 0..=100_000)) * 1_000_000_000;
        Self {
            place,
            s3,
            incoming: data.dir.join("incoming"),
            max_bytes: u64::from(reader.number(&MAX, 25, 1..=1_000)) * 1_000_000,
            quota_bytes: (quota > 0).then_some(quota),
            scanner: reader.parse(&CLAMD, None, "tcp:HOST:PORT or unix:PATH", |text| clamd(text).map(Some)),
        }
    }
}

impl FilesConfig {
    /// The same with another place; a bucket is asked with the keys of these settings.
    pub fn at(&self, text: &str) -> Option<Self> {
        let place = place(text, &self.s3)?;
        let keys = self.s3.key_id.is_some() && self.s3.secret.is_some();
        let known = keys || matches!(place, FilesPlace::Folder(_));
        known.then(|| Self { place, ..self.clone() })
    }
}

fn place(text: &str, s3: &S3) -> Option<FilesPlace> {
    let (kind, name) = text.split_once(':')?;
    let name = name.strip_prefix("//").unwrap_or(name);
    match kind {
        "file" if !name.is_empty() => Some(FilesPlace::Folder(name.into())),
        "s3" if is_bucket(name) => Some(FilesPlace::S3(S3 { bucket: name.to_owned(), ..s3.clone() })),
        _ => None,
    }
}

fn clamd(text: &str) -> Option<Clamd> {
    match text.split_once(':')? {
        ("tcp", address) => {
            let (host, port) = address.rsplit_once(':')?;
            let known = !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
            known.then(|| Clamd::Tcp(address.to_owned()))
        }
        ("unix", path) if path.starts_with('/') => Some(Clamd::Unix(path.into())),
        _ => None,
    }
}

fn is_bucket(name: &str) -> bool {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    (3..=63).contains(&name.len()) && name.chars().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_is_at_an_address_or_a_socket() {
        assert_eq!(clamd("tcp:clamav:3310"), Some(Clamd::Tcp("clamav:3310".to_owned())));
        assert_eq!(clamd("unix:/run/clamav/clamd.ctl"), Some(Clamd::Unix("/run/clamav/clamd.ctl".into())));
        for wrong in ["clamav:3310", "tcp:clamav", "tcp::3310", "unix:clamd.ctl", "unix:"] {
            assert_eq!(clamd(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        let s3 = S3::default();
        assert!(
            matches!(place("file:///srv/files", &s3), Some(FilesPlace::Folder(path)) if path.as_os_str() == "/srv/files")
        );
        assert!(matches!(place("s3:our-files", &s3), Some(FilesPlace::S3(s3)) if s3.bucket == "our-files"));
        for wrong in ["/srv/files", "file:", "s3:", "s3:a", "s3:Our Files", "s3:a/b", "ftp:x"] {
            assert!(place(wrong, &s3).is_none(), "{wrong}");
        }
    }
}
