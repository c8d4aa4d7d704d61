"""Which sentences are quoted beside the best one, and which of them together."""

import pytest

from qa.answers.further import with_further
from qa.language.questions import LIST, SEVERAL, SHORT
from qa.search.evidence import ScoredSentence
from qa.types import Document, Hit, Passage

FERRY = (
    "The ferry was cancelled in May.",
    "The pier was damaged by the storm.",
    "The captain was ill at home.",
    "Bread costs four crowns in town.",
    "Nobody sells honey at the quay.",
)
NEWS = ("Ice closed the harbour of Tolvane.", "Skaters crossed the bay on foot.")


def passage_of(path, sentences, gap=" "):
    text = gap.join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    spans = tuple((start, start + len(s)) for start, s in zip(starts, sentences, strict=True))
    document = Document(path, path, path, "", {}, text)
    return Hit(Passage(f"{path}#0", path, 0, len(text), text, "", spans), document, 0.5)


def scored(*passages):
    """The sentences of passages, best first, from (hit, {index: score})."""
    sentences = [ScoredSentence(hit, i, score) for hit, scores in passages for i, score in scores.items()]
    return sorted(sentences, key=lambda sentence: -sentence.score)


def quotes(sentences, form):
    groups = with_further(((sentences[0],),), sentences, form)
    return [group[0].text() for group in groups]


def test_neighbours_that_score_well_are_one_quote():
    sentences = scored((passage_of("ferry.txt", FERRY), {1: 1.0, 2: 0.65, 3: 0.2}))
    assert quotes(sentences, SEVERAL) == [" ".join(FERRY[1:3])]


def test_a_neighbour_may_score_lower_than_a_sentence_elsewhere():
    ferry, news = passage_of("ferry.txt", FERRY), passage_of("news.txt", NEWS)
    sentences = scored((ferry, {0: 1.0, 1: 0.65}), (news, {0: 0.85, 1: 0.4}))
    assert quotes(sentences, LIST) == [" ".join(FERRY[:2]), NEWS[0]]
    sentences = scored((ferry, {0: 1.0, 1: 0.55}), (news, {0: 0.55}))
    assert quotes(sentences, LIST) == [" ".join(FERRY[:2])]


def test_quotes_that_become_neighbours_are_joined():
    sentences = scored((passage_of("ferry.txt", FERRY), {0: 1.0, 2: 0.9, 1: 0.7}))
    assert quotes(sentences, SEVERAL) == [" ".join(FERRY[:3])]


def test_a_quote_is_never_joined_from_more_than_three_sentences():
    sentences = scored((passage_of("ferry.txt", FERRY), dict.fromkeys(range(5), 1.0)))
    assert max(quote.count(".") for quote in quotes(sentences, SEVERAL)) == 3


@pytest.mark.parametrize("gap", ["\n\n", "\n- "])
def test_items_on_lines_of_their_own_are_quotes_of_their_own(gap):
    sentences = scored((passage_of("ferry.txt", FERRY, gap), {0: 1.0, 1: 0.9}))
    assert quotes(sentences, SEVERAL) == [FERRY[0], FERRY[1]]


def test_a_short_answer_is_quoted_alone():
    sentences = scored((passage_of("ferry.txt", FERRY), {0: 1.0, 1: 0.7}))
    assert quotes(sentences, SHORT) == [FERRY[0]]


def test_the_same_sentence_of_another_document_agrees():
    ferry, copy = passage_of("ferry.txt", FERRY), passage_of("copy.txt", FERRY)
    sentences = scored((ferry, {0: 1.0}), (copy, {0: 0.95}))
    (group,) = with_further(((sentences[0],),), sentences, SEVERAL)
    assert [sentence.hit.document.path for sentence in group] == ["ferry.txt", "copy.txt"]
