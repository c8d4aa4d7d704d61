"""RTF files: text with control words and groups in braces.

`tokens` cuts the bytes, `words` knows what control words are for, `story` makes paragraphs and tables of a
run of text, such as the body or a footnote, and `parse` follows the groups and decides which story a text
belongs to.
"""
