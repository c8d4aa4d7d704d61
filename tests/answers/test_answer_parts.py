"""Answers to questions of two parts and to comparisons: each part has its quote, or is said to have none."""

from pathlib import Path

import pytest
from conftest import KeyReader, WordEncoder, check, write

from qa.answers import ask as asking
from qa.assistant import Assistant
from qa.settings import Settings
from qa.types import Answer

WAS_BUILT = "The stone bridge at Osk was built by the mason Anders Lund of Tolvane, who was paid by the town."
TOWNS = {
    "bridge.txt": (f"{WAS_BUILT}\n\nThe town of Osk opened the bridge in June 1874.\n"),
    "ferry.txt": (
        "The ferry to Tolvane carries 340 passengers on each crossing.\n\n"
        "The boat to Senn carries 90 passengers on each crossing.\n"
    ),
}
BUILT = "Who built the bridge at Osk, and when was it opened?"
PAINTED = "Who built the bridge at Osk, and who painted the lighthouse?"
KNOWN = {
    "Who built the bridge at Osk?": "Anders Lund of Tolvane",
    "when was the bridge at Osk opened?": "June 1874",
}


def assistant_for(tmp_path: Path, documents: dict[str, str], known: dict) -> Assistant:
    write(tmp_path / "corpus", documents)
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    assistant = Assistant(settings, WordEncoder(), KeyReader(known))
    assistant.sync()
    return assistant


def ask(tmp_path: Path, question: str, known: dict, documents: dict[str, str] = TOWNS, **more) -> Answer:
    answer = assistant_for(tmp_path, documents, known).ask(question, suggest=False, **more)
    check(answer)
    return answer


# --- two parts -----------------------------------------------------------------------------------


def test_each_part_has_its_headline_and_its_quote(tmp_path):
    answer = ask(tmp_path, BUILT, KNOWN)
    assert answer.text.split("\n\n") == [
        "*Who built the bridge at Osk*",
        "**Anders Lund of Tolvane**",
        f"{WAS_BUILT} [1]",
        "*When was it opened*",
        "**June 1874**",
        "The town of Osk opened the bridge in June 1874. [2]",
    ]
    assert [claim.part for claim in answer.claims] == [1, 2]
    assert (answer.question, answer.understood, answer.unanswered) == (BUILT, BUILT, ())


def test_a_part_without_an_answer_is_named(tmp_path):
    answer = ask(tmp_path, PAINTED, KNOWN)
    assert answer.unanswered == ("who painted the lighthouse",)
    assert answer.text.startswith("**Anders Lund of Tolvane**\n\nThe stone bridge")
    assert answer.text.endswith("Nothing found on “who painted the lighthouse”.")
    assert len(answer.citations) == 1
    assert "\n\nNothing found on “who painted the lighthouse”.\n\n" in str(answer)


def test_a_question_without_any_answer_is_refused_like_any_other(tmp_path):
    answer = ask(tmp_path, "Who painted the lighthouse and when was it sold?", {})
    assert not answer.answered
    assert answer.unanswered == ()
    assert "Nothing found" not in answer.text


def test_one_quote_for_both_parts_is_given_once_and_without_a_headline(tmp_path):
    question = "Who built the bridge at Osk and who paid for it?"
    known = KNOWN | {"who paid for the bridge at Osk?": "the town"}
    answer = ask(tmp_path, question, known)
    assert answer.text.count("[1]") == 1
    assert len(answer.claims) == 1
    assert "**" not in answer.text
    assert answer.unanswered == ()


def test_the_answer_is_as_sure_as_its_weakest_part(tmp_path):
    assistant = assistant_for(tmp_path, TOWNS, KNOWN)
    alone = [assistant.ask(question).confidence for question in KNOWN]
    answer = assistant.ask(BUILT)
    assert answer.confidence == min(alone) == answer.trace.confidence
    assert [tried.probability for tried in answer.trace.readings] == alone


def test_what_is_not_found_is_said_at_any_threshold(tmp_path):
    assistant = assistant_for(tmp_path, TOWNS, KNOWN)
    answers = [assistant.ask(PAINTED, threshold=threshold) for threshold in (0, None)]
    assert answers[0] == answers[1]
    assert answers[0].unanswered


