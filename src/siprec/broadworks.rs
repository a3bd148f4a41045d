//! What BroadWorks, the platform of Webex Calling, adds to the metadata of a session.
//!
//! The names are those of captures; there is no public schema. Texts are kept as they are.

use roxmltree::Node;

use super::extension::{Extension, Parent};
use super::id::Id;
use super::malformed::Malformed;
use super::reader::text;
use super::xml::{Xml, element, escaped};

/// The extension of a session.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BroadWorks {
    /// The version of the extension: 1.0 to 4.0.
    pub version: Option<String>,
    /// Ties the two recordings of a call of which both sides are recorded.
    pub tracking_id: Option<String>,
    /// The service provider: with group and user the key of a recorder's account.
    pub service_provider: Option<String>,
    /// The group.
    pub group: Option<String>,
    /// The recorded user.
    pub user: Option<String>,
    /// The call as the platform knows it.
    pub call_id: Option<String>,
    /// Who called whom.
    pub call: Option<Call>,
    /// Whether it is recorded; only `on` has ever been seen.
    pub recording_type: Option<String>,
    /// Where the call was redirected to.
    pub redirected: Option<RedirectedCall>,
    /// The call queue that it came by.
    pub queue: Option<Queue>,
}

/// A call as the recorded user sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Call {
    /// The user called.
    Originating {
        /// The number of the user.
        calling: Option<String>,
        /// The number that was called.
        called: Option<String>,
        /// What the user dialled.
        dialed: Option<String>,
    },
    /// The user was called.
    Terminating {
        /// The number of the caller.
        calling: Option<String>,
        /// The number of the user.
        called: Option<String>,
        /// How the call came to the user, if not straight.
        redirect: Option<Redirect>,
    },
}

/// How a call was redirected before it came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Redirect {
    /// Who redirected it last.
    pub last: Option<String>,
    /// Who was called at first.
    pub original: Option<String>,
    /// How often it was redirected.
    pub count: Option<String>,
}

/// A call that was transferred during the recording.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RedirectedCall {
    /// The tracking id of the call from then on.
    pub tracking_id: Option<String>,
    /// From whom.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
}

/// A call queue.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Queue {
    /// The user that it is.
    pub user: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// The country of the number.
    pub country_code: Option<String>,
}

impl BroadWorks {
    /// Reads the extension; `None` if it is somebody else's.
    pub fn read(extension: &Extension) -> Option<Self> {
        if extension.name != ROOT || extension.namespace != NAMESPACE {
            return None;
        }
        extension.with_element(Self::of).ok()
    }

    fn of(node: Node) -> Self {
        Self {
            version: node.attribute("version").map(str::to_owned),
            tracking_id: value(node, "extTrackingID"),
            service_provider: value(node, "serviceProviderID"),
            group: value(node, "groupID"),
            user: value(node, "userID"),
            call_id: value(node, "callID"),
            call: child(node, "callType").and_then(call),
            recording_type: value(node, "recordingType"),
            redirected: child(node, "redirectedCall").map(|it| RedirectedCall {
                tracking_id: value(it, "newExtTrackingID"),
                from: value(it, "redirectedFromPartyNumber"),
                // The small n is theirs.
                to: value(it, "redirectedToPartynumber"),
            }),
            queue: child(node, "acd").map(|it| Queue {
                user: value(it, "acdUserId"),
                name: value(it, "acdName"),
                number: value(it, "acdNumber"),
                country_code: child(it, "acdNumber")
                    .and_then(|it| it.attribute("countryCode"))
                    .map(str::to_owned),
            }),
        }
    }

    /// The extension to be added to a session, under an id that the drafts want.
    pub fn extension(&self, session: &Id, id: Option<Id>) -> Result<Extension, Malformed> {
        let extension = Extension::new(Parent::Session(session.clone()), self.write().trim_end())?;
        Ok(Extension { id, ..extension })
    }

