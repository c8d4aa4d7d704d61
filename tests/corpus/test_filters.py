"""What documents are chosen by, and which of them a filter admits."""

from __future__ import annotations

import os
import time

import pytest

from qa.assistant import Assistant
from qa.corpus.filters import Facts, Filter, admitted, facts_of, is_day
from qa.corpus.listing import FileState, Listed
from qa.types import Document

NOON = time.mktime((2024, 5, 1, 12, 0, 0, 0, 0, -1))


def a_file(path: str, modified: float = 0.0, **metadata: str) -> Listed:
    document = Document(path, path, path, "", metadata, "")
    return Listed(path, document, 1, FileState.INDEXED, "", modified, 0.0)


def chosen(*files: Listed, **wanted: str | tuple[str, ...]) -> list[str]:
    return [document.path for document in admitted(files, Filter(**wanted))]  # type: ignore[arg-type]


def test_a_document_is_chosen_by_its_folder_type_authors_and_date():
    file = a_file("reports/2024/toll.PDF", NOON, author="Ida Berg", date="2021-11-04")
    assert facts_of(file) == Facts("reports/2024", "PDF", ("Ida Berg",), "2021-11-04")
    assert facts_of(a_file("toll.docm", NOON)) == Facts("", "Word", (), "2024-05-01")
    assert facts_of(a_file("toll.md")).day == ""


def test_what_is_attached_is_where_its_file_is_and_of_its_own_type():
    assert facts_of(a_file("mails/june.eml/bill.xlsx")) == Facts("mails", "Excel", (), "")
    assert facts_of(a_file("june.mbox/attachment")).kind == "E-mail"


def test_of_a_file_that_failed_folder_and_type_are_known():
    failed = Listed("scans/a.pdf", None, 0, FileState.FAILED, "damaged", NOON, 0.0)
    assert facts_of(failed) == Facts("scans", "PDF", (), "2024-05-01")
    assert admitted([failed], Filter()) == ()


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Ida Berg, Odd Lie and Marit van der Aa", ("Ida Berg", "Odd Lie", "Marit van der Aa")),
        ("Ida Berg, Odd Lie, and Dr. Doğacan BAŞARAN", ("Ida Berg", "Odd Lie", "Dr. Doğacan BAŞARAN")),
        ("Berg, Ida; Lie, Odd", ("Berg, Ida", "Lie, Odd")),
        ("Ida Berg & Odd Lie", ("Ida Berg", "Odd Lie")),
        ("Department of Health and Human Services", ("Department of Health and Human Services",)),
        ("Ida Berg, PhD", ("Ida Berg, PhD",)),
        ("ida@example.org", ("ida@example.org",)),
        ("Ida Berg; Ida Berg;", ("Ida Berg",)),
    ],
)
def test_authors_are_told_apart_where_that_is_sure(line: str, authors: tuple[str, ...]):
    assert facts_of(a_file("a.md", author=line)).authors == authors


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-05-01T10:30:00Z", "2024-05-01"),
        ("20240501", "2024-05-01"),
        ("1 May 2024", "2024-05-01"),
        ("May 2024", "2024-05"),
        ("May-June 2024", "2024"),
        ("spring 2024", "2024"),
        ("last week", ""),
    ],
)
def test_a_date_is_as_exact_as_the_document_gives_it(written: str, day: str):
    assert facts_of(a_file("a.md", date=written)).day == day


FILES = [
    a_file("reports/2024/toll.pdf", author="Ida Berg", date="2024-05-01"),
    a_file("reports/2023/ferry.docx", author="Ida Berg, Odd Lie", date="May 2023"),
    a_file("reports-old/bees.pdf", author="Marit Solheug", date="2019"),
    a_file("notes.txt"),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["toll", "ferry", "bees", "notes"]),
        ({"folder": ("reports",)}, ["toll", "ferry"]),
        ({"folder": ("Reports/2024/",)}, ["toll"]),
        ({"folder": ("report",)}, []),
        ({"folder": ("reports/2023", "reports-old")}, ["ferry", "bees"]),
        ({"folder": (".",)}, ["toll", "ferry", "bees", "notes"]),
        ({"type": ("pdf",)}, ["toll", "bees"]),
        ({"type": ("word", ".TXT")}, ["ferry", "notes"]),
        ({"author": ("berg",)}, ["toll", "ferry"]),
        ({"author": ("Odd Lie",)}, ["ferry"]),
        ({"author": ("Odd Berg",)}, []),  # the names of two people
        ({"author": ("Sol",)}, []),
        ({"type": ("pdf",), "author": ("Ida",)}, ["toll"]),
        ({"since": "2023"}, ["toll", "ferry"]),
        ({"since": "2023-05-20"}, ["toll", "ferry"]),  # it may be of the end of May
        ({"since": "2023-06"}, ["toll"]),
        ({"until": "2023"}, ["ferry", "bees"]),
        ({"until": "2024-04-30"}, ["ferry", "bees"]),
        ({"since": "2019-07-01", "until": "2019-07-02"}, ["bees"]),
    ],
)
def test_all_that_is_set_must_hold_and_of_several_values_one(
    wanted: dict[str, tuple[str, ...]], found: list[str]
):
    assert [path.split("/")[-1].split(".")[0] for path in chosen(*FILES, **wanted)] == found


def test_a_day_is_written_in_iso_8601():
    assert all(map(is_day, ("2024", "2024-12", "2024-12-31")))
    assert not any(map(is_day, ("", "24", "2024-13", "2024-1-1", "May 2024", "2024-05-01T10:00")))
    with pytest.raises(ValueError, match=r"^since must be a day, a month or a year such as .*, not 'May'$"):
        Filter(since="May")


def test_the_documents_of_a_folder_are_chosen_by_what_is_known_of_them(synced: Assistant):
    def paths(**wanted: object) -> list[str]:
        return [document.path for document in synced.matching(**wanted)]  # type: ignore[arg-type]

    assert paths() == ["bridge.txt", "ferry.md", "valley/bees.md"]
    assert paths(author=["Solheug"]) == paths(folder=["valley"]) == paths(until="2021") == ["valley/bees.md"]
    assert paths(type=["Markdown"]) == ["ferry.md", "valley/bees.md"]
    os.utime(synced.settings.corpus / "ferry.md", (NOON, NOON))
    assert paths(until="2024-05-01") == ["ferry.md", "valley/bees.md"]
