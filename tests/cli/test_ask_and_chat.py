"""`qa ask` and `qa chat`: what is asked, of which documents, and how the answers look in a terminal."""

import io
import json
import os
import re
import select
import sys
import time

import pytest
from conftest import KeyReader, WordEncoder

from qa.assistant import Assistant
from qa.cli.commands import main
from qa.errors import IndexStale

TICKET, BRIDGE = "What does a ticket for the crossing cost?", "Who finished the stone bridge?"
KNOWN = {TICKET: "12 crowns", BRIDGE: "Anders Lund", "When was the stone bridge finished?": "1874"}
ESC = "\x1b"


@pytest.fixture
def terminal(synced, corpus, index, monkeypatch):
    """The small corpus, asked with a reader that knows some answers, by whoever sits at a terminal."""

    def opened(_, corpus, index, settings):
        return Assistant(settings, WordEncoder(), KeyReader(KNOWN))

    monkeypatch.setattr(Assistant, "open", classmethod(opened))
    monkeypatch.setenv("QA_CORPUS", str(corpus))
    monkeypatch.setenv("QA_INDEX", str(index))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("qa.cli.terminal.is_terminal", lambda stream: stream is sys.stdout)


@pytest.fixture
def piped(terminal, monkeypatch):
    """The same in a pipe."""
    monkeypatch.setattr("qa.cli.terminal.is_terminal", lambda _: False)


