"""Files to text: what a file says, which parts of it are the author's, and the passages it is split into.

Bytes become a `Parsed`: text, title, metadata and blocks. The text of txt and md files is the decoded file,
never altered; of HTML, PDF and Word files it is what was extracted. What is not the author's (adverts, menus,
running headers) is marked or listed, never lost silently. `splitting` packs sentences into passages whose
offsets are exact. This room knows nothing of models, indexes or questions.
"""
