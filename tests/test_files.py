"""Files that no crash spoils: whole or not at all, one writer at a time."""

import os
from contextlib import suppress

import pytest
from conftest import python

from qa.errors import IndexBusy, IndexUnwritable
from qa.files import leftovers, locked, replaced, unfinished_of

DIES = """
import os, sys
from pathlib import Path
from qa.files import replaced
with replaced(Path(sys.argv[1])) as file:
    file.write(b"half of")
    file.flush()
    os._exit(9)
"""


def test_a_file_is_replaced_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replaced(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 2
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_goes_wrong_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with suppress(RuntimeError), replaced(path) as file:
        file.write(b"half of")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_process_that_dies_leaves_is_found(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    assert python(DIES, path).returncode == 9
    assert path.read_text() == "old"
    (unfinished,) = leftovers(path)
    assert unfinished.name.startswith(".")  # what reads the folder passes it over
    assert unfinished.read_text() == "half of"
    older = tmp_path / "a.txt.17.new"  # as they were called once
    older.touch()
    (tmp_path / "b.txt.17.new").touch()
    assert set(leftovers(path)) == {unfinished, older}
    assert leftovers(tmp_path / "nowhere" / "a.txt") == []


@pytest.mark.parametrize(
    ("name", "of"), [(".a.txt.17.new", "a.txt"), ("a.17.new", "a"), ("a.new", ""), (".a.txt", "")]
)
def test_an_unfinished_file_is_known_by_its_name(name, of):
    assert unfinished_of(name) == of


def test_a_lock_is_held_by_one_and_makes_its_folder(tmp_path):
    lock = tmp_path / "new" / "a.lock"
    busy = IndexBusy("somebody else is at it")
    with locked(lock, busy):
        with pytest.raises(IndexBusy, match="somebody else"), locked(lock, busy, patience=0):
            pass
    with locked(lock, busy, patience=0):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has other words for it")
def test_where_no_lock_can_be_made_that_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(IndexUnwritable, match=r"cannot write the index in .*file"):
        with locked(tmp_path / "file" / "a.lock", IndexBusy()):
            pass
