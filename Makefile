# Everything is done by the small scripts in bin/; this is the list of them.
.DEFAULT_GOAL := help
# what Python has compiled is kept: else each of four processes compiles all of it at every start
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run test check bench faults messages lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: ## prepare what is missing, then serve the shop on http://127.0.0.1:8000 until Ctrl-C
	@bin/packages run
	@bin/venv run
	@.venv/bin/python bin/messages --compile
	@.venv/bin/python bin/prepare
	@exec .venv/bin/python bin/serve

test: ## all tests on SQLite and on PostgreSQL; PYTEST_ARGS="-k sale" narrows them
	@bin/packages test
	@bin/venv dev
	@.venv/bin/python bin/messages --compile
	@bin/test

check: ## linters, types, templates, migrations, translations, deployment, packages; build/sbom.json
	@bin/packages run
	@bin/venv dev
	@bin/check

bench: ## measure against floors in the same run; FULL=1 for all sizes, ONLY=B1,B8a for some operations
	@bin/packages test
	@bin/venv dev
	@.venv/bin/python bin/messages --compile
	@bin/bench

faults: ## kill, cut off and starve the shop while it sells; FULL=1 for hours, SEED=… repeats a run
	@bin/packages test
	@bin/venv dev
	@.venv/bin/python -m tests.faults

messages: ## bring the Chinese catalogue up to date with the texts in code and templates
	@bin/packages run
	@bin/venv dev
	@.venv/bin/python bin/messages

lock: ## write requirements/*.txt anew from requirements/*.in
	@bin/venv dev
	@bin/lock

clean: ## remove what the tests and the tools left; the shop's data in var/ stays
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
