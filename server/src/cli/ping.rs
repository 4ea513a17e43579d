//! `tracker admin ping`: asks the server of these settings whether it is ready.

use http::{Request, StatusCode, header::HOST};
use http_body_util::Empty;
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

use super::Failure;
use crate::config::{Config, reachable};

const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let address = reachable(config.web.listen);
    let said = timeout(PATIENCE, ask(address)).await;
    match said {
        Ok(Ok(StatusCode::OK)) => Ok(()),
        Ok(Ok(status)) => {
            Err(Failure::new(format!("the tracker at {address} is not ready ({})", status.as_u16())))
        }
        Ok(Err(_)) => Err(Failure::new(format!("no tracker answers at {address}; is it running there?"))),
        Err(_) => Err(Failure::new(format!(
            "the tracker at {address} does not answer within {} seconds",
            PATIENCE.as_secs()
        ))),
    }
}

async fn ask(address: SocketAddr) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = http1::handshake(stream).await?;
    tokio::spawn(connection);
    let request =
        Request::get("/health/ready").header(HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    Ok(sender.send_request(request).await?.status())
}
