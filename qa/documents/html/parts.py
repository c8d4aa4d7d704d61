"""HTML -> its text in reading order, and nothing lost: for pages, books, mails and all that embeds HTML.

`tree_of` parses markup, `parts_of` walks the tree. What is the text of the page's author and what is
furniture is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from qa.documents.html.tables import GridCell, is_data_table, rows_of
from qa.documents.office.mathml import linear
from qa.documents.parsed import Part
from qa.documents.plain.decoding import decode
from qa.documents.plain.paragraphs import paragraphs
from qa.documents.tables import LONGEST_REPEATED, Cell, table_parts
from qa.types import BlockKind

HIDDEN = "hidden on the page"
_SKIPPED = frozenset(  # what no browser shows as text
    """script style template head title noscript iframe audio video canvas datalist rp
    annotation annotation-xml defs desc metadata symbol""".split()
)
_PREFORMATTED = frozenset("pre listing plaintext xmp".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BLOCKS = frozenset(  # what begins on a line of its own
    """address article aside blockquote body button caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form frameset header hgroup hr html legend li main menu nav noframes
    ol optgroup option p search section select summary table tbody td text textarea tfoot th thead tr
    ul""".split()
).union(_HEADINGS, _PREFORMATTED)
_HIDING = re.compile(r"\b(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)\b", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*>")
_XHTML = re.compile(r"<html\b[^<>]*\bxmlns\s*=")
_CLOSED = re.compile(  # an element that XHTML closes at once, and HTML would leave open
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)"
    r"([a-zA-Z][\w:-]*)((?:\s[^<>]*)?)/>"
)
_TAG = re.compile(r"</?([a-zA-Z][\w:-]*)[^<>]*>")
_WRAPPED = 40  # characters; a longer line that goes on in small letters was broken for its width


def tree_of(markup: str | bytes) -> Any:
    """The root element of HTML or XHTML, of a whole document or of a piece of one; broken markup is mended.

    Nothing is fetched, and no entity besides those of HTML is replaced. Markup without any text or tag gives
    an element without text. Raises UnreadableFile if bytes are not text.
    """
    from lxml import etree, html

    text = markup if isinstance(markup, str) else decode(markup, html=True)
    declaration = _XML_DECLARATION.match(text, 0, 1000)
    if declaration or _XHTML.search(text, 0, 5000):
        text = _as_html(text[declaration.end() if declaration else 0 :])
    text = text.replace("\x00", "\ufffd")
    try:
        tree, complete = _parse(text)
        return tree if complete else _parse(_flat(text))[0]
    except etree.ParserError:  # nothing but white space and comments
        return html.Element("html")


def _parse(text: str) -> tuple[Any, bool]:
    """The root element, and False if the parser gave up before the end because of the depth of the markup."""
    from lxml import etree, html

    parser = html.HTMLParser(
        # As bytes of a known encoding: what a page says of its own is true of its file, not of this text.
        encoding="utf-8",
        huge_tree=True,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    limits = parser.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT])
    return tree, not len(limits)


def _flat(markup: str) -> str:
    """Markup without its nesting: its paragraphs follow each other, and nothing stands within another."""

    def flat(match: re.Match[str]) -> str:
        tag = match[1].lower()
        if tag in _SKIPPED or tag in _PREFORMATTED:
            return match[0]
        return "<p>" if tag in _BLOCKS or tag == "br" else ""

    return _TAG.sub(flat, markup)


def _as_html(xhtml: str) -> str:
    """XHTML in the syntax of HTML: no element is closed where it opens, and no text is CDATA."""
    first, *sections = _CLOSED.sub(r"<\1\2></\1>", xhtml).split("<![CDATA[")
    pieces = [first]
    for section in sections:
        data, end, rest = section.partition("]]>")
        pieces += [data.replace("&", "&amp;").replace("<", "&lt;"), rest] if end else [section]
    return "".join(pieces)


class Piece(NamedTuple):
    """A part, the element whose text it is, and which share of its words is in links."""

    part: Part
    element: Any
    linked: float


def parts_of(element: Any) -> list[Part]:
    """The text of an element in reading order: its own and that of everything in it, without what follows it.

    Headings, paragraphs, items of lists and lines between `<br>` are parts of their own, a table is its rows
    and `<pre>` one part with its lines. Scripts, styles, the head and elements with the attribute `hidden`
    are skipped; what a style hides is doubtful. Takes linear time, whatever the depth.
    """
    return [piece.part for piece in pieces_of(element)]


def pieces_of(element: Any) -> list[Piece]:
    """The parts of an element, as `parts_of` has them, with the element of each."""
    from lxml import etree

    walk = _Walk()
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start" and not walk.start(node):
            walker.skip_subtree()
        elif event == "end":
            walk.end(node)
        if event != "start" and node is not element and node.tail:
            walk.text(node.tail)
    walk.flush()
    return walk.pieces


class _Walk:
    """The pieces of the elements walked so far, and the beginning of the next one."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._texts: list[str] = []
        self._words = self._linked = 0  # of the texts
        self._after_break = False
        self._blocks: list[Any] = []  # the blocks around the current element
        self._headings = self._links = 0  # how many of them are around the current element
        self._hidden: list[Any] = []  # elements around the current one that a style hides

    def start(self, node: Any) -> bool:
        """Take the beginning of an element; False if its content is not to be walked."""
        tag = node.tag
        if tag in _SKIPPED or is_hidden(node):
            return False
        if tag in _BLOCKS:
            self.flush()
            self._blocks.append(node)
            self._headings += tag in _HEADINGS
        if _HIDING.search(node.get("style", "")):
            self.flush()
            self._hidden.append(node)
        self._links += _is_link(node)
        if tag == "br":
            self.flush()
            self._after_break = True
        elif tag == "rt":
            self.text("(")
        elif tag == "math":
            self.text(_formula(node))
            return False
        elif tag in _PREFORMATTED:
            self._add(preformatted_parts(lines_of(node)), node)
            return False
        elif tag == "table" and is_data_table(node):
            self._add(_table_parts(node), node)
            return False
        if node.text:
            self.text(node.text)
        return True

    def text(self, text: str) -> None:
        """Take a text of the current element."""
        self._texts.append(text)
        words = len(text.split())
        self._words += words
        self._linked += words if self._links else 0

    def end(self, node: Any) -> None:
        """Take the end of an element."""
        tag = node.tag
        if tag in _SKIPPED or is_hidden(node):
            return
        if tag == "rt":
            self.text(")")
        self._links -= _is_link(node)
        if tag in _BLOCKS:
            self.flush()
            self._blocks.pop()
            self._headings -= tag in _HEADINGS
        if self._hidden and self._hidden[-1] is node:
            self.flush()
            self._hidden.pop()

    def flush(self) -> None:
        """Make a part of the texts since the last one."""
        line = plain_line("".join(self._texts))
        if line:
            part = Part(line, BlockKind.HEADING if self._headings else BlockKind.BODY)
            if self._after_break and self._goes_on(part):
                part = part._replace(text=f"{self.pieces.pop().part.text} {line}")
            self._add([part], self._blocks[-1] if self._blocks else None)
        self._texts.clear()
        self._words = self._linked = 0
        self._after_break = False

    def _goes_on(self, part: Part) -> bool:
        """True if a part continues the sentence above the `<br>`."""
        above = self.pieces[-1].part if self.pieces else Part("")
        return (
            len(above.text) >= _WRAPPED
            and above.text[-1] not in ".!?:;…"
            and above.kind is (BlockKind.DOUBTFUL if self._hidden else part.kind)
            and part.text[0].islower()
        )

    def _add(self, parts: Sequence[Part], node: Any) -> None:
        linked = self._linked / self._words if self._words else _linked_share(node)
        for part in parts:
            if self._hidden:
                part = part._replace(kind=BlockKind.DOUBTFUL, reason=HIDDEN)
            self.pieces.append(Piece(part, node, linked))


