"""The web page, the interfaces for other programs and the MCP tools, over one assistant or several.

A Starlette application of our own serves everything; Gradio is mounted in it for the page's frame and its
API. Requests pass the middleware first: proxy, host, origin, login, role, allowed paths, body sizes.
Several folders have an application each, below their names (`folders`), and share the login and the `limits`.
`handlers` holds the functions that the page calls, `records` the conversations that a browser keeps, `html`
the HTML of answers. `functions` are those for other programs, which `rest` serves over plain HTTP, `api`
through Gradio, `mcp` and `stdio` as tools. gradio is imported in this subpackage only.
"""
