"""What people say of answers: kept through crashes, listed, redacted, and asked again as questions."""

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HERE, KeyReader, python, write
from hypothesis import given
from hypothesis import strategies as st

from qa.answers.ask import earlier_turns
from qa.assistant import Assistant
from qa.cli.output import feedback_lines
from qa.errors import CitationError, IndexBusy, IndexUnwritable, QuestionsError, StaleDocument
from qa.evaluation.measures import evaluate, figures
from qa.evaluation.question_sets import load
from qa.feedback.export import export
from qa.feedback.log import FeedbackLog, Tally, needed
from qa.index.store import Store
from qa.language.followups import interpretations
from qa.text import one_line
from qa.types import Answer, Citation, Claim, Document

COST, WHO, WHEN = "What does the crossing cost?", "Who finished the bridge at Osk?", "And when was that?"
OPENED = "When was the bridge at Osk finished?"
ABSENT = "Which king of Norway came from Bergen?"
COSTS = "A ticket for the crossing costs 12 crowns."
BUILT = "The stone bridge at Osk was finished in 1874 by the mason Anders Lund."
READER = KeyReader({COST: "12 crowns", WHO: "Anders Lund"})


@pytest.fixture
def asked(assistant) -> Assistant:
    """An assistant that knows two answers by heart, over the small corpus."""
    knowing = Assistant(assistant.settings, assistant._encoder, READER)
    knowing.sync()
    return knowing


def log(index: Path) -> FeedbackLog:
    return FeedbackLog(Store(index))


def lines(index: Path) -> list[bytes]:
    return (index / "feedback.jsonl").read_bytes().splitlines()


# --- a vote --------------------------------------------------------------------------------------


def test_a_vote_holds_what_was_asked_and_quoted(asked):
    answer = asked.ask(COST)
    vote = asked.rate(answer, True, "just so")
    assert asked.feedback() == (vote,)
    assert (vote.question, vote.understood, vote.history) == (COST, COST, ())
    assert (vote.helpful, vote.answered, vote.comment, vote.value) == (True, True, "just so", "12 crowns")
    ((path, start, end, quote),) = vote.quotes
    (document,) = (d for d in asked.documents() if d.path == path)
    assert document.text[start:end] == quote == COSTS
    assert not vote.redacted


def test_a_refusal_can_be_rated(asked):
    vote = asked.rate(asked.ask(ABSENT), False, "it should know")
    assert (vote.answered, vote.value, vote.quotes) == (False, "", ())


def test_a_second_vote_on_an_answer_replaces_the_first(asked, index):
    first = asked.ask(COST)
    asked.rate(first, True)
    asked.rate(asked.ask(WHO), True)
    asked.rate(first, False, "on second thoughts")
    assert [(v.question, v.helpful) for v in asked.feedback()] == [(COST, False), (WHO, True)]
    assert log(index).tally() == Tally(helpful=1, not_helpful=1, damaged=0)
    assert len(lines(index)) == 3  # nothing is rewritten


def test_the_same_question_with_another_answer_is_another_vote(asked, corpus):
    asked.rate(asked.ask(COST), True)
    (corpus / "ferry.md").unlink()
    asked.sync()
    asked.rate(asked.ask(COST), False)
    assert [(v.helpful, v.answered) for v in asked.feedback()] == [(False, False), (True, True)]


def test_a_follow_up_keeps_the_turns_that_it_was_understood_by(asked):
    history = [(COST, f"**12 crowns**\n\n{COSTS} [1]"), (WHO, f"**Anders Lund**\n\n{BUILT} [1]")]
    answer = asked.ask(WHEN, history, threshold=0)
    vote = asked.rate(answer, False, history=history)
    assert vote.understood == answer.understood != WHEN
    assert vote.history == (history[1],)
    alone = asked.rate(asked.ask(WHO, history), True, history=history)
    assert alone.history == ()


