//! The life of one connection: opened, read and written within bounds, and ended.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant as Timer, sleep, timeout, timeout_at};

use super::complaint::Trouble;
use super::streams::{Entry, Key, Shared};
use super::tls;
use crate::driver::{Arrival, Event};
use crate::packet::{Handshake, Packet, Transport};
use crate::sip::framing::{Frame, Framer, Malformed};
use crate::time::Instant;

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
    let ended = open_and_talk(&shared, &mut entry, origin, &mut writing).await;
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
    entry: &mut Entry,
    origin: Origin,
    writing: &mut Option<Packet>,
) -> Result<(), Trouble> {
    let key = entry.key;
    let ours = matches!(origin, Origin::Ours);
    let until = Timer::now() + shared.limits.to_open;
    let stream = match origin {
        Origin::Ours => in_time(until, connect(shared, entry)).await?,
        Origin::Theirs(stream) => stream,
    };
    // A message is written whole, so there is nothing to collect (Nagle) before sending it.
    stream.set_nodelay(true).map_err(broken)?;
    if key.transport != Transport::Tls {
        return talk(shared, key, stream, &mut entry.packets, writing).await;
    }
    if ours {
        let handshake = shared.tls.connector.connect(tls::name_of(key.remote.ip()), stream);
        let opened = shaken(shared, handshake, |end| shared.tls.seen_by_client(key, end));
        let stream = in_time(until, opened).await?;
        talk(shared, key, stream, &mut entry.packets, writing).await
    } else {
        let handshake = shared.tls.acceptor.accept(stream);
        let opened = shaken(shared, handshake, |end| shared.tls.seen_by_server(key, end));
        let stream = in_time(until, opened).await?;
        talk(shared, key, stream, &mut entry.packets, writing).await
    }
}

/// Tells what both sides showed each other, once that is over.
async fn shaken<T>(
    shared: &Shared,
    handshake: impl Future<Output = io::Result<T>>,
    seen: impl FnOnce(Option<&io::Error>) -> Option<Handshake>,
) -> io::Result<T> {
    let opened = handshake.await;
    if let Some(handshake) = seen(opened.as_ref().err()) {
        shared.inbox.put_handshake(shared.clock.now(), handshake);
    }
    opened
}

/// Connects from the address of our end, with a port that the system chooses: ours belongs to
/// the listener.
async fn connect(shared: &Shared, entry: &mut Entry) -> io::Result<TcpStream> {
    let key = entry.key;
    let socket = if key.local.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if !key.local.ip().is_unspecified() {
        socket.bind((key.local.ip(), 0).into())?;
        shared.note_port(entry, socket.local_addr()?);
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
    let (input, mut output) = tokio::io::split(stream);
    let ping = Notify::new();
    let ended = tokio::select! {
        ended = read(shared, key, input, &ping) => ended,
        ended = write(shared, &mut output, packets, &ping, writing) => ended,
    };
    // Says good-bye if the peer listens; its answer is of no interest.
    let _ = timeout(LAST_WORDS, output.shutdown()).await;
    ended
}

/// Reads until the peer ends, or breaks a bound. What is no message then is handed over as it
/// is: it was seen.
async fn read(
    shared: &Shared,
    key: Key,
    input: impl AsyncRead + Unpin,
    ping: &Notify,
) -> Result<(), Trouble> {
    let mut framer = Framer::new();
    let ended = read_messages(shared, key, input, ping, &mut framer).await;
    if has_begun(&framer) {
        let rest = Bytes::copy_from_slice(framer.rest());
        deliver(shared, key, rest, shared.clock.now()).await;
    }
    if matches!(ended, Err(Trouble::Unreadable(_))) {
        // There may be an answer to what could be read of it.
        sleep(LAST_WORDS).await;
    }
    ended
}

async fn read_messages(
    shared: &Shared,
    key: Key,
    mut input: impl AsyncRead + Unpin,
    ping: &Notify,
    framer: &mut Framer,
) -> Result<(), Trouble> {
    let limits = &shared.limits;
    let mut bytes = vec![0; READ];
    let mut until = Timer::now() + limits.idle;
    loop {
        let had_begun = has_begun(framer);
        let Ok(read) = timeout_at(until, input.read(&mut bytes)).await else {
            let slow = Trouble::SlowMessage(limits.to_read_a_message);
            return if had_begun { Err(slow) } else { Ok(()) };
        };
        let at = shared.clock.now();
        match read {
            // Many end TLS without its good-bye.
            Ok(0) if !had_begun => return Ok(()),
            Err(error) if !had_begun && error.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok(());
            }
            Ok(0) => return Err(Trouble::Broken("the peer closed it".to_owned())),
            Err(error) => return Err(broken(error)),
            Ok(count) => framer.push(bytes.get(..count).unwrap_or_default()),
        }
        let mut finished = false;
        while let Some(frame) = framer.next().map_err(unreadable)? {
            finished = true;
            match frame {
                Frame::Message(payload) => deliver(shared, key, payload, at).await,
                Frame::Ping => ping.notify_one(),
            }
        }
        // The time for a message runs from its first byte, not from its last.
        until = match (has_begun(framer), had_begun && !finished) {
            (false, _) => Timer::now() + limits.idle,
            (true, true) => until,
            (true, false) => Timer::now() + limits.to_read_a_message,
        };
    }
}

/// Whether there is a part of a message, and not only of a keep-alive.
fn has_begun(framer: &Framer) -> bool {
    framer.rest().iter().any(|byte| !matches!(byte, b'\r' | b'\n'))
}

async fn deliver(shared: &Shared, key: Key, payload: Bytes, at: Instant) {
    let Key { transport, local: target, remote: source } = key;
    let event = Event::Packet(Packet { transport, source, target, payload });
    shared.inbox.put_message(Arrival { at, event }).await;
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

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn broken(error: io::Error) -> Trouble {
    Trouble::Broken(error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreadable(error: Malformed) -> Trouble {
    Trouble::Unreadable(error.to_string())
}

/// How long a connection may still be written to that has come to its end.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Bytes read at once: a SIPREC INVITE in one go.
const READ: usize = 8_192;
