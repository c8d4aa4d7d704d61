"""The words of an answer that are not quotes: every phrase once.

An answer is worded as a list of `WordedClaim`; Markdown, page, terminal and notebook render the same list.
Quotes are always slices of a document; the phrases between them are few and fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.language.dates import dates
from qa.language.smalltalk import Smalltalk
from qa.search.confidence import LIKELY, SURE
from qa.text import plural
from qa.types import Citation, Claim, Document, Passage

REFUSAL = "I couldn't find an answer in your documents."
EMPTY = "No documents yet."
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


def by_document(claims: Sequence[Claim]) -> list[tuple[Document, list[Claim]]]:
    """The claims of an overview under the documents that they quote first."""
    groups: dict[str, tuple[Document, list[Claim]]] = {}
    for claim in claims:
        document = claim.citations[0].document
        groups.setdefault(document.id, (document, []))[1].append(claim)
    return list(groups.values())
