"""Votes on answers: kept through crashes, listed, redacted, and exported as questions."""

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

from qa.answers.history import earlier_turns
from qa.assistant import Assistant
from qa.cli.output import feedback_lines
from qa.errors import CitationError, IndexBusy, IndexUnwritable, QuestionsError, StaleDocument
from qa.evaluation.measures import evaluate, figures
from qa.evaluation.question_sets import load
from qa.feedback.export import export
from qa.feedback.log import FeedbackLog, Tally, needed
from qa.index.local.store import LocalStore
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
def informed(assistant) -> Assistant:
    """An assistant over the small corpus that knows two answers by heart."""
    informed = Assistant(assistant.settings, assistant._encoder, READER)
    informed.sync()
    return informed


def log(index: Path) -> FeedbackLog:
    return FeedbackLog(LocalStore(index))


def lines(index: Path) -> list[bytes]:
    return (index / "feedback.jsonl").read_bytes().splitlines()


# --- a vote --------------------------------------------------------------------------------------


def test_a_vote_contains_the_question_and_the_quotes(informed):
    answer = informed.ask(COST)
    vote = informed.rate(answer, True, "just so")
    assert informed.feedback() == (vote,)
    assert (vote.question, vote.understood, vote.history) == (COST, COST, ())
    assert (vote.helpful, vote.answered, vote.comment, vote.value) == (True, True, "just so", "12 crowns")
    ((path, start, end, quote),) = vote.quotes
    (document,) = (d for d in informed.documents() if d.path == path)
    assert document.text[start:end] == quote == COSTS
    assert not vote.redacted


def test_a_refusal_can_be_rated(informed):
    vote = informed.rate(informed.ask(ABSENT), False, "it should know")
    assert (vote.answered, vote.value, vote.quotes) == (False, "", ())


def test_a_second_vote_on_an_answer_replaces_the_first(informed, index):
    first = informed.ask(COST)
    informed.rate(first, True)
    informed.rate(informed.ask(WHO), True)
    informed.rate(first, False, "on second thoughts")
    assert [(v.question, v.helpful) for v in informed.feedback()] == [(COST, False), (WHO, True)]
    assert log(index).tally() == Tally(helpful=1, not_helpful=1, damaged=0)
    assert len(lines(index)) == 3  # nothing is rewritten


def test_the_same_question_with_another_answer_is_another_vote(informed, corpus):
    informed.rate(informed.ask(COST), True)
    (corpus / "ferry.md").unlink()
    informed.sync()
    informed.rate(informed.ask(COST), False)
    assert [(v.helpful, v.answered) for v in informed.feedback()] == [(False, False), (True, True)]


def test_a_follow_up_keeps_the_turns_that_it_was_understood_from(informed):
    history = [(COST, f"**12 crowns**\n\n{COSTS} [1]"), (WHO, f"**Anders Lund**\n\n{BUILT} [1]")]
    answer = informed.ask(WHEN, history, threshold=0)
    vote = informed.rate(answer, False, history=history)
    assert vote.understood == answer.understood != WHEN
    assert vote.history == (history[1],)
    alone = informed.rate(informed.ask(WHO, history), True, history=history)
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
def test_the_kept_part_of_a_history_is_all_that_a_follow_up_needs(informed, question, answer):
    history = [("Who built the bridge at Osk?", ANSWERS[0]), ("How much honey does Norway sell?", answer)]
    history += [("And to whom?", ANSWERS[3])]
    kept = needed(history)
    assert len(kept) == 2
    for part, whole in ((kept, history), (kept[:1], history[:2])):
        expected = interpretations(question, earlier_turns(whole))
        assert interpretations(question, earlier_turns(part)) == expected
    assert "Herald" not in str(kept)
    assert "You could ask" not in str(kept)


def test_an_answer_with_a_forged_quote_cannot_be_rated(informed, index):
    answer = informed.ask(COST)
    forged = tuple(replace(c, quote="A ticket costs nothing.") for c in answer.citations)
    with pytest.raises(CitationError):
        informed.rate(replace(answer, citations=forged), True)
    assert log(index).tally() == Tally(0, 0, 0)


