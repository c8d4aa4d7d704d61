"""What asks nothing of the documents is told from every question, however short."""

import pytest

from qa.language.smalltalk import SMALLTALK, Smalltalk, smalltalk


@pytest.mark.parametrize("kind", SMALLTALK)
def test_a_polite_turn_is_of_its_kind(kind):
    assert smalltalk(SMALLTALK[kind].example) is kind
    assert smalltalk(SMALLTALK[kind].counterexample) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("thanks!", Smalltalk.THANKS),
        ("  Thank   you so much :)", Smalltalk.THANKS),
        ("OK great, thanks", Smalltalk.THANKS),
        ("Hi there", Smalltalk.GREETING),
        ("Hello, how are you?", Smalltalk.GREETING),
        ("Ok.", Smalltalk.REMARK),
        ("that’s it", Smalltalk.REMARK),
        ("good night", Smalltalk.FAREWELL),
        ("Hi! Who are you?", Smalltalk.HELP),
    ],
)
def test_several_polite_words_are_still_no_question(said, kind):
    assert smalltalk(said) is kind


@pytest.mark.parametrize(
    "question",
    ["Why?", "And Osk?", "ok, and Osk?", "thanks, and who paid?", "Hello Tolvane", "Good ports", "help desk",
     "How does this work?", "Great Wall", "What is right?", "no ferries", "Hi-Lo index", "ok " * 40, "?", ""],
)  # fmt: skip
def test_a_question_is_a_question(question):
    assert smalltalk(question) is None
