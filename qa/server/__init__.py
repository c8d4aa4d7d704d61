"""The web page, the endpoints for other programs and the MCP tools, over one assistant.

A Starlette application of our own serves everything; Gradio is mounted in it for the page's frame and its
API. Requests pass the middleware first: host, origin, login, allowed paths, body sizes. `handlers` holds the
functions that the page calls, `records` the conversations that a browser keeps, `html` the HTML of answers.
gradio is imported in this subpackage only.
"""
