"""The text of a paragraph, run by run, and what is attached to it: notes, text boxes, drawings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from qa.documents.office.elements import attribute, child, children, font_of, name_of, number, switch, value
from qa.documents.office.symbols import in_font, raised
from qa.documents.word.equations import linear
from qa.documents.word.styles import Styles

SKIPPED = frozenset("del moveFrom pPr rPr tblPr trPr tcPr sectPr sdtPr delText annotationRef".split())
_SPACES = frozenset("tab br cr ptab".split())
_READABLE = frozenset("t sym txbxContent textpath relIds chart oMath imagedata blip".split())
_SYMBOL_FIELD = re.compile(r"\s*SYMBOL\s+(0x[0-9a-f]{1,4}|\d{1,5})(?:.*\\f\s+\"?([\w ]+))?", re.IGNORECASE)


@dataclass(slots=True)
class _Field:
    """A field that has begun: its instruction, and where the text within it begins."""

    start: int
    form: Any  # the settings of a check box or a drop-down list, or None
    instruction: str = ""
    has_result: bool = False


@dataclass(slots=True)
class Content:
    """The text of one paragraph, and what is attached to it, in order: (kind, an element or an id)."""

    texts: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    attached: list[tuple[str, Any]] = field(default_factory=list)
    fields: list[_Field] = field(default_factory=list)

    def text(self) -> str:
        return " ".join("".join(self.texts).replace("\u00ad", "").split())


def alternative(element: Any) -> Any:
    """The first of several versions of the same content that has something to read, or None."""
    for version in element:
        if any(name_of(inner) in _READABLE for inner in version.iter("{*}*")):
            return version
    return None


def placeholder(control: Any) -> str | None:
    """The prompt that a content control shows because it has not been filled in; None if it has."""
    if not switch(control, "sdtPr/showingPlcHdr"):
        return None
    return " ".join("".join(control.itertext("{*}t")).split())


class RunReader:
    """Adds what stands below an element of a paragraph to its content."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def collect(self, element: Any, content: Content, hidden: bool = False, bold: bool = False) -> None:
        """`hidden` and `bold` say how the text looks unless a run says otherwise."""
        for inner in element.iterchildren("{*}*"):
            name = name_of(inner)
            if name in SKIPPED:
                continue
            if name == "r":
                self._run(inner, content, hidden)
            elif name == "t":
                self._text(element, inner.text or "", content, bold)
            elif name in _SPACES:
                content.texts.append(" ")
            elif name in _READERS:
                _READERS[name](inner, content)
            elif name == "AlternateContent":
                version = alternative(inner)
                if version is not None:
                    self.collect(version, content, hidden, bold)
            elif name == "sdt" and (prompt := placeholder(inner)) is not None:
                content.left_out.append(("placeholder", prompt))
            elif name == "ruby":
                self._ruby(inner, content, hidden, bold)
            else:
                if name == "docPr" or inner.get("alt"):
                    _describe(inner, content)
                self.collect(inner, content, hidden, bold)

    def _run(self, run: Any, content: Content, hidden: bool) -> None:
        vanish = switch(run, "rPr/vanish")
        style = value(run, "rPr/rStyle")
        if vanish or (vanish is None and (hidden or (style and self._styles[style].is_hidden))):
            content.left_out.append(("hidden text", " ".join("".join(run.itertext("{*}t")).split())))
        else:
            self.collect(run, content, hidden, bool(switch(run, "rPr/b")))

    def _text(self, run: Any, text: str, content: Content, bold: bool) -> None:
        text = in_font(text, font_of(run))
        content.texts.append(raised(text) if value(run, "rPr/vertAlign") == "superscript" else text)
        content.bold += [bold] if text.strip() else []

    def _ruby(self, ruby: Any, content: Content, hidden: bool, bold: bool) -> None:
        """A word, with its reading in brackets after it."""
        for part in ("rubyBase", "rt"):
            for inner in children(ruby, part):
                content.texts.append("(" if part == "rt" else "")
                self.collect(inner, content, hidden, bold)
                content.texts.append(")" if part == "rt" else "")


def _symbol(element: Any, content: Content) -> None:
    code = attribute(element, "char")
    if re.fullmatch("[0-9A-Fa-f]{1,4}", code):
        content.texts.append(in_font(chr(int(code, 16)), attribute(element, "font")))


def _hyphen(element: Any, content: Content) -> None:
    content.texts.append("-")


def _word_art(element: Any, content: Content) -> None:
    content.texts.append(f" {element.get('string', '')} ")


def _formula(element: Any, content: Content) -> None:
    content.texts.append(linear(element))


def _formulas(element: Any, content: Content) -> None:
    content.texts.append("".join(f" {linear(formula)} " for formula in children(element, "oMath")))


def _instruction(element: Any, content: Content) -> None:
    if content.fields:
        content.fields[-1].instruction += (element.text or "")[:200]


def _field_mark(element: Any, content: Content) -> None:
    """The beginning, middle or end of a field: of what stands within it only its result is shown."""
    mark = attribute(element, "fldCharType")
    if mark == "begin":
        content.fields.append(_Field(len(content.texts), child(element, "ffData")))
    elif content.fields and mark == "separate":
        del content.texts[content.fields[-1].start :]
        content.fields[-1].has_result = True
    elif content.fields and mark == "end":
        ended = content.fields.pop()
        if not ended.has_result:
            del content.texts[ended.start :]
        if not "".join(content.texts[ended.start :]).strip():
            content.texts.append(_result(ended))


def _result(ended: _Field) -> str:
    """What a field without any text shows: a sign, a check box or the chosen entry of a list."""
    if match := _SYMBOL_FIELD.match(ended.instruction):
        code = int(match[1], 0) if match[1].lower().startswith("0x") else int(match[1].lstrip("0") or "0")
        return in_font(chr(code), match[2] or "Symbol") if 0x20 <= code <= 0xFFFF else ""
    if ended.form is None:
        return ""
    if (box := child(ended.form, "checkBox")) is not None:
        checked = switch(box, "checked")
        return "☒" if (switch(box, "default") if checked is None else checked) else "☐"
    entries = [attribute(entry, "val") for entry in ended.form.iterfind("{*}ddList/{*}listEntry")]
    chosen = number(value(ended.form, "ddList/result") or value(ended.form, "ddList/default"))
    return entries[chosen] if chosen < len(entries) else ""


def _note(element: Any, content: Content) -> None:
    content.attached.append((name_of(element).removesuffix("Reference"), attribute(element, "id")))


def _box(element: Any, content: Content) -> None:
    content.attached.append(("box", element))


def _diagram(element: Any, content: Content) -> None:
    content.attached.append(("diagram", attribute(element, "dm")))


def _chart(element: Any, content: Content) -> None:
    content.attached.append(("chart", attribute(element, "id")))


def _describe(element: Any, content: Content) -> None:
    if text := " ".join((element.get("descr") or element.get("alt") or "").split()):
        content.left_out.append(("description of a picture", text))


_READERS = {
    "sym": _symbol,
    "noBreakHyphen": _hyphen,
    "textpath": _word_art,
    "oMath": _formula,
    "oMathPara": _formulas,
    "instrText": _instruction,
    "fldChar": _field_mark,
    "footnoteReference": _note,
    "endnoteReference": _note,
    "txbxContent": _box,
    "relIds": _diagram,
    "chart": _chart,
}
