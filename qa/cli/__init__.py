"""The `qa` command: what people type, and what they see of it. Printing is done here only."""

from qa.cli.commands import main, run

__all__ = ["main", "run"]
