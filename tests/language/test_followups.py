"""A question after others -> questions with the same meaning that stand alone."""

import pytest

from qa.answers.history import earlier_turns
from qa.answers.wording import REFUSAL
from qa.language.followups import Interpretation, interpretations, is_followup, seems_to_refer

FOLLOWUPS = ["When?", "why?", "who said so?", "when was that?", "where is it?", "and with Osk?",
             "and the ferry?", "what about Tolvane?", "what else?", "by whom?", "What else did they sign?",
             "how much did it cost?", "is it open?", "And in 1926?", "how long does it take?",
             "in which year?", "since when?", "and then?", "with whom?", "and the other way round?",
             "vice versa?", "what did he say?", "where was she born?", "what does that mean?",
             "what are its goals?", "anything else?", "What happened afterwards?", "how much exactly?",
             "which one?", "who are the others?", "ok and when", "thanks, and who paid?",
             "Can you tell me more about it?", "How does this work?", "Osk?"]  # fmt: skip
ALONE = ["Which deal have Osk and Tolvane brought into force between them?",
         "Does Tolvane expect Osk to share the bill for the railway it wants to the south?",
         "What share of its honey could Tolvane sell to the towns on the coast?",
         "What drives the rivalry over ferry routes in the region?",
         "Who built the bridge at Osk?", "How many bees live in Tolvane?", "ferry timetable Tolvane",
         "when did the osk ferry sink", "Is it true that bees sleep?", "Is it possible to swim to Tolvane?",
         "Who is Anders Lund?", "How long does it take to reach Tolvane by boat?",
         "Which towns lie on the river Brask?", "And who is Anders Lund?",
         "What did Anders Lund say about his boat?", "Does Tolvane sell its honey abroad?",
         "Compare Osk and Tolvane.", "what do bees eat in winter", "How does a canal lock work?",
         "How do bees make honey?", "Which other towns sell honey?", "What is OPB?",
         "trade between osk and tolvane", "is tolvane an island", "Could you tell me who Ida Berg is?",
         "Please list the ferries of Tolvane", "Summarise what the documents say about bees",
         "how tall is the lighthouse of tolvane", "What is one of the oldest bridges in Norway?",
         "what goods such as honey and wool does osk sell", "ok, who built the bridge at Osk?",
         "does osk have an airport", "Did the mayor of Osk resign in 1926?",
         "What does the Osk council want to do with its ferries?", "Tolvane ferry accident 1926"]  # fmt: skip
SOLD = "Norway sells 40 tonnes of honey to Denmark."
HONEY = [("How much honey does Norway sell to Denmark?", f"**40 tonnes**\n\n{SOLD} [1]")]
SIGNED = "Osk and Tolvane signed a ferry treaty in 1926."
TREATY = [("What did Osk and Tolvane sign?", f"**a ferry treaty**\n\n{SIGNED} [1]")]
MAYOR = [("Who is the mayor of Osk?", "**Ida Berg**\n\nThe mayor of Osk is Ida Berg. [1]")]
BRIDGE = [("When was the bridge at Osk opened?", "**14 May 1926**\n\nIt was opened on 14 May 1926. [1]")]


def meanings(question: str, history: list[tuple[str, str]]) -> tuple[Interpretation, ...]:
    """What a question may mean after turns whose answers are Markdown, as they are shown."""
    return interpretations(question, earlier_turns(history))


@pytest.mark.parametrize(
    ("question", "followup"), [*((q, True) for q in FOLLOWUPS), *((q, False) for q in ALONE)]
)
def test_a_question_that_lacks_something_is_a_followup(question, followup):
    assert is_followup(question) is followup


@pytest.mark.parametrize("question", ALONE[:12])
@pytest.mark.parametrize("history", [[], HONEY, TREATY + MAYOR])
def test_a_question_that_stands_alone_means_only_itself(question, history):
    assert meanings(question, history) == (Interpretation(question),)


@pytest.mark.parametrize(
    ("history", "question", "meant"),
    [(HONEY, "and Sweden?", "How much honey does Norway sell to Sweden?"),
     (HONEY, "What about Sweden?", "How much honey does Norway sell to Sweden?"),
     (HONEY, "and the other way round?", "How much honey does Denmark sell to Norway?"),
     (HONEY, "vice versa?", "How much honey does Denmark sell to Norway?"),
     (HONEY, "what else?", HONEY[0][0]), (TREATY, "What else did they sign?", TREATY[0][0]),
     (HONEY, "who said so?", "who said that Norway sells 40 tonnes of honey to Denmark?"),
     (TREATY, "When?", "When did Osk and Tolvane sign a ferry treaty?"),
     (TREATY, "with whom?", "with whom did Osk and Tolvane sign a ferry treaty?"),
     (MAYOR, "how old is she?", "how old is Ida Berg?"),
     (MAYOR, "what are her plans?", "what are Ida Berg's plans?"),
     (MAYOR, "And of Tolvane?", "Who is the mayor of Tolvane?"),
     (BRIDGE, "who built it?", "who built the bridge?")],
)  # fmt: skip
def test_the_likeliest_meaning_comes_first(history, question, meant):
    assert meanings(question, history)[0].question == meant


