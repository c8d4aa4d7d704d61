"""What can be typed after `qa`: commands, folders, options, and the help that explains them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from qa import __version__
from qa.cli import examples
from qa.text import plain


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that says what is wrong in one line. Examples are shown as they are written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"qa: {plain(message)}. See {self.prog} --help\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"qa {__version__}")
        parser.exit()


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command and its options. Exits, after one line, if they make no sense."""
    main = parser()
    options, rest = main.parse_known_args(arguments)
    main.prog = f"qa {options.command or ''}".strip()
    words: list[str] | None = getattr(options, "words", None)
    folders: list[Path] | None = getattr(options, "folders", None)
    takes_more = words is not None or folders is not None
    if unknown := [word for word in rest if not takes_more or word.startswith("-")]:
        what = "unknown option" if unknown[0].startswith("-") else "unexpected"
        main.error(f"{what} {unknown[0]}" + (". Put it in quotes if it is a word of yours" if words else ""))
    if words:
        words += rest  # those after an option that stands among them
    if folders is not None:
        folders += map(_path, rest)
        _check_folders(main, folders, options.index)
    folder = folders[0] if folders else getattr(options, "folder", None)
    if folder and options.corpus:
        main.error("two folders are given. Leave out --corpus")
    if folder:
        options.corpus = folder
    return options


def _check_folders(main: Parser, folders: Sequence[Path], index: Path | None) -> None:
    """Several folders have an index each, so none may be given twice, and one index is not for all."""
    if len(folders) > 1 and index:
        main.error("several folders have an index each. Leave out --index")
    seen: dict[str, Path] = {}
    for folder in folders:
        first = seen.setdefault(os.path.realpath(folder), folder)
        if first is not folder:
            main.error(f"{first} is given twice" if first == folder else f"{first} and {folder} are the same")


def parser() -> Parser:
    """The parser of the whole command."""
    main = Parser(
        prog="qa",
        description="Answers from a folder of documents, in their own words, with citations.",
        epilog=examples.QA,
    )
    main.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = main.add_subparsers(title="commands", metavar="COMMAND", dest="command")

    def add(name: str, says: str, *parents: Parser, epilog: str = "") -> Parser:
        return commands.add_parser(
            name, parents=[*parents, _shared()], help=says, description=_sentence(says), epilog=epilog
        )

    _serve(add("serve", "sync, then serve the page", _folders(), _part(), epilog=examples.SERVE))
    _sync(add("sync", "bring the index up to date with the folder", _folder(), _part(), epilog=examples.SYNC))
    _ask(add("ask", "answer a question, with citations", _asking(), epilog=examples.ASK))
    add("chat", "answer one question after another", _folder(), _asking(), epilog=examples.CHAT)
    _search(add("search", "list the best matching passages", epilog=examples.SEARCH))
    add("mcp", "serve tools to a program that starts this one", _folder(), epilog=examples.MCP)
    _status(add("status", "show what is indexed and what failed", _folder()))
    _feedback(add("feedback", "export ratings as a question set"))
    _eval(add("eval", "ask a question set and measure the answers", epilog=examples.EVAL))
    return main


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


# --- options of several commands -----------------------------------------------------------------


def _shared() -> Parser:
    shared = Parser(add_help=False)
    shared.add_argument(
        "-c",
        "--corpus",
        type=_path,
        metavar="FOLDER",
        help="the folder of documents (default: QA_CORPUS, or ./corpus)",
    )
    shared.add_argument(
        "--index",
        type=_path,
        metavar="FOLDER",
        help="where the index is kept (default: QA_INDEX, or ./index; for a folder that you name, a place "
        "among your user data)",
    )
    return shared


def _folder() -> Parser:
    parent = Parser(add_help=False)
    parent.add_argument(
        "folder",
        nargs="?",
        type=_path,
        metavar="FOLDER",
        help="the folder of documents (default: QA_CORPUS, or ./corpus)",
    )
    return parent


def _folders() -> Parser:
    parent = Parser(add_help=False)
    parent.add_argument(
        "folders",
        nargs="*",
        type=_path,
        metavar="FOLDER",
        help="folders of documents, each with its own index (default: QA_CORPUS, or ./corpus)",
    )
    return parent


