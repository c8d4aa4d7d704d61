"""The notebook for first users runs from top to bottom, and what is stored with it is what it gives."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import HERE
from markupsafe import escape
from nbclient import NotebookClient

from qa.answers.wording import REFUSAL

NOTEBOOK = HERE.parent / "docs" / "first-steps.ipynb"


def stored() -> Any:
    return nbformat.read(NOTEBOOK, 4)


def kinds(notebook: Any) -> list[list[list[str]]]:
    """What each cell of code gives: the kinds of its outputs."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [[sorted(output.get("data", [output.output_type])) for output in c.outputs] for c in cells]


def shown(notebook: Any) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(output.data["text/html"] for output in outputs if "text/html" in output.get("data", {}))


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE.parent))
    shutil.copytree(HERE.parent / "corpus", tmp_path / "corpus")
    (tmp_path / "docs").mkdir()
    notebook = stored()
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path / "docs")}})
    client.execute()  # raises CellExecutionError
    assert kinds(notebook) == kinds(stored())
    assert "<b>$7 billion</b>" in shown(notebook)
    assert escape(REFUSAL) in shown(notebook)


def test_what_is_stored_with_the_notebook_is_small_and_names_no_machine():
    nbformat.validate(stored())
    assert NOTEBOOK.stat().st_size < 40_000
    text = NOTEBOOK.read_text("utf-8")
    assert not any(place in text for place in ("/tmp", "/home", "/root", "/Users"))
    assert [cell.execution_count for cell in stored().cells if cell.cell_type == "code"] == [*range(1, 11)]
