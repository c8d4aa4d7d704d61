"""The form of an answer: who agrees, where figures differ, what kind of question it is, what came before."""

import pytest
from conftest import KeyReader, WordEncoder, write

from qa.assistant import Assistant
from qa.settings import Settings

AGREEING = {
    "post.md": "---\nsource: Tolvane Post\n---\n\nThe bridge at Osk cost $1 billion, the town says.\n",
    "news.md": "---\nsource: Osk News\n---\n\nThe town paid 1 billion dollars for the bridge at Osk.\n",
    "radio.md": "---\nsource: Radio Senn\n---\n\nAt USD 1bn the bridge at Osk is the dearest of its kind.\n",
}
COST = "How much did the bridge at Osk cost?"


def ask(tmp_path, documents, reader, question, history=(), threshold=0):
    write(tmp_path / "corpus", documents)
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(settings, WordEncoder(), reader) as assistant:
        assistant.sync()
        return assistant.ask(question, history=history, threshold=threshold)


# --- agreement and difference ----------------------------------------------------------------------


def test_the_same_amount_in_other_notation_is_one_claim_of_three_sources(tmp_path):
    reader = KeyReader({COST: ("$1 billion", "1 billion dollars", "USD 1bn")})
    answer = ask(tmp_path, AGREEING, reader, COST)
    assert len(answer.claims) == 1
    assert {c.document.path for c in answer.claims[0].citations} == set(AGREEING)
    assert "(3 sources agree)" in answer.text.splitlines()[0]
    assert "[1] [2] [3]" in answer.text
    assert not answer.differ


def test_other_figures_for_the_same_thing_stand_side_by_side_with_source_and_date(tmp_path):
    documents = {
        "post.md": "---\nsource: Tolvane Post\n---\n\nThe bridge at Osk cost $250 million in 2021.\n",
        "news.md": "---\nsource: Osk News\ndate: 2022-05-04\n---\n\n"
        "The bridge at Osk cost 197 million dollars.\n",
    }
    answer = ask(tmp_path, documents, KeyReader({COST: ("$250 million", "197 million dollars")}), COST)
    assert answer.differ
    assert {claim.value for claim in answer.claims} == {"$250 million", "197 million dollars"}
    assert answer.text.startswith("Sources disagree:")
    assert r"**\$250 million** (Tolvane Post, 2021): The bridge" in answer.text
    assert "**197 million dollars** (Osk News, 2022-05-04): The bridge" in answer.text


def test_other_dates_stand_side_by_side_as_well(tmp_path):
    question = "When was the bridge at Osk finished?"
    documents = {
        "a.txt": "The bridge at Osk was finished in May 1874, says the town.\n",
        "b.txt": "The bridge at Osk was finished in June 1875, says the mason.\n",
    }
    answer = ask(tmp_path, documents, KeyReader({question: ("May 1874", "June 1875")}), question)
    assert answer.text.startswith("Sources disagree:")


def test_last_year_depends_on_the_date_of_a_document(tmp_path):
    question = "How much did Osk trade with Tolvane?"

    def asked(folder, date):
        documents = {
            "a.md": "---\ndate: 2021-03-04\n---\n\nOsk traded with Tolvane for $250 million last year.\n",
            "b.md": f"---\ndate: {date}\n---\n\nOsk traded with Tolvane for $290 million last year.\n",
        }
        return ask(folder, documents, KeyReader({question: ("$250 million", "$290 million")}), question)

    assert asked(tmp_path / "same", "2021-07-01").differ
    assert not asked(tmp_path / "other", "2024-07-01").differ


def test_a_target_is_not_held_against_what_is(tmp_path):
    question = "How much is the trade of Osk with Tolvane?"
    documents = {
        "a.txt": "The trade of Osk with Tolvane amounts to $250 million.\n",
        "b.txt": "The target for the trade of Osk with Tolvane is $400 million.\n",
    }
    answer = ask(tmp_path, documents, KeyReader({question: ("$250 million", "$400 million")}), question)
    assert not answer.differ
    assert answer.claims[0].value == "$250 million"


