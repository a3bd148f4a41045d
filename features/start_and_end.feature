Feature: A recording is as long as its conversation
  What was said first is often what matters most, and what is said after the
  receiver is down is nobody's business.

  Rule: Recording starts with the answer

    Example: The recorder is asked at once
      Given Alice's calls are always recorded
      When Alice and Bob talk for 5 seconds
      Then recording began within 500 ms of the answer

    Example: The first words
      Given Bob's calls are always recorded
      When Alice and Bob talk for 2 seconds
      Then the first words of Alice are recorded
      And the first words of Bob are recorded

    Example: Ringing is not recorded
      Given Bob's calls are always recorded
      When Alice calls Bob
      And 5 seconds pass
      And Bob answers
      And they talk for 2 seconds
      Then nothing was recorded before the answer

  Rule: Recording ends with the call

    Example: The caller hangs up
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice hangs up
      Then recording ended within 500 ms of the hang-up

    Example: The called party hangs up
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob hangs up
      Then recording ended within 500 ms of the hang-up

    Example: The last words
      Given Alice's calls are always recorded
      When Alice and Bob talk for 5 seconds
      Then the last words of Alice are recorded
      And the last words of Bob are recorded

    Example: Nothing is sent to the recorder afterwards
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice hangs up
      And 5 seconds pass
      Then the recorder hears nothing after the end
