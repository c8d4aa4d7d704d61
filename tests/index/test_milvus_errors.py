"""What can go wrong between here and Milvus is one line that says what to do, and the next sync goes on."""

import socket
import sys
import time
from contextlib import ExitStack

import numpy as np
import pytest
from milvus import milvus
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException
from serving import free_port
from storing import entry, matches, put

from qa.errors import IndexBusy, IndexTooNew, IndexUnwritable, SettingsError, StoreError
from qa.index.milvus.collections import META
from qa.index.milvus.connection import Connection
from qa.index.milvus.rows import meta_row
from qa.index.milvus.store import MilvusStore

SECRET = "open sesame"


@pytest.fixture
def store(tmp_path) -> MilvusStore:
    """A new index in a file of milvus-lite."""
    return MilvusStore(tmp_path / "index", str(tmp_path / "index.db"), SECRET)


def error_of(store: MilvusStore, kind: type[Exception] = StoreError) -> str:
    """The line that a sync gets, and then a reader."""
    lines = set()
    for use in (lambda: put(store, entry("a.txt", "It left.")), lambda: matches(store, "left")):
        with pytest.raises(kind) as raised:
            use()
        lines.add(str(raised.value))
    (line,) = lines
    assert "\n" not in line
    assert SECRET not in line
    assert "Traceback" not in line
    return line


def test_a_server_that_is_away(tmp_path):
    address = f"http://127.0.0.1:{free_port()}"
    line = error_of(MilvusStore(tmp_path, address, SECRET))
    assert line == f"{address} does not answer. Start it, or correct QA_STORE, then try again"


def test_a_password_in_an_address_is_never_shown(tmp_path):
    port = free_port()
    line = error_of(MilvusStore(tmp_path, f"http://root:{SECRET.replace(' ', '')}@127.0.0.1:{port}", SECRET))
    assert line.startswith(f"http://127.0.0.1:{port} does not answer.")


def test_a_server_that_stops_during_a_sync_and_comes_back(tmp_path, monkeypatch):
    data, port = tmp_path / "data", free_port()
    insert = Connection.insert
    with ExitStack() as running:
        address = running.enter_context(milvus(data, port))
        store = MilvusStore(tmp_path / "index", address)
        put(store, entry("a.txt", "It left."))

        def stop(connection, collection, rows):
            insert(connection, collection, rows)
            running.close()

        monkeypatch.setattr(Connection, "insert", stop)
        assert error_of(store) == f"{address} does not answer. Start it, or correct QA_STORE, then try again"
    monkeypatch.setattr(Connection, "insert", insert)
    with milvus(data, port):
        assert found_again(store) == ["a.txt-0"]
        put(store, entry("a.txt", "It left at seven."), entry("b.txt", "It left."))
        assert matches(store, "left") == ["b.txt-0", "a.txt-0"]


