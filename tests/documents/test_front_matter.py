"""Metadata above the text of a Markdown file."""

import pytest

from qa.documents.plain.front_matter import front_matter

BODY = "\nThe weir was raised in 1962.\n"
KNOWN = {"title": "The Weir", "author": "Oda Kestrin", "date": "2021-11-04"}


def values(head: str) -> dict[str, str]:
    return dict(front_matter(head + BODY).values)


def whole(head: str) -> bool:
    """True if all of a head is front matter, and none of the text below it."""
    return front_matter(head + BODY).end in {len(head), len(head) - 1}


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: The Weir\nauthor: Oda Kestrin\ndate: 2021-11-04\n---\n",
        "---\nTitle: The Weir\nAUTHOR: Oda Kestrin\nDate: 2021-11-04T07:30:00+01:00\n...\n",
        "---\ntitle: 'The Weir'\nauthor:\n  name: Oda Kestrin\n  age: 40\ndate: 2021-11-04 07:30\n---\n",
        "---\ntitle: The Weir\nauthors:\n  - Oda Kestrin\ndate: 20211104\n---\n",
        '+++\ntitle = "The Weir"\nauthor = "Oda Kestrin"\ndate = 2021-11-04T07:30:00Z\n[a]\nb = 3\n+++\n',
        '+++\ntitle = "The Weir"\nauthor = {name = "Oda Kestrin"}\ndate = "2021-11-04"\n+++\n',
        '{\n  "title": "The Weir",\n  "author": "Oda Kestrin",\n  "date": "2021-11-04"\n}\n',
        '{"title": "The Weir", "authors": [{"name": "Oda Kestrin"}], "date": "2021-11-04"}\n',
    ],
)
def test_front_matter_is_read_in_yaml_toml_and_json(head):
    assert KNOWN.items() <= values(head).items()
    assert whole(head)


def test_several_authors_are_named_in_one_line():
    assert values("---\nauthors: [Oda Kestrin, Pell Aversen]\n---\n") == {
        "author": "Oda Kestrin, Pell Aversen"
    }


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("007", "007"),
        ("1.10", "1.10"),
        ("yes", "yes"),
        ("2021-02-30", "2021-02-30"),
        ("'a: b'", "a: b"),
        ("|\n  a\n  b", "a b"),
    ],
)
def test_values_are_taken_as_written(yaml, value):
    assert values(f"---\ntitle: {yaml}\n---\n") == {"title": value}


@pytest.mark.parametrize("nothing", ["", "~", "null", "{a: b}", "[]", "{{ page.title }}", "<% tp.title %>"])
def test_a_value_that_is_not_text_is_none(nothing):
    head = f"---\ntitle: {nothing}\nmood: blue\n---\n"
    assert values(head) == {"mood": "blue"}
    assert whole(head)


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (
            "---\ntitle: The Weir: a history\nmood: blue\n---\n",
            {"title": "The Weir: a history", "mood": "blue"},
        ),
        (
            '---\ntitle: {{ title }}\nmood: "blue"\ntags:\n  - weir\n---\n',
            {"title": "", "mood": "blue", "tags": ""},
        ),
        ('+++\ntitle = {{ title }}\nmood = "blue"\n+++\n', {"mood": "blue"}),
        ('{\n  "title": {{ title }},\n  "mood": "blue"\n}\n', {"mood": "blue"}),
        ("---\ntitle: " + "[" * 5000 + "\nmood: blue\n---\n", {"mood": "blue"}),
    ],
)
def test_broken_front_matter_is_read_line_by_line(head, known):
    assert values(head) == {key: value for key, value in known.items() if value}
    assert whole(head)


@pytest.mark.parametrize(
    "head",
    [
        "---\n\nThe ferry left.\n\n---\n",
        "---\ntitle: The Weir\n\nThe ferry left, and then: nothing.\n\n---\n",
        "---\ntitle: The Weir\n",
        "+++\n",
        "{\n",
        "{{ title }}\n",
        "{}\n",
        "---\n- one\n- two\n---\n",
        "title: The Weir\n---\n",
    ],
)
def test_prose_and_what_is_not_closed_is_text(head):
    assert front_matter(head + BODY) == ({}, 0)


def test_a_file_of_front_matter_alone_keeps_it_as_text():
    assert front_matter("---\ntitle: The Weir\n---\n") == ({"title": "The Weir"}, 0)


def nested(levels: int, line: str) -> str:
    lines = [line.format(n=n, refs=", ".join([f"*a{n - 1}"] * 9)) for n in range(1, levels)]
    return "\n".join(["a0: &a0 {k: v}", *lines])


@pytest.mark.parametrize(
    "yaml",
    [
        nested(30, "a{n}: &a{n} [{refs}]"),
        nested(9, "a{n}: &a{n} {{<<: [{refs}]}}"),
        "word: &w " + "x" * 10_000 + "\nauthor: [" + ", ".join(["*w"] * 10_000) + "]",
    ],
)
def test_front_matter_that_multiplies_itself_does_no_harm(yaml):
    found = values(f"---\ntitle: The Weir\n{yaml}\n---\n")
    assert found["title"] == "The Weir"
    assert sum(map(len, found.values())) < 1000


@pytest.mark.parametrize("head", ['{"a":' * 100_000, "{" * 200_000, "+++\na = " + "[" * 50_000 + "\n+++\n"])
def test_deep_nesting_is_read_without_a_crash(head):
    assert not values(head)


def test_half_a_surrogate_pair_is_replaced():
    assert values('---\ntitle: "The \\ud800 Weir"\n---\n') == {"title": "The \ufffd Weir"}
