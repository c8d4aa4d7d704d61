"""Hard negatives: for each question the passages that retrieval finds for it and that lack its answer.

usage: python training/mine.py OUT.jsonl SET.json

Every paragraph of the SET becomes a document of one corpus, which is indexed and searched as the
project does it. Writes one JSON object a line: first the passages, then the questions, which name
passages by their number. Takes about five minutes for 8,000 questions on two cores.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from squad import Paragraph, paragraphs

from qa import Assistant, Passage
from qa.search.evidence import LOOKED_AT

NEGATIVES = 6


def answer_spans(passage: Passage, answers: tuple[tuple[int, str], ...]) -> list[list[int]]:
    """Those of the answers that stand whole in a passage, as offsets in its text."""
    inside = [
        [start - passage.start, start - passage.start + len(text)]
        for start, text in answers
        if passage.start <= start and start + len(text) <= passage.end
    ]
    return [s for s in inside if passage.text[s[0] : s[1]].strip()]


def mined(assistant: Assistant, sources: dict[str, Paragraph]) -> list[dict[str, Any]]:
    """The questions of all paragraphs with their passage and their negatives."""
    with assistant.engine.store.read() as snapshot:
        numbers = snapshot.passage_numbers()
        found = snapshot.passages(numbers)
        paths = {d.id: Path(d.path).stem for d in snapshot.documents()}
        texts = {d.id: d.text for d in snapshot.documents()}
    order = {found[number].id: i for i, number in enumerate(numbers)}
    passages = [found[number] for number in numbers]
    of: dict[str, list[Passage]] = {}
    for passage in passages:
        of.setdefault(paths[passage.document_id], []).append(passage)
    lines: list[dict[str, Any]] = [
        {
            "text": p.text,
            "article": sources[paths[p.document_id]].article,
            "paragraph": paths[p.document_id],
            "held_aside": sources[paths[p.document_id]].held_aside,
        }
        for p in passages
    ]
    for name, paragraph in sources.items():
        for question in paragraph.questions:
            hits = [hit.passage for hit in assistant.search(question.text, LOOKED_AT, rerank=False)]
            own = [(answer_spans(p, question.answers), p) for p in of.get(name, ())]
            best = max(
                own,
                key=lambda pair: (len(pair[0]), -hits.index(pair[1]) if pair[1] in hits else -LOOKED_AT),
                default=None,
            )
            if best is None:
                continue
            spans, passage = best
            if bool(spans) != bool(question.answers):
                continue  # an answer that runs over the end of its passage
            if texts[passage.document_id] != paragraph.text:
                continue  # offsets would mean something else
            known = [text.lower() for _, text in question.answers]
            negatives = [
                order[p.id]
                for p in hits
                if p.id != passage.id and not any(a in p.text.lower() for a in known)
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
            lines = mined(assistant, sources)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    partial = options.out.with_suffix(".partial")
    partial.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    partial.replace(options.out)
    print(f"{options.out}: {sum('question' in line for line in lines)} questions")


if __name__ == "__main__":
    main()
