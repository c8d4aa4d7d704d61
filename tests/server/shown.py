"""HTML of the page, parsed like in a browser, and small answers to render."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from qa.structure import Structure, Table
from qa.types import Answer, Citation, Claim, Document, Hit, Passage

HOSTILE = "<img src=x onerror=alert(1)> ${7*7} `x` </script> {{value}} \"quoted\" 'too' &lt;b&gt;"
TURNED = "\u202elanretni\u202c"  # written from right to left
TEXT = "# Ferry\n\nIt leaves at seven. It carries 340 passengers. It is white.\n\nTickets cost 12 crowns.\n"
QUOTE = "It carries 340 passengers."

_TAGS = frozenset(
    """a article b bdi blockquote br button caption dd details div dl dt figure footer h2 h3 header
    img input li mark ol p q rect section span strong summary svg table tbody td th thead tr ul use""".split()
)
_ATTRIBUTES = frozenset(
    """alt aria-hidden aria-label aria-labelledby checked class dir height href id open role scope src
    tabindex title type value viewbox width x y""".split()
)
_VOID = frozenset("br img input rect use".split())
_LINK = re.compile(r"#(?:source-\d+-\d+|i-[a-z]+)|qa/picture\?[\w%.+&=-]+")


class Shown(HTMLParser):
    """A parsed piece of HTML. Raises AssertionError for any element or attribute that the page does not use.

    `text` is what is read, `marked` what is within <mark>, `tags` are the elements in their order, each with
    its attributes; `turned` is whether a right-to-left override reaches beyond the element that it is in.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = self.marked = ""
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.turned = False
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(str(html))  # adding to Markup would escape
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        assert tag in _TAGS, tag
        assert len(attributes) == len(attrs), f"given twice: {attrs}"
        for name, value in attributes.items():
            assert name in _ATTRIBUTES or re.fullmatch(r"data-[a-z]+", name), name
            assert name not in ("href", "src") or _LINK.fullmatch(value), value
        self.tags.append((tag, attributes))
        if tag not in _VOID:
            self._open.append((tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID, tag
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"{tag} was never opened"
        assert self._open[-1][0] == tag, f"{tag} closed within {self._open[-1][0]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if any(tag == "mark" for tag, _ in self._open) else ""
        apart = any(tag in ("bdi", "button") or "dir" in attributes for tag, attributes in self._open)
        self.turned |= "\u202e" in data and not apart

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def all(self, tag: str, kind: str = "") -> list[dict[str, str]]:
        """The attributes of all elements with a tag and a class."""
        return [a for t, a in self.tags if t == tag and (not kind or kind in a.get("class", "").split())]

    def acts(self, name: str) -> list[dict[str, str]]:
        """The attributes of all buttons with an act."""
        return [button for button in self.all("button") if button["data-act"] == name]


def one_line(html: str) -> str:
    """The text of HTML on one line."""
    return " ".join(Shown(html).text.split())


def a_document(content: str = TEXT, **changes: Any) -> Document:
    values = {"id": "1", "path": "ferry.md", "title": "The ferry", "metadata": {"source": "Quay News"}}
    return Document(**{**values, **changes}, digest="d", _text=content)


def a_passage(document: Document, start: int = 0, end: int | None = None) -> Passage:
    """A slice of a document, by default all of it. Sentences end with a stop and contain no line break."""
    end = len(document.text) if end is None else end
    found = re.finditer(r"[^\s#.][^.\n]*\.", document.text[start:end])
    sentences = tuple((start + m.start(), start + m.end()) for m in found)
    return Passage(f"{document.id}-{start}", document.id, start, end, document.text[start:end], "", sentences)


def a_citation(
    number: int = 1, quote: str = QUOTE, document: Document | None = None, passage: Passage | None = None
) -> Citation:
    document = document or a_document()
    start = document.text.index(quote)
    passage = passage or a_passage(document)
    return Citation(number, document, start, start + len(quote), quote, passage)


def an_answer(*claims: Claim, **changes: Any) -> Answer:
    """An answer with these claims, by default with one that quotes QUOTE."""
    claims = claims or (Claim(QUOTE, (a_citation(),)),)
    citations = sorted((c for claim in claims for c in claim.citations), key=lambda c: c.number)
    nearest = tuple(Hit(c.passage, c.document, 0.5) for c in citations)
    values = {"question": "How many?", "text": "…", "answered": True, "confidence": 0.8, "nearest": nearest}
    return Answer(**{**values, "claims": claims, "citations": tuple(citations), **changes})


def a_refusal(*documents: Document, **changes: Any) -> Answer:
    nearest = tuple(Hit(a_passage(d), d, 0.1) for d in documents)
    values = {"question": "Why is the ferry late?", "text": "…", "answered": False, "confidence": 0.1}
    return Answer(**{**values, "claims": (), "citations": (), "nearest": nearest, **changes})


ROOMS = "The inn has rooms.\n\nRoom | Price\n\nAlder | 118 crowns\n\nBirch | 99 crowns\n\nIt is old."
_AT = ROOMS.index("Room |")
INN = a_document(
    ROOMS,
    path="inn.xlsx",
    _structure=Structure(
        (
            (_AT, "Prices!A1:B1"),
            (ROOMS.index("Alder"), "Prices!A2:B2"),
            (ROOMS.index("Birch"), "Prices!A3:B3"),
        ),
        (Table(_AT, ROOMS.index("\n\nIt is"), ROOMS.index("\n\nAlder")),),
    ),
)


def rows(html: str) -> list[list[str]]:
    return [
        [Shown(cell).text for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", html)
    ]
