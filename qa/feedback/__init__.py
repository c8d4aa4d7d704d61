"""What users say of answers: a line of JSON each, in the index folder.

`log` keeps votes and reads them back, `redaction` drops whatever no longer stands in the documents, and
`export` makes questions of them that `qa eval` can ask.
"""
