"""The front matter of a Markdown file: metadata in YAML, TOML or JSON above the text.

Front matter that is broken, as in a template whose values are still to be filled in, is read line by line.
It ends at its closing mark only if every line in it can be one of metadata: prose is never taken for it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import yaml

from qa.documents.parsed import LONGEST_VALUE, day
from qa.documents.plain.decoding import storable

_LONGEST = 100_000  # characters; longer metadata is text, and would take its parser long
_MOST_VALUES = 20  # of a list
_MOST_WORDS = 4  # of a name; more before a colon are a sentence
_NOTHING = frozenset(("", "~", "null"))
_NAMES = {"authors": "author", "lang": "language", "canonical": "url"}  # other names of what is known
_PLACEHOLDER = re.compile(  # of a template
    r"\{\{[^{}]{0,300}\}\}|\{%[^%]{0,300}%\}|<%[^%]{0,300}%>|\$\{[^{}]{0,300}\}|%[({][^(){}]{0,300}[)}]"
)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_UNREADABLE = re.compile(r"[\[{|>&*!%@`]")  # begins a value that only a parser can read


class FrontMatter(NamedTuple):
    """The values as strings, by their names in small letters, and where the text below them starts."""

    values: Mapping[str, str]
    end: int


class _Form(NamedTuple):
    """How metadata is written: the line that opens it, those that close it, its lines, and its parser."""

    opening: str
    closing: frozenset[str]
    key_line: re.Pattern[str]  # with the key and the value as groups
    other_line: re.Pattern[str]  # a line of metadata that is not a key
    load: Callable[[str], object]


def _yaml(source: str) -> object:
    # As written: 007 stays 007, dates keep their form, and merge keys are not followed.
    return yaml.load(source, yaml.BaseLoader)


def _toml(source: str) -> object:
    return tomllib.loads(source, parse_float=str)


def _broken_json(source: str) -> object:
    raise ValueError(source)  # valid JSON has been read by then


_FORMS = (
    _Form(
        "---",
        frozenset(("---", "...")),
        re.compile(r"([\w-]+)[ \t]*:(?:[ \t]+(.*))?"),
        re.compile(r"[ \t].*|#.*|-(?:[ \t].*)?|[\]}].*|\{[{%].*|"),
        _yaml,
    ),
    _Form(
        "+++",
        frozenset(("+++",)),
        re.compile(r"([\w-]+)[ \t]*=[ \t]*(.*)"),
        re.compile(r"[ \t].*|#.*|\[.*|[\]}].*|[\w.\"'-]+[ \t]*=.*|"),
        _toml,
    ),
    _Form(
        "{",
        frozenset(("}",)),
        re.compile(r"[ \t]*\"([^\"]*)\"[ \t]*:[ \t]*(.*?),?"),
        re.compile(r"[ \t].*|[\]}{\[].*|"),
        _broken_json,
    ),
)


def front_matter(text: str) -> FrontMatter:
    """The front matter of a text; 0 as its end if there is none, or nothing else in the file."""
    found = _json_object(text[:_LONGEST]) or _between_marks(text[: _LONGEST + 1]) or FrontMatter({}, 0)
    return found if text[found.end :].strip() else found._replace(end=0)


def _json_object(text: str) -> FrontMatter | None:
    """An object in JSON that ends with its line."""
    if not text.startswith("{"):
        return None
    try:
        values, end = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    after, _, _ = text[end:].partition("\n")
    return FrontMatter(_named(values), end + len(after)) if values and not after.strip() else None


def _between_marks(text: str) -> FrontMatter | None:
    """What stands between the opening and the closing mark, if it is metadata."""
    first, _, rest = text.partition("\n")
    form = next((form for form in _FORMS if form.opening == first.rstrip()), None)
    if form is None:
        return None
    lines: list[str] = []
    end = len(first) + 1
    for line in rest.split("\n"):
        end += len(line) + 1
        if line.rstrip() in form.closing:
            values = _values("\n".join(lines), form)
            return None if values is None else FrontMatter(values, min(end, len(text)))
        lines.append(line)
    return None  # not closed: all of it is text


def _values(source: str, form: _Form) -> dict[str, str] | None:
    """The values of metadata, or None if it is none."""
    if not source.strip():
        return {}
    try:
        values = form.load(source)
    except (ValueError, yaml.YAMLError, RecursionError):
        values = _line_by_line(source.split("\n"), form)
    if not isinstance(values, dict) or any(len(str(key).split()) > _MOST_WORDS for key in values):
        return None
    return _named(values)


def _named(values: Mapping[object, object]) -> dict[str, str]:
    """The values that can be shown in a line, by their usual names."""
    found: dict[str, str] = {}
    for key, value in values.items():
        name = str(key).lower()
        name = _NAMES.get(name, name)
        if line := _line(value):
            found.setdefault(name, (day(line) or line) if name == "date" else line)
    return found


def _line_by_line(lines: list[str], form: _Form) -> dict[object, object] | None:
    """The values that can be read without a parser.

    None if a line cannot be one of metadata, or the first is no key.
    """
    keys = [form.key_line.fullmatch(line.rstrip()) for line in lines]
    if not all(key or form.other_line.fullmatch(line) for key, line in zip(keys, lines, strict=True)):
        return None
    filled = [key for key, line in zip(keys, lines, strict=True) if line.strip() and not line.startswith("#")]
    if not filled or not filled[0]:
        return None
    values: dict[object, object] = {}
    for key in filter(None, keys):
        value = (key[2] or "").strip()
        quoted = _QUOTED.fullmatch(value)
        if quoted:
            value = quoted[1] if quoted[1] is not None else quoted[2]
        if not _is_placeholder(value) and (quoted or not _UNREADABLE.match(value)):
            values.setdefault(key[1], value)
    return values


def _line(value: object) -> str:
    """A value, or a list of values, in one line of limited length; "" for nested and empty values."""
    values = value[:_MOST_VALUES] if isinstance(value, list) else [value]
    return storable(", ".join(filter(None, map(_scalar, values)))[:LONGEST_VALUE])


def _scalar(value: Any) -> str:
    """A single value in one line; of an author with an address and other particulars, the name."""
    if isinstance(value, Mapping):
        value = next((v for k, v in value.items() if isinstance(k, str) and k.lower() == "name"), None)
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date | int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or value in _NOTHING or _is_placeholder(value):
        return ""
    return " ".join(value[:LONGEST_VALUE].split())


def _is_placeholder(value: str) -> bool:
    """True for a value that a template has yet to fill in: it says nothing else."""
    rest = _PLACEHOLDER.sub("", value)
    return rest != value and not any(c.isalnum() for c in rest)
