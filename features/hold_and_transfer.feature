@needs.third-phone
Feature: A recording follows its user
  People put each other on hold, hand calls on and talk to two at once. What is
  recorded is the conversation that somebody has, wherever it goes.

  Rule: Nothing is recorded while a call is on hold

    Example: The recorded party puts the call on hold
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice puts the call on hold
      And 5 seconds pass
      Then nobody is recorded from then on

    Example: The other party puts the call on hold
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob puts the call on hold
      And 5 seconds pass
      Then nobody is recorded from then on

    Example: The recorded party takes the call up again
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice puts the call on hold
      And Alice resumes the call
      And they talk for 5 seconds
      Then nothing that Alice said after that is missing
      And nothing that Bob said after that is missing

  @needs.transfer
  Rule: A call that is handed on goes on being recorded

    Example: The other party hands the call on
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      And they talk for 5 seconds
      Then Carol is recorded from then on
      And Alice is recorded from then on

    Example: They hear each other afterwards
      Given Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      And they talk for 5 seconds
      Then Alice hears Carol from then on
      And Carol hears Alice from then on

    Example: Somebody is asked before the call is handed on
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Bob is asking Carol meanwhile
      When Bob connects the two others
      And they talk for 5 seconds
      Then Carol is recorded from then on
      And Carol hears Alice from then on

  @needs.transfer
  Rule: Whoever hands a call on is in it no more

    Example: The recorded party hands the call on
      Given Bob's calls are always recorded
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      And they talk for 5 seconds
      Then nobody is recorded from then on

    Example: The recorded party is asked by somebody who hands the call on
      Given Carol's calls are always recorded
      And Alice and Bob are talking
      And Bob is asking Carol meanwhile
      When Bob connects the two others
      And they talk for 5 seconds
      Then Carol is recorded from then on
      And Alice is recorded from then on

  @needs.transfer
  Rule: A call that nobody takes comes back

    Example: The call that was handed on is declined
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol does not take the transferred call
      And they talk for 5 seconds
      Then Bob is recorded from then on
      And Alice hears Bob from then on

  Rule: Each call of somebody with two calls is recorded apart

    Example: One call is on hold while the other goes on
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When they talk for 5 seconds
      Then Alice is heard in two recordings
      And Bob is heard in one recording
      And Carol is heard in one recording
