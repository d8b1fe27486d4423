# Names the commands; what they do stands in infra/.
ARCH ?= $(patsubst aarch64,arm64,$(shell uname -m))
BIN := .venv/bin
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= eu-west-1

.PHONY: help setup browser checkers mails erps books build demo pictures test check mutants histories bench-sweep bench-sync bench-tryton test-erp finding format requirements clean

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Prepares the environments of this folder (Python 3.13, or uv that may fetch it)
	@infra/setup.sh

browser: setup ## Installs Chromium and what looks for barriers in pages
	@infra/setup.sh browser

checkers: setup ## Installs hledger and beancount
	@infra/setup.sh books

erps: setup ## Installs ERPs to run against (Tryton), and what checks calls of others
	@infra/setup.sh erps

mails: setup ## Installs what reads the mails: SpamAssassin and a lint of HTML
	@infra/setup.sh mails

books: checkers ## A year of two companies as books: hledger and beancount accept them, and not a lie
	@$(BIN)/python -m tests.books.run

build: setup ## Builds functions and layers, ARCH=arm64 or x86_64 (default: this machine's)
	@infra/build/build.sh $(ARCH)

demo: build ## Starts the local cloud and lives 90 days of a sample company on it
	@$(BIN)/duecourse demo

pictures: browser ## Takes the pictures of the front page from the demo that is running
	@$(BIN)/python -m infra.local.pictures

check: setup ## Style, types, walls between rooms, and the template
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/pytest -q tests/unit/test_rooms.py tests/unit/test_template.py
	@.venvs/sam/bin/sam validate --lint

test: browser checkers mails erps check build ## Everything: check, build, unit, integration, end to end, browser
	@infra/test.sh

mutants: setup ## Plants every known bug into a copy of the tree; the tests must notice each
	@$(BIN)/python -m tests.mutants.run --all

test-erp: setup build ## A month of the hub and a live Tryton of 1,000 invoices, twice: once with two syncs at once
	@infra/setup.sh tryton
	@$(BIN)/python -m tests.erp.run
	@$(BIN)/python -m tests.erp.run --twice

histories: setup checkers ## Ten thousand random histories; hledger adds up the books of two hundred
	@$(BIN)/python -m tests.sim.run --runs 10000 --hledger 200

bench-tryton: setup ## Our planning and messages beside Tryton's dunning run of the same invoices (fills it once)
	@infra/setup.sh tryton
	@$(BIN)/python -m tests.bench.dunning_beside_tryton

finding: setup ## Ten thousand drawn cases: a sweep leaves out nobody who is due
	@$(BIN)/python -m tests.finding.run --cases 10000

bench-sweep: setup ## What a sweep costs and how that grows, each figure beside its goal
	@$(BIN)/python -m tests.bench.sweep

bench-sync: setup ## What a sync of 10,000 invoices costs where little changed, each figure beside its goal
	@$(BIN)/python -m tests.bench.bench_sync

format: setup ## Rewrites the code in the house's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

requirements: ## Compiles infra/requirements/*.in again, by hash
	@infra/requirements.sh

clean: ## Removes what was built, not the environments
	@rm -rf .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