def test_two_statements_of_one_document_are_no_two_sources(tmp_path):
    documents = {"a.txt": "The bridge at Osk cost $1 billion.\n\nThe town paid 1 billion dollars for it.\n"}
    answer = ask(tmp_path, documents, KeyReader({COST: ("$1 billion", "1 billion dollars")}), COST)
    assert "agree" not in answer.text


# --- kinds of question -----------------------------------------------------------------------------

STEPS = {
    "ferry.txt": (
        "The ferry to Tolvane was cancelled because the pier was damaged in the storm.\n\n"
        "Nobody knows the price of bread there.\n\n"
        "The ferry to Tolvane was also cancelled because the captain of the ferry was ill.\n"
    ),
    "news.txt": "The ferry to Tolvane was cancelled because the harbour of Tolvane was frozen.\n",
}


def test_a_short_answer_stands_in_bold_before_its_sentence(tmp_path):
    answer = ask(tmp_path, AGREEING, KeyReader({COST: "$1 billion"}), COST)
    first, second = answer.text.split("\n\n")[:2]
    assert first == r"**\$1 billion**"
    assert second == r"The bridge at Osk cost \$1 billion, the town says. [1]"


def test_a_figure_is_no_short_answer_to_who(tmp_path):
    question = "Who said what the bridge at Osk cost?"
    answer = ask(tmp_path, AGREEING, KeyReader({question: "$1 billion"}), question)
    assert "**" not in answer.text
    assert answer.claims[0].value == "The bridge at Osk cost $1 billion, the town says."


@pytest.mark.parametrize(
    ("sentence", "marked", "question", "value"),
    [
        (
            "A ticket to Osk costs 12 crowns, says the captain.",
            "12",
            "What does a ticket to Osk cost?",
            "12 crowns",
        ),
        ("Goats may stay in Osk for a month.", "month", "How long may goats stay in Osk?", "a month"),
        ("The bridge at Osk cost $7 billion.", "$7", "What did the bridge at Osk cost?", "$7 billion"),
        ("The road to Osk is 40 km long.", "40", "How long is the road to Osk?", "40 km"),
        ("The ferry to Osk carries 340 passengers.", "340", "How many passengers go to Osk?", "340"),
        ("The ferry to Osk carries 9 small red cars.", "9", "What does the ferry to Osk carry?", "9"),
        ("The fare to Osk rose to 12 yesterday.", "12", "What is the fare to Osk?", "12"),
        ("Aboard the ferry to Osk were Norwegians, Danes and 12 British.", "12", "What was aboard?", "12"),
        (
            "The ferry to Osk carries 340 goats, and the aim is 400 of them.",
            "340 goats, and the aim is 400",
            "How many goats does the ferry to Osk carry?",
            "340 goats",
        ),
        ("Osk got its bridge on 9 May 2019, they say.", "9", "When did Osk get its bridge?", "9"),
        ("Osk got its bridge in 2019 after a vote.", "2019", "When did Osk get its bridge?", "2019"),
    ],
)
def test_a_figure_is_given_with_its_unit(tmp_path, sentence, marked, question, value):
    answer = ask(tmp_path, {"osk.txt": sentence + "\n"}, KeyReader({question: marked}), question)
    assert answer.claims[0].value == value
    assert answer.citations[0].quote == sentence


def test_why_gets_several_sentences_of_all_sources_in_the_order_of_their_text(tmp_path):
    question = "Why was the ferry to Tolvane cancelled?"
    reader = KeyReader({question: ("the pier was damaged", "the captain of the ferry was ill", "harbour")})
    answer = ask(tmp_path, STEPS, reader, question)
    assert "**" not in answer.text
    assert {c.document.path for c in answer.citations} == {"ferry.txt", "news.txt"}
    ferry = [c.start for c in answer.citations if c.document.path == "ferry.txt"]
    assert len(ferry) == 2
    assert ferry == sorted(ferry)
    assert [c.number for c in answer.citations] == [1, 2, 3]
    assert "bread" not in answer.text


