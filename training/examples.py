"""Mined questions -> groups of rows to train on, in an endless order that is the same for the same seed.

A group is a question with the passage that answers it and, mostly, one row that looks alike and has no
answer: the same passage with a question that people wrote to look answerable, or with its own question
edited; or another passage that was mined for it. SHARES says how many groups of each set there are, whatever
its size: a small set is used up and begins again while a large one is still in its first round.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from edit import edit
from sets import Answered

from qa.models.rows import Row, Tokens
from qa.types import Span

SHARES = {  # by the beginning of a set's name; another set counts 5
    "squad": 50,
    "new_wiki": 10,
    "tydiqa": 8,
    "afriqa": 8,
    "qadiscourse": 7,
    "quoref": 6,
    "selqa": 5,
    "fairytaleqa": 4,
    "nq_open": 4,
    "covidqa": 3,
    "boolq": 2,
    "tatqa": 2,
    "nomiracl": 2,
    "reddit": 2,
    "pubmedqa": 1,
    "amazon": 1,
    "narrativeqa": 1,
    "belebele": 1,
}
_MINED, _EDITED = 0.5, 0.2  # chances of a row without an answer, if no question was written to be one
_WRITTEN = 0.8  # the chance that a question which was written to look answerable is used where there is one
_HEADER = 0.5  # the chance that a row has its header, if there is one
_LIKELY = 0.3  # the weight of spans that were found by likeness
_SORTED = 50  # batches, whose groups are sorted by length together

Passages = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Example:
    """A row, and what is known about it. Tokens are counted from the beginning of the row.

    `spans` are the inclusive first and last tokens of answers: [(0, 0)] if there is none, [] if it is not
    known where one is. `inside` are those of all that belongs to one answer, `sentences` those of the
    sentences, each with 1.0 if it holds an answer; None if that is not known. `weight` is that of the spans.
    """

    row: Row
    answered: bool
    spans: list[Span]
    inside: list[Span] | None
    sentences: list[tuple[int, int, float]] | None
    weight: float = 1.0


@dataclass(frozen=True)
class Group:
    """A question and its passage, or None, and the rows beside it that have no answer, by number and text."""

    positive: tuple[int, dict[str, Any]] | None
    negatives: tuple[tuple[int, str], ...]
    header: bool
    length: int  # characters of the longest row


def example(tokens: Tokens, passage: dict[str, Any], question: dict[str, Any], header: bool) -> Example:
    """The first window of a passage that shows one of the answers, or the first of all."""
    answered = Answered(question["answered"])
    rows = tokens.rows(question["question"], passage["header"] if header else "", passage["text"])
    by_row = [[place for s in question["spans"] if (place := _place(row, s))] for row in rows]
    row, places = next(((r, p) for r, p in zip(rows, by_row, strict=True) if p), (rows[0], []))
    in_view = [(s, place) for s in passage["sentences"] if (place := _place(row, s, whole=False))]
    weight = 1.0 if question.get("sure", True) else _LIKELY
    if answered is Answered.NOT:
        return Example(row, False, [(0, 0)], [], [(*place, 0.0) for _, place in in_view])
    sentences = [
        (*place, float(any(a < end and start < b for a, b in question["spans"])))
        for (start, end), place in in_view
    ]
    if answered is Answered.SOMEWHERE or not places:
        return Example(row, True, [], None, None)
    if answered is Answered.SENTENCES:
        return Example(row, True, [], None, sentences)
    inside = places if answered is Answered.PARTS else places[:1]
    return Example(row, True, places, inside, sentences, weight)


def _place(row: Row, span: Sequence[int], whole: bool = True) -> Span | None:
    """The first and last token of a span in a row; None if no token, or not the whole span, is in the row."""
    start, end = span
    inside = [i for i, (a, b) in enumerate(row.offsets) if a < end and start < b]
    if not inside or (whole and (row.offsets[inside[0]][0] > start or row.offsets[inside[-1]][1] < end)):
        return None
    return row.text_start + inside[0], row.text_start + inside[-1]


class Groups:
    """The groups of a file of mined questions. `held_aside` are the questions of which none are made."""

    def __init__(self, mined: Path) -> None:
        with mined.open(encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.passages: Passages = [line for line in lines if "text" in line]
        questions = [line for line in lines if "question" in line]
        self.held_aside = [q for q in questions if self.passages[q["passage"]]["held_aside"]]
        asked = [q for q in questions if not self.passages[q["passage"]]["held_aside"]]
        self._unanswered: dict[int, list[str]] = {}  # passage -> questions
        self._by_set: dict[str, list[dict[str, Any]]] = {}
        answered = {q["passage"] for q in asked if q["answered"] != Answered.NOT}
        for q in asked:
            if q["answered"] == Answered.NOT and q["passage"] in answered:
                self._unanswered.setdefault(q["passage"], []).append(q["question"])
            else:
                share = next((s for s in SHARES if self.passages[q["passage"]]["set"].startswith(s)), "")
                self._by_set.setdefault(share, []).append(q)

    def endless(self, seed: int) -> Iterator[Group]:
        """Groups without end."""
        choice = random.Random(seed)
        names = sorted(self._by_set)
        rounds = {name: self._rounds(name, random.Random(f"{seed} {name}")) for name in names}
        while True:
            (name,) = choice.choices(names, [SHARES.get(name, 5) for name in names])
            yield next(rounds[name])

    def _rounds(self, name: str, choice: random.Random) -> Iterator[Group]:
        while True:
            for question in choice.sample(self._by_set[name], len(self._by_set[name])):
                yield self._group(question, choice)

    def _group(self, question: dict[str, Any], choice: random.Random) -> Group:
        number = question["passage"]
        text, header = self.passages[number]["text"], choice.random() < _HEADER
        negatives: tuple[tuple[int, str], ...] = ()
        written, drawn = self._unanswered.get(number, []), choice.random()
        if question["answered"] == Answered.NOT:
            return Group(None, ((number, question["question"]),), header, len(text))
        if written and choice.random() < _WRITTEN:
            negatives = ((number, choice.choice(written)),)
        elif question["negatives"] and drawn < _MINED:
            negatives = ((choice.choice(question["negatives"]), question["question"]),)
        elif drawn > 1 - _EDITED and question["answered"] != Answered.SOMEWHERE:
            others = [self.passages[i]["text"] for i in question["negatives"][:3]] or [text]
            new = edit(question["question"], text, others, choice)
            negatives = ((number, new),) if new else ()
        length = max(len(self.passages[i]["text"]) for i in (number, *(i for i, _ in negatives)))
        return Group((number, question), negatives, header, length)

    def batches(self, seed: int, size: int) -> Iterator[list[Group]]:
        """Batches of groups of similar length, without end, in random order."""
        choice, groups = random.Random(seed), self.endless(seed)
        while True:
            chunk = sorted(islice(groups, size * _SORTED), key=lambda group: group.length)
            cut = [chunk[i : i + size] for i in range(0, len(chunk), size)]
            yield from choice.sample(cut, len(cut))

    def examples(self, tokens: Tokens, group: Group) -> list[Example]:
        """The rows of a group: the one with the answer first, if there is one."""
        made = []
        if group.positive:
            number, question = group.positive
            made.append(example(tokens, self.passages[number], question, group.header))
        for number, text in group.negatives:
            asked = {"question": text, "answered": Answered.NOT, "spans": []}
            made.append(example(tokens, self.passages[number], asked, group.header))
        return made
