"""A file in SQuAD format -> its paragraphs, each marked as held aside or not.

Articles are the unit of the split, because questions about one article help each other. A file with a single
article (reddit) is split by paragraph.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HELD_ASIDE = 6  # one article in this many is not trained on


@dataclass(frozen=True)
class Question:
    """A question about a paragraph. `answers` are (start, text) in it; none if it cannot be answered."""

    text: str
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and its questions. `held_aside` is set if it is used for selection and calibration only."""

    name: str  # a hash of its text
    article: str
    text: str
    questions: tuple[Question, ...]
    held_aside: bool


def paragraphs(path: Path) -> Iterator[Paragraph]:
    """The paragraphs of a file in SQuAD format (1.1 or 2.0), without repetitions."""
    articles = json.loads(path.read_text("utf-8"))["data"]
    units = [article["title"] for article in articles]
    if len(articles) == 1:
        units = [_hash(paragraph["context"]) for paragraph in articles[0]["paragraphs"]]
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
            yield Paragraph(
                name=name,
                article=article["title"],
                text=text,
                questions=tuple(map(_question, paragraph["qas"])),
                held_aside=unit in aside,
            )


def _question(value: Mapping[str, Any]) -> Question:
    answers = dict.fromkeys((answer["answer_start"], answer["text"]) for answer in value["answers"])
    return Question(value["question"].strip(), tuple(answers))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
