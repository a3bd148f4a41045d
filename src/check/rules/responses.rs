//! What an answer has to say, whatever was asked (RFC 3261 section 8.2).

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::{Message, Method, NameAddr, Uri, Via};

pub const RULES: &[Rule] = &[
    rule("RFC3261-8.2.6.2-1", answers_repeat_the_question),
    rule("RFC3261-8.2.2.3-1", unknown_extensions_are_named),
    rule("RFC3261-8.2.3-1", a_refused_body_is_told_what_would_do),
    rule("RFC3261-8.2.4-1", answers_require_what_was_offered),
    rule("RFC3261-11-1", options_are_listed),
    rule("RFC3261-13.1-1", whoever_invites_knows_the_rest),
    rule("RFC3261-13.3.1.3-1", a_refused_offer_is_told_why),
];

/// A response has the From, the Call-ID, the `CSeq`, the Vias and, but for the tag, the To of its
/// request (RFC 3261 section 8.2.6.2).
fn answers_repeat_the_question(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests() {
        for response in case.all(&asked.responses) {
            verdicts.push(match difference(request, response) {
                None => Verdict::Pass,
                Some(what) => case.broken(
                    "RFC3261-8.2.6.2-1",
                    response,
                    format!("with another {what} than message {} has", request.number),
                ),
            });
        }
        verdicts.extend(one_tag(case, request, asked));
    }
    verdicts
}

fn difference(request: &Said<'_>, response: &Said<'_>) -> Option<&'static str> {
    let (asked, said) = (request.message, response.message);
    let same_number = request.cseq == response.cseq && asked.cseq().ok() == said.cseq().ok();
    if !same_number {
        return Some("CSeq");
    }
    if request.call_id != response.call_id {
        return Some("Call-ID");
    }
    let tags = request.from_tag == response.from_tag;
    if !tags || asked.from().ok().map(untagged) != said.from().ok().map(untagged) {
        return Some("From");
    }
    if asked.to().ok().map(untagged) != said.to().ok().map(untagged) {
        return Some("To");
    }
    if request.to_tag.is_some() && request.to_tag != response.to_tag {
        return Some("tag in To");
    }
    let (sent, came) = (vias(asked), vias(said));
    (sent.is_some() && sent != came).then_some("list of Vias")
}

/// One who answers has one tag for all final answers to a request. Forks answer 2xx, each with a
/// tag of its own, and provisional ones.
fn one_tag(case: &Case<'_>, request: &Said<'_>, asked: &Asked) -> Option<Verdict> {
    let mut refusals = case.all(&asked.responses).filter(|it| it.is_answer(300, 699));
    let first = refusals.next()?;
    let other = refusals.find(|it| it.to_tag != first.to_tag)?;
    let seen = format!("with another tag in To than message {} has", first.number);
    let is_own = request.to_tag.is_none();
    is_own.then(|| case.broken("RFC3261-8.2.6.2-1", other, seen))
}

/// An address without its tag, and without the port, which From and To must not have and which
/// strict readers drop (RFC 3261 section 19.1.1).
fn untagged(address: NameAddr) -> (Option<String>, Uri) {
    let mut uri = address.uri;
    if let Uri::Sip(sip) = &mut uri {
        sip.port = None;
    }
    (address.display, uri)
}

/// The path, without what servers add to it (RFC 3261 section 18.2.1, RFC 3581).
fn vias(message: &Message) -> Option<Vec<Via>> {
    let vias = message.vias().ok()?.into_iter().map(|mut via| {
        via.params.remove("received");
        via.params.remove("rport");
        via
    });
    Some(vias.collect())
}

/// Who refuses a request for an extension says which, and who does not know an extension that is
/// required refuses (RFC 3261 section 8.2.2.3).
fn unknown_extensions_are_named(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let outcome = asked.outcome(case)?;
        let required = required(request);
        let unknown: Vec<_> =
            required.iter().filter(|tag| !EXTENSIONS.contains(&tag.as_str())).collect();
        if outcome.code == Some(420) {
            let named = outcome.tokens("Unsupported");
            let suits = !named.is_empty() && named.iter().all(|tag| required.contains(tag));
            return Some(case.require(suits, "RFC3261-8.2.2.3-1", outcome, || match &named[..] {
                [] => "without saying in Unsupported what it does not know".to_owned(),
                named => format!("for {}, which nobody required", named.join(", ")),
            }));
        }
        let [tag, ..] = unknown[..] else { return None };
        let refuses = !outcome.is_answer(200, 299);
        Some(case.require(refuses, "RFC3261-8.2.2.3-1", outcome, || {
            format!("although {tag} was required, which is no extension")
        }))
    });
    judged.collect()
}

/// What a request requires of whoever answers.
pub(super) fn required(request: &Said<'_>) -> Vec<String> {
    let mut tags = request.tokens("Require");
    tags.extend(request.tokens("Proxy-Require"));
    tags
}