def _formula(math: Any) -> str:
    """A formula in one line; one that is nested too deeply as its bare text."""
    try:
        return linear(math)
    except RecursionError:
        return " ".join(math.itertext())


def _is_link(node: Any) -> bool:
    """True for a link, but not for a place that links lead to, which is often left open."""
    return node.tag == "a" and "href" in node.attrib


def _linked_share(element: Any) -> float:
    """Which share of the words of an element, a table for instance, is in links."""
    words = sum(len(text.split()) for text in element.itertext())
    links = (link for link in element.iter("a") if _is_link(link))
    linked = sum(len(text.split()) for link in links for text in link.itertext())
    return min(1.0, linked / words) if words else 0.0


def _table_parts(table: Any) -> list[Part]:
    """The caption and the rows of a table, and before them the texts that are in no cell."""
    rows, header = rows_of(table)
    parts: dict[Any, list[Part]] = {}

    def cell(grid_cell: GridCell) -> Cell:
        element = grid_cell.element
        if element is None:
            return Cell((), grid_cell.columns)
        if element not in parts:
            parts[element] = parts_of(element)
        found = Cell(parts[element], grid_cell.columns)
        if grid_cell.from_above and len(found.text) > LONGEST_REPEATED:
            return Cell((), found.columns)
        return found

    beside = [Part(line) for line in _beside_cells(table)]
    return beside + table_parts([[cell(grid_cell) for grid_cell in row] for row in rows], header)


def _beside_cells(table: Any) -> Iterator[str]:
    """The lines of a table that are in no cell, such as its caption."""
    from lxml import etree

    texts = []
    walker = etree.iterwalk(table, events=("start", "end"))
    for event, node in walker:
        texts.append("\n" if node.tag in _BLOCKS or node.tag == "br" else "")
        if event == "end":
            texts.append("" if node is table else node.tail or "")
        elif node.tag in {"td", "th"} or node.tag in _SKIPPED or is_hidden(node):
            walker.skip_subtree()
        else:
            texts.append(node.text or "")
    yield from filter(None, map(plain_line, "".join(texts).split("\n")))


def is_hidden(node: Any) -> bool:
    """True for an element with the attribute `hidden`, unless a search may reveal it."""
    return bool(node.get("hidden", "until-found") != "until-found")


def plain_line(text: str) -> str:
    """A text in one line, without the marks of where a word may be divided."""
    return " ".join(text.replace("\u00ad", "").replace("\u200b", "").split())


def preformatted_parts(text: str) -> list[Part]:
    """A preformatted text: code is one part with its lines, prose that was wrapped by hand is paragraphs."""
    text = text.expandtabs(4).replace("\xa0", " ")
    found = paragraphs(text)
    if 2 * sum(p.words for p in found if p.is_prose) > sum(p.words for p in found):
        return [Part(plain_line(p.text)) for p in found]
    lines = [line.rstrip() for line in text.split("\n")]
    code = "\n".join(lines).strip("\n")
    return [Part(code, BlockKind.CODE)] if code.strip() else []


def lines_of(pre: Any) -> str:
    """The text of a preformatted element, with its lines."""
    from lxml import etree

    pieces = []
    walker = etree.iterwalk(pre, events=("start", "end", "comment"))
    for event, node in walker:
        if event == "start":
            if node.tag in _SKIPPED or is_hidden(node):
                walker.skip_subtree()
                continue
            pieces += ["\n" if node.tag == "br" else "", node.text or ""]
        elif node is not pre:
            pieces.append(node.tail or "")
    return "".join(pieces)
