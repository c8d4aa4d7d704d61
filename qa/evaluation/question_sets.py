"""Files of questions to measure with: a set of one's own as JSON lines, or one in SQuAD format.

A line of JSON is a question, or a conversation: {"turns": [question, ...]}. Of a question only its text is
required:

    question     what is asked
    kind         a name under which its figures are listed
    answerable   whether the documents hold the answer; without it, whether there is evidence
    why          why they do not, such as "off topic": refusals are also counted by it
    answers      accepted short answers
    evidence     [{"document": path, "contains": [strings], "part": 1}, ...]: a quote or passage is evidence
                 if it is of the document (its path, or its name without ending) and holds all the strings.
                 Pieces of one part are alternatives, a full answer needs one of each part
    rejected     the same for what a user marked as wrong: it should not be cited again
    history      earlier turns, [[question, answer], ...]
    comment      what a user wrote; it is for people to read

Other keys are ignored. `qa feedback` writes such a set of what users said of answers.

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
    """A place of a document that answers, by strings that stand in it."""

    document: str
    contains: tuple[str, ...]
    part: int = 1

    def found_in(self, path: str, text: str) -> bool:
        """Whether a text of the document of that path holds it."""
        own = self.document in (path, PurePosixPath(path).stem)
        return own and all(part in text for part in self.contains)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known of its answer. `answerable` is None where nobody has said."""

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
    """Conversations, most of them of one question; `documents` are texts by path that a set brings along."""

    name: str
    conversations: tuple[Conversation, ...]
    documents: Mapping[str, str]


def load(path: Path) -> QuestionSet:
    """Read a set. Raises QuestionsError with the line where it cannot be understood."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise QuestionsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise QuestionsError(f"{path}: is no text in UTF-8: {error.reason}") from error
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        whole = None
    if isinstance(whole, dict) and isinstance(whole.get("data"), list):
        return _squad(path, whole["data"])
    conversations = []
    for number, line in enumerate(text.split("\n"), 1):  # JSON may hold other ends of lines within strings
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            turns = value.get("turns", [value])
            if not turns:
                raise ValueError("turns must not be empty")
            conversations.append(tuple(_question(turn) for turn in turns))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise QuestionsError(f"{path}, line {number}: {reason}") from error
    if not conversations:
        raise QuestionsError(f"{path}: holds no questions")
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
        _string(value["question"]),
        str(value.get("kind", "")),
        answerable,
        str(value.get("why", "")).replace("-", " "),
        tuple(_string(a) for a in value.get("answers", ())),
        evidence,
        rejected,
        tuple((_string(q), _string(a)) for q, a in value.get("history", ())),
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
    """Each paragraph is a document, with its article's title; each answer is evidence in its paragraph."""
    documents: dict[str, str] = {}
    conversations = []
    try:
        for article in articles:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                name = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
                documents[name] = text
                for asked in paragraph["qas"]:
                    answers = tuple(dict.fromkeys(a["text"] for a in asked["answers"]))
                    impossible = asked.get("is_impossible", not answers)
                    evidence = () if impossible else tuple(Piece(name, (answer,)) for answer in answers)
                    question = asked["question"].strip()
                    kind, given = ("impossible", ()) if impossible else ("answerable", answers)
                    conversations.append(
                        (Question(question, kind, not impossible, "", given, evidence, (), ()),)
                    )
    except (TypeError, KeyError, AttributeError) as error:
        raise QuestionsError(f"{path}: is not in SQuAD format ({error!r})") from error
    if not conversations:
        raise QuestionsError(f"{path}: holds no questions")
    return QuestionSet(path.stem, tuple(conversations), documents)
