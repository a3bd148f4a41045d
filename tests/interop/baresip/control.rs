//! baresip's control socket: JSON in netstrings (`length:text,`), orders there, events back.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::wait_until;

/// A connection to the control socket of one baresip.
pub struct Control {
    stream: TcpStream,
    unread: Vec<u8>,
    /// Events that arrived while something else was awaited.
    events: VecDeque<Value>,
    /// The types of all events so far, for the message of a failure.
    history: Vec<String>,
}

impl Control {
    /// Connects, as soon as there is somebody to connect to.
    pub fn connect(address: SocketAddr) -> Self {
        let stream = wait_until(PATIENCE, || TcpStream::connect(address).ok());
        let stream = stream.unwrap_or_else(|| panic!("baresip does not take orders at {address}"));
        Self { stream, unread: Vec::new(), events: VecDeque::new(), history: Vec::new() }
    }

    /// Gives an order; the answer in words. An order that fails is a panic.
    pub fn order(&mut self, command: &str, parameter: Option<&str>) -> String {
        let mut order = json!({ "command": command, "token": command });
        if let Some(parameter) = parameter {
            order["params"] = parameter.into();
        }
        let text = order.to_string();
        let sent = self.stream.write_all(format!("{}:{text},", text.len()).as_bytes());
        sent.unwrap_or_else(|error| panic!("cannot order {command}: {error}"));
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(message) = self.next_before(deadline) else {
                panic!("no answer to {command}; events so far: {:?}", self.history);
            };
            if message["response"] == json!(true) && message["token"] == json!(command) {
                assert_eq!(message["ok"], json!(true), "{command}: {message}");
                return message["data"].as_str().unwrap_or_default().to_owned();
            }
            self.events.push_back(message);
        }
    }

    /// Waits for the next event of a type; those before it are forgotten.
    pub fn wait_for(&mut self, kind: &str, within: Duration) -> Value {
        let deadline = Instant::now() + within;
        while let Some(event) = self.events.pop_front().or_else(|| self.next_before(deadline)) {
            if event["type"] == json!(kind) {
                return event;
            }
        }
        panic!("no {kind} within {within:?}; events so far: {:?}", self.history);
    }

    /// The next message; `None` if none has come before the deadline.
    fn next_before(&mut self, deadline: Instant) -> Option<Value> {
        loop {
            if let Some(message) = self.cut() {
                if let Some(kind) = message["type"].as_str() {
                    self.history.push(format!("{kind} {}", message["param"]));
                }
                return Some(message);
            }
            let left =
                deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            self.stream.set_read_timeout(Some(left)).expect("the span is not zero");
            let mut bytes = [0; 4_096];
            match self.stream.read(&mut bytes) {
                Ok(count) if count > 0 => self.unread.extend_from_slice(&bytes[..count]),
                // It has closed, or it is silent until the deadline.
                _ => return None,
            }
        }
    }

    /// Cuts the first whole message off what has arrived.
    fn cut(&mut self) -> Option<Value> {
        let colon = self.unread.iter().position(|byte| *byte == b':')?;
        let length: usize = std::str::from_utf8(&self.unread[..colon])
            .ok()
            .and_then(|digits| digits.parse().ok())
            .filter(|length| *length <= LONGEST_MESSAGE)
            .expect("a netstring begins with its length");
        let end = colon + 1 + length;
        if self.unread.len() <= end {
            return None;
        }
        let message =
            serde_json::from_slice(&self.unread[colon + 1..end]).expect("baresip speaks JSON");
        assert_eq!(self.unread[end], b',', "a netstring ends with a comma");
        self.unread.drain(..=end);
        Some(message)
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

const LONGEST_MESSAGE: usize = 65_536;
