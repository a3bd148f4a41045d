//! HTTP/1.1 messages as values and as bytes (RFC 9110, RFC 9112): anything is read within bounds,
//! only what is legal is written.
//!
//! A [`Packet`](crate::packet::Packet) of [`Transport::Http`](crate::packet::Transport::Http)
//! carries one whole message. The values are those of the crate `http`.

mod form;
mod malformed;
mod message;

pub use ::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
pub use form::{bearer, escape, form, json, parameter, query, segments};
pub use malformed::Malformed;
pub use message::{BODY_MAX, HEAD_MAX, Message};
