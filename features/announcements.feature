@needs.announcements
Feature: Everybody on a recorded call is told
  People have a right to know that they are recorded, when it begins and when
  it ends. What tells them is not part of what they said.

  Rule: All parties are told that the call is recorded, when recording begins

    Example: A call within the company
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      When Alice and Bob talk for 6 seconds
      Then everybody is told that the call is recorded

    Example: The recorded party is called
      Given Bob's calls are always recorded
      And Bob's recordings are announced on all calls
      When Alice and Bob talk for 6 seconds
      Then everybody is told within 1 second that the call is recorded

    Example: Nobody asked for an announcement
      Given Alice's calls are always recorded
      When Alice and Bob talk for 6 seconds
      Then nobody is told that the call is recorded

    Example: The call is not recorded after all
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      And the recorder refuses
      When Alice and Bob talk for 6 seconds
      Then nobody is told that the call is recorded

    Example: Both parties are recorded, and told once
      Given Alice's calls are always recorded
      And Bob's calls are always recorded
      And Alice's recordings are announced on all calls
      And Bob's recordings are announced on all calls
      When Alice and Bob talk for 9 seconds
      Then everybody is told that the call is recorded
      And the recorder knows what everybody was told

  Rule: Calls within the company and with the outside are told apart

    Example: Announced on internal calls, a call outside
      Given Alice's calls are always recorded
      And Alice's recordings are announced on internal calls
      And Bob is outside the company
      When Alice and Bob talk for 6 seconds
      Then nobody is told that the call is recorded

    Example: Announced on outside calls, a call outside
      Given Alice's calls are always recorded
      And Alice's recordings are announced on outside calls
      And Bob is outside the company
      When Alice and Bob talk for 6 seconds
      Then everybody is told that the call is recorded

    Example: Announced on outside calls, an internal call
      Given Alice's calls are always recorded
      And Alice's recordings are announced on outside calls
      When Alice and Bob talk for 6 seconds
      Then nobody is told that the call is recorded

  Rule: People are told in the language of whoever called

    Example: A German calls
      Given Bob's calls are always recorded
      And Bob's recordings are announced on all calls
      And Alice speaks German
      When Alice and Bob talk for 6 seconds
      Then everybody is told in German that the call is recorded

  Rule: An announcement is not part of the recording

    Example: The recorder hears only people
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      When Alice and Bob talk for 6 seconds
      Then everybody is told that the call is recorded
      And no announcement is on the recording

    Example: An announcement is on the recording, where that was chosen
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      And the platform records its announcements
      When Alice and Bob talk for 6 seconds
      Then everybody is told that the call is recorded
      And the recording begins with the announcement

    Example: What is said during an announcement is recorded
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      When Alice and Bob talk for 6 seconds
      Then nothing that Alice said is missing
      And nothing that Bob said is missing

  Rule: The recorder knows what people were told

    Example: The recorder is told of the announcement
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      When Alice and Bob talk for 8 seconds
      Then the recorder knows what everybody was told

  Rule: Parties outside the company are warned before anything is recorded, and not told twice

    Example: Somebody calls from outside
      Given Bob's calls are always recorded
      And Alice is outside the company
      And the platform warns outside parties
      When Alice and Bob talk for 6 seconds
      Then only Alice is told that the call may be recorded

    Example: Somebody outside is called, and warned later
      Given Alice's calls are always recorded
      And Bob is outside the company
      And the platform warns outside parties after five seconds
      When Alice and Bob talk for 10 seconds
      Then only Bob is told that the call may be recorded
      And nobody is told within 4 seconds that the call may be recorded

    Example: Whoever was warned is not told again
      Given Bob's calls are always recorded
      And Bob's recordings are announced on all calls
      And Alice is outside the company
      And the platform warns outside parties
      When Alice and Bob talk for 9 seconds
      Then nobody is told that the call is recorded
      And the recorder knows what everybody was told

  Rule: People are told of a recording when it begins, unless it was chosen to tell them at once

    Example: Recording begins in the middle of the call
      Given Alice's calls are recorded on demand
      And Alice's recordings are announced on all calls
      And Alice and Bob are talking
      When Alice starts the recording
      And 4 seconds pass
      Then everybody is told within 1 second that the call is recorded

    Example: People are told before anybody starts a recording
      Given Alice's calls are recorded on demand
      And Alice's recordings are announced on all calls
      And the platform announces recordings as soon as a call begins
      When Alice and Bob talk for 6 seconds
      Then everybody is told that the call is recorded

  Rule: People are told that a recording has ended, while they talk on, unless it was chosen not to

    Example: A recording is stopped
      Given Alice's calls are recorded on demand
      And Alice's recordings are announced on all calls
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice stops the recording
      And 5 seconds pass
      Then everybody is told that the recording has ended

    Example: The recorder is told of the end
      Given Alice's calls are recorded on demand
      And Alice's recordings are announced on all calls
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice stops the recording
      And 7 seconds pass
      Then the recorder knows what everybody was told

    Example: The end is not announced
      Given Alice's calls are recorded on demand
      And Alice's recordings are announced on all calls
      And the platform announces no end of a recording
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice stops the recording
      Then nobody is told that the recording has ended

  @needs.third-phone @needs.transfer
  Rule: Whoever comes to a call that is recorded is told

    Example: A call is handed on to somebody who was not told
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      And they talk for 5 seconds
      Then Carol is told that the call is recorded

  Rule: People are told of a pause, and of its end, as was chosen

    Example: A pause is announced
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      And 4 seconds pass
      Then everybody is told within 1 second that the recording is paused

    Example: The end of a pause is announced
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      And 6 seconds pass
      Then everybody is told that the recording goes on

    Example: A pause on demand is announced
      Given Alice's calls are recorded on demand
      And an announcement tells of pauses of Alice's recordings
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice pauses the recording
      And 4 seconds pass
      Then everybody is told that the recording is paused

    Example: A beep tells of a pause
      Given Alice's calls are always recorded, with pause and resume
      And a tone tells of pauses of Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      Then everybody hears a tone

    Example: Nothing tells of a pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      Then nobody is told that the recording is paused
      And nobody hears a tone

    Example: A pause that fails is not announced
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And the recorder refuses to be paused
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 4 seconds
      Then nobody is told that the recording is paused

    Example: Only the recorded party is told of a pause
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And the platform tells of a pause only whoever is recorded
      And Alice and Bob are talking
      When Alice pauses the recording
      And 3 seconds pass
      Then only Alice is told that the recording is paused

    Example: The notices of a pause are not on the recording
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      And 6 seconds pass
      Then no announcement is on the recording

    Example: The notices of a pause are on the recording
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And the platform records its notices of pauses
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      Then the announcement is on the recording

    Example: The recorder is told of the notices of a pause
      Given Alice's calls are always recorded, with pause and resume
      And an announcement tells of pauses of Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      And 7 seconds pass
      Then the recorder knows what everybody was told

  Rule: People are told that a call cannot be recorded, where that was chosen

    Example: The call goes on
      Given Alice's calls are always recorded
      And the platform says so when it cannot record
      And the recorder refuses
      When Alice and Bob talk for 6 seconds
      Then everybody is told that the call cannot be recorded and goes on

    Example: The call ends
      Given Alice's calls are always recorded
      And the platform says so and ends the call when it cannot record
      And the recorder refuses
      When Alice calls Bob
      And Bob answers
      And 4 seconds pass
      Then everybody is told that the call cannot be recorded and ends
