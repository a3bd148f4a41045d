@needs.conference @needs.third-phone
Feature: A recording tells who spoke
  Whoever listens to a recording years later has to know whose voices these are,
  who was there, and from when to when.

  Rule: All who are in a call are told

    Example: Two calls become one
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      Then the recorder knows that Alice, Bob and Carol are talking

    Example: Somebody leaves a call of three
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      And Bob leaves the call
      Then the recorder knows that Alice and Carol are talking

    Example: Somebody hands the call on
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      Then the recorder knows that Alice and Carol are talking

  Rule: Their times are told

    Example: Somebody joins
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Bob transfers the call to Carol
      And Carol takes the transferred call
      Then the recorder knows when Carol came

    Example: Somebody goes
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      And Bob leaves the call
      Then the recorder knows when Bob went

  Rule: The recorded party is heard apart from all others

    Example: The recorded party of a call of three
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      And only Alice goes on talking
      And 5 seconds pass
      Then Alice is recorded apart from the others

    Example: Everybody in a call of three talks at once
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      And 20 seconds pass
      Then Alice is recorded apart from the others

    Example: The others of a call of three
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      And only Carol goes on talking
      And 5 seconds pass
      Then Carol is recorded from then on

  Rule: Everybody in a call of three hears everybody else

    Example: One talks and two listen
      Given Alice and Bob are talking
      And Alice is asking Carol meanwhile
      When Alice joins the two calls
      And only Carol goes on talking
      And 5 seconds pass
      Then Alice hears Carol from then on
      And Bob hears Carol from then on
