"""An answer as Markdown, and what can be read of such an answer again: its quotes and its headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qa.answers.wording import (
    CORRECTED,
    DISAGREEMENT,
    EMPTY,
    REFUSAL,
    REPLIES,
    SUGGESTIONS,
    WordedClaim,
    by_document,
    citation_text,
    foreign,
    remarks,
    unanswered,
    unknown,
    worded_claims,
)
from qa.types import Answer, Claim, Layout

_MARKUP = re.compile(r"([\\`*_\[\]<>~|#$&])")


def escape(text: str) -> str:
    """Text of a document as Markdown that shows it literally, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def answer_markdown(claims: Sequence[Claim], differ: bool, without_answer: Sequence[str] = ()) -> str:
    """The text of an answer: a headline in bold if there is one, then its sentences with citation numbers.

    Claims that differ are a list, each with its origin. Parts of the question that are without an answer and
    what has to be known of a source are said below.
    """
    parts = worded_claims(claims, differ)
    notes = unanswered([escape(part) for part in without_answer])
    notes += [escape(line) for line in remarks(c for part in parts for c in part.citations)]
    if differ:
        lines = [f"- {_bold(part)} ({_by(part)}): {_sentences(part)}" for part in parts]
        return "\n\n".join([f"{DISAGREEMENT}:", "\n".join(lines), *notes])
    paragraphs = []
    for part in parts:
        if part.about:
            paragraphs.append(f"*{escape(part.about)}*")
        if part.headline:
            paragraphs.append(_bold(part) + (f" ({part.agreement})" if part.agreement else ""))
        paragraphs.append(_sentences(part))
    return "\n\n".join([*paragraphs, *notes])


def _bold(part: WordedClaim) -> str:
    return f"**{escape(part.headline)}**"


def _by(part: WordedClaim) -> str:
    return "; ".join(filter(None, (escape(part.origin), part.agreement)))


def _sentences(part: WordedClaim) -> str:
    """The sentences of the first quote, followed by the numbers of all sources that say so."""
    marks = " ".join(f"[{citation.number}]" for citation in part.citations)
    return f"{' '.join(map(escape, part.sentences))} {marks}"


def overview_markdown(claims: Sequence[Claim], lead: str, layout: Layout) -> str:
    """The text of an overview: its lead, then sentences under titles of documents, or a list by date."""
    if layout is Layout.DATES:
        lines = [
            f"- *{escape(c.value)}* ({escape(c.citations[0].document.title)}): {_cited(c)}" for c in claims
        ]
        return "\n\n".join(filter(None, (escape(lead), "\n".join(lines))))
    parts = [escape(lead)]
    for document, group in by_document(claims):
        about = ", ".join(
            map(escape, filter(None, (document.metadata.get("source"), document.metadata.get("date"))))
        )
        parts.append(f"### {escape(document.title)}" + (f"\n\n{about}" if about else ""))
        parts += map(_cited, group)
    return "\n\n".join(filter(None, parts))


def _cited(claim: Claim) -> str:
    """The sentences of a claim's first quote, with its number."""
    first = claim.citations[0]
    return f"{' '.join(map(escape, first.sentences))} [{first.number}]"


def refusal_markdown(
    unknown_words: Sequence[str], corrected: str, suggestions: Sequence[str], language: str = ""
) -> str:
    """The text of a refusal from an index that is not empty."""
    parts = [REFUSAL, unknown([escape(word) for word in unknown_words])]
    if language:
        parts.append(foreign(language))
    if corrected:
        parts.insert(1, f"{CORRECTED} “{escape(corrected)}”?")
    if suggestions:
        parts.append(f"{SUGGESTIONS}\n\n" + "\n".join(f"- {escape(asked)}" for asked in suggestions))
    return "\n\n".join(filter(None, parts))


def conversation_markdown(answers: Iterable[tuple[str, Answer]]) -> str:
    """Questions and their answers as Markdown: a heading for each question, a footnote for each quote.

    Footnotes are numbered consecutively.
    """
    parts: list[str] = []
    notes: list[str] = []
    for question, answer in answers:
        first = len(notes)
        numbers = {c.number: first + i for i, c in enumerate(answer.citations, 1)}
        notes += [f"[^{numbers[c.number]}]: {escape(citation_text(c))}" for c in answer.citations]
        parts += [f"## {escape(question)}", _footnoted(answer.text, numbers)]
    return "\n\n".join([*parts, "\n".join(notes)]).strip() + "\n"


_NUMBERED = re.compile(r"\\.|\[(\d{1,6})\]", re.DOTALL)  # a backslash belongs to the character after it


def _footnoted(text: str, numbers: dict[int, int]) -> str:
    """The text of an answer with its [1] turned into [^7]; other brackets stay as they are."""

    def replacement(match: re.Match[str]) -> str:
        number = numbers.get(int(match[1] or 0))
        return f"[^{number}]" if number else match[0]

    return _NUMBERED.sub(replacement, text)


# --- read ------------------------------------------------------------------------------

_BOLD = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*")
_MARK = re.compile(r"(?<!\s)\s*\[\d+\]")  # not tried anew within a run of spaces, which takes forever
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|#$&])")
_ITEM = re.compile(r"^- \*{1,2}.*?\): ")  # value and origin at the beginning of a list item
_SHORT = 12  # words of an answer that later questions can be about


def refuses(text: str) -> bool:
    """True if the text of an answer is a refusal, or a reply to what was no question."""
    return text.lstrip().startswith((REFUSAL, EMPTY, *REPLIES.values()))


def short_answer(text: str) -> str:
    """The headline of an answer's Markdown, if it is only a few words long; else ""."""
    bold = _BOLD.search(text) if _MARK.search(text) else None
    value = _unescaped(bold[1]) if bold else ""
    return value if len(value.split()) <= _SHORT else ""


def quoted_sentences(text: str) -> tuple[str, ...]:
    """The sentences that an answer's Markdown quotes, exact except for white space."""
    parts = (part for line in _quoting(text) for part in _MARK.split(line))
    return tuple(filter(None, (" ".join(_unescaped(part).split()) for part in parts)))


def quoted_text(text: str) -> str:
    """Everything that an answer's Markdown quotes, without citation numbers."""
    return " ".join(_unescaped(_MARK.sub("", " ".join(_quoting(text)))).split())


def essence(text: str) -> str:
    """An answer's Markdown reduced to the parts by which a follow-up is interpreted."""
    bold = _BOLD.search(text)
    short = bold[0] if bold and short_answer(text) else ""
    return "\n\n".join(filter(None, (short, " ".join(_quoting(text)))))


def _quoting(text: str) -> Iterator[str]:
    """The lines of an answer that quote, without value and origin; none for a refusal."""
    return (_ITEM.sub("", line) for line in text.splitlines() if _MARK.search(line))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
