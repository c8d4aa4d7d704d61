"""What the formats of office programs share: zip packages of XML, and what is drawn and written in them.

`package` opens a package safely, within limits. `properties` are those of a file; `elements` helps to walk
XML; `charts`, `formulas` with `mathml`, `symbols` of fonts, `numerals` of lists and `headings` become text.
"""
