@needs.pause
Feature: Recording can be paused
  A customer reads out a card number. The recording is paused, and what is
  said until it resumes is not kept, by anyone, anywhere.

  Rule: Nothing said during a pause reaches the recorder

    Example: A card number is read out
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And Bob says "4929 1234 5678 9012"
      And Alice resumes the recording
      Then the recorder never hears Bob say "4929 1234 5678 9012"
      And the recorder hears Bob again within 2 seconds

    Example: Both sides fall silent at once
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 5 seconds
      And Alice resumes the recording
      Then every pause takes effect within 200 ms

    Example: A card number is typed
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And Bob types "4929123456789012"
      And Alice resumes the recording
      Then the recorder never gets what Bob typed: "4929123456789012"

    Example: A second pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And Alice resumes the recording
      And Alice pauses the recording
      And Bob says "737 and once again 737"
      Then the recorder never hears Bob say "737 and once again 737"

    Example: Twenty pauses
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses and resumes the recording 20 times
      Then every pause takes effect within 200 ms
      And the recorder is told of every pause

    @needs.hold
    Example: The call is put on hold during a pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And Bob puts the call on hold
      And Bob resumes the call
      And they talk for 2 seconds
      Then every pause takes effect within 200 ms

    Example: The call ends during a pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And Bob says "4929 1234 5678 9012"
      And Bob hangs up
      Then the recorder never hears Bob say "4929 1234 5678 9012"
      And recording ended within 500 ms of the hang-up

  Rule: A pause leaves out nothing else

    Example: What is said before the pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Bob says "wait until I have found my card and then I will tell you"
      And Alice pauses the recording
      And they talk for 2 seconds
      Then the recorder hears Bob say "wait until I have found my card and then I will tell you"

    Example: What is said after the pause
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 2 seconds
      And Alice resumes the recording
      And Bob says "that was the number and now let us talk about delivery"
      Then the recorder hears Bob say "that was the number and now let us talk about delivery"

  Rule: The recorder knows that it is a pause

    Example: The recorder is told
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 2 seconds
      And Alice resumes the recording
      Then the recorder is told of every pause

  Rule: A pause does not disturb the conversation

    Example: They go on talking
      Given Alice's calls are always recorded, with pause and resume
      And Alice and Bob are talking
      When Alice pauses the recording
      And they talk for 5 seconds
      Then Alice hears Bob
