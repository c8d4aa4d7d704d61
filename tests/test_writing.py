"""What the keyword index sees of texts in other scripts, and how their words are searched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.writing import grams, searchable


@pytest.mark.parametrize(
    "text",
    ["The naïve ferryman’s fare is ½ crown – or 5 € – in №. 3…", "Η γέφυρα του Οσκ", "Мост у Оска", ""],
)
def test_a_text_in_letters_with_spaces_between_words_stays_as_it_is(text):
    assert searchable(text) is text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("石桥建于1874年。", "石 桥 建 于 1874 年 。"),
        ("ヴァルン橋は美しい", "ヴ ァ ル ン 橋 は 美 し い"),
        ("다리는 길다", "다 리 는 길 다"),
        ("２０１９年、ﾊﾞｽ", "2019 年 、 バ ス"),  # full and half width
        ("\u1103\u1161\u1105\u1175", "다 리"),  # as some file systems write it
        ("العبّارة إلى الجزيرة ١٨٧٤", "عباره الي جزيره 1874"),
        ("الجســـر والجسر بالجسر للجسر", "جسر جسر جسر جسر"),
        ("גֶּשֶׁר הָאֶבֶן", "גשר האבן"),
        ("بني پل، کتاب", "بني پل، كتاب"),
    ],
)
def test_what_is_seen_of_a_text(text, words):
    assert searchable(text).split() == words.split()


@pytest.mark.parametrize("text", ["น้ำ", "पुल", "সেতু", "பாலம்", "ស្ពាន", "တံတား"])
def test_vowel_signs_do_not_end_a_word(text):
    assert all(
        character.isspace() or character.isalpha() or character >= "\ue000" for character in searchable(text)
    )


@given(st.text("石桥ヴルン다리กา 。", max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_the_words_of_a_part_follow_each_other_in_the_whole(text, start, end):
    # FTS5 ends a word at a full stop, too.
    part, whole = (searchable(t).replace("。", " ").split() for t in (text[start:end], text))
    assert any(whole[i : i + len(part)] == part for i in range(len(whole) + 1))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("bridge", ["bridge"]),
        ("الجسر", ["الجسر"]),
        ("石", ["石"]),
        ("石桥", ["石桥"]),
        ("大理石桥", ["大理", "理石", "石桥"]),
        ("ヴァルン", ["ヴァ", "ァル", "ルン"]),
        ("แม่น้ำ", ["แม่น้", "ม่น้ำ"]),
    ],
)
def test_a_word_without_spaces_is_searched_for_in_parts(word, parts):
    assert grams(word) == parts
