"""Measures one system in a process of its own: the worker of `benchmarks/rivals.py`, not run by hand.

usage: python benchmarks/measured.py SYSTEM JOB.json RESULT.json

Memory is read before the changes are measured, which need a second index. What goes wrong is written to
RESULT.json as `error`.
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

K = 10  # hits asked for; some systems hold several passages of a paragraph
WARM_QUESTIONS = ("Where does it lie?", "Who was the first?", "When did it begin?", "How many are there?")
PROBE = 200  # characters of a text that must find it


def memory(field: str) -> float | None:
    """MiB of this process: "VmHWM" is the most so far, "VmRSS" now. None where it cannot be known."""
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
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 1024)


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def indexing(system: System, texts: Mapping[str, str]) -> dict[str, Any]:
    """Texts indexed in a second, and the most memory that took."""
    system.place(texts)
    before = system.embedded
    took = seconds(lambda: system.fill(texts))
    return {
        "per second": len(texts) / took,
        "embedded": system.embedded - before,
        "peak MiB": memory("VmHWM"),
    }


def serving(system: System, questions: Sequence[tuple[str, str]], way: str) -> dict[str, Any]:
    """Times of a query, how often its text is found, and the memory then held."""
    for question in WARM_QUESTIONS:
        system.search(question, K, way)
    took, ranks = [], []
    for question, name in questions:
        started = time.perf_counter()
        found = system.search(question, K, way)
        took.append(time.perf_counter() - started)
        order = list(dict.fromkeys(found))
        ranks.append(order.index(name) + 1 if name in order else K + 1)
    return {
        "p50 ms": 1000 * float(np.quantile(took, 0.5)),
        "p95 ms": 1000 * float(np.quantile(took, 0.95)),
        "recall@1": float(np.mean(np.array(ranks) <= 1)),
        "recall@5": float(np.mean(np.array(ranks) <= 5)),
        "serving MiB": memory("VmRSS"),
    }


def changes(system: System, texts: Mapping[str, str], size: int) -> dict[str, Any]:
    """Seconds and texts embedded for four changes of an index of `size` texts (fewer, if there are fewer).

    After each it is looked up whether the index shows it. Making that index is a second time of indexing.
    """
    names = list(texts)
    size = min(size, len(names) - 1)
    held = {name: texts[name] for name in names[:size]}
    added, old, deleted = names[size], names[size // 2], names[size // 3]
    system.start()
    system.place(held)
    found: dict[str, Any] = {"texts": size, "per second": size / seconds(lambda: system.fill(held))}
    renamed = {f"{name}-renamed" if name == old else name: text for name, text in held.items()}
    steps: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
        "add": (held | {added: texts[added]}, [added], []),
        "nothing": (held | {added: texts[added]}, [], []),
        "rename": (renamed | {added: texts[added]}, [f"{old}-renamed"], [old]),
        "delete": (renamed | {added: texts[added]}, [], [deleted]),
    }
    steps["delete"][0].pop(deleted)
    for step, (wanted, new, gone) in steps.items():
        system.place(wanted)
        before = system.embedded
        took = seconds(partial(system.update, wanted, new, gone))
        found[step] = {"seconds": took, "embedded": system.embedded - before}
        found[step]["shown"] = all(name in shown(system, wanted[name]) for name in new) and not any(
            name in shown(system, texts[name]) for name in gone
        )
    return found


def shown(system: System, text: str) -> list[str]:
    return system.search(text[:PROBE], K, system.ways[0])


def measure(system: System, job: Mapping[str, Any]) -> dict[str, Any]:
    """All figures of a system; texts are in the order of the job."""
    system.start()
    result: dict[str, Any] = {"indexing": indexing(system, job["texts"]), "ways": {}}
    for way in system.ways:
        result["ways"][way] = serving(system, job["questions"], way)
    result["changes"] = changes(system, job["texts"], job["changes"])
    result["precision"] = system.precision
    return result


def main() -> None:
    name, job, result = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    asked = json.loads(job.read_text("utf-8"))
    try:
        system = SYSTEMS[name](asked["model"], Path(asked["folder"]))
        found = measure(system, asked)
    except Exception as error:  # a system may fail in any way, and the others go on
        traceback.print_exc()
        first = next(iter(str(error).strip().splitlines()), "")
        found = {"error": f"{type(error).__name__}: {first}"[:200]}
    result.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main()
