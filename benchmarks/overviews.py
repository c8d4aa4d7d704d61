"""Questions about documents as a whole -> how many are understood, and how well sentences are chosen.

usage: python benchmarks/overviews.py questions QUESTIONS.jsonl [--corpus FOLDER] [--misses]
       python benchmarks/overviews.py heads ARTICLES.json ...

A question has a `kind` and what is expected: the documents to quote, for "timeline" the dates, and for
"other" nothing, because it only looks like one. `heads` takes files in the format of SQuAD whose articles
begin with a paragraph that people have written to stand for the whole, or hold an "Abstract:": three
sentences are chosen from the rest, and compared with it (F1 of the content words, ROUGE-1; Lin, 2004).
Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa import Answer, Assistant
from qa.answers.overviews.gists import gists
from qa.documents.sentences import sentences
from qa.language.words import content_words, singular
from qa.models.encoder import Encoder, Vectors, encode_all
from qa.models.endpoint import encoder_of
from qa.settings import Settings
from qa.types import Layout

CHOSEN = 3  # sentences
LEAST = 6  # words of a sentence to choose
PARAGRAPHS = 60  # of an article


# --- questions -----------------------------------------------------------------------------------


def is_right(question: dict[str, Any], answer: Answer) -> bool:
    """True if an answer quotes the documents that are expected, or gives the dates."""
    kind, expected = question["kind"], question["expect"]
    expected = [expected] if isinstance(expected, str) else expected
    if kind == "other":
        return answer.layout is Layout.CLAIMS
    if kind == "timeline":
        return answer.layout is Layout.DATES and all(date in answer.text for date in expected)
    if not expected:
        return not answer.answered
    cited = {citation.document.path for citation in answer.citations}
    if kind == "what-is-said":
        return bool(cited) and cited <= set(expected)
    return answer.layout is Layout.DOCUMENTS and cited == set(expected)


def questions(file: Path, corpus: Path, misses: bool) -> None:
    asked = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    right: defaultdict[str, list[bool]] = defaultdict(list)
    wrong: list[tuple[str, Answer]] = []
    with tempfile.TemporaryDirectory() as index, Assistant.open(corpus, index) as assistant:
        assistant.sync()
        for question in asked:
            answer = assistant.ask(question["question"], suggest=False)
            right[question["kind"]].append(is_right(question, answer))
            if not right[question["kind"]][-1]:
                wrong.append((question["question"], answer))
    print(f"| {file.stem} | questions | right |\n|-|-|-|")
    for kind, outcomes in right.items():
        print(f"| {kind} | {len(outcomes)} | {sum(outcomes)} |")
    for text, answer in wrong if misses else ():
        cited = sorted({citation.document.path for citation in answer.citations})
        print(f"\n{text}\n  {answer.layout}: {', '.join(cited) or 'refused'}")


# --- heads of articles ---------------------------------------------------------------------------


def articles(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The title of each article, its head, and its other paragraphs."""
    for article in json.loads(file.read_text("utf-8"))["data"]:
        title = article["title"].replace("_", " ")
        paragraphs = [paragraph["context"] for paragraph in article["paragraphs"]]
        abstracts = [p.partition("Abstract:")[2] for p in paragraphs if "Abstract:" in p]
        if abstracts:
            head, rest = abstracts[0][:1200], [p for p in paragraphs if "Abstract:" not in p]
        else:
            head, rest = paragraphs[0], paragraphs[1:]
            if not any(word.lower() in head[:120].lower() for word in title.split() if len(word) > 3):
                continue  # it begins in the middle of the article
        rest = [p for p in rest[:PARAGRAPHS] if p[:60] not in head]
        if len(head) >= 400 and len(rest) >= 3:
            yield title, head, rest


def words(text: str) -> Counter[str]:
    return Counter(map(singular, content_words(text)))


