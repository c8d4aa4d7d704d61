"""Imports run one way, and what is light stays light."""

import ast
import re
from pathlib import Path

import pytest
from conftest import python

import qa

PACKAGE = Path(qa.__file__).parent
MODULES = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}

# A module imports only from layers below its own; those of one layer know nothing of each other.
LAYERS = (
    {"types", "errors"},
    {
        *("settings", "blocks", "decoding", "pdfium", "layout", "numerals", "words", "questions", "metrics"),
        *("journal", "login", "markup", "calls", "terminal"),
    },
    {"furniture", "flow", "units", "dates", "names", "bert", "models", "guard", "tools"},
    {"boilerplate", "quantities", "suggestions"},
    {"parsed", "splitting", "encoder", "database", "vectors", "wanted", "respects"},
    {"plain", "webpages", "pdf", "word", "snapshot", "reader", "kinds", "followups", "agreement"},
    {"reading", "writer"},
    {"store", "folder"},
    {"retrieval", "sync", "placing", "listing"},
    {"evidence", "standing"},
    {"similarity", "confidence", "quoting"},
    {"reranking", "claims", "feedback"},
    {"answering", "purging", "searching", "tracing"},
    {"offering"},
    {"asking"},
    {"assistant"},
    {"progress", "rendering", "cards", "explaining", "rows", "evaluation", "langchain", "verdicts"},
    {"endpoints", "report", "watching", "conversation", "uploads"},
    {"handlers"},
    {"web"},
    {"cli"},
    {"__main__"},
)
LAYER = {module: number for number, layer in enumerate(LAYERS) for module in layer}


def imports(module: str) -> set[str]:
    """The modules of the package that a module imports anywhere, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("qa.")}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            if node.module == "qa":
                found |= {alias.name if alias.name in MODULES else "__init__" for alias in node.names}
            elif (node.module or "").startswith("qa."):
                found.add(node.module.split(".")[1])
    return found


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_from_below(module):
    assert module in LAYER, f"give {module} its place in LAYERS"
    upwards = {other for other in imports(module) if other != "__init__" and LAYER[other] >= LAYER[module]}
    assert upwards == set()


@pytest.mark.parametrize(
    "module", sorted(module for module in MODULES if LAYER.get(module, 0) < LAYER["assistant"])
)
def test_a_module_below_the_assistant_does_not_import_the_whole_package(module):
    assert "__init__" not in imports(module)


def test_only_the_settings_read_the_environment_of_the_assistant():
    reading = re.compile(r"(?:getenv|environ\w*(?:\.get)?)\W{1,3}QA_")
    assert {m for m in MODULES if reading.search((PACKAGE / f"{m}.py").read_text("utf-8"))} == {"settings"}


def test_only_the_store_knows_sql():
    users = {
        module for module in MODULES if "import sqlite3" in (PACKAGE / f"{module}.py").read_text("utf-8")
    }
    assert users == {"database", "snapshot"}


def test_only_the_adapter_knows_langchain():
    users = {
        module for module in MODULES if "langchain_core" in (PACKAGE / f"{module}.py").read_text("utf-8")
    }
    assert users == {"langchain"}
    done = python("import sys, qa.cli, qa.assistant\nprint('langchain_core' in sys.modules)")
    assert done.stdout == "False\n", done.stderr


HEAVY = (
    "{'torch', 'transformers', 'gradio', 'trafilatura', 'lxml', 'pypdfium2_raw'}"
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
