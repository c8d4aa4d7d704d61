"""What can be typed after `qa`, and what is said of what cannot."""

from pathlib import Path

import pytest

from qa import __version__
from qa.cli.arguments import parsed
from qa.cli.commands import _COMMANDS, main


def test_a_question_needs_no_quotes():
    options = parsed(["ask", "-c", "papers", "what", "did", "the", "envoy", "say"])
    assert (options.corpus, options.words) == (Path("papers"), ["what", "did", "the", "envoy", "say"])
    assert parsed(["ask", "what did the envoy say", "--json"]).words == ["what did the envoy say"]


def test_options_may_stand_before_after_and_among_the_words():
    for typed in ("--why what is it", "what is it --why", "what --why is it", "what is --why it"):
        options = parsed(["ask", *typed.split()])
        assert (options.words, options.why) == (["what", "is", "it"], True), typed


@pytest.mark.parametrize("command", ["serve", "sync", "chat", "status"])
def test_the_folder_is_an_argument_or_an_option(command):
    assert parsed([command, "papers"]).corpus == parsed([command, "-c", "papers"]).corpus == Path("papers")
    assert parsed([command]).corpus is None


def test_the_page_is_of_one_folder_or_of_several():
    several = parsed(["serve", "docs", "papers", "reports/"])
    assert several.folders == [Path("docs"), Path("papers"), Path("reports")]
    assert (parsed(["serve", "docs"]).folders, parsed(["serve"]).folders) == ([Path("docs")], [])
    assert parsed(["serve", "docs", "--index", "mine"]).index == Path("mine")


def test_a_home_folder_that_the_shell_leaves_alone_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parsed(["ask", "--corpus=~/papers", "what"]).corpus == tmp_path / "papers"


def test_documents_are_named_by_several_patterns():
    options = parsed(["ask", "what", "is", "it", "--documents", "*.pdf", "2024/"])
    assert (options.words, options.documents) == (["what", "is", "it"], ["*.pdf", "2024/"])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["ask", "what", "--jsno"], "unknown option --jsno. Put it in quotes if it is a word of yours"),
        (["sync", "docs", "papers"], "unexpected papers"),
        (["serve", "docs", "-c", "papers"], "two folders are given. Leave out --corpus"),
        (
            ["serve", "docs", "papers", "--index", "i"],
            "several folders have an index each. Leave out --index",
        ),
        (["serve", "docs", "papers", "docs"], "docs is given twice"),
        (["serve", "docs", "./papers/../docs/"], "docs and papers/../docs are the same"),
        (["sync", "docs", "-c", "papers"], "two folders are given. Leave out --corpus"),
        (["sync", ""], "argument FOLDER: the name is empty"),
        (["ask", "what", "--documents", ""], "argument --documents: the name is empty"),
        (["ask", "what", "--threshold", "20"], "argument --threshold: '20' is not a number from 0 to 1"),
        (["ask", "what", "--threshold", "nan"], "argument --threshold: 'nan' is not a number from 0 to 1"),
        (
            ["chat", "--since", "May"],
            "argument --since: 'May' is not a day, a month or a year such as 2024-05-01, 2024-05 or 2024",
        ),
        (["search", "ferry", "-k", "0"], "argument -k: '0' is not a number from 1 to 1000"),
    ],
)
def test_what_makes_no_sense_gets_one_line_that_says_where_to_look(capsys, typed, said):
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", f"qa: {said}. See qa {typed[0]} --help\n")


def test_a_command_that_is_not_there_gets_one_line(capsys):
    with pytest.raises(SystemExit):
        main(["ak\x1b[2J"])
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "\x1b" not in told
    assert told.endswith(". See qa --help\n")


def test_without_a_command_there_is_help_with_examples(capsys):
    assert main([]) == 0
    told = capsys.readouterr().out
    assert all(f"\n    {command} " in told for command in _COMMANDS)
    assert "\n  qa ask -c ~/papers who paid for the bridge\n" in told


@pytest.mark.parametrize("command", [[], *([name] for name in _COMMANDS)])
def test_help_fits_a_terminal(capsys, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_the_version_is_shown(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"qa {__version__}\n"
