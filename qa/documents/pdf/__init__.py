"""PDF files: what is printed on each page, put back into lines, columns and paragraphs.

`extract` runs PDFium in a process of its own, under limits of time and memory, and imports nothing of this
package. `lines` finds columns and rows, `running` takes out running headers and page numbers, `paragraphs`
joins lines across columns and pages, and `parse` makes a document of it all.
"""
