"""The pieces of HTML, and that only literals in the code become HTML."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from shown import HOSTILE, Shown, a_document, one_line

import qa.server.html
from qa.server.html.elements import button, concat, html, joined, origin, paragraph, text
from qa.server.html.excerpt import excerpt

MODULES = sorted(Path(qa.server.html.__file__).parent.glob("*.py"))


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def functions(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Name and return type of each function, and whether it makes HTML, which is no str."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.returns:
            called = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
            names = {name.id for name in called if isinstance(name, ast.Name)}
            yield (
                node.name,
                ast.unparse(node.returns),
                bool(names & {"html", "concat", "paragraph", "Markup"}),
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_html_is_made_of_literals_only(path: Path):
    """An f-string, or a value declared to be HTML, would let unescaped text through."""
    made = [call for name in ("html", "Markup") for call in calls(path, name)]
    for call in made:
        if path.stem == "elements" and ast.unparse(call).startswith("Markup(template.format(*map(escape,"):
            continue  # the one place where values are filled in
        for template in call.args[:1]:
            assert isinstance(template, ast.Constant), ast.unparse(call)
    if path.stem not in ("__init__", "elements"):
        assert [
            name for name, returned, makes_html in functions(path) if makes_html and returned == "str"
        ] == []
        assert "from html import" not in path.read_text("utf-8")


@pytest.mark.parametrize("value", [HOSTILE, "{0} {name} %s", "<b>", "&amp;", 7, None])
def test_a_value_is_text_unless_it_is_html_already(value: object):
    made = html('<p class="{name}">{}</p>', value, name="note")
    assert isinstance(made, Markup)
    assert Shown(made).text == str(value)
    assert html("<p>{}</p>", made) == f"<p>{made}</p>"
    assert concat([made, made]) == made + made


@given(st.text(), st.text())
def test_an_attribute_stays_an_attribute(value: str, title: str):
    value, title = (part.replace("\0", "").replace("\r", "") for part in (value, title))
    (shown,) = Shown(html('<span title="{}">{}</span>', title, value)).all("span")
    assert shown == {"title": title}


def test_text_is_escaped_and_isolated():
    assert text('<b> & "x"') == '<bdi dir="auto">&lt;b&gt; &amp; &#34;x&#34;</bdi>'
    assert paragraph("note", "") == ""
    assert joined(["a", "", "b"]) == "a · b"


def test_the_data_of_a_button_is_escaped_and_none_is_left_out():
    (made,) = Shown(button("open", 'a "b"', "page", path='x" onclick="y', start=0, end=None)).all("button")
    assert made == {
        "type": "button",
        "class": "plain",
        "data-act": "open",
        "title": 'a "b"',
        "data-path": 'x" onclick="y',
        "data-start": "0",
    }


def test_a_markdown_heading_looks_like_one_and_keeps_every_character():
    content = "# One <b>\n\ntext # no\n## Two\n"
    html = excerpt(a_document(), content, 0)
    assert Shown(html).text == content
    assert re.findall("</span>(.*?)</strong>", html) == ["One &lt;b&gt;", "Two"]
    assert "<strong>" not in excerpt(a_document(path="notes.txt"), content, 0)


def test_the_marks_of_markdown_are_hidden_and_keep_every_character():
    content = (
        "Gates\n=====\n> [!note] Mind the `gap`, **please**.\n```sh\nopen 3\n```\n"
        "See [[locks|the lock]], [[Osk]] and [the table](https://tarn.example/t)."
    )
    made = excerpt(a_document(), content, 0)
    assert Shown(made).text == content
    seen = Shown(re.sub('<span class="unseen">.*?</span>', "", made, flags=re.DOTALL)).text
    assert seen.split("\n") == [
        "Gates", "", " Mind the gap, please.", "", "open 3", "", "See the lock, Osk and the table.",
    ]  # fmt: skip


def test_the_origin_is_everything_known_about_a_document():
    known = {"source": "Quay News", "author": "A. Lund", "date": "2024", "language": "en"}
    assert one_line(origin(a_document(metadata=known), "p. 4")) == "Quay News · A. Lund · 2024 · p. 4"
    assert origin(a_document(metadata={})) == ""
