"""Imports run one way between rooms and in no circle within them, and what is light stays light.

A room is a subpackage or a module at the top of the package. A new file needs no entry here.
"""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import python

import qa

PACKAGE = Path(qa.__file__).parent
FILES = {
    ".".join(("qa", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in PACKAGE.rglob("*.py")
}
MODULES = {name.removesuffix(".__init__"): path for name, path in FILES.items()}
ROOMS = {path.stem for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() or path.suffix == ".py"}

# Rooms from the ground up: each imports only from those of levels before its own.
LEVELS = (
    {"structure", "errors"},
    {"types"},
    {"settings", "files", "text", "recent", "writing"},
    {"documents", "language", "models", "index"},  # these know nothing of each other
    {"corpus", "search"},
    {"answers"},
    {"feedback"},
    {"assistant"},
    {"evaluation", "langchain", "server"},
    {"cli"},
    {"__main__"},
)
LEVEL = {room: number for number, level in enumerate(LEVELS) for room in level}


def imports(module: str) -> set[str]:
    """The modules of the package that a module imports anywhere, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "qa"}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            if (node.module or "").split(".")[0] == "qa":
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {name if name in MODULES else node.module for name in names}
    return found


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_room_has_its_level():
    assert ROOMS - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"qa"}))
def test_a_module_imports_only_from_rooms_below_its_own(module):
    own = room(module)
    others = {other for other in imports(module) if room(other) != own}
    assert {other for other in others if room(other) and LEVEL[room(other)] >= LEVEL[own]} == set()
    if LEVEL[own] <= LEVEL["assistant"]:
        assert "qa" not in others, "a module below the front ends does not import the whole package"


def test_there_is_no_circle_of_modules():
    graph = {module: imports(module) - {module, "qa"} for module in MODULES if module != "qa"}
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*/__init__.py")), ids=lambda path: path.parent.name)
def test_what_begins_a_room_is_its_description(path):
    first, *rest = ast.parse(path.read_text("utf-8")).body
    assert isinstance(first, ast.Expr)
    assert isinstance(first.value, ast.Constant)
    if path.parent.name not in {"cli", "types"}:  # where `qa.cli:run` and the values are known to be
        assert rest == []


def test_files_are_parsed_in_a_process_of_their_own():
    parsing = re.compile(r"from qa\.documents\.formats import .*\bparse\b")
    found = {module for module, path in MODULES.items() if parsing.search(path.read_text("utf-8"))}
    assert {module for module in found if room(module) != "documents"} == set()
    assert "torch" not in python("import sys, qa.documents.worker; print(*sys.modules)").stdout.split()


def users(name: str) -> set[str]:
    """The modules that import a library."""
    pattern = re.compile(rf"^\s*(?:import|from) {name}\b", re.MULTILINE)
    return {module for module, path in MODULES.items() if pattern.search(path.read_text("utf-8"))}


@pytest.mark.parametrize(
    ("name", "homes"),
    [
        ("sqlite3", "qa.index."),
        ("faiss", "qa.index.local.vectors"),
        ("pymilvus", "qa.index.milvus."),
        ("torch", "qa.models."),
        ("gradio", "qa.server."),
        ("langchain_core", "qa.langchain"),
    ],
)
def test_a_library_has_one_home(name, homes):
    found = users(name)
    assert found
    assert {module for module in found if not module.startswith(homes)} == set()


def test_only_the_command_prints():
    printing = re.compile(r"^\s*print\(", re.MULTILINE)
    found = {module for module, path in MODULES.items() if printing.search(path.read_text("utf-8"))}
    assert {module for module in found if room(module) != "cli"} == set()


def test_only_the_settings_read_the_environment_of_the_assistant():
    reading = re.compile(r"(?:getenv|environ\w*(?:\.get)?)\W{1,3}QA_")
    found = {module for module, path in MODULES.items() if reading.search(path.read_text("utf-8"))}
    assert found == {"qa.settings"}


HEAVY = (
    "{'torch', 'transformers', 'gradio', 'trafilatura', 'lxml', 'pypdfium2_raw', 'langchain_core'}"
    " & {name.split('.')[0] for name in sys.modules}"
)


@pytest.mark.parametrize("code", ["import qa", "from qa import Assistant", "import qa.cli"])
def test_an_import_loads_no_heavy_module(code):
    done = python(f"import sys\n{code}\nprint({HEAVY})")
    assert done.stdout == "set()\n", done.stderr


def test_the_help_loads_no_heavy_module():
    done = python(
        f"import atexit, runpy, sys\natexit.register(lambda: print({HEAVY}))\n"
        "sys.argv = ['qa', '--help']\nrunpy.run_module('qa', run_name='__main__')"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("usage: qa")
    assert done.stdout.splitlines()[-1] == "set()"
