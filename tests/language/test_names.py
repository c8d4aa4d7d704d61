"""Names in a text, names of the same thing, and the words of a question that carry its meaning."""

import pytest

from qa.language.names import mentions, names, same_name, sure_names
from qa.language.words import content_words, singular, stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Anders Lund finished the bridge at Osk.", ["Anders Lund", "Osk"]),
     ("The Ministry of Trade and Industry met in May.", ["Ministry of Trade and Industry"]),
     ("On Monday she met Ida Berg, head of the Council for Ports.", ["Ida Berg", "Council for Ports"]),
     ("Osk and Tolvane share a ferry.", ["Osk", "Tolvane"]), ("It was Lund & Sons.", ["Lund & Sons"]),
     ("the Boeing 737 and 40 goats", ["Boeing 737"]), ("the Kalmar–Osk line", ["Kalmar–Osk"]),
     ("Although Dr. Ida Berg left, Osk stayed.", ["Dr. Ida Berg", "Osk"]),
     ("According to Osk, it is. Since May it was.", ["Osk"]), ("She saw Lund. Berg left.", ["Lund", "Berg"]),
     ("They took an old U.S. ship.", ["U.S."]), ("It never rains here.", [])],
)  # fmt: skip
def test_names_are_runs_of_capitalised_words(text, expected):
    assert names(text) == expected


def test_a_single_word_that_begins_a_sentence_is_no_sure_name():
    assert sure_names("Customs found Ida Berg. Anders Lund left Osk.") == ["Ida Berg", "Anders Lund", "Osk"]


@pytest.mark.parametrize(
    ("a", "b"),
    [("Lund", "Anders Lund, the ferryman"), ("President Anders Lund", "Anders Lund"), ("Lund's", "Lund"),
     ("the prime minister, Anders Lund", "Anders Lund"), ("A. Lund", "Anders Lund"), ("Zürich", "Zurich"),
     ("the Osk Ports Board", "OPB"), ("Mikhail Sorensen", "Mikhail Sorenson"),
     ("Dzhamshid Khalilov", "Jamshid Halilov"), ("the U.S.", "the US"),
     ("Kazakhstan", "Kazakh"), ("Ida Berg and Anders Lund", "Anders Lund and Ida Berg"),
     ("bumblebees", "a bumblebee"), ("the old quay", "old quays")],
)  # fmt: skip
def test_a_part_an_acronym_and_another_spelling_are_the_same_name(a, b):
    assert same_name(a, b)
    assert same_name(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [("Osk", "Tolvane"), ("Anders Lund", "Ida Lund"), ("North Osk", "South Osk"), ("Iran", "Iraq"),
     ("Osk and Tolvane", "Osk"), ("the Kalmar Bridge", "the Osk Bridge"), ("bees", "wasps"), ("", "")],
)  # fmt: skip
def test_different_names_are_not_the_same(a, b):
    assert not same_name(a, b)


@pytest.mark.parametrize(
    ("text", "name", "mentioned"),
    [("Kazakh wool", "Kazakhstan", True), ("Turkish boats", "Turkey", True), ("Lund", "Ida Lund", True),
     ("from Kalmar to Osk", "Kalmar–Osk", True), ("from Brask to Osk", "Kalmar–Osk", False),
     ("the Kalmar-Osk line", "Kalmar", True), ("Mazar-i-Sharif", "Sharif", False),
     ("Tolvane's keeper", "Tolvane", True), ("wool from Osk", "Tolvane", False), ("goats", "", False)],
)  # fmt: skip
def test_an_adjective_or_a_part_of_a_name_mentions_it(text, name, mentioned):
    assert mentions(text, name) is mentioned


@pytest.mark.parametrize(
    ("question", "words"),
    [("What did the mayor say about the bees?", ["mayor", "say", "bees"]),
     ("Who built the bridge at Osk, and who the bridge at Tolvane?", ["built", "bridge", "osk", "tolvane"]),
     ("How large is the ferry?", ["ferry"]), ("Where is the large ferry?", ["large", "ferry"]),
     ("What is it?", ["what", "is", "it"])],
)  # fmt: skip
def test_content_words_say_what_is_asked_about(question, words):
    assert content_words(question) == words


def test_plural_endings_are_removed_from_nouns_only():
    nouns = ["goats", "ferries", "churches", "glasses", "bees"]
    assert [singular(noun) for noun in nouns] == ["goat", "ferry", "church", "glass", "bee"]
    assert [singular(noun) for noun in ("glass", "bus", "gas", "basis")] == ["glass", "bus", "gas", "basis"]


@pytest.mark.parametrize(
    "forms",
    ["Trade trades traded trading", "export exports exported exporting", "Agreement agreements",
     "build building builds", "quick quickly"],
)  # fmt: skip
def test_the_forms_of_a_word_have_one_stem(forms):
    assert len({stem(word) for word in forms.split()}) == 1
