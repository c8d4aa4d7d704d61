"""Everything that the assistant raises on purpose. Each message is one line that says what to do.

QAError
├── QuestionError        the question cannot be searched for: empty, too long, no words
├── QuestionsError       a file of questions to measure with cannot be used
├── CorpusError          the corpus folder is missing or cannot be read
│   ├── UnreadableFile   one file of it cannot be made a document; the others are not affected
│   ├── DocumentExists   a file of that name is in the corpus already
│   └── UnknownDocument  no document has that id, or no file of the corpus that path
├── StoreError           the index cannot be used
│   ├── IndexUnwritable  its folder or file cannot be written
│   ├── IndexTooNew      a newer version of this program made it
│   ├── IndexStale       it was made with another encoder or another version: sync first
│   ├── IndexDamaged     its database is not readable; a sync sets it aside and builds a new one
│   └── IndexBusy        another process is syncing it, or reads it while it is purged
├── StaleDocument        a value outlived the state of the document that it was read from
├── CitationError        a quote does not stand in its document; never shown, always a bug
├── ModelError           the encoder is missing, incomplete or not the one expected
└── SettingsError        an environment variable or option holds something unusable
"""


class QAError(Exception):
    """The base of the tree; what a front end catches to print one line."""


class QuestionError(QAError):
    """The question cannot be searched for: empty, too long, no words."""


class QuestionsError(QAError):
    """A file of questions to measure with cannot be used, or there is nothing to ask them of."""


class CorpusError(QAError):
    """The corpus folder is missing or cannot be read."""


class UnreadableFile(CorpusError):
    """One file of the corpus cannot be made a document; the others are not affected."""


class DocumentExists(CorpusError):
    """A file of that name is in the corpus already."""


class UnknownDocument(CorpusError):
    """No document has that id, or no file of the corpus that path."""


class StoreError(QAError):
    """The index cannot be used."""


class IndexUnwritable(StoreError):
    """The folder or file of the index cannot be written."""


class IndexTooNew(StoreError):
    """A newer version of this program made the index."""


class IndexStale(StoreError):
    """The index was made with another encoder or another version: sync first."""


class IndexDamaged(StoreError):
    """The database of the index is not readable; a sync sets it aside and builds a new one."""


class IndexBusy(StoreError):
    """Another process is syncing the index, or reads it while it is purged."""


class StaleDocument(QAError):
    """A value outlived the state of the document that it was read from."""


class CitationError(QAError):
    """A quote does not stand in its document; never shown, always a bug."""


class ModelError(QAError):
    """The encoder is missing, incomplete or not the one expected."""


class SettingsError(QAError):
    """An environment variable or option holds something unusable."""
