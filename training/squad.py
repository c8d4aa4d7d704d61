"""Files in SQuAD format, and which part of them is for what.

Articles are the unit of every split, since questions on one article help each other. A file of a single
article (reddit) is split by paragraph.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HELD_ASIDE = 6  # of one article in so many no question is trained on


@dataclass(frozen=True)
class Question:
    """A question to a paragraph; `answers` are (start, text) in it, none where it cannot be answered."""

    text: str
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and its questions. `held_aside` says that it is for choosing and calibrating."""

    name: str  # a hash of its text
    article: str
    text: str
    questions: tuple[Question, ...]
    held_aside: bool


def paragraphs(path: Path) -> Iterator[Paragraph]:
    """The paragraphs of a file in SQuAD format (1.1 or 2.0), each once."""
    articles = json.loads(path.read_text("utf-8"))["data"]
    units = [a["title"] for a in articles]
    if len(articles) == 1:
        units = [_hash(p["context"]) for p in articles[0]["paragraphs"]]
    aside = set(sorted(set(units), key=_hash)[: len(set(units)) // HELD_ASIDE])
    seen = set()
    for article in articles:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            name = _hash(text)
            if name in seen:
                continue
            seen.add(name)
            unit = article["title"] if len(articles) > 1 else name
            questions = tuple(
                Question(
                    q["question"].strip(), tuple({(a["answer_start"], a["text"]): 0 for a in q["answers"]})
                )
                for q in paragraph["qas"]
            )
            yield Paragraph(name, article["title"], text, questions, unit in aside)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
