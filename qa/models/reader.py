"""A question + passages -> readings: for each passage its best span, and how it compares to "no answer here".

The reader is the default encoder's own network with a head of two outputs a word piece, start and end of
the answer (Devlin et al., "BERT", 2019, section 4.2 and 4.3: [CLS] stands for no answer). What is stored
in reader.safetensors is how its weights differ from the encoder's: for every matrix a product of two thin
ones, for every vector the difference itself. reader.md says what it was made from and how good it is.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.errors import ModelError
from qa.models.bert import Bert
from qa.models.encoder import BertEncoder, Encoder
from qa.models.workers import batches, workers
from qa.types import Passage, Span

if TYPE_CHECKING:
    import torch

WINDOW = 384  # word pieces read at once, question and header among them
OVERLAP = 64  # of a long passage's windows, so that no answer is cut in two
LONGEST = 30  # word pieces of an answer
_QUESTION, _HEADER = 128, 64  # word pieces read of them at most
_CLS, _SEP = 101, 102

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one passage.

    `span` is its best answer, in the document's offsets and within one sentence; `score` and `null` are
    the logits of that answer and of "no answer here". `sentences` holds for each sentence of the passage
    the margin of the best span in it, and that span: minus infinity where a sentence holds no word.
    """

    span: Span
    score: float
    null: float
    sentences: tuple[tuple[float, Span], ...]

    @property
    def margin(self) -> float:
        """How much better the span is than no answer: above 0 the passage answers, as far as one can say."""
        return self.score - self.null


@dataclass(frozen=True, slots=True)
class Row:
    """What the network reads at once: [CLS] question [SEP] header text [SEP].

    `offsets` are the places of the text's word pieces in it; the first of them has the index `first`.
    """

    ids: list[int]
    second: int  # the index of the first word piece after the question
    first: int
    offsets: list[Span]