def overlap_f1(chosen: Sequence[str], head: str) -> float:
    """The F1 of the content words of the chosen sentences and the head."""
    ours, theirs = words(" ".join(chosen)), words(head)
    common = sum((ours & theirs).values())
    return 2 * common / (sum(ours.values()) + sum(theirs.values()))


def ranked(scores: Vectors, texts: Sequence[str], vectors: Vectors) -> list[str]:
    """The best sentences by their scores that do not repeat each other."""
    chosen: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if len(chosen) < CHOSEN and all(vectors[i] @ vectors[j] < 0.75 for j in chosen):
            chosen.append(int(i))
    return [texts[i] for i in chosen]


def lexrank(vectors: Vectors) -> Vectors:
    """Centrality in the graph of similar sentences (Erkan and Radev, 2004), by power iteration."""
    graph = np.where(vectors @ vectors.T > 0.3, vectors @ vectors.T, 0.0)
    np.fill_diagonal(graph, 0.0)
    graph /= np.maximum(graph.sum(axis=1, keepdims=True), 1e-9)
    rank = np.full(len(vectors), 1 / len(vectors))
    for _ in range(50):
        rank = 0.15 / len(vectors) + 0.85 * (graph.T @ rank)
    return rank.astype(np.float32)


def others(title: str, paragraphs: Sequence[str], encoder: Encoder) -> dict[str, list[str]]:
    """The sentences that simpler and better known measures choose, by their names."""
    texts = [p[a:b].strip() for p in paragraphs for a, b in sentences(p, "en")]
    texts = list(dict.fromkeys(text for text in texts if len(text.split()) >= LEAST))
    vectors = encode_all(encoder, texts)
    frequency = Counter(word for text in texts for word in words(text))
    dice = random.Random(title)
    scores = {
        "at random": np.array([dice.random() for _ in texts]),
        "the first": -np.arange(len(texts), dtype=float),
        "word frequencies": np.array([np.mean([frequency[w] for w in words(t)] or [0]) for t in texts]),
        "LexRank": lexrank(vectors),
        "nearest to the title": vectors @ encode_all(encoder, [title])[0],
        "nearest to the mean sentence": vectors @ vectors.mean(axis=0),
    }
    return {name: ranked(values, texts, vectors) for name, values in scores.items()}


def ours(title: str, paragraphs: Sequence[str], encoder: Encoder, folder: Path) -> list[str]:
    """The sentences that this project chooses from a document of these paragraphs."""
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    text = "\n\n".join(" ".join(p.split()) for p in paragraphs)
    (corpus / "article.md").write_text(f"---\ntitle: {json.dumps(title)}\n---\n\n{text}\n", "utf-8")
    with Assistant(Settings(corpus=corpus, index=folder / "index"), encoder) as assistant:
        assistant.sync()
        with assistant.engine.store.read() as snapshot:
            index = snapshot.vector_index()
            return [s.text() for s in gists(snapshot.documents(), CHOSEN, snapshot, index, encoder)]


def heads(files: Sequence[Path]) -> None:
    encoder = encoder_of(Settings.from_environment())
    scores: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            for title, head, paragraphs in articles(file):
                chosen = others(title, paragraphs, encoder)
                chosen["nearest to the mean passage and the title (ours)"] = ours(
                    title, paragraphs, encoder, Path(folder)
                )
                for name, texts in chosen.items():
                    scores[name].append(overlap_f1(texts, head))
    count = len(next(iter(scores.values()), ()))
    print(f"| three sentences of {count} articles | F1 with the head |\n|-|-|")
    for name, values in scores.items():
        print(f"| {name} | {np.mean(values):.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    asking = commands.add_parser("questions")
    asking.add_argument("questions", type=Path)
    asking.add_argument("--corpus", type=Path, default=Path("corpus"))
    asking.add_argument("--misses", action="store_true")
    commands.add_parser("heads").add_argument("articles", type=Path, nargs="+")
    options = parser.parse_args()
    if options.command == "questions":
        questions(options.questions, options.corpus, options.misses)
    else:
        heads(options.articles)


if __name__ == "__main__":
    main()
