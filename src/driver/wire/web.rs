//! HTTP/1.1 on real sockets: one exchange to a connection, everything within bounds.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::clock::Clock;
use super::inbox::Inbox;
use super::settings::HttpLimits;
use crate::driver::{Arrival, Event};
use crate::http::{BODY_MAX, Message, Request, Response, StatusCode, header};
use crate::packet::{Packet, Transport};

/// The listeners for HTTP, and the exchanges that are going on.
#[derive(Debug)]
pub(super) struct Web {
    shared: Arc<Shared>,
    listeners: BTreeMap<SocketAddr, (AbortHandle, std::sync::mpsc::Receiver<()>)>,
    runtime: Handle,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    inbox: Arc<Inbox>,
    limits: HttpLimits,
    room: Arc<Semaphore>,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// Who was asked and has not answered yet: our address and the peer's.
    asked: BTreeMap<(SocketAddr, SocketAddr), oneshot::Sender<Response<Bytes>>>,
    /// The ports that the system chose for what we ask, and the addresses that they stand for:
    /// between two parts of ours an exchange has the same name at both ends.
    chosen: BTreeMap<SocketAddr, SocketAddr>,
}

impl Web {
    pub(super) fn new(
        runtime: Handle,
        clock: Clock,
        inbox: Arc<Inbox>,
        limits: HttpLimits,
    ) -> Self {
        let room = Arc::new(Semaphore::new(limits.most_connections));
        let shared = Arc::new(Shared { clock, inbox, limits, room, table: Mutex::default() });
        Self { shared, listeners: BTreeMap::new(), runtime }
    }

    pub(super) fn listen(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        let _context = self.runtime.enter();
        let listener = TcpListener::from_std(super::streams::bind(address)?)?;
        let address = listener.local_addr()?;
        let shared = Arc::clone(&self.shared);
        let (ending, ended) = std::sync::mpsc::channel();
        let task = self.runtime.spawn(async move {
            let _ending: std::sync::mpsc::Sender<()> = ending;
            accept(shared, address, listener).await;
        });
        self.listeners.insert(address, (task.abort_handle(), ended));
        Ok(address)
    }

    /// Stops listening, and waits until nobody does.
    pub(super) fn close(&mut self, address: SocketAddr) {
        if let Some((listener, ended)) = self.listeners.remove(&address) {
            listener.abort();
            let _ = ended.recv_timeout(super::streams::PATIENCE);
        }
    }

    /// Asks or answers. What is no message, and what nobody waits for, comes back.
    pub(super) fn send(&self, packet: Packet) -> Result<(), Packet> {
        match Message::read(&packet.payload) {
            Ok(Message::Request(request)) => {
                self.runtime.spawn(ask(Arc::clone(&self.shared), packet, request));
                Ok(())
            }
            Ok(Message::Response(response)) => {
                let between = (packet.source, packet.target);
                let Some(asker) = self.shared.table().asked.remove(&between) else {
                    return Err(packet);
                };
                asker.send(response).map_err(|_| packet)
            }
            Err(_) => Err(packet),
        }
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver(&self, source: SocketAddr, target: SocketAddr, message: Message) {
        let at = self.clock.now();
        let payload = message.to_bytes();
        let packet = Packet { transport: Transport::Http, source, target, payload };
        self.inbox.put_message(Arrival { at, event: Event::Packet(packet) }).await;
    }
}

async fn accept(shared: Arc<Shared>, local: SocketAddr, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let Ok(room) = Arc::clone(&shared.room).try_acquire_owned() else {
                    tracing::warn!(%local, %peer, "too many HTTP connections");
                    continue;
                };
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    serve(shared, local, peer, stream).await;
                    drop(room);
                });
            }
            Err(error) => {
                tracing::warn!(%local, %error, "cannot accept a connection");
                tokio::time::sleep(super::streams::PAUSE).await;
            }
        }
    }
}

/// One connection, from its request to its end: a peer that does not read, or write, is cut off.
async fn serve(shared: Arc<Shared>, local: SocketAddr, peer: SocketAddr, stream: TcpStream) {
    let limits = shared.limits;
    let remote = shared.table().chosen.get(&peer).copied().unwrap_or(peer);
    let service = service_fn(|request: Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&shared, local, remote, request).await) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits.to_read).keep_alive(false);
    let connection = server.serve_connection(TokioIo::new(stream), service);
    let whole = limits.to_read + limits.to_answer + limits.to_write;
    match timeout(whole, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%local, %peer, %error, "HTTP connection broke"),
        Err(_) => tracing::warn!(%local, %peer, "cut off: an HTTP exchange took {whole:?}"),
    }
    shared.table().asked.remove(&(local, remote));
}

async fn answer(
    shared: &Shared,
    local: SocketAddr,
    remote: SocketAddr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = match timeout(shared.limits.to_read, Limited::new(body, REQUEST_MAX).collect()).await
    {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(why)) if why.is::<LengthLimitError>() => {
            return plain(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Err(_)) => return plain(StatusCode::BAD_REQUEST),
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT),
    };
    let mut head = head;
    // In the packet the body is in one piece, and its length is written anew.
    head.headers.remove(header::TRANSFER_ENCODING);
    let request = Request::from_parts(head, body);
    let (asker, answered) = oneshot::channel();
    shared.table().asked.insert((local, remote), asker);
    shared.deliver(remote, local, Message::Request(request)).await;
    match timeout(shared.limits.to_answer, answered).await {
        Ok(Ok(response)) => response.map(Full::new),
        _ => plain(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// What the network itself has to say, without asking the part.
fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// Asks over a connection of its own; a failure of any kind gives the packet back.
async fn ask(shared: Arc<Shared>, packet: Packet, request: Request<Bytes>) {
    let Packet { source: local, target: remote, .. } = packet;
    let limits = shared.limits;
    let mut chosen = None;
    let whole = limits.to_write + limits.to_answer;
    let exchange = timeout(whole, exchange(&shared, local, remote, request, &mut chosen)).await;
    if let Some(chosen) = chosen {
        shared.table().chosen.remove(&chosen);
    }
    match exchange {
        Ok(Ok(response)) => shared.deliver(remote, local, Message::Response(response)).await,
        failed => {
            tracing::debug!(%local, %remote, ?failed, "HTTP exchange failed");
            let at = shared.clock.now();
            shared.inbox.put_undeliverable(at, packet);
        }
    }
}

async fn exchange(
    shared: &Shared,
    local: SocketAddr,
    remote: SocketAddr,
    request: Request<Bytes>,
    chosen: &mut Option<SocketAddr>,
) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    let _room = shared.room.acquire().await?;
    let socket = if local.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind((local.ip(), 0).into())?;
    let port = socket.local_addr()?;
    *chosen = Some(port);
    shared.table().chosen.insert(port, local);
    let stream = socket.connect(remote).await?;
    let mut client = hyper::client::conn::http1::Builder::new();
    let (mut sender, connection) = client.max_headers(100).handshake(TokioIo::new(stream)).await?;
    let talk = tokio::spawn(connection);
    let answered = async {
        let (mut head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
        let body = Limited::new(body, BODY_MAX).collect().await?.to_bytes();
        head.headers.remove(header::TRANSFER_ENCODING);
        Ok(Response::from_parts(head, body))
    };
    let answered = answered.await;
    talk.abort();
    answered
}

/// No request of any interface here comes near it.
const REQUEST_MAX: usize = 1 << 20;
