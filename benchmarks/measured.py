"""A system + a job -> its figures, measured in a process of its own; the worker of `benchmarks/rivals.py`.

usage: python benchmarks/measured.py SYSTEM JOB.json RESULT.json

It is not run by hand. Memory is read before the changes are measured, which need a second index. If something
goes wrong, RESULT.json has only an `error`.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rival_systems import SYSTEMS
from systems import System

K = 10  # hits requested; some systems have several passages per paragraph
WARM_QUESTIONS = ("Where does it lie?", "Who was the first?", "When did it begin?", "How many are there?")
PROBE = 200  # characters at the start of a text, which must find it


def memory(field: str) -> float | None:
    """Memory of this process in MiB: "VmHWM" is the peak so far, "VmRSS" is now. None if it is unknown."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines[field].split()[0]) / 1024
    if field == "VmRSS":
        return None
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def seconds(work: Callable[[], Any]) -> float:
    """The seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure_indexing(system: System, texts: Mapping[str, str]) -> dict[str, Any]:
    """The texts indexed per second, and the peak memory meanwhile."""
    system.place(texts)
    before = system.embedded
    took = seconds(lambda: system.fill(texts))
    return {
        "per second": len(texts) / took,
        "embedded": system.embedded - before,
        "peak MiB": memory("VmHWM"),
    }


def measure_serving(system: System, questions: Sequence[tuple[str, str]], way: str) -> dict[str, Any]:
    """The times of a query, how often it finds its text, and the memory in use afterwards."""
    for question in WARM_QUESTIONS:
        system.search(question, K, way)
    took, ranks = [], []
    for question, name in questions:
        started = time.perf_counter()
        names = system.search(question, K, way)
        took.append(time.perf_counter() - started)
        order = list(dict.fromkeys(names))
        ranks.append(order.index(name) + 1 if name in order else K + 1)
    return {
        "p50 ms": 1000 * float(np.quantile(took, 0.5)),
        "p95 ms": 1000 * float(np.quantile(took, 0.95)),
        "recall@1": float(np.mean(np.array(ranks) <= 1)),
        "recall@5": float(np.mean(np.array(ranks) <= 5)),
        "serving MiB": memory("VmRSS"),
    }


def measure_changes(system: System, texts: Mapping[str, str], size: int) -> dict[str, Any]:
    """The seconds and the texts embedded for four changes to an index of `size` texts (or all, if fewer).

    After each change, a search checks that the index shows it. Building this index measures the speed of
    indexing a second time.
    """
    names = list(texts)
    size = min(size, len(names) - 1)
    indexed = {name: texts[name] for name in names[:size]}
    added, old, deleted = names[size], names[size // 2], names[size // 3]
    system.start()
    system.place(indexed)
    result: dict[str, Any] = {"texts": size, "per second": size / seconds(lambda: system.fill(indexed))}
    renamed = {f"{name}-renamed" if name == old else name: text for name, text in indexed.items()}
    steps: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
        "add": (indexed | {added: texts[added]}, [added], []),
        "nothing": (indexed | {added: texts[added]}, [], []),
        "rename": (renamed | {added: texts[added]}, [f"{old}-renamed"], [old]),
        "delete": (renamed | {added: texts[added]}, [], [deleted]),
    }
    steps["delete"][0].pop(deleted)
    for step, (target, new, gone) in steps.items():
        system.place(target)
        before = system.embedded
        took = seconds(partial(system.update, target, new, gone))
        result[step] = {"seconds": took, "embedded": system.embedded - before}
        result[step]["shown"] = all(name in names_for(system, target[name]) for name in new) and not any(
            name in names_for(system, texts[name]) for name in gone
        )
    return result


def names_for(system: System, text: str) -> list[str]:
    """The names that a search for the beginning of a text finds."""
    return system.search(text[:PROBE], K, system.ways[0])


def measure(system: System, job: Mapping[str, Any]) -> dict[str, Any]:
    """All figures of a system; the texts are indexed in the order of the job."""
    system.start()
    result: dict[str, Any] = {"indexing": measure_indexing(system, job["texts"]), "ways": {}}
    for way in system.ways:
        result["ways"][way] = measure_serving(system, job["questions"], way)
    result["changes"] = measure_changes(system, job["texts"], job["changes"])
    result["precision"] = system.precision
    return result


def main() -> None:
    name, job_file, result_file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    job = json.loads(job_file.read_text("utf-8"))
    try:
        system = SYSTEMS[name](job["model"], Path(job["folder"]))
        result = measure(system, job)
    except Exception as error:  # a system may fail in any way, and the others still run
        traceback.print_exc()
        first_line = next(iter(str(error).strip().splitlines()), "")
        result = {"error": f"{type(error).__name__}: {first_line}"[:200]}
    result_file.write_text(json.dumps(result), "utf-8")


if __name__ == "__main__":
    main()
