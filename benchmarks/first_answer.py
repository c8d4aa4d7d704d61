"""A folder of new PDFs -> the seconds from `git clone` to the page, to an answer, and to all of them.

usage: python benchmarks/first_answer.py SET.json [--files N] [--python PYTHON]

SET is a file in SQuAD format. Its paragraphs become PDFs of several pages with titles, headers and numbers of
pages, every third one in two columns. The repository is cloned and installed into a new environment as the
README says, first with pip's cache empty, then again with it full; an interpreter given with --python is used
as it is instead. Then `qa serve` is started on the folder, and questions on the first PDFs are asked over and
over until one is answered. Prints a Markdown table. Needs the test extra.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import ProxyHandler, Request, build_opener

from fpdf import FPDF

ROOT = Path(__file__).resolve().parent.parent
ASKED = 5  # questions, of which each is asked in turn
TOGETHER = 15  # paragraphs of a PDF
PATIENCE = 1800  # seconds
PAUSE = 0.2  # seconds between two questions
GUTTER = 8  # millimetres between columns


class Paper(NamedTuple):
    """What becomes a PDF, and a question that it answers."""

    title: str
    paragraphs: list[str]
    question: str


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--python", type=Path, help="an interpreter with qa, instead of a new one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "papers")
        folder.mkdir()
        made = papers(options.set, options.files)
        pages = sum(write_pdf(paper, folder / f"{n:03}.pdf", n % 3 == 2) for n, paper in enumerate(made))
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        print(f"{len(made)} PDFs, {pages} pages, {size:.1f} MB\n\n| step | seconds |\n|-|-|")
        python = options.python or installed(Path(temporary))
        questions = [paper.question for paper in made[:ASKED]]
        environment = os.environ | {"XDG_DATA_HOME": str(Path(temporary, "data")), "GRADIO_SERVER_PORT": "0"}
        with served(python, folder, environment, "`qa serve`") as page:
            page.until("the first answer", lambda: page.answers(questions))
            page.until("all are indexed", lambda: len(page.get("documents")) == len(made))
        with served(python, folder, environment, "started again") as page:
            page.until("an answer", lambda: page.answers(questions))


# --- the folder ----------------------------------------------------------------------------------


def papers(file: Path, count: int) -> list[Paper]:
    """As many papers from a set, if it has enough paragraphs."""
    articles = json.loads(file.read_text("utf-8"))["data"]
    paragraphs = [(article["title"], p) for article in articles for p in article["paragraphs"]]
    found = []
    for start in range(0, len(paragraphs), TOGETHER)[:count]:
        part = paragraphs[start : start + TOGETHER]
        title = part[0][0].replace("_", " ")
        question = next(qa["question"] for _, p in part for qa in p["qas"])
        found.append(Paper(title, [paragraph["context"] for _, paragraph in part], question))
    return found


class Report(FPDF):
    """A document with its title and the number of the page on each page."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.set_title(title)
        self._heading = title

    def header(self) -> None:
        self.set_font("Times", "I", 9)
        self.cell(0, 8, self._heading, align="C", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Times", "", 9)
        self.cell(0, 8, f"Page {self.page_no()}", align="C")


def write_pdf(paper: Paper, file: Path, columns: bool) -> int:
    """Write a paper as a PDF, in two columns or in one. Returns the number of its pages."""
    title = latin(paper.title)
    document = Report(title)
    document.add_page()
    document.set_font("Times", "B", 16)
    document.multi_cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Times", "", 11)
    with document.text_columns(ncols=2 if columns else 1, gutter=GUTTER, text_align="JUSTIFY") as text:
        for paragraph in paper.paragraphs:
            with text.paragraph(bottom_margin=2) as written:
                written.write(latin(paragraph))
    document.output(str(file))
    return document.pages_count


def latin(text: str) -> str:
    """A text without the letters that the fonts of every PDF reader do not have."""
    return text.encode("latin-1", "ignore").decode("latin-1")


# --- from the clone to the answer ----------------------------------------------------------------


def installed(temporary: Path) -> Path:
    """The interpreter of a new environment, made as the README says. Prints the times that it takes."""
    clone, environment = temporary / "clone", os.environ | {"PIP_CACHE_DIR": str(temporary / "pip")}
    timed("`git clone` of a local copy", ["git", "clone", "-q", str(ROOT), str(clone)], environment, ROOT)
    for cached in ("nothing cached", "again, from pip's cache"):
        new = [sys.executable, "-m", "venv", "--clear", ".venv"]
        timed(f"`python -m venv`, {cached}", new, environment, clone)
        install = [".venv/bin/python", "-m", "pip", "install", "-q", "-e", "."]
        timed(f"`pip install -e .`, {cached}", install, environment, clone)
    return clone / ".venv" / "bin" / "python"


def timed(step: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Run a command, which must succeed, and print the row of the table for its time."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    print_row(step, time.perf_counter() - started)


def print_row(step: str, seconds: float) -> None:
    print(f"| {step} | {seconds:.1f} |", flush=True)


class Served:
    """A page that is served, and the time since the command was typed."""

    def __init__(self, address: str, started: float, command: str) -> None:
        self._address = address
        self._started = started
        self._command = command
        self._open = build_opener(ProxyHandler({})).open

    def until(self, step: str, done: Callable[[], object]) -> None:
        """Wait until something is true, and print the row for it."""
        while not done():
            assert time.perf_counter() - self._started < PATIENCE, step
            time.sleep(PAUSE)
        print_row(f"{self._command}, until {step}", time.perf_counter() - self._started)

    def get(self, name: str, **body: str) -> Any:
        """What a function for other programs returns."""
        data = json.dumps(body).encode() if body else None
        request = Request(f"{self._address}api/{name}", data, {"Content-Type": "application/json"})
        return json.loads(self._open(request, timeout=PATIENCE).read())

    def answers(self, questions: Sequence[str]) -> bool:
        """True if one of the questions is answered."""
        return any(self.get("ask", question=question)["answered"] for question in questions)

    def opens(self) -> bool:
        return bool(self._open(self._address, timeout=PATIENCE).read())


@contextmanager
def served(python: Path, folder: Path, environment: Mapping[str, str], command: str) -> Iterator[Served]:
    """Start `qa serve` on a folder and wait for the page; the row for it is printed."""
    started = time.perf_counter()
    typed: list[str | Path] = [python, "-m", "qa", "serve", folder]
    with subprocess.Popen(
        typed, stderr=subprocess.PIPE, cwd=folder.parent, env=environment, text=True
    ) as process:
        try:
            assert process.stderr
            lines = iter(process.stderr.readline, "")
            address = next(found[1] for line in lines if (found := re.search(r"^Serving on (\S+)", line)))
            page = Served(address, started, command)
            page.until("the page is there", page.opens)
            yield page
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
