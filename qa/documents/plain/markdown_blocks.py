"""The blocks of a Markdown text, as spans of it.

markdown-it tells which lines are what; its tokens know their lines. A line that it makes nothing of is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from qa.documents.plain.paragraphs import paragraphs
from qa.documents.plain.tables import table_blocks
from qa.documents.plain.wrapping import Line, is_line_by_line, wraps
from qa.types import BlockKind, Span

COMMENT = "comment"
_DEEPEST = 40  # levels of lists and quotations; what is nested deeper is text
_COMMENT_MARK = re.compile(r"<!--|-->|%%")  # of HTML, and of Obsidian
_CLOSING = {"<!--": "-->", "%%": "%%"}
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)*_]*\s*\Z")
# What begins a line of its own, though plain Markdown takes the line for part of the paragraph above.
_BEGINS = re.compile(r"\[\^?[^\]\s][^\]]{0,60}\]:\s|:::|[•‣◦–—☐☑☒]\s|\(?(?:[a-z]|\d{1,3})[.)]\s")
_MARKS = re.compile(r"\s*(?:>[ \t]?)*")  # of a quotation
_CALLOUT = re.compile(r"\[!\w+\]")
_DEFINITION = re.compile(r":\s")
_HARD_BREAK = re.compile(r"(?: {2}|\\|<br ?/?>)\Z")


class Piece(NamedTuple):
    """A block of the text. `level` is 1..6 and `heading` its text if it is a heading."""

    start: int
    end: int
    kind: BlockKind = BlockKind.BODY
    reason: str = ""
    level: int = 0
    heading: str = ""


class _Leaf(NamedTuple):
    """Neighbouring lines that hold one block: its type, its first line, and the line below its last one."""

    type: str
    first: int
    end: int
    level: int = 0
    heading: str = ""


def pieces(text: str, start: int = 0) -> list[Piece]:
    """The blocks of `text[start:]` in order. They do not overlap, and only white space is outside them."""
    source = text[start:]
    lines = _Lines(text, start)
    found: list[Piece] = []
    at = 0
    leaves = _joined(text, lines, _leaves(_parser().parse(source)))
    for leaf in [*leaves, _Leaf("end", len(lines), len(lines))]:
        first = max(at, leaf.first)
        if at < first:
            found += _text_pieces(text, *lines.span(at, first))
        if first < leaf.end:
            found += _leaf_pieces(text, lines, leaf._replace(first=first))
        at = max(at, leaf.end)
    return found


class _Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str, start: int) -> None:
        lengths = (len(line) + 1 for line in text[start:].split("\n"))
        self._starts = list(accumulate(lengths, initial=start))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def span(self, first: int, end: int) -> Span:
        """The span of some lines, without the line break at their end."""
        return self._starts[first], self._starts[end] - 1

    def spans(self, first: int, end: int) -> list[Span]:
        return [self.span(i, i + 1) for i in range(first, end)]


# --- the parser ----------------------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    """A parser of blocks: what is inside a line is not looked at, and link definitions stay text."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").disable("reference")
    parser.core.ruler.enableOnly(["block"])
    parser.block.ruler.before("fence", COMMENT, _comment, {"alt": ["paragraph", "blockquote", "list"]})
    return parser


