@needs.portal
Feature: The recorder answers those who ask for recordings, as its interface says
  People ask through a portal. A program of Kim's, who is the administrator,
  wants to be told of recordings as they are made.

  Rule: Who asks has signed in, not longer ago than a day

    Example: The password is another one
      When Alice signs in with another password
      Then the recorder tells Alice that the password is wrong

    @needs.days
    Example: Alice signed in yesterday
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      And 1 day goes by
      And Alice looks at the recordings without signing in
      Then the recorder tells Alice that signing in is due

  Rule: Nobody asks more than twice in a second

    Example: Three questions at once
      When Alice's program asks too often
      Then the recorder tells Alice that this is too often

  Rule: There is nothing on a page beyond the last

    Example: The second page of one recording
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at page 2 of the recordings
      Then Alice sees no recordings

  Rule: A recording can be heard when the call is over

    Example: The call is not over yet
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Alice listens to the recording
      Then the recorder tells Alice that the call is still up

  Rule: A program is told of each recording once it has given the secret back

    Example: A program is told
      Given Kim's program wants to be told of recordings
      And Alice's calls are always recorded
      When Alice and Bob talk for 5 seconds
      Then the program is told of one recording

    Example: The secret is another one
      Given Kim's program wants to be told of recordings, with another secret
      And Alice's calls are always recorded
      When Alice and Bob talk for 5 seconds
      Then the program is told of no recordings

  Rule: What a program could not be told is told again, and kept for it

    Example: The program is back soon
      Given Kim's program wants to be told of recordings
      And Alice's calls are always recorded
      And the program is away
      And Alice and Bob have talked before
      When the program is back after 20 seconds
      And 20 seconds pass
      Then the program is told of one recording

    @needs.days
    Example: The program is not back for a day
      Given Kim's program wants to be told of recordings
      And Alice's calls are always recorded
      And the program is away
      And Alice and Bob have talked before
      When 1 day goes by
      And Kim looks for what the program was not told
      Then Kim sees one recording
