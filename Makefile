# Everything runs in .venv, which is made on first use.
PYTHON ?= python3
BIN := .venv/bin
SETS ?=
ARTICLES ?= corpus
QUESTIONS ?= benchmarks/questions/corpus-test.jsonl

.PHONY: run test check bench

run: $(BIN)/qa
	$(BIN)/python app.py

test: $(BIN)/pytest
	$(BIN)/python -m pytest

check: $(BIN)/pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# make bench SETS="new_wiki.json xquad.en.json" ARTICLES=folder
bench: $(BIN)/qa
	$(BIN)/qa sync --corpus $(ARTICLES) --index .bench && $(BIN)/qa eval $(QUESTIONS) --corpus $(ARTICLES) --index .bench
	$(BIN)/python benchmarks/agreement.py benchmarks/questions/pairs-test.jsonl
	$(if $(SETS),$(BIN)/python benchmarks/retrieval.py --paraphrase benchmarks/questions/paraphrase.jsonl $(SETS))

$(BIN)/qa: pyproject.toml
	$(PYTHON) -m venv .venv && $(BIN)/pip install -e .

$(BIN)/pytest: pyproject.toml
	$(PYTHON) -m venv .venv && $(BIN)/pip install -e '.[test]'
	@touch $@
