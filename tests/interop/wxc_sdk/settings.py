"""Reads and writes a person's call recording settings with the public package wxc_sdk.

settings.py BASE TOKEN ORGANISATION'S-PERSON: the base of the API, a bearer token, an e-mail address.
Ends with `all is well`, or with an exception that says what is not.
"""

import sys

from wxc_sdk import WebexSimpleApi
from wxc_sdk.person_settings.call_recording import (
    CallRecordingSetting,
    Notification,
    NotificationRepeat,
    NotificationType,
    Record,
    StartStopAnnouncement,
)
from wxc_sdk.rest import RestError, RestSession


def main(base, token, email):
    RestSession.BASE = base
    with WebexSimpleApi(tokens=token) as api:
        person = person_of(api, email)
        recording = api.person_settings.call_recording
        before = recording.read(person.person_id)
        expect("nothing is set yet", before.enabled is False and before.record == Record.never)
        accept_terms(api)
        switch_on(recording, person)
        is_refused(recording, person)
        switch_off(recording, person)
    with WebexSimpleApi(tokens="no-token-of-anybody") as stranger:
        status = refusal(lambda: stranger.person_settings.call_recording.read(person.person_id))
        expect("a token that nobody has is refused with 401", status == 401)
    print("all is well")


def person_of(api, email):
    people = [person for person in api.people.list(calling_data=True) if email in person.emails]
    expect("the person is found by the e-mail address", len(people) == 1)
    return people[0]


def accept_terms(api):
    organisation = api.telephony.call_recording.read()
    expect("the organisation is enabled", organisation.enabled is True)
    expect("the recorder's vendor is named", organisation.vendor_name == "Dubber")
    vendor = organisation.vendor_id
    api.telephony.call_recording.update_terms_of_service(vendor, True)
    terms = api.telephony.call_recording.read_terms_of_service(vendor)
    expect("the terms are accepted", terms.terms_of_service_enabled is True)


def switch_on(recording, person):
    wanted = CallRecordingSetting(
        enabled=True,
        record=Record.always_with_pause_resume,
        record_voicemail_enabled=True,
        notification=Notification(notification_type=NotificationType.beep, enabled=True),
        repeat=NotificationRepeat(interval=30, enabled=True),
        start_stop_announcement=StartStopAnnouncement(
            internal_calls_enabled=True, pstn_calls_enabled=False
        ),
    )
    recording.configure(person.person_id, wanted)
    told = recording.read(person.person_id)
    for field in wanted.model_fields_set:
        expect(f"{field} is as it was set", getattr(told, field) == getattr(wanted, field))
    identifiers = [told.service_provider, told.external_group, told.external_identifier]
    expect("the identifiers for support are there", all(identifiers))
    # What was read can be written back as it is, as every page does that is saved.
    recording.configure(person.person_id, told)
    expect("it is the same afterwards", recording.read(person.person_id) == told)


def is_refused(recording, person):
    wrong = recording.read(person.person_id)
    wrong.repeat.interval = 9
    status = refusal(lambda: recording.configure(person.person_id, wrong))
    expect("a tone every nine seconds is refused with 400", status == 400)
    status = refusal(lambda: recording.read("nobody"))
    expect("somebody whom nobody knows is answered with 404", status == 404)


def switch_off(recording, person):
    recording.configure(person.person_id, CallRecordingSetting.default())
    told = recording.read(person.person_id)
    expect("everything is forgotten", told.enabled is False and told.record == Record.never)
    expect("the identifiers are gone", told.external_identifier is None)


def refusal(deed):
    try:
        deed()
    except RestError as error:
        expect("the refusal says why", bool(error.description))
        return error.response.status_code
    return None


def expect(what, is_so):
    if not is_so:
        raise SystemExit(f"not so: {what}")
    print(what)


main(*sys.argv[1:])
