# `make` alone lists the verbs. PYTHON names the interpreter to build .venv from (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# More than cores: many tests wait for another process. Not many more: each collects all tests and starts a PostgreSQL.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(3 * (os.cpu_count() or 1))')
# The optional parts that are always installed.
EXTRAS := --extra web --extra aws --extra lake --extra queue --extra demo
# Spark for engine-check, apart from .venv: its package has the same name as the client's.
SPARK := .spark
SPARK_VERSION := 4.3.0
FILE ?=
# FILE as one word for the shell, whatever it contains; only a `~/` at its beginning is expanded.
FILE_WORD = $(if $(FILE),$(subst '~/,~/','$(subst ','\'',$(FILE))'))

.DEFAULT_GOAL := help
.PHONY: help install demo lake-demo run backup restore test test-engine test-long airflow-check engine-check soak check \
  secrets format bench mutants lock schema screenshots recorded clean

help: ## List the verbs
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  Options go through ARGS, as in: make demo ARGS="--faults 0.02"'

install: $(VENV)/.development ## Make .venv with everything for use and development

demo: $(VENV)/.runtime ## Run a day of the bot in about a minute; no account needed
	@$(BIN)/watchtime demo $(ARGS)

lake-demo: $(VENV)/.development ## Run the same with a data lake on a simulated S3
	@$(BIN)/python -m tests.lake_demo $(ARGS)

run: $(VENV)/.runtime ## Run the bot until Ctrl-C
	@$(BIN)/watchtime run $(ARGS)

backup: $(VENV)/.runtime ## Back up the database into FILE, or into a new file here
	@$(BIN)/watchtime backup $(FILE_WORD) $(ARGS)

restore: $(VENV)/.runtime ## Restore the backup FILE into the database; stop the bot first
	@[ -n $(if $(FILE),x,"") ] || { echo "usage: make restore FILE=watchtime-2026-11-21T160509Z.dump" >&2; exit 2; }
	@$(BIN)/watchtime restore $(FILE_WORD) $(ARGS)

# Each test process imports everything, and tests start many programs: they share compiled modules.
test test-long: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/.development ## Run all tests, on all cores
	$(BIN)/python -m pytest -n $(WORKERS) -q $(ARGS)

test-long: $(VENV)/.development ## Run all tests at full length: about an hour
	$(BIN)/python -m pytest --long -n $(WORKERS) -q $(ARGS)

test-engine: $(VENV)/.development ## Run the shipped containers with a year of data, and chat; needs Docker, half an hour and 15 GB
	$(BIN)/python -m pytest -m engine -v tests/engine $(ARGS)

# Airflow's environment is its own: its packages and the bot's need not agree.
airflow-check: $(VENV)/.development .venv-airflow/.installed ## Run the DAG on a real Airflow, against the sandbox
	$(BIN)/python -m tests.airflow.check .venv-airflow

.venv-airflow/.installed: docker/airflow/requirements.txt
	@echo "Installing Airflow into .venv-airflow, about 400 MB …"
	@$(PYTHON) -m venv .venv-airflow
	@.venv-airflow/bin/pip install -q --disable-pip-version-check --require-hashes -r docker/airflow/requirements.txt
	@touch $@

engine-check: $(VENV)/.development $(SPARK)/.installed ## Compare DuckDB with a real Spark cluster on one lake; needs Java 17
	$(BIN)/python -m benchmarks.engine_check --spark-home $(SPARK)/pyspark $(ARGS)

soak: $(VENV)/.development ## Simulate a year with its faults in about three hours; ARGS="--streams 300" takes half
	@$(BIN)/python -m tests.soak $(ARGS)

check: $(VENV)/.development ## Lint, format, types, import rules, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory secrets

# Excluded: values that tests plant on purpose, RabbitMQ's own first password, and the hashes of packages.
secrets: $(VENV)/.development ## Scan the tracked files for secrets
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --exclude-files '^(requirements|tests/(web|contract)/recorded/)' \
	  --exclude-secrets '^(planted-|hunter2-planted|guest$$|PASSWORD$$|mine$$|one$$|wrong$$|%s$$|(100%)?\{[A-Z]+\})' --

format: $(VENV)/.development ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.benchmarks $(if $(filter lake,$(ARGS)),.venv-lake-peers/.installed) ## Measure; ARGS names one of: staging crawl rollup lake accuracy ask memory web first-visit sizing chat chat-queue understand
	$(BIN)/python -m benchmarks $(ARGS)

# Their environment is their own: they bring another boto3.
.venv-lake-peers/.installed: benchmarks/lake_peers.txt
	@$(PYTHON) -m venv .venv-lake-peers
	@.venv-lake-peers/bin/pip install -q --disable-pip-version-check --require-hashes -r benchmarks/lake_peers.txt
	@touch $@

mutants: $(VENV)/.development ## Change the code in small ways and report which changes no test notices
	$(BIN)/python -m tests.mutants $(ARGS)

lock: $(VENV)/.development ## Compile the lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml $(EXTRAS) --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q $(ARGS) -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml $(EXTRAS) --extra spark --extra dev --extra bench --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q $(ARGS) -c requirements.txt -o requirements-dev.txt
	$(BIN)/uv pip compile pyproject.toml $(EXTRAS) --extra bench-web --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q $(ARGS) -c requirements-dev.txt -o requirements-bench.txt
	$(BIN)/uv pip compile docker/airflow/requirements.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q $(ARGS) -o docker/airflow/requirements.txt
	$(BIN)/uv pip compile benchmarks/lake_peers.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q $(ARGS) -o benchmarks/lake_peers.txt

schema: $(VENV)/.development ## Write sql/schema.sql and the data dictionary from the migrations
	$(BIN)/python -m tests.schema_dump sql/schema.sql
	$(BIN)/python -m tests.data_dictionary docs/data-lake.md

# The files of requests that are gone stay, and a test names them.
recorded: $(VENV)/.development ## Record the dashboard's responses again, which tests compare; read the difference
	$(BIN)/python -m pytest -q --record tests/web/test_recorded.py tests/web/test_recorded_queries.py \
	  tests/contract/test_recorded_enrichment.py
	@git status --short -- tests/web/recorded tests/contract/recorded

screenshots: $(VENV)/.development ## Take the screenshots of the demo's dashboard in docs/screenshots
	$(BIN)/python -m tests.screenshots docs/screenshots

clean: ## Remove .venv and caches
	rm -rf $(VENV) $(SPARK) .venv-airflow .venv-lake-peers .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# uv takes a fifth of pip's time. It does not read pip's settings: on a machine whose index only those name, pip installs.
$(VENV)/bin/uv: | $(VENV)/bin/pip
	@awk '/^uv==/, !/\\$$/' requirements-dev.txt > $(VENV)/uv.txt
	@$(BIN)/pip install -q --disable-pip-version-check -r $(VENV)/uv.txt

install = $(BIN)/uv pip install -q --python $(BIN)/python $(2) $(1) 2> $(VENV)/uv.log || \
  $(BIN)/pip install -q --disable-pip-version-check $(1)

# Editable: the project runs from this folder.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(VENV)/bin/uv
	@echo "Installing into $(VENV), about 350 MB; this takes half a minute to three minutes …"
	@$(call install,-r requirements.txt,--require-hashes --compile-bytecode)
	@$(call install,--no-deps -e .)
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing the development tools into $(VENV) …"
	@$(call install,-r requirements-dev.txt,--require-hashes)
	@touch $@

# Of the package only the Java programs are used, so it comes without the packages that it needs for Python.
$(SPARK)/.installed: | $(VENV)/bin/pip
	@command -v java > /dev/null || { if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  apt-get install -y -q openjdk-17-jre-headless; \
	  else echo "Java 17 is needed; on Debian and Ubuntu: apt-get install openjdk-17-jre-headless" >&2; exit 1; fi; }
	@echo "Installing Spark into $(SPARK), about 900 MB; this takes some minutes …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --target $(SPARK) pyspark==$(SPARK_VERSION)
	@touch $@

$(VENV)/.benchmarks: requirements-bench.txt $(VENV)/.development
	@echo "Installing the tools for benchmarks into $(VENV) …"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements-bench.txt
	@touch $@
