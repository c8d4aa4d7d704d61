"""What an answer says beside its quotes: our own phrases, each once, and its Markdown, written and read.

An answer is taken apart into `Said`, one for each claim. Markdown, page and terminal are made of these alike.
What is quoted is always a slice of a document; the words between are few and always the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.language.dates import dates
from qa.language.questions import AnswerType
from qa.search.confidence import LIKELY, SURE
from qa.types import Answer, Citation, Claim

REFUSAL = "The documents do not answer this question."
EMPTY = "Nothing is indexed yet: add documents and sync."
OFFER = "They do answer:"
_CONFIDENCE = (
    (SURE, "sure", "Well supported"),
    (LIKELY, "likely", "Probably right"),
    (0.0, "unsure", "Possibly right: check the source"),
)


def differing(wants: AnswerType) -> str:
    """That sources differ in a value of that sort."""
    return f"Sources give different {'dates' if wants is AnswerType.DATE else 'figures'}"


def agreement(count: int) -> str:
    """How many sources say the same; "" where there is but one."""
    return f"{count} sources agree" if count > 1 else ""


def unknown(words: Sequence[str]) -> str:
    """That no document holds some words, which are ready to be shown; "" where there are none."""
    return f"Nothing in them speaks of {listed(words, 'or')}." if words else ""


def confidence(probability: float) -> tuple[str, str]:
    """A calibrated probability as one of three names, and in words for people."""
    return next((kind, words) for least, kind, words in _CONFIDENCE if probability >= least)


def listed(words: Sequence[str], last: str) -> str:
    """Words in quotation marks, with another word before the last of them."""
    quoted = [f"“{word}”" for word in words]
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if quoted[1:] else "".join(quoted)


# --- the parts of an answer ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A claim as it is worded. `headline` is its value where that stands out, else "".

    `origin` says who says so and when, where sources differ. `sentences` are those of the first quote, and
    `citations` all that say so.
    """

    headline: str
    origin: str
    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]

    @property
    def agreement(self) -> str:
        return agreement(len(self.citations))


def said(claims: Sequence[Claim], differ: bool) -> list[Said]:
    """The claims of an answer in the order of their numbers. The best one's value stands out where it is
    short, and those of all where they differ.
    """
    best = claims[0]
    return [
        Said(
            headline=claim.value if differ or (claim is best and claim.is_short) else "",
            origin=_origin(claim) if differ else "",
            sentences=claim.citations[0].sentences,
            citations=claim.citations,
        )
        for claim in sorted(claims, key=lambda claim: claim.citations[0].number)
    ]


def _origin(claim: Claim) -> str:
    """Who says so and when: the publisher or title, and the date of the statement or else of the document."""
    citation = claim.citations[0]
    known = citation.document.metadata
    when = next(
        (citation.quote[slice(*d.span)] for d in dates(citation.quote) if d.years), known.get("date", "")
    )
    return ", ".join(part for part in (known.get("source") or citation.document.title, when) if part)


def pages(first: int | None, last: int | None) -> str:
    """ "p. 4", "pp. 4–5", or nothing where the document has no pages."""
    if first is None:
        return ""
    return f"p. {first}" if last in (None, first) else f"pp. {first}–{last}"


def citation_text(citation: Citation) -> str:
    """A citation to be pasted: the quote, then author, title, publisher, date, page and file."""
    known = citation.document.metadata
    parts = [known.get("author"), f"“{citation.document.title}”", known.get("source"), known.get("date")]
    place = pages(citation.page, citation.page_end)
    told = ", ".join(part for part in [*parts, place, known.get("url")] if part)
    return f"“{' '.join(citation.quote.split())}” ({told}; {citation.document.path})"


# --- Markdown, written ---------------------------------------------------------------------------

_MARKUP = re.compile(r"([\\`*_\[\]<>~|#$&])")


