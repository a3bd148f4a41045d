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
