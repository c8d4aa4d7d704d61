"""The index on disk: SQLite holds the truth, FAISS a copy of the vectors that can be made again.

Readers open a snapshot of one committed state; one writer at a time commits documents whole. Each commit
raises the generation that the vector cache is stamped with. sqlite3 is imported here only, faiss in `vectors`
only.
"""
