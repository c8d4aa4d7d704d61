"""The distributions: what a registry would get is whole, and nothing else."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import HERE

from qa import __version__

ROOT = HERE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LARGEST = 80_000_000  # bytes of a distribution: nearly all of it is the weights of the large reader


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist, and with the wheel that is built from it."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("qa", "tests", "corpus"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", made, source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return made


def wheel_files(built: Path) -> dict[str, int]:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {file.filename: file.file_size for file in archive.infolist()}


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(built):
    package = [
        path for path in (ROOT / "qa").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    expected = {path.relative_to(ROOT).as_posix() for path in package}
    assert {
        "qa/server/page/index.html",
        "qa/language/leaning.json",
        "qa/models/large.safetensors",
    } <= expected
    held = {name for name in wheel_files(built) if ".dist-info/" not in name}
    assert held == expected


@pytest.mark.slow
def test_nothing_in_the_wheel_is_heavy_but_the_readers(built):
    heavy = {name for name, size in wheel_files(built).items() if size > 100_000}
    assert heavy == {"qa/models/large.safetensors", "qa/models/reader.safetensors"}
    for file in built.iterdir():
        assert file.stat().st_size < LARGEST


@pytest.mark.slow
def test_the_sdist_holds_what_the_wheel_is_built_from(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2].split("/")[0] for name in archive.getnames()} - {""}
    assert {"LICENSE", "README.md", "pyproject.toml", "qa"} <= names
    assert not {"tests", "corpus", "benchmarks", "training"} & names


@pytest.mark.slow
def test_the_wheel_is_installed_beside_its_dependencies_and_runs_from_anywhere(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    place = ["--target", tmp_path / "installed"]
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", *place, wheel]
    subprocess.run(install, check=True, timeout=120)
    code = "import qa; from importlib import metadata; print(qa.__file__, metadata.version('{}'))"
    done = subprocess.run(
        [sys.executable, "-c", code.format(PROJECT["name"])],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == [str(tmp_path / "installed" / "qa" / "__init__.py"), __version__]
    for name in ("qa", PROJECT["name"]):
        command = tmp_path / "installed" / "bin" / name
        shown = subprocess.run(
            [command, "--help"],
            env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert shown.stdout.startswith("usage: qa"), shown.stderr
