"""Questions that ask for the text of a numbered part."""

import pytest

from qa.language.parts import asked_part, begins_part


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What does Article 2 of the statutes say?", "article 2"),
        ("what do the statutes say in section 3.1", ""),
        ("What does section 3.1 of the rules require?", "section 3.1"),
        ("What is § 4?", "§ 4"),
        ("What is written in Annex IV?", "annex iv"),
        ("Show me the text of clause 7b", "clause 7b"),
        ("What does the option --week of tide do?", "option --week"),
        ("What does -w do?", "option -w"),
        ("What is a well-known boat?", ""),
        ("Who wrote Article 2?", ""),
        ("When was section 3 amended?", ""),
        ("What is the price of room 4?", ""),
        ("What does the section say?", ""),
    ],
)
def test_the_part_that_is_asked_for(question, part):
    assert asked_part(question) == part


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Article 2. The boats are locked at nine.", True),
        ("ARTICLE 2\nThe boats are locked.", True),
        ("2. The boats are locked at nine.", True),
        ("Article 21. The boats are red.", False),
        ("Article 2.1 The boats are red.", False),
        ("See Article 2.", False),
        ("2.1 The boats are red.", False),
    ],
)
def test_a_text_begins_a_part(text, begins):
    assert begins_part("article 2", text) is begins


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("-w, --week   seven days at once", True),
        ("--week   seven days at once", True),
        ("`--week`: seven days", True),
        ("--weekly   once in seven days", False),
        ("See --week.", False),
    ],
)
def test_a_text_explains_an_option(text, begins):
    assert begins_part("option --week", text) is begins
