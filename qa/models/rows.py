"""A question, a header and a text -> the rows of tokens that a reader's network reads at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qa.types import Span

WINDOW = 384  # tokens read at once, including question and header
OVERLAP = 64  # tokens that the windows of a long passage share, so that no answer is cut in two
_QUESTION, _HEADER = 128, 64  # tokens of a question and of a header that are read, at most


@dataclass(frozen=True, slots=True)
class Row:
    """The tokens that the network reads at once: question, header and text, between the model's own marks.

    `offsets` are the spans of the text's tokens in the text; the first of these tokens is `ids[text_start]`.
    """

    ids: list[int]
    boundary: int  # the index of the first token after the question and its mark
    text_start: int
    offsets: list[Span]


class Tokens:
    """Turns questions, headers and texts into rows: [CLS] question [SEP] header text [SEP] for BERT.

    If `doubled`, the mark between question and header stands there twice, as in MPNet.
    """

    def __init__(self, tokenizer: Any, doubled: bool = False) -> None:
        self._tokenizer = tokenizer
        pair = tokenizer.encode("a", "b")  # shows the marks that the model has around and between two texts
        question, text = pair.sequence_ids.index(0), pair.sequence_ids.index(1)
        after_question = len(pair.sequence_ids) - pair.sequence_ids[::-1].index(0)
        after_text = len(pair.sequence_ids) - pair.sequence_ids[::-1].index(1)
        self._before, self._after = pair.ids[:question], pair.ids[after_text:]
        self._between = pair.ids[after_question:text] * (2 if doubled else 1)

    def rows(self, question: str, header: str, text: str) -> list[Row]:
        """One row for a text that fits into a window, otherwise one for each of its overlapping windows."""
        question_ids = self._ids(question)[:_QUESTION]
        header_ids = self._ids(header)[:_HEADER] if header else []
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        begun = [*self._before, *question_ids, *self._between]
        head = [*begun, *header_ids]
        size = WINDOW - len(head) - len(self._after)
        rows = []
        for start in range(0, max(1, len(encoding.ids) - OVERLAP), size - OVERLAP):
            ids = encoding.ids[start : start + size]
            offsets = encoding.offsets[start : start + len(ids)]
            rows.append(Row([*head, *ids, *self._after], len(begun), len(head), offsets))
        return rows

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids
