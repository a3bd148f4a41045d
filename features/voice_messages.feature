@needs.voicemail
Feature: Voice messages are recorded where that is wanted
  A message is no conversation: it is recorded only for those who want it, and
  then whether they left it or got it.

  Rule: A call that nobody takes can be a message

    Example: Nobody answers the telephone
      Given Bob's mailbox answers after 10 seconds
      When Alice leaves Bob a message
      Then Alice hears the greeting of a mailbox

  Rule: Messages are not recorded unless somebody wants it

    Example: A message to somebody whose calls are recorded
      Given Bob's calls are always recorded
      And Bob's mailbox answers after 10 seconds
      When Alice leaves Bob a message
      Then nothing is recorded

    Example: A message of somebody whose calls are recorded
      Given Alice's calls are always recorded
      And Bob's mailbox answers after 10 seconds
      When Alice leaves Bob a message
      Then nothing is recorded

  Rule: Messages are recorded where somebody wants it

    Example: A message that somebody got
      Given Bob's calls are always recorded
      And Bob's voice messages are recorded
      And Bob's mailbox answers after 10 seconds
      When Alice leaves Bob a message
      Then Alice's call is recorded
      And the recorder knows that it is a message

    Example: A message that somebody left
      Given Alice's calls are always recorded
      And Alice's voice messages are recorded
      And Bob's mailbox answers after 10 seconds
      When Alice leaves Bob a message
      Then Alice's call is recorded
      And the recorder knows that it is a message

  @needs.forwarding @needs.third-phone
  Rule: A call that somebody else takes is theirs

    Example: All calls are forwarded
      Given Carol's calls are always recorded
      And Bob's calls are forwarded to Carol
      When Alice calls Bob
      And Carol answers
      And they talk for 5 seconds
      Then Carol's call is recorded
      And the recorder knows that the call was for Bob

    Example: A call is declined
      Given Bob's calls are forwarded to Carol when busy
      When Alice calls Bob
      And Bob declines, so that Carol is called
      And Carol answers
      And they talk for 5 seconds
      Then Alice hears Carol

    Example: A call is not taken
      Given Bob's calls are forwarded to Carol after 10 seconds
      When Alice calls Bob
      And 12 seconds pass
      And Carol answers
      And they talk for 5 seconds
      Then Alice hears Carol
