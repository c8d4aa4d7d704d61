"""Word files (.docx): a zip package of XML parts.

`parse` makes a document of the text in order, which `body` walks: paragraphs with their list numbers
(`numbering`), `tables`, notes, text boxes, `drawings` and imported files. `runs` collects the text within a
paragraph, with `equations` for formulas. `styles` knows what a style
inherits, and `elements` reads the XML.
"""
