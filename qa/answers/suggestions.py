"""Sentences -> questions that they answer, for someone whose own question is not answered.

There is no model in it, only two forms. Of a sentence whose subject is a name and whose verb tells what it
did, the subject is asked for: "Kazakhstan and Pakistan signed 37 agreements ..." answers "Who signed 37
agreements ...?". Of others, what they say about a name of several words or an acronym.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qa.language.names import name_spans
from qa.language.words import FUNCTION_WORDS, content_words, stem

_DID = (
    r"met|held|paid|put|took|gave|made|said|told|saw|won|led|built|bought|sold|sent|began|found|set|cut"
    r"|wrote|chose|lost"
    r"|left|kept|brought|heads|leads|owns|[a-z]{2,}ed"
)
_REST = re.compile(
    rf"(?:,[^,]{{3,60}},)? (?P<rest>(?:{_DID}) (?:the|an?|its|his|her|that|how|to|in|on|\d"
    rf"|[A-Z$€£]).{{10,}})[.]$"
)
_LEANING = re.compile(  # what points elsewhere, and a second verb: the first was no verb of the subject
    r"\b(?:this|these|those|such|it|its|he|she|his|her|they|their|them)\b"
    r"|^(?!.*\b(?:that|how)\b).*\b(?:can|could|will|would|is|are|was|were|has|have)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"(?:,? (?:which|who|while|whereas|but|although) |, (?:and|so|official|where|among|a|an|the|part) |; )"
)
_KIND = re.compile(rf" (?!(?:{'|'.join(FUNCTION_WORDS)})\b)[a-z]+")  # the TAP railway
_LONGEST = 120  # characters of a question
_ABOUT = "What do the documents say about "


def questions(sentences: Iterable[str]) -> Iterator[str]:
    """Questions that the sentences seem to answer, in their order, at most one for each name and sentence."""
    texts = [" ".join(sentence.split()) for sentence in sentences]
    known = _known(texts)
    asked: set[str] = set()
    for text in texts:
        for question, about in _of(text, known):
            if about not in asked:
                asked.add(about)
                yield question
                break


def likeness(one: str, other: str) -> float:
    """The share (0..1) of the words of two questions that both have, in whatever form and order."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b)


def _words(question: str) -> set[str]:
    return {stem(word) for word in content_words(question.removeprefix(_ABOUT)) or [question]}


def _of(text: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The questions of a sentence with what each is about."""
    spans = name_spans(text)
    subject = _subject(text, spans, known)
    if subject and (match := _REST.match(text[subject:])):
        rest = _FURTHER.split(match["rest"])[0]
        if not _LEANING.search(rest) and len(rest.split()) > 3 and len(rest) < _LONGEST:
            yield f"Who {rest}?", rest
    for start, end in spans:
        name = re.sub(r"['’]s?$", "", text[start:end])
        if len(name.split()) > 1 or (name.isupper() and len(name) > 2) or "-" in name:
            article = "the " if text[:start].lower().endswith("the ") else ""
            alone = len(name.split()) == 1 and name == text[start:end]
            kind = _KIND.match(text[end:]) if article and alone else None
            yield f"{_ABOUT}{article}{name}{kind[0] if kind else ''}?", name


def _subject(text: str, spans: list[tuple[int, int]], known: frozenset[str]) -> int:
    """Where the subject of a sentence ends, if it begins with names that are known to be some; else 0."""
    end = 0
    for start, stop in spans:
        if text[end:start] not in ("", " and ", ", ", ", and ") or text[start:stop] not in known:
            break
        end = stop
    return end


def _known(texts: Iterable[str]) -> frozenset[str]:
    """What is written with a capital letter elsewhere than where a sentence begins."""
    return frozenset(text[a:b] for text in texts for a, b in name_spans(text) if a)
