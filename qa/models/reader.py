"""A question + passages -> readings: each passage's best span, and how it compares with "no answer here".

The reader is the default encoder's own network, with a head that has two outputs per token: the start and the
end of the answer (Devlin et al., "BERT", 2019, sections 4.2 and 4.3, where [CLS] stands for no answer).
reader.safetensors stores how its weights differ from the encoder's: for each matrix a product of two thin
ones, for each vector the difference itself. reader.md says what it was made from and how good it is.
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

WINDOW = 384  # tokens read at once, including question and header
OVERLAP = 64  # tokens that the windows of a long passage share, so that no answer is cut in two
LONGEST = 30  # tokens in an answer, at most
_QUESTION, _HEADER = 128, 64  # tokens of a question and of a header that are read, at most
_CLS, _SEP = 101, 102

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's result for one passage.

    `span` is the best answer, in the document's offsets and within one sentence; `score` and `null` are the
    logits of that answer and of "no answer here". `sentences` has, for each sentence of the passage, the best
    span in it and, before it, that span's margin: minus infinity for a sentence without words.
    """

    span: Span
    score: float
    null: float
    sentences: tuple[tuple[float, Span], ...]

    @property
    def margin(self) -> float:
        """The logits by which the span beats no answer: above 0, the reader takes it for an answer."""
        return self.score - self.null


@dataclass(frozen=True, slots=True)
class Row:
    """The tokens that the network reads at once: [CLS] question [SEP] header text [SEP].

    `offsets` are the spans of the text's tokens in the text; the first of these tokens is `ids[text_start]`.
    """

    ids: list[int]
    boundary: int  # the index of the first token after the question
    text_start: int
    offsets: list[Span]


class Tokens:
    """Turns questions, headers and texts into rows of tokens."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def rows(self, question: str, header: str, text: str) -> list[Row]:
        """One row for a text that fits into a window, otherwise one for each of its overlapping windows."""
        question_ids = self._ids(question)[:_QUESTION]
        header_ids = self._ids(header)[:_HEADER] if header else []
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        head = [_CLS, *question_ids, _SEP, *header_ids]
        size = WINDOW - len(head) - 1
        rows = []
        for start in range(0, max(1, len(encoding.ids) - OVERLAP), size - OVERLAP):
            ids = encoding.ids[start : start + size]
            offsets = encoding.offsets[start : start + len(ids)]
            rows.append(Row([*head, *ids, _SEP], len(question_ids) + 2, len(head), offsets))
        return rows

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


class Reader(Protocol):
    """The interface of a reader to the rest of the package; tests substitute a simple one."""

    @property
    def name(self) -> str:
        """The name of the reader, for display."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        """A reading for each passage, in the order of the passages."""


class ExtractiveReader:
    """The reader that comes with the package, on the encoder it was made from. Loaded when first needed."""

    def __init__(self, encoder: BertEncoder, weights: bytes) -> None:
        self._encoder = encoder
        self._weights = weights
        self.name = f"extractive, {hashlib.sha256(weights).hexdigest()[:12]}"

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self._encoder.files.tokenizer)

    @cached_property
    def _network(self) -> tuple[Bert, torch.Tensor, torch.Tensor]:
        """The network, which shares the encoder's word embeddings, and the weight and bias of the head."""
        from safetensors.torch import load

        stored = load(self._weights)
        weights = dict(self._encoder.weights)
        for name, weight in weights.items():
            if f"{name}.left" in stored:
                weights[name] = weight + stored[f"{name}.left"].float() @ stored[f"{name}.right"].float()
            elif name in stored:
                weights[name] = weight + stored[name].float()
        return self._encoder.network(weights), stored["head.weight"], stored["head.bias"]

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        self._network  # noqa: B018  loads it once, before several threads need it
        rows = [
            (number, row)
            for number, passage in enumerate(passages)
            for row in self._tokens.rows(question, passage.header, passage.text)
        ]
        windows: list[list[Reading]] = [[] for _ in passages]
        row_batches = batches([len(row.ids) for _, row in rows], workers().count)
        results = workers().map(self._logits, ([rows[i][1] for i in batch] for batch in row_batches))
        for (number, row), logits in zip(rows, chain.from_iterable(results), strict=True):
            windows[number].append(_window_reading(passages[number], row, logits))
        return tuple(_merge(readings) for readings in windows)

    def _logits(self, rows: Sequence[Row]) -> list[Logits]:
        """(tokens, 2) for each row: the logits of an answer that starts, and that ends, at each token."""
        import torch
        from torch.nn.functional import linear

        network, weight, bias = self._network
        with torch.inference_mode():
            hidden = network([row.ids for row in rows], [row.boundary for row in rows])
            return [linear(h.float(), weight, bias).numpy() for h in hidden]


def find_reader(encoder: Encoder) -> Reader | None:
    """The package's reader, or None if it is missing or was made from another encoder.

    Raises ModelError if the file is not the one that reader.json names.
    """
    weights = files("qa.models").joinpath("reader.safetensors")
    if not weights.is_file() or not isinstance(encoder, BertEncoder):
        return None
    if encoder.files.weights_sha256 != manifest()["base"]:
        return None
    content = weights.read_bytes()
    if hashlib.sha256(content).hexdigest() != manifest()["sha256"]:
        raise ModelError("qa/models/reader.safetensors is not the file that came with qa. Install qa again")
    return ExtractiveReader(encoder, content)


@cache
def manifest() -> dict[str, Any]:
    """The content of reader.json: the checksums of the reader and its base, and the calibration."""
    values: dict[str, Any] = json.loads(files("qa.models").joinpath("reader.json").read_text("utf-8"))
    return values


def _window_reading(passage: Passage, row: Row, logits: Logits) -> Reading:
    """The reading of a passage as far as the window `row` shows it."""
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
        # That a row answers is told by several of its cells, but one of them is the answer.
        one_cell = _of_one_cell(passage.text, row.offsets[first:last])
        i, j = np.unravel_index(int(np.where(one_cell, block, -np.inf).argmax()), block.shape)
        span = (row.offsets[first + int(i)][0], row.offsets[first + int(j)][1])
        x, y = _whole_words(passage.text, span, (a, b))
        sentences.append((float(block.max()) - null, (passage.start + x, passage.start + y)))
    margin, best = max(sentences, default=(-math.inf, (passage.start, passage.start)))
    return Reading(best, margin + null, null, tuple(sentences))


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


def _merge(readings: Sequence[Reading]) -> Reading:
    """The best reading among the windows of one passage, with the best result for each sentence."""
    best = max(readings, key=lambda reading: reading.margin)
    sentences = tuple(max(results) for results in zip(*(r.sentences for r in readings), strict=True))
    return replace(best, sentences=sentences)


def best_span(row: Row, logits: Logits) -> tuple[Span, float, float]:
    """The best span in a row's text, its score, and the score of no answer; `logits` are (tokens, 2)."""
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
