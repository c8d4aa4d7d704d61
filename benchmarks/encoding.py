"""A set of paragraphs -> the cost of indexing and reading: passages per second, time per stage, time to read.

usage: python benchmarks/encoding.py SET.json [--texts N] [--questions N]

SET is a file in SQuAD format. Its first N paragraphs are turned into vectors by sentence-transformers (in
fp32, its default, and under bf16 autocast) and by this project's own forward pass, one after another in one
process. Then the whole set is synced and the stages are timed, and N questions are answered. Prints Markdown
tables.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from qa.assistant import Assistant
from qa.corpus import sync as syncing
from qa.index.local.store import LocalWriter
from qa.models.encoder import encode_all, find_encoder
from qa.models.files import ModelFiles
from qa.models.reader import find_reader

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from sets import paragraphs

WARM, DOZEN = 64, 12


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    everything = paragraphs([options.set])
    texts = [paragraph.text for paragraph in everything]
    print(speeds(texts[: options.texts]), end="\n\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = Path(temporary) / "corpus"
        corpus.mkdir()
        for paragraph in everything:
            (corpus / f"{paragraph.name}.txt").write_text(paragraph.text, "utf-8")
        with Assistant.open(corpus, Path(temporary) / "index") as assistant:
            print(stages(assistant), end="\n\n", flush=True)
            questions = [question.text for paragraph in everything for question in paragraph.questions]
            print(reading(assistant, random.Random(1).sample(questions, options.questions)))


def speeds(texts: Sequence[str]) -> str:
    """A table of the ways to compute vectors: texts per second, and the cosine to sentence-transformers."""
    import torch
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(ModelFiles().folder), device="cpu", local_files_only=True)
    ours = {"fp32": find_encoder(), find_encoder().precision: find_encoder()}
    for precision, encoder in ours.items():
        encoder.precision = precision

    def with_theirs(autocast: bool) -> Callable[[Sequence[str]], Any]:
        def encode(texts: Sequence[str]) -> Any:
            with torch.autocast("cpu", torch.bfloat16) if autocast else nullcontext():
                return theirs.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

        return encode

    ways: dict[str, Callable[[Sequence[str]], Any]] = {
        "sentence-transformers, fp32": with_theirs(False),
        "sentence-transformers, bf16 autocast": with_theirs(True),
        **{f"this project, {p}": partial(encode_all, e) for p, e in ours.items()},
    }
    lines = ["| vectors by | texts/s | times | cosine to the first, mean / least |", "|-|-|-|-|"]
    results: list[tuple[Any, float]] = []  # vectors, texts per second
    for name, way in ways.items():
        way(texts[:WARM])
        started = time.perf_counter()
        vectors = way(texts)
        speed = len(texts) / (time.perf_counter() - started)
        results.append((vectors, speed))
        reference, reference_speed = results[0]
        cosines = (vectors * reference).sum(axis=1)
        lines.append(
            f"| {name} | {speed:.1f} | {speed / reference_speed:.2f}"
            f" | {cosines.mean():.5f} / {cosines.min():.5f} |"
        )
    return "\n".join(lines)


def stages(assistant: Assistant) -> str:
    """A table of the seconds that each stage of a first sync takes."""
    import qa.documents.splitting

    spent: dict[str, float] = defaultdict(float)
    encoder = assistant.engine.encoder
    encoder.encode_query("This loads everything that is loaded late.")
    encode = encoder.encode
    encoder.encode = partial(encode_timed, encode, spent)  # type: ignore[method-assign]
    time_calls(spent, syncing, "scan", "finding and hashing files")
    time_calls(spent, syncing, "read", "reading")
    time_calls(spent, qa.documents.splitting, "split", "splitting")
    for name in ("stored_vector_keys", "add_vectors", "commit", "record", "save"):
        time_calls(spent, LocalWriter, name, "storing")
    report = assistant.sync()
    encoder.encode = encode  # type: ignore[method-assign]
    spent["everything else"] = report.seconds - sum(spent.values())
    lines = [
        f"{len(report.added):,} files, {report.embedded:,} passages in {report.seconds:.1f} s:"
        f" {len(report.added) / report.seconds:.1f} files and {report.embedded / report.seconds:.1f}"
        " passages a second.",
        "",
        "| stage | seconds | share |",
        "|-|-|-|",
        *(f"| {stage} | {took:.2f} | {took / report.seconds:.1%} |" for stage, took in spent.items()),
    ]
    return "\n".join(lines)


def time_calls(spent: dict[str, float], holder: Any, name: str, stage: str) -> None:
    """Replace a function with one that adds its time to a stage."""
    function = getattr(holder, name)

    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            spent[stage] += time.perf_counter() - started

    setattr(holder, name, timed)


def encode_timed(
    encode: Callable[[Sequence[str]], Iterator[tuple[list[int], Any]]],
    spent: dict[str, float],
    texts: Sequence[str],
) -> Iterator[tuple[list[int], Any]]:
    """Encode texts, and add the time spent waiting for vectors to the encoding stage."""
    results = encode(texts)
    while True:
        started = time.perf_counter()
        result = next(results, None)
        spent["encoding"] += time.perf_counter() - started
        if result is None:
            return
        yield result


def reading(assistant: Assistant, questions: Sequence[str]) -> str:
    """A table of times: a search with and without the reader, a dozen passages read, and an answer."""
    reader = find_reader(find_encoder())
    assert reader
    took: dict[str, list[float]] = defaultdict(list)
    assistant.ask(questions[0])
    for question in questions:
        started = time.perf_counter()
        hits = assistant.search(question, DOZEN, rerank=False)
        took["search, not re-ranked"].append(time.perf_counter() - started)
        started = time.perf_counter()
        reader.read(question, [hit.passage for hit in hits])
        took["the reader reads a dozen passages"].append(time.perf_counter() - started)
        started = time.perf_counter()
        assistant.search(question, 5)
        took["search, re-ranked"].append(time.perf_counter() - started)
        started = time.perf_counter()
        assistant.ask(question)
        took["an answer"].append(time.perf_counter() - started)
    lines = [f"| {len(questions)} questions | p50, ms | p95, ms |", "|-|-|-|"]
    for name, seconds in took.items():
        late = float(np.quantile(seconds, 0.95))
        lines.append(f"| {name} | {1000 * statistics.median(seconds):.0f} | {1000 * late:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
