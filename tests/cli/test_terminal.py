"""What is printed commands no terminal, whatever documents and names of files hold."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from qa.cli.commands import main
from qa.cli.terminal import json_escaped
from qa.text import plain, printable_line

ESC, CSI, RTL = "\x1b", "\x9b", "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = f"{ESC}]0;owned\x07{CSI}2J{RTL}\r"


def test_commands_are_shown_as_they_are_written():
    kept = "b\n\tc é \N{ZERO WIDTH NON-JOINER}"
    assert plain(HOSTILE + kept) == "\\x1b]0;owned\\x07\\x9b2J\\u202e\\x0d" + kept
    assert printable_line("a\nqa: b") == "a\\nqa: b"
    assert plain("\ud800") == "\\ud800"


def test_json_keeps_its_value():
    values = {"title": HOSTILE, "text": "é\n"}
    told = json_escaped(json.dumps(values, ensure_ascii=False))
    assert json.loads(told) == values
    assert not set(told) & {*HOSTILE[:1], CSI, RTL}
    assert "é" in told


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("command", [["sync"], ["status"], ["status", "--json"], ["search", "keeper"],
                                     ["ask", "Who is the keeper of Norvik?"],
                                     ["ask", "Who is the keeper of Norvik?", "--json"]])  # fmt: skip
def test_no_command_of_a_document_reaches_the_terminal(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    text = '---\ntitle: "\\e]0;owned\\a\\x9b2J\\u202eKeeper"\nsource: "\\e[2J"\n---\n\n'
    text += f"The keeper of Norvik is Ada Lund{RTL}, and she lives there.\n"
    for name in ("a.md", os.fsdecode(f"b{ESC}[31m\nqa: x.md".encode())):
        (corpus / name).write_text(text, "utf-8")
    (corpus / f"bad{ESC}[2J\nqa: fine.md").write_text("---\ntitle: [\n---\n\nx\n", "utf-8")
    monkeypatch.setenv("QA_CORPUS", str(corpus))
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    main(["sync"])
    if command != ["sync"]:
        capsys.readouterr()
    main(command)
    captured = capsys.readouterr()
    told = captured.out + captured.err
    assert told
    assert not set(told) & {ESC, CSI, RTL, "\r", "\x07"}
    assert not any(line.startswith("qa: fine") for line in told.splitlines())
