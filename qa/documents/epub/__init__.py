"""E-books (EPUB 2 and 3): the text of their chapters in reading order, with the chapters' names as places.

`book` reads what the package says of itself: its metadata, its files, their order and protection. `contents`
reads the table of contents, `chapter` the text of one file, and `parse` makes a document of it all.
"""
