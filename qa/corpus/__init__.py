"""The corpus folder -> an index that matches it.

`contents` decides which files should be documents, and `folder` adds and deletes files. `plan` compares the
folder with the index by content hashes, `sync` works only on the differences, and `attachments` names the
documents within a file. `origin` knows which folder an index is of, and `parts` what of it is synced here.
`listing` shows folder and index side by side, and `watch` syncs whenever the folder has been quiet for a
moment.
"""
