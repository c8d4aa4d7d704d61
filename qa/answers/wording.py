"""The words of an answer that are not quotes: every phrase once, and its Markdown, written and read.

An answer is worded as a list of `WordedClaim`; Markdown, page and terminal render the same list. Quotes are
always slices of a document; the phrases between them are few and fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.language.dates import dates
from qa.language.smalltalk import Smalltalk
from qa.search.confidence import LIKELY, SURE
from qa.text import plural
from qa.types import Answer, Citation, Claim, Document, Layout, Passage

REFUSAL = "I couldn't find an answer in your documents."
EMPTY = "No documents yet. Add some to start."
NEAREST = "Closest passages"
NO_EVIDENCE = "They don't answer the question."
CORRECTED = "Did you mean"
_NAMED = 6  # words that are said to appear nowhere, before the others are counted
SUGGESTIONS = "You could ask:"
DISAGREEMENT = "Sources disagree"
REPLIES = {
    Smalltalk.GREETING: "Hello! What would you like to know from your documents?",
    Smalltalk.THANKS: "You're welcome.",
    Smalltalk.FAREWELL: "Goodbye!",
    Smalltalk.HELP: "Ask a question about your documents. I answer in their own words and cite the passages.",
    Smalltalk.REMARK: "What else would you like to know from your documents?",
}
_CONFIDENCE = (
    (SURE, "sure", "Well supported"),
    (LIKELY, "likely", "Likely"),
    (0.0, "unsure", "Weak match – check the source"),
)


def agreement(count: int) -> str:
    """How many sources agree; "" for a single one."""
    return f"{count} sources agree" if count > 1 else ""


def unknown(words: Sequence[str]) -> str:
    """Says which words appear in no document; "" if there are none. The words are shown as they are given."""
    quoted = [f"“{word}”" for word in words[:_NAMED]]
    if more := len(words) - len(quoted):
        quoted.append(plural(more, "other word"))
    if len(quoted) < 2:
        return f"{quoted[0]} doesn't appear in your documents." if quoted else ""
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} don't appear in your documents."


def foreign(language: str) -> str:
    """Says that a question seems to be in a language that the models hardly read."""
    return f"Your question seems to be in {language}. I read English best. Try asking in English."


def unanswered(parts: Sequence[str]) -> list[str]:
    """A line for each part of a question on which nothing was found. Parts are shown as they are given."""
    return [f"Nothing found on “{part}”." for part in parts]


def understood(question: str) -> str:
    """What a follow-up was taken to mean."""
    return f"Understood as “{question}”"


def confidence(probability: float) -> tuple[str, str]:
    """A calibrated probability as one of three names (sure, likely, unsure), and in words for people."""
    return next((name, words) for least, name, words in _CONFIDENCE if probability >= least)


def documents_shown(total: int, shown: int) -> str:
    """Says how many documents an overview is of, and that it shows some of many."""
    some = f" These {shown} show what they cover." if shown < total else ""
    return f"{plural(total, 'document')}.{some}" if total > 1 else ""


def documents_mention(subject: str, literally: bool, found: int, total: int, shown: int) -> str:
    """Says how many of the documents mention something, and that those are shown that do so most.

    If it does not stand there `literally`, all of its words do, in one passage.
    """
    verb = "mentions" if found == 1 else "mention"
    what = f"{verb} “{subject}”" if literally else f"{verb} the words of “{subject}” together"
    some = f" These {shown} do so most." if shown < found else ""
    return f"{found:,} of {plural(total, 'document')} {what}.{some}"


# --- claims --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WordedClaim:
    """A claim as it is shown. `headline` is its value if that is set apart from the sentence, else "".

    `about` is the part of the question that it is the first to answer, else "". `origin` is who says so and
    when, given if sources disagree. `sentences` are those of the first quote; `citations` are all sources
    that say so.
    """

    headline: str
    about: str
    origin: str
    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]

    @property
    def agreement(self) -> str:
        return agreement(len(self.citations))


def worded_claims(claims: Sequence[Claim], differ: bool) -> list[WordedClaim]:
    """The claims of an answer, best first, as they are shown: in the order of their citation numbers.

    The value of the best claim becomes a headline if it is short; if the claims differ, every value does. Of
    a question of several parts the best claim of each has a headline, or none has: one alone would seem to be
    the answer to the whole question.
    """
    best = {claim.part: claim for claim in reversed(claims)}.values()
    all_short = all(claim.is_short for claim in best)
    shown = sorted(claims, key=lambda claim: claim.citations[0].number)
    told = ["", *(claim.about for claim in shown)]
    return [
        WordedClaim(
            headline=claim.value if differ or (all_short and any(claim is first for first in best)) else "",
            about=_sentence_case(claim.about) if claim.about != before else "",
            origin=_origin(claim) if differ else "",
            sentences=claim.citations[0].sentences,
            citations=claim.citations,
        )
        for before, claim in zip(told, shown, strict=False)
    ]


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _origin(claim: Claim) -> str:
    """Who says so and when: publisher or title, and the date in the quote or else that of the document."""
    citation = claim.citations[0]
    known = citation.document.metadata
    when = next(
        (citation.quote[slice(*d.span)] for d in dates(citation.quote) if d.years), known.get("date", "")
    )
    return ", ".join(part for part in (known.get("source") or citation.document.title, when) if part)


def place(document: Document, start: int, end: int) -> str:
    """Where a span stands in its file: "p. 4", "pp. 4–5", "slide 3", "Prices!A4:C4"; "" if unknown."""
    if name := document.structure.place(start, end):
        return name
    first, last = document.page_at(start), document.page_at(max(start, end - 1))
    if first is None:
        return ""
    return f"p. {first}" if last == first else f"pp. {first}–{last}"


def remark(passage: Passage) -> str:
    """What has to be known of every quote from a passage, in one phrase, or ""."""
    return f"beside the main text: {passage.remark}" if passage.doubtful else passage.remark


def remarks(citations: Iterable[Citation]) -> list[str]:
    """A line for each citation whose passage has a remark."""
    return [f"Source {c.number}: {remark(c.passage)}." for c in citations if remark(c.passage)]


def citation_text(citation: Citation) -> str:
    """A citation to paste elsewhere: the quote, then author, title, publisher, date, place and file."""
    known = citation.document.metadata
    parts = [known.get("author"), f"“{citation.document.title}”", known.get("source"), known.get("date")]
    where = place(citation.document, citation.start, citation.end), remark(citation.passage)
    told = ", ".join(part for part in [*parts, *where, known.get("url")] if part)
    return f"“{' '.join(citation.quote.split())}” ({told}; {citation.document.path})"


# --- Markdown, written ---------------------------------------------------------------------------

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


def by_document(claims: Sequence[Claim]) -> list[tuple[Document, list[Claim]]]:
    """The claims of an overview under the documents that they quote first."""
    groups: dict[str, tuple[Document, list[Claim]]] = {}
    for claim in claims:
        document = claim.citations[0].document
        groups.setdefault(document.id, (document, []))[1].append(claim)
    return list(groups.values())


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


# --- Markdown, read ------------------------------------------------------------------------------

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
