"""PowerPoint presentations (.pptx): a zip package of XML parts, one for each slide.

`parse` makes a document of the slides and their notes. `shapes` reads what stands on a slide, from top to
bottom, and `numbering` counts the paragraphs of numbered lists.
"""
