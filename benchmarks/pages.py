"""Web pages whose main text is known -> how much of it is kept, and how much else.

usage: python benchmarks/pages.py ARTICLES READABILITY

ARTICLES is a checkout of scrapinghub/article-extraction-benchmark, READABILITY the folder test/test-pages of
mozilla/readability. Prints a Markdown table for this project and for trafilatura alone. The measure is that
of the first: precision and recall of runs of four words, as means over the pages, and their harmonic mean.
"""

from __future__ import annotations

import gzip
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura

from qa.documents.html.parse import parse_html
from qa.documents.html.parts import parts_of, tree_of
from qa.documents.plain.decoding import decode
from qa.errors import UnreadableFile
from qa.types import INDEXED, BlockKind

RUN = 4  # words
Page = tuple[bytes, str]  # the page and its main text


def articles(folder: Path) -> Iterator[Page]:
    """The pages of article-extraction-benchmark."""
    for name, truth in sorted(json.loads((folder / "ground-truth.json").read_text("utf-8")).items()):
        yield gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()), truth["articleBody"]


def readability(folder: Path) -> Iterator[Page]:
    """The test pages of Readability, with what it takes for their main text."""
    for page in sorted(path.parent for path in folder.glob("*/source.html")):
        expected = parts_of(tree_of((page / "expected.html").read_text("utf-8")))
        yield (page / "source.html").read_bytes(), "\n".join(part.text for part in expected)


def kept(raw: bytes) -> str:
    """What this project keeps of a page, without what is doubtful."""
    return _blocks(raw, INDEXED - {BlockKind.DOUBTFUL})


def indexed(raw: bytes) -> str:
    """What this project keeps of a page, and what is doubtful."""
    return _blocks(raw, INDEXED)


def _blocks(raw: bytes, kinds: frozenset[BlockKind]) -> str:
    try:
        parsed = parse_html("page.html", raw)
    except UnreadableFile:
        return ""
    return "\n".join(parsed.text[block.start : block.end] for block in parsed.blocks if block.kind in kinds)


def extracted(raw: bytes) -> str:
    """What trafilatura alone finds in a page."""
    found = trafilatura.bare_extraction(decode(raw, html=True), include_comments=False, with_metadata=True)
    return found.text or "" if found is not None and not isinstance(found, dict) else ""


def runs(text: str) -> Counter[tuple[str, ...]]:
    """How often each run of words is in a text; a shorter text is one run."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1)) if words)


def scores(pages: list[Page], system: Callable[[bytes], str]) -> tuple[float, float, float]:
    """F1, precision and recall of what a system finds in pages."""
    precision, recall = [], []
    for raw, text in pages:
        truth, found = runs(text), runs(system(raw))
        right = (truth & found).total()
        precision += [right / found.total()] if found else []
        recall += [right / truth.total()] if truth else []
    p, r = statistics.mean(precision or [0.0]), statistics.mean(recall or [0.0])
    return 2 * p * r / (p + r) if p + r else 0.0, p, r


def main() -> None:
    sets = {"articles": articles(Path(sys.argv[1])), "Readability": readability(Path(sys.argv[2]))}
    systems = {"kept": kept, "kept or doubtful": indexed, "trafilatura alone": extracted}
    print("| pages | system | F1 | precision | recall |\n|-|-|-|-|-|")
    for name, found in sets.items():
        pages = list(found)
        for system, find in systems.items():
            f1, precision, recall = scores(pages, find)
            print(f"| {len(pages)} {name} | {system} | {f1:.3f} | {precision:.3f} | {recall:.3f} |")


if __name__ == "__main__":
    main()
