@needs.portal
Feature: A recording shows who took part, what was left out, and what people were told
  Whoever may look at a recording sees more than that there is one.

  Rule: Each side of the conversation can be heard by itself

    Example: Alice listens to both sides
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice listens to the recording
      Then Alice hears Alice on one side and Bob on the other

  Rule: A recording names those who took part

    Example: Two people took part
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      Then the recording names Alice and Bob

  Rule: A pause leaves a mark

    @needs.pause
    Example: A pause in the middle of a call
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      And Bob hangs up
      And Alice looks at the recordings
      Then the recording shows one pause

  Rule: The recorder keeps that people were told

    @needs.announcements
    Example: An announcement at the beginning
      Given Alice's calls are always recorded
      And Alice's recordings are announced on all calls
      And Alice and Bob have talked before
      When Alice looks at the recordings
      Then the recording shows one announcement

  Rule: On the AI plan a recording is analysed

    Example: How the call went
      Given Alice is on the AI plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      Then the recording shows how the call went