    fn write(&self) -> String {
        let mut xml = Xml::new(" ");
        let version = self.version.as_ref().map(|it| ("version", it.as_str()));
        let attributes: Vec<_> = [("xmlns", NAMESPACE)].into_iter().chain(version).collect();
        xml.open(ROOT, &attributes);
        xml.optional("extTrackingID", self.tracking_id.as_deref());
        xml.optional("serviceProviderID", self.service_provider.as_deref());
        xml.optional("groupID", self.group.as_deref());
        xml.optional("userID", self.user.as_deref());
        xml.optional("callID", self.call_id.as_deref());
        if let Some(call) = &self.call {
            xml.inline("callType", &[], &call.write());
        }
        xml.optional("recordingType", self.recording_type.as_deref());
        if let Some(it) = &self.redirected {
            let content = [
                optional("newExtTrackingID", it.tracking_id.as_ref()),
                optional("redirectedFromPartyNumber", it.from.as_ref()),
                optional("redirectedToPartynumber", it.to.as_ref()),
            ];
            xml.inline("redirectedCall", &[], &content.concat());
        }
        if let Some(it) = &self.queue {
            xml.inline("acd", &[], &it.write());
        }
        xml.finish()
    }
}

fn call(node: Node) -> Option<Call> {
    if let Some(it) = child(node, "origCall") {
        return Some(Call::Originating {
            calling: value(it, "callingPartyNumber"),
            called: value(it, "calledPartyNumber"),
            dialed: value(it, "dialedDigits"),
        });
    }
    let it = child(node, "termCall")?;
    Some(Call::Terminating {
        calling: value(it, "callingPartyNumber"),
        called: value(it, "calledPartyNumber"),
        redirect: child(it, "redirectInfo").map(|it| Redirect {
            last: value(it, "lastRedirectNumber"),
            original: value(it, "origCalledNumber"),
            count: value(it, "numOfRedirections"),
        }),
    })
}

impl Call {
    fn write(&self) -> String {
        match self {
            Self::Originating { calling, called, dialed } => {
                let content = [
                    optional("callingPartyNumber", calling.as_ref()),
                    optional("calledPartyNumber", called.as_ref()),
                    optional("dialedDigits", dialed.as_ref()),
                ];
                format!("<origCall>{}</origCall>", content.concat())
            }
            Self::Terminating { calling, called, redirect } => {
                let redirect = redirect.as_ref().map(Redirect::write).unwrap_or_default();
                let content = [
                    optional("callingPartyNumber", calling.as_ref()),
                    optional("calledPartyNumber", called.as_ref()),
                    redirect,
                ];
                format!("<termCall>{}</termCall>", content.concat())
            }
        }
    }
}

impl Redirect {
    fn write(&self) -> String {
        let content = [
            optional("lastRedirectNumber", self.last.as_ref()),
            optional("origCalledNumber", self.original.as_ref()),
            optional("numOfRedirections", self.count.as_ref()),
        ];
        format!("<redirectInfo>{}</redirectInfo>", content.concat())
    }
}

impl Queue {
    fn write(&self) -> String {
        let country = self.country_code.as_ref();
        let country = country.map(|it| format!(" countryCode=\"{}\"", escaped(it)));
        let country = country.unwrap_or_default();
        let number = self.number.as_ref();
        let number = number.map(|it| format!("<acdNumber{country}>{}</acdNumber>", escaped(it)));
        let content = [
            optional("acdUserId", self.user.as_ref()),
            optional("acdName", self.name.as_ref()),
            number.unwrap_or_default(),
        ];
        content.concat()
    }
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|it| it.is_element() && it.tag_name().name() == name)
}

fn value(node: Node, name: &str) -> Option<String> {
    node.children().find(|it| it.is_element() && it.tag_name().name() == name).map(text)
}

fn optional(name: &str, text: Option<&String>) -> String {
    text.map(|it| element(name, it)).unwrap_or_default()
}

const ROOT: &str = "broadWorksRecordingMetadata";
const NAMESPACE: &str = "http://schema.broadsoft.com/broadworksCallRecording";
