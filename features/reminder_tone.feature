@needs.reminder-tone
Feature: A tone reminds everybody that they are recorded
  An announcement is soon forgotten. A tone that comes back tells everybody on
  the line that the recording still goes on.

  Rule: Nobody is reminded unless it was asked for

    Example: Nobody asked for a tone
      Given Alice's calls are always recorded
      When Alice and Bob talk for 25 seconds
      Then nobody hears a tone

  Rule: Once switched on, the tone comes every twenty seconds, or fifteen by the interface

    Example: Switched on, and nothing else said
      Given Alice's calls are always recorded
      And a tone reminds everybody of Alice's recordings
      When Alice and Bob talk for 45 seconds
      Then everybody hears a tone every 20 seconds

    Example: Switched on by the programming interface, and nothing else said
      Given Alice's calls are always recorded
      And the platform takes settings by its programming interface
      And a tone reminds everybody of Alice's recordings
      When Alice and Bob talk for 35 seconds
      Then everybody hears a tone every 15 seconds

  Rule: All parties hear the tone, as often as was asked for

    Example: Every ten seconds
      Given Bob's calls are always recorded
      And a tone every 10 seconds is asked for in Bob's recordings
      When Alice and Bob talk for 35 seconds
      Then everybody hears a tone every 10 seconds

    Example: The tone does not silence anybody
      Given Alice's calls are always recorded
      And a tone every 10 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 15 seconds
      Then Alice hears Bob
      And Bob hears Alice

    Example: The tone is as high, as long and as loud as it should be
      Given Alice's calls are always recorded
      And a tone every 10 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 15 seconds
      Then everybody hears a tone every 10 seconds

  Rule: The time between two tones is ten to ninety seconds

    Example: Every ninety seconds
      Given Alice's calls are always recorded
      And a tone every 90 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 95 seconds
      Then everybody hears a tone every 90 seconds

    Example: Nine seconds are refused
      Given Alice's calls are always recorded
      And a tone every 15 seconds is asked for in Alice's recordings
      And a tone every 9 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 35 seconds
      Then everybody hears a tone every 15 seconds

    Example: Ninety-one seconds are refused
      Given Alice's calls are always recorded
      And a tone every 15 seconds is asked for in Alice's recordings
      And a tone every 91 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 35 seconds
      Then everybody hears a tone every 15 seconds

    Example: The programming interface takes more
      Given Alice's calls are always recorded
      And the platform takes settings by its programming interface
      And a tone every 15 seconds is asked for in Alice's recordings
      And a tone every 91 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 35 seconds
      Then nobody hears a tone

  Rule: The tone can come as often as regulators once asked

    Example: Every fifteen seconds
      Given Alice's calls are always recorded
      And a tone every 15 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 50 seconds
      Then everybody hears a tone as often as regulators once asked

  Rule: The tone is on the recording only where that was chosen

    Example: The recorder hears no tone
      Given Alice's calls are always recorded
      And a tone every 10 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 15 seconds
      Then no tone is on the recording

    Example: The tone belongs to the recording
      Given Alice's calls are always recorded
      And a tone every 10 seconds is asked for in Alice's recordings
      And the platform records its reminders
      When Alice and Bob talk for 15 seconds
      Then the tone is on the recording

  Rule: The recorder knows that people were reminded

    Example: The recorder is told of each tone
      Given Alice's calls are always recorded
      And a tone every 10 seconds is asked for in Alice's recordings
      When Alice and Bob talk for 25 seconds
      Then the recorder knows what everybody was told

  Rule: Nobody is reminded of a recording that is paused

    Example: A pause is silent
      Given Alice's calls are always recorded, with pause and resume
      And a tone every 10 seconds is asked for in Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      And 12 seconds pass
      Then nobody hears a tone during the pause

    Example: The tone comes back with the recording
      Given Alice's calls are always recorded, with pause and resume
      And a tone every 10 seconds is asked for in Alice's recordings
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      And they talk for 12 seconds
      Then everybody hears a tone every 10 seconds
