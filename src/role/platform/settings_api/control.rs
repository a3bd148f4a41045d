//! Live control of recordings by the people whose calls they are (section 3.6).

use bytes::Bytes;
use serde_json::{Value, json};

use super::auth::Who;
use super::route::Route;
use super::{Flaw, Platform, Refusal, no_content};
use crate::http::{Response, StatusCode};
use crate::role::Control;
use crate::role::platform::bridge::End;
use crate::time::Instant;

impl Platform {
    /// Does something with the recording of a call.
    pub(super) fn control_recording(
        &mut self,
        now: Instant,
        action: &str,
        who: &Who,
        body: &Value,
    ) -> Result<Response<Bytes>, Refusal> {
        let call = body.get("callId").and_then(Value::as_str);
        let call = call.ok_or_else(|| Refusal::invalid("Missing required field: callId."))?;
        let wish = match action {
            "startRecording" => Control::Start,
            "stopRecording" => Control::Stop,
            "pauseRecording" => Control::Pause,
            _ => Control::Resume,
        };
        // Somebody else's call is no call that they know of.
        if !self.own_calls(who).iter().any(|own| own == call) {
            return Err(Refusal::unknown("call"));
        }
        if self.desk.has(Flaw::DeafToApps) {
            return Ok(no_content());
        }
        self.control_call(now, call, wish).map_err(|refused| {
            let status = StatusCode::from_u16(refused.http()).unwrap_or(StatusCode::CONFLICT);
            Refusal::new(status, "The recording of the call does not allow this now.")
        })?;
        Ok(no_content())
    }

    /// The calls of whoever asks, or one of them.
    pub(super) fn read_calls(&self, route: &Route, who: &Who) -> Result<Response<Bytes>, Refusal> {
        let own = self.own_calls(who);
        let value = if let Route::Call(id) = route {
            let call = own.iter().find(|own| *own == id);
            self.write_call(call.ok_or_else(|| Refusal::unknown("call"))?)
        } else {
            let calls: Vec<_> = own.iter().map(|call| self.write_call(call)).collect();
            json!({ "items": calls })
        };
        Ok(crate::http::json(StatusCode::OK, &value))
    }

    fn own_calls(&self, who: &Who) -> Vec<String> {
        let own = self.directory.people.iter().find(|person| person.profile.email == who.email);
        own.map(|person| self.calls_of(&person.profile.number)).unwrap_or_default()
    }

    fn write_call(&self, call: &str) -> Value {
        let mut value = json!({ "id": call, "state": "connected" });
        if let Some((id, end)) = self.call_half(call)
            && let Some(bridge) = self.bridges.get(&id)
        {
            let remote = bridge.leg(end.other());
            let users = &self.settings.users;
            let is_outside = users.iter().any(|user| user.number == remote.number && user.outside);
            let call_type = if is_outside { "external" } else { "location" };
            let personality = if end == End::Caller { "originator" } else { "terminator" };
            value["callSessionId"] = json!(bridge.tracking_id);
            value["personality"] = json!(personality);
            value["state"] = json!(if self.is_held(id) { "held" } else { "connected" });
            value["appearance"] = json!(1);
            value["remoteParty"] = json!({
                "name": remote.display, "number": remote.number, "privacyEnabled": false,
                "callType": call_type,
            });
        }
        // Present only once recording was asked for.
        if let Some(word) = self.recording_state(call).and_then(super::super::State::word) {
            value["recordingState"] = json!(word);
        }
        value
    }
}