def test_sources_do_not_disagree_across_parts(tmp_path):
    question = "How much did the bridge at Osk cost and how much did the ferry at Osk cost?"
    documents = {
        "a.txt": "The bridge at Osk cost $250 million in 2021.\n",
        "b.txt": "The ferry at Osk cost $197 million in 2021.\n",
    }
    known = {
        "How much did the bridge at Osk cost?": "$250 million",
        "how much did the ferry at Osk cost?": "$197 million",
    }
    answer = ask(tmp_path, question, known, documents)
    assert not answer.differ
    assert answer.text.count("**") == 4
    assert "agree" not in answer.text


def test_a_part_on_which_sources_differ_has_their_quotes_without_a_headline(tmp_path):
    documents = TOWNS | {"news.txt": "The bridge at Osk was opened in July 1875, says the mason.\n"}
    known = {**KNOWN, "when was the bridge at Osk opened?": ("June 1874", "July 1875")}
    documents["bridge.txt"] = documents["bridge.txt"].replace(
        "The town of Osk opened the bridge in June 1874.",
        "The bridge at Osk was opened in June 1874, says the town.",
    )
    alone = ask(tmp_path / "alone", "when was the bridge at Osk opened?", known, documents)
    answer = ask(tmp_path / "both", BUILT, known, documents)
    assert alone.differ
    assert not answer.differ
    assert "Sources disagree" not in answer.text
    assert "June 1874" in answer.text
    assert "July 1875" in answer.text
    assert "**" not in answer.text


def test_the_first_part_may_lean_on_the_conversation(tmp_path):
    known = {"who built the bridge?": "Anders Lund of Tolvane", "when was the bridge opened?": "June 1874"}
    assistant = assistant_for(tmp_path, TOWNS, known)
    history = [("What does the town say about the bridge?", "The town of Osk opened the bridge. [1]")]
    answer = assistant.ask("and who built it and when was it opened?", history)
    assert "**Anders Lund of Tolvane**" in answer.text
    assert "**June 1874**" in answer.text
    assert answer.understood == "who built the bridge and when was it opened?"


# --- comparisons ---------------------------------------------------------------------------------

LARGER = "Does the ferry to Tolvane carry more passengers than the boat to Senn?"


def test_each_side_has_its_quote(tmp_path):
    known = {
        "How many passengers does the ferry to Tolvane carry?": "340 passengers",
        "How many passengers does the boat to Senn carry?": "90 passengers",
    }
    answer = ask(tmp_path, LARGER, known)
    assert [citation.quote[:12] for citation in answer.citations] == ["The ferry to", "The boat to "]
    assert answer.unanswered == ()
    assert [claim.about for claim in answer.claims] == ["the ferry to Tolvane", "the boat to Senn"]
    assert answer.text.startswith("*The ferry to Tolvane*\n\n")
    assert "\n\n*The boat to Senn*\n\n" in answer.text
    assert "The boat to Senn\n\n" in str(answer)


def test_a_side_is_not_answered_by_what_is_said_of_the_other(tmp_path):
    known = {
        "How many passengers does the ferry to Tolvane carry?": "340 passengers",
        "How many passengers does the boat to Senn carry?": "340 passengers",
    }
    answer = ask(tmp_path, LARGER, known)
    assert len(answer.citations) == 1
    assert answer.text.startswith("*The ferry to Tolvane*")
    assert answer.text.endswith("Nothing found on “the boat to Senn”.")


def test_a_side_may_be_named_by_the_heading_alone(tmp_path):
    documents = {
        "ferry.md": "# The ferry to Tolvane\n\nIt carries 340 passengers on each crossing.\n",
        "boat.md": "# The boat to Senn\n\nIt carries 90 passengers on each crossing.\n",
    }
    known = {
        "How many passengers does the ferry to Tolvane carry?": "340 passengers",
        "How many passengers does the boat to Senn carry?": "90 passengers",
    }
    answer = ask(tmp_path, LARGER, known, documents)
    assert [citation.document.path for citation in answer.citations] == ["ferry.md", "boat.md"]


# --- other questions -----------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["Who built the bridge at Osk?", "What do Osk and Tolvane trade?"])
def test_other_questions_are_asked_once(tmp_path, question, monkeypatch):
    assistant = assistant_for(tmp_path, TOWNS, KNOWN)
    asked = []
    attempt = asking.Asking._attempt
    monkeypatch.setattr(asking.Asking, "_attempt", lambda *args: asked.append(args) or attempt(*args))
    assistant.ask(question, suggest=False)
    assert len(asked) == 1


def test_two_parts_cost_two_questions(tmp_path):
    assistant = assistant_for(tmp_path, TOWNS, KNOWN)
    assistant.ask(BUILT)
    reader = assistant._engine.reader
    assert len(reader.read_at_once) == 2
