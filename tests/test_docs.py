"""The documents of the project tell the truth: commands, options, variables, links, code."""

import argparse
import re
import tomllib
from pathlib import Path

import pytest

from qa.cli.arguments import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    actions = parser()._actions
    return next(action.choices for action in actions if isinstance(action, argparse._SubParsersAction))


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_in_the_readme(name):
    row = next(line for line in README.splitlines() if line.startswith(f"| `qa {name}"))
    for action in commands()[name]._actions:
        for option in action.option_strings[-1:]:
            shared = option in {"--help", "--corpus", "--index"}
            assert option in (README if shared else row) or option == "--help"


def test_the_readme_names_no_command_that_is_not_there():
    assert set(re.findall(r"^\| `qa (\w+)", README, re.MULTILINE)) == set(commands())


def test_the_variables_of_the_readme_are_those_that_are_read():
    read = set(re.findall(r'environment\.get\("(QA_\w+)"', (ROOT / "qa" / "settings.py").read_text("utf-8")))
    assert set(re.findall(r"QA_[A-Z_]+", README)) == read


def test_no_other_module_reads_the_environment():
    for path in (ROOT / "qa").rglob("*.py"):
        if path.name != "settings.py":
            assert not re.search(r"environ\b.*QA_|getenv", path.read_text("utf-8")), path.name


def test_the_readme_has_its_two_commands_and_they_install_what_they_need():
    run, test = re.findall(r"<!-- (?:run|test) command -->\n```sh\n(.*)\n```", README)
    assert run == "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/python app.py"
    install = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]'"
    assert test == f"{install} && .venv/bin/python -m pytest -n 2 --dist worksteal"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "test" in project["optional-dependencies"]


PAGES = [
    "README",
    "ARCHITECTURE",
    "CHANGELOG",
    "CONTRIBUTING",
    "SECURITY",
    "benchmarks/README",
    "docs/container",
]


@pytest.mark.parametrize("name", [f"{page}.md" for page in PAGES])
def test_links_between_files_lead_somewhere(name):
    page = ROOT / name
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_every_room_is_in_the_architecture():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert len(text.splitlines()) < 100
    for path in (ROOT / "qa").iterdir():
        if not path.stem.startswith("__"):
            assert f"`{path.stem}`" in text, path.stem


@pytest.mark.slow
def test_the_python_example_of_the_readme_runs(tmp_path, capsys):
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    example = example.replace('corpus="corpus"', f"corpus={str(ROOT / 'corpus')!r}")
    exec(example.replace('index="index"', f"index={str(tmp_path / 'index')!r}"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("True ")
    assert "$7 billion" in printed
