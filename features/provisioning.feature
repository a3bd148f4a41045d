@needs.administrator
Feature: An administrator sets recording up
  Recording needs a partner who has enabled it, a user with the licence for it,
  and an account at the recorder. Whoever may do so sets it up once, and the
  recorder learns no more about people than it needs.

  Rule: The terms of the recorder are accepted before anybody is recorded

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

    Example: The terms are accepted once
      Given accounts are made when the terms are accepted
      When Kim accepts the terms
      And Kim accepts the terms
      Then the recorder has made one account

  Rule: Whoever enables recording looks after the account at the recorder

    Example: The first user of an organisation
      When Kim enables recording for Alice
      Then Kim looks after the account at the recorder

    Example: Somebody who looks after another customer
      Given Kim looks after another customer
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

  Rule: Only whoever may use recording can be recorded

    Example: The licence does not include recording
      When Kim enables recording for Dora
      Then Kim hears that the licence is not enough

    Example: The partner has not enabled the service
      Given the partner has not enabled recording
      When Kim enables recording for Alice
      Then Kim hears that the partner has to enable recording first

  Rule: Switching recording off forgets what was set

    Example: Recording is switched off
      When Kim enables recording for Alice
      And Kim switches recording off for Alice
      And Kim looks at Alice's settings
      Then Kim sees nothing that was set before

  Rule: Support can be told whom a recording belongs to

    Example: The identifiers are shown
      When Kim enables recording for Alice
      And Kim looks at Alice's settings
      Then Kim sees what support asks for

  Rule: Settings are changed by those who may, and only to what there is

    Example: A token that allows only to look
      When Lee enables recording for Alice
      Then Lee hears that this is not allowed

    Example: A token that has expired
      When Max enables recording for Alice
      Then Max hears that the token is not good

    Example: A reminder after nine seconds
      When Kim asks for a reminder on Alice's calls every 9 seconds
      Then Kim hears that the value is not good

    Example: A reminder after more than half an hour
      When Kim asks for a reminder on Alice's calls every 1801 seconds
      Then Kim hears that the value is not good

    Example: A mode that does not exist
      When Kim asks for Alice to be recorded now and then
      Then Kim hears that the value is not good

    Example: A page beyond the end
      When Kim enables recording for Alice
      And Kim looks for recorded people beyond the last
      Then Kim hears that there is nobody