def test_the_same_sentence_in_two_documents_is_shown_once(tmp_path):
    said = "The ferry to Tolvane was cancelled because the pier was damaged in the storm.\n"
    question = "Why was the ferry to Tolvane cancelled?"
    answer = ask(tmp_path, {"a.txt": said, "b.txt": said}, KeyReader({question: "the pier"}), question)
    assert answer.text.count("pier") == 1
    assert len(answer.claims[0].citations) == 2


def test_nearly_the_same_words_with_another_figure_are_not_the_same(tmp_path):
    question = "Why was the ferry to Tolvane cancelled?"
    documents = {
        "a.txt": "The ferry to Tolvane was cancelled because waves of 4 metres came in.\n",
        "b.txt": "The ferry to Tolvane was cancelled because waves of 7 metres came in.\n",
    }
    answer = ask(tmp_path, documents, KeyReader({question: ("waves of 4", "waves of 7")}), question)
    assert [len(claim.citations) for claim in answer.claims] == [1, 1]


def test_yes_or_no_is_answered_by_the_sentence_and_never_by_a_yes(tmp_path):
    question = "Was the ferry to Tolvane cancelled because of the storm?"
    answer = ask(tmp_path, STEPS, KeyReader({question: "the storm"}), question)
    assert answer.text.startswith(
        "The ferry to Tolvane was cancelled because the pier was damaged in the storm."
    )
    assert answer.claims[0].value == answer.claims[0].citations[0].quote


# --- follow-ups ------------------------------------------------------------------------------------

FERRIES = {
    "tolvane.txt": "A ticket for the ferry to Tolvane costs 12 crowns, says the captain Marit Solheug.\n",
    "senn.txt": "A ticket for the ferry to Senn costs 9 crowns.\n",
}
FIRST = "What does the ferry to Tolvane cost?"
SAID = [(FIRST, "**12 crowns**\n\nA ticket for the ferry to Tolvane costs 12 crowns. [1]")]


def test_what_about_another_name_asks_the_same_of_it(tmp_path):
    meant = "What does the ferry to Senn cost?"
    answer = ask(tmp_path, FERRIES, KeyReader({meant: "9 crowns"}), "And to Senn?", SAID)
    assert answer.claims[0].value == "9 crowns"
    assert (answer.question, answer.understood) == ("And to Senn?", meant)


def test_a_name_that_no_document_speaks_of_is_not_answered_from_another(tmp_path):
    reader = KeyReader({"What does the ferry to Osk cost?": "12 crowns"})
    answer = ask(tmp_path, FERRIES, reader, "And to Osk?", SAID)
    assert not answer.answered


def test_a_question_that_stands_alone_does_not_look_back(tmp_path):
    question = "Who is the captain of the ferry?"
    alone = ask(tmp_path, FERRIES, KeyReader({question: "Marit Solheug"}), question)
    said = [("How deep is the fjord at Osk?", "**300 metres**\n\nIt is 300 metres deep. [1]")]
    question = "Who is Marit Solheug of Tolvane?"
    reader = KeyReader({question: "the captain"})
    answer = ask(tmp_path, FERRIES, reader, question, said)
    assert answer.understood == question
    assert alone.understood == "Who is the captain of the ferry?"


def test_what_else_is_something_that_was_not_said_yet(tmp_path):
    question = "Why was the ferry to Tolvane cancelled?"
    told = "The ferry to Tolvane was cancelled because the pier was damaged in the storm. [1]"
    reader = KeyReader({question: ("the pier was damaged", "the captain of the ferry was ill", "harbour")})
    answer = ask(tmp_path, STEPS, reader, "What else?", [(question, told)])
    assert answer.answered
    assert "the pier" not in answer.text


