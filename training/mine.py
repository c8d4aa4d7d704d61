"""Question-answering sets -> one file of passages and questions, each with hard negatives.

usage: python training/mine.py OUT.jsonl SET.json ...

Paragraphs become passages as the project itself makes them. A negative is a passage near the question, by the
encoder or by BM25, that does not hold its answer. Writes one JSON object per line: first the passages, then
the questions, which refer to passages by number. Takes about a quarter of an hour
for 38,000 paragraphs on two cores.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags
from sets import Answered, Paragraph, Question, paragraphs
from sklearn.feature_extraction.text import CountVectorizer

from qa import Passage
from qa.documents.sentences import block_sentences
from qa.documents.splitting import split
from qa.models.encoder import Encoder, encode_all, find_encoder, headed
from qa.types import Block, BlockKind, Span

NEGATIVES = 6
_NEAREST = 24  # passages looked at, half of them by each way
_AT_ONCE = 512  # questions
_K1, _B = 1.5, 0.75  # BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, section 3)


def passages_of(paragraph: Paragraph, encoder: Encoder) -> tuple[Passage, ...]:
    """The passages of a paragraph as a document of its own."""
    blocks = [Block(0, len(paragraph.text), BlockKind.BODY)]
    sentences = block_sentences(paragraph.text, blocks)
    title = paragraph.article if paragraph.titled else ""
    name, text = paragraph.name, paragraph.text
    return split(name, text, title, blocks, sentences, encoder.count, encoder.max_tokens)


def own_passage(question: Question, passages: Sequence[Passage]) -> tuple[int, list[Span]] | None:
    """The passage with the most of the spans, as an index, and these spans as offsets in its text.

    None if a question with spans has none in a passage of the paragraph.
    """
    best: tuple[int, list[Span]] = (0, [])
    for i, passage in enumerate(passages):
        inside = [
            (max(a, passage.start) - passage.start, min(b, passage.end) - passage.start)
            for a, b in question.spans
            if (passage.start <= a and b <= passage.end)
            or (question.answered is Answered.SENTENCES and a < passage.end and b > passage.start)
        ]
        if len(inside) > len(best[1]):
            best = i, inside
    return best if passages and bool(best[1]) == bool(question.spans) else None


def bm25(texts: Sequence[str]) -> tuple[CountVectorizer, csr_matrix]:
    """The words, and (passages, words): what each adds to the BM25 score of a passage."""
    words = CountVectorizer(stop_words="english")
    counts = words.fit_transform(texts).astype(np.float32).tocsr()
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    containing = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log(1 + (len(texts) - containing + 0.5) / (containing + 0.5))
    normal = _K1 * (1 - _B + _B * lengths / lengths.mean())
    rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    counts.data = counts.data * (_K1 + 1) / (counts.data + normal[rows])
    return words, (counts @ diags(idf.astype(np.float32))).tocsr()


def nearest(
    questions: Sequence[str], texts: Sequence[str], vectors: npt.NDArray[np.float32], encoder: Encoder
) -> list[list[int]]:
    """For each question the passages nearest by cosine and by BM25, taken in turns."""
    words, weights = bm25(texts)
    mean, half = vectors.mean(axis=0), min(_NEAREST // 2, len(texts))
    centred = (vectors - mean).T
    found: list[list[int]] = []
    for start in range(0, len(questions), _AT_ONCE):
        asked = list(questions[start : start + _AT_ONCE])
        cosines = (encode_all(encoder, asked) - mean) @ centred
        matches = (words.transform(asked) @ weights.T).toarray()
        for row in np.stack([_top(cosines, half), _top(matches, half)], axis=2):
            found.append(list(dict.fromkeys(row.ravel().tolist())))
        print(f"{start + len(asked)} of {len(questions)} questions", flush=True)
    return found


def _top(scores: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.intp]:
    """(rows, count): the columns with the highest scores, highest first."""
    top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1)
    return np.take_along_axis(top, order, axis=1)


def mine(sources: Sequence[Paragraph], encoder: Encoder) -> list[dict[str, Any]]:
    """The lines: all passages, then the questions of all paragraphs, each with its passage and negatives."""
    lines: list[dict[str, Any]] = []
    asked: list[tuple[Paragraph, Question, int, list[Span]]] = []
    for paragraph in sources:
        made = passages_of(paragraph, encoder)
        for question in paragraph.questions:
            if own := own_passage(question, made):
                asked.append((paragraph, question, len(lines) + own[0], own[1]))
        for p in made:
            sentences = [(a - p.start, b - p.start) for a, b in p.sentences]
            kept = {"text": p.text, "header": p.header, "sentences": sentences, "paragraph": paragraph.name}
            lines.append(kept | {"set": paragraph.set, "held_aside": paragraph.held_aside})
    texts = [headed(line["header"], line["text"]) for line in lines]
    lower = [line["text"].lower() for line in lines]
    vectors = encode_all(encoder, texts)
    near = nearest([question.text for _, question, *_ in asked], texts, vectors, encoder)
    for (paragraph, question, passage, spans), found in zip(asked, near, strict=True):
        answers = [paragraph.text[a:b].lower() for a, b in question.spans]
        # If a whole sentence or nothing is marked, other passages of the paragraph may answer as well.
        marked = question.answered in (Answered.SPAN, Answered.PARTS)
        negatives = [
            i
            for i in found
            if i != passage
            and (marked or lines[i]["paragraph"] != paragraph.name)
            and not any(answer in lower[i] for answer in answers)
        ]
        line = {"question": question.text, "answered": question.answered, "passage": passage, "spans": spans}
        lines.append(line | {"sure": question.sure, "negatives": negatives[:NEGATIVES]})
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", nargs="+", type=Path)
    options = parser.parse_args()
    lines = mine(paragraphs(options.sets), find_encoder())
    options.out.parent.mkdir(parents=True, exist_ok=True)
    partial = options.out.with_suffix(".partial")
    partial.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    partial.replace(options.out)
    print(f"{options.out}: {sum('question' in line for line in lines)} questions")


if __name__ == "__main__":
    main()
