"""The threads that networks are computed by, and how rows are shared out among them.

Rows are computed in batches by worker threads that each use one thread of torch: a batch a core is faster
than two cores a batch, because nothing waits for the slower half of every small step.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

_LARGEST, _SMALLEST = 2048, 256  # word pieces of a batch; a larger one is no faster and only takes memory
BULK = 5  # how much nicer threads for bulk work are than those for questions
_MOST_THREADS = 16  # more only wait for Python's lock
_LONGEST_WAIT = 60.0  # seconds for threads to start
_starting = threading.Lock()

T = TypeVar("T")
R = TypeVar("R")


def batches(lengths: Sequence[int], threads: int) -> Iterator[list[int]]:
    """Indices of rows, in their order, in batches that keep all threads busy and are not too large."""
    most = max(_SMALLEST, min(_LARGEST, sum(lengths) // (2 * threads)))
    batch: list[int] = []
    size = 0
    for i, length in enumerate(lengths):
        if batch and size + length > most:
            yield batch
            batch, size = [], 0
        batch.append(i)
        size += length
    if batch:
        yield batch


class Workers:
    """Threads for batches, as many as torch would use, each with one thread of torch to itself."""

    def __init__(self, nice: int = 0) -> None:
        import torch

        usual = torch.get_num_threads()
        self.count = min(usual, _MOST_THREADS)
        started = threading.Barrier(self.count + 1)

        def start() -> None:
            torch.get_num_threads()  # else the number is set anew when the thread first computes
            torch.set_num_threads(1)
            _yield_to_others(nice)
            started.wait(_LONGEST_WAIT)

        self._pool = ThreadPoolExecutor(self.count, "bert", start)
        for _ in range(self.count):
            self._pool.submit(int)
        started.wait(_LONGEST_WAIT)
        torch.set_num_threads(usual)  # for threads that begin to use torch from now on

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Results in the order of the items. Of these no more are taken than there are threads to busy."""
        waiting: deque[Future[R]] = deque()
        try:
            for item in items:
                waiting.append(self._pool.submit(function, item))
                if len(waiting) > 2 * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def workers(bulk: bool = False) -> Workers:
    """This process's threads for questions, or those for bulk work: neither waits for the other."""
    with _starting:  # one after the other: while some start, torch's number of threads is not the usual one
        return _workers(bulk)


@cache
def _workers(bulk: bool) -> Workers:
    return Workers(BULK if bulk else 0)


def _yield_to_others(nice: int) -> None:
    """Let this thread come after those that are less nice, where each has a priority of its own."""
    if nice and sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + nice)
