@needs.administrator
Feature: Recording is set up before anybody is recorded
  The partner enables the service, an administrator accepts the recorder's
  terms, and whoever is recorded has the licence for it. The recorder learns no
  more about people than it needs.

  Rule: The partner enables recording for the organisation first

    Example: The partner has not enabled the service
      Given the partner has not enabled recording
      When Kim enables recording for Alice
      Then Kim hears that the partner has to enable recording first

    Example: The partner enables the service
      Given the partner has not enabled recording
      When Pat enables recording for the organisation
      And Kim enables recording for Alice
      Then Kim hears that it is done

    Example: The customer tries to enable the service
      Given the partner has not enabled recording
      When Kim enables recording for the organisation
      Then Kim hears that this is not allowed

  Rule: Whoever is recorded has a Professional or a Basic licence

    Example: A Basic licence
      When Kim enables recording for Bob
      Then Kim hears that it is done

    Example: A licence that does not include recording
      When Kim enables recording for Dora
      Then Kim hears that the licence is not enough

    Example: A licence that was bought on the web pages
      When Kim enables recording for Eve
      Then Kim hears that recording was not bought with the licence

  Rule: The terms of the recorder are accepted, once, before anybody is recorded

    Example: Nobody has accepted the terms
      Given accounts are made when the terms are accepted
      When Kim enables recording for Alice
      Then Kim hears that the terms have to be accepted

    Example: The terms were refused
      Given accounts are made when the terms are accepted
      When Kim refuses the terms
      And Kim enables recording for Alice
      Then Kim hears that the terms have to be accepted

    Example: The terms were accepted
      Given accounts are made when the terms are accepted
      When Kim accepts the terms
      And Kim enables recording for Alice
      Then Kim hears that it is done

    Example: The partner accepts the terms for the customer
      Given accounts are made when the terms are accepted
      When Pat accepts the terms
      And Pat enables recording for Alice
      Then Pat hears that it is done

    Example: A second user needs no terms
      Given accounts are made when the terms are accepted
      When Kim accepts the terms
      And Kim enables recording for Alice
      And Kim enables recording for Bob
      Then Kim hears that it is done

    Example: The terms are accepted again
      Given accounts are made when the terms are accepted
      When Kim accepts the terms
      And Kim accepts the terms
      Then the recorder is asked for one account

  Rule: An organisation gets an account at the recorder

    Example: The account is made with the first user
      When Kim enables recording for Alice
      Then the recorder is asked for one account

    Example: The account is made with the terms
      Given accounts are made when the terms are accepted
      When Kim accepts the terms
      Then the recorder is asked for one account

    Example: A second user joins the account
      When Kim enables recording for Alice
      And Kim enables recording for Bob
      Then the recorder is asked for one account

  Rule: Whoever enables recording looks after the account at the recorder

    Example: An administrator of the customer
      When Kim enables recording for Alice
      Then Kim looks after the account at the recorder

    Example: An administrator from the partner
      When Pat enables recording for Alice
      Then Pat looks after the account at the recorder

  Rule: An e-mail address serves one account

    Example: The administrator has an account with another customer
      Given Kim has an account with another customer
      When Kim enables recording for Alice
      Then Kim hears that the address serves another account

    Example: The partner's administrator has set up another customer
      Given Pat has an account with another customer
      When Pat enables recording for Alice
      Then Pat hears that the address serves another account

    Example: The user has an account with another customer
      Given Alice has an account with another customer
      When Kim enables recording for Alice
      Then Kim hears that the address serves another account

  Rule: The recorder learns five things about a user, and nothing else

    Example: A user is made known to the recorder
      When Kim enables recording for Alice
      Then the recorder learns of Alice what it needs and no more

    Example: A second user is made known to the recorder
      When Kim enables recording for Alice
      And Kim enables recording for Bob
      Then the recorder learns of Bob what it needs and no more

  Rule: Switching recording off forgets what was set, and keeps what was recorded

    Example: Recording is switched off
      When Kim enables recording for Alice
      And Kim sets up announcements for Alice
      And Kim switches recording off for Alice
      And Kim looks at Alice's settings
      Then Kim sees nothing that was set before

    Example: A call after recording was switched off
      When Kim enables recording for Alice
      And Kim switches recording off for Alice
      And Alice and Bob talk for 5 seconds
      Then nothing is recorded

    Example: A call from before recording was switched off
      When Kim enables recording for Alice
      And Alice and Bob talk for 5 seconds
      And Kim switches recording off for Alice
      And Alice looks at the recordings
      Then Alice sees one recording

  Rule: Support can be told whom a recording belongs to

    Example: The identifiers are shown
      When Kim enables recording for Alice
      And Kim looks at Alice's settings
      Then Kim sees what support asks for

    Example: The identifiers are those of the recording
      When Kim enables recording for Alice
      And Alice and Bob talk for 5 seconds
      And Kim looks at Alice's settings
      Then Kim sees what the recording is known by
