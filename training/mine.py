"""A set of questions -> hard negatives: passages found for a question that lack its answer.

usage: python training/mine.py OUT.jsonl SET.json

Every paragraph of SET becomes a document in one corpus, which the project itself indexes and searches. Writes
one JSON object per line: first the passages, then the questions, which refer to passages by number. Takes
about five minutes for 8,000 questions on two cores.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from squad import Paragraph, Question, paragraphs

from qa import Assistant, Passage
from qa.search.evidence import LOOKED_AT

NEGATIVES = 6


def answer_spans(passage: Passage, answers: tuple[tuple[int, str], ...]) -> list[list[int]]:
    """The answers that are completely inside a passage, as offsets in its text."""
    inside = [
        [start - passage.start, start - passage.start + len(text)]
        for start, text in answers
        if passage.start <= start and start + len(text) <= passage.end
    ]
    return [s for s in inside if passage.text[s[0] : s[1]].strip()]


def _own_passage(
    question: Question, passages: Sequence[Passage], hits: Sequence[Passage]
) -> tuple[list[list[int]], Passage] | None:
    """The passage with the most answers, the better hit in case of a tie, with the spans of its answers."""
    return max(
        ((answer_spans(passage, question.answers), passage) for passage in passages),
        key=lambda pair: (len(pair[0]), -hits.index(pair[1]) if pair[1] in hits else -LOOKED_AT),
        default=None,
    )


def mine(assistant: Assistant, sources: dict[str, Paragraph]) -> list[dict[str, Any]]:
    """All passages, then the questions of all paragraphs, each with its passage and its negatives."""
    with assistant.engine.store.read() as snapshot:
        numbers = snapshot.passage_numbers()
        by_number = snapshot.passages(numbers)
        names = {d.id: Path(d.path).stem for d in snapshot.documents()}
        texts = {d.id: d.text for d in snapshot.documents()}
    passages = [by_number[number] for number in numbers]
    order = {passage.id: i for i, passage in enumerate(passages)}
    by_name: dict[str, list[Passage]] = {}
    for passage in passages:
        by_name.setdefault(names[passage.document_id], []).append(passage)
    lines: list[dict[str, Any]] = [
        {
            "text": p.text,
            "article": sources[names[p.document_id]].article,
            "paragraph": names[p.document_id],
            "held_aside": sources[names[p.document_id]].held_aside,
        }
        for p in passages
    ]
    for name, paragraph in sources.items():
        for question in paragraph.questions:
            hits = [hit.passage for hit in assistant.search(question.text, LOOKED_AT, rerank=False)]
            best = _own_passage(question, by_name.get(name, ()), hits)
            if best is None:
                continue
            spans, passage = best
            if bool(spans) != bool(question.answers):
                continue  # the answer runs past the end of its passage
            if texts[passage.document_id] != paragraph.text:
                continue  # the offsets would mean something else
            answers = [text.lower() for _, text in question.answers]
            negatives = [
                order[p.id]
                for p in hits
                if p.id != passage.id and not any(answer in p.text.lower() for answer in answers)
            ]
            lines.append(
                {
                    "question": question.text,
                    "passage": order[passage.id],
                    "answers": spans,
                    "negatives": negatives[:NEGATIVES],
                    "rank": hits.index(passage) if passage in hits else None,
                }
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("set", type=Path)
    options = parser.parse_args()
    sources = {p.name: p for p in paragraphs(options.set)}
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for name, paragraph in sources.items():
            (corpus / f"{name}.txt").write_text(paragraph.text, "utf-8", newline="")
        with Assistant.open(corpus, Path(folder, "index")) as assistant:
            assistant.sync()
            lines = mine(assistant, sources)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    partial = options.out.with_suffix(".partial")
    partial.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    partial.replace(options.out)
    print(f"{options.out}: {sum('question' in line for line in lines)} questions")


if __name__ == "__main__":
    main()
