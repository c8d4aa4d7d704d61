"""Documents, passages and vectors -> an index, in a folder (`local`) or on a server (`milvus`).

A reader opens a snapshot, and the only writer commits each document as a whole. `protocol` is all that the
rest of the package knows of it. sqlite3 is imported in this room only, faiss and pymilvus in one place of it
each.
"""