def escape(text: str) -> str:
    """Text of a document as Markdown that shows it literally, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def answer_markdown(claims: Sequence[Claim], differ: bool, wants: AnswerType) -> str:
    """The text of an answer: the short answer in bold where there is one, then the sentences with their
    numbers.

    Values that differ are a list, each with who says so.
    """
    parts = said(claims, differ)
    if differ:
        lines = [f"- {_bold(part)} ({_by(part)}): {_sentences(part)}" for part in parts]
        return f"{differing(wants)}:\n\n" + "\n".join(lines)
    paragraphs = [_sentences(part) for part in parts]
    for part in parts:
        if part.headline:
            paragraphs.insert(0, _bold(part) + (f" ({part.agreement})" if part.agreement else ""))
    return "\n\n".join(paragraphs)


def _bold(part: Said) -> str:
    return f"**{escape(part.headline)}**"


def _by(part: Said) -> str:
    return "; ".join(filter(None, (escape(part.origin), part.agreement)))


def _sentences(part: Said) -> str:
    """The sentences of the first quote, each with the numbers of all that say so."""
    marks = " ".join(f"[{citation.number}]" for citation in part.citations)
    return " ".join(f"{escape(sentence)} {marks}" for sentence in part.sentences)


def refusal_markdown(unknown_words: Sequence[str], suggestions: Sequence[str]) -> str:
    """The text of a refusal, where anything is indexed."""
    parts = [REFUSAL, unknown([escape(word) for word in unknown_words])]
    if suggestions:
        parts.append(f"{OFFER}\n\n" + "\n".join(f"- {escape(asked)}" for asked in suggestions))
    return "\n\n".join(filter(None, parts))


def conversation_markdown(answers: Iterable[tuple[str, Answer]]) -> str:
    """Questions and their answers as Markdown: questions as headings, a footnote for each quote.

    Footnotes are numbered through.
    """
    parts: list[str] = []
    notes: list[str] = []
    for question, answer in answers:
        first = len(notes)
        numbers = {c.number: first + i for i, c in enumerate(answer.citations, 1)}
        notes += [f"[^{numbers[c.number]}]: {escape(citation_text(c))}" for c in answer.citations]
        parts += [f"## {escape(question)}", _footnoted(answer.text, numbers)]
    return "\n\n".join([*parts, "\n".join(notes)]).strip() + "\n"


_NUMBERED = re.compile(r"\\.|\[(\d{1,6})\]", re.DOTALL)  # a backslash and what it escapes belong together


def _footnoted(text: str, numbers: dict[int, int]) -> str:
    """The text of an answer with its [1] as [^7]; other brackets stay as they are."""

    def replacement(match: re.Match[str]) -> str:
        number = numbers.get(int(match[1] or 0))
        return f"[^{number}]" if number else match[0]

    return _NUMBERED.sub(replacement, text)


# --- Markdown, read ------------------------------------------------------------------------------

_BOLD = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*")
_MARK = re.compile(r"\s*\[\d+\]")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|#$&])")
_ITEM = re.compile(r"^- \*\*.*?\): ")  # who says so, before one of several values
_SHORT = 12  # words of an answer that later questions can be about


def short_answer(text: str) -> str:
    """The short answer of an answer's Markdown, if it has one of a few words."""
    bold = _BOLD.search(text) if _MARK.search(text) else None
    value = _unescaped(bold[1]) if bold else ""
    return value if len(value.split()) <= _SHORT else ""


def quoted_sentences(text: str) -> tuple[str, ...]:
    """The sentences that an answer's Markdown quotes, as their documents have them but for white space."""
    parts = (part for line in _quoting(text) for part in _MARK.split(line))
    return tuple(filter(None, (" ".join(_unescaped(part).split()) for part in parts)))


def quoted_text(text: str) -> str:
    """All that an answer's Markdown quotes, without its marks."""
    return " ".join(_unescaped(_MARK.sub("", " ".join(_quoting(text)))).split())


def essence(text: str) -> str:
    """An answer's Markdown without all that a later question takes nothing from."""
    bold = _BOLD.search(text)
    short = bold[0] if bold and short_answer(text) else ""
    return "\n\n".join(filter(None, (short, " ".join(_quoting(text)))))


def _quoting(text: str) -> Iterator[str]:
    """The lines of an answer that quote, without who says so; none of a refusal, which quotes nothing."""
    return (_ITEM.sub("", line) for line in text.splitlines() if _MARK.search(line))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
