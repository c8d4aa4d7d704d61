"""The corpus folder -> an index that matches it.

`folder` decides which files should be documents, and adds and deletes files. `sync` compares the folder with
the index by content hashes and works only on the differences. `listing` shows both side by side, and `watch`
syncs whenever the folder has been quiet for a moment.
"""