ANSWERS = [
    f"**12 crowns** (2 sources agree)\n\n{COSTS} [1] [2]",
    "Sources disagree:\n\n- **40 tonnes** (Herald (Osk), 2024): Norway sells 40 tonnes. [1]\n"
    "- **9 tonnes** (Post): It sells 9 tonnes of the best \\*honey\\*. [2] Bees are few. [2]",
    "I couldn't find an answer in your documents.\n\nYou could ask:\n\n- Who sold honey to Denmark?",
    "It said so. [1]\n\nIt was Ida Berg of Osk who paid. [2]",
    "no marks at all",
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("question", ["And when?", "Who said so?", "What else?", "Why?", "And with Sweden?"])
def test_what_is_kept_of_a_history_is_all_that_a_follow_up_takes_from_it(asked, question, answer):
    history = [("Who built the bridge at Osk?", ANSWERS[0]), ("How much honey does Norway sell?", answer)]
    history += [("And to whom?", ANSWERS[3])]
    kept = needed(history)
    assert len(kept) == 2
    for some, whole in ((kept, history), (kept[:1], history[:2])):
        meant = interpretations(question, earlier_turns(whole))
        assert interpretations(question, earlier_turns(some)) == meant
    assert "Herald" not in str(kept)
    assert "You could ask" not in str(kept)


def test_a_quote_that_does_not_stand_in_its_document_is_no_vote(asked, index):
    answer = asked.ask(COST)
    forged = tuple(replace(c, quote="A ticket costs nothing.") for c in answer.citations)
    with pytest.raises(CitationError):
        asked.rate(replace(answer, citations=forged), True)
    assert log(index).tally() == Tally(0, 0, 0)


@pytest.mark.parametrize("change", ["removed", "edited"])
def test_an_answer_that_has_outlived_its_document_is_not_rated(asked, corpus, index, change):
    answer = asked.ask(COST)
    assert answer.citations[0].document.text  # is in memory, and no proof of what is indexed
    if change == "removed":
        (corpus / "ferry.md").unlink()
    else:
        write(corpus, {"ferry.md": "# The ferry\n\nA ticket for the crossing costs 15 crowns.\n"})
    asked.sync(purge=True)
    with pytest.raises(StaleDocument, match=r"ferry.md was changed or removed since it was cited: ask again"):
        asked.rate(answer, True)
    assert not any(b"12 crowns" in path.read_bytes() for path in index.iterdir())


HOSTILE = "a\nb\r\x1b[31mred\x00 \u202egnp.exe\u2066\u2028 c\ud800 \u0085d\u200b"


def test_a_comment_is_one_harmless_line(asked):
    vote = asked.rate(replace(asked.ask(COST), question=f"why\ud800? {HOSTILE}"), True, HOSTILE)
    assert vote.comment == "a b [31mred gnp.exe c d"
    assert one_line("👩\u200d🔬 می\u200cخواهم") == "👩\u200d🔬 می\u200cخواهم"  # joiners belong to the words
    (head, below) = feedback_lines(asked.feedback())
    for line in (head, below):
        assert line.isprintable()
    long = asked.rate(asked.ask(COST), True, "word " * 1000).comment
    assert len(long) == 500
    assert long.endswith("word…")


@given(st.text(max_size=700))
def test_any_text_becomes_one_line(text):
    line = one_line(text)
    assert line == one_line(line)
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\x1b\x00\u202e\u2066\u2069\u200f\u061c")
    line.encode()


# --- the file ------------------------------------------------------------------------------------


def test_it_survives_a_damaged_database_and_an_index_made_anew(asked, index):
    vote = asked.rate(asked.ask(COST), True)
    (index / "index.sqlite").write_bytes(b"no database at all")
    asked.sync()
    assert asked.feedback() == (vote,)
    for path in index.iterdir():
        if path.name != "feedback.jsonl":
            path.unlink()
    assert asked.feedback()[0].quotes == ()  # nothing is indexed that could hold them
    asked.sync()
    assert asked.feedback() == (vote,)


def test_feedback_before_there_is_an_index_is_none(assistant, index):
    assert assistant.feedback() == ()
    assert not index.exists()


def test_a_line_cut_anywhere_costs_that_vote_alone(asked, index):
    first = asked.rate(asked.ask(COST), True)
    second = asked.ask(WHO)
    asked.rate(second, True, "ünïcödé")
    path = index / "feedback.jsonl"
    whole = path.read_bytes()
    begin = whole.index(b"\n") + 1
    for cut in range(begin + 1, len(whole) - 1, 7):
        path.write_bytes(whole[:cut])
        assert asked.feedback() == (first,)
        assert log(index).tally() == Tally(1, 0, damaged=1)
    again = asked.rate(second, False)
    assert asked.feedback() == (again, first)
    assert log(index).tally() == Tally(1, 1, damaged=1)


@pytest.mark.parametrize(
    "line",
    [b"nonsense", b"\xff\xfe", b"{}", b"[1, 2]", b"null", b"[" * 100_000, b'{"when": 1}', b"\x00" * 50,
     b'"helpful": "yes"', b'"when": NaN', b'"when": 1e300', b'"quotes": [["a", "1", 2, "b"]]',
     b'"question": "\\ud800"', b'"history": [["a"]]'],
)  # fmt: skip
def test_a_damaged_line_is_passed_over_and_counted(asked, index, line):
    vote = asked.rate(asked.ask(COST), True)
    path = index / "feedback.jsonl"
    if line.startswith(b'"'):  # a whole entry but for one field
        good = json.loads(path.read_bytes())
        name = line.split(b'"')[1].decode()
        line = json.dumps({k: v for k, v in good.items() if k != name}).encode()[:-1] + b", " + line + b"}"
        assert name.encode() in line
        if b'\\ud800"' not in line:
            json.loads(line)
    path.write_bytes(line + b"\n" + path.read_bytes() + b"\n")
    assert asked.feedback() == (vote,)
    assert log(index).tally() == Tally(1, 0, damaged=1)


def test_fields_of_a_newer_version_are_ignored(asked, index):
    vote = asked.rate(asked.ask(COST), True)
    path = index / "feedback.jsonl"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"stars": 5}) + "\n")
    assert asked.feedback() == (vote,)