class Tokens:
    """Texts as word pieces, joined into rows."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def rows(self, question: str, header: str, text: str) -> list[Row]:
        """One row for a text that fits into a window, else one for each of its overlapping windows."""
        asked = self._ids(question)[:_QUESTION]
        above = self._ids(header)[:_HEADER] if header else []
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        head = [_CLS, *asked, _SEP, *above]
        size = WINDOW - len(head) - 1
        rows = []
        for start in range(0, max(1, len(encoding.ids) - OVERLAP), size - OVERLAP):
            ids = encoding.ids[start : start + size]
            rows.append(
                Row(
                    [*head, *ids, _SEP], len(asked) + 2, len(head), encoding.offsets[start : start + len(ids)]
                )
            )
        return rows

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


class Reader(Protocol):
    """What the rest needs of a reader; tests put a plain one in its place."""

    @property
    def name(self) -> str:
        """Says which reader it is, for people."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        """A reading for each passage, in their order."""


class ExtractiveReader:
    """The reader that the package carries, over the encoder it was made from. Loaded when first needed."""

    def __init__(self, encoder: BertEncoder, weights: bytes) -> None:
        self._encoder = encoder
        self._weights = weights
        self.name = f"extractive, {hashlib.sha256(weights).hexdigest()[:12]}"

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self._encoder.files.tokenizer)

    @cached_property
    def _network(self) -> tuple[Bert, torch.Tensor, torch.Tensor]:
        """The network, which shares the encoder's word embeddings, and the head's weight and bias."""
        from safetensors.torch import load

        kept = load(self._weights)
        weights = dict(self._encoder.weights)
        for name, weight in weights.items():
            if f"{name}.left" in kept:
                weights[name] = weight + kept[f"{name}.left"].float() @ kept[f"{name}.right"].float()
            elif name in kept:
                weights[name] = weight + kept[name].float()
        return self._encoder.network(weights), kept["head.weight"], kept["head.bias"]

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        self._network  # noqa: B018  loaded once, before several threads want it
        rows = [
            (number, row)
            for number, passage in enumerate(passages)
            for row in self._tokens.rows(question, passage.header, passage.text)
        ]
        found: list[list[Reading]] = [[] for _ in passages]
        chosen = batches([len(row.ids) for _, row in rows], workers().count)
        read = workers().map(self._logits, ([rows[i][1] for i in some] for some in chosen))
        for (number, row), values in zip(rows, chain.from_iterable(read), strict=True):
            found[number].append(_reading(passages[number], row, values))
        return tuple(_joined(readings) for readings in found)

    def _logits(self, rows: Sequence[Row]) -> list[Logits]:
        """For each row (word pieces, 2): of an answer that starts there and of one that ends there."""
        import torch
        from torch.nn.functional import linear

        network, weight, bias = self._network
        with torch.inference_mode():
            hidden = network([row.ids for row in rows], [row.second for row in rows])
            return [linear(h.float(), weight, bias).numpy() for h in hidden]


def find_reader(encoder: Encoder) -> Reader | None:
    """The package's reader, or None where it is missing or the encoder is not the one it was made from.

    Raises ModelError where the file is not the one that reader.json names.
    """
    weights = files("qa.models").joinpath("reader.safetensors")
    if not weights.is_file() or not isinstance(encoder, BertEncoder):
        return None
    made = facts()
    if encoder.files.weights_sha256 != made["base"]:
        return None
    content = weights.read_bytes()
    if hashlib.sha256(content).hexdigest() != made["sha256"]:
        raise ModelError("qa/models/reader.safetensors is not the file that came with qa: install qa again")
    return ExtractiveReader(encoder, content)


@cache
def facts() -> dict[str, Any]:
    """What reader.json says: the checksums of the reader and its base, and the calibration."""
    values: dict[str, Any] = json.loads(files("qa.models").joinpath("reader.json").read_text("utf-8"))
    return values


def _reading(passage: Passage, row: Row, logits: Logits) -> Reading:
    scores = _span_scores(row, logits)
    null = float(logits[0].sum())
    sentences: list[tuple[float, Span]] = []
    for start, end in passage.sentences:
        a, b = start - passage.start, end - passage.start
        inside = [i for i, (x, y) in enumerate(row.offsets) if a <= x and y <= b]
        if not inside:
            sentences.append((-math.inf, (start, start)))
            continue
        first, last = inside[0], inside[-1] + 1
        block = scores[first:last, first:last]
        i, j = np.unravel_index(int(block.argmax()), block.shape)
        span = (row.offsets[first + int(i)][0], row.offsets[first + int(j)][1])
        x, y = _whole_words(passage.text, span, (a, b))
        sentences.append((float(block[i, j]) - null, (passage.start + x, passage.start + y)))
    margin, best = max(sentences, default=(-math.inf, (passage.start, passage.start)))
    return Reading(best, margin + null, null, tuple(sentences))


def _whole_words(text: str, span: Span, within: Span) -> Span:
    """A span of word pieces, widened to the whole words that they are pieces of."""
    start, end = span
    while start > within[0] and text[start - 1 : start + 1].isalnum():
        start -= 1
    while end < within[1] and text[end - 1 : end + 1].isalnum():
        end += 1
    return start, end


def _joined(readings: Sequence[Reading]) -> Reading:
    """Of the windows of one passage the one with the best answer; each sentence where it looks best."""
    best = max(readings, key=lambda reading: reading.margin)
    sentences = tuple(max(window) for window in zip(*(r.sentences for r in readings), strict=True))
    return replace(best, sentences=sentences)


def best_span(row: Row, logits: Logits) -> tuple[Span, float, float]:
    """The best span of a row in its text, its score, and the score of no answer; logits (word pieces, 2)."""
    scores = _span_scores(row, logits)
    i, j = np.unravel_index(int(scores.argmax()), scores.shape)
    span = (row.offsets[i][0], row.offsets[j][1])
    return span, float(scores[i, j]), float(logits[0].sum())


def _span_scores(row: Row, logits: Logits) -> Logits:
    """Scores of all spans, (word pieces of the text) squared: start and end; those not allowed are -inf."""
    inside = logits[row.first : row.first + len(row.offsets)]
    scores = inside[:, 0][:, None] + inside[:, 1][None, :]
    allowed = np.tri(len(inside), k=0, dtype=bool).T & np.tri(len(inside), k=LONGEST - 1, dtype=bool)
    masked: Logits = np.where(allowed, scores, -np.inf).astype(np.float32)
    return masked