@pytest.mark.parametrize("change", ["removed", "edited"])
def test_an_answer_that_has_outlived_its_document_cannot_be_rated(informed, corpus, index, change):
    answer = informed.ask(COST)
    assert answer.citations[0].document.text  # in memory now, which does not prove that it is indexed
    if change == "removed":
        (corpus / "ferry.md").unlink()
    else:
        write(corpus, {"ferry.md": "# The ferry\n\nA ticket for the crossing costs 15 crowns.\n"})
    informed.sync(purge=True)
    with pytest.raises(StaleDocument, match=r"ferry.md has changed since it was cited\. Ask again"):
        informed.rate(answer, True)
    assert not any(b"12 crowns" in path.read_bytes() for path in index.iterdir())


HOSTILE = "a\nb\r\x1b[31mred\x00 \u202egnp.exe\u2066\u2028 c\ud800 \u0085d\u200b"


def test_a_comment_is_one_harmless_line(informed):
    vote = informed.rate(replace(informed.ask(COST), question=f"why\ud800? {HOSTILE}"), True, HOSTILE)
    assert vote.comment == "a b [31mred gnp.exe c d"
    assert one_line("👩\u200d🔬 می\u200cخواهم") == "👩\u200d🔬 می\u200cخواهم"  # joiners are part of the words
    (head, below) = feedback_lines(informed.feedback())
    for line in (head, below):
        assert line.isprintable()
    long = informed.rate(informed.ask(COST), True, "word " * 1000).comment
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


def test_it_survives_a_damaged_database_and_a_rebuilt_index(informed, index):
    vote = informed.rate(informed.ask(COST), True)
    (index / "index.sqlite").write_bytes(b"no database at all")
    informed.sync()
    assert informed.feedback() == (vote,)
    for path in index.iterdir():
        if path.name != "feedback.jsonl":
            path.unlink()
    assert informed.feedback()[0].quotes == ()  # nothing is indexed that could contain them
    informed.sync()
    assert informed.feedback() == (vote,)


def test_without_an_index_there_is_no_feedback(assistant, index):
    assert assistant.feedback() == ()
    assert not index.exists()


def test_a_line_cut_short_anywhere_loses_only_that_vote(informed, index):
    first = informed.rate(informed.ask(COST), True)
    second = informed.ask(WHO)
    informed.rate(second, True, "ünïcödé")
    path = index / "feedback.jsonl"
    whole = path.read_bytes()
    begin = whole.index(b"\n") + 1
    for cut in range(begin + 1, len(whole) - 1, 7):
        path.write_bytes(whole[:cut])
        assert informed.feedback() == (first,)
        assert log(index).tally() == Tally(1, 0, damaged=1)
    again = informed.rate(second, False)
    assert informed.feedback() == (again, first)
    assert log(index).tally() == Tally(1, 1, damaged=1)


@pytest.mark.parametrize(
    "line",
    [b"nonsense", b"\xff\xfe", b"{}", b"[1, 2]", b"null", b"[" * 100_000, b'{"when": 1}', b"\x00" * 50,
     b'"helpful": "yes"', b'"when": NaN', b'"when": 1e300', b'"quotes": [["a", "1", 2, "b"]]',
     b'"question": "\\ud800"', b'"history": [["a"]]'],
)  # fmt: skip
def test_a_damaged_line_is_skipped_and_counted(informed, index, line):
    vote = informed.rate(informed.ask(COST), True)
    path = index / "feedback.jsonl"
    if line.startswith(b'"'):  # an entry that is valid except for one field
        good = json.loads(path.read_bytes())
        name = line.split(b'"')[1].decode()
        line = json.dumps({k: v for k, v in good.items() if k != name}).encode()[:-1] + b", " + line + b"}"
        assert name.encode() in line
        if b'\\ud800"' not in line:
            json.loads(line)
    path.write_bytes(line + b"\n" + path.read_bytes() + b"\n")
    assert informed.feedback() == (vote,)
    assert log(index).tally() == Tally(1, 0, damaged=1)


