//! A scanner of ClamAV: `clamd`, asked by INSTREAM over TCP or a socket of this machine (clamd(8)). The file goes in pieces,
//! each with its length before it, and an empty one at the end; the answer is one line.

use futures::StreamExt;
use std::{
    io::{self, ErrorKind},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

use super::store::Given;
use crate::config::Clamd;

/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Most bytes of an answer.
const ANSWER: u64 = 4_096;

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing.
    Clean,
    /// It found this.
    Infected(String),
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Scanner(Clamd);

impl Scanner {
    pub(super) fn new(place: &Clamd) -> Self {
        Self(place.clone())
    }

    /// Has a file looked at. Whatever does not end in an answer is an error: such a file is not clean.
    pub async fn scan(&self, file: Given) -> io::Result<Verdict> {
        let asked = async {
            match &self.0 {
                Clamd::Tcp(address) => ask(TcpStream::connect(address).await?, file).await,
                Clamd::Unix(path) => ask(UnixStream::connect(path).await?, file).await,
            }
        };
        timeout(PATIENCE, asked).await.map_err(|_| io::Error::from(ErrorKind::TimedOut))?
    }
}

async fn ask(mut clamd: impl AsyncRead + AsyncWrite + Unpin, mut file: Given) -> io::Result<Verdict> {
    clamd.write_all(b"zINSTREAM\0").await?;
    while let Some(bytes) = file.next().await {
        let bytes = bytes.map_err(io::Error::other)?;
        // An empty piece is the end.
        if !bytes.is_empty() {
            let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            clamd.write_all(&length.to_be_bytes()).await?;
            clamd.write_all(&bytes).await?;
        }
    }
    clamd.write_all(&[0; 4]).await?;
    clamd.flush().await?;
    let mut answer = Vec::new();
    clamd.take(ANSWER).read_to_end(&mut answer).await?;
    verdict(&String::from_utf8_lossy(&answer))
}

/// `stream: OK`, or `stream: NAME FOUND`.
fn verdict(answer: &str) -> io::Result<Verdict> {
    let said = answer.trim_matches(['\0', '\n', ' ']).strip_prefix("stream: ").unwrap_or_default();
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Infected(name.to_owned())),
        None if said == "OK" => Ok(Verdict::Clean),
        None => Err(io::Error::other(format!("clamd said: {}", answer.escape_debug()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_to_be_clean_is_clean() {
        assert_eq!(verdict("stream: OK\0").unwrap(), Verdict::Clean);
        assert_eq!(
            verdict("stream: Eicar-Test FOUND\0").unwrap(),
            Verdict::Infected("Eicar-Test".to_owned())
        );
        for trouble in
            ["", "INSTREAM size limit exceeded. ERROR\0", "stream: OK or not\0", "UNKNOWN COMMAND\0"]
        {
            assert!(verdict(trouble).is_err(), "{trouble}");
        }
    }
}
