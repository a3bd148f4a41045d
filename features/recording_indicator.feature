@needs.record-awareness
Feature: Telephones show what is true
  Whoever looks at their telephone knows whether what they say is kept. A lamp
  that is on too long is a nuisance; one that is off too early is a breach.

  Rule: Everybody in a recorded call is shown that it is recorded

    Example: The recorded party
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      Then Alice's telephone shows that the call is recorded

    Example: The other party
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      Then Bob's telephone shows that the call is recorded

    Example: A call that nobody records
      Given Alice's calls are never recorded
      And Alice and Bob are talking
      Then Alice's telephone shows no recording

  Rule: What is shown follows the recording

    @needs.pause
    Example: The recording is paused
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      Then Alice's telephone shows that the recording is paused

    @needs.pause
    Example: The recording goes on after a pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 4 seconds
      And Alice resumes the recording
      And they talk for 4 seconds
      Then Bob's telephone never showed for longer than 3 seconds what was not true

    @needs.on-demand
    Example: The recording is stopped
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And Alice stops the recording
      And they talk for 4 seconds
      Then Alice's telephone shows that the recording has stopped

    Example: The recording fails
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When the recorder goes out of service
      And they talk for 5 seconds
      Then Alice's telephone shows that the recording has failed
      And Alice hears Bob

    @needs.on-demand
    Example: A call with a part for the record
      Given Alice's calls are recorded on demand
      And Alice and Bob are talking
      When Alice starts the recording
      And they talk for 4 seconds
      And Alice stops the recording
      And they talk for 4 seconds
      Then Alice's telephone never showed for longer than 3 seconds what was not true

    @needs.pause
    Example: A pause that fails
      Given Alice's calls are always recorded, with pause and resume
      And the recorder refuses to be paused
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 4 seconds
      Then Alice's telephone shows that the call is recorded

  Rule: What is not granted is not shown

    @needs.pause
    Example: A pause that is refused
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 4 seconds
      Then Alice's telephone shows that the call is recorded
