Feature: The administrator decides whose calls are recorded
  Recording is a setting of a person, not of a call: nobody is recorded unless
  it was set up, and whoever is set up is recorded in every call, whoever dials.

  Rule: Nobody is recorded unless it was set up

    Example: Nobody has touched the settings
      When Alice calls Bob
      And Bob answers
      And they talk for 5 seconds
      And Bob hangs up
      Then nothing is recorded

    Example: Recording was switched off again
      Given Alice's calls are always recorded
      And Alice's calls are never recorded
      When Alice calls Bob
      And Bob answers
      And they talk for 5 seconds
      Then nothing is recorded

  Rule: Somebody who is always recorded is recorded whoever dials

    Example: An outgoing call
      Given Alice's calls are always recorded
      When Alice calls Bob
      And Bob answers
      And they talk for 5 seconds
      Then Alice's call is recorded

    Example: An incoming call
      Given Bob's calls are always recorded
      When Alice calls Bob
      And Bob answers
      And they talk for 5 seconds
      Then Bob's call is recorded

    Example: The second call of the day
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Bob calls Alice
      And Alice answers
      And they talk for 5 seconds
      Then Alice's call is recorded

  Rule: Each recorded party has a recording of their own

    Example: Both parties are recorded
      Given Alice's calls are always recorded
      And Bob's calls are always recorded
      When Alice and Bob talk for 5 seconds
      Then there are two recordings

    Example: One party is recorded
      Given Bob's calls are always recorded
      When Alice and Bob talk for 5 seconds
      Then there is one recording

  Rule: What is not a conversation is not recorded

    Example: Nobody answers
      Given Alice's calls are always recorded
      When Alice calls Bob
      And Alice hangs up
      Then nothing is recorded

    Example: The call is declined
      Given Bob's calls are always recorded
      When Alice calls Bob
      And Bob declines
      Then nothing is recorded

    Example: The number is nobody's
      Given Alice's calls are always recorded
      When Alice calls a number that nobody has
      Then Alice is told that the number is not known
      And nothing is recorded

  @needs.on-demand
  Rule: Somebody who records on demand decides what is recorded

    Example: Nobody asks
      Given Alice's calls are recorded on demand
      When Alice and Bob talk for 5 seconds
      Then nothing is recorded

    Example: Recording begins when somebody asks for it
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Bob says "nobody is to keep what I am telling you now"
      And Alice starts the recording
      And Bob says "this is what I want everybody to know of it"
      Then the recorder never hears Bob say "nobody is to keep what I am telling you now"
      And the recorder hears Bob say "this is what I want everybody to know of it"

    Example: Recording ends when somebody stops it
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice stops the recording
      And Bob says "nobody is to keep what I am telling you now"
      Then the recorder never hears Bob say "nobody is to keep what I am telling you now"
      And the recording is over

    Example: Two parts of one call
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice stops the recording
      And Alice starts the recording
      And they talk for 2 seconds
      Then there are two recordings

    @needs.hold
    Example: Asked for while the call is on hold
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Bob puts the call on hold
      And Alice starts the recording
      And Bob resumes the call
      And Bob says "here I am again and this is for the record"
      Then the recorder hears Bob say "here I am again and this is for the record"

    @needs.pause
    Example: A recording on demand is paused
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice pauses the recording
      And Bob says "4929 1234 5678 9012"
      Then the recorder never hears Bob say "4929 1234 5678 9012"

  @needs.on-demand
  Rule: What is recorded in case somebody wants it is kept only if somebody does

    Example: Nobody asks to keep it
      Given Alice's calls are kept on demand
      When Alice and Bob talk for 5 seconds
      Then the recording is not kept

    Example: Somebody asks to keep it
      Given Alice's calls are kept on demand
      And Alice and Bob are talking
      When Bob says "this is what I want everybody to know of it"
      And Alice starts the recording
      Then the recording is kept
      And the recorder hears Bob say "this is what I want everybody to know of it"

    @needs.portal
    Example: What nobody asked to keep is gone
      Given Alice's calls are kept on demand
      And Alice and Bob have talked before
      When Alice looks at the recordings
      Then Alice sees no recordings

    @needs.portal
    Example: What somebody asked to keep is there
      Given Alice's calls are kept on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And Bob hangs up
      And Alice looks at the recordings
      Then Alice sees one recording

  Rule: Nobody does with a recording what their settings do not allow

    Example: Whoever is never recorded cannot start
      Given Alice's calls are never recorded
      And Alice and Bob are talking
      When Alice starts the recording
      And they talk for 2 seconds
      Then nothing is recorded

    Example: Whoever is always recorded cannot stop
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice stops the recording
      And they talk for 2 seconds
      Then the recording goes on

    Example: Whoever is always recorded cannot pause
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 2 seconds
      Then the recording goes on

    @needs.pause
    Example: Whoever may pause cannot stop
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice stops the recording
      And they talk for 2 seconds
      Then the recording goes on

    @needs.on-demand
    Example: What is recorded already cannot be started
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice starts the recording
      And they talk for 2 seconds
      Then there is one recording

    @needs.pause
    Example: A code in the wrong place
      Given Alice's calls are always recorded, with pause and resume
      And Alice controls recordings with dialled codes
      And Alice and Bob are talking
      When Alice stops the recording
      Then Alice is told that this is not possible

    Example: A record button without a right to it
      Given Alice's calls are always recorded
      And Alice controls recordings with a record button
      And Alice and Bob are talking
      When Alice stops the recording
      Then Alice is told that this is not possible

  @needs.pause
  Rule: A recording obeys every way that telephones have to control it

    Scenario Outline: Paused with <way>
      Given Alice's calls are always recorded, with pause and resume
      And Alice controls recordings with <way>
      And Alice and Bob are talking
      When Alice pauses the recording
      And Bob says "4929 1234 5678 9012"
      Then the recorder never hears Bob say "4929 1234 5678 9012"

      Examples:
        | way             |
        | dialled codes   |
        | keys            |
        | a record button |
        | a preference    |
