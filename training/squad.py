"""Files in SQuAD format, which part of them is for what, and how short answers are scored.

Articles are the unit of every split, since questions on one article help each other. A file of a single
article (reddit) is split by paragraph.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
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


def f1(given: str, wanted: Sequence[str]) -> float:
    """The overlap of words with the best of the wanted answers, as SQuAD's own script counts it."""
    return max(_f1(_words(given), _words(w)) for w in wanted)


def exact_match(given: str, wanted: Sequence[str]) -> bool:
    """Whether it is one of the wanted answers, but for case, punctuation and articles."""
    return _words(given) in [_words(w) for w in wanted]


def _words(text: str) -> list[str]:
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def _f1(given: list[str], wanted: list[str]) -> float:
    same = sum((Counter(given) & Counter(wanted)).values())
    return 2 * same / (len(given) + len(wanted)) if same else float(given == wanted)
