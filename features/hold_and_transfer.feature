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
      Then the recorder hears nobody meanwhile

    Example: The other party puts the call on hold
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob puts the call on hold
      And 5 seconds pass
      Then the recorder hears nobody meanwhile

  @needs.transfer
  Rule: A call that is handed on goes on being recorded

    Example: The other party hands the call on
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      And they talk for 5 seconds
      Then nothing that Carol said after that is missing
      And nothing that Alice said after that is missing

    Example: They hear each other afterwards
      Given Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      And they talk for 5 seconds
      Then Alice hears Carol
      And Carol hears Alice
