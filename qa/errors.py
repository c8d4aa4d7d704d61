"""Every error that the assistant raises on purpose. Each message is one line that says what to do.

QAError
├── QuestionError        the question cannot be searched for: empty, too long or without words
├── QuestionsError       a file of evaluation questions cannot be used
├── CorpusError          the corpus folder is missing or cannot be read
│   ├── UnreadableFile   one file cannot be turned into a document; the others are not affected
│   ├── CorpusEmptied    most files are gone from it at once; a sync is stopped unless this is allowed
│   ├── DocumentExists   the corpus already has a file with that name
│   └── UnknownDocument  no document has that id, or no file in the corpus has that path
├── StoreError           the index cannot be used
│   ├── IndexUnwritable  its folder or file cannot be written
│   ├── IndexTooNew      it was made by a newer version of this program
│   ├── IndexStale       it was made with another encoder or another version; it needs a sync
│   ├── IndexDamaged     its database cannot be read; a sync sets it aside and builds a new one
│   └── IndexBusy        another process is syncing it, or reading it during a purge
├── StaleDocument        a value has outlived the version of the document that it was read from
├── CitationError        a quote is not in its document; never shown, always a bug
├── ModelError           the encoder is missing, incomplete, not the expected one, or out of reach
└── SettingsError        an environment variable or option has an unusable value
"""


class QAError(Exception):
    """The base of the tree. A front end catches it and prints its one line."""


class QuestionError(QAError):
    """The question cannot be searched for: it is empty, too long or has no words."""


class QuestionsError(QAError):
    """A file of evaluation questions cannot be used, or there is nothing to ask them of."""


class CorpusError(QAError):
    """The corpus folder is missing or cannot be read."""


class UnreadableFile(CorpusError):
    """One file of the corpus cannot be turned into a document; the others are not affected."""


class CorpusEmptied(CorpusError):
    """All or most of the indexed files are gone from the folder at once, as if a drive were missing."""


class DocumentExists(CorpusError):
    """The corpus already has a file with that name."""


class UnknownDocument(CorpusError):
    """No document has that id, or no file in the corpus has that path."""


class StoreError(QAError):
    """The index cannot be used."""


class IndexUnwritable(StoreError):
    """The folder or file of the index cannot be written."""


class IndexTooNew(StoreError):
    """The index was made by a newer version of this program."""


class IndexStale(StoreError):
    """The index was made with another encoder or another version; it needs a sync."""


class IndexDamaged(StoreError):
    """The database of the index cannot be read; a sync sets it aside and builds a new one."""


class IndexBusy(StoreError):
    """Another process is syncing the index, or reading it during a purge."""


class StaleDocument(QAError):
    """A value has outlived the version of the document that it was read from."""


class CitationError(QAError):
    """A quote is not in its document; never shown, always a bug."""


class ModelError(QAError):
    """The encoder is missing, incomplete, not the expected one, or a server that does not answer."""


class SettingsError(QAError):
    """An environment variable or option has an unusable value."""
