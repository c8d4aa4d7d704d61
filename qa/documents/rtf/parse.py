"""An RTF file -> its text in order, its properties, and a list of what is not text of the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from qa.documents.office.symbols import in_font, raised
from qa.documents.parsed import Parsed, Part, day, from_parts, own_author, own_title
from qa.documents.rtf.story import RowLayout, Story
from qa.documents.rtf.tokens import Token, of_charset, of_code_page, tokens
from qa.documents.rtf.words import DEFINING, STORIES, TEXTS, is_skipped
from qa.errors import UnreadableFile
from qa.types import BlockKind

_DAMAGED = "not a valid RTF file. Try opening it and saving it again"
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\\rtf")
_HEADING = re.compile(r"(?:heading \d|title|subtitle)", re.IGNORECASE)
_DEEPEST = 10_000  # groups within groups


@dataclass(slots=True)
class _State:
    """What holds until the end of a group."""

    story: Story
    group: str = ""  # the control word that the group, or one around it, is about
    skipped: bool = False
    starred: bool = False
    font: int = -1
    unicode_skip: int = 1
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    raised: bool = False
    style: int = 0
    outline: int = 9  # that of text; headings have less
    in_table: bool = False


def parse_rtf(path: str, raw: bytes) -> Parsed:
    """The text of an RTF file.

    Footnotes and text boxes follow the paragraph they belong to. Tracked deletions, comments, hidden text,
    headers and footers are left out. Raises UnreadableFile if the file is not in the format.
    """
    if not _BEGINNING.match(raw):
        raise UnreadableFile(_DAMAGED)
    reader = _Reader()
    for token in tokens(raw):
        if not reader.take(token):
            break
    parts = reader.finish()
    title = own_title(reader.title) or reader.body.title
    title = title or next((part.text for part in parts if part.kind is BlockKind.HEADING), "")
    metadata = {"author": own_author(reader.author), "date": reader.date}
    return from_parts(path, parts, title, metadata, lambda _: reader.left_out)


class _Reader:
    """Follows the groups of a file and hands its text to stories."""

    def __init__(self) -> None:
        self.body = Story("body")
        self.left_out: list[tuple[str, str]] = []
        self.title = self.author = ""
        self._created: dict[str, int] = {}
        self._commented_by = ""
        self._state = _State(self.body)
        self._stack: list[_State] = []
        self._encoding = "cp1252"
        self._fonts: dict[int, tuple[str, str]] = {}  # by number: the encoding and the name
        self._defined = -1  # the font, or style, whose definition is being read
        self._name = ""
        self._bytes: list[bytes] = []  # of text, waiting for the rest of a character
        self._hidden: list[str] = []
        self._to_skip = 0  # characters that stand for the last one in older readers
        self._headings: set[int] = set()
        self._titles: set[int] = set()
        self._running: set[str] = set()

    @property
    def date(self) -> str:
        year, month, date = (self._created.get(word, 0) for word in ("yr", "mo", "dy"))
        return day(f"{year:04}-{month:02}-{date:02}")

    def take(self, token: Token) -> bool:
        """Take the next token. False at the end of the document."""
        if not token.word:
            self._take_bytes(token.text)
            return True
        self._flush()
        if token.word == "{":
            self._to_skip = 0
            if len(self._stack) == _DEEPEST:
                raise UnreadableFile(_DAMAGED)
            self._stack.append(self._state)
            self._state = replace(self._state, starred=False)
        elif token.word == "}":
            self._to_skip = 0
            if len(self._stack) <= 1:
                return False
            self._close()
        elif self._to_skip and token.word in TEXTS:
            self._to_skip -= 1
        else:
            self._to_skip = 0
            self._control(token.word, token.number)
        return True

    def finish(self) -> list[Part]:
        """The parts of the body, also of a file that has been cut short."""
        self._flush()
        while len(self._stack) > 1:
            self._close()
        self._end_hidden()
        return self.body.parts()

    def _take_bytes(self, text: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        if not self._state.skipped or self._state.group in DEFINING:
            self._bytes.append(text)

    def _flush(self) -> None:
        """Hand on the bytes that wait."""
        if self._bytes:
            encoding = self._fonts.get(self._state.font, ("", ""))[0]
            raw = b"".join(self._bytes)
            self._bytes.clear()
            self._text(raw.decode(encoding or self._encoding, "replace"))

    def _text(self, text: str) -> None:
        state = self._state
        if state.skipped:
            if state.group in DEFINING:
                self._define(text)
            return
        if state.deleted:
            return
        text = in_font(text, self._fonts.get(state.font, ("", ""))[1])
        if state.hidden:
            self._hidden.append(text)
            return
        state.story.add(raised(text) if state.raised else text, state.bold)

    def _define(self, text: str) -> None:
        """Take a piece of the name of a font or style, which ends with a semicolon."""
        name, end, _ = text.partition(";")
        self._name = (self._name + name)[:100]
        if not end:
            return
        name, self._name = self._name.strip(), ""
        if self._state.group == "fonttbl":
            self._fonts[self._defined] = (self._fonts.get(self._defined, ("", ""))[0], name)
        elif _HEADING.fullmatch(name):
            self._headings.add(self._defined)
            if name.lower() == "title":
                self._titles.add(self._defined)

    def _control(self, word: str, number: int | None) -> None:
        state = self._state
        if word == "*":
            state.starred = True
        elif word in STORIES and not (state.skipped and state.group != "info"):
            state.story = Story(STORIES[word])
            state.group, state.skipped, state.starred = word, False, False
        elif word == "ud" and state.group == "upr":
            state.skipped = state.starred = False
        elif is_skipped(word, state.starred):
            if not state.skipped or state.group in DEFINING:
                state.group, state.skipped = word, True
            state.starred = False
        elif state.skipped:
            self._skipped_control(word, number)
        else:
            state.starred = False
            self._shown_control(word, number)

    def _skipped_control(self, word: str, number: int | None) -> None:
        """Control words in groups that define something."""
        group = self._state.group
        if group == "fonttbl" and word == "f":
            self._defined = number or 0
        elif group == "fonttbl" and word == "fcharset":
            self._fonts[self._defined] = (of_charset(number), self._fonts.get(self._defined, ("", ""))[1])
        elif group == "stylesheet" and word in {"s", "cs", "ds", "ts"}:
            self._defined = (number or 0) if word == "s" else -1
        elif group == "stylesheet" and word == "outlinelevel" and (number or 0) < 9:
            self._headings.add(self._defined)
        elif group == "info" and word == "creatim":
            self._state.group = word
        elif group == "creatim" and word in {"yr", "mo", "dy"}:
            self._created[word] = number or 0
        elif group == "nesttableprops" and word == "nestrow":
            self._state.story.end_nested_row()

    def _shown_control(self, word: str, number: int | None) -> None:
        state = self._state
        on = number != 0
        if word == "u":
            self._unicode(number or 0)
        elif word in TEXTS:
            self._text(TEXTS[word])
        elif word in _ENDINGS:
            self._end_hidden()
            _ENDINGS[word](self)
        elif word == "ansicpg":
            self._encoding = of_code_page(number)
        elif word in {"mac", "pc", "pca"}:
            self._encoding = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "f":
            state.font = number or 0
        elif word == "uc":
            state.unicode_skip = max(0, number if number is not None else 1)
        elif word == "b":
            state.bold = on
        elif word == "v":
            state.hidden = on
        elif word in {"deleted", "htmlrtf"}:  # the latter is for mails: there in place of a tag of HTML
            state.deleted = on
        elif word in {"super", "nosupersub", "sub"}:
            state.raised = word == "super" and on
        elif word == "plain":
            state.bold = state.hidden = state.deleted = state.raised = False
            state.font = -1
        elif word in {"pard", "intbl", "s", "outlinelevel"}:
            self._paragraph_property(word, number or 0)
        else:
            self._row_property(word, number or 0)

    def _paragraph_property(self, word: str, number: int) -> None:
        state = self._state
        if word == "intbl":
            state.in_table = True
        elif word == "s":
            state.style = number
        elif word == "outlinelevel":
            state.outline = number
        else:
            state.in_table, state.style, state.outline = False, 0, 9

    def _row_property(self, word: str, number: int) -> None:
        """Control words about the cells of a row, each before the edge of its cell."""
        layout = self._state.story.layout
        if word == "trowd":
            self._state.story.layout = RowLayout()
        elif word == "trhdr":
            layout.names_columns = True
        elif word == "clvmrg":
            layout.below.add(len(layout.edges))
        elif word == "cellx":
            layout.edges.append(number)

    def _unicode(self, number: int) -> None:
        code = number % 0x10000
        self._to_skip = self._state.unicode_skip
        self._text(chr(code))

    def _is_heading(self) -> bool:
        return self._state.style in self._headings or self._state.outline < 9

    def _end_paragraph(self) -> None:
        state = self._state
        state.story.end_paragraph(self._is_heading(), state.style in self._titles, state.in_table)

    def _end_cell(self) -> None:
        self._state.story.end_cell(self._is_heading())

    def _end_row(self) -> None:
        self._state.story.end_row()

    def _end_nested_cell(self) -> None:
        self._state.story.end_nested_cell()

    def _end_nested_row(self) -> None:
        self._state.story.end_nested_row()

    def _end_hidden(self) -> None:
        if text := " ".join("".join(self._hidden).split()):
            self.left_out.append(("hidden text", text))
        self._hidden.clear()

    def _close(self) -> None:
        """End a group, and the story that it holds."""
        ended = self._state.story
        self._state = self._stack.pop()
        outer = self._state.story
        if ended is outer:
            return
        parts = ended.parts()
        text = " ".join(part.text for part in parts)
        if ended.kind in {"note", "box"}:
            outer.attach(parts)
        elif ended.kind == "label":
            outer.label = text
        elif ended.kind == "title":
            self.title = text
        elif ended.kind == "author":
            self.author = text
        elif ended.kind == "comment author":
            self._commented_by = text
        elif text and ended.kind == "comment":
            author, self._commented_by = self._commented_by, ""
            self.left_out.append(("comment", f"{author}: {text}" if author else text))
        elif text and text not in self._running:
            self._running.add(text)
            self.left_out.append((ended.kind, text))


_ENDINGS: dict[str, Callable[[_Reader], None]] = {
    "par": _Reader._end_paragraph,
    "\n": _Reader._end_paragraph,
    "\r": _Reader._end_paragraph,
    "sect": _Reader._end_paragraph,
    "cell": _Reader._end_cell,
    "row": _Reader._end_row,
    "nestcell": _Reader._end_nested_cell,
    "nestrow": _Reader._end_nested_row,
}
