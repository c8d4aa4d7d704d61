"""The web chat: `python app.py` brings the index up to date, then serves the page on http://127.0.0.1:7860."""

import sys

from qa.cli import run

if __name__ == "__main__":
    run(["serve", *sys.argv[1:]])
