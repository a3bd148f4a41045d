//! Where real parts live, as the network tells: a telephone registers from an address, and what
//! it says there of its media is its own.

use std::net::SocketAddr;

use super::cast::{Cast, Kind, Member};
use super::exchange::description_of;
use crate::packet::Packet;
use crate::sdp::MediaDescription;
use crate::sip::{Message, Method};

/// Learns from one message that reached a part of ours. `message` is what `packet` holds.
pub(super) fn learn(cast: &mut Cast, packet: &Packet, message: &Message) {
    if !cast.has_real() {
        return;
    }
    if let Some(member) = who_speaks(cast, message)
        && may_have(cast, member, packet.source)
    {
        for address in contacts(message).into_iter().chain([packet.source]) {
            learn_if_free(cast, member, address);
        }
    }
    let real = |member: &usize| cast.members().get(*member).is_some_and(|member| member.real);
    let Some(member) = cast.index_at(packet.source).filter(real) else { return };
    for address in media(packet.source, message) {
        learn_if_free(cast, member, address);
    }
}

/// The real part that a request introduces: whoever registers, or calls, under its number. Who
/// registers needs a password; who calls is believed, as the platform believes it.
fn who_speaks(cast: &Cast, message: &Message) -> Option<usize> {
    let person = match message.method()? {
        Method::Register => message.to().ok()?,
        Method::Invite => message.from().ok()?,
        _ => return None,
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let number = digits(&person.uri.user()?);
    cast.members().iter().position(|member| {
        member.real && member.number.as_deref().is_some_and(|own| digits(own) == number)
    })
}

/// The addresses at which the sender wants to be called.
fn contacts(message: &Message) -> Vec<SocketAddr> {
    let contacts = message.addresses("Contact").unwrap_or_default();
    let address = |uri: &crate::sip::Uri| {
        let uri = uri.as_sip()?;
        Some(SocketAddr::new(uri.host.ip()?, uri.port.unwrap_or(SIP)))
    };
    contacts.iter().take(CONTACTS_MAX).filter_map(|contact| address(&contact.uri)).collect()
}

/// Where the sender takes its media, and hence, as everybody does it, sends it from: at the
/// address that it says, or, where that is another one of the same machine, at the one that its
/// signalling comes from.
fn media(source: SocketAddr, message: &Message) -> Vec<SocketAddr> {
    let Some((_, description)) = description_of(message) else { return Vec::new() };
    let media = description.media.iter().take(MEDIA_MAX);
    let said = media.flat_map(MediaDescription::addresses);
    said.flat_map(|said| [said, SocketAddr::new(source.ip(), said.port())]).collect()
}

fn learn_if_free(cast: &mut Cast, member: usize, address: SocketAddr) {
    if may_have(cast, member, address) {
        cast.learn(member, address);
    }
}

/// Whether an address can turn out to be somebody's: nobody can claim what is ours, or what the
/// scenario says of a real platform or recorder; telephones take over from each other.
fn may_have(cast: &Cast, member: usize, address: SocketAddr) -> bool {
    let Some(owner) = cast.index_at(address) else { return true };
    let is_phone = |member: &Member| member.real && member.kind == Kind::Phone;
    owner == member || cast.members().get(owner).is_some_and(is_phone)
}

/// RFC 3261 section 19.1.2.
const SIP: u16 = 5_060;
/// A telephone that registers has one or two.
const CONTACTS_MAX: usize = 8;
/// Sound and picture, and then some.
const MEDIA_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Transport;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// A platform of ours at 192.0.2.1, and Alice, who is real.
    fn cast() -> Cast {
        let mut cast = Cast::default();
        let ours =
            Member { name: "platform".into(), kind: Kind::Platform, number: None, real: false };
        cast.add(ours, &["192.0.2.1".parse().unwrap()], &[]);
        let number = Some("+12025550101".to_owned());
        cast.add(Member { name: "Alice".into(), kind: Kind::Phone, number, real: true }, &[], &[]);
        cast
    }

    fn hear(cast: &mut Cast, source: &str, message: &str) {
        let message = message.replace('\n', "\r\n");
        let packet = Packet {
            transport: Transport::Udp,
            source: address(source),
            target: address("192.0.2.1:5060"),
            payload: message.into_bytes().into(),
        };
        learn(cast, &packet, &Message::parse(&packet.payload).unwrap());
    }

    fn name_at(cast: &Cast, text: &str) -> String {
        cast.label(address(text))
    }

    const REGISTER: &str = "REGISTER sip:calls.example SIP/2.0\n\
        To: <sip:+12025550101@calls.example>\n\
        Contact: <sip:alice@198.51.100.7:5070>\n\n";

    const ANSWER: &str = "SIP/2.0 200 OK\n\
        Content-Type: application/sdp\n\n\
        v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n\
        m=audio 7000 RTP/AVP 0\n";

    #[test]
    fn an_address_is_whose_it_registers_from_and_whose_it_names_for_media() {
        let mut cast = cast();
        hear(&mut cast, "203.0.113.9:40000", ANSWER);
        assert_eq!(name_at(&cast, "198.51.100.7:7000"), "198.51.100.7:7000");
        hear(&mut cast, "203.0.113.9:40000", REGISTER);
        hear(&mut cast, "203.0.113.9:40000", ANSWER);
        for own in
            ["203.0.113.9:40000", "198.51.100.7:5070", "198.51.100.7:7000", "203.0.113.9:7001"]
        {
            assert_eq!(name_at(&cast, own), "Alice", "{own}");
        }
    }

    #[test]
    fn nobody_can_claim_an_address_of_ours_or_a_number_that_we_play() {
        let mut cast = cast();
        hear(&mut cast, "203.0.113.9:40000", &REGISTER.replace("198.51.100.7", "192.0.2.1"));
        assert_eq!(name_at(&cast, "192.0.2.1:5070"), "platform");
        hear(&mut cast, "203.0.113.8:40000", &REGISTER.replace("0101", "0199"));
        assert_eq!(name_at(&cast, "203.0.113.8:40000"), "203.0.113.8:40000");
    }

    #[test]
    fn what_is_learned_is_bounded() {
        let mut cast = cast();
        for port in 1..=u16::MAX {
            cast.learn(1, SocketAddr::new("203.0.113.9".parse().unwrap(), port));
        }
        assert_eq!(name_at(&cast, "203.0.113.9:1"), "203.0.113.9:1");
        assert_eq!(name_at(&cast, "203.0.113.9:65535"), "Alice");
    }
}
