"""Question sets, their figures, and `qa eval`."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from conftest import KeyReader, WordEncoder

from qa.assistant import Assistant
from qa.cli import commands as cli
from qa.errors import QuestionsError
from qa.evaluation.measures import auroc, calibration_error, evaluate, exact_match, f1, figures, risks
from qa.evaluation.question_sets import Piece, load
from qa.evaluation.report import failures, picture, table, values
from qa.settings import Settings

QUESTIONS = [
    {
        "question": "Who finished the bridge at Osk?",
        "kind": "who",
        "answers": ["Anders Lund"],
        "evidence": [{"document": "bridge.txt", "contains": ["Anders Lund"]}],
    },
    {
        "question": "What does the crossing cost?",
        "kind": "how many",
        "answers": ["12 crowns"],
        "evidence": [{"document": "ferry", "contains": ["12 crowns"]}],
    },
    {
        "question": "Which king of Norway came from Bergen?",
        "kind": "which",
        "answerable": False,
        "why": "off-topic",
    },
]
READER = KeyReader(
    {"Who finished the bridge at Osk?": "Anders Lund", "What does the crossing cost?": "12 crowns"}
)


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def outcomes(tmp_path, corpus, index):
    with Assistant(Settings(corpus=corpus, index=index), WordEncoder(), READER) as assistant:
        assistant.sync()
        return evaluate(assistant, load(write_lines(tmp_path / "set.jsonl", QUESTIONS)).conversations)


# --- question sets -------------------------------------------------------------------------------


def test_a_line_is_a_question_or_a_conversation(tmp_path):
    path = write_lines(tmp_path / "set.jsonl", [QUESTIONS[0], {"turns": QUESTIONS[:2]}])
    first, second = load(path).conversations
    assert [q.text for q in first] == [QUESTIONS[0]["question"]]
    assert [q.kind for q in second] == ["who", "how many"]


def test_a_piece_of_evidence_names_a_path_or_stem_and_all_its_strings_must_match():
    piece = Piece("ferry", ("12 crowns", "crossing"))
    assert piece.is_in("valley/ferry.md", "the crossing costs 12 crowns")
    assert not piece.is_in("valley/ferry.md", "it costs 12 crowns")
    assert not piece.is_in("bridge.txt", "the crossing costs 12 crowns")


def test_a_question_that_was_not_judged_is_neither_answerable_nor_unanswerable(tmp_path):
    ((question,),) = load(write_lines(tmp_path / "set.jsonl", [{"question": "Who?"}])).conversations
    assert question.answerable is None


def test_a_question_may_contain_unusual_line_ends(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text('{"question": "Who\u2028 built\x85 it?"}\r\n{"question": "When?"}\n', "utf-8", newline="")
    assert [q.text for (q,) in load(path).conversations] == ["Who\u2028 built\x85 it?", "When?"]


def test_a_set_in_squad_format_brings_its_paragraphs(tmp_path):
    answered = {
        "question": "Who? ",
        "answers": [{"text": "Ann", "answer_start": 0}, {"text": "Ann", "answer_start": 0}],
    }
    impossible = {"question": "Why?", "answers": [], "is_impossible": True}
    article = {"title": "A", "paragraphs": [{"context": "Ann did it.", "qas": [answered, impossible]}]}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [article]}), "utf-8")
    questions = load(path)
    assert list(questions.documents.values()) == ["Ann did it."]
    (who,), (why,) = questions.conversations
    assert (who.text, who.answers, who.answerable) == ("Who?", ("Ann",), True)
    assert (why.answerable, why.evidence) == (False, ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "contains no questions"),
        ("{}\n", "line 1: missing 'question'"),
        ('{"question": "Who?"}\nnonsense\n', "line 2: "),
        ('{"question": 7}\n', "line 1: 7 is not a string"),
        ('{"question": "Who?", "answerable": true}\n', "line 1: an answerable question needs evidence"),
        ('{"question": "Who?", "answerable": "yes"}\n', "line 1: answerable must be true or false"),
        ('{"question": "Who?", "evidence": [{"document": "a"}]}\n', "line 1: missing 'contains'"),
        ('{"turns": []}\n', "line 1: turns must not be empty"),
        ('["Who?"]\n', "line 1: "),
        ('{"data": [{"paragraphs": [{}]}]}', "is not in SQuAD format"),
        ('{"data": []}', "contains no questions"),
    ],
)
def test_a_set_that_cannot_be_understood_is_an_error_on_one_line(tmp_path, content, reason):
    path = tmp_path / "set.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(QuestionsError) as error:
        load(path)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


# --- figures -------------------------------------------------------------------------------------


def test_a_perfect_run_has_perfect_figures(outcomes):
    values = figures(outcomes)
    for name in (
        "right",
        "recall@1",
        "MRR",
        "F1",
        "exact match",
        "citation recall",
        "refusal recall",
        "AUROC",
    ):
        assert values[name] == 1.0, name
    assert values["falsely refused"] == 0.0
    assert values["refused, off topic"] == 1.0
    assert values["questions"] == 3.0


def test_a_figure_without_any_questions_is_none(outcomes):
    assert figures(outcomes)["rejected, given again"] is None
    assert figures([o for o in outcomes if o.question.answerable])["refusal recall"] is None


def test_each_part_of_a_full_answer_is_counted(tmp_path, corpus, index):
    question = QUESTIONS[0] | {
        "evidence": [
            {"document": "bridge.txt", "contains": ["Anders Lund"], "part": 1},
            {"document": "bridge.txt", "contains": ["no such words"], "part": 2},
        ]
    }
    with Assistant(Settings(corpus=corpus, index=index), WordEncoder(), READER) as assistant:
        assistant.sync()
        (outcome,) = evaluate(assistant, load(write_lines(tmp_path / "set.jsonl", [question])).conversations)
    assert outcome.covered_share == 0.5


def test_a_rejected_place_is_counted_if_it_is_cited_again(tmp_path, corpus, index):
    rejected = {"question": QUESTIONS[0]["question"], "rejected": QUESTIONS[0]["evidence"]}
    never = {
        "question": QUESTIONS[1]["question"],
        "rejected": [{"document": "bees", "contains": ["Volunteers"]}],
    }
    with Assistant(Settings(corpus=corpus, index=index), WordEncoder(), READER) as assistant:
        assistant.sync()
        outcomes = evaluate(
            assistant, load(write_lines(tmp_path / "set.jsonl", [rejected, never])).conversations
        )
    assert figures(outcomes)["rejected, given again"] == 0.5
    assert figures(outcomes)["right"] is None


def test_a_conversation_is_asked_in_the_context_of_its_turns(tmp_path, corpus, index):
    turns = [QUESTIONS[0], {"question": "And when?", "evidence": QUESTIONS[0]["evidence"]}]
    conversations = load(write_lines(tmp_path / "set.jsonl", [{"turns": turns}])).conversations
    with Assistant(Settings(corpus=corpus, index=index), WordEncoder(), READER) as assistant:
        assistant.sync()
        _, with_history = evaluate(assistant, conversations)
        _, without = evaluate(assistant, conversations, history=False)
    assert "bridge at Osk" in with_history.answer.understood
    assert without.answer.understood == "And when?"


def test_short_answers_are_scored_as_in_squad():
    assert exact_match("The Anders Lund.", ["anders lund"])
    assert not exact_match("Lund", ["Anders Lund"])
    assert f1("in the year 1874", ["1874", "year 1874"]) == pytest.approx(0.8)
    assert f1("1926", ["1874"]) == 0.0
    assert f1("", [""]) == 1.0


def test_confidence_is_compared_with_right_and_wrong_answers():
    p, right = np.array([0.9, 0.9, 0.1, 0.1]), np.array([True, True, False, False])
    assert calibration_error(p, right) == pytest.approx(0.1)
    assert auroc(p, right) == 1.0
    assert auroc(p, np.array([True] * 4)) is None
    assert risks(p, right).tolist() == [0.0, 0.0, pytest.approx(1 / 3), 0.5]


# --- reports -------------------------------------------------------------------------------------


def test_the_table_lists_all_figures_and_each_kind(outcomes):
    shown = table(outcomes)
    assert "| right | 1.000 |" in shown
    assert "| how many | 1 | 1.000 | 1.000 |" in shown
    assert "rejected" not in shown


def test_what_failed_is_listed_with_what_was_given_and_what_was_wanted(tmp_path, corpus, index):
    asked = [
        {**QUESTIONS[0], "evidence": [{"document": "bridge", "contains": ["five", "arches"]}]},
        {**QUESTIONS[1], "question": "How much is it to cross?"},  # the reader knows no answer
        {**QUESTIONS[1], "answerable": False, "why": "on topic", "evidence": []},
        QUESTIONS[2],
    ]
    with Assistant(Settings(corpus=corpus, index=index), WordEncoder(), READER) as assistant:
        assistant.sync()
        outcomes = evaluate(assistant, load(write_lines(tmp_path / "set.jsonl", asked)).conversations)
    head, _, first, given, wanted, _, second, refused, right, _, third, cited, no_answer, _ = failures(
        outcomes, True
    )
    assert head == "3 of 4 questions failed:"
    assert first == "Who finished the bridge at Osk? (who)"
    assert given.startswith(
        "  given   “The stone bridge at Osk was finished in 1874 by the mason Anders Lund.” (bridge.txt, "
    )
    assert wanted == "  wanted  “five … arches” (bridge)"
    assert second == "How much is it to cross? (how many)"
    assert refused.startswith("  given   refused; the best was “")
    assert right == "  wanted  “12 crowns” (ferry)"
    assert cited.startswith("  given   “A ticket for the crossing costs 12 crowns.” (ferry.md, confidence ")
    assert no_answer == "  wanted  a refusal (on topic)"
    assert third == "What does the crossing cost? (how many)"


def test_what_failed_is_counted_unless_it_is_to_be_listed(outcomes):
    assert failures(outcomes, listed=False) == ["0 of 3 questions failed", ""]
    wrong = [replace(o, refused=not o.refused) for o in outcomes]
    assert failures(wrong, listed=False) == ["3 of 3 questions failed. List them with --failed", ""]


def test_the_values_include_the_outcome_of_every_question(outcomes):
    report = json.loads(json.dumps(values(outcomes)))
    assert report["figures"]["right"] == 1.0
    first = report["questions"][0]
    assert (first["value"], first["right"], first["refused"]) == ("Anders Lund", True, False)
    assert first["citations"][0]["evidence"]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_picture_is_drawn(outcomes, tmp_path, suffix):
    picture(outcomes, tmp_path / f"figures.{suffix}")
    content = (tmp_path / f"figures.{suffix}").read_bytes()
    assert content.startswith(b"\x89PNG" if suffix == "png" else b"<?xml")


def test_a_picture_that_cannot_be_written_is_an_error(outcomes, tmp_path):
    with pytest.raises(QuestionsError, match="cannot write the picture"):
        picture(outcomes, tmp_path / "figures.nonsense")


# --- the command ---------------------------------------------------------------------------------


def run(*arguments):
    return cli.main(["eval", *map(str, arguments)])


def test_eval_needs_an_index(tmp_path, capsys):
    path = write_lines(tmp_path / "set.jsonl", QUESTIONS)
    (tmp_path / "bridge.txt").write_text("The bridge at Osk was finished in 1874.")
    assert run(path, "--corpus", tmp_path, "--index", tmp_path / "none") == 1
    what = f"qa sync {tmp_path} --index {tmp_path / 'none'}"
    assert capsys.readouterr().err == f"qa: nothing is indexed yet. Run {what}\n"


def test_eval_of_a_missing_file_is_an_error_on_one_line(tmp_path, capsys):
    assert run(tmp_path / "none.jsonl") == 1
    error = capsys.readouterr().err
    assert error == f"qa: cannot read {tmp_path / 'none.jsonl'} (No such file or directory)\n"


def test_eval_of_a_set_in_squad_format_needs_no_index(tmp_path, capsys):
    """With the real models: the questions are about the paragraphs in the file."""
    qas = [
        {
            "question": "When was the bridge at Osk finished?",
            "answers": [{"text": "1874", "answer_start": 36}],
        }
    ]
    text = "The stone bridge at Osk was finished in 1874 by the mason Anders Lund."
    path = tmp_path / "squad.json"
    path.write_text(
        json.dumps({"data": [{"title": "Osk", "paragraphs": [{"context": text, "qas": qas}]}]}), "utf-8"
    )
    assert run(path, "--json", "--picture", tmp_path / "p.svg", "--index", tmp_path / "none") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["questions"][0]["value"] == "1874"
    assert (tmp_path / "p.svg").exists()
    assert not (tmp_path / "none").exists()


def test_a_picture_that_cannot_be_drawn_is_an_error_before_anything_is_asked(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    path = write_lines(tmp_path / "set.jsonl", QUESTIONS)
    assert run(path, "--picture", tmp_path / "p.png", "--corpus", tmp_path, "--index", tmp_path / "none") == 1
    assert capsys.readouterr().err == "qa: the picture needs matplotlib. Run pip install matplotlib\n"