def found_again(store: MilvusStore) -> list[str]:
    """What a search finds as soon as there is a connection again."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return matches(store, "left")
        except StoreError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_server_that_accepts_and_never_answers(tmp_path, monkeypatch):
    monkeypatch.setattr("qa.index.milvus.connection._CONNECTING", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        line = error_of(MilvusStore(tmp_path, address, SECRET))
    assert line == f"{address} does not answer. Start it, or correct QA_STORE, then try again"


def test_a_file_that_another_process_has_open(tmp_path):
    store = MilvusStore(tmp_path / "index", str(tmp_path / "index.db"))
    with milvus(tmp_path / "index.db") as address:
        line = error_of(store, IndexBusy)
        assert line.startswith(f"{store.place} is open in another process.")
        put(MilvusStore(tmp_path / "index", address), entry("a.txt", "It left."))
    assert matches(store, "left") == ["a.txt-0"]


def test_a_file_in_a_folder_that_does_not_exist(tmp_path):
    line = error_of(MilvusStore(tmp_path, str(tmp_path / "nowhere" / "index.db")), IndexUnwritable)
    assert line == f"the folder {tmp_path / 'nowhere'} does not exist. Create it, or correct QA_STORE"


def test_a_file_that_is_no_folder(tmp_path, capfd):
    path = tmp_path / "index.db"
    path.write_text("SQLite format 3")
    line = error_of(MilvusStore(tmp_path, str(path)), IndexUnwritable)
    assert line == f"{path} cannot be used as an index of milvus-lite. Correct QA_STORE"
    assert capfd.readouterr() == ("", "")
    assert path.read_text() == "SQLite format 3"


def test_a_database_that_does_not_exist(tmp_path, milvus_server):
    line = error_of(MilvusStore(tmp_path, f"{milvus_server}/nowhere"))
    assert line == f"{milvus_server}/nowhere has no database of this name. Create it, or correct QA_STORE"


@pytest.mark.parametrize(
    ("code", "message", "kind", "line"),
    [
        (16, "auth check failure, please check username and password are correct", StoreError, "refuses the"),
        (7, "PrivilegeQuery: permission deny to ann in the `default` database", StoreError, "refuses the"),
        (800, "database not found[database=nowhere]", StoreError, "has no database"),
        (9, "quota exceeded[reason=disk quota exceeded, please allocate more resources]", IndexUnwritable,
         "takes no more data (quota exceeded[reason=disk quota exceeded"),
        (3, "memory limit exceeded[predict=2][limit=1]", IndexUnwritable, "takes no more data"),
        (1, "[Errno 28] No space left on device", IndexUnwritable, "takes no more data"),
        (8, "Retry timeout: 60s, message=rate limit exceeded[rate=0.1]", StoreError, "not answer in time"),
        (4, "StatusCode.DEADLINE_EXCEEDED, Deadline Exceeded", StoreError, "does not answer in time"),
        (14, "Retry timeout: 30s, StatusCode.UNAVAILABLE, failed to connect", StoreError, "does not answer."),
        (5, f"something\nelse of {SECRET}", StoreError, "reports an error (something else of ...)."),
    ],
)  # fmt: skip
def test_what_a_server_says_in_words(store, monkeypatch, code, message, kind, line):
    def refuse(*_, **__):
        raise MilvusException(code=code, message=message)

    with monkeypatch.context() as refusing:
        refusing.setattr(MilvusClient, "has_collection", refuse)
        assert line in error_of(store, kind)
    put(store, entry("a.txt", "It left."))
    assert matches(store, "left") == ["a.txt-0"]


def test_an_error_that_quotes_a_path_is_not_taken_for_another(store, monkeypatch):
    def refuse(*_, **__):
        raise MilvusException(message='cannot parse path in ["authors/disk quota.txt"]')

    monkeypatch.setattr(MilvusClient, "has_collection", refuse)
    assert "reports an error" in error_of(store)


@pytest.mark.parametrize("version", ["v2.4.13", "2.3.0-dev"])
def test_a_server_that_is_too_old(store, monkeypatch, version):
    monkeypatch.setattr(MilvusClient, "get_server_version", lambda *_, **__: version)
    assert error_of(store) == f"{store.place} is Milvus {version}. Keyword search needs Milvus 2.5 or newer"


@pytest.mark.parametrize("version", ["v2.5.0", "2.6.1-rc1", "3.0-20260101-abc"])
def test_a_server_that_is_not_too_old(store, monkeypatch, version):
    monkeypatch.setattr(MilvusClient, "get_server_version", lambda *_, **__: version)
    assert matches(store, "left") == []


@pytest.mark.parametrize("package", ["pymilvus", "milvus_lite.server_manager"])
def test_a_missing_package(store, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    assert error_of(store, SettingsError).endswith("pip install pymilvus milvus-lite")


def test_vectors_of_another_dimension(store):
    put(store, entry("a.txt", "It left."))
    with pytest.raises(StoreError, match="holds vectors of 2 numbers, and this encoder makes 3"):
        with store.write() as writer:
            writer.add_vectors([b"key"], np.ones((1, 3), np.float32))
    assert matches(store, "left") == ["a.txt-0"]


def test_an_index_of_a_newer_version(store):
    put(store, entry("a.txt", "It left."))
    store._connection.upsert(META, [meta_row("", "layout", "2")])
    with pytest.raises(IndexTooNew, match="made by a newer version of this program"):
        put(store, entry("b.txt", "It left."))
    with pytest.raises(IndexTooNew), store.read("an encoder"):
        pass
    with pytest.raises(IndexTooNew), store.read() as snapshot:
        snapshot.counts()
    assert store._connection.count("qa_documents") == 1


def test_an_index_is_marked_before_anything_is_in_it(store):
    with store.write() as writer:
        writer.add_vectors([b"key"], np.ones((1, 3), np.float32))
    rows = store._connection.rows(META, 'name == "layout"', ("value",))
    assert [row["value"] for row in rows] == ["1"]


def test_values_of_any_length_are_recorded(store):
    long = str([f"folder/{n} \U0001f6a2.txt" for n in range(6000)])
    for value in ("short", long, long[:40_000], "", long):
        with store.write() as writer:
            writer.record([], unsettled=value, model=value)
        with store.read() as snapshot:
            assert (snapshot.meta("unsettled"), snapshot.meta("model")) == (value, value)
