//! Stand-in for the framing of the SIP room.

use bytes::{Buf, Bytes, BytesMut};

#[derive(Debug, Default)]
pub(super) struct Framer {
    bytes: BytesMut,
}

pub(super) enum Frame {
    Message(Bytes),
    Ping,
}

impl Framer {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn next(&mut self) -> Result<Option<Frame>, String> {
        if self.bytes.starts_with(b"\r\n\r\n") {
            self.bytes.advance(4);
            return Ok(Some(Frame::Ping));
        }
        let Some(end) = self.bytes.windows(4).position(|it| it == b"\r\n\r\n") else {
            return if self.bytes.len() > 65_536 { Err("header too long".into()) } else { Ok(None) };
        };
        let head = String::from_utf8_lossy(&self.bytes[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|value| value.trim().parse::<usize>().ok())
            .ok_or("no Content-Length")?;
        if length > 65_536 {
            return Err("too long".into());
        }
        if self.bytes.len() < end + 4 + length {
            return Ok(None);
        }
        Ok(Some(Frame::Message(self.bytes.split_to(end + 4 + length).freeze())))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
