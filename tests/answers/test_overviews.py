"""Questions about documents as a whole, asked of the small corpus with an encoder of plain words."""

import pytest
from conftest import check, document, write

from qa.answers.overviews.naming import named
from qa.types import Layout


def cited(answer):
    """The paths of the quoted documents, in order."""
    return list(dict.fromkeys(citation.document.path for citation in answer.citations))


def test_each_document_is_described_in_its_own_words(synced):
    answer = synced.ask("What are these documents about?")
    check(answer)
    assert answer.layout is Layout.DOCUMENTS
    assert answer.lead == "3 documents."
    assert cited(answer) == ["bridge.txt", "ferry.md", "valley/bees.md"]
    assert answer.text.startswith("3 documents.\n\n### The bridge at Osk\n\n")
    assert "The ferry to Tolvane carries 340 passengers. [2]" in answer.text


def test_an_entry_of_a_list_of_sources_stands_for_nothing(assistant):
    text = (
        "Ferries of Osk\n\nThe boats of Osk carry goats and people over the water all year.\n\n"
        "[4] Ferries of Osk, the ferries of Osk, https://osk.example/ferries-of-osk (seen on 1 May).\n"
    )
    write(assistant.settings.corpus, {"osk.txt": text})
    assistant.sync()
    quotes = [c.quote for c in assistant.ask("Summarize osk.txt").citations]
    assert quotes == ["The boats of Osk carry goats and people over the water all year."]


def test_a_summary_is_longer_and_in_the_order_of_the_text(synced):
    about, summary = synced.ask("What are these files about?"), synced.ask("Summarize these files.")
    assert len(summary.citations) > len(about.citations)
    places = [c.start for c in summary.citations if c.document.path == "bridge.txt"]
    assert places == sorted(places)


def test_the_documents_can_be_chosen(synced):
    chosen = [document(synced, "ferry.md").id]
    answer = synced.ask("Summarize everything", documents=chosen)
    assert cited(answer) == ["ferry.md"]
    assert answer.lead == ""


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Summarize the ferry to Tolvane", "ferry.md"),
        ("What is bridge.txt about?", "bridge.txt"),
        ("Sum up the report by Marit Solheug.", "valley/bees.md"),
        ("summary of bees of the senn", "valley/bees.md"),
    ],
)
def test_a_document_is_known_by_its_names(synced, question, path):
    answer = synced.ask(question)
    assert cited(answer) == [path]
    assert answer.layout is Layout.DOCUMENTS


def test_what_is_no_document_is_looked_for_in_the_documents(synced):
    assert synced.ask("Summarize the flood.").layout is Layout.CLAIMS


def test_a_name_that_fits_several_documents_is_the_name_of_none(assistant):
    write(assistant.settings.corpus, {f"{n}.md": f"# Osk in {n}\n\nOsk had rain.\n" for n in (1990, 1991)})
    assistant.sync()
    assert [d.path for d in named("Osk in 1990", assistant.documents(), said_so=False)] == ["1990.md"]
    assert named("Osk", assistant.documents(), said_so=False) == []


def test_the_documents_that_mention_something_are_counted(synced):
    answer = synced.ask("Which documents mention Tolvane?")
    check(answer)
    assert answer.lead == "1 of 3 documents mentions “Tolvane”."
    assert cited(answer) == ["ferry.md"]
    assert "Tolvane" in answer.citations[0].quote


def test_words_that_stand_together_are_told_from_the_phrase(synced):
    assert "the words of “arch flood” together" in synced.ask("Which documents mention arch flood?").lead


def test_one_of_several_names_is_enough(synced):
    assert cited(synced.ask("Which files mention Osk or Senn?")) == ["bridge.txt", "valley/bees.md"]


def test_what_is_mentioned_nowhere_is_refused_in_these_words(synced):
    answer = synced.ask("Which documents mention zebras?")
    check(answer)
    assert not answer.answered
    assert answer.unknown == ("zebras",)


def test_what_other_documents_mention_is_not_said_to_be_nowhere(synced):
    bees = [document(synced, "valley/bees.md").id]
    answer = synced.ask("Which documents mention Tolvane?", documents=bees)
    assert not answer.answered
    assert answer.unknown == ()


def test_what_no_document_speaks_of_is_no_subject(synced):
    answer = synced.ask("What do the sources say about the zebras of Osk?")
    check(answer)
    assert not answer.answered
    assert answer.unknown == ("zebras",)
    assert synced.ask("What do the sources say about bumblebees on the ferry?").layout is Layout.CLAIMS


def test_a_misspelled_subject_is_corrected(synced):
    answer = synced.ask("Which files mention Tolvanne?")
    assert answer.corrected == "Which files mention Tolvane?"


def test_what_the_documents_say_about_something_is_quoted_from_each(synced):
    answer = synced.ask("What do the sources say about the ferry?")
    assert cited(answer) == ["ferry.md"]
    assert answer.layout is Layout.DOCUMENTS


def test_events_are_in_the_order_of_their_dates(synced):
    answer = synced.ask("What happened when?")
    check(answer)
    assert answer.layout is Layout.DATES
    assert [claim.value for claim in answer.claims] == ["1874", "1926"]
    assert "- *1874* (The bridge at Osk): The stone bridge at Osk was finished in 1874" in answer.text


def test_a_timeline_can_be_of_a_subject_or_of_a_year(synced):
    assert [claim.value for claim in synced.ask("Timeline of the flood").claims] == ["1926"]
    assert [claim.value for claim in synced.ask("What happened in 1874?").claims] == ["1874"]


def test_many_documents_are_shown_by_the_few_that_stand_for_them(assistant):
    subjects = ("bees", "ferries", "bridges", "tolls", "mills", "lamps", "goats", "floods", "bells", "locks")
    for subject in subjects:
        text = f"# About {subject}\n\nThe {subject} of Osk are old and were counted {{}} times.\n"
        write(assistant.settings.corpus, {f"{subject}{n}.md": text.format(n) for n in (1, 2, 3)})
    assistant.sync()
    answer = assistant.ask("What are these documents about?")
    check(answer)
    assert answer.lead == "33 documents. These 8 show what they cover."
    shown = [path.removesuffix(".md").rstrip("123") for path in cited(answer)]
    assert len(shown) == len(set(shown)) == 8  # not three of one subject


def test_a_rating_of_an_overview_is_kept(synced):
    answer = synced.ask("Summarize these files.")
    assert synced.rate(answer, helpful=True).question == "Summarize these files."


def test_an_empty_index_has_nothing_to_sum_up(assistant):
    answer = assistant.ask("Summarize these files.")
    assert not answer.answered
    assert answer.citations == ()
