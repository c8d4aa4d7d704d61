"""A file of questions -> a question set to evaluate with, from JSON lines or the SQuAD format.

A line of JSON is a question, or a conversation: {"turns": [question, ...]}. Only the text of a question is
required:

    question     the text of the question
    kind         a name under which its figures are listed
    answerable   true if the documents contain the answer; by default true if there is evidence
    why          the reason if they do not, such as "off topic"; refusals are also counted by it
    answers      accepted short answers
    evidence     [{"document": path, "contains": [strings], "part": 1}, ...]: a quote or passage is evidence
                 if it is from the document (given by its path, or its name without suffix) and contains all
                 the strings. Pieces of one part are alternatives; a full answer needs one of each part
    rejected     the same for places that a user marked as wrong, which should not be cited again
    history      earlier turns, [[question, answer], ...]
    comment      a user's comment, for people to read

Other keys are ignored. `qa feedback` writes such a set from the votes of users.

A file in SQuAD format (1.1 or 2.0) brings its own paragraphs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from qa.errors import QuestionsError


@dataclass(frozen=True, slots=True)
class Piece:
    """A place in a document that answers a question, described by strings that it contains."""

    document: str
    contains: tuple[str, ...]
    part: int = 1

    def is_in(self, path: str, text: str) -> bool:
        """True if `text`, from the document with this path, contains the piece."""
        same_document = self.document in (path, PurePosixPath(path).stem)
        return same_document and all(part in text for part in self.contains)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything known about its answer. `answerable` is None if it has not been judged."""

    text: str
    kind: str
    answerable: bool | None
    why: str
    answers: tuple[str, ...]
    evidence: tuple[Piece, ...]
    rejected: tuple[Piece, ...]
    history: tuple[tuple[str, str], ...]


Conversation = tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Conversations, most with one question. `documents` are the texts, by path, that a set brings along."""

    name: str
    conversations: tuple[Conversation, ...]
    documents: Mapping[str, str]


def load(path: Path) -> QuestionSet:
    """Read a question set. Raises QuestionsError, which names the line that cannot be understood."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise QuestionsError(f"cannot read {path} ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise QuestionsError(f"{path} is not a text file in UTF-8 ({error.reason})") from error
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        whole = None
    if isinstance(whole, dict) and isinstance(whole.get("data"), list):
        return _squad(path, whole["data"])
    conversations = []
    for number, line in enumerate(text.split("\n"), 1):  # JSON strings may contain other line ends
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            turns = value.get("turns", [value])
            if not turns:
                raise ValueError("turns must not be empty")
            conversations.append(tuple(_question(turn) for turn in turns))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            reason = f"missing {error}" if isinstance(error, KeyError) else str(error)
            raise QuestionsError(f"{path}, line {number}: {reason}") from error
    if not conversations:
        raise QuestionsError(f"{path} contains no questions")
    return QuestionSet(path.stem, tuple(conversations), {})


def _question(value: Mapping[str, Any]) -> Question:
    evidence = _pieces(value.get("evidence", ()))
    rejected = _pieces(value.get("rejected", ()))
    answerable = value.get("answerable", True if evidence else None)
    if answerable not in (True, False, None):
        raise ValueError("answerable must be true or false")
    if answerable and not evidence:
        raise ValueError("an answerable question needs evidence")
    return Question(
        text=_string(value["question"]),
        kind=str(value.get("kind", "")),
        answerable=answerable,
        why=str(value.get("why", "")).replace("-", " "),
        answers=tuple(_string(a) for a in value.get("answers", ())),
        evidence=evidence,
        rejected=rejected,
        history=tuple((_string(q), _string(a)) for q, a in value.get("history", ())),
    )


def _pieces(values: Any) -> tuple[Piece, ...]:
    return tuple(
        Piece(_string(v["document"]), tuple(_string(c) for c in v["contains"]), int(v.get("part", 1)))
        for v in values
    )


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    return value


def _squad(path: Path, articles: list[Any]) -> QuestionSet:
    """The set in a SQuAD file: each paragraph is a document, and each answer is evidence in its paragraph."""
    documents: dict[str, str] = {}
    conversations = []
    try:
        for article in articles:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                name = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
                documents[name] = text
                conversations += [(_squad_question(value, name),) for value in paragraph["qas"]]
    except (TypeError, KeyError, AttributeError) as error:
        raise QuestionsError(f"{path} is not in SQuAD format ({error!r})") from error
    if not conversations:
        raise QuestionsError(f"{path} contains no questions")
    return QuestionSet(path.stem, tuple(conversations), documents)


def _squad_question(value: Mapping[str, Any], document: str) -> Question:
    answers = tuple(dict.fromkeys(answer["text"] for answer in value["answers"]))
    impossible = value.get("is_impossible", not answers)
    return Question(
        text=value["question"].strip(),
        kind="impossible" if impossible else "answerable",
        answerable=not impossible,
        why="",
        answers=() if impossible else answers,
        evidence=() if impossible else tuple(Piece(document, (answer,)) for answer in answers),
        rejected=(),
        history=(),
    )
