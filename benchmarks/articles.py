"""How well questions about a folder of documents are answered and refused.

usage: python benchmarks/articles.py FOLDER QUESTIONS.jsonl [--misses]

A question names its evidence: documents (by file stem) and short strings that the sentence which
answers it holds; several are alternatives. A citation is evidence if its quote holds all the strings
of one; a short answer is right if it shares half its words with an accepted one (an F1 of 0.5). Prints
Markdown tables; with --misses also the questions whose evidence was not cited.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from retrieval import HEAD, rankings, row
from squad import f1  # found by way of retrieval

from qa import Assistant


def is_evidence(path: str, text: str, evidence: list[dict[str, Any]]) -> bool:
    """Whether a text of a document holds all the strings of one of the alternatives."""
    stem = Path(path).stem
    return any(stem == e["document"] and all(part in text for part in e["contains"]) for e in evidence)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    items = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines()]
    at1, at3, short, answered, wrong, refused, seconds = [], [], [], [], [], {}, []
    quoted, inexact, misses = [], 0, []
    ranks: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as index, Assistant.open(options.folder, index) as assistant:
        assistant.sync()
        assistant.ask("What is this about?")  # the encoder is loaded before anything is timed
        for item in items:
            started = time.perf_counter()
            answer = assistant.ask(item["question"])
            seconds.append(time.perf_counter() - started)
            inexact += sum(c.document.text[c.start : c.end] != c.quote for c in answer.citations)
            if not item["answerable"]:
                refused.setdefault(item["why"], []).append(not answer.answered)
                continue
            whole = assistant.ask(item["question"], threshold=0)
            hits = [is_evidence(c.document.path, c.quote, item["evidence"]) for c in whole.citations]
            for way, found in rankings(assistant, item["question"]).items():
                good = [is_evidence(h.document.path, h.passage.text, item["evidence"]) for h in found]
                ranks.setdefault(way, []).append(good.index(True) + 1 if True in good else np.inf)
            short.append(f1(whole.claims[0].value, item["answers"]))
            at1.append(any(hits[:1]))
            at3.append(any(hits[:3]))
            answered.append(answer.answered)
            quoted.append(len(whole.citations))
            wrong.append(answer.answered and not any(hits[:3]))
            if not at3[-1]:
                misses.append(item["question"])
    everyone = [value for values in refused.values() for value in values]
    print(f"{options.questions.stem}: {len(at1)} answerable, {len(everyone)} unanswerable questions\n")
    print("| figure | value |\n|-|-|")
    print(f"| short answer right | {np.mean(np.array(short) >= 0.5):.3f} |")
    print(f"| short answer, F1 | {np.mean(short):.3f} |")
    print(f"| evidence in the first citation | {np.mean(at1):.3f} |")
    print(f"| evidence within the first three citations | {np.mean(at3):.3f} |")
    print(f"| answerable, falsely refused | {1 - np.mean(answered):.3f} |")
    print(f"| answerable, answered without evidence | {np.mean(wrong):.3f} |")
    for why, values in sorted(refused.items()):
        print(f"| unanswerable ({why}, {len(values)}), refused | {np.mean(values):.3f} |")
    print(f"| citations that are not exact | {inexact} |")
    print(f"| citations an answer, mean | {np.mean(quoted):.2f} |")
    print(
        f"| seconds a question, p50 / p95 | {np.quantile(seconds, 0.5):.2f} / "
        f"{np.quantile(seconds, 0.95):.2f} |"
    )
    print(f"\nPassages that hold the evidence:\n\n{HEAD}")
    print("\n".join(row(options.questions.stem, way, found) for way, found in ranks.items()))
    if options.misses:
        print("\nNot within the first three citations:\n")
        print("\n".join(f"- {question}" for question in misses))


if __name__ == "__main__":
    main()
