//! Where files are kept: a folder, or a bucket, behind one library.
//!
//! An object never changes: each upload has a name of its own, so that caches and retries have nothing to get wrong.

use bytes::Bytes;
use futures::{TryStreamExt, stream::BoxStream};
use object_store::{
    BackoffConfig, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    WriteMultipart,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
    signer::{SignedUrlOptions, Signer},
};
use sha2::{Digest, Sha256};
use std::{fmt, fs::File, io::Read, ops::Range, sync::Arc, time::Duration};

use super::private;
use crate::config::{FilesPlace, S3};

/// How many bytes travel to a folder at once.
const PIECE: usize = 512 * 1024;

/// The same to a bucket: S3 takes no smaller parts but the last one.
const PART: usize = 5 * 1024 * 1024;

/// For how long a link to the bucket is good.
const LINK: Duration = Duration::from_secs(60);

/// How long a bucket that does not answer is asked again; somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often.
const TRIES: usize = 4;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made or used.
    #[error("the folder of files {0} cannot be used: {1}")]
    Folder(String, std::io::Error),
    /// The store itself.
    #[error(transparent)]
    Store(#[from] object_store::Error),
    /// What was copied is not what it should be.
    #[error("the file {0} is missing or not as it came in")]
    Damaged(String),
    /// The file that was to be put there.
    #[error("a file that came in cannot be read: {0}")]
    Read(#[from] std::io::Error),
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    links: Option<Arc<AmazonS3>>,
    part: usize,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.objects)
    }
}

impl Store {
    /// Opens it. A folder is made if it is not there; a bucket is not asked anything yet.
    pub fn open(place: &FilesPlace) -> Result<Self, StoreError> {
        match place {
            FilesPlace::Folder(folder) => {
                let unusable = |error| StoreError::Folder(folder.display().to_string(), error);
                private(folder).map_err(unusable)?;
                let folder =
                    LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
                Ok(Self { objects: Arc::new(folder), links: None, part: PIECE })
            }
            FilesPlace::S3(s3) => {
                let bucket = Arc::new(bucket(s3)?);
                Ok(Self { objects: bucket.clone(), links: s3.links.then_some(bucket), part: PART })
            }
        }
    }

    /// Puts a whole file there, a part at a time. What was begun and not finished is taken back.
    pub async fn put(&self, object: &str, mut file: File, size: u64) -> Result<(), StoreError> {
        let (path, length) = (Path::from(object), self.part);
        if size <= length as u64 {
            let payload = tokio::task::spawn_blocking(move || part(&mut file, length))
                .await
                .map_err(std::io::Error::from)??;
            self.objects.put(&path, PutPayload::from(payload)).await?;
            return Ok(());
        }
        let mut write = WriteMultipart::new_with_chunk_size(self.objects.put_multipart(&path).await?, length);
        loop {
            let (back, read) = tokio::task::spawn_blocking(move || {
                let read = part(&mut file, length);
                (file, read)
            })
            .await
            .map_err(std::io::Error::from)?;
            file = back;
            match read {
                Ok(bytes) if bytes.is_empty() => break,
                Ok(bytes) => write.put(bytes),
                Err(error) => {
                    write.abort().await?;
                    return Err(error.into());
                }
            }
            write.wait_for_capacity(1).await?;
        }
        write.finish().await?;
        Ok(())
    }

    /// Puts something small there.
    pub async fn put_small(&self, object: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.objects.put(&Path::from(object), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Gives a file, or a part of it. `None`: it is not there.
    pub async fn get(&self, object: &str, range: Option<Range<u64>>) -> Result<Option<Given>, StoreError> {
        let options = GetOptions::new().with_range(range.map(GetRange::Bounded));
        match self.objects.get_opts(&Path::from(object), options).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The SHA-256 of what is there. `None`: nothing is.
    pub async fn hash(&self, object: &str) -> Result<Option<[u8; 32]>, StoreError> {
        let Some(mut file) = self.get(object, None).await? else { return Ok(None) };
        let mut hash = Sha256::new();
        while let Some(bytes) = file.try_next().await? {
            hash.update(&bytes);
        }
        Ok(Some(hash.finalize().into()))
    }

    /// Copies something to another store, a part at a time.
    pub async fn copy(&self, object: &str, to: &Self) -> Result<(), StoreError> {
        let Some(mut file) = self.get(object, None).await? else {
            return Err(StoreError::Damaged(object.to_owned()));
        };
        let upload = to.objects.put_multipart(&Path::from(object)).await?;
        let mut write = WriteMultipart::new_with_chunk_size(upload, to.part);
        loop {
            match file.try_next().await {
                Ok(None) => break,
                Ok(Some(bytes)) => write.put(bytes),
                Err(error) => {
                    write.abort().await?;
                    return Err(error.into());
                }
            }
            write.wait_for_capacity(1).await?;
        }
        write.finish().await?;
        Ok(())
    }

    /// Takes it away; what is not there is away already.
    pub async fn delete(&self, object: &str) -> Result<(), StoreError> {
        match self.objects.delete(&Path::from(object)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// All that is there: name, bytes and age.
    pub fn list(&self) -> BoxStream<'static, object_store::Result<object_store::ObjectMeta>> {
        self.objects.list(None)
    }

    /// A link for a browser to fetch it from the bucket, with the headers that our own answer would have; `None` when
    /// browsers are not sent there.
    pub async fn link(
        &self,
        object: &str,
        media_type: &str,
        disposition: &str,
    ) -> Result<Option<String>, StoreError> {
        let Some(bucket) = &self.links else { return Ok(None) };
        let options = SignedUrlOptions::new().with_query([
            ("response-content-type", media_type),
            ("response-content-disposition", disposition),
            ("response-cache-control", "private, no-store"),
        ]);
        let path = Path::from(object);
        Ok(Some(bucket.signed_url_opts(http::Method::GET, &path, LINK, &options).await?.to_string()))
    }
}

/// A file while it is given out.
pub type Given = BoxStream<'static, object_store::Result<Bytes>>;

fn bucket(s3: &S3) -> object_store::Result<AmazonS3> {
    // The library asks for the one of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let secret = |secret: &Option<tracker_domain::text::Secret>| {
        secret.as_ref().map(|s| s.reveal().to_owned()).unwrap_or_default()
    };
    let builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_access_key_id(secret(&s3.key_id))
        .with_secret_access_key(secret(&s3.secret))
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: TRIES,
            retry_timeout: PATIENCE,
        });
    let builder = match &s3.endpoint {
        Some(endpoint) => builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http:")),
        None => builder,
    };
    builder.build()
}

fn part(file: &mut File, length: usize) -> std::io::Result<Bytes> {
    let mut part = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut part)?;
    Ok(part.into())
}