def _part() -> Parser:
    parent = Parser(add_help=False)
    parent.add_argument(
        "--part",
        type=_named,
        metavar="NAME",
        help="sync this folder within the folder of documents only, as the others are synced elsewhere into "
        "the same index (default: QA_PART, or all)",
    )
    return parent


def _asking() -> Parser:
    parent = Parser(add_help=False)
    parent.add_argument("--why", action="store_true", help="also say how the answer was found")
    parent.add_argument(
        "--documents",
        nargs="+",
        action="extend",
        type=_named,
        metavar="PATTERN",
        help="use only these documents: files, folders or patterns such as '*.pdf'",
    )
    parent.add_argument(
        "--author",
        action="append",
        type=_named,
        metavar="NAME",
        help="use only documents by this author; may be given several times",
    )
    for option, says in (("--since", "or later"), ("--until", "or earlier")):
        parent.add_argument(
            option,
            type=_day,
            metavar="DATE",
            help=f"use only documents of this day, month or year {says}: published then or, if that is not "
            "known, saved then",
        )
    parent.add_argument(
        "--threshold",
        type=_share,
        metavar="X",
        help="answer if the confidence is at least X, from 0 (always) to 1",
    )
    return parent


# --- options of one command ----------------------------------------------------------------------


def _serve(command: Parser) -> None:
    command.add_argument(
        "--no-sync",
        action="store_true",
        help="only serve what is indexed: the files may be on another machine, and the page changes none",
    )


def _sync(command: Parser) -> None:
    command.add_argument(
        "--store",
        type=_named,
        metavar="ADDRESS",
        help="keep the index in Milvus: http://host:port, or a file of milvus-lite that ends in .db. Vectors "
        "in the index folder are taken over (default: QA_STORE, or the index folder)",
    )
    way = command.add_mutually_exclusive_group()
    way.add_argument("--purge", action="store_true", help="also erase deleted documents from the index files")
    way.add_argument("--watch", action="store_true", help="keep running and sync whenever the folder changes")
    command.add_argument(
        "--allow-empty", action="store_true", help="go on even if all or most documents are gone"
    )


def _ask(command: Parser) -> None:
    command.add_argument(
        "words", nargs="*", metavar="QUESTION", help="the question; quotes around it are not needed"
    )
    command.add_argument("--json", action="store_true", help="print the answer as JSON")


def _search(command: Parser) -> None:
    command.add_argument("words", nargs="+", metavar="WORDS", help="what to search for")
    command.add_argument("-k", type=_positive, default=5, metavar="N", help="number of passages (default: 5)")
    command.add_argument("--json", action="store_true", help="print the hits as JSON")


def _status(command: Parser) -> None:
    command.add_argument("--json", action="store_true", help="print it as JSON")
    command.add_argument(
        "--left-out", action="store_true", help="list the parts of documents that were left out, and why"
    )
    command.add_argument("--feedback", action="store_true", help="list users' ratings of answers")


def _feedback(command: Parser) -> None:
    command.add_argument(
        "file", type=_path, metavar="FILE", help="the file to write, in the format of qa eval"
    )
    command.add_argument("--replace", action="store_true", help="overwrite an existing file")


def _eval(command: Parser) -> None:
    command.add_argument(
        "file", type=_path, metavar="FILE", help="questions as JSON lines, or a set in SQuAD format"
    )
    command.add_argument(
        "--failed", action="store_true", help="list the questions that were not answered as they should be"
    )
    command.add_argument(
        "--json", action="store_true", help="print figures and the outcome of each question as JSON"
    )
    command.add_argument("--picture", type=_path, metavar="FILE", help="draw the figures (.png, .svg, .pdf)")


# --- values --------------------------------------------------------------------------------------


def _path(text: str) -> Path:
    return Path(os.path.expanduser(_named(text)))  # a shell leaves the ~ in --corpus=~/papers


def _named(text: str) -> str:
    """A name. An empty one, as of a variable that isn't set, must not stand for the folder that one is in."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return text


def _day(text: str) -> str:
    from qa.corpus.filters import DAYS, is_day

    if not is_day(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not {DAYS}")
    return text


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return number


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return number
