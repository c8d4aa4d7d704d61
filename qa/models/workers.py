"""Rows -> batches -> worker threads that compute the networks.

Each worker uses a single torch thread: one batch per core is faster than several cores per batch, because
nothing waits for the slower half of every small step.
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

_LARGEST, _SMALLEST = 2048, 256  # tokens in a batch; a larger one is not faster and only takes memory
BULK = 5  # how much is added to the niceness of threads for bulk work, compared to those for questions
_MOST_THREADS = 16  # any more would only wait for Python's lock
_LONGEST_WAIT = 60.0  # seconds for the threads to start
_starting = threading.Lock()

T = TypeVar("T")
R = TypeVar("R")


def batches(lengths: Sequence[int], threads: int) -> Iterator[list[int]]:
    """The indices of rows, in order, in batches that keep all threads busy and are not too large."""
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
    """As many threads for batches as torch would use, each limited to a single torch thread."""

    def __init__(self, nice: int = 0) -> None:
        import torch

        usual = torch.get_num_threads()
        self.count = min(usual, _MOST_THREADS)
        started = threading.Barrier(self.count + 1)

        def start() -> None:
            torch.get_num_threads()  # otherwise torch resets the number when the thread first computes
            torch.set_num_threads(1)
            _yield_to_others(nice)
            started.wait(_LONGEST_WAIT)

        self._pool = ThreadPoolExecutor(self.count, "bert", start)
        for _ in range(self.count):
            self._pool.submit(int)
        started.wait(_LONGEST_WAIT)
        torch.set_num_threads(usual)  # for other threads that start to use torch from now on

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The results, in the order of the items. Only as many items are taken as keep the threads busy."""
        pending: deque[Future[R]] = deque()
        try:
            for item in items:
                pending.append(self._pool.submit(function, item))
                if len(pending) > 2 * self.count:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def workers(bulk: bool = False) -> Workers:
    """This process's threads for questions, or those for bulk work; neither waits for the other."""
    with _starting:  # one at a time, because torch's number of threads is off while workers start
        return _workers(bulk)


@cache
def _workers(bulk: bool) -> Workers:
    return Workers(BULK if bulk else 0)


def _yield_to_others(nice: int) -> None:
    """Lower the priority of this thread by `nice`, on systems where each thread has its own priority."""
    if nice and sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + nice)
