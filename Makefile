# `make run` and `make test` are all a new machine needs: Python ≥ 3.11, make and git.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 5000
export PORT

PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
LINT_ENV := DJANGO_SECRET_KEY=lint-only-$$(date +%s%N)-not-a-secret-of-any-service-0123456789 DJANGO_ALLOWED_HOSTS=example.invalid \
	PAPYRUS_HTTPS=1 PGHOST=127.0.0.1 PGUSER=nobody
LOCKED := requirements.txt requirements-local.txt requirements-dev.txt
CATALOGUE := papyrus_site/locale/ja/LC_MESSAGES/django.po

.PHONY: run test lint audit vulnerabilities sbom bench format pictures messages requirements clean

run: .venv/run.stamp
	@.venv/bin/python manage.py serve

test: .venv/dev.stamp
	@.venv/bin/python -m tests

lint: .venv/dev.stamp
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	$(LINT_ENV) .venv/bin/mypy .
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
	$(LINT_ENV) .venv/bin/python manage.py check --deploy --fail-level WARNING
	$(LINT_ENV) .venv/bin/python manage.py evidence verify
	.venv/bin/python -m deploy.leaks
	.venv/bin/hadolint Dockerfile
	.venv/bin/actionlint
	.venv/bin/zizmor --offline --quiet .github

audit: .checkov/stamp .venv/dev.stamp
	terraform fmt -check -recursive deploy/terraform
	.venv/bin/python -m deploy.stacks validate
	.checkov/bin/python -m checkov.main --directory deploy/terraform --config-file deploy/terraform/checkov.yaml

# Asks the internet, so it is no part of .ci/run; a workflow asks every day.
vulnerabilities: .venv/dev.stamp
	.venv/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off $(foreach name,$(LOCKED),--requirement $(name))

sbom: .venv/dev.stamp
	@mkdir -p var
	.venv/bin/cyclonedx-py requirements requirements.txt --output-reproducible --output-file var/sbom.json

bench: .venv/bench.stamp
	@.venv/bin/python -m tests.bench

format: .venv/dev.stamp
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

pictures: .venv/dev.stamp
	@.venv/bin/python -m pytest -q tests/browser/pictures.py

# Without wrapping and without the date of the run, so that a catalogue changes only where a text does.
messages: .venv/dev.stamp
	.venv/bin/python manage.py makemessages --locale ja --no-location --no-obsolete --no-wrap --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	grep -v '^"POT-Creation-Date:' $(CATALOGUE) > $(CATALOGUE).new
	mv $(CATALOGUE).new $(CATALOGUE)
	.venv/bin/python manage.py compilemessages --locale ja --ignore '.venv/*' --ignore 'var/*'

requirements: .venv/dev.stamp
	for name in requirements requirements-local requirements-dev requirements-bench requirements-checkov; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-annotate --custom-compile-command "make requirements" $$name.in -o $$name.txt || exit 1; \
	done

clean:
	rm -rf .venv .checkov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A stamp, since the interpreter stands there long before pip does; --clear, for what a killed run left behind.
.venv/made.stamp:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@echo "Making .venv …"
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

.venv/run.stamp: requirements.txt requirements-local.txt .venv/made.stamp
	@echo "Installing the requirements (once, about a minute) …"
	@$(PIP) -r requirements.txt -r requirements-local.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what tests and checks need …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/bench.stamp: requirements-bench.txt .venv/dev.stamp
	@echo "Installing what the benchmarks compare with …"
	@$(PIP) -r requirements-bench.txt
	@touch $@

.checkov/stamp: requirements-checkov.txt
	@echo "Installing what examines the Terraform files …"
	@"$(PYTHON)" -m venv --clear .checkov
	@.checkov/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-checkov.txt
	@touch $@
