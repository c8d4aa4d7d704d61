"""The holder of one office is no answer to a question for another; offices have several names."""

import pytest

from qa.language.offices import is_of_other_office


def is_name(word):
    return word in ("Osk", "Oskan", "oskan", "Berg")


@pytest.mark.parametrize(
    ("question", "text"),
    [("Who is Osk's prime minister?", "Ida Berg, the president of Osk, opened the quay."),
     ("Who is the foreign minister of Osk?", "Osk's Prime Minister, Ida Berg, opened the quay."),
     ("who's the oskan foreign minister", "Oskan Energy Minister Ida Berg opened the quay."),
     ("Who is the minister of health?", "The minister for trade, Ida Berg, opened the quay."),
     ("Who was Osk's president in 1998?", "Vice President Ida Berg opened the quay."),
     ("Who is the rector of the college?", "Ida Berg, the vice rector of the college, spoke."),
     ("Who is the governor of Osk?", "Ida Berg, Head of State, opened the quay."),
     ("Osk's envoy is who?", "President Ida Berg opened the quay."),
     ("name of the oskan mayor", "Ida Berg is the governor of Osk."),
     ("Who represents Osk as ambassador in Senn?", "The Oskan foreign minister, Ida Berg, visited Senn.")],
)  # fmt: skip
def test_another_office_is_told(question, text):
    assert is_of_other_office(question, text, is_name)


@pytest.mark.parametrize(
    ("question", "text"),
    [("Who is Osk's prime minister?", "Ida Berg took office as Prime Minister."),
     ("Who is Osk's prime minister?", "Premier Ida Berg met the president of Senn."),
     ("Who was Osk's head of state?", "Ida Berg, then Osk's president, opened the quay."),
     ("Who is the foreign minister of Osk?", "Ida Berg, the Minister of Foreign Affairs, spoke."),
     ("Who is the foreign minister of Osk?", "Oskan Minister Ida Berg spoke."),
     ("Who is the new chairman?", "Ida Berg chairs the board of the former president."),
     ("Who is the mayor of Osk?", "Ida Berg heads the town."),
     ("Who was the first president of Osk?", "Ida Berg was the second female president of Osk."),
     ("Who is the vice chancellor of the college?", "Ida Berg, then vice-chancellor, spoke."),
     ("Who is the vice president of Osk?", "Ida Berg is the deputy president."),
     ("Who is the minister of youth and sports?", "Ida Berg became Minister of Sports in May."),
     ("Who is the minister of health?", "Ida Berg, the Secretary of State for Health, spoke."),
     ("Who is the head of the bank?", "Ida Berg, the governor of the bank, spoke."),
     ("Who is the mayor of Osk?", "Ida Berg, director of the port, was elected."),
     ("Who is First Deputy Chairman of Osk's Cabinet?", "Ida Berg, First Deputy Chairman of the Cabinet."),
     ("Who met the president of Osk?", "Ida Berg, the mayor, met him."),
     ("Who is the woman that met the president?", "Ida Berg, the mayor, met him."),
     ("Who is Ida Berg?", "Ida Berg is the mayor."),
     ("When did the president visit Osk?", "The mayor came in June.")],
)  # fmt: skip
def test_the_office_that_is_asked_for_goes_by_several_names(question, text):
    assert not is_of_other_office(question, text, is_name)
