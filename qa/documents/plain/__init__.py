"""Plain text and Markdown: the text is the whole decoded file, and its parts are marked by their offsets.

`decoding` finds the encoding, with the letters of each language (`encodings`). In plain text `paragraphs` are
joined where lines were wrapped (`wrapping`), and `tables` are lines with bars or tabs. In Markdown
markdown-it-py finds the blocks (`markdown_blocks`) below the front matter (`front_matter`).
"""