# --- refusals --------------------------------------------------------------------------------------


def test_a_refusal_names_the_words_that_no_document_holds(tmp_path):
    answer = ask(tmp_path, FERRIES, KeyReader({}), "Who is the finance minister of Tolvane?", threshold=1)
    assert not answer.answered
    assert answer.unknown == ("finance", "minister")
    assert "“finance” and “minister” don't appear in your documents." in answer.text
    assert answer.nearest


def test_a_refusal_offers_questions_that_are_answered(tmp_path):
    documents = FERRIES | {
        "b.txt": "In 1874 Anders Lund sang. Anders Lund built the bridge over the river Osk.\n"
    }
    asked = "Who built the bridge over the river Osk?"
    reader = KeyReader({asked: "Anders Lund"})
    answer = ask(tmp_path, documents, reader, "Which school did Anders Lund go to?", threshold=1)
    assert asked in answer.suggestions
    assert f"- {asked}" in answer.text
    assert ask(tmp_path, documents, reader, asked, threshold=None).answered


@pytest.mark.parametrize(
    ("question", "unknown"),
    [("How many zebras does Tolvane have?", ("zebras",)),
     ("Who built the Minar-e-Tolvane?", ("built", "minar")),
     ("Couldn't you say whether several kinds exist?", ()),
     ("What is Tolvane's aim for 2050?", ("aim", "2050"))],
)  # fmt: skip
def test_a_refusal_does_not_name_words_that_only_ask(tmp_path, question, unknown):
    assert ask(tmp_path, FERRIES, KeyReader({}), question, threshold=1).unknown == unknown


def test_a_question_in_another_language_gets_a_hint_and_no_list_of_its_words(tmp_path):
    answer = ask(tmp_path, FERRIES, KeyReader({}), "Wer ist der Bürgermeister von Tolvane?", threshold=1)
    assert (answer.language, answer.unknown, answer.corrected) == ("German", (), "")
    assert "Your question seems to be in German. I read English best. Try asking in English." in answer.text


ABOUT = "What do the documents say about "
BERG, LUND = f"{ABOUT}Ida Berg?", f"{ABOUT}Anders Lund?"
PEOPLE = {"a.txt": "In spring we saw Ida Berg on the quay. In autumn we saw Anders Lund at the pier.\n"}


def offered(tmp_path, documents, known, question="Which school is nearest?"):
    return ask(tmp_path, documents, KeyReader(known), question, threshold=1).suggestions


def test_a_refusal_offers_questions_that_differ(tmp_path):
    assert set(offered(tmp_path, PEOPLE, {})) == {BERG, LUND}


def test_each_question_that_is_offered_is_answered(tmp_path):
    for asked in offered(tmp_path, PEOPLE, {}):
        answer = ask(tmp_path, PEOPLE, KeyReader({}), asked, threshold=None)
        assert answer.answered
        assert asked.removeprefix(ABOUT).rstrip("?") in answer.citations[0].quote


def test_a_subject_is_only_asked_for_if_the_reader_finds_it(tmp_path):
    documents = {"b.txt": "In 1874 Anders Lund sang. Anders Lund built the bridge over the river Osk.\n"}
    assert offered(tmp_path, documents, {}) == (LUND,)
    built = "Who built the bridge over the river Osk?"
    assert built in offered(tmp_path, documents, {built: "Anders Lund"})
    assert built not in offered(tmp_path, documents, {built: "bridge"})


def test_a_refusal_does_not_offer_one_question_in_two_forms(tmp_path):
    documents = {"a.txt": "In spring we joined the Osk-Ports. In autumn we left the Osk Ports.\n"}
    assert len(offered(tmp_path, documents, {})) == 1


def test_a_refusal_does_not_offer_the_question_that_it_refuses(tmp_path):
    assert offered(tmp_path, PEOPLE, {}, "Who is Ida Berg?") == (LUND,)


