Feature: What delays the first words of a call
  Looking for the best way of the media takes a moment, and so does setting
  recording up. Whatever is said meanwhile comes late, and it does come.

  Rule: The search for a way and recording each take a moment, and both together more

    @needs.ice
    Example: The search for a way
      When Alice calls Bob 3 times in each of four ways
      Then the search for a way delays the first words

    @needs.ice
    Example: The recording
      When Alice calls Bob 3 times in each of four ways
      Then recording delays the first words

    @needs.ice
    Example: The search and the recording
      When Alice calls Bob 3 times in each of four ways
      Then both together delay the first words more than either

  Rule: Nothing is lost in that moment

    @needs.ice
    Example: What they say to each other
      Given Alice's calls are always recorded
      When Alice and Bob talk for 3 seconds
      Then Alice hears Bob
      And Bob hears Alice

    @needs.ice
    Example: What they say to the recorder
      Given Alice's calls are always recorded
      When Alice and Bob talk for 3 seconds
      Then the first words of Alice are recorded
      And the first words of Bob are recorded
