"""The `qa` command: what people type, and what they see of it. Printing is done here only.

`arguments` says what can be typed, `commands` what becomes of it; `asking` and `chat` are the commands that
answer. `opening` finds the folder that is meant and its index, `output`, `why` and `progress` word what is
printed, and `terminal` knows what can be shown.
"""

from qa.cli.commands import main, run

__all__ = ["main", "run"]
