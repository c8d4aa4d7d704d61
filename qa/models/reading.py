"""A network's logits for a passage -> its reading: the best spans, the evidence, and "no answer here".

The logits of a token are the start and the end of an answer, where the first token of the row stands for "no
answer here" (Devlin et al., "BERT", 2019, section 4.3); and, in the package's own readers, whether the token
is within an answer, and whether its sentence is evidence. training/network.py says how they are trained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qa.models.rows import Row
from qa.types import Passage, Span

LONGEST = 30  # tokens in an answer, at most
START, END, INSIDE, EVIDENCE = range(4)  # the columns of the logits

Logits = npt.NDArray[np.float32]


class SentenceReading(NamedTuple):
    """The best span in a sentence, in the document's offsets, and its margin: -inf without words.

    `evidence` is the logit of the sentence being a part of the answer, whether or not it holds a span; -inf
    if the reader does not tell.
    """

    margin: float
    span: Span
    evidence: float = -math.inf


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's result for one passage.

    `span` is the best answer, in the document's offsets and within one sentence; `score` and `null` are the
    logits of that answer and of "no answer here". `answered` is the logit of the passage holding an answer at
    all. `sentences` are the readings of the passage's sentences.
    """

    span: Span
    score: float
    null: float
    sentences: tuple[SentenceReading, ...]
    answered: float = 0.0

    @property
    def margin(self) -> float:
        """The logits by which the span beats no answer: above 0, the reader takes it for an answer."""
        return self.score - self.null


def window_reading(passage: Passage, row: Row, logits: Logits) -> Reading:
    """The reading of a passage as far as the window `row` shows it."""
    scores = _span_scores(row, logits)
    null = float(logits[0].sum())
    sentences: list[SentenceReading] = []
    for start, end in passage.sentences:
        a, b = start - passage.start, end - passage.start
        inside = [i for i, (x, y) in enumerate(row.offsets) if a <= x and y <= b]
        if not inside:
            sentences.append(SentenceReading(-math.inf, (start, start)))
            continue
        first, last = inside[0], inside[-1] + 1
        block = scores[first:last, first:last]
        # That a row answers is told by several of its cells, but one of them is the answer.
        one_cell = _of_one_cell(passage.text, row.offsets[first:last])
        i, j = np.unravel_index(int(np.where(one_cell, block, -np.inf).argmax()), block.shape)
        span = (row.offsets[first + int(i)][0], row.offsets[first + int(j)][1])
        x, y = _whole_words(passage.text, span, (a, b))
        margin = float(block.max()) - null
        tokens = logits[row.text_start + first : row.text_start + last]
        evidence = sentence_evidence(tokens) if _has_evidence(logits) else -math.inf
        sentences.append(SentenceReading(margin, (passage.start + x, passage.start + y), evidence))
    best = max(sentences, default=SentenceReading(-math.inf, (passage.start, passage.start)))
    answered = float(logits[0, EVIDENCE]) if _has_evidence(logits) else best.margin
    return Reading(best.span, best.margin + null, null, tuple(sentences), answered)


def _has_evidence(logits: Logits) -> bool:
    return len(logits[0]) > EVIDENCE


def sentence_evidence(tokens: Logits) -> float:
    """The logit of a sentence, from those of its tokens: the log of the mean of their exponentials."""
    return float(np.logaddexp.reduce(tokens[:, EVIDENCE]) - math.log(len(tokens)))


def _of_one_cell(text: str, offsets: Sequence[Span]) -> npt.NDArray[np.bool_]:
    """(tokens, tokens): true for a span, by its first and last token, that crosses no bar between cells."""
    bars = np.array([text[start:end] == "|" for start, end in offsets])
    if not bars.any() or bars.all():
        return np.ones((len(bars), len(bars)), dtype=bool)
    cell = np.where(bars, -1, np.cumsum(bars))
    same: npt.NDArray[np.bool_] = (cell[:, None] == cell[None, :]) & ~bars[:, None]
    return same


def _whole_words(text: str, span: Span, within: Span) -> Span:
    """A span of tokens, extended to whole words but not beyond `within`."""
    start, end = span
    while start > within[0] and text[start - 1 : start + 1].isalnum():
        start -= 1
    while end < within[1] and text[end - 1 : end + 1].isalnum():
        end += 1
    return start, end


def merged(readings: Sequence[Reading]) -> Reading:
    """The best reading among the windows of one passage, with the best result for each sentence."""
    best = max(readings, key=lambda reading: reading.margin)
    sentences = tuple(max(results) for results in zip(*(r.sentences for r in readings), strict=True))
    return replace(best, sentences=sentences, answered=max(reading.answered for reading in readings))


def best_span(row: Row, logits: Logits) -> tuple[Span, float, float]:
    """The best span in a row's text, its score, and the score of no answer."""
    scores = _span_scores(row, logits)
    i, j = np.unravel_index(int(scores.argmax()), scores.shape)
    span = (row.offsets[i][0], row.offsets[j][1])
    return span, float(scores[i, j]), float(logits[0].sum())


def _span_scores(row: Row, logits: Logits) -> Logits:
    """The scores of all spans by start and end, (text tokens, text tokens); -inf for impossible spans."""
    inside = logits[row.text_start : row.text_start + len(row.offsets)]
    scores = inside[:, 0][:, None] + inside[:, 1][None, :]
    allowed = np.tri(len(inside), k=0, dtype=bool).T & np.tri(len(inside), k=LONGEST - 1, dtype=bool)
    masked: Logits = np.where(allowed, scores, -np.inf).astype(np.float32)
    return masked
