"""PDF files: what is printed on each page, put back into lines, columns, tables and paragraphs.

`extract` asks PDFium (`library`) for each page's `characters`, the values in its `forms` and its `drawings`,
as `pieces`; `direction` puts right-to-left writing in order. `readable` takes out letters without a meaning
and `running` the running headers; `scanned` finds pages that need OCR and `render` makes pictures of them.
`columns` and `cells` find the reading order and the tables of a page for `lines`, `paragraphs` joins lines
across columns and pages, and `parse` makes a document of the `parts`.
"""