/// Whether a request requires what is no extension.
pub(super) fn requires_the_unknown(request: &Said<'_>) -> bool {
    required(request).iter().any(|tag| !EXTENSIONS.contains(&tag.as_str()))
}

/// Who refuses a body says which would do (RFC 3261 section 8.2.3).
fn a_refused_body_is_told_what_would_do(case: &Case<'_>) -> Vec<Verdict> {
    let refusals = case.said.iter().filter(|it| it.code == Some(415));
    let judged = refusals.map(|it| {
        let says = ["Accept", "Accept-Encoding", "Accept-Language"];
        let says = says.into_iter().any(|name| it.message.headers.has(name));
        case.require(says, "RFC3261-8.2.3-1", it, || "without Accept".to_owned())
    });
    judged.collect()
}

/// An answer only requires extensions that its request offered (RFC 3261 section 8.2.4).
fn answers_require_what_was_offered(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests() {
        let mut offered = request.tokens("Supported");
        offered.extend(required(request));
        for response in case.all(&asked.responses) {
            let wanted = response.tokens("Require");
            let other = wanted.iter().find(|tag| !offered.contains(tag));
            verdicts.extend(wanted.first().map(|_| {
                case.require(other.is_none(), "RFC3261-8.2.4-1", response, || {
                    let tag = other.map_or("", String::as_str);
                    format!("requiring {tag}, which message {} does not offer", request.number)
                })
            }));
        }
    }
    verdicts
}

/// OPTIONS is known, and its answer tells what else is (RFC 3261 section 11).
fn options_are_listed(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Options).filter_map(|(_, asked)| {
        let outcome = asked.outcome(case)?;
        if matches!(outcome.code, Some(405 | 501)) {
            return Some(case.broken("RFC3261-11-1", outcome, "as if it did not know it"));
        }
        let missing = ["Allow", "Accept", "Supported"]
            .into_iter()
            .find(|name| outcome.is_answer(200, 299) && !outcome.message.headers.has(name));
        Some(missing.map_or(Verdict::Pass, |name| {
            case.broken("RFC3261-11-1", outcome, format!("without {name}"))
        }))
    });
    judged.collect()
}

/// Whoever invites, or is invited, takes ACK, CANCEL and BYE (RFC 3261 section 13.1).
fn whoever_invites_knows_the_rest(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-13.1-1";
    let mut verdicts = Vec::new();
    for (request, asked) in case.requests() {
        if matches!(request.method, Method::Bye | Method::Cancel)
            && let Some(outcome) = asked.outcome(case)
        {
            let knows = !matches!(outcome.code, Some(405 | 501));
            verdicts.push(case.require(knows, row, outcome, || "as if it did not know it".into()));
        }
        if request.method != Method::Invite {
            continue;
        }
        let answers = case.all(&asked.responses).filter(|it| it.is_answer(200, 299));
        for it in std::iter::once(request).chain(answers) {
            let allowed = it.tokens("Allow");
            if allowed.is_empty() {
                continue;
            }
            let missing =
                BASIC.iter().find(|name| !allowed.iter().any(|it| it.eq_ignore_ascii_case(name)));
            verdicts.push(missing.map_or(Verdict::Pass, |name| {
                case.broken(row, it, format!("with an Allow that lacks {name}"))
            }));
        }
    }
    verdicts
}

/// Who refuses an offer says what is wrong with it (RFC 3261 section 13.3.1.3).
fn a_refused_offer_is_told_why(case: &Case<'_>) -> Vec<Verdict> {
    let refusals = case
        .said
        .iter()
        .filter(|it| it.code == Some(488) && matches!(it.method, Method::Invite | Method::Update));
    let judged = refusals.map(|it| {
        case.require(it.message.headers.has("Warning"), "RFC3261-13.3.1.3-1", it, || {
            "without a Warning that says what is wrong with the offer".to_owned()
        })
    });
    judged.collect()
}

const BASIC: &[&str] = &["INVITE", "ACK", "CANCEL", "BYE"];

/// The option tags that are registered, in lower case.
const EXTENSIONS: &[&str] = &[
    "100rel",
    "199",
    "answermode",
    "early-session",
    "eventlist",
    "explicitsub",
    "from-change",
    "geolocation-http",
    "geolocation-sip",
    "gin",
    "gruu",
    "histinfo",
    "ice",
    "join",
    "multiple-refer",
    "norefersub",
    "nosub",
    "outbound",
    "path",
    "policy",
    "precondition",
    "pref",
    "privacy",
    "recipient-list-invite",
    "recipient-list-message",
    "recipient-list-subscribe",
    "record-aware",
    "replaces",
    "resource-priority",
    "sdp-anat",
    "sec-agree",
    "siprec",
    "tdialog",
    "timer",
    "trickle-ice",
    "uui",
];
