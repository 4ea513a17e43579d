//! A file as bytes: unpacked if it is packed with gzip, and counted as it is read.

use flate2::bufread::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const BUFFER_BYTES: usize = 256 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const MARK: &[u8] = b"\xef\xbb\xbf";

/// An open file.
pub struct Input {
    /// Its text.
    pub text: Box<dyn BufRead + Send>,
    /// How far it has been read.
    pub progress: Progress,
}

/// How much of a file there is, and how much was read, as it lies on the disk.
#[derive(Clone, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: u64,
}

impl Progress {
    /// Bytes that were read.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes that there are.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// Opens a file. Whether it is packed is seen in its first bytes, whatever it is called.
pub fn open(path: &Path) -> io::Result<Input> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, a file was expected"));
    }
    let progress = Progress { read: Arc::default(), total: meta.len() };
    let counted = Counted { file, read: progress.read.clone() };
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, counted);
    let is_packed = raw.fill_buf()?.starts_with(&GZIP);
    let mut text: Box<dyn BufRead + Send> = if is_packed {
        Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(raw)))
    } else {
        Box::new(raw)
    };
    // Some programs put a byte order mark first.
    if text.fill_buf().is_ok_and(|first| first.starts_with(MARK)) {
        text.consume(MARK.len());
    }
    Ok(Input { text, progress })
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
