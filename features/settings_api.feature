@needs.administrator
Feature: Settings are made by those who may, and are what they seem
  Kim may change everything, Lee may only look, and Max has a token that is old.
  People control the recording of their own calls with an app.

  Rule: Whoever asks shows who they are, and does no more than they may

    Example: A token that allows only to look
      When Lee enables recording for Alice
      Then Lee hears that this is not allowed

    Example: A token that has expired
      When Max enables recording for Alice
      Then Max hears that the token is not good

    Example: Somebody of another organisation
      When Kim looks for Alice in another organisation
      Then Kim hears that the organisation is another one's

    Example: Somebody whom nobody knows
      When Kim looks at the settings of a stranger
      Then Kim hears that nobody is known by that name

  Rule: A value is one of those that there are

    Example: A reminder after nine seconds
      When Kim asks for a reminder on Alice's calls every 9 seconds
      Then Kim hears that the value is not good

    Example: A reminder after more than half an hour
      When Kim asks for a reminder on Alice's calls every 1801 seconds
      Then Kim hears that the value is not good

    Example: A reminder after a minute and a half and a second
      When Kim enables recording for Alice
      And Kim asks for a reminder on Alice's calls every 91 seconds
      And Kim looks at Alice's settings
      Then Kim sees a reminder every 91 seconds

    Example: A mode that does not exist
      When Kim asks for Alice to be recorded now and then
      Then Kim hears that the value is not good

  Rule: What was set is what is shown

    Example: Announcements
      When Kim enables recording for Alice
      And Kim sets up announcements for Alice
      And Kim looks at Alice's settings
      Then Kim sees announcements set up

    Example: Pauses in words
      When Kim enables recording for Alice
      And Kim sets up announced pauses for Alice
      And Kim looks at Alice's settings
      Then Kim sees announced pauses set up

    Example: Pauses with a beep
      When Kim enables recording for Alice
      And Kim sets up beeps at pauses for Alice
      And Kim looks at Alice's settings
      Then Kim sees beeps at pauses set up

    Example: Voice messages
      When Kim enables recording for Alice
      And Kim sets up voice messages for Alice
      And Kim looks at Alice's settings
      Then Kim sees voice messages set up

    Example: A page beyond the last
      When Kim enables recording for Alice
      And Kim looks for recorded people beyond the last
      Then Kim hears that there is nobody

  Rule: What was set holds for the next call

    Example: A call after recording was switched on
      When Kim enables recording for Alice
      And Alice and Bob talk for 5 seconds
      Then Alice's call is recorded

    @needs.announcements
    Example: A call after announcements were set up
      When Kim enables recording for Alice
      And Kim sets up announcements for Alice
      And Alice and Bob talk for 5 seconds
      Then everybody is told that the call is recorded

  Rule: An app controls the recordings of its user's calls

    @needs.on-demand
    Example: A recording is started with an app
      Given Alice's calls are recorded on demand
      And Alice controls recordings with an app
      And Alice and Bob are talking
      When Alice starts the recording
      And they talk for 3 seconds
      Then Alice's call is recorded

    @needs.pause
    Example: A recording is paused with an app
      Given Alice's calls are always recorded, with pause and resume
      And Alice controls recordings with an app
      And Alice and Bob are talking
      When Alice pauses the recording
      And Bob says "4929 1234 5678 9012"
      Then the recorder never hears Bob say "4929 1234 5678 9012"

    Example: A pause that the mode does not allow
      Given Alice's calls are always recorded
      And Alice controls recordings with an app
      And Alice and Bob are talking
      When Alice pauses the recording
      Then Alice hears that this is not possible
