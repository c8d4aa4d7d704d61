"""Records of a conversation: which answers they become again, and which they can never become."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from conftest import DOCUMENTS, QUESTION, KeyReader, WordEncoder, check, document, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.answers.markdown import conversation_markdown
from qa.answers.quotes import Quote
from qa.assistant import Assistant
from qa.errors import QuestionError
from qa.server.records import Turn, record, restore
from qa.settings import Settings
from qa.types import Answer, Citation

KNOWN = {
    QUESTION: "340 passengers",
    "How many passengers does it carry?": "340 passengers",
    "When was the bridge finished?": ("1874", "1926"),
    "Why was the middle arch rebuilt?": ("A flood took the middle arch", "It has five arches"),
    "How many visits of bees were counted?": ("9,340", "8,000"),
}
UNKNOWN = "Who painted the lighthouse?"


@pytest.fixture
def reading(synced: Assistant, encoder: WordEncoder) -> Assistant:
    """An assistant over the small corpus that knows the answers by heart."""
    return Assistant(synced.settings, encoder, KeyReader(KNOWN))


def turn_for(assistant: Assistant, question: str = QUESTION, **more: Any) -> Turn:
    return Turn(question, assistant.ask(question, **more))


def record_of(turn: Turn) -> dict[str, Any]:
    """A turn as it comes back from a browser."""
    return dict(json.loads(json.dumps(record(turn))))


def unscored(answer: Answer | None) -> Answer:
    """An answer without the scores of its nearest passages, which are not kept."""
    assert answer
    return replace(answer, nearest=tuple(replace(hit, score=0.0) for hit in answer.nearest))


def problem(values: object, assistant: Assistant) -> str:
    with pytest.raises(QuestionError) as error:
        restore(values, assistant)
    return str(error.value)


def as_markdown(turns: list[Turn]) -> str:
    return conversation_markdown((turn.question, turn.answer) for turn in turns if turn.answer)


# --- there and back ------------------------------------------------------------------------------


OVERVIEWS = ["Summarize these files.", "Which documents mention Osk?", "What happened when?"]


@pytest.mark.parametrize("question", [*KNOWN, UNKNOWN, *OVERVIEWS, "Wer ist der Bürgermeister von Tolvane?"])
def test_a_turn_comes_back_as_it_was(reading: Assistant, question: str):
    turn = turn_for(reading, question)
    again = restore(record_of(turn), reading)
    assert unscored(again.answer) == unscored(turn.answer)
    assert again.question == question
    check(again.answer)


def test_a_follow_up_comes_back_as_it_was_understood(reading: Assistant):
    first = reading.ask(QUESTION)
    turn = turn_for(reading, "And why?", history=[(QUESTION, first.text)], threshold=0)
    assert turn.answer.understood != turn.question
    assert unscored(restore(record_of(turn), reading).answer) == unscored(turn.answer)


@pytest.mark.parametrize("second", ["when was the bridge finished", "who painted the lighthouse"])
def test_an_answer_in_parts_comes_back_with_each_part(reading: Assistant, second: str):
    reader = KeyReader({**KNOWN, "when was the bridge finished?": "1874"})
    turn = turn_for(Assistant(reading.settings, WordEncoder(), reader), f"{QUESTION[:-1]}, and {second}?")
    assert bool(turn.answer.unanswered) == (len(turn.answer.claims) == 1)
    again = restore(record_of(turn), reading).answer
    assert unscored(again) == unscored(turn.answer)
    assert [claim.part for claim in again.claims] == [claim.part for claim in turn.answer.claims]


def test_different_figures_come_back_side_by_side(reading: Assistant, corpus):
    write(corpus, {"boat.txt": "The ferry to Tolvane carries 290 passengers."})
    reading.sync()
    answers = {QUESTION: ("340 passengers", "290 passengers")}
    turn = turn_for(Assistant(reading.settings, WordEncoder(), KeyReader(answers)))
    assert turn.answer.differ
    assert unscored(restore(record_of(turn), reading).answer) == unscored(turn.answer)


def test_problems_and_chosen_documents_come_back(reading: Assistant):
    bees = document(reading, "valley/bees.md").id
    turn = Turn("Who?", None, "The index is busy.", (bees,))
    assert restore(record_of(turn), reading) == turn
    among = replace(turn_for(reading, documents=[bees]), documents=(bees,))
    assert restore(record_of(among), reading).documents == (bees,)


# --- documents change ----------------------------------------------------------------------------


def test_a_quote_that_moved_is_found_again(reading: Assistant, corpus):
    values = record_of(turn_for(reading))
    text = (corpus / "ferry.md").read_text("utf-8")
    write(
        corpus,
        {"ferry.md": text.replace("# The ferry to Tolvane\n", "# The ferry to Tolvane\n\nSince 1950.\n")},
    )
    reading.sync()
    answer = restore(values, reading).answer
    check(answer)
    assert answer.citations[0].start > values["citations"][0]["start"]
    assert answer.text == values["text"]


def test_a_quote_is_found_where_it_is_a_sentence_rather_than_part_of_one(reading: Assistant, corpus):
    values = record_of(turn_for(reading))
    sentence = values["citations"][0]["quote"]
    write(corpus, {"ferry.md": f"He said: “{sentence}” to the people on the quay.\n\nNew.\n\n{sentence}\n"})
    reading.sync()
    answer = restore(values, reading).answer
    assert answer.citations[0].start == document(reading, "ferry.md").text.rindex(sentence)


@pytest.mark.parametrize("question", [QUESTION, "Why was the middle arch rebuilt?"])
def test_an_answer_whose_document_is_gone_is_not_shown(reading: Assistant, corpus, question: str):
    values = record_of(turn_for(reading, question))
    for name in ("ferry.md", "bridge.txt"):
        (corpus / name).unlink()
    reading.sync()
    assert restore(values, reading) == Turn(question, None)


def test_an_answer_whose_quote_was_changed_is_not_shown(reading: Assistant, corpus):
    values = record_of(turn_for(reading))
    write(corpus, {"ferry.md": "The ferry to Tolvane carries 350 passengers. It leaves at seven.\n"})
    reading.sync()
    assert restore(values, reading).answer is None


def test_a_document_that_changes_meanwhile_is_shown_as_when_its_quotes_were_found(
    reading: Assistant, corpus, monkeypatch: pytest.MonkeyPatch
):
    values, find_quotes = record_of(turn_for(reading)), reading.find_quotes

    def find_and_change(quotes: Iterable[Quote]) -> tuple[Citation | None, ...]:
        citations = find_quotes(quotes)
        write(corpus, {"ferry.md": "The ferry sank."})
        reading.sync()
        return citations

    monkeypatch.setattr(reading, "find_quotes", find_and_change)
    check(restore(values, reading).answer)
    assert restore(values, reading).answer is None


def test_a_nearest_passage_that_is_gone_is_left_out(reading: Assistant, corpus):
    turn = turn_for(reading, UNKNOWN)
    assert len(turn.answer.nearest) > 1
    (corpus / "ferry.md").unlink()
    reading.sync()
    paths = {hit.document.path for hit in restore(record_of(turn), reading).answer.nearest}
    assert paths == {"bridge.txt", "valley/bees.md"}


def test_a_refusal_without_any_passage_left_does_not_claim_that_nothing_is_indexed(
    reading: Assistant, corpus
):
    values = record_of(turn_for(reading, UNKNOWN))
    for path in ("ferry.md", "bridge.txt", "valley/bees.md"):
        (corpus / path).unlink()
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    reading.sync(allow_empty=True)
    assert restore(values, reading).answer is None


def test_an_empty_index_is_reported_as_long_as_it_is_empty(assistant: Assistant):
    values = record_of(turn_for(assistant))
    assert "No documents yet" in restore(values, assistant).answer.text
    assistant.sync()
    assert restore(values, assistant).answer is None


# --- forged records ------------------------------------------------------------------------------

FALSE = "The ferry carries a million passengers."


def test_the_text_of_an_answer_is_made_from_its_quotes_and_not_taken_from_the_record(reading: Assistant):
    turn = turn_for(reading)
    forged = record_of(turn) | {"text": f"{FALSE} [1]"}
    again = restore(forged, reading)
    assert again.answer.text == turn.answer.text
    assert "million" not in as_markdown([again])
    refused = restore(record_of(turn_for(reading, UNKNOWN)) | {"text": f"{FALSE} [1]"}, reading)
    assert "million" not in as_markdown([refused])


def with_value(values: dict[str, Any], *way: str | int, to: object) -> dict[str, Any]:
    """A copy of a record with another value in one place."""
    copied = copy.deepcopy(values)
    place: Any = copied
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = to
    return copied


@pytest.mark.parametrize(
    ("way", "to"),
    [
        (("question",), 7),
        (("question",), None),
        (("question",), "half a character \ud800"),
        (("text",), ["text"]),
        (("answered",), "perhaps"),
        (("answered",), False),
        (("confidence",), float("nan")),
        (("confidence",), float("inf")),
        (("confidence",), -0.1),
        (("confidence",), 1.1),
        (("claims",), []),
        (("claims",), {"value": "340"}),
        (("claims", 0, "citations"), []),
        (("claims", 0, "citations"), [2]),
        (("claims", 0, "citations"), [1, 1]),
        (("claims", 0, "citations"), [10**30]),
        (("citations",), []),
        (("citations",), None),
        (("citations", 0, "number"), 0),
        (("citations", 0, "number"), "one"),
        (("citations", 0, "start"), -1),
        (("citations", 0, "start"), 10**30),
        (("citations", 0, "end"), 1.5),
        (("citations", 0, "quote"), ""),
        (("citations", 0, "quote"), "\udfff"),
        (("citations", 0, "document"), {"id": 1}),
        (("nearest", 0, "start"), 10**30),
        (("nearest", 0, "document"), "\ud800"),
        (("nearest",), [{"document": "x", "start": 0, "end": 1}] * 101),
    ],
)
def test_an_invalid_record_is_reported(reading: Assistant, way: tuple[str | int, ...], to: object):
    forged = with_value(record_of(turn_for(reading)), *way, to=to)
    assert problem(forged, reading) == "this browser's copy of the turn cannot be read"


@pytest.mark.parametrize("values", [None, [], "record", 1, {}, {"question": {}}, {"turns": []}])
def test_nonsense_is_reported(reading: Assistant, values: object):
    assert "cannot be read" in problem(values, reading)


def test_numbers_are_unique_and_in_order(reading: Assistant):
    values = record_of(turn_for(reading))
    twice = with_value(values, "citations", to=values["citations"] * 2)
    assert "cannot be read" in problem(twice, reading)
    claims = [*values["claims"], values["claims"][0]]
    assert "cannot be read" in problem(with_value(values, "claims", to=claims), reading)
    third = with_value(with_value(values, "citations", 0, "number", to=3), "claims", 0, "citations", to=[3])
    assert "cannot be read" in problem(third, reading)


@pytest.mark.parametrize(
    ("way", "to"),
    [
        (("claims", 0, "value"), "a million"),
        (("claims", 0, "value"), ""),
        (("claims", 0, "value"), " "),
        (("citations", 0, "quote"), FALSE),
        (("citations", 0, "quote"), "340 passengers"),  # not a sentence
        (("citations", 0, "quote"), "The ferry to Tolvane"),  # the heading
    ],
)
def test_a_false_quote_is_not_shown(reading: Assistant, way: tuple[str | int, ...], to: object):
    assert restore(with_value(record_of(turn_for(reading)), *way, to=to), reading) == Turn(QUESTION, None)


@pytest.mark.parametrize("place", ["valley/bees.md", "no-such-id", "' OR 1 --\0"])
def test_a_quote_is_attributed_to_the_document_that_contains_it(reading: Assistant, place: str):
    other = document(reading, place).id if place.endswith(".md") else place
    forged = with_value(record_of(turn_for(reading)), "citations", 0, "document", to=other)
    answer = restore(forged, reading).answer
    check(answer)
    assert answer.citations[0].document.path == "ferry.md"


def test_a_quote_is_found_in_a_file_that_was_moved(reading: Assistant, corpus):
    values = record_of(turn_for(reading))
    (corpus / "ferry.md").rename(corpus / "boat.md")
    reading.sync()
    answer = restore(values, reading).answer
    check(answer)
    assert answer.citations[0].document.path == "boat.md"


def test_one_source_does_not_pass_for_two(reading: Assistant, corpus):
    write(corpus, {"boat.txt": "The ferry to Tolvane carries 340 passengers."})
    reading.sync()
    values = record_of(turn_for(reading))
    assert values["claims"][0]["citations"] == [1, 2]
    (corpus / "boat.txt").unlink()
    reading.sync()
    assert restore(values, reading).answer is None


def test_unknown_keys_and_deep_nesting_are_ignored(reading: Assistant):
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    turn = turn_for(reading)
    forged = record_of(turn) | {"html": "<script>", "trace": deep}
    assert unscored(restore(forged, reading).answer) == unscored(turn.answer)
    assert "cannot be read" in problem(record_of(turn) | {"claims": deep}, reading)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def places(values: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths to all the values within a record."""
    steps = (
        values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    )
    inner = [place for step, value in steps for place in places(value, (*way, step))]
    return [*inner, way] if way else inner


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assistant, list[dict[str, Any]]]:
    """An assistant that does not change, and records of its answers."""
    folder = tmp_path_factory.mktemp("forged")
    write(folder / "corpus", DOCUMENTS)
    assistant = Assistant(Settings(folder / "corpus", folder / "index"), WordEncoder(), KeyReader(KNOWN))
    assistant.sync()
    return assistant, [record_of(turn_for(assistant, question)) for question in (*KNOWN, UNKNOWN)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_record_becomes_an_answer_from_the_documents_or_none(
    shared: tuple[Assistant, list[dict[str, Any]]], data: st.DataObject
):
    assistant, records = shared
    values = data.draw(st.sampled_from(records))
    for _ in range(data.draw(st.integers(1, 3))):
        values = with_value(values, *data.draw(st.sampled_from(places(values))), to=data.draw(JUNK))
    try:
        turn = restore(values, assistant)
    except QuestionError:
        return
    if turn.answer is not None:
        check_shown(turn.answer)
    assert as_markdown([turn]).endswith("\n")


def check_shown(answer: Answer) -> None:
    """As `check`; the text of an answer must also be its quotes with their marks and nothing else."""
    check(answer)
    rest = re.sub(r"\\(.)", r"\1", answer.text)
    if answer.answered and not answer.differ:
        for claim in answer.claims:
            for sentence in (*claim.citations[0].sentences, claim.value):
                rest = rest.replace(" ".join(sentence.split()), "")
        assert re.sub(r"\*\*|\[\d+\]|\(\d+ sources agree\)|\s", "", rest) == ""


# --- as Markdown ---------------------------------------------------------------------------------


def test_footnotes_are_numbered_across_turns(reading: Assistant):
    turns = [
        turn_for(reading),
        Turn("What went wrong?", None, "The index is busy."),
        turn_for(reading, UNKNOWN),
        turn_for(reading, "Why was the middle arch rebuilt?"),
    ]
    text = as_markdown(turns)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [f"## {QUESTION}", f"## {UNKNOWN}", "## Why was the middle arch rebuilt?"]
    notes = re.findall(r"^\[\^(\d+)\]: (.*)$", text, re.MULTILINE)
    count = sum(len(turn.answer.citations) for turn in turns if turn.answer)
    assert [number for number, _ in notes] == [str(i) for i in range(1, count + 1)]
    assert "340 passengers" in notes[0][1]
    assert notes[0][1].endswith("ferry.md)")
    body = text.partition("\n[^1]:")[0]
    assert set(re.findall(r"\[\^(\d+)\]", body)) == {number for number, _ in notes}
    assert not re.search(r"(?<!\\)\[\d+\]", body)


def test_brackets_in_a_document_are_not_footnotes(reading: Assistant, corpus):
    write(corpus, {"ferry.md": "The ferry to Tolvane carries 340 passengers [1] and a [^1] dog.\n"})
    reading.sync()
    text = as_markdown([turn_for(reading)])
    assert r"340 passengers \[1\] and a \[^1\] dog. [^1]" in text


def test_a_question_is_escaped_in_markdown():
    question = "# <b>Who</b>\n## [x](y) *built* it?"
    refusal = Answer(question, "The documents do not answer this question.", False, 0.1, (), (), ())
    heading = as_markdown([Turn(question, refusal)]).splitlines()[0]
    assert heading == r"## \# \<b\>Who\</b\> \#\# \[x\](y) \*built\* it?"


def test_a_conversation_without_answers_makes_an_empty_page():
    assert as_markdown([]) == as_markdown([Turn("Who?", None)]) == "\n"
