"""The corpus folder, and keeping the index like it.

`folder` says which files should be documents, puts files in and takes them out. `sync` compares the folder
with the index by content hashes and does only what has changed. `listing` shows both side by side, `watch`
syncs whenever the folder has been quiet for a moment.
"""
