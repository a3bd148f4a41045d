Feature: Both sides of a call are recorded
  A conversation is only evidence if every voice in it can be told apart, and
  every word of it stands where it was said.

  Rule: Each side of the conversation reaches the recorder as a stream of its own

    Example: A two-party call
      Given Alice's calls are always recorded
      When Alice and Bob talk for 10 seconds
      Then the recorder holds two streams

    Example: A long call
      Given Alice's calls are always recorded
      When Alice and Bob talk for 10 minutes
      Then the recorder holds two streams
      And the streams agree within 40 ms

  Rule: No stream carries the voice of the other side

    Example: Both talk at the same time
      Given Alice's calls are always recorded
      When Alice and Bob talk for 10 seconds
      Then each stream carries one voice

  Rule: The recorder knows whose voice is on which stream

    Example: The recorded party called
      Given Alice's calls are always recorded
      When Alice and Bob talk for 10 seconds
      Then the recorder knows who spoke on each stream

    Example: The recorded party was called
      Given Bob's calls are always recorded
      When Alice and Bob talk for 10 seconds
      Then the recorder knows who spoke on each stream

  Rule: The two sides stand where they were said

    Example: A question and its answer
      Given Alice's calls are always recorded
      When Alice and Bob talk for 10 seconds
      Then the streams agree within 40 ms

  Rule: Nothing is lost between the answer and the hang-up

    Example: Every word of both
      Given Alice's calls are always recorded
      When Alice and Bob talk for 30 seconds
      Then nothing that Alice said is missing
      And nothing that Bob said is missing

    Example: A call on hold goes on being recorded afterwards
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob puts the call on hold
      And 5 seconds pass
      And Bob resumes the call
      And they talk for 5 seconds
      Then nothing that Bob said after that is missing

  Rule: Recording does not disturb the conversation

    Example: They hear each other
      Given Alice's calls are always recorded
      When Alice and Bob talk for 10 seconds
      Then Alice hears Bob
      And Bob hears Alice
