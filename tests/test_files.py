"""Crash-safe files: replaced as a whole or not at all, with one writer at a time."""

import os
from contextlib import suppress

import pytest
from conftest import python

from qa.errors import IndexBusy, IndexUnwritable
from qa.files import leftovers, locked, replaced, replacement_target

DIES = """
import os, sys
from pathlib import Path
from qa.files import replaced
with replaced(Path(sys.argv[1])) as file:
    file.write(b"half of")
    file.flush()
    os._exit(9)
"""


def test_a_file_is_replaced_once_it_is_complete(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replaced(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 2
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with suppress(RuntimeError), replaced(path) as file:
        file.write(b"half of")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_unfinished_file_of_a_process_that_died_is_found(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    assert python(DIES, path).returncode == 9
    assert path.read_text() == "old"
    (unfinished,) = leftovers(path)
    assert unfinished.name.startswith(".")  # hidden, so a sync skips it
    assert unfinished.read_text() == "half of"
    older = tmp_path / "a.txt.17.new"  # the form of the name in older versions
    older.touch()
    (tmp_path / "b.txt.17.new").touch()
    assert set(leftovers(path)) == {unfinished, older}
    assert leftovers(tmp_path / "nowhere" / "a.txt") == []


@pytest.mark.parametrize(
    ("name", "target"), [(".a.txt.17.new", "a.txt"), ("a.17.new", "a"), ("a.new", ""), (".a.txt", "")]
)
def test_an_unfinished_file_is_recognised_by_its_name(name, target):
    assert replacement_target(name) == target


def test_a_lock_is_held_once_and_creates_its_folder(tmp_path):
    lock = tmp_path / "new" / "a.lock"
    busy = IndexBusy("another process has it")
    with locked(lock, busy):
        with pytest.raises(IndexBusy, match="another process"), locked(lock, busy, patience=0):
            pass
    with locked(lock, busy, patience=0):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows words this error differently")
def test_a_lock_that_cannot_be_created_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(IndexUnwritable, match=r"cannot write the index in .*file"):
        with locked(tmp_path / "file" / "a.lock", IndexBusy()):
            pass
