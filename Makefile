# SPDX-License-Identifier: GPL-3.0-or-later
# make demo, make test: everything else is a part of one of them. Needs Python >= 3.11 and a package index.

PYTHON ?= $(shell tests/tools/find-python)
ROOT := $(CURDIR)
VENV := $(ROOT)/.venv
WORK := $(ROOT)/.work
BIN := $(VENV)/bin
export PATH := $(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(WORK)/collections
export ANSIBLE_LOCALHOST_WARNING := False
# Containers often set it. Without compiled files each of pytest's workers, and each ansible-playbook, compiles every file of this repository anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-all test-busy unit integration lint lint-more sanity docs molecule test-clients pages pictures matrix bench bench-peers mutants generate connector build clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

$(VENV)/.demo: tests/requirements-demo.txt meta/ee-requirements.txt tests/emulator/pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r tests/requirements-demo.txt
	mkdir -p $(WORK)/collections/ansible_collections/tenantkit
	ln -sfn $(ROOT) $(WORK)/collections/ansible_collections/tenantkit/connectors
	touch $@

$(VENV)/.test: $(VENV)/.demo tests/requirements.txt tests/requirements-playbooks.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r tests/requirements.txt
	$(BIN)/python tests/tools/awx_modules.py > /dev/null
	touch $@

## make demo          connects four products in three emulated tenants, twice, and shows the result
demo: $(VENV)/.demo
	@$(BIN)/python tests/tools/demo.py

## make test          all checks of this repository but the real clients and the version matrix
test: $(VENV)/.test
	@$(BIN)/python tests/tools/check.py

## make test-all      what make test only samples: every kill point of the sample, both ways of running, slower renewals, all of molecule's scenarios, lint-more, sanity of the tests
test-all: $(VENV)/.test
	@$(BIN)/python tests/tools/check.py exhaustive molecule lint-of-tests sanity-more sanity-of-tests

## make test-busy     unit, component and integration tests beside four busy loops: what fails there depends on luck
test-busy: $(VENV)/.test
	@$(BIN)/python tests/tools/check.py busy

## make unit          unit and component tests: no playbooks
unit: $(VENV)/.test
	$(BIN)/python -m pytest tests/unit tests/component -n 2

## make integration   playbooks against the emulator
integration: $(VENV)/.test
	$(BIN)/python -m pytest tests/integration -n 2

## make lint          ruff, yamllint, ansible-lint (production), generated files, changelog, licences
lint: $(VENV)/.test
	$(BIN)/python tests/tools/check.py lint

## make lint-more     what make test leaves out: ansible-lint of the tests' playbooks, and ansible-test's import, pylint, pep8 and yamllint
lint-more: $(VENV)/.test
	$(BIN)/python tests/tools/check.py lint-of-tests sanity-more

## make sanity        ansible-test sanity, without containers
sanity: $(VENV)/.test
	$(BIN)/python tests/tools/check.py sanity sanity-more sanity-of-tests

## make docs          lint the documentation
docs: $(VENV)/.test
	$(BIN)/python tests/tools/check.py docs

## make molecule      the role scenarios
molecule: $(VENV)/.test
	$(BIN)/python tests/tools/check.py molecule

## make test-clients  azure-cli and msgraph-sdk against the emulator, in an environment of their own
test-clients: $(VENV)/.test
	$(BIN)/python tests/tools/clients.py

## make pages         the pages of reports in a headless Chromium with axe-core, in an environment of their own
pages: $(VENV)/.test
	$(BIN)/python tests/tools/pages.py

## make pictures      the pictures of the pages in the documentation
pictures: $(VENV)/.test
	$(BIN)/python tests/tools/pages.py pictures

## make matrix        the oldest and the newest supported ansible-core, in the worker and as module processes
matrix: $(VENV)/.test
	$(BIN)/python tests/tools/matrix.py

## make bench         what a tenant costs, counted and measured; BENCH=quick for a machine in use, PART=one or PART=fleet for a half of it, UPDATE=1 writes docs/performance.md
bench: $(VENV)/.test
	@$(BIN)/python tests/bench/bench.py $(if $(filter quick,$(BENCH)),--quick) $(if $(PART),--part $(PART)) $(if $(UPDATE),--update)

## make bench-peers   the role workspace365 beside azure-cli and msgraph-sdk; UPDATE=1 writes docs/performance.md
bench-peers: $(VENV)/.test
	@$(BIN)/python tests/bench/peers.py $(if $(UPDATE),--update)

## make mutants       20 seeded mutants of each decision table, and a fault for each promise of docs/safety.md: the tests have to notice them all
mutants: $(VENV)/.test
	$(BIN)/python tests/tools/mutants.py

## make generate      the files that follow from others: action files, action groups, roles, the options that all roles share, surveys
generate: $(VENV)/.demo
	$(BIN)/python tests/tools/generate.py
	$(BIN)/python tests/tools/generate_role_options.py
	$(BIN)/python tests/tools/surveys.py

## make connector NAME=fresh_service [TITLE="Fresh Service"]   a new connector from the template, see docs/add_a_connector.md
connector: $(VENV)/.test
	@$(BIN)/python tests/tools/new_connector.py "$(NAME)" "$(TITLE)"

## make build         the collection tarball, in .work/dist/
build: $(VENV)/.demo
	$(BIN)/python tests/tools/check.py build

## make clean         removes what the other targets made
clean:
	rm -rf $(VENV) $(VENV)-clients $(VENV)-pages $(VENV)-matrix-* $(WORK)
