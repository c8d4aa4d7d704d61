"""What the turns before a question change, and what they never do."""

import pytest
from conftest import QUESTION, KeyReader, WordEncoder

from qa.answers import wording
from qa.answers.history import in_context
from qa.assistant import Assistant
from qa.language.questions import LONGEST
from qa.language.smalltalk import SMALLTALK, smalltalk
from qa.settings import Settings

BOILER = "How often must the boiler be serviced?"
FERRY = ("What does a ticket to Tolvane cost?", "**12 crowns**\n\nA ticket to Tolvane costs 12 crowns. [1]")
REFUSED = ("Who won the cup?", f"{wording.REFUSAL}\n\n“cup” doesn't appear in your documents.")
THANKED = ("thanks!", wording.REPLIES[smalltalk("thanks!")])


def knowing(corpus, index, answers) -> Assistant:
    """An assistant whose reader knows the answers to some questions."""
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), KeyReader(answers))
    assistant.sync()
    return assistant


@pytest.mark.parametrize("kind", SMALLTALK)
def test_small_talk_gets_one_line_and_no_search(synced, monkeypatch, kind):
    monkeypatch.setattr(synced.engine, "find", None)
    answer = synced.ask(SMALLTALK[kind].example, history=[FERRY])
    assert (answer.answered, answer.claims, answer.nearest, answer.suggestions) == (False, (), (), ())
    assert answer.text == wording.REPLIES[kind]
    assert "\n" not in answer.text
    assert synced.suggestions(SMALLTALK[kind].example) == ()


def test_a_question_that_is_answered_as_it_stands_is_not_read_otherwise(corpus, index):
    question = "Who finished the bridge?"
    with knowing(corpus, index, {question: "Anders Lund"}) as assistant:
        alone, after = assistant.ask(question), assistant.ask(question, [FERRY])
    assert after == alone
    assert [tried.question for tried in after.trace.readings] == [question]


def test_a_question_of_which_only_the_other_reading_is_answered_is_read_so(corpus, index):
    meant = "Who finished the stone bridge?"
    history = [("What is at Osk?", "**the stone bridge**\n\nThe stone bridge is at Osk. [1]")]
    with knowing(corpus, index, {meant: "Anders Lund"}) as assistant:
        answer = assistant.ask("Who finished it?", history)
    assert answer.understood == meant
    assert answer.claims[0].value == "Anders Lund"


def test_what_is_understood_is_never_a_heap_of_words(corpus, index):
    meant = "wool (12 crowns ticket tolvane cost)?"
    with knowing(corpus, index, {meant: "12 crowns"}) as assistant:
        answer = assistant.ask("and wool?", [FERRY])
    assert answer.understood == "wool? (after “What does a ticket to Tolvane cost?”)"


@pytest.mark.parametrize(
    "last", [REFUSED, THANKED, ("", "12 crowns [1]"), ("x" * (LONGEST + 1), "It is. [1]")]
)
@pytest.mark.parametrize("question", ["And to Osk?", "When?", "Why is it late?"])
def test_a_turn_without_an_answer_gives_no_context(corpus, index, last, question):
    with knowing(corpus, index, {}) as assistant:
        assert assistant.ask(question, [FERRY, last]) == assistant.ask(question, [FERRY])


@pytest.mark.parametrize("question", ["calories in one banana?", "Why is the sky blue?", "wool prices?"])
def test_a_question_that_nothing_answers_is_refused_as_if_asked_first(corpus, index, question):
    with knowing(corpus, index, {}) as assistant:
        alone = assistant.ask(question, threshold=0.9)
        assert not alone.answered
        assert assistant.ask(question, [FERRY], threshold=0.9) == alone


SPACES = " " * 4_000_000


@pytest.mark.parametrize(
    "turn", [(SPACES, SPACES), (FERRY[0], SPACES), (FERRY[0], f"**a**{SPACES}[1]"), (FERRY[0], "\n" * 10**6)]
)
def test_a_history_of_megabytes_is_read_at_once(synced, turn):
    """Without limits, each of these takes minutes."""
    assert synced.ask("And to Osk?", [turn] * 100).question == "And to Osk?"


def test_only_the_last_turns_count():
    turns = [(f"Who is number {n}?", f"It is {n}. [1]") for n in range(100)]
    assert in_context(turns) == tuple(turns[-10:])
    assert in_context([(QUESTION, "x" * 10**6)]) == ((QUESTION, "x" * 20_000),)
