"""The packages of this environment -> the space each takes, what needs it, and whether the page loads it.

usage: python benchmarks/size.py [--least MB]

The page is started on the project's own corpus, which it indexes, and answers a question. What it has loaded
until then counts as loaded, and so does what is loaded to read files of every format. Sizes are those of the
files, in MB of a million bytes. Prints Markdown: the packages of at least --least MB, and what a package
brings along that nothing else needs.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions, packages_distributions
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple
from urllib.request import ProxyHandler, Request, build_opener

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import qa

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests")]
from serving import CORPUS, app  # noqa: E402

PRODUCT = "askfolder"
LOADED = re.compile(r"^import time:.*\| *([\w.]+)$", re.MULTILINE)  # a line of `python -X importtime`
QUESTION = b'{"question": "How much would the railway from Kazakhstan to Pakistan cost?"}'
PATIENCE = 120  # seconds
READING = """
from contextlib import suppress
from qa.documents.formats import SUFFIXES, parse
from qa.errors import UnreadableFile
for suffix in SUFFIXES:
    with suppress(UnreadableFile):
        parse(f"a{suffix}", b"<html><body><p>The ferry leaves at seven.</p></body></html>")
"""


class Package(NamedTuple):
    """What an installed package takes, in bytes, and the packages that it needs."""

    source: int
    compiled: int  # the .pyc files, which Python makes again when they are missing
    needs: frozenset[str]

    @property
    def size(self) -> int:
        return self.source + self.compiled


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--least", type=float, default=5, metavar="MB")
    options = parser.parse_args()
    packages: dict[str, Package] = {
        canonicalize_name(found.name): package(found) for found in distributions()
    }
    print(package_table(packages, loaded_packages(), options.least * 1e6), end="\n\n")
    print(table_of_savings(packages, options.least * 1e6))


def package(found: Distribution) -> Package:
    """The sizes and needs of an installed distribution; what only its extras need does not count."""
    name = canonicalize_name(found.name)
    if name == PRODUCT:  # its files may lie where they are worked on
        files: Iterable[Path] = Path(qa.__file__).parent.rglob("*")
    else:
        files = (Path(str(file.locate())) for file in found.files or ())
    source = compiled = 0
    for file in files:
        if file.is_file() and file.suffix != ".pyc":
            source += file.stat().st_size
            if file.suffix == ".py" and (cached := Path(cache_from_source(str(file)))).is_file():
                compiled += cached.stat().st_size
    needs = map(Requirement, found.requires or ())
    names = (n.name for n in needs if n.marker is None or n.marker.evaluate({"extra": ""}))
    return Package(source, compiled, frozenset(map(canonicalize_name, names)))


def loaded_packages() -> set[str]:
    """The packages that are loaded to index a folder and to answer a question on the page."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        with app(index, CORPUS, PYTHONPROFILEIMPORTTIME="1") as address:
            asked = Request(f"{address}api/ask", QUESTION, {"Content-Type": "application/json"})
            build_opener(ProxyHandler({})).open(asked, timeout=PATIENCE).read()
        log = index.with_name("index.log").read_text("utf-8")
    command = [sys.executable, "-X", "importtime", "-c", READING]
    log += subprocess.run(command, capture_output=True, text=True, check=True).stderr
    packages = packages_distributions()
    modules = {name.split(".")[0] for name in LOADED.findall(log)}
    return {canonicalize_name(name) for module in modules for name in packages.get(module, ())}


def package_table(packages: Mapping[str, Package], loaded: set[str], least: float) -> str:
    """A table of the packages, the largest first; those of less than `least` bytes share a line."""
    ways = {name: reached(packages, [name]) for name in packages[PRODUCT].needs}
    lines = ["| package | MB | .pyc | loaded | needed by |", "|-|-|-|-|-|"]
    small: list[Package] = []
    for name, found in sorted(packages.items(), key=lambda item: -item[1].size):
        if found.size < least:
            small.append(found)
            continue
        by = [way for way, names in sorted(ways.items()) if name in names and way != name]
        if name in packages[PRODUCT].needs:
            by.insert(0, "this project")
        needed = "" if name == PRODUCT else ", ".join(by) or "nothing here"
        lines.append(f"| {name} | {sizes(found)} | {'yes' if name in loaded else 'no'} | {needed} |")
    lines.append(f"| {len(small)} smaller ones | {sizes(*small)} | | |")
    lines.append(f"| **all {len(packages)}** | {sizes(*packages.values())} | | |")
    return "\n".join(lines)


def sizes(*packages: Package) -> str:
    """Two cells: the MB of packages, and how much of it is compiled."""
    return f"{sum(p.size for p in packages) / 1e6:.0f} | {sum(p.compiled for p in packages) / 1e6:.0f}"


def table_of_savings(packages: Mapping[str, Package], least: float) -> str:
    """A table of what would not be installed if this project did not need one of its packages."""
    needs = packages[PRODUCT].needs
    everything = reached(packages, needs)
    rows = []
    for name in needs:
        gone = everything - reached(packages, needs - {name})
        size = sum(packages[n].size for n in gone)
        if size >= least:
            rows.append((size, name, sorted(gone - {name}, key=lambda n: -packages[n].size)))
    lines = ["| without | MB less | and without |", "|-|-|-|"]
    for size, name, others in sorted(rows, reverse=True):
        lines.append(f"| {name} | {size / 1e6:.0f} | {', '.join(others)} |")
    return "\n".join(lines)


def reached(packages: Mapping[str, Package], names: Iterable[str]) -> set[str]:
    """The installed packages that some packages need, with themselves."""
    return set(_reached(packages, list(names)))


def _reached(packages: Mapping[str, Package], left: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    while left:
        name = left.pop()
        if name in packages and name not in seen:
            seen.add(name)
            yield name
            left.extend(packages[name].needs)


if __name__ == "__main__":
    main()
