"""Web pages: everything that stands on a page, in order, and which of it is its main text.

`parts` makes a tree of the markup and walks it, with `tables`; `marks` show where an element begins among the
parts. `extractor` asks trafilatura for the main text, `alignment` finds it among the parts again, and
`content` judges each of them. `dates` takes a page's date from what it declares. `parse` makes a document.
"""