def test_a_refusal_does_not_offer_what_all_documents_are_about(tmp_path):
    herd = {f"goat{n}.txt": f"We saw {n} goats at Tolvane Quay.\n" for n in range(30)}
    assert offered(tmp_path, herd | PEOPLE, {}, "How many goats did they count?") == (BERG, LUND)


def test_where_no_name_is_near_nothing_is_offered(tmp_path):
    herd = {f"goat{n}.txt": f"The goats slept on deck all night, {n} of them.\n" for n in range(30)}
    assert offered(tmp_path, herd, {}, "Which goats slept on deck all night?") == ()


def test_suggestions_are_those_that_come_with_the_refusal(tmp_path):
    write(tmp_path / "corpus", PEOPLE)
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    asked = "Which school is nearest?"
    with Assistant(settings, WordEncoder(), KeyReader({BERG: "quay"})) as assistant:
        assistant.sync()
        assert set(assistant.ask(asked).suggestions) == {BERG, LUND}
        assert assistant.ask(asked, suggest=False).suggestions == ()
        assert assistant.suggestions(asked) == assistant.ask(asked).suggestions
        assert assistant.suggestions(BERG) == ()  # it is answered


def test_somebody_who_does_not_know_the_documents_gets_questions_to_start_with(tmp_path):
    write(tmp_path / "corpus", PEOPLE)
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(settings, WordEncoder()) as assistant:
        assert assistant.first_questions() == ()  # nothing is indexed yet
        assistant.sync()
        first = assistant.first_questions()
        assert set(first) == {"What are these documents about?", BERG, LUND}
        assert all(assistant.ask(question).answered for question in first)
        years = "".join(f"In {year} the quay was mended. " for year in range(1990, 1995))
        write(tmp_path / "corpus", {"years.txt": f"{years}\n"})
        assistant.sync()
        assert "What happened when?" in assistant.first_questions()


def test_markup_in_a_question_stays_text_in_its_refusal(tmp_path):
    answer = ask(tmp_path, FERRIES, KeyReader({}), "Who is ab_bc*cd of Tolvane?", threshold=1)
    assert answer.unknown == ("ab", "bc", "cd")


@pytest.mark.parametrize(
    "history", [[("", "")], [("???", "…")], [("Why?", "")], [("And?", "**x** [1]")] * 30]
)
def test_any_history_is_borne(tmp_path, history):
    assert ask(tmp_path, FERRIES, KeyReader({}), "And to Senn, why is that so?", history).question


def test_a_list_that_one_sentence_gives_stands_in_bold(tmp_path):
    question = "Which towns are on the ferry line?"
    documents = {"ferry.txt": "Osk and Tolvane are on the ferry line.\n"}
    answer = ask(tmp_path, documents, KeyReader({question: "Osk and Tolvane"}), question)
    assert answer.text.startswith("**Osk and Tolvane**")


def test_a_list_that_two_sentences_give_is_quoted_whole_without_a_headline(tmp_path):
    question = "Which towns are on the ferry line?"
    line = "{} is one of the towns on the ferry line."
    documents = {"ferry.txt": f"{line.format('Osk')} {line.format('Tolvane')}\n"}
    answer = ask(tmp_path, documents, KeyReader({question: ("Osk", "Tolvane")}), question)
    (claim,) = answer.claims
    assert claim.citations[0].quote == documents["ferry.txt"].strip()
    assert "**" not in answer.text


def test_another_item_of_a_list_is_no_disagreement(tmp_path):
    question = "Which towns are on the ferry line?"
    documents = {
        "a.txt": "Osk is one of the towns on the ferry line.\n",
        "b.txt": "Tolvane is one of the towns on the ferry line.\n",
    }
    answer = ask(tmp_path, documents, KeyReader({question: ("Osk", "Tolvane")}), question)
    assert not answer.differ
    assert len(answer.claims) == 2
