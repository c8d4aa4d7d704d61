"""Documents -> the sentences that stand for each of them, and the few documents that stand for many.

A sentence stands for its document if it is near to what the document is about, which is

    cos(sentence, mean of the document's passages) + cos(sentence, title)

Of what people write at the head of an article or a paper, this finds more than the first sentences do, or a
graph of sentences, or the frequencies of words: benchmarks/overviews.md. Only the passages that are near in
this sense are looked into, so that a long document costs no more than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from qa.answers.quotes import is_dependent
from qa.index.protocol import PassageVectors, Snapshot
from qa.models.encoder import Encoder, Vectors, encode_all
from qa.search.evidence import ScoredSentence
from qa.types import Document, Hit

_PASSAGES = 6  # of a document, that are looked into
_LEAST_WORDS = 6  # of a sentence that stands for a document
_ALIKE = 0.75  # cosine from which on two sentences say the same
_REFERENCE = re.compile(r"https?://|\bwww\.|\bdoi:|^\W*\[\d+\]", re.IGNORECASE)
_COMPARED = 2000  # documents, at most, among which those that stand for all are chosen


def gists(
    documents: Sequence[Document], most: int, snapshot: Snapshot, index: PassageVectors, encoder: Encoder
) -> list[ScoredSentence]:
    """At most so many sentences for each document that stand for it, in the order of its text."""
    numbers = snapshot.numbers_by_document(document.id for document in documents)
    documents = [document for document in documents if document.id in numbers]
    subjects = _subjects(documents, numbers, index, encoder)
    near = {
        document.id: _nearest(subjects[document.id], numbers[document.id], index) for document in documents
    }
    passages = snapshot.passages([number for chosen in near.values() for number in chosen])
    sentences = {
        document.id: _presentable(
            [
                ScoredSentence(Hit(passages[number], document, 0.0), i, 0.0)
                for number in near[document.id]
                for i in range(len(passages[number].sentences))
            ]
        )
        for document in documents
    }
    texts = list(dict.fromkeys(s.text() for chosen in sentences.values() for s in chosen))
    vectors = dict(zip(texts, encode_all(encoder, texts), strict=True)) if texts else {}
    return [s for d in documents for s in _central(sentences[d.id], subjects[d.id], vectors, most)]


def representatives(
    documents: Sequence[Document], count: int, snapshot: Snapshot, index: PassageVectors
) -> tuple[Document, ...]:
    """So many documents that together are near to all the others, in their old order.

    Each is the one that brings the others nearest to what has been chosen (greedy facility location).
    """
    if len(documents) <= count:
        return tuple(documents)
    numbers = snapshot.numbers_by_document(document.id for document in documents)
    held = [document for document in documents if document.id in numbers]
    held = held[:: -(-len(held) // _COMPARED)]
    means = np.stack([_mean(index, numbers[document.id]) for document in held])
    cosines = means @ means.T
    chosen: list[int] = []
    reached = np.full(len(held), -1.0)
    for _ in range(min(count, len(held))):
        gains = np.maximum(cosines, reached).sum(axis=1)
        gains[chosen] = -np.inf
        chosen.append(int(gains.argmax()))
        reached = np.maximum(reached, cosines[chosen[-1]])
    return tuple(held[i] for i in sorted(chosen))


def _subjects(
    documents: Sequence[Document],
    numbers: Mapping[str, Sequence[int]],
    index: PassageVectors,
    encoder: Encoder,
) -> dict[str, Vectors]:
    """document id -> the vector whose product with that of a sentence says how well it stands for it."""
    titles = encode_all(encoder, [document.title for document in documents])
    return {d.id: _mean(index, numbers[d.id]) + title for d, title in zip(documents, titles, strict=True)}


def _mean(index: PassageVectors, numbers: Sequence[int]) -> Vectors:
    """The direction of the mean of passages, (dimension,), of unit length."""
    mean: Vectors = index.vectors(numbers).mean(axis=0)
    return mean / max(1e-9, float(np.linalg.norm(mean)))


def _nearest(subject: Vectors, numbers: Sequence[int], index: PassageVectors) -> list[int]:
    """The numbers of the passages that are nearest to a subject, ascending."""
    products = index.vectors(numbers) @ subject
    return sorted(numbers[i] for i in np.argsort(-products, kind="stable")[:_PASSAGES])


def _presentable(sentences: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Those that can be read by themselves and are the author's text; all of them if there are none."""
    sure = [s for s in sentences if not s.hit.passage.doubtful] or list(sentences)
    return [s for s in sure if _is_readable(s.text())] or sure


def is_reference(text: str) -> bool:
    """True if a text only says where something stands: an address, an entry of a list of sources."""
    return bool(_REFERENCE.search(text))


def _is_readable(text: str) -> bool:
    ends = text.rstrip("\"”’»)]'").endswith((".", "!", "?", "…", "。"))
    return ends and len(text.split()) >= _LEAST_WORDS and not is_dependent(text) and not is_reference(text)


def _central(
    sentences: Sequence[ScoredSentence], subject: Vectors, vectors: Mapping[str, Vectors], most: int
) -> list[ScoredSentence]:
    """The sentences nearest to a subject that don't repeat each other, in the order of their document."""
    chosen: list[ScoredSentence] = []
    for sentence in sorted(sentences, key=lambda s: -float(vectors[s.text()] @ subject)):
        vector = vectors[sentence.text()]
        if len(chosen) < most and all(vectors[other.text()] @ vector < _ALIKE for other in chosen):
            chosen.append(sentence)
    return sorted(chosen, key=lambda s: s.span)
