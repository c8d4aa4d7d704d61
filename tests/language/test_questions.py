"""A question -> the form of its answer, and the type of a short one."""

import pytest

from qa.errors import QuestionError
from qa.language import questions
from qa.language.questions import (
    AnswerType,
    answer_type,
    checked,
    fits,
    keywords,
    parse,
    rephrased,
    without_courtesy,
)

SHORT = ["Who built the bridge?", "When did the ferry sink?", "Where do the bees live?", "Whose boat is it?",
         "Which town has the oldest quay?", "How many goats crossed?", "How much does a ticket cost?",
         "How long is the bridge?", "how far is tolvane from osk", "How often does the ferry leave?",
         "How likely is a flood?", "How expensive is a ticket?", "What is the price of honey?",
         "honey price osk", "What year was the dam built?", "What is the capital of Tolvane?",
         "Since when has the ferry run?", "To whom was the boat sold?",
         "Could you tell me when the ferry leaves?", "Please, who owns the quay?",
         "Do you know how many bees there are?", "Do the documents say when the ferry leaves?",
         "Is the ferry blue or green?", "Did the mayor or the keeper sell the boat?",
         "ok so who paid"]  # fmt: skip
SEVERAL = ["Why did the ferry sink?", "How come the bees left?", "how does a lock work",
           "What caused the flood?", "How did the town pay for the bridge?", "How can I reach the island?",
           "What led to the strike?", "List the ferries of Tolvane.", "Describe the old quay.",
           "Explain how the lock works.", "Compare the two bridges.", "Summarise the report on bees.",
           "Summarize the report on bees.", "Name three towns on the river.",
           "Give me an overview of the harbour.", "Tell me about the bees.", "What are the ports of Tolvane?",
           "What does the report say about bees?", "What else did he say?", "What is known about the wreck?",
           "What kinds of bees are there?", "Bridges versus ferries",
           "What is the difference between a quay and a pier?", "How do bees differ from wasps?",
           "In what way did the harbour change?", "Could you describe the harbour?", "And how is honey made?",
           "I would like to know why the bees left.", "advantages of a bridge"]  # fmt: skip
YES_NO = ["Is the bridge open?", "are there bees in tolvane", "Did the ferry sink?",
          "Has the mayor resigned?", "Does the ferry run on Sundays?", "Will the dam be finished?",
          "Can goats swim?", "Must I pay?", "Should the quay be rebuilt?", "Isn't the bridge closed?",
          "Didn't the ferry sink?", "Hi, is the bridge open?", "So, were any goats lost?",
          "Is it true or not?"]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "form"),
    [
        (question, form)
        for form, examples in (
            (questions.SHORT, SHORT),
            (questions.SEVERAL, SEVERAL),
            (questions.YES_NO, YES_NO),
        )
        for question in examples
    ],
)
def test_a_question_wants_a_short_answer_several_sentences_or_yes_or_no(question, form):
    assert parse(question).form is form


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("How many goats crossed?", AnswerType.NUMBER), ("What was the cost of the bridge?", AnswerType.NUMBER),
     ("How heavy is the bell?", AnswerType.NUMBER), ("What share of the hives is empty?", AnswerType.NUMBER),
     ("When did it sink?", AnswerType.DATE), ("In which decade was it built?", AnswerType.DATE),
     ("How long ago did it sink?", AnswerType.DATE), ("Do you know since when it runs?", AnswerType.DATE),
     ("Who owns the ferry?", AnswerType.NAME), ("What company owns it?", AnswerType.NAME),
     ("where?", AnswerType.NAME), ("What is a lock?", AnswerType.ANY), ("Is it open?", AnswerType.ANY),
     ("ferry timetable", AnswerType.ANY)],
)  # fmt: skip
def test_a_question_wants_a_figure_a_date_or_a_name(question, wanted):
    assert parse(question).wants is wanted


@pytest.mark.parametrize(
    ("question", "answer", "fit"),
    [("When did it sink?", "May 1926", True), ("When did it sink?", "two years", True),
     ("When did it sink?", "Osk", False), ("How many goats were lost?", "40 goats", True),
     ("How many goats were lost?", "Osk", False), ("How many goats were lost?", "1926", False),
     ("Who lost it?", "1926", True)],
)  # fmt: skip
def test_an_answer_fits_the_type_that_is_wanted(question, answer, fit):
    sentence = "After two years at sea it sank off Osk in May 1926 with 40 goats."
    start = sentence.index(answer)
    assert fits(answer_type(question), sentence, (start, start + len(answer))) is fit


@pytest.mark.parametrize(
    ("question", "text"),
    [("Could you tell me when it sank?", "when it sank?"), ("OK, so who paid?", "who paid?"),
     ("Thanks! When does it open?", "When does it open?"), ("Can you describe it?", "describe it?"),
     ("According to the documents, who paid?", "who paid?"), ("Please", "Please")],
)  # fmt: skip
def test_courtesy_is_removed(question, text):
    assert without_courtesy(question) == text


@pytest.mark.parametrize(
    ("task", "question"),
    [("Please list the ferries of Tolvane.", "What are the ferries of Tolvane?"),
     ("list all ports", "What are the ports?"), ("Explain how the lock works.", "how the lock works?"),
     ("List what bees eat", "what bees eat?"), ("Describe the old quay.", "Describe the old quay."),
     ("Would you name some of the towns on the river?", "Would you name some of the towns on the river?")],
)  # fmt: skip
def test_a_task_is_rephrased_as_a_question(task, question):
    assert rephrased(task) == question


@pytest.mark.parametrize("question", ["ok?", "please!", "thanks", "So?"])
def test_courtesy_alone_is_left_as_it_is(question):
    assert without_courtesy(question) == question


def test_a_parsed_question_has_its_form_words_names_and_goal():
    question = parse("Could you please list all targets of the Osk Ports Board for 2030?")
    assert question.text == "Could you please list all targets of the Osk Ports Board for 2030?"
    assert question.rephrased == "What are the targets of the Osk Ports Board for 2030?"
    assert question.form is questions.SEVERAL
    assert question.keywords == ("targets", "osk", "ports", "board", "2030")
    assert question.words == ("list", "targets", "osk", "ports", "board", "2030")
    assert question.names == ("Osk Ports Board",)
    assert question.of_goal


def test_keywords_are_taken_as_typed():
    assert keywords("list the ferries").rephrased == "list the ferries"
    assert keywords("list the ferries").keywords == ("list", "ferries")


@pytest.mark.parametrize("question", ["", "  \n", "?!", "x" * 1001])
def test_a_question_that_cannot_be_searched_for_is_rejected(question):
    with pytest.raises(QuestionError):
        checked(question)


def test_half_a_surrogate_pair_is_replaced():
    assert checked(" who owns it\ud800? ") == "who owns it??"
