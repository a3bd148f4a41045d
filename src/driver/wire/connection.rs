//! The life of one connection: opened, read and written within bounds, and ended.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant as Timer, timeout, timeout_at};

use super::complaint::Trouble;
use super::framer::{Frame, Framer};
use super::streams::{Entry, Key, Shared};
use super::tls;
use crate::driver::{Arrival, Event};
use crate::packet::{Packet, Transport};

/// Who opened a connection.
pub(super) enum Origin {
    /// We do.
    Ours,
    /// The peer did.
    Theirs(TcpStream),
}

/// Lives a connection from its opening to its end. What was not written then comes back.
pub(super) async fn live(shared: Arc<Shared>, mut entry: Entry, origin: Origin) {
    let mut writing = None;
    let ended = open_and_talk(&shared, entry.key, origin, &mut entry.packets, &mut writing).await;
    if let Err(trouble) = ended {
        shared.complain(entry.key, trouble);
    }
    shared.leave(&entry);
    // Nothing can follow now: senders hold the table while they send.
    let at = shared.clock.now();
    if let Some(packet) = writing {
        shared.inbox.put_undeliverable(at, packet);
    }
    while let Ok(packet) = entry.packets.try_recv() {
        shared.inbox.put_undeliverable(at, packet);
    }
}

async fn open_and_talk(
    shared: &Shared,
    key: Key,
    origin: Origin,
    packets: &mut Receiver<Packet>,
    writing: &mut Option<Packet>,
) -> Result<(), Trouble> {
    let ours = matches!(origin, Origin::Ours);
    let until = Timer::now() + shared.limits.to_open;
    let stream = match origin {
        Origin::Ours => in_time(until, connect(key)).await?,
        Origin::Theirs(stream) => stream,
    };
    // A message is written whole, so there is nothing to collect (Nagle) before sending it.
    stream.set_nodelay(true).map_err(broken)?;
    if key.transport != Transport::Tls {
        return talk(shared, key, stream, packets, writing).await;
    }
    if ours {
        let handshake = shared.tls.connector.connect(tls::name_of(key.remote.ip()), stream);
        let stream = in_time(until, handshake).await?;
        talk(shared, key, stream, packets, writing).await
    } else {
        let stream = in_time(until, shared.tls.acceptor.accept(stream)).await?;
        talk(shared, key, stream, packets, writing).await
    }
}

/// Connects from the address of our end, with a port that the system chooses: ours belongs to
/// the listener.
async fn connect(key: Key) -> io::Result<TcpStream> {
    let socket = if key.local.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if !key.local.ip().is_unspecified() {
        socket.bind((key.local.ip(), 0).into())?;
    }
    socket.connect(key.remote).await
}

async fn in_time<T>(
    until: Timer,
    opening: impl Future<Output = io::Result<T>>,
) -> Result<T, Trouble> {
    match timeout_at(until, opening).await {
        Ok(opened) => opened.map_err(|error| Trouble::NotOpened(error.to_string())),
        Err(_) => Err(Trouble::NotOpened("no answer in time".to_owned())),
    }
}

/// Reads and writes until either ends. The packet that was being written then is left in
/// `writing`.
async fn talk(
    shared: &Shared,
    key: Key,
    stream: impl AsyncRead + AsyncWrite,
    packets: &mut Receiver<Packet>,
    writing: &mut Option<Packet>,
) -> Result<(), Trouble> {
    let (input, output) = tokio::io::split(stream);
    let ping = Notify::new();
    tokio::select! {
        ended = read(shared, key, input, &ping) => ended,
        ended = write(shared, output, packets, &ping, writing) => ended,
    }
}

async fn read(
    shared: &Shared,
    key: Key,
    mut input: impl AsyncRead + Unpin,
    ping: &Notify,
) -> Result<(), Trouble> {
    let limits = &shared.limits;
    let mut framer = Framer::default();
    let mut bytes = vec![0; READ];
    let mut until = Timer::now() + limits.idle;
    loop {
        let Ok(read) = timeout_at(until, input.read(&mut bytes)).await else {
            return if framer.is_empty() {
                Ok(())
            } else {
                Err(Trouble::SlowMessage(limits.to_read_a_message))
            };
        };
        let bytes = match read.map_err(broken)? {
            0 if framer.is_empty() => return Ok(()),
            0 => return Err(Trouble::Broken("the peer closed it within a message".to_owned())),
            count => bytes.get(..count).unwrap_or_default(),
        };
        let began = !framer.is_empty();
        framer.push(bytes);
        let finished = deliver(shared, key, &mut framer, ping).await?;
        // The time for a message runs from its first byte, not from its last.
        until = match (framer.is_empty(), began && !finished) {
            (true, _) => Timer::now() + limits.idle,
            (false, true) => until,
            (false, false) => Timer::now() + limits.to_read_a_message,
        };
    }
}

/// Hands over the messages that are complete; whether there were any.
async fn deliver(
    shared: &Shared,
    key: Key,
    framer: &mut Framer,
    ping: &Notify,
) -> Result<bool, Trouble> {
    let at = shared.clock.now();
    let mut finished = false;
    while let Some(frame) = framer.next().map_err(Trouble::Unreadable)? {
        finished = true;
        match frame {
            Frame::Message(payload) => {
                let event = Event::Packet(packet(key, payload));
                shared.inbox.put_message(Arrival { at, event }).await;
            }
            Frame::Ping => ping.notify_one(),
        }
    }
    Ok(finished)
}

async fn write(
    shared: &Shared,
    mut output: impl AsyncWrite + Unpin,
    packets: &mut Receiver<Packet>,
    ping: &Notify,
    writing: &mut Option<Packet>,
) -> Result<(), Trouble> {
    let limit = shared.limits.to_write_a_message;
    loop {
        let payload = tokio::select! {
            packet = packets.recv() => {
                // The table holds a sender until we leave it.
                let Some(packet) = packet else { return Ok(()) };
                writing.insert(packet).payload.clone()
            }
            // RFC 5626 section 4.4.1: a double CRLF is answered with a single one. Pings that
            // come faster than we write are answered together.
            () = ping.notified() => Bytes::from_static(b"\r\n"),
        };
        let all = async {
            output.write_all(&payload).await?;
            output.flush().await
        };
        timeout(limit, all).await.map_err(|_| Trouble::SlowReader(limit))?.map_err(broken)?;
        *writing = None;
    }
}

fn packet(key: Key, payload: Bytes) -> Packet {
    let Key { transport, local: target, remote: source } = key;
    Packet { transport, source, target, payload }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn broken(error: io::Error) -> Trouble {
    Trouble::Broken(error.to_string())
}

/// Bytes read at once: a SIPREC INVITE in one go.
const READ: usize = 8_192;
