"""Texts without boilerplate -> how much of them is mistaken for it.

usage: python benchmarks/boilerplate.py SET.json ...

A SET is a file in SQuAD format, and each of its paragraphs is read as a txt file. Prints a Markdown table.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from qa.documents.formats import parse
from qa.errors import UnreadableFile
from qa.types import BlockKind


def main() -> None:
    print(
        "| set | paragraphs | words | words left out | words doubtful | paragraphs refused |\n|-|-|-|-|-|-|"
    )
    for path in map(Path, sys.argv[1:]):
        articles = json.loads(path.read_text("utf-8"))["data"]
        texts = [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
        words = lost = doubtful = refused = 0
        for text in texts:
            words += len(text.split())
            try:
                parsed = parse("paragraph.txt", text.encode())
            except UnreadableFile:
                refused += 1
            else:
                lost += sum(len(piece.split()) for _, piece in parsed.left_out)
                doubted = (b for b in parsed.blocks if b.kind is BlockKind.DOUBTFUL)
                doubtful += sum(len(parsed.text[b.start : b.end].split()) for b in doubted)
        print(f"| {path.stem} | {len(texts)} | {words} | {lost} | {doubtful} | {refused} |")


if __name__ == "__main__":
    main()