def test_fields_of_a_newer_version_are_ignored(informed, index):
    vote = informed.rate(informed.ask(COST), True)
    path = index / "feedback.jsonl"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"stars": 5}) + "\n")
    assert informed.feedback() == (vote,)


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


@pytest.mark.slow
def test_two_processes_and_threads_vote_at_once(informed, corpus, index):
    from concurrent.futures import ThreadPoolExecutor

    answer = informed.ask(COST)

    def vote(n: int) -> None:
        informed.rate(replace(answer, question=f"thread {n}?", understood=""), False)

    with rating(corpus, index, "one", 60) as one, rating(corpus, index, "two", 60) as two:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(vote, range(60)))
        assert one.wait(60) == two.wait(60) == 0
    expected = {f"{name} {n}?" for name in ("one", "two", "thread") for n in range(60)}
    assert {v.question for v in informed.feedback()} == expected
    assert log(index).tally() == Tally(120, 60, damaged=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_process_killed_while_it_votes_loses_at_most_that_vote(informed, corpus, index, seed):
    confirmed = random.Random(seed).randrange(1, 40)
    with rating(corpus, index, "killed", 10_000) as process:
        for n in range(confirmed):
            assert process.stdout.readline() == f"{n}\n"
        process.send_signal(signal.SIGKILL)
    kept = {v.question for v in informed.feedback()}
    assert {f"killed {n}?" for n in range(confirmed)} <= kept
    vote = informed.rate(informed.ask(COST), True)
    assert informed.feedback()[0] == vote
    assert len(informed.feedback()) == len(kept) + 1


FULL = """
import resource
append = journal.Journal.append

def append_to_a_full_disk(self, line):
    size = self.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, size + 40))
    append(self, line)

journal.Journal.append = append_to_a_full_disk
"""


def test_a_full_disk_loses_that_vote_and_leaves_no_half_of_it(informed, corpus, index):
    vote = informed.rate(informed.ask(WHO), True)
    done = python(RATE + FULL + "assistant.rate(answer, True)", corpus, index)
    assert f"IndexUnwritable: cannot write {index / 'feedback.jsonl'} (No space left" in done.stderr
    assert informed.feedback() == (vote,)
    assert log(index).tally() == Tally(1, 0, damaged=0)


def test_a_process_that_dies_in_the_middle_of_a_write_loses_that_vote(informed, corpus, index):
    vote = informed.rate(informed.ask(WHO), True)
    dies = "journal.suppress = lambda _: os._exit(9)\nassistant.rate(answer, True)"  # half of it is written
    assert python(RATE + FULL + dies, corpus, index).returncode == 9
    assert len(lines(index)) == 2
    assert informed.feedback() == (vote,)
    again = informed.rate(informed.ask(COST), True)
    assert informed.feedback() == (again, vote)
    assert log(index).tally() == Tally(2, 0, damaged=1)


def test_a_lock_that_is_held_for_too_long_is_an_error(informed, index, monkeypatch):
    monkeypatch.setattr("qa.files.PATIENCE", 0.05)
    answer = informed.ask(COST)
    with log(index)._journal.locked(), pytest.raises(IndexBusy, match="Try again"):
        informed.rate(answer, True)
    informed.rate(answer, True)


def test_an_index_that_cannot_be_written_is_an_error(assistant, index):
    index.write_text("a file where the folder should be")
    with pytest.raises(IndexUnwritable, match="cannot write"):
        assistant.rate(assistant.ask("Who?"), True)
    assert assistant.feedback() == ()


# --- redaction when documents change -------------------------------------------------------------


def test_quotes_from_a_removed_document_are_not_shown(informed, corpus, index):
    informed.rate(informed.ask(COST), True, "good")
    (corpus / "ferry.md").unlink()
    informed.sync()
    (left,) = informed.feedback()
    assert (left.question, left.comment, left.helpful, left.redacted) == (COST, "good", True, True)
    assert (left.value, left.quotes) == ("", ())
    write(corpus, {"ferry.md": f"# The ferry\n\n{COSTS}\n"})
    informed.sync()
    (back,) = informed.feedback()  # without a purge it was only hidden
    assert (back.value, back.quotes[0].quote, back.redacted) == ("12 crowns", COSTS, False)


def test_a_quote_that_has_moved_is_found_again(informed, corpus):
    informed.rate(informed.ask(COST), True)
    (corpus / "ferry.md").rename(corpus / "valley" / "boats.md")
    informed.sync(purge=True)
    (left,) = informed.feedback()
    assert (left.quotes[0].document, left.value, left.redacted) == ("valley/boats.md", "12 crowns", False)
    write(corpus, {"valley/boats.md": f"# Boats\n\nThere are several. {COSTS}\n"})
    informed.sync()
    (left,) = informed.feedback()
    (document,) = (d for d in informed.documents() if d.path == "valley/boats.md")
    assert document.text[left.quotes[0].start : left.quotes[0].end] == left.quotes[0].quote == COSTS


PASTED = "it should quote that the town rebuilt it within two years"


@pytest.mark.parametrize("how", ["comment", "question", "comment on another answer", "history"])
def test_text_pasted_from_a_document_disappears_with_it(informed, corpus, index, how):
    answer = informed.ask(COST)  # cites another document
    if how == "question":
        informed.rate(replace(answer, question=PASTED, understood=PASTED), True)
    elif how == "history":
        informed.rate(replace(answer, understood="other"), True, history=[(PASTED, f"{COSTS} [1]")])
    elif how == "comment":
        informed.rate(answer, True, PASTED)
    else:
        informed.rate(informed.ask(WHO), True)
        informed.rate(answer, False, f"better: {BUILT.lower()}")
    assert not any(vote.redacted for vote in informed.feedback())
    (corpus / "bridge.txt").unlink()
    informed.sync()
    for purged in (False, True):
        if purged:
            assert informed.sync(purge=True).purged.feedback == (2 if "another" in how else 1)
        left = informed.feedback()[0]
        assert left.redacted
        assert left.value == "12 crowns"  # text that is still in the documents stays
        assert not {"rebuilt", "mason"} & set(str(left).lower().split())
    assert not any(b"rebuilt it" in path.read_bytes() for path in index.iterdir())
    assert informed.sync(purge=True).purged.feedback == 0


def test_a_users_own_words_stay(informed, corpus):
    informed.rate(informed.ask(COST), False, "the crossing costs more than that, ask at the quay")
    (corpus / "ferry.md").unlink()
    informed.sync(purge=True)
    (left,) = informed.feedback()
    assert left.question == COST
    assert left.comment == "the crossing costs more than that, ask at the quay"


def test_two_votes_without_their_quotes_remain_two(informed, corpus):
    answer = informed.ask(COST)
    informed.rate(replace(answer, question="cost?", understood=""), True)
    other = informed.ask("How many passengers does the ferry carry?", threshold=0)
    informed.rate(replace(other, question="cost?", understood=""), False)
    (corpus / "ferry.md").unlink()
    informed.sync(purge=True)
    assert [v.helpful for v in informed.feedback()] == [False, True]


def test_an_earlier_answer_that_is_gone_takes_the_understood_question_with_it(informed, corpus, index):
    history = [(WHO, f"**Anders Lund**\n\n{BUILT} [1]")]
    answer = replace(informed.ask(COST), question="And him?", understood="What did Anders Lund cost?")
    informed.rate(answer, True, history=history)
    (corpus / "bridge.txt").unlink()
    informed.sync(purge=True)
    (left,) = informed.feedback()
    assert (left.question, left.history, left.understood) == ("And him?", ((WHO, ""),), "")
    assert left.quotes
    assert not any(b"Anders Lund" in path.read_bytes() for path in index.iterdir())
    late = informed.rate(answer, True, history=history)  # from a page that still shows the old turns
    assert (late.history, late.understood) == (((WHO, ""),), "")
    assert not any(b"Anders Lund" in path.read_bytes() for path in index.iterdir())


# --- exporting questions -------------------------------------------------------------------------


def export_lines(assistant: Assistant, path: Path) -> list[dict]:
    assert export(assistant.feedback(), path) == path.read_bytes().count(b"\n")
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_each_vote_becomes_a_question_with_what_is_known_about_it(informed, tmp_path):
    informed.rate(informed.ask(COST), True, "yes")
    informed.rate(informed.ask(WHO), False, "wrong bridge")
    informed.rate(informed.ask(ABSENT), True)
    informed.rate(informed.ask("Which vitamins are in spinach?"), False)
    quoted = {"document": "bridge.txt", "contains": [BUILT]}
    assert export_lines(informed, tmp_path / "out.jsonl") == [
        {"question": COST, "answers": ["12 crowns"], "comment": "yes",
         "evidence": [{"document": "ferry.md", "contains": [COSTS]}]},
        {"question": WHO, "rejected": [quoted], "comment": "wrong bridge"},
        {"question": ABSENT, "answerable": False},
        {"question": "Which vitamins are in spinach?"},
    ]  # fmt: skip


def test_the_exported_questions_can_be_evaluated(informed, tmp_path):
    history = [(WHO, f"**Anders Lund**\n\n{BUILT} [1]")]
    informed.rate(informed.ask(COST), True)
    informed.rate(informed.ask(WHO), False)
    informed.rate(informed.ask(ABSENT), True)
    informed.rate(informed.ask(WHEN, history), False, history=history)
    export_lines(informed, tmp_path / "out.jsonl")
    conversations = load(tmp_path / "out.jsonl").conversations
    assert conversations[-1][0].history == tuple(history)
    outcomes = evaluate(informed, conversations)
    values = figures(outcomes)
    assert (values["right"], values["exact match"], values["refusal recall"]) == (1.0, 1.0, 1.0)
    assert values["rejected, given again"] == 1.0
    assert outcomes[-1].answer.understood == informed.feedback()[0].understood


def test_a_vote_that_says_nothing_any_longer_is_not_exported(informed, corpus, tmp_path):
    informed.rate(informed.ask(COST), True)
    (corpus / "ferry.md").unlink()
    informed.sync()
    with pytest.raises(QuestionsError, match="the documents no longer contain"):
        export(informed.feedback(), tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
    informed.rate(informed.ask(WHO), True)
    assert [q["question"] for q in export_lines(informed, tmp_path / "out.jsonl")] == [WHO]


def test_unusual_line_ends_within_a_question_are_read_back(informed, tmp_path):
    odd = "What\u2028 does\x85 the\x0b crossing\r\n cost?"
    informed.rate(replace(informed.ask(COST), question=odd, understood=""), True)
    export_lines(informed, tmp_path / "out.jsonl")
    ((question,),) = load(tmp_path / "out.jsonl").conversations
    assert question.text == odd


def test_a_long_value_is_not_a_short_answer(informed, tmp_path):
    (document,) = informed.documents()[1:2]
    assert isinstance(document, Document)
    hit = informed.search("ferry ticket crossing", k=1)[0]
    start = hit.document.text.index(COSTS)
    citation = Citation(
        number=1,
        document=hit.document,
        start=start,
        end=start + len(COSTS),
        quote=COSTS,
        passage=hit.passage,
    )
    answer = Answer(
        question="And?",
        text=f"{COSTS} [1]",
        answered=True,
        confidence=0.9,
        claims=(Claim(COSTS, (citation,)),),
        citations=(citation,),
        nearest=(hit,),
    )
    informed.rate(answer, True)
    assert "answers" not in export_lines(informed, tmp_path / "out.jsonl")[0]
