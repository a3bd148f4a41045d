//! Who we are on TLS, and whom we believe.

use std::net::IpAddr;
use std::sync::Arc;

use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::keys::Keys;
use super::settings::{Identity, Trust, WireSettings};
use crate::driver::Error;

/// Both sides of TLS, versions 1.2 and 1.3.
pub(super) struct Tls {
    pub(super) acceptor: TlsAcceptor,
    pub(super) connector: TlsConnector,
    pub(super) keys: Arc<Keys>,
    /// Our certificates, for whoever should believe us.
    pub(super) certificates: String,
    /// Whether there are authorities whom we believe, and nobody else.
    pub(super) believes_some: bool,
    /// Whether whoever connects to us has to show a certificate.
    pub(super) asks_clients: bool,
    own: Vec<CertificateDer<'static>>,
    judge: Option<Arc<WebPkiServerVerifier>>,
}

impl Tls {
    pub(super) fn new(settings: &WireSettings) -> Result<Self, Error> {
        let WireSettings { identity, trust, asks_clients, .. } = settings;
        let (certificates, key) = texts(identity)?;
        let own = chain(&certificates)?;
        let key = || PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(failed);
        let provider = Arc::new(ring::default_provider());
        let keys = Arc::new(Keys::default());
        let roots = match trust {
            Trust::Anybody => None,
            Trust::Authorities(pem) => Some(Arc::new(authorities(pem)?)),
        };

        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let server = match &roots {
            Some(roots) if *asks_clients => {
                let (roots, provider) = (Arc::clone(roots), Arc::clone(&provider));
                let checks = WebPkiClientVerifier::builder_with_provider(roots, provider);
                server.with_client_cert_verifier(checks.build().map_err(failed)?)
            }
            None if *asks_clients => {
                return Err(failed("whoever asks for certificates has to know whom to believe"));
            }
            _ => server.with_no_client_auth(),
        };
        let mut server = server.with_single_cert(own.clone(), key()?).map_err(failed)?;
        server.key_log = Arc::clone(&keys) as _;

        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let client = match &roots {
            None => client
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(BelievesAnybody(Arc::clone(&provider)))),
            Some(roots) => client.with_root_certificates(Arc::clone(roots)),
        };
        // Shown to servers that ask (RFC 7866 section 12.1).
        let mut client = client.with_client_auth_cert(own.clone(), key()?).map_err(failed)?;
        client.key_log = Arc::clone(&keys) as _;

        let judge =
            roots.map(|it| WebPkiServerVerifier::builder_with_provider(it, provider).build());
        let judge = judge.transpose().map_err(failed)?;
        Ok(Self {
            acceptor: Arc::new(server).into(),
            connector: Arc::new(client).into(),
            keys,
            certificates,
            believes_some: judge.is_some(),
            asks_clients: *asks_clients,
            own,
            judge,
        })
    }

    /// What whoever believes the same authorities makes of our own certificate at an address; `None`
    /// where we believe anybody.
    pub(super) fn judge_own(&self, host: IpAddr) -> Option<Result<(), rustls::Error>> {
        let (judge, (first, others)) = self.judge.as_ref().zip(self.own.split_first())?;
        let now = UnixTime::now();
        Some(judge.verify_server_cert(first, others, &name_of(host), &[], now).map(drop))
    }
}

/// The name that a peer's certificate is for: a target is always an address.
pub(super) fn name_of(ip: IpAddr) -> ServerName<'static> {
    ServerName::IpAddress(ip.into())
}

/// The certificates and the key in PEM form.
fn texts(identity: &Identity) -> Result<(String, String), Error> {
    match identity {
        Identity::Pem { certificates, key } => Ok((certificates.clone(), key.clone())),
        Identity::SelfSigned { names } => {
            let made = rcgen::generate_simple_self_signed(names.clone()).map_err(failed)?;
            Ok((made.cert.pem(), made.signing_key.serialize_pem()))
        }
    }
}

fn chain(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(failed)
}

fn authorities(pem: &str) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    for certificate in chain(pem)? {
        store.add(certificate).map_err(failed)?;
    }
    if store.is_empty() {
        return Err(failed("there is no certificate of an authority in the text"));
    }
    Ok(store)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(cause: impl ToString) -> Error {
    Error::Tls { cause: cause.to_string() }
}

/// Takes every certificate, whoever it is for and whoever signed it. That the peer has its key
/// is still checked.
#[derive(Debug)]
struct BelievesAnybody(Arc<CryptoProvider>);

impl ServerCertVerifier for BelievesAnybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_certificate_is_told() {
        let trust = Trust::Authorities("not a certificate".to_owned());
        let error = Tls::new(&WireSettings { trust, ..WireSettings::default() }).err().unwrap();
        assert_eq!(
            error.to_string(),
            "set up TLS: there is no certificate of an authority in the text"
        );
        let error = Tls::new(&WireSettings { asks_clients: true, ..WireSettings::default() });
        assert_eq!(
            error.err().unwrap().to_string(),
            "set up TLS: whoever asks for certificates has to know whom to believe"
        );
    }
}