def _comment(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """A rule of markdown-it for comments of Obsidian that take whole lines, from %% to %%."""
    begin = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not state.src.startswith("%%", begin):
        return False
    begin += 2
    for line in range(first, end):
        if line > first and not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            return False
        content = state.src[begin : state.eMarks[line]]
        if "%%" in content:
            closed = content.find("%%") == len(content.rstrip()) - 2
            if closed and not silent:
                state.push(COMMENT, "", 0).map = [first, line + 1]
                state.line = line + 1
            return closed
        begin = state.bMarks[line + 1] + state.tShift[line + 1] if line + 1 < end else begin
    return False


def _leaves(tokens: Sequence[Token]) -> Iterator[_Leaf]:
    """The blocks that hold text rather than other blocks."""
    in_head = False
    for i, token in enumerate(tokens):
        if token.type in {"thead_open", "thead_close"}:
            in_head = token.type == "thead_open"
        if not token.map:
            continue
        first, end = token.map
        if token.type == "heading_open":
            yield _Leaf("heading", first, end, int(token.tag[1]), tokens[i + 1].content)
        elif token.type == "thead_open":
            yield _Leaf("columns", first, end + 1)  # with the rule below them
        elif token.type == "tr_open" and not in_head:
            yield _Leaf("row", first, end)
        elif token.type == "paragraph_open":
            yield _Leaf("paragraph", first, end)
        elif token.type in {"fence", "code_block", "html_block", "hr", COMMENT}:
            yield _Leaf(token.type, first, end)


def _joined(text: str, lines: _Lines, leaves: Iterator[_Leaf]) -> Iterator[_Leaf]:
    """The blocks; an indented first line is part of the paragraph below it, and not a program."""
    held: _Leaf | None = None
    for leaf in leaves:
        if held and leaf.type == "paragraph" and leaf.first == held.end and held.end - held.first == 1:
            pair = [Line(text[slice(*span)].lstrip()) for span in lines.spans(held.first, leaf.first + 1)]
            if held.type == "code_block" and wraps(pair)[0]:
                leaf, held = leaf._replace(first=held.first), None
        if held:
            yield held
        held = leaf
    if held:
        yield held


# --- blocks of each type -------------------------------------------------------------------------


def _leaf_pieces(text: str, lines: _Lines, leaf: _Leaf) -> Iterator[Piece]:
    start, end = lines.span(leaf.first, leaf.end)
    if leaf.type == "heading" and leaf.heading.strip():
        yield from _piece(text, start, end, BlockKind.HEADING, "", leaf.level, leaf.heading)
    elif leaf.type == "columns":
        yield from _piece(text, start, end, BlockKind.COLUMNS)
    elif leaf.type == "row" and "|" in text[start:end]:
        yield from _piece(text, start, end, BlockKind.ROW)
    elif leaf.type == COMMENT:
        yield from _piece(text, start, end, BlockKind.BOILERPLATE, COMMENT)
    elif leaf.type == "paragraph":
        yield from _paragraph_pieces(text, lines.spans(leaf.first, leaf.end))
    elif leaf.type == "html_block":
        for piece in _without_comments(text, start, end):
            yield from [piece] if piece.reason else _text_pieces(text, piece.start, piece.end)
    elif leaf.type == "code_block" and _is_prose(text, start, end):
        yield from _text_pieces(text, start, end)
    elif leaf.type in {"fence", "code_block"}:
        yield from _piece(text, start, end, BlockKind.CODE)
    else:
        yield from _piece(text, start, end)


def _piece(
    text: str,
    start: int,
    end: int,
    kind: BlockKind = BlockKind.BODY,
    reason: str = "",
    level: int = 0,
    heading: str = "",
) -> Iterator[Piece]:
    """The block in `text[start:end]`, without the white space around it; none if there is nothing else."""
    inner = text[start:end]
    if content := inner.strip():
        start += len(inner) - len(inner.lstrip())
        yield Piece(start, start + len(content), kind, reason, level, heading)


def _text_pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    """The paragraphs of what is text and has no marks of Markdown."""
    for p in paragraphs(text, start, end):
        yield Piece(p.start, p.end)


def _is_prose(text: str, start: int, end: int) -> bool:
    """True if what is indented like a program reads like text."""
    found = paragraphs(text, start, end)
    return 2 * sum(p.is_prose for p in found) >= len(found)


def _paragraph_pieces(text: str, lines: Sequence[Span]) -> Iterator[Piece]:
    """A paragraph; or its lines, where each stands for itself."""
    rows = table_blocks(text, lines)
    if rows[0][1] is not BlockKind.BODY:
        for (start, end), kind in rows:
            yield from _piece(text, start, end, kind)
        return
    contents = [text[_MARKS.match(text, a, b).end() : b].lstrip() for a, b in lines]  # type: ignore[union-attr]
    defines = any(map(_DEFINITION.match, contents))
    apart = not defines and is_line_by_line([Line(text[a:b]) for a, b in lines])
    cuts = [i for i in range(1, len(lines)) if apart or _begins(contents, i)]
    for first, end in pairwise([0, *cuts, len(lines)]):
        yield from _without_comments(text, lines[first][0], lines[end - 1][1])


def _begins(contents: Sequence[str], i: int) -> bool:
    """True if a line of a paragraph begins something of its own."""
    above, line = contents[i - 1], contents[i]
    defined = i + 1 < len(contents) and _DEFINITION.match(contents[i + 1]) and not _DEFINITION.match(line)
    return bool(
        defined or _BEGINS.match(line) or _HARD_BREAK.search(above) or _CALLOUT.match(above) or above == ":::"
    )


def _without_comments(text: str, start: int, end: int) -> Iterator[Piece]:
    """A paragraph, and the comments in it that stand between its sentences.

    A comment within a sentence stays: leaving it out would cut the sentence in two.
    """
    opened: re.Match[str] | None = None
    at = start
    for mark in _COMMENT_MARK.finditer(text, start, end):
        if opened is None:
            opened = mark if mark[0] in _CLOSING else None
        elif mark[0] == _CLOSING[opened[0]]:
            before, after = text[at : opened.start()], text[mark.end() : end]
            leads = not any(c.isalnum() for c in before)
            if leads or _SENTENCE_END.search(before[-20:]) or not after.strip():
                if not leads:
                    yield from _piece(text, at, opened.start())
                yield from _piece(
                    text, at if leads else opened.start(), mark.end(), BlockKind.BOILERPLATE, COMMENT
                )
                at = mark.end()
            opened = None
    yield from _piece(text, at, end)
