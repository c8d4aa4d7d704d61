"""A path -> a connection to the SQLite database, with the current tables.

Also the database's errors in words. Tables change only by
appending to `MIGRATIONS`; `PRAGMA user_version` counts how many have been run.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.errors import IndexBusy, IndexDamaged, IndexTooNew, IndexUnwritable
from qa.index.words import TOKENIZER

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
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('store', ?), ('generation', '0')", [uuid.uuid4().hex]
    )


def _add_pages(connection: sqlite3.Connection) -> None:
    """The offsets at which a document's pages begin in its text: one row for each document with pages."""
    connection.execute(
        "CREATE TABLE pages (document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,"
        " starts TEXT NOT NULL)"
    )


def _add_structure(connection: sqlite3.Connection) -> None:
    """The named places and the tables of a document: one row for each document that has some.

    Also what has to be known of a quote from a passage.
    """
    connection.execute(
        "CREATE TABLE structures ("
        " document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,"
        " places TEXT NOT NULL, tables TEXT NOT NULL)"
    )
    connection.execute("ALTER TABLE passages ADD COLUMN remark TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE passages ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0")


def _add_scripts(connection: sqlite3.Connection) -> None:
    """What the keyword index sees of a passage in place of its header and text, if that is something else.

    The index is built again, with the same words as before, because what it refers to is another table.
    """
    statements = f"""
        ALTER TABLE passages ADD COLUMN searched_header TEXT;
        ALTER TABLE passages ADD COLUMN searched_text TEXT;
        DROP TRIGGER passage_added;
        DROP TRIGGER passage_removed;
        DROP TABLE keywords;
        CREATE VIEW searched (number, header, text) AS
            SELECT number, coalesce(searched_header, header), coalesce(searched_text, text) FROM passages;
        CREATE VIRTUAL TABLE keywords USING fts5 (
            header, text, content='searched', content_rowid='number',
            tokenize='{TOKENIZER}');
        CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
            INSERT INTO keywords (rowid, header, text) VALUES (
                new.number, coalesce(new.searched_header, new.header),
                coalesce(new.searched_text, new.text)); END;
        CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
            INSERT INTO keywords (keywords, rowid, header, text) VALUES (
                'delete', old.number, coalesce(old.searched_header, old.header),
                coalesce(old.searched_text, old.text)); END;
        INSERT INTO keywords (keywords) VALUES ('rebuild');
        """
    for statement in _statements(statements):
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one; executescript would commit the enclosing transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (  # append only
    _create,
    _add_pages,
    _add_structure,
    _add_scripts,
)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection to the database, or to an empty one in memory if it does not exist. Raises IndexTooNew.

    A database made by an older version gets the tables it lacks.
    """
    if path.exists():
        uri = f"{path.resolve().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)
        try:
            if _schema_version(connection, path):
                _migrate(connection, path)
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()  # a process died before it committed anything
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(connection, path)
    return connection


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection to an undamaged database with the current tables. Raises IndexTooNew.

    The database is checked from end to end, because damage that a reader would meet must not survive a sync.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
    try:
        _schema_version(connection, path)
        (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise sqlite3.DatabaseError(result.splitlines()[-1])
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """The number of migrations that the database has been through, 0 for none. Raises IndexTooNew."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise IndexTooNew(
            f"{path} was made by a newer version of this program. Update it, or use another index folder"
        )
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _schema_version(connection, path) == len(MIGRATIONS):
        return  # nearly always, and without taking a lock
    with atomic(connection):
        done = _schema_version(connection, path)  # another process may have been faster
        for migration in MIGRATIONS[done:]:
            migration(connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction: all or nothing. A failing rollback does not hide the error that led to it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def compact(connection: sqlite3.Connection) -> bool:
    """Rewrite the database without the bytes of deleted rows, and empty its log.

    Rows keep their numbers. Returns False if another connection kept reading for all of PATIENCE: the
    database is intact, but its file and its log still hold the old bytes for that reader.
    """
    connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turns the SQLite errors that a user can cause into errors of this package."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise IndexBusy(f"another program has locked {path}. Try again") from error
        if "fts5" in str(error):
            raise
        raise IndexUnwritable(f"cannot use {path} ({error})") from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)):
            raise
        raise IndexDamaged(
            f"{path} is damaged ({error}). Running qa sync sets it aside and builds a new one"
        ) from error


def within(part: str) -> tuple[str, list[str]]:
    """The condition that a path is in a part (see `qa.index.parts`), and its arguments."""
    if not part:
        return "true", []
    return "(path = ? OR path >= ? AND path < ?)", [part, f"{part}/", f"{part}0"]  # 0 is next to /