RATE = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from conftest import KeyReader, WordEncoder
from qa import Assistant, Settings
from qa import files as journal

settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))
question = "What does the crossing cost?"
assistant = Assistant(settings, WordEncoder(), KeyReader({question: "12 crowns"}))
answer = assistant.ask(question)
"""
MANY = """
for n in range(int(sys.argv[4])):
    assistant.rate(replace(answer, question=f"{sys.argv[3]} {n}?", understood=""), True, "ä" * 400)
    print(n, flush=True)
"""


def rating(corpus: Path, index: Path, name: str, votes: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", RATE + MANY, corpus, index, name, str(votes)],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(HERE)},
    )  # fmt: skip


def test_two_processes_and_threads_vote_at_once(asked, corpus, index):
    from concurrent.futures import ThreadPoolExecutor

    answer = asked.ask(COST)

    def vote(n: int) -> None:
        asked.rate(replace(answer, question=f"thread {n}?", understood=""), False)

    with rating(corpus, index, "one", 60) as one, rating(corpus, index, "two", 60) as two:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(vote, range(60)))
        assert one.wait(60) == two.wait(60) == 0
    expected = {f"{name} {n}?" for name in ("one", "two", "thread") for n in range(60)}
    assert {v.question for v in asked.feedback()} == expected
    assert log(index).tally() == Tally(120, 60, damaged=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_process_that_is_killed_while_it_votes_loses_at_most_that_vote(asked, corpus, index, seed):
    told = random.Random(seed).randrange(1, 40)
    with rating(corpus, index, "killed", 10_000) as process:
        for n in range(told):
            assert process.stdout.readline() == f"{n}\n"
        process.send_signal(signal.SIGKILL)
    kept = {v.question for v in asked.feedback()}
    assert {f"killed {n}?" for n in range(told)} <= kept
    vote = asked.rate(asked.ask(COST), True)
    assert asked.feedback()[0] == vote
    assert len(asked.feedback()) == len(kept) + 1


FULL = """
import resource
append = journal.Journal.append

def append_to_a_full_disk(self, line):
    size = self.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, size + 40))
    append(self, line)

