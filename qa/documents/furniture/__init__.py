"""The furniture of saved web pages: what belongs to the page around a text and not to its author."""
