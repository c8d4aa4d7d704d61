"""Documents, passages and vectors -> the index on disk. SQLite is the truth; FAISS is a copy of the vectors.

A reader opens a snapshot of one committed state, and the only writer commits each document as a whole. Each
commit raises the generation, which the vector cache is stamped with, so a stale cache is noticed and rebuilt.
sqlite3 is imported in this room only, and faiss only in `vectors`.
"""
