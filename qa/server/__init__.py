"""The web page, the endpoints for other programs and the MCP tools, over one assistant.

A Starlette application of our own serves everything; Gradio is mounted in it for the page's frame and its
API. Requests pass the middleware first: host, origin, login, allowed paths, body sizes. `handlers` are what
the page calls, `records` what a browser keeps of a conversation, `html` what answers look like. gradio is
imported here only.
"""
