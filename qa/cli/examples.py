"""The examples in the help of the command and of its parts."""

from __future__ import annotations

QA = """\
examples:
  qa serve ~/papers                        open a folder in the browser
  qa sync ~/papers                         index it, once or after changes
  qa ask -c ~/papers who paid for the bridge
  qa chat ~/papers                         ask one question after another

Without a folder, qa reads ./corpus and keeps its index in ./index. The index
of a folder that you name is kept among your user data. A folder is only read,
unless you upload or delete documents on the page.
"""
SYNC = """\
examples:
  qa sync ~/papers
  qa sync ~/papers --watch
  qa sync /data --part trade               the others are synced elsewhere
"""
ASK = """\
examples:
  qa ask -c ~/papers who paid for the bridge
  qa ask who paid for the bridge --why
  qa ask "what's the toll?" --documents 2024/ '*.pdf'
  qa ask "what's the toll?" --author "Ida Berg" --since 2023-06

A question needs quotes only for what means something to the shell, as ' and ?
do. Patterns count from the folder of documents, and case doesn't matter.
"""
CHAT = """\
examples:
  qa chat ~/papers
  qa chat ~/papers < questions.txt

Questions may lean on those before them: "and in 1926?". Ctrl-C stops an answer,
Ctrl-D ends the chat. Nothing that you type is kept.
"""
SEARCH = """\
examples:
  qa search -c ~/papers stone bridge -k 3
"""
SERVE = """\
examples:
  qa serve ~/papers
  qa serve ~/papers ~/reports              both, to be chosen on the page
  GRADIO_SERVER_PORT=8080 qa serve ~/papers
"""
MCP = """\
This speaks the Model Context Protocol over stdin and stdout. The configuration
of a program such as an AI assistant has a place for:
  {"mcpServers": {"papers":
    {"command": "qa", "args": ["mcp", "/home/me/papers"]}}}

The folder is answered from as it was last indexed by qa sync or qa serve.
"""
EVAL = """\
examples:
  qa eval questions.jsonl -c ~/papers --failed

A line of the file is a question and what is known of its answer:
  {"question": "Who built it?", "answers": ["Anders Lund"], "evidence":
   [{"document": "bridge.txt", "contains": ["built by Anders Lund"]}]}
"""
