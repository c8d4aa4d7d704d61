"""The index in a folder: SQLite is the truth, FAISS a cache of its vectors."""
