//! What a handshake of TLS says about the certificates of both sides, and what came of it.

use std::io;
use std::net::IpAddr;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

use super::streams::Key;
use super::tls::Tls;
use crate::packet::{Ending, Flaw, Handshake, Shown};

impl Tls {
    /// What we saw of a connection that we opened, and why it failed if it did; `None` if nothing was
    /// seen of certificates.
    pub(super) fn seen_by_client(&self, key: Key, failed: Option<&io::Error>) -> Option<Handshake> {
        let (end, by_server) = match failed.map(why) {
            None => (Ending::Opened, self.believes_some.then_some(Shown::Sound)),
            Some(Some(Error::InvalidCertificate(flaw))) => {
                (Ending::RefusedByClient, Some(Shown::Flawed(flaw_of(flaw))))
            }
            Some(Some(Error::AlertReceived(alert))) if is_about_certificates(*alert) => {
                (Ending::RefusedByServer, None)
            }
            Some(_) => return None,
        };
        let (client, server) = (key.local, key.remote);
        Some(Handshake { client, server, by_server, by_client: None, end })
    }

    /// The same, of a connection that somebody opened to us.
    pub(super) fn seen_by_server(&self, key: Key, failed: Option<&io::Error>) -> Option<Handshake> {
        let asked = |shown: Shown| self.asks_clients.then_some(shown);
        let (end, by_client) = match failed.map(why) {
            None => (Ending::Opened, asked(Shown::Sound)),
            Some(Some(Error::InvalidCertificate(flaw))) => {
                (Ending::RefusedByServer, asked(Shown::Flawed(flaw_of(flaw))))
            }
            Some(Some(Error::NoCertificatesPresented)) => {
                (Ending::RefusedByServer, asked(Shown::Nothing))
            }
            Some(Some(Error::AlertReceived(alert))) if is_about_certificates(*alert) => {
                (Ending::RefusedByClient, None)
            }
            Some(_) => return None,
        };
        let (client, server) = (key.remote, key.local);
        let by_server = self.shown_at(server.ip());
        Some(Handshake { client, server, by_server, by_client, end })
    }

    /// What we show at an address, where somebody told us whom to believe. For somebody else it may
    /// be only as it seems to us: a peer may know us by another name.
    fn shown_at(&self, host: IpAddr) -> Option<Shown> {
        match self.judge_own(host)? {
            Ok(()) => Some(Shown::Sound),
            Err(Error::InvalidCertificate(flaw)) => {
                Some(flaw_of(&flaw)).filter(|flaw| *flaw != Flaw::OtherName).map(Shown::Flawed)
            }
            Err(_) => None,
        }
    }
}

fn why(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn flaw_of(error: &CertificateError) -> Flaw {
    use CertificateError as It;
    match error {
        It::Expired
        | It::ExpiredContext { .. }
        | It::NotValidYet
        | It::NotValidYetContext { .. } => Flaw::Expired,
        It::NotValidForName | It::NotValidForNameContext { .. } => Flaw::OtherName,
        _ => Flaw::UnknownIssuer,
    }
}

fn is_about_certificates(alert: AlertDescription) -> bool {
    use AlertDescription as It;
    matches!(
        alert,
        It::BadCertificate
            | It::UnsupportedCertificate
            | It::CertificateRevoked
            | It::CertificateExpired
            | It::CertificateUnknown
            | It::CertificateRequired
            | It::UnknownCA
            | It::AccessDenied
    )
}
