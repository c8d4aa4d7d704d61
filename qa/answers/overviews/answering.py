"""A question about documents as a whole -> an answer of chosen sentences, document by document or by date.

Nothing is judged here: documents that mention something are found by its words, and sentences are chosen
because they stand for a document, or have the words, or a date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answers import markdown, wording
from qa.answers.claims import refuse
from qa.answers.overviews.gists import gists, representatives
from qa.answers.overviews.naming import named
from qa.answers.overviews.timelines import events
from qa.answers.quotes import cite
from qa.index.protocol import Snapshot
from qa.index.words import matching_words
from qa.language.overviews import Overview, Wish
from qa.language.questions import keywords
from qa.language.words import content_words
from qa.models.encoder import encode_all
from qa.search.engine import Engine
from qa.search.evidence import LOOKED_AT, ScoredSentence
from qa.search.retrieval import DocumentIds
from qa.types import Answer, Claim, Document, Hit, Layout

_DOCUMENTS = 8  # shown of many
_SENTENCES = {Wish.ABOUT: 1, Wish.SUMMARY: 3, Wish.SAID: 2, Wish.MENTIONS: 1}  # of each of several documents
_OF_ONE = {Wish.ABOUT: 3, Wish.SUMMARY: 5}  # of a single document
_PASSAGES = 4  # looked into, of a document that mentions something
_MOST_WORDS = 4  # of a subject that is surely mentioned nowhere if its words are not
_OR = re.compile(r",? (?:or|and/or) |, ", re.IGNORECASE)

Quoted = list[tuple[str, ScoredSentence]]  # values with their sentences; a value is part of its sentence


class Overviews:
    """Answers questions about documents as a whole. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, asked: Overview, question: str, documents: DocumentIds) -> Answer | None:
        """The answer; None if nothing is indexed, or the question turns out to be about something else.

        Its subject is then no document, or is in none: "What is the ferry about to do?". Raises IndexStale,
        CitationError.
        """
        with self._engine.store.read(self._engine.encoder.fingerprint) as snapshot:
            among = snapshot.documents(documents)
            if not among:
                return None
            if asked.wish is Wish.TIMELINE:
                return _timeline(asked, question, among, snapshot)
            if asked.wish not in (Wish.SAID, Wish.MENTIONS):
                return self._gists(asked, question, among, snapshot)
            if answer := self._mentions(asked, question, among, snapshot):
                return answer
            words = content_words(asked.subject)
            sought = [asked.subject] if asked.wish is Wish.MENTIONS and len(words) <= _MOST_WORDS else words
            absent = [text for text in sought if not snapshot.count_passages_with(text)]
        # Other documents than those that were asked may mention a short subject.
        is_refused = absent or len(sought) == 1
        return self._mentioned_nowhere(absent, question, documents) if is_refused else None

    def _gists(
        self, asked: Overview, question: str, among: Sequence[Document], snapshot: Snapshot
    ) -> Answer | None:
        chosen = named(asked.subject, among, asked.of_document) if asked.subject else list(among)
        if not chosen:
            return None
        index = snapshot.vector_index()
        shown = representatives(chosen, _DOCUMENTS, snapshot, index)
        most = (_OF_ONE if len(shown) == 1 else _SENTENCES)[asked.wish]
        sentences = gists(shown, most, snapshot, index, self._engine.encoder)
        lead = "" if asked.subject else wording.documents_shown(len(chosen), len(shown))
        return _answer(question, [(s.text(), s) for s in sentences], lead, Layout.DOCUMENTS)

    def _mentions(
        self, asked: Overview, question: str, among: Sequence[Document], snapshot: Snapshot
    ) -> Answer | None:
        """The sentences about a subject, those of the document first that mentions it in most passages."""
        ids = [document.id for document in among]
        phrases, together = _alternatives(asked.subject), content_words(asked.subject)
        found = [pair for phrase in phrases for pair in snapshot.passages_with_all([phrase], ids)]
        literally = bool(found)
        if not found and 1 < len(together) <= _MOST_WORDS:
            found = snapshot.passages_with_all(together, ids)
        numbers: dict[str, list[int]] = {}
        for identity, number in dict.fromkeys(found):
            numbers.setdefault(identity, []).append(number)
        if not numbers:
            return None
        order = sorted(among, key=lambda document: -len(numbers.get(document.id, ())))
        shown = [document for document in order[:_DOCUMENTS] if document.id in numbers]
        quoted: Quoted = []
        for document in shown:
            passages = snapshot.passages(numbers[document.id][:_PASSAGES])
            hits = [Hit(passage, document, 0.0) for passage in passages.values()]
            quoted += [(s.text(), s) for s in self._about(asked.subject, hits, _SENTENCES[asked.wish])]
        lead = wording.documents_mention(asked.subject, literally, len(numbers), len(among), len(shown))
        return _answer(question, quoted, lead, Layout.DOCUMENTS)

    def _about(self, subject: str, hits: Sequence[Hit], most: int) -> list[ScoredSentence]:
        """The sentences nearest to a subject, of those with most of its words, in the order of the text."""
        sentences = [ScoredSentence(hit, i, 0.0) for hit in hits for i in range(len(hit.passage.sentences))]
        if not sentences:
            return []
        texts = [sentence.text() for sentence in sentences]
        held = matching_words(content_words(subject), texts)
        cosines = encode_all(self._engine.encoder, texts) @ self._engine.encoder.encode_query(subject)
        order = sorted(range(len(texts)), key=lambda i: (-len(held[i]), -float(cosines[i])))
        enough = [sentences[i] for i in order if len(held[i]) == len(held[order[0]])]
        return sorted(enough[:most], key=lambda s: s.span)

    def _mentioned_nowhere(self, absent: Sequence[str], question: str, documents: DocumentIds) -> Answer:
        """A refusal, with what of the subject is in none of all the documents."""
        found = self._engine.find(keywords(question), LOOKED_AT, documents)
        unknown = self._engine.unknown(absent)
        words = [word for text in unknown for word in content_words(text)]
        corrected = self._engine.respelled(question, words) if words else ""
        return refuse(question, found.hits, 0.0, unknown, corrected, ())


def _alternatives(subject: str) -> list[str]:
    """The names of which one is enough: "Osk or Tolvane". Of "a quay or pier" the parts cannot be told."""
    parts = _OR.split(subject)
    return parts if all(part[:1].isupper() for part in parts) else [subject]


def _timeline(asked: Overview, question: str, among: Sequence[Document], snapshot: Snapshot) -> Answer | None:
    """What happened when, in all documents or in the one that the question names, or about a subject."""
    of = named(asked.subject, among, asked.of_document) if asked.subject else []
    found = events("", of, snapshot) if of else events(asked.subject, among, snapshot)
    quoted = [(event.value, event.sentence) for event in found]
    return _answer(question, quoted, "", Layout.DATES) if quoted else None


# --- the answer ----------------------------------------------------------------------------------


def _answer(question: str, quoted: Quoted, lead: str, layout: Layout) -> Answer:
    claims = tuple(
        Claim(value, (cite(number, sentence, reads_on=False),))
        for number, (value, sentence) in enumerate(quoted, 1)
    )
    return Answer(
        question=question,
        text=markdown.overview_markdown(claims, lead, layout),
        answered=True,
        confidence=1.0,
        claims=claims,
        citations=tuple(citation for claim in claims for citation in claim.citations),
        nearest=(),
        understood=question,
        lead=lead,
        layout=layout,
    )
