"""Files to text: what a file says, which parts of it are its author's, and the passages it is split into.

Bytes become a `Parsed`: text, title, metadata and blocks. The text of txt and md files is the decoded file,
never altered; the text of HTML, PDF and Word files is extracted. Everything that is not the author's
(adverts, menus, running headers) is marked or listed, never lost silently. The rules about boilerplate are
rows of tables (`boilerplate_lines`, `boilerplate_sections`). `splitting` packs sentences into passages with
exact offsets. This room knows nothing of models, indexes or questions.
"""
