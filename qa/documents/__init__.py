"""Files to text: what a file says, which parts of it are its author's, and the passages it is split into.

`reading` sends bytes to a `worker`, a process in which `formats` finds the parser: a room for each format.
Bytes become a `Parsed`: text, title, metadata and blocks. The text of txt and md files is the decoded file,
never altered; that of all others is made of parts. Nothing is lost silently: what is not indexed is marked or
listed. `splitting` packs `sentences` into passages with exact offsets. This room knows nothing of models,
indexes or questions.
"""
