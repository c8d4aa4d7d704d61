"""Sets of questions -> Recall@1, @3, @5 and MRR of dense, BM25, fused and re-ranked retrieval.

usage: python benchmarks/retrieval.py [--paraphrase FILE.jsonl] [--limit N] [--without-reader] SET.json ...

A SET is a file in SQuAD format. Each of its paragraphs becomes a document in one corpus, and the rank of a
question is the rank of its paragraph. --paraphrase adds our own questions about the paragraphs of a set,
which the file identifies by the hash of their text. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from qa import Assistant, Hit
from qa.language.words import content_words
from qa.writing import grams

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from sets import paragraphs

HEAD = "| set | questions | way | Recall@1 | Recall@3 | Recall@5 | MRR |\n|-|-|-|-|-|-|-|"
Asked = tuple[str, str, list[str]]  # a question, the name of its paragraph, its answers
DEPTH = 100  # passages considered for a rank; a paragraph further down counts as not found


def load(path: Path) -> tuple[dict[str, str], list[Asked]]:
    """A SQuAD file's paragraphs by name, and its questions with their paragraph's name and answers."""
    everything = paragraphs([path])
    questions = [(q.text, p.name, [p.text[a:b] for a, b in q.spans]) for p in everything for q in p.questions]
    return {p.name: p.text for p in everything}, questions


def paraphrases(path: Path, set_name: str) -> list[Asked]:
    """Our own questions about the paragraphs of one set."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(line["question"], line["paragraph"], []) for line in lines if line["set"] == set_name]


def index_paragraphs(paragraphs: dict[str, str], folder: Path, use_reader: bool = True) -> Assistant:
    """Make a corpus in which each paragraph is a file, and return an assistant that has indexed it."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in paragraphs.items():
        (corpus / f"{name}.txt").write_text(text, "utf-8")
    assistant = Assistant.open(corpus, folder / "index", use_reader=use_reader)
    report = assistant.sync()
    print(
        f"{len(report.added)} paragraphs, {report.embedded} passages, {len(report.failed)} failed",
        file=sys.stderr,
    )
    return assistant


def rankings(assistant: Assistant, question: str, rerank: bool = True) -> dict[str, list[Hit]]:
    """The hits in the order of each way. RRF is reciprocal rank fusion, with k = 60 and equal weights."""
    engine = assistant.engine
    query = engine.encoder.encode_query(question)
    with engine.store.read() as snapshot:
        nearest = snapshot.vector_index().search(query, DEPTH)[:DEPTH]
        parts = [part for word in content_words(question) for part in grams(word)]
        matching = snapshot.keyword_search(parts, DEPTH)
        ranked = [number for number, _ in nearest], [number for number, _ in matching]
        passages = snapshot.passages(sorted({number for way in ranked for number in way}))
        documents = {d.id: d for d in snapshot.documents(p.document_id for p in passages.values())}
    hits = {number: Hit(p, documents[p.document_id], 0.0) for number, p in passages.items()}
    reciprocal = {n: sum(1 / (60 + way.index(n)) for way in ranked if n in way) for n in hits}
    orders = {
        "dense": [hits[number] for number in ranked[0]],
        "BM25": [hits[number] for number in ranked[1]],
        "RRF": [hits[number] for number in sorted(hits, key=lambda n: (-reciprocal[n], n))],
        "fused": list(assistant.search(question, DEPTH, rerank=False)),
    }
    if rerank:
        orders["re-ranked"] = list(assistant.search(question, DEPTH))
    return orders


def rank_of(paragraph: str, hits: Sequence[Hit]) -> float:
    """The rank of a paragraph among the paragraphs of hits, from 1; infinite if it is not among them."""
    order = list(dict.fromkeys(Path(hit.document.path).stem for hit in hits))
    return order.index(paragraph) + 1 if paragraph in order else np.inf


def row(name: str, way: str, ranks: Sequence[float]) -> str:
    """A row of the table; an infinite rank means that the paragraph was not found."""
    values = np.asarray(ranks)
    recalls = " | ".join(f"{np.mean(values <= k):.3f}" for k in (1, 3, 5))
    return f"| {name} | {len(values)} | {way} | {recalls} | {np.mean(1 / values):.3f} |"


def table(name: str, assistant: Assistant, questions: Sequence[Asked]) -> Iterable[str]:
    """The rows of the table for one set."""
    ranks: dict[str, list[float]] = {}
    for question, paragraph, _ in questions:
        for way, hits in rankings(assistant, question).items():
            ranks.setdefault(way, []).append(rank_of(paragraph, hits))
    return [row(name, way, values) for way, values in ranks.items()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--paraphrase", type=Path)
    parser.add_argument(
        "--limit", type=int, default=300, help="questions per set, picked at random with a fixed seed"
    )
    parser.add_argument("--without-reader", action="store_true", help="re-rank by similarity alone")
    options = parser.parse_args()
    print(HEAD, flush=True)
    for path in options.sets:
        paragraphs, questions = load(path)
        picked = random.Random(1).sample(questions, min(options.limit, len(questions)))
        with (
            tempfile.TemporaryDirectory() as folder,
            index_paragraphs(paragraphs, Path(folder), not options.without_reader) as assistant,
        ):
            print("\n".join(table(path.stem, assistant, picked)), flush=True)
            if options.paraphrase and (own := paraphrases(options.paraphrase, path.stem)):
                print("\n".join(table(f"paraphrases of {path.stem}", assistant, own)), flush=True)


if __name__ == "__main__":
    main()
