@needs.certificates
Feature: The platform and the recorder make sure of each other
  Recordings are other people's words. Nobody gets them who only says that
  it is the recorder, and nobody puts any into it who only says that it is
  the platform.

  Rule: The platform tells nothing to who is not the recorder

    Example: The recorder's time is over
      Given Alice's calls are always recorded
      And the recorder's certificate has expired
      When Alice and Bob talk for 3 seconds
      Then the platform tells the recorder nothing

    Example: Somebody else answers for the recorder
      Given Alice's calls are always recorded
      And the recorder's certificate is for somebody else
      When Alice and Bob talk for 3 seconds
      Then the platform tells the recorder nothing

    Example: Somebody at the recorder's answers
      Given Alice's calls are always recorded
      And the recorder's certificate is for a user
      When Alice and Bob talk for 3 seconds
      Then the platform tells the recorder nothing

    Example: The recorder answers for everybody
      Given Alice's calls are always recorded
      And the recorder's certificate has a wildcard for a name
      When Alice and Bob talk for 3 seconds
      Then the platform tells the recorder nothing

    Example: The recorder signs for itself
      Given Alice's calls are always recorded
      And the recorder's certificate is of an unknown issuer
      When Alice and Bob talk for 3 seconds
      Then the platform tells the recorder nothing

  Rule: The recorder takes nothing from who is not the platform

    Example: The platform can say who it is
      Given Alice's calls are always recorded
      And the recorder asks for certificates
      When Alice and Bob talk for 3 seconds
      Then the platform and the recorder know each other
      And the recorder holds two streams

    Example: Somebody else calls as the platform
      Given Alice's calls are always recorded
      And the recorder asks for certificates
      And the platform's certificate is of an unknown issuer
      When Alice and Bob talk for 3 seconds
      Then the recorder takes nothing from the platform
