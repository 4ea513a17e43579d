//! A door to a service: who knocks while it is shut finds nobody, as when the service is down.

use server::config::Clamd;
use std::net::SocketAddr;
use tokio::{
    io::copy_bidirectional,
    net::{TcpSocket, TcpStream, UnixStream},
    task::{JoinHandle, JoinSet},
};

/// What is behind the door.
#[derive(Clone)]
pub struct Behind(pub Clamd);

/// See the module.
pub struct Door {
    pub address: SocketAddr,
    /// Has the port and does not listen.
    shut: Option<TcpSocket>,
    open: Option<JoinHandle<()>>,
}

impl Door {
    /// A port of the loopback at which nobody answers, and which nobody else gets.
    pub fn shut() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { address: socket.local_addr().unwrap(), shut: Some(socket), open: None }
    }

    /// From now on it leads there.
    pub fn open(&mut self, to: Behind) {
        let listener = self.shut.take().unwrap().listen(64).unwrap();
        self.open = Some(tokio::spawn(async move {
            // Who is inside when it is shut again is thrown out.
            let mut inside = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                inside.spawn(lead(socket, to.clone()));
            }
        }));
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            open.abort();
        }
    }
}

/// Either side may hang up.
async fn lead(mut socket: TcpStream, Behind(to): Behind) {
    let _ = match to {
        Clamd::Tcp(address) => {
            copy_bidirectional(&mut socket, &mut TcpStream::connect(address).await.unwrap()).await
        }
        Clamd::Unix(path) => {
            copy_bidirectional(&mut socket, &mut UnixStream::connect(path).await.unwrap()).await
        }
    };
}
