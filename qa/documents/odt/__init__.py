"""LibreOffice's text documents (.odt): a zip package of XML parts.

`parse` makes a document of the text in order, which `body` walks: paragraphs, `tables`, notes, frames and
objects. `styles` knows what a style inherits, `lists` counts the items of lists and the headings.
"""
