"""Texts -> their words as the keyword index compares them: FTS5's tokenizer, run in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from qa.writing import searchable

TOKENIZER = "porter unicode61 remove_diacritics 2"


def matching_words(words: Sequence[str], texts: Sequence[str]) -> list[set[str]]:
    """The words that each text contains, in any form that the keyword index treats as the same."""
    matches: list[set[str]] = [set() for _ in texts]
    with closing(_with(texts)) as connection:
        for word in words:
            query = "SELECT rowid FROM texts WHERE texts MATCH ?"
            for (number,) in connection.execute(query, [fts5_string(word)]):
                matches[number].add(word)
    return matches


def words_of(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of each text, in order, in the form in which they are compared."""
    words: list[list[str]] = [[] for _ in texts]
    with closing(_with(texts)) as connection:
        connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab('texts', 'instance')")
        for number, word in connection.execute('SELECT doc, term FROM terms ORDER BY doc, "offset"'):
            words[number].append(word)
    return [tuple(found) for found in words]


def _with(texts: Sequence[str]) -> sqlite3.Connection:
    """A database in memory with a table of the texts."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize='{TOKENIZER}')")
    connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(map(searchable, texts)))
    return connection


def fts5_string(text: str) -> str:
    """A text as an FTS5 string: its words in a row, in any form. Nothing in it is read as query syntax."""
    return '"' + searchable(text).replace('"', '""').replace("\x00", "") + '"'
