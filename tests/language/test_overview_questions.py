"""Questions about documents as a whole are told from questions about what stands in them."""

import pytest

from qa.language.overviews import Overview, Wish, overview_asked

ABOUT, SUMMARY, SAID = Wish.ABOUT, Wish.SUMMARY, Wish.SAID
MENTIONS, TIMELINE = Wish.MENTIONS, Wish.TIMELINE


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("What is this about?", ABOUT),
        ("what are these documents about", ABOUT),
        ("What topics do my files cover?", ABOUT),
        ("what's in here", ABOUT),
        ("Which documents do you have?", ABOUT),
        ("list all files", ABOUT),
        ("How many documents are there?", ABOUT),
        ("When were the articles published?", ABOUT),
        ("I'm new here. Could you tell me what the whole collection deals with?", ABOUT),
        ("Summarize these articles.", SUMMARY),
        ("tl;dr", SUMMARY),
        ("Give me the gist of everything", SUMMARY),
        ("sum it all up for me please", SUMMARY),
        ("What are the main takeaways?", SUMMARY),
        ("key points of all documents", SUMMARY),
        ("A short summary of the folder? I have to leave at noon.", SUMMARY),
        ("how many documents do you have and what are they called", ABOUT),
        ("Give me an inventory of this folder.", ABOUT),
        ("What are the most important things to take away from this collection?", ABOUT),
        ("Timeline, please", TIMELINE),
        ("When was what?", TIMELINE),
        ("List the dates", TIMELINE),
        ("Put the events in order.", TIMELINE),
    ],
)
def test_everything_is_asked_about(question, wish):
    asked = overview_asked(question)
    assert asked
    assert (asked.wish, asked.subject) == (wish, "")


@pytest.mark.parametrize(
    ("question", "wish", "subject"),
    [
        ("Which documents mention the ferry?", MENTIONS, "ferry"),
        ("in which of the files does Anders Lund appear", MENTIONS, "Anders Lund"),
        ("Where is the toll mentioned?", MENTIONS, "toll"),
        ("Is the toll mentioned anywhere?", MENTIONS, "toll"),
        ("list the sources on bees", MENTIONS, "bees"),
        ("Do any of the articles talk about goats?", MENTIONS, "goats"),
        ("Is there a document that mentions Osk, and which one is it?", MENTIONS, "Osk"),
        ("What do the sources say about the toll?", SAID, "toll"),
        ("What is said about bees in the texts?", SAID, "bees"),
        ("timeline of the bridge at Osk", TIMELINE, "bridge at Osk"),
        ("What happened in 1926?", TIMELINE, "1926"),
        ("Which events of 1926 are reported in the folder?", TIMELINE, "1926"),
        ("list the important dates in Bees of the Senn", TIMELINE, "Bees of the Senn"),
        ("which of these talk about goats", MENTIONS, "goats"),
        ("Is Osk mentioned anywhere, and if so in which texts?", MENTIONS, "Osk"),
        ("I'm looking for the articles that contain the word “toll”. Which are they?", MENTIONS, "toll"),
        ("How do the different articles speak of the toll?", SAID, "toll"),
    ],
)
def test_documents_are_asked_for_that_speak_of_something(question, wish, subject):
    asked = overview_asked(question)
    assert asked
    assert (asked.wish, asked.subject) == (wish, subject)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What is “Bees of the Senn” about?", Overview(ABOUT, "Bees of the Senn", of_document=True)),
        ("Summarize the report by Marit Solheug", Overview(SUMMARY, "Marit Solheug", of_document=True)),
        ("Give me a summary of valley/bees.md", Overview(SUMMARY, "valley/bees.md", of_document=True)),
        ("What does the Quay News article say, in short?", Overview(ABOUT, "Quay News", of_document=True)),
        ("main points of the Times of Central Osk", Overview(SUMMARY, "Times of Central Osk")),
        ("the report “Bees of the Senn”, what is it about?", Overview(ABOUT, "Bees of the Senn", True)),
        ("The ferry to Tolvane: short summary please", Overview(SUMMARY, "ferry to Tolvane")),
        ("Can you briefly tell me what is in the Quay News one?", Overview(ABOUT, "Quay News")),
        ("summary of the ferry to Tolvane", Overview(SUMMARY, "ferry to Tolvane")),
    ],
)
def test_a_single_document_is_asked_about(question, asked):
    assert overview_asked(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "What is the ferry about to replace?",
        "Which document did the mayors sign?",
        "Which documents must I bring to the crossing?",
        "Who wrote the summary of the budget?",
        "Where is the summary button?",
        "What does Article 12 say about late payment?",
        "What did the mayor say about the annual report?",
        "In which document did the keeper find the mistake?",
        "What does the message “document not found” mean?",
        "How do I create a new folder on the device?",
        "Which mayors are mentioned as partners?",
        "What happened to the bridge in 1926?",
        "What were the dates of Ida Berg's visit to Osk?",
        "What topics did the ministers discuss?",
        "Who is Anders Lund?",
        "List the ports.",
        "Which files mention it?",
        "Who wrote the report?",
        "how do i list all the files on the card from the menu",
        "By what date must the mason deliver the project timeline?",
        "What is Ida Berg's son named?",
        "What is known as the study of bees?",
        "Which sources did the study use?",
        "?",
    ],
)
def test_other_questions_are_about_what_stands_in_documents(question):
    assert overview_asked(question) is None


@pytest.mark.parametrize("question", ["What is it about?", "Summarize that.", "sum it up"])
def test_it_is_the_documents_only_if_nothing_was_asked_before(question):
    assert overview_asked(question)
    assert overview_asked(question, follows=True) is None


def test_the_documents_are_the_documents_at_any_time():
    assert overview_asked("What are these documents about?", follows=True) == Overview(
        ABOUT, of_document=True
    )
