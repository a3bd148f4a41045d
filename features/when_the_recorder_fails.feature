Feature: A call outlives its recording
  A recorder that is away, busy, broken or slow costs the recording and not the
  conversation.

  Rule: The conversation goes on when it cannot be recorded

    Example: The recorder refuses
      Given Alice's calls are always recorded
      And the recorder refuses
      When Alice and Bob talk for 5 seconds
      Then Alice hears Bob
      And the call was not recorded

    Example: The recorder is away
      Given Alice's calls are always recorded
      And the recorder is away
      When Alice and Bob talk for 5 seconds
      Then Alice hears Bob
      And the call was not recorded

    Example: The recorder answers rubbish
      Given Alice's calls are always recorded
      And the recorder answers rubbish
      When Alice and Bob talk for 5 seconds
      Then Alice hears Bob
      And the call was not recorded

    Example: The recorder dies in the middle of a call
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When the recorder dies
      And they talk for 5 seconds
      Then Alice hears Bob

  Rule: A recorder that is slow loses nothing

    Example: The recorder takes a second to answer
      Given Alice's calls are always recorded
      And the recorder answers after 1 second
      When Alice and Bob talk for 5 seconds
      Then nothing that Alice said is missing
      And nothing that Bob said is missing

  @needs.second-recorder
  Rule: Another recorder takes what the first one does not

    Example: The first recorder refuses
      Given Alice's calls are always recorded
      And a second recorder stands by
      And the recorder refuses
      When Alice and Bob talk for 5 seconds
      Then nothing that Alice said is missing
      And nothing that Bob said is missing

    Example: The first recorder says nothing
      Given Alice's calls are always recorded
      And a second recorder stands by
      And a recorder is waited for 3 seconds
      And the recorder is away
      When Alice and Bob talk for 8 seconds
      Then nothing that Alice said is missing

    Example: The first recorder is lost during a call
      Given Alice's calls are always recorded
      And a second recorder stands by
      And the recorders are looked after every 10 seconds
      And Alice and Bob are talking
      When the recorder dies
      And the loss of the recorder is noticed, and 5 seconds pass
      Then Bob is heard in two recordings

    @needs.pause
    Example: A pause outlives the recorder
      Given Alice's calls are always recorded, with pause and resume
      And a second recorder stands by
      And Alice and Bob are talking
      When Alice pauses the recording
      And the recorder goes out of service
      And Bob says "4929 1234 5678 9012"
      Then the recorder never hears Bob say "4929 1234 5678 9012"

  Rule: A call that must be recorded ends when it cannot be

    Example: No recorder takes it
      Given Alice's calls are always recorded
      And a call that cannot be recorded ends
      And the recorder refuses
      When Alice calls Bob
      And Bob answers
      And 10 seconds pass
      Then the call has ended
