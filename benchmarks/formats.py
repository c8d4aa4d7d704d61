"""Files of every format -> how fast they are parsed, beside the libraries that only extract the text.

usage: python benchmarks/formats.py [--pages N] [--repeat N]

The same report of N pages (headings, five paragraphs of about 100 words each, in PDF running headers and page
numbers, in spreadsheets one paragraph a cell) is made in every format. All parsers take turns, several times,
and the median counts. Parsers that are not installed are left out (`pip install pypdf pdfminer.six mammoth
striprtf`).
Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import csv
import email
import email.message
import email.policy
import importlib.util
import io
import random
import statistics
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import docx
import openpyxl
import pptx
import pypdfium2
from fpdf import FPDF
from lxml import etree, html

from qa.documents.formats import parse
from qa.documents.reading import read

Pages = list[list[str]]
Libraries = Mapping[str, Callable[[bytes], str]]
WORDS = (
    "harbour quay ferry master fog morning boats nets widely counted passengers walls repaired stone mason"
    " board opened closed winter summer crossing tickets winds was were the of and by in with"
).split()


class Sample(NamedTuple):
    """A format: how the report is made, and the libraries that extract its text, by name."""

    suffix: str
    made: Callable[[Pages], bytes]
    libraries: Libraries


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    pages = sample_pages(options.pages)
    print(f"{options.pages} pages\n")
    print("| format | MB | reader | pages/s | this project takes ... of its time |\n|-|-|-|-|-|")
    for sample in SAMPLES:
        print_rows(sample, sample.made(pages), options.pages, options.repeat)


def print_rows(sample: Sample, raw: bytes, pages: int, repeat: int) -> None:
    """Time the parsers and print a row for each. They take turns, so that a noisy moment affects all."""
    name = f"report{sample.suffix}"
    parsers: dict[str, Callable[[bytes], str]] = {
        "this project": lambda raw: parse(name, raw).text,
        "this project, in its own process": lambda raw: read(name, raw).text,
        **sample.libraries,
    }
    seconds: dict[str, list[float]] = {reader: [] for reader in parsers}
    read(name, raw)  # the process has started, and the libraries are imported
    for _ in range(repeat + 1):
        for reader, extract in parsers.items():
            started = time.perf_counter()
            assert extract(raw).count("harbour") > pages, reader
            seconds[reader].append(time.perf_counter() - started)
    medians = {reader: statistics.median(values[1:]) for reader, values in seconds.items()}
    for reader, took in medians.items():
        ratio = medians["this project"] / took
        print(
            f"| {sample.suffix[1:]} | {len(raw) / 1e6:.1f} | {reader} | {pages / took:,.0f} | {ratio:.2f} |"
        )


def sample_pages(pages: int) -> Pages:
    """Pages of five paragraphs each, the same ones every time."""
    chance = random.Random(7)

    def sentence() -> str:
        return "The " + " ".join(chance.choices(WORDS, k=chance.randint(8, 20))) + "."

    return [[" ".join(sentence() for _ in range(7)) for _ in range(5)] for _ in range(pages)]


# --- the report in each format -------------------------------------------------------------------


class Report(FPDF):
    def header(self) -> None:
        self.set_font("Times", "I", 9)
        self.cell(0, 8, "Harbour Board Annual Report", align="C", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.cell(0, 8, f"Page {self.page_no()}", align="C")


def as_pdf(pages: Pages) -> bytes:
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


def as_word(pages: Pages) -> bytes:
    document = docx.Document()
    for number, paragraphs in enumerate(pages, 1):
        document.add_heading(f"{number} Works")
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    return saved(document)


def as_slides(pages: Pages) -> bytes:
    presentation = pptx.Presentation()
    for number, paragraphs in enumerate(pages, 1):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = f"{number} Works"
        slide.placeholders[1].text = "\n".join(paragraphs)
    return saved(presentation)


def as_workbook(pages: Pages) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Works")
    sheet.append(["Page", *(f"Part {n}" for n in range(1, 6))])
    for number, paragraphs in enumerate(pages, 1):
        sheet.append([number, *paragraphs])
    return saved(book)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_csv(pages: Pages) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["Page", *(f"Part {n}" for n in range(1, 6))])
    writer.writerows([number, *paragraphs] for number, paragraphs in enumerate(pages, 1))
    return file.getvalue().encode()


def as_html(pages: Pages) -> bytes:
    return f"<html><head><title>Works</title></head><body>{as_tags(pages)}</body></html>".encode()


def as_tags(pages: Pages) -> str:
    return "".join(
        f"<h2>{number} Works</h2>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        for number, paragraphs in enumerate(pages, 1)
    )


def as_book(pages: Pages) -> bytes:
    """An EPUB of one chapter for each ten pages."""
    chapters = [pages[i : i + 10] for i in range(0, len(pages), 10)]
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Works</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "b.opf": package}
    for n, chapter in enumerate(chapters):
        body = f"<body>{as_tags(chapter)}</body>"
        parts[f"c{n}.xhtml"] = f'<html xmlns="http://www.w3.org/1999/xhtml">{body}</html>'
    return zipped(parts)


def as_odt(pages: Pages) -> bytes:
    body = "".join(
        f'<text:h text:outline-level="1">{number} Works</text:h>'
        + "".join(f"<text:p>{paragraph}</text:p>" for paragraph in paragraphs)
        for number, paragraphs in enumerate(pages, 1)
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def zipped(parts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def as_rtf(pages: Pages) -> bytes:
    paragraphs = (paragraph for page in pages for paragraph in page)
    return ("{\\rtf1\\ansi " + "".join(f"{paragraph}\\par\n" for paragraph in paragraphs) + "}").encode()


def as_mail(pages: Pages) -> bytes:
    message = email.message.EmailMessage()
    message["Subject"], message["From"] = "Works", "Oda <oda@harbour.example>"
    message.set_content(as_plain(pages).decode())
    return bytes(message)


def as_plain(pages: Pages) -> bytes:
    return "\n\n".join(
        f"# {number} Works\n\n" + "\n\n".join(paragraphs) for number, paragraphs in enumerate(pages, 1)
    ).encode()


# --- the libraries -------------------------------------------------------------------------------


def pdfium(raw: bytes) -> str:
    with pypdfium2.PdfDocument(raw) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def pypdf(raw: bytes) -> str:
    import pypdf

    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)


def pdfminer(raw: bytes) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(raw)))


def python_docx(raw: bytes) -> str:
    return "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(raw)).paragraphs)


def mammoth(raw: bytes) -> str:
    import mammoth

    return str(mammoth.extract_raw_text(io.BytesIO(raw)).value)


def python_pptx(raw: bytes) -> str:
    slides = pptx.Presentation(io.BytesIO(raw)).slides
    return "".join(s.text_frame.text for slide in slides for s in slide.shapes if s.has_text_frame)


def calamine(raw: bytes) -> str:
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
    return "".join(str(cell) for row in rows for cell in row)


def with_openpyxl(raw: bytes) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(raw), read_only=True).worksheets[0]
    return "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def with_csv(raw: bytes) -> str:
    return "".join(cell for row in csv.reader(io.StringIO(raw.decode())) for cell in row)


def with_trafilatura(raw: bytes) -> str:
    import trafilatura

    return trafilatura.extract(raw.decode(), include_comments=False) or ""


def with_lxml(raw: bytes) -> str:
    return str(html.document_fromstring(raw).text_content())


def zip_and_lxml(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        names = [name for name in package.namelist() if name.endswith(("ml", "content.xml"))]
        return "".join("".join(etree.fromstring(package.read(name)).itertext()) for name in names)


def striprtf(raw: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(raw.decode("latin-1")))


def with_email(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return str(message.get_content())


def installed(libraries: Libraries) -> Libraries:
    return {
        name: f for name, f in libraries.items() if importlib.util.find_spec(name.split(",")[0].split(".")[0])
    }


SAMPLES = (
    Sample(".pdf", as_pdf, {
        "pypdfium2, text as it comes": pdfium,
        **installed({"pypdf": pypdf, "pdfminer.six": pdfminer}),
    }),
    Sample(".docx", as_word, {"python-docx": python_docx, **installed({"mammoth": mammoth})}),
    Sample(".pptx", as_slides, {"python-pptx": python_pptx}),
    Sample(".xlsx", as_workbook, {"python-calamine": calamine, "openpyxl": with_openpyxl}),
    Sample(".csv", as_csv, {"csv": with_csv}),
    Sample(".html", as_html, {"trafilatura": with_trafilatura, "lxml": with_lxml}),
    Sample(".epub", as_book, {"zipfile and lxml": zip_and_lxml}),
    Sample(".odt", as_odt, {"zipfile and lxml": zip_and_lxml}),
    Sample(".rtf", as_rtf, installed({"striprtf": striprtf})),
    Sample(".eml", as_mail, {"email": with_email}),
    Sample(".md", as_plain, {}),
    Sample(".txt", as_plain, {}),
)  # fmt: skip


if __name__ == "__main__":
    main()
