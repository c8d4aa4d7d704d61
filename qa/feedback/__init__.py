"""A user's opinion of an answer -> one line of JSON in the index folder.

`log` stores votes and reads them back, `redaction` finds everything in them that is no longer in the
documents, and `export` turns them into questions that `qa eval` can ask.
"""
