"""The SQLite database: its tables, opening it, its errors in words, and the words of its keyword index.

Tables change only by appending to `MIGRATIONS`; `PRAGMA user_version` counts how many were run.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from qa.errors import IndexBusy, IndexDamaged, IndexTooNew, IndexUnwritable

TOKENIZER = "porter unicode61 remove_diacritics 2"
PATIENCE = 10.0  # seconds to wait for another process


def _create(connection: sqlite3.Connection) -> None:
    statements = f"""
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE documents (
            id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL, metadata TEXT NOT NULL,
            text TEXT NOT NULL, digest TEXT NOT NULL, file_digest TEXT NOT NULL, recipe TEXT NOT NULL,
            left_out TEXT NOT NULL, indexed_at REAL NOT NULL);
        CREATE TABLE passages (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
            document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            start INTEGER NOT NULL, "end" INTEGER NOT NULL, header TEXT NOT NULL, text TEXT NOT NULL,
            sentences TEXT NOT NULL, vector_key BLOB NOT NULL REFERENCES vectors (key));
        CREATE INDEX passages_of_document ON passages (document_id);
        CREATE INDEX passages_of_vector ON passages (vector_key);
        CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL);
        CREATE TABLE failures (path TEXT PRIMARY KEY, reason TEXT NOT NULL);
        CREATE VIRTUAL TABLE keywords USING fts5 (
            header, text, content='passages', content_rowid='number',
            tokenize='{TOKENIZER}');
        CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
            INSERT INTO keywords (rowid, header, text) VALUES (new.number, new.header, new.text); END;
        CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
            INSERT INTO keywords (keywords, rowid, header, text)
            VALUES ('delete', old.number, old.header, old.text); END;
        """
    for statement in _statements(statements):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('store', ?), ('generation', '0')", [uuid.uuid4().hex])


def _add_pages(connection: sqlite3.Connection) -> None:
    """Where the pages of a document begin in its text: a row for each document that has pages."""
    connection.execute(
        "CREATE TABLE pages (document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,"
        " starts TEXT NOT NULL)"
    )


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: executescript would commit the transaction around it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_create, _add_pages)  # append only


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection to a database that exists, else to an empty one in memory. Raises IndexTooNew.

    One that an older version made is given the tables that it lacks.
    """
    if path.exists():
        uri = f"{path.resolve().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)
        try:
            if _version(connection, path):
                _migrate(connection, path)
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()  # a process died before it could commit anything
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(connection, path)
    return connection


def open_to_write(path: Path) -> sqlite3.Connection:
    """A connection to a database that is whole and of this version. Raises IndexTooNew.

    It is read once from end to end: what a reader would stumble over must not survive a sync.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
    try:
        _version(connection, path)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found.splitlines()[-1])
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """How many migrations made the database, 0 for none. Raises IndexTooNew."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise IndexTooNew(
            f"{path} was made by a newer version of this program: update it, or use another index folder"
        )
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection, path) == len(MIGRATIONS):
        return  # without a lock, as nearly always
    with atomic(connection):
        done = _version(connection, path)  # another process may have been faster
        for migration in MIGRATIONS[done:]:
            migration(connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. A failing rollback does not hide the error that led to it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def compact(connection: sqlite3.Connection) -> bool:
    """Write the database anew without the bytes of what was deleted, and empty its log.

    Rows keep their numbers. False if somebody read for all of PATIENCE: the database is good, but its
    file and its log still hold the old bytes for that reader.
    """
    connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors that a user can cause, in words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise IndexBusy(f"{path} is locked by another program: try again") from error
        if "fts5" in str(error):
            raise
        raise IndexUnwritable(f"cannot use {path} ({error})") from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)):
            raise
        raise IndexDamaged(
            f"{path} is damaged ({error}): qa sync sets it aside and builds a new one"
        ) from error


def texts_with(words: Sequence[str], texts: Sequence[str]) -> list[set[str]]:
    """For each text which of the words it holds, in any form that the keyword index takes for the same."""
    found: list[set[str]] = [set() for _ in texts]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize='{TOKENIZER}')")
        connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))
        for word in words:
            for (row,) in connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", [quoted(word)]):
                found[row].add(word)
    return found


def quoted(word: str) -> str:
    """A word as an FTS5 string: whatever it holds is text and not syntax."""
    return '"' + word.replace('"', '""').replace("\x00", "") + '"'
