"""A worker whose parser does what the name of the file says, for `test_worker`."""

import os
import signal
import time
from pathlib import PurePosixPath

from qa.documents import patience, worker
from qa.documents.parsed import Parsed, Part, from_parts
from qa.errors import UnreadableFile


def parse(path: str, raw: bytes) -> Parsed:
    match PurePosixPath(path).stem:
        case "refuses":
            raise UnreadableFile("not a ferry. Take the next one")
        case "raises":
            raise KeyError("ferry")
        case "recurses":
            return parse(path, raw)
        case "dies":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exits":
            os._exit(0)
        case "hangs":
            time.sleep(600)
        case "prints":
            os.write(1, b"a library prints this\n")
            print("and this")
        case "swallows":
            b"x" * (worker.MEMORY + 1)
        case "wears out":
            worker._used = lambda: 1 << 40
        case "dawdles":
            for _ in range(4):
                time.sleep(1.5)
                patience.ask()
    return from_parts(path, [Part(f"{os.getpid()} read {raw.decode()}")], "", {})


def shown(raw: bytes, number: int, sought: object) -> dict[str, object]:
    match number:
        case 13:
            os.kill(os.getpid(), signal.SIGSEGV)
        case 14:
            time.sleep(600)
        case 15:
            raise UnreadableFile("page 15 is damaged")
    return {"type": f"{raw.decode()} {number}", "content": ""}


worker.parse = parse
worker.shown = shown
main = worker.main
