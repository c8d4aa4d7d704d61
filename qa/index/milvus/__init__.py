"""The index in Milvus: one corpus synced by many machines and served by many processes.

Milvus promises less than SQLite: a call that writes several rows is not undone if it breaks off, and nothing
holds over two collections. So every write is in an order in which each state between two calls is harmless:

1. a row that says that a commit of this part of the corpus has begun, when, and by whom
2. the long texts and the passages of new documents, marked with a version that no document has yet
3. the rows of the documents, which name their versions; one of them is replaced at once, and with it the
   document; then the rows of removed documents are deleted
4. passages and texts of versions that no document names any longer, counts of words, the state's generation
5. the row of 1. is deleted

A reader looks up the document of each passage that a search finds, and passes over a passage whose version
is not the document's. A process that dies leaves the row of step 1; the next sync of the part then deletes
what no document names, and counts the words of its part again. On another machine it waits until that row is
so old that nobody can still be writing.
"""
