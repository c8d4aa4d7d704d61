"""Questions in languages that the models hardly read."""

import pytest

from qa.language.foreign import foreign_language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viel kostet die Brücke bei Osk?", "German"),
        ("Quel est le prix de la traversée ?", "French"),
        ("¿Cuánto cuesta el puente?", "Spanish"),
        ("Quando è stato costruito il ponte?", "Italian"),
        ("Hoeveel kost de veerboot?", "Dutch"),
        ("Kiedy jest otwarty most?", "Polish"),
        ("Otwarty most?", ""),
        ("Сколько стоит мост?", "Russian or a language written like it"),
        ("桥要花多少钱?", "Chinese"),
        ("橋はいくらですか", "Japanese"),
        ("متى بني الجسر؟", "Arabic, Persian or Urdu"),
    ],
)
def test_the_small_words_or_the_script_tell_the_language(question, language):
    assert foreign_language(question) == language


@pytest.mark.parametrize(
    "question",
    ["Who built the bridge at Osk?", "ferry tolvane price", "Who wrote Das Kapital?", "Der Spiegel",
     "What does “la dolce vita” mean?", "Is Москва mentioned?", "Where is the house of van der Berg?", "?"],
)  # fmt: skip
def test_names_and_titles_in_english_questions_tell_nothing(question):
    assert foreign_language(question) == ""