def run(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[int, str, str]:
    code = main(typed)
    return code, *capsys.readouterr()


# --- how it looks --------------------------------------------------------------------------------


def test_a_terminal_gets_bold_and_colour_in_lines_of_its_width(terminal, capsys):
    _, out, _ = run(capsys, "ask", *TICKET.split())
    bare = re.sub(rf"{ESC}\[[0-9;]*m", "", out)
    assert out.startswith(f"{ESC}[1m12 crowns{ESC}[0m\n\n")
    assert f"costs 12 crowns.{ESC}[36m [1]{ESC}[0m\n" in out
    assert f"\n{ESC}[36m[1]{ESC}[0m The ferry to Tolvane\n{ESC}[2m    ferry.md, characters " in out
    assert max(map(len, bare.splitlines())) <= 60


def test_a_pipe_gets_neither(piped, capsys):
    _, out, _ = run(capsys, "ask", TICKET)
    assert out.startswith("12 crowns\n\nA ticket for the crossing costs 12 crowns. [1]\n\n[1] The ferry")
    assert ESC not in out


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_nobody_who_wants_no_colour_gets_any(terminal, capsys, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    for command in (["ask", TICKET], ["ask", "Who won the cup?", "--why"], ["search", "ferry"]):
        assert ESC not in run(capsys, *command)[1]


def test_json_is_never_coloured(terminal, capsys):
    assert json.loads(run(capsys, "ask", TICKET, "--json")[1])["answered"]


def test_no_mark_in_a_quote_is_taken_for_a_number_of_ours(terminal, corpus, synced, capsys):
    (corpus / "notes.txt").write_text("The toll [1] of the causeway is 9 crowns [7], and rises each year.")
    synced.sync()
    _, out, _ = run(capsys, "ask", "What is the toll of the causeway?", "--threshold", "0")
    assert re.findall(rf"{ESC}\[36m ?(\[\d\]){ESC}", out)[0] == "[1]"
    assert f"{ESC}[36m [7]" not in out


# --- options -------------------------------------------------------------------------------------


def test_why_says_how_an_answer_was_found(piped, capsys):
    _, out, _ = run(capsys, "ask", TICKET, "--why")
    why = out.split("\n\nHow this was found\n")[1].splitlines()
    assert re.fullmatch(r"  You asked for .+\. Confidence [01]\.\d\d \(answers need 0\.\d\d\)\.", why[0])
    assert re.match(r"  Searched \d passages for: .*crossing \(1\)", why[1])
    assert why[2] == "  Passages considered, best first:"
    assert why[3] == "    1. The ferry to Tolvane (ferry.md), best match “12 crowns”"
    assert re.fullmatch(r"  Took \d+\.\d s\.", why[-1])
    assert len(why) <= 8


def test_why_is_said_of_a_refusal_and_in_json(piped, capsys):
    assert "\nHow this was found\n" in run(capsys, "ask", "Who won the cup?", "--why")[1]
    assert "trace" not in json.loads(run(capsys, "ask", TICKET, "--json")[1])
    assert json.loads(run(capsys, "ask", TICKET, "--json", "--why")[1])["trace"]["considered"]


def test_of_what_is_no_answer_to_a_question_no_details_are_made_up(piped, capsys):
    assert run(capsys, "ask", "Thanks!", "--why")[1].endswith("\n  No details were kept for this answer.\n")


def test_documents_limit_what_is_asked(piped, capsys):
    assert "12 crowns" in run(capsys, "ask", TICKET, "--documents", "*.md")[1]
    code, out, _ = run(capsys, "ask", TICKET, "--documents", "valley", "bridge.txt")
    assert (code, "12 crowns" in out) == (0, False)
    assert "ferry" not in out.split("Closest passages")[1].lower()


def test_a_pattern_without_a_document_is_said_and_stops_nothing_unless_it_is_alone(piped, capsys):
    code, out, err = run(capsys, "ask", TICKET, "--documents", "ferry.md", "goats\x1b.md")
    assert (code, err) == (0, "qa: no document matches goats\\x1b.md\n")
    assert "12 crowns" in out
    code, out, err = run(capsys, "ask", TICKET, "--documents", "goats.md")
    assert (code, out) == (1, "")
    there = "bridge.txt, ferry.md, valley/bees.md"
    assert err == f"qa: no document matches goats.md. There are 3 documents: {there}\n"


def test_documents_are_chosen_by_author_and_date(piped, capsys):
    code, out, err = run(capsys, "ask", TICKET, "--author", "solheug", "--author", "Ida", "--until", "2021")
    assert (code, err, "12 crowns" in out) == (0, "", False)
    assert "12 crowns" in run(capsys, "ask", TICKET, "--since", "2022", "--documents", "*.md")[1]
    code, out, err = run(capsys, "ask", TICKET, "--author", "Ida", "--author", "Odd", "--since", "2022")
    assert (code, out) == (1, "")
    assert err.startswith("qa: no document is of author Ida or Odd, since 2022. Run qa status ")


def test_a_threshold_of_one_refuses_and_of_zero_answers(piped, capsys):
    assert run(capsys, "ask", TICKET, "--threshold", "1")[1].startswith("I couldn't find an answer")
    assert "Weak match" in run(capsys, "ask", "Who counted the arches?", "--threshold", "0")[1]


def test_a_question_that_is_missing_is_asked_for(piped, capsys):
    hint = "as in qa ask who paid for the bridge\n"
    assert run(capsys, "ask") == (1, "", f"qa: there is no question. Type it, {hint}")
    code, _, err = run(capsys, "ask", "--documents", "ferry.md", "what", "is", "it")
    assert (code, err) == (1, f"qa: there is no question. Type it before --documents, {hint}")


# --- one question after another ------------------------------------------------------------------


def chat(capsys, monkeypatch, typed: str, *options: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return run(capsys, "chat", *options)


def test_questions_from_a_pipe_are_answered_in_turn(piped, capsys, monkeypatch):
    code, out, err = chat(capsys, monkeypatch, f"{TICKET}\n\n   \n{BRIDGE}")
    assert (code, err) == (0, "")
    first, second = out.split("> ")[1:]
    assert first.startswith(f"{TICKET}\n12 crowns\n\n")
    assert first.endswith(")\n\n")
    assert second.startswith(f"{BRIDGE}\nAnders Lund\n\n")


def test_a_follow_up_is_understood(piped, capsys, monkeypatch):
    _, out, _ = chat(capsys, monkeypatch, f"{BRIDGE}\nWhen was it finished?\n")
    assert "\n> When was it finished?\nUnderstood as “When was the stone bridge finished?”\n\n1874\n" in out


def test_what_cannot_be_asked_stops_nothing(piped, capsys, monkeypatch):
    code, out, err = chat(capsys, monkeypatch, f"?!\n{TICKET}\n")
    assert (code, err) == (0, "qa: the question has no words. Type it in words\n")
    assert "12 crowns" in out


def test_the_options_of_a_question_hold_for_all(piped, capsys, monkeypatch):
    _, out, _ = chat(capsys, monkeypatch, f"{TICKET}\n{BRIDGE}\n", "--documents", "bridge.txt", "--why")
    assert "12 crowns" not in out
    assert "Anders Lund" in out
    assert out.count("\nHow this was found\n") == 2


def test_ctrl_c_stops_a_question_and_not_the_chat(piped, capsys, monkeypatch):
    waits = []

    def interrupted(futures, timeout):
        waits.append(timeout)
        if len(waits) == 1:
            raise KeyboardInterrupt
        return wait(futures, timeout)

    from qa.cli.chat import wait

    monkeypatch.setattr("qa.cli.chat.wait", interrupted)
    code, out, err = chat(capsys, monkeypatch, f"{TICKET}\n{BRIDGE}\n")
    assert (code, err) == (0, "\nStopped.\n")
    assert "12 crowns" not in out
    assert "Anders Lund" in out


def test_an_index_that_is_gone_stale_while_chatting_is_told_with_the_whole_command(
    piped, corpus, capsys, monkeypatch
):
    def stale(*_):
        raise IndexStale("the index was made with another version. Run qa sync")

    monkeypatch.setattr(Assistant, "ask", stale)
    _, _, err = chat(capsys, monkeypatch, TICKET, "--index", "mine")
    assert err == "qa: nothing is indexed yet. Run qa sync --index mine\n"
    _, _, err = chat(capsys, monkeypatch, TICKET)
    assert err == "qa: the index was made with another version. Run qa sync\n"


def test_no_input_at_all_ends_at_once(piped, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert run(capsys, "chat") == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_a_conversation_at_a_terminal(synced, corpus, tmp_path):
    """In a terminal, with the real models: editing, history, Ctrl-C at the prompt, Ctrl-D."""
    import pty

    with Assistant.open(corpus, tmp_path / "real") as assistant:
        assistant.sync()
    pid, master = pty.fork()
    if not pid:
        os.environ |= {"QA_CORPUS": str(corpus), "QA_INDEX": str(tmp_path / "real"), "TERM": "xterm"}
        os.execv(sys.executable, [sys.executable, "-m", "qa", "chat"])

    def until(text: str, press: str = "") -> str:
        """What is shown until a text is. `press` is typed, and again as long as the text is missing."""
        read, end, again = b"", time.monotonic() + 90, 0.0
        while text.encode() not in read:
            assert time.monotonic() < end, read
            if press and time.monotonic() > again:
                typed(press)
                again = time.monotonic() + 5
            if select.select([master], [], [], 1)[0]:
                read += os.read(master, 4096)
        return read.decode()

    def typed(text: str) -> None:
        os.write(master, text.encode())

    greeting = until("> ")
    assert "3 documents in " in greeting
    assert "You could ask:\r\n- " in greeting
    typed("half a quest")
    until("half a quest")
    until("> ", press="\x03")  # the line editor may lose one that comes right after another key
    typed("How many passengers does the ferry carry?\n")
    until("\n")
    assert f"{ESC}[1m340{ESC}[0m\r\n" in until("> ")
    typed("\x1b[A")  # up
    until("How many passengers does the ferry carry?")
    typed("\x15\x04")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
