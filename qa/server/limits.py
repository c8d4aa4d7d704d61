"""How much is done at the same time, for all folders together that a server serves."""

from __future__ import annotations

from anyio import CapacityLimiter

ASKING = 4  # questions, by each way to ask: the page, tools, plain HTTP, Gradio; more of them wait
SHOWING = 2  # conversations that are shown or exported; each may be long
OPENING = 4  # documents that are opened; each may be long
RECEIVING = 6  # files that are received, each in the folder for temporary files
READING = 2  # uploads that are read; a web page or a PDF takes many times its size in memory
DRAWING = 2  # pages that are drawn, or files that are read to be saved


class Limits:
    """Limiters for calls that wait for each other without holding a thread."""

    def __init__(self) -> None:
        self.asking, self.by_tools, self.by_http, self.by_gradio = (CapacityLimiter(ASKING) for _ in range(4))
        self.showing = CapacityLimiter(SHOWING)
        self.opening = CapacityLimiter(OPENING)
        self.receiving = CapacityLimiter(RECEIVING)
        self.reading = CapacityLimiter(READING)
        self.drawing = CapacityLimiter(DRAWING)
