@needs.portal
Feature: A plan says who gets at recordings, and for how long
  Kim is the administrator of the account that Alice and Bob are in; Pat works
  for the partner who sold it. Everybody begins on the free plan.

  Rule: The free plan is for everybody

    Example: Nobody has a contract
      Given the contract has ended
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      Then Alice sees one recording

    Example: A dozen calls on the free plan
      Given Alice's calls are always recorded
      And Alice and Bob have talked 12 times before
      When Alice looks at the recordings
      Then Alice sees 12 recordings

  Rule: On the free plan a recording is kept for thirty days

    @needs.days
    Example: The twenty-ninth day
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When 29 days go by
      And Alice looks at the recordings
      Then Alice sees one recording

    @needs.days
    Example: The thirtieth day
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When 30 days go by
      And Alice looks at the recordings
      Then Alice sees no recordings

  Rule: A recording is as old as its place in the library, or as its beginning
    The product's texts do not say what the thirty days are counted from. The
    former holds unless the scenario says otherwise.

    @needs.days
    Example: Thirty days from the end of a call
      Given Alice's calls are always recorded
      When Alice and Bob talk for 2 minutes
      And 29 days go by
      And 1439 minutes pass
      And Alice looks at the recordings
      Then Alice sees one recording

    @needs.days
    Example: Thirty days from the beginning of a call
      Given the age of a recording is counted from its beginning
      And Alice's calls are always recorded
      When Alice and Bob talk for 2 minutes
      And 29 days go by
      And 1439 minutes pass
      And Alice looks at the recordings
      Then Alice sees no recordings

  Rule: On the free plan a recording is its user's, and nobody else's

    Example: Alice listens to her own recording
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice listens to the recording
      Then Alice hears the recording

    Example: Alice deletes her own recording
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice deletes the recording
      And Alice looks at the recordings
      Then Alice sees no recordings

    Example: The administrator looks at the list
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim looks at the recordings
      Then Kim sees no recordings

    Example: The administrator wants to listen
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      And Kim listens to the recording
      Then the recorder tells Kim that this is not part of the plan

    Example: The administrator wants to delete it
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      And Kim deletes the recording
      Then the recorder tells Kim that this is not part of the plan

    Example: Somebody else wants to listen
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      And Bob listens to the recording
      Then the recorder tells Bob that there is no such recording

  Rule: On a paid plan a recording is kept for as long as anybody wants

    @needs.days
    Example: Two months later
      Given Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When 60 days go by
      And Alice looks at the recordings
      Then Alice sees one recording

    Example: A dozen calls on a paid plan
      Given Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob have talked 12 times before
      When Alice looks at the recordings
      Then Alice sees 12 recordings

  Rule: On a paid plan administrators get at the recordings

    Example: The administrator listens
      Given Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim listens to the recording
      Then Kim hears the recording

    Example: The administrator listens, on the AI plan
      Given Alice is on the AI plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim listens to the recording
      Then Kim hears the recording

    Example: The administrator deletes a recording
      Given Alice is on the AI plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim deletes the recording
      And Alice looks at the recordings
      Then Alice sees no recordings

    Example: Another administrator listens
      Given Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim makes Bob an administrator
      And Bob listens to the recording
      Then Bob hears the recording

  Rule: A user can be moved to another plan at any time

    @needs.days
    Example: Moved to a paid plan on the last day
      Given Alice's calls are always recorded
      And Alice and Bob have talked before
      When 29 days go by
      And Kim moves Alice to the standard plan
      And 30 days go by
      And Alice looks at the recordings
      Then Alice sees one recording

    @needs.days
    Example: Moved to the free plan
      Given Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim moves Alice to the free plan
      And 30 days go by
      And Alice looks at the recordings
      Then Alice sees no recordings

    Example: Moved while a call is up
      Given Alice's calls are always recorded
      And Alice and Bob are talking
      When Kim moves Alice to the standard plan
      And Bob hangs up
      And Alice looks at the recordings
      Then Alice sees one recording

  Rule: What is old when its user moves to the free plan has thirty days more, or is deleted at once
    The product's texts say "after 30 days", and not of what. The former holds
    unless the scenario says otherwise.

    @needs.days
    Example: Thirty days from the move
      Given Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob talked 40 days ago
      When Kim moves Alice to the free plan
      And Alice looks at the recordings
      Then Alice sees one recording

    @needs.days
    Example: Thirty days from the recording
      Given the thirty days are counted from the recording
      And Alice is on the standard plan
      And Alice's calls are always recorded
      And Alice and Bob talked 40 days ago
      When Kim moves Alice to the free plan
      And Alice looks at the recordings
      Then Alice sees no recordings

  Rule: A paid plan needs a contract

    Example: The contract has ended
      Given the contract has ended
      When Kim moves Alice to the standard plan
      Then the recorder tells Kim that this is not part of the plan
