"""Files of question-answering sets -> paragraphs with their questions, merged, some of them held aside.

Three forms are read: SQuAD's (1.1 and 2.0; a question may list all parts of its answer as `spans`, or be
marked as matched loosely), lines of JSON whose `sentences` are a paragraph's and whose `answer_sentences`
point at them, and lines with a passage and a question, of which is only known whether it is answered.

Several sets hold the same paragraphs, one of them in small letters without its spacing. What has the same
letters and digits in the same order is one paragraph, and its offsets are carried over by counting these.

Articles are the unit of the split, because questions about one article help each other. A file with a single
article is split by paragraph, and its paragraphs that are near one of an article held aside are, too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

from qa.types import Span

HELD_ASIDE = 6  # one article in this many is not trained on
_NUMBERED = re.compile(r"\d{2,}$|-[0-9a-f]{8}$")  # the end of a name that is no title, if most are like that
_NEAR = 0.3  # cosine of the words of two paragraphs, from which on they are taken to be of one article


class Answered(StrEnum):
    """How a paragraph answers a question, and so what its spans are."""

    SPAN = "span"  # each span is an answer
    PARTS = "parts"  # the spans are an answer together
    SENTENCES = "sentences"  # the spans are sentences, each of which holds the answer
    SOMEWHERE = "somewhere"  # it does, but nobody marked where: no spans
    NOT = "not"  # it does not: no spans


@dataclass(frozen=True)
class Question:
    """A question about a paragraph, with spans of it. `sure` is unset if they were found by likeness."""

    text: str
    answered: Answered
    spans: tuple[Span, ...] = ()
    sure: bool = True


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and its questions. If held aside, it is used for selection and calibration only."""

    name: str  # a hash of its text
    set: str
    article: str
    titled: bool  # the article's name is a title
    text: str
    questions: tuple[Question, ...]
    held_aside: bool


def paragraphs(paths: Sequence[Path]) -> list[Paragraph]:
    """The paragraphs of several files without repetitions, in the order in which they first occur."""
    merged: dict[str, Paragraph] = {}
    for path in paths:
        for paragraph in _with_split(list(_read(path))):
            key = _letters(paragraph.text)
            merged[key] = _merge(merged[key], paragraph) if key in merged else paragraph
    aside = {p.article for p in merged.values() if p.held_aside and p.titled}
    split = [replace(p, held_aside=p.held_aside or p.article in aside) for p in merged.values()]
    near = _near_those_aside(split)
    return [replace(p, held_aside=p.held_aside or p.name in near) for p in split]


# --- the forms -----------------------------------------------------------------------------------


def _read(path: Path) -> Iterator[Paragraph]:
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield _of_line(path.stem, json.loads(line))
        return
    articles = json.loads(path.read_text("utf-8"))["data"]
    numbered = sum(bool(_NUMBERED.search(article["title"])) for article in articles)
    titled = len(articles) > 1 and 2 * numbered < len(articles)
    for article in articles:
        title = article["title"].replace("_", " ") if len(articles) > 1 else ""
        for paragraph in article["paragraphs"]:
            questions = tuple(map(_of_squad, paragraph["qas"]))
            yield _paragraph(path.stem, title, titled and bool(title), paragraph["context"], questions)


def _of_squad(value: Mapping[str, Any]) -> Question:
    parts = value.get("spans")
    pairs = parts or [(answer["answer_start"], answer["text"]) for answer in value["answers"]]
    spans = tuple(dict.fromkeys((start, start + len(text)) for start, text in pairs))
    answered = Answered.PARTS if parts else Answered.SPAN if spans else Answered.NOT
    return Question(value["question"].strip(), answered, spans, value.get("match") != "fuzzy")


def _of_line(name: str, value: Mapping[str, Any]) -> Paragraph:
    title = value.get("title", "")
    if "sentences" in value:
        ends = list(accumulate(len(s) + 1 for s in value["sentences"]))
        marked = [(ends[i] - 1 - len(value["sentences"][i]), ends[i] - 1) for i in value["answer_sentences"]]
        question = Question(value["question"], Answered.SENTENCES, tuple(marked))
        return _paragraph(name, title, bool(title), " ".join(value["sentences"]), (question,))
    text = value.get("passage") or value.get("context") or " ".join(value.get("contexts", ()))
    asked = {value.get("question"): Answered.SOMEWHERE, value.get("question_answerable"): Answered.SOMEWHERE}
    asked[value.get("question_unanswerable")] = Answered.NOT
    questions = tuple(Question(question, answered) for question, answered in asked.items() if question)
    return _paragraph(name, title, bool(title), text, questions)


def _paragraph(
    name: str, article: str, titled: bool, text: str, questions: tuple[Question, ...]
) -> Paragraph:
    return Paragraph(_hash(text), name, article, titled, text, questions, False)


# --- one paragraph of several sets ---------------------------------------------------------------


def _merge(kept: Paragraph, other: Paragraph) -> Paragraph:
    """The questions of both, in the text with capitals. An answered question wins over an unanswered one."""
    if kept.text.islower() and not other.text.islower():
        kept, other = replace(other, set=kept.set), kept
    carried = other.questions if kept.text == other.text else tuple(_carried(other, kept.text))
    by_text: dict[str, Question] = {}
    for question in (*kept.questions, *carried):
        key = _letters(question.text)
        if key not in by_text or by_text[key].answered is Answered.NOT:
            by_text[key] = question
    named = kept if kept.titled or not other.titled else other
    return replace(
        kept,
        article=named.article,
        titled=named.titled,
        questions=tuple(by_text.values()),
        held_aside=kept.held_aside or other.held_aside,
    )


def _carried(paragraph: Paragraph, text: str) -> Iterator[Question]:
    """The questions of a paragraph, their spans in another text of the same letters and digits."""
    places = [i for i, c in enumerate(text) if c.isalnum()]
    before = [0, *accumulate(map(str.isalnum, paragraph.text))]
    for question in paragraph.questions:
        counted = [(before[start], before[end]) for start, end in question.spans]
        if all(start < end for start, end in counted):
            spans = tuple((places[start], places[end - 1] + 1) for start, end in counted)
            yield replace(question, spans=spans)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


# --- the split -----------------------------------------------------------------------------------


def _with_split(read: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """The paragraphs of one file, those of one article in six held aside: always the same."""
    units = {p.article or p.name for p in read}
    aside = set(sorted(units, key=_hash)[: len(units) // HELD_ASIDE])
    for paragraph in read:
        yield replace(paragraph, held_aside=(paragraph.article or paragraph.name) in aside)


def _near_those_aside(split: Sequence[Paragraph]) -> set[str]:
    """The names of paragraphs of no known article that share their words with one of their family held aside.

    A family are sets whose names begin with the same letters: squad2_train and squad-first10.
    """
    near = set()
    for family in sorted({_family(p) for p in split}):
        unknown = [p for p in split if not p.article and not p.held_aside and _family(p) == family]
        aside = [p for p in split if p.held_aside and p.titled and _family(p) == family]
        if unknown and aside:
            words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(p.text for p in split)
            nearness = words.transform(p.text for p in unknown) @ words.transform(p.text for p in aside).T
            most = nearness.max(axis=1).toarray().ravel()
            near |= {p.name for p, nearest in zip(unknown, most, strict=True) if nearest > _NEAR}
    return near


def _family(paragraph: Paragraph) -> str:
    return re.sub("[^a-z].*", "", paragraph.set)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