def test_a_new_name_may_replace_either_of_two_names():
    assert [(meaning.question, meaning.focus) for meaning in meanings("And Sweden?", HONEY)] == [
        ("How much honey does Norway sell to Sweden?", "Sweden"),
        ("How much honey does Sweden sell to Denmark?", "Sweden"),
        ("Sweden (40 tonnes honey norway sell denmark)?", "Sweden"),
    ]


def test_the_last_resort_adds_the_words_of_the_last_turn():
    (meaning,) = meanings("and wool?", HONEY)
    assert meaning.question == "wool (40 tonnes honey norway sell denmark)?"
    assert meaning.shown == "wool? (after “How much honey does Norway sell to Denmark?”)"


@pytest.mark.parametrize(
    ("question", "history"),
    [("And to Sweden?", HONEY), ("When did they sign it?", TREATY), ("vice versa?", HONEY)],
)
def test_a_meaning_that_people_would_say_is_shown_as_it_is(question, history):
    assert meanings(question, history)[0].shown == ""


def test_he_is_no_railway():
    said = "The Osk Valley Railway was paid by Ida Berg, and the railway is long."
    history = [("What is said of the Osk Valley Railway?", f"{said} [1]")]
    meant = [i.question for i in interpretations("What did he pay?", earlier_turns(history))]
    assert meant[0] == "What did Ida Berg pay?"
    assert not any("did Osk Valley Railway" in question for question in meant)


def test_a_pronoun_is_no_clause():
    history = [("Who would pay?", "**Astana was willing to pay**\n\nAstana was willing to pay. [1]")]
    assert all(
        "was willing" not in m.question.partition("(")[0] for m in meanings("what will it cost?", history)
    )


@pytest.mark.parametrize(
    "question",
    ["Who wrote One Hundred Years of Solitude?", "Which daredevil aviator is among those lost at sea?",
     "Why do we have to get certain oils from our meals instead of making our own?",
     "Which other railway might the CKU line be joined up with?",
     "How could the two regions tackle ecological problems and still keep their economies growing?"],
)  # fmt: skip
def test_a_small_word_does_not_make_a_followup_of_a_whole_question(question):
    assert seems_to_refer(question)
    assert not is_followup(question)


def test_why_asks_about_the_answer_first():
    first, second, *_ = meanings("why?", TREATY)
    assert first.question == f"Why: {SIGNED.removesuffix('.')}?"
    assert second.question == "why did Osk and Tolvane sign a ferry treaty?"


@pytest.mark.parametrize(
    ("question", "told"),
    [("why?", SIGNED), ("what else?", SIGNED), ("What else did they sign?", SIGNED), ("When?", ""),
     ("who said so?", ""), ("and Kalmar?", "")],
)  # fmt: skip
def test_why_and_what_else_do_not_want_the_same_answer_again(question, told):
    assert {meaning.told for meaning in meanings(question, TREATY)} == {told}


def test_a_followup_of_a_followup_builds_on_its_meaning():
    history = [*MAYOR, *HONEY, ("and Sweden?", "**12 tonnes**\n\nTo Sweden it sells 12 tonnes. [1]")]
    assert meanings("vice versa?", history)[0].question == "How much honey does Sweden sell to Norway?"


@pytest.mark.parametrize("question", ["why?", "what else?", "When?", "and Sweden?"])
def test_a_refusal_adds_nothing_to_later_questions(question):
    refused = [(HONEY[0][0], f"{REFUSAL}\n\nYou could ask:\n\n- Who sells wool?")]
    for meaning in meanings(question, refused):
        assert meaning.told == ""
        assert "wool" not in meaning.question
        assert "documents" not in meaning.question.lower()


def test_markup_of_a_short_answer_is_removed():
    history = [("What does a pot of honey cost?", r"**\$5 a pot\***" + "\n\nIt costs \\$5 a pot\\*. [1]")]
    assert meanings("who said so?", history)[0].question == "who said that It costs $5 a pot*?"
