"""The sections of a document, from the headings that its passages begin with."""

from pathlib import Path

import pytest
from conftest import document, write

from qa.assistant import Assistant


def sections(assistant: Assistant, path: str, text: str) -> list[str]:
    """The headings of a document, each checked to stand where it is said to begin."""
    write(Path(assistant.settings.corpus), {path: text})
    assistant.sync()
    found = assistant.sections(document(assistant, path).id)
    content = document(assistant, path).text
    assert all(content[at:].lstrip("# ").startswith(heading[:5]) for at, heading in found)
    assert [at for at, _ in found] == sorted({at for at, _ in found})
    return [heading for _, heading in found]


def test_headings_of_markdown_are_sections_but_the_title_is_not(assistant: Assistant):
    text = "# The ferry\n\nIt is old.\n\n## Fares\n\nThey rise.\n\n## Crew\n\n### Masters\n\nOda. Ulf.\n"
    assert sections(assistant, "a.md", text) == ["Fares", "Crew", "Masters"]


def test_names_of_columns_and_points_of_a_list_are_no_sections(assistant: Assistant):
    table = "| Season | Fare |\n|-|-|\n| Summer | 14 |"
    text = f"# Fares\n\nThey rise.\n\n## Table\n\n{table}\n\n- One is here.\n- Two.\n"
    assert sections(assistant, "a.md", text) == ["Table"]


def test_a_section_of_many_passages_is_listed_once(assistant: Assistant):
    body = " ".join(f"The ferry number {n} leaves the quay at seven every morning." for n in range(80))
    assert sections(assistant, "a.md", f"# The ferry\n\n## Fares\n\n{body}\n\n## Crew\n\n{body}\n") == [
        "Fares",
        "Crew",
    ]


@pytest.mark.parametrize("text", ["Only words, and no heading at all.\n", "# Only a heading\n\nAnd words.\n"])
def test_a_document_without_headings_has_no_sections(assistant: Assistant, text: str):
    assert sections(assistant, "a.md", text) == []