journal.Journal.append = append_to_a_full_disk
"""


def test_a_disk_that_is_full_costs_that_vote_and_leaves_no_half_of_it(asked, corpus, index):
    vote = asked.rate(asked.ask(WHO), True)
    done = python(RATE + FULL + "assistant.rate(answer, True)", corpus, index)
    assert f"IndexUnwritable: cannot write {index / 'feedback.jsonl'} (No space left" in done.stderr
    assert asked.feedback() == (vote,)
    assert log(index).tally() == Tally(1, 0, damaged=0)


def test_a_process_that_dies_in_the_middle_of_a_write_loses_that_vote(asked, corpus, index):
    vote = asked.rate(asked.ask(WHO), True)
    dies = "journal.suppress = lambda _: os._exit(9)\nassistant.rate(answer, True)"  # half of it is written
    assert python(RATE + FULL + dies, corpus, index).returncode == 9
    assert len(lines(index)) == 2
    assert asked.feedback() == (vote,)
    again = asked.rate(asked.ask(COST), True)
    assert asked.feedback() == (again, vote)
    assert log(index).tally() == Tally(2, 0, damaged=1)


def test_who_holds_the_lock_for_too_long_is_named(asked, index, monkeypatch):
    monkeypatch.setattr("qa.files.PATIENCE", 0.05)
    answer = asked.ask(COST)
    with log(index)._journal.locked(), pytest.raises(IndexBusy, match="try again"):
        asked.rate(answer, True)
    asked.rate(answer, True)


def test_an_index_that_cannot_be_written_is_one_clear_line(assistant, index):
    index.write_text("a file where the folder should be")
    with pytest.raises(IndexUnwritable, match="cannot write"):
        assistant.rate(assistant.ask("Who?"), True)
    assert assistant.feedback() == ()


# --- what is left of it when documents change ----------------------------------------------------


def test_quotes_of_a_removed_document_are_not_shown(asked, corpus, index):
    asked.rate(asked.ask(COST), True, "good")
    (corpus / "ferry.md").unlink()
    asked.sync()
    (left,) = asked.feedback()
    assert (left.question, left.comment, left.helpful, left.redacted) == (COST, "good", True, True)
    assert (left.value, left.quotes) == ("", ())
    write(corpus, {"ferry.md": f"# The ferry\n\n{COSTS}\n"})
    asked.sync()
    (back,) = asked.feedback()  # no purge: it was only not shown
    assert (back.value, back.quotes[0].quote, back.redacted) == ("12 crowns", COSTS, False)


def test_a_quote_is_found_again_where_it_was_moved_to(asked, corpus):
    asked.rate(asked.ask(COST), True)
    (corpus / "ferry.md").rename(corpus / "valley" / "boats.md")
    asked.sync(purge=True)
    (left,) = asked.feedback()
    assert (left.quotes[0].document, left.value, left.redacted) == ("valley/boats.md", "12 crowns", False)
    write(corpus, {"valley/boats.md": f"# Boats\n\nThere are several. {COSTS}\n"})
    asked.sync()
    (left,) = asked.feedback()
    (document,) = (d for d in asked.documents() if d.path == "valley/boats.md")
    assert document.text[left.quotes[0].start : left.quotes[0].end] == left.quotes[0].quote == COSTS


PASTED = "it should quote that the town rebuilt it within two years"


@pytest.mark.parametrize("how", ["comment", "question", "comment on another answer", "history"])
def test_what_people_paste_of_a_document_goes_with_it(asked, corpus, index, how):
    answer = asked.ask(COST)  # cites another document
    if how == "question":
        asked.rate(replace(answer, question=PASTED, understood=PASTED), True)
    elif how == "history":
        asked.rate(replace(answer, understood="other"), True, history=[(PASTED, f"{COSTS} [1]")])
    elif how == "comment":
        asked.rate(answer, True, PASTED)
    else:
        asked.rate(asked.ask(WHO), True)
        asked.rate(answer, False, f"better: {BUILT.lower()}")
    assert not any(vote.redacted for vote in asked.feedback())
    (corpus / "bridge.txt").unlink()
    asked.sync()
    for purged in (False, True):
        if purged:
            assert asked.sync(purge=True).purged.feedback == (2 if "another" in how else 1)
        left = asked.feedback()[0]
        assert left.redacted
        assert left.value == "12 crowns"  # what is still there stays
        assert not {"rebuilt", "mason"} & set(str(left).lower().split())
    assert not any(b"rebuilt it" in path.read_bytes() for path in index.iterdir())
    assert asked.sync(purge=True).purged.feedback == 0


def test_words_of_ones_own_stay(asked, corpus):
    asked.rate(asked.ask(COST), False, "the crossing costs more than that, ask at the quay")
    (corpus / "ferry.md").unlink()
    asked.sync(purge=True)
    (left,) = asked.feedback()
    assert left.question == COST
    assert left.comment == "the crossing costs more than that, ask at the quay"


def test_two_votes_that_lost_their_quotes_stay_two(asked, corpus):
    answer = asked.ask(COST)
    asked.rate(replace(answer, question="cost?", understood=""), True)
    other = asked.ask("How many passengers does the ferry carry?", threshold=0)
    asked.rate(replace(other, question="cost?", understood=""), False)
    (corpus / "ferry.md").unlink()
    asked.sync(purge=True)
    assert [v.helpful for v in asked.feedback()] == [False, True]


def test_an_earlier_answer_that_is_gone_takes_what_was_understood_by_it_along(asked, corpus, index):
    history = [(WHO, f"**Anders Lund**\n\n{BUILT} [1]")]
    answer = replace(asked.ask(COST), question="And him?", understood="What did Anders Lund cost?")
    asked.rate(answer, True, history=history)
    (corpus / "bridge.txt").unlink()
    asked.sync(purge=True)
    (left,) = asked.feedback()
    assert (left.question, left.history, left.understood) == ("And him?", ((WHO, ""),), "")
    assert left.quotes
    assert not any(b"Anders Lund" in path.read_bytes() for path in index.iterdir())
    late = asked.rate(answer, True, history=history)  # from a page that still shows the old turns
    assert (late.history, late.understood) == (((WHO, ""),), "")
    assert not any(b"Anders Lund" in path.read_bytes() for path in index.iterdir())


# --- as questions --------------------------------------------------------------------------------


def exported(assistant: Assistant, path: Path) -> list[dict]:
    assert export(assistant.feedback(), path) == path.read_bytes().count(b"\n")
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_each_verdict_becomes_a_question_that_says_what_is_known(asked, tmp_path):
    asked.rate(asked.ask(COST), True, "yes")
    asked.rate(asked.ask(WHO), False, "wrong bridge")
    asked.rate(asked.ask(ABSENT), True)
    asked.rate(asked.ask("Which vitamins are in spinach?"), False)
    quoted = {"document": "bridge.txt", "contains": [BUILT]}
    assert exported(asked, tmp_path / "out.jsonl") == [
        {"question": COST, "answers": ["12 crowns"], "comment": "yes",
         "evidence": [{"document": "ferry.md", "contains": [COSTS]}]},
        {"question": WHO, "rejected": [quoted], "comment": "wrong bridge"},
        {"question": ABSENT, "answerable": False},
        {"question": "Which vitamins are in spinach?"},
    ]  # fmt: skip


def test_the_questions_measure_what_was_said(asked, tmp_path):
    history = [(WHO, f"**Anders Lund**\n\n{BUILT} [1]")]
    asked.rate(asked.ask(COST), True)
    asked.rate(asked.ask(WHO), False)
    asked.rate(asked.ask(ABSENT), True)
    asked.rate(asked.ask(WHEN, history), False, history=history)
    exported(asked, tmp_path / "out.jsonl")
    conversations = load(tmp_path / "out.jsonl").conversations
    assert conversations[-1][0].history == tuple(history)
    outcomes = evaluate(asked, conversations)
    found = figures(outcomes)
    assert (found["right"], found["exact match"], found["refusal recall"]) == (1.0, 1.0, 1.0)
    assert found["rejected, given again"] == 1.0
    assert outcomes[-1].answer.understood == asked.feedback()[0].understood


def test_what_nothing_is_known_of_any_more_is_not_asked(asked, corpus, tmp_path):
    asked.rate(asked.ask(COST), True)
    (corpus / "ferry.md").unlink()
    asked.sync()
    with pytest.raises(QuestionsError, match="is not in the documents any more"):
        export(asked.feedback(), tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
    asked.rate(asked.ask(WHO), True)
    assert [q["question"] for q in exported(asked, tmp_path / "out.jsonl")] == [WHO]


def test_odd_ends_of_lines_within_a_question_are_read_back(asked, tmp_path):
    odd = "What\u2028 does\x85 the\x0b crossing\r\n cost?"
    asked.rate(replace(asked.ask(COST), question=odd, understood=""), True)
    exported(asked, tmp_path / "out.jsonl")
    ((question,),) = load(tmp_path / "out.jsonl").conversations
    assert question.text == odd


def test_a_long_value_is_no_short_answer(asked, tmp_path):
    (document,) = asked.documents()[1:2]
    assert isinstance(document, Document)
    hit = asked.search("ferry ticket crossing", k=1)[0]
    citation = Citation(
        1, hit.document, start := hit.document.text.index(COSTS), start + len(COSTS), COSTS, hit.passage
    )
    answer = Answer("And?", f"{COSTS} [1]", True, 0.9, (Claim(COSTS, (citation,)),), (citation,), (hit,))
    asked.rate(answer, True)
    assert "answers" not in exported(asked, tmp_path / "out.jsonl")[0]
