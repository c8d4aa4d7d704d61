"""A question set -> what int8 saves the readers, and how their readings differ from those in fp32.

usage: python benchmarks/precision.py QUESTIONS.jsonl [--corpus FOLDER] [--limit N]

Each question is read with its best passages by retrieval, a dozen by the small reader and four by the large
one, in both precisions by turns. Times are medians of the ratio for the same question, since other work on
the machine slows both. Prints Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from torch.utils.benchmark import Timer

from qa import Assistant
from qa.evaluation.question_sets import load
from qa.language.questions import keywords
from qa.models import encoder, large
from qa.models.encoder import find_encoder
from qa.models.linear import linear
from qa.models.reader import Reader
from qa.models.readers import find_readers
from qa.models.reading import Reading
from qa.search.evidence import LOOKED_AT
from qa.search.reading import BEST
from qa.types import Passage

DTYPES = (torch.float32, torch.int8)
LEAST = -30.0  # logits: lower ones are all alike, as of a passage without words
READ = {"small": LOOKED_AT, "large": BEST}  # passages
SHAPES = ((768, 2304), (768, 768), (768, 3072), (3072, 768))  # of the large reader: columns, rows
TOKENS = (256, 512, 640)


def loaded(dtype: torch.dtype) -> dict[str, Reader]:
    """The readers in a precision, ready to read."""
    with (
        patch.object(encoder, "fastest_dtype", lambda int8=False: dtype if int8 else torch.float32),
        patch.object(large, "fastest_dtype", lambda int8: dtype),
    ):
        readers = find_readers(find_encoder())
        for reader in readers:
            reader.read("Who?", [Passage("p", "d", 0, 4, "Lund", "", ((0, 4),))])
    return dict(zip(READ, readers, strict=True))


@contextmanager
def indexed(corpus: Path) -> Iterator[Assistant]:
    """An assistant over a new index of a folder; it retrieves and does not read."""
    with (
        tempfile.TemporaryDirectory() as index,
        Assistant.open(corpus, index, use_reader=False) as assistant,
    ):
        assistant.sync()
        yield assistant


def of_matrices() -> None:
    """Print how long one core takes for a layer's products in int8, as a share of fp32."""
    torch.set_num_threads(1)
    print("| columns, rows | " + " | ".join(f"{tokens} tokens" for tokens in TOKENS) + " |")
    print("|-|" + "-|" * len(TOKENS))
    for columns, rows in SHAPES:
        weight, bias = torch.randn(rows, columns), torch.randn(rows)
        exact, near = (linear(weight, bias, dtype, gelu=rows == 3072) for dtype in DTYPES)
        shares = []
        for tokens in TOKENS:
            x = torch.randn(tokens, columns)
            times = [
                [Timer("f(x)", globals={"f": f, "x": x}).timeit(5).mean for f in (exact, near)]
                for _ in range(9)
            ]
            shares.append(np.median([b / a for a, b in times]))
        print(f"| {columns}, {rows} | " + " | ".join(f"{share:.2f}" for share in shares) + " |", flush=True)


def apart(a: float, b: float) -> float:
    """The difference of two logits."""
    return abs(max(a, LEAST) - max(b, LEAST))


def compare(name: str, readers: Sequence[Reader], questions: Sequence[tuple[str, Sequence[Passage]]]) -> None:
    """Print the times of a reader in each precision and how far its readings are from each other."""
    seconds: list[list[tuple[float, float]]] = [[], []]  # wall and CPU
    results: list[list[Reading]] = [[], []]
    for question, passages in questions:
        for reader, spent, read in zip(readers, seconds, results, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            read.extend(reader.read(question, passages[: READ[name]]))
            spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    exact, near = np.array(seconds)
    print(f"\n| {name} reader | wall, s | CPU, s |\n|-|-|-|")
    for label, values in (("fp32", exact), ("int8", near), ("int8 / fp32", near / exact)):
        wall, cpu = np.median(values, axis=0)
        print(f"| {label} | {wall:.2f} | {cpu:.2f} |")
    pairs = list(zip(*results, strict=True))
    rows = {
        "passages": float(len(pairs)),
        "another best span": np.mean([a.span != b.span for a, b in pairs]),
        "the same, where fp32 finds an answer": np.mean([a.span != b.span for a, b in pairs if a.margin > 0]),
        "margin, mean difference": np.mean([apart(a.margin, b.margin) for a, b in pairs]),
        "margin on the other side of 0": np.mean([(a.margin > 0) != (b.margin > 0) for a, b in pairs]),
        "answered, mean difference": np.mean([apart(a.answered, b.answered) for a, b in pairs]),
        "evidence on the other side of 0": np.mean(
            [
                (x.evidence > 0) != (y.evidence > 0)
                for a, b in pairs
                for x, y in zip(a.sentences, b.sentences, strict=True)
            ]
        ),
    }
    print("\n| int8 against fp32 | |\n|-|-|")
    for label, value in rows.items():
        print(f"| {label} | {value:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--limit", type=int, help="questions; all if not given")
    options = parser.parse_args()
    texts = [turns[0].text for turns in load(options.questions).conversations][: options.limit]
    with indexed(options.corpus) as assistant:
        found = [assistant.engine.find(keywords(text), max(READ.values())).hits for text in texts]
    questions = [(text, [hit.passage for hit in hits]) for text, hits in zip(texts, found, strict=True)]
    readers = [loaded(dtype) for dtype in DTYPES]
    for name in READ:
        compare(name, [of_dtype[name] for of_dtype in readers], questions)
    print()
    of_matrices()


if __name__ == "__main__":
    main()
