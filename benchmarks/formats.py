"""PDF and Word files -> how fast they are parsed, compared with libraries that only extract the text.

usage: python benchmarks/formats.py [--pages N] [--repeat N]

The files are generated here: a report of N pages with headings, running headers and page numbers, and the
same words as a Word document. All parsers take turns, several times, and the median counts. Parsers that are
not installed are left out (`pip install pypdf pdfminer.six mammoth`). Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import random
import statistics
import time
from collections.abc import Callable, Mapping

import docx
import pypdfium2
from fpdf import FPDF

from qa.documents.formats import parse

WORDS = (
    "harbour quay ferry master fog morning boats nets widely counted passengers walls repaired stone mason"
    " board opened closed winter summer crossing tickets winds was were the of and by in with"
).split()
LIBRARIES = ("pypdf", "pdfminer", "mammoth")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    pages = sample_pages(options.pages)
    small, large, word = as_pdf(pages[:2]), as_pdf(pages), as_word(pages)
    installed = {name for name in LIBRARIES if importlib.util.find_spec(name)}
    print(f"PDF of {len(pages)} pages, {len(large) / 1e6:.1f} MB\n")
    print_table(pdf_parsers(large, installed), len(pages), options.repeat)
    print("\nPDF of 2 pages: the start of a process counts\n")
    print_table(pdf_parsers(small, installed), 2, options.repeat)
    print(f"\nWord, the same words, {len(word) / 1e6:.1f} MB\n")
    print_table(word_parsers(word, installed), len(pages), options.repeat)


def sample_pages(pages: int) -> list[list[str]]:
    """Pages of five paragraphs each, the same ones every time."""
    chance = random.Random(7)

    def sentence() -> str:
        return "The " + " ".join(chance.choices(WORDS, k=chance.randint(8, 20))) + "."

    return [[" ".join(sentence() for _ in range(7)) for _ in range(5)] for _ in range(pages)]


class Report(FPDF):
    def header(self) -> None:
        self.set_font("Times", "I", 9)
        self.cell(0, 8, "Harbour Board Annual Report", align="C", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.cell(0, 8, f"Page {self.page_no()}", align="C")


def as_pdf(pages: list[list[str]]) -> bytes:
    document = Report()
    for number, paragraphs in enumerate(pages, 1):
        document.add_page()
        document.set_font("Times", "B", 13)
        document.cell(0, 10, f"{number} Works", new_x="LMARGIN", new_y="NEXT")
        document.set_font("Times", "", 10)
        for paragraph in paragraphs:
            document.multi_cell(0, 4.5, paragraph, align="J", new_x="LMARGIN", new_y="NEXT")
            document.ln(2)
    return bytes(document.output())


def as_word(pages: list[list[str]]) -> bytes:
    document = docx.Document()
    for number, paragraphs in enumerate(pages, 1):
        document.add_heading(f"{number} Works")
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf_parsers(raw: bytes, installed: set[str]) -> Mapping[str, Callable[[], str]]:
    def pdfium_text() -> str:
        with pypdfium2.PdfDocument(raw) as document:
            return "".join(page.get_textpage().get_text_range() for page in document)

    parsers: dict[str, Callable[[], str]] = {
        "this project": lambda: parse("a.pdf", raw).text,
        "pypdfium2, text as it comes": pdfium_text,
    }
    if "pypdf" in installed:
        import pypdf

        parsers["pypdf"] = lambda: "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(raw)).pages)
    if "pdfminer" in installed:
        from pdfminer.high_level import extract_text

        parsers["pdfminer.six"] = lambda: extract_text(io.BytesIO(raw))
    return parsers


def word_parsers(raw: bytes, installed: set[str]) -> Mapping[str, Callable[[], str]]:
    parsers: dict[str, Callable[[], str]] = {
        "this project": lambda: parse("a.docx", raw).text,
        "python-docx": lambda: "".join(p.text for p in docx.Document(io.BytesIO(raw)).paragraphs),
    }
    if "mammoth" in installed:
        import mammoth

        parsers["mammoth"] = lambda: str(mammoth.extract_raw_text(io.BytesIO(raw)).value)
    return parsers


def print_table(parsers: Mapping[str, Callable[[], str]], pages: int, repeat: int) -> None:
    """Time the parsers and print a table. They take turns, so that a noisy moment affects all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in parsers}
    for _ in range(repeat):
        for name, parse_file in parsers.items():
            started = time.perf_counter()
            assert parse_file().count("harbour") > pages
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print("| reader | pages/s | this project takes ... of its time |\n|-|-|-|")
    for name, took in medians.items():
        print(f"| {name} | {pages / took:,.0f} | {medians['this project'] / took:.2f} |")


if __name__ == "__main__":
    main()
