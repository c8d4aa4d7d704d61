"""The words of a part of the corpus, with how many of its passages have each, and how long these are.

Kept beside the passages because Milvus tells neither how many passages have a word nor which words there are.
Only the one who syncs a part writes its rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from qa.index.milvus.bm25 import Passage, Totals, token
from qa.index.milvus.collections import META, PASSAGES, UNSEARCHED, WORDS
from qa.index.milvus.connection import Connection, equals
from qa.index.milvus.rows import key, meta_row
from qa.index.words import words_of

TOTALS = "totals"
_STEM = 100  # characters of a word that is offered in place of a misspelled one


class Change:
    """How the words of a part change with its passages."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()  # by how many passages more have each word
        self.passages = 0
        self.words = 0

    def add(self, passages: Iterable[Passage], times: int = 1) -> None:
        """Note passages that have come."""
        for passage in passages:
            for word in passage.words:
                self.counts[word] += times
            self.passages += times
            self.words += times * len(passage)

    def remove(self, passages: Iterable[Passage]) -> None:
        """Note passages that have gone."""
        self.add(passages, -1)


def update(connection: Connection, part: str, change: Change, texts: Sequence[str]) -> None:
    """Count passages that came and went. `texts` are those of the ones that came."""
    stems = {token(word): word for words in words_of(texts) for word in words}
    changed = {word: difference for word, difference in change.counts.items() if difference}
    ids = {key(part, word): word for word in changed}
    known = {row["id"]: row for row in connection.rows_in(WORDS, "id", list(ids), ("id", "passages", "stem"))}
    rows, gone = [], []
    for identity, word in ids.items():
        before = known.get(identity, {"passages": 0, "stem": stems.get(word, word)})
        count = before["passages"] + changed[word]
        if count > 0:
            rows.append(_row(part, word, before["stem"], count))
        else:
            gone.append(identity)
    connection.upsert(WORDS, rows)
    connection.delete_in(WORDS, "id", gone)
    totals = totals_of(connection, part)
    _set_totals(connection, part, Totals(totals.passages + change.passages, totals.words + change.words))


def recount(connection: Connection, part: str) -> None:
    """Count all passages of a part anew."""
    known = {row["word"]: row["stem"] for row in connection.rows(WORDS, equals(part=part), ("word", "stem"))}
    counts: Counter[str] = Counter()
    passages = words = 0
    for page in connection.pages(PASSAGES, equals(part=part), ("searched", "header_words", "content")):
        for row in page:
            passage = Passage.of(row["searched"], row["header_words"])
            counts.update(passage.words)
            passages, words = passages + 1, words + len(passage)
        if unknown := [row for row in page if not known.keys() >= set(row["searched"].split())]:
            contents = (json.loads(row["content"] or '["", "", ""]') for row in unknown)
            texts = [text for content in contents for text in content[1:3]]
            known |= {token(word): word for found in words_of(texts) for word in found}
    connection.upsert(WORDS, [_row(part, word, known.get(word, word), n) for word, n in counts.items()])
    gone = [key(part, word) for word in known.keys() - counts.keys()]
    connection.delete_in(WORDS, "id", gone)
    _set_totals(connection, part, Totals(passages, words))


def counts_of(connection: Connection, words: Iterable[str]) -> dict[str, int]:
    """token -> how many passages of the whole corpus have the word."""
    counts = dict.fromkeys(words, 0)
    for row in connection.rows_in(WORDS, "word", list(counts), ("word", "passages")):
        counts[row["word"]] += row["passages"]
    return counts


def totals_of(connection: Connection, part: str | None = None) -> Totals:
    """The totals of a part, or of the whole corpus."""
    condition = equals(name=TOTALS) if part is None else equals(name=TOTALS, part=part)
    values = [json.loads(row["value"]) for row in connection.rows(META, condition, ("value",))]
    return Totals(sum(value[0] for value in values), sum(value[1] for value in values))


def _set_totals(connection: Connection, part: str, totals: Totals) -> None:
    connection.upsert(META, [meta_row(part, TOTALS, json.dumps([totals.passages, totals.words]))])


def _row(part: str, word: str, stem: str, passages: int) -> dict[str, object]:
    stem = stem[:_STEM]
    return {
        "id": key(part, word),
        "word": word,
        "stem": stem,
        "part": part,
        "letter": stem[:1],
        "passages": passages,
        **UNSEARCHED,
    }
