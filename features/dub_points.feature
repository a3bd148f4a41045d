@needs.portal
Feature: The recorder knows whose a call is by its dub.point
  A dub.point says five things of a user, and each of them has to be what the
  calling platform says of the call. Kim is the administrator of the account;
  Pat works for the partner, and finds what was nobody's.

  Rule: A call that does not agree with a dub.point in every field is nobody's

    Example: Another service provider
      Given Alice's dub.point has another service provider
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Pat looks for recordings that are nobody's
      Then Pat sees one recording

    Example: Another external group
      Given Alice's dub.point has another external group
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Pat looks for recordings that are nobody's
      Then Pat sees one recording

    Example: Another external identifier
      Given Alice's dub.point has another external identifier
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Pat looks for recordings that are nobody's
      Then Pat sees one recording

    Example: Another external type
      Given Alice's dub.point has another external type
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Pat looks for recordings that are nobody's
      Then Pat sees one recording

    Example: Another product
      Given Alice's dub.point has another product
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Pat looks for recordings that are nobody's
      Then Pat sees one recording

    Example: Its user does not see it
      Given Alice's dub.point has another external identifier
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Alice looks at the recordings
      Then Alice sees no recordings

  Rule: What the calling platform shows leads to the dub.point

    Example: The administrator looks for it
      When Kim looks for Alice's dub.point
      Then Kim sees the dub.point

  Rule: Once a dub.point is corrected, the next call is known

    Example: The external group is corrected
      Given Alice's dub.point has another external group
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim corrects the external group of Alice's dub.point
      And Alice and Bob talk for 5 seconds
      And Alice looks at the recordings
      Then Alice sees one recording

    Example: What was recorded before is given to its user
      Given Alice's dub.point has another service provider
      And Alice's calls are always recorded
      And Alice and Bob have talked before
      When Kim corrects the service provider of Alice's dub.point
      And Pat gives Alice what is nobody's
      And Alice looks at the recordings
      Then Alice sees one recording
